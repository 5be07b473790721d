"""The reading of what a language model chose, on the pages as they are now: by the same engine, without a model.

Nothing is told that the pages do not show. Where a list, a column or a cited element is gone, the step fails with what
was looked for. Words, and rows that were chosen one by one, hold only as long as all that the model saw says the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from webrun_nb.agents.base import AgentError, Finish, Provenance, TaskSpec
from webrun_nb.agents.llm.choosing import Reading, call_for_rows, digests_of
from webrun_nb.agents.llm.extracting import Extracting
from webrun_nb.agents.llm.page_lists import lists_of_page, node_at, record_of_elements
from webrun_nb.agents.llm.page_view import PageView, Place, words_of
from webrun_nb.agents.llm.tools import ToolCallError
from webrun_nb.agents.recording.choices import (
    Choice,
    Chosen,
    Citation,
    ElementsChoice,
    ListChoice,
    RowsChoice,
    WordsChoice,
)
from webrun_nb.agents.recording.list_targets import FoundList, find_list
from webrun_nb.agents.recording.looking import PATIENCE_S, Looker, StepFailedError, Work
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.text import shortened
from webrun_nb.extraction.page_state import state_of
from webrun_nb.extraction.reasons import Problem
from webrun_nb.extraction.snapshot import Snapshot

_SAID_CHARS = 100
_TEXT_CHARS = 2_000


class ChosenReading:
    """Reads what was chosen for one answer.

    Parameters
    ----------
    brief : TaskSpec
        The task.
    """

    def __init__(self, brief: TaskSpec) -> None:
        self._brief = brief
        self._extracting = Extracting(brief, PageView(), repairs=0)
        self._proofs: list[Provenance] = []
        self._choices: list[Choice] = []

    def take(self, chosen: Chosen, looker: Looker) -> Work[Finish | None]:
        """Take the step of one choice; return the answer where it is the last one.

        Raises
        ------
        StepFailedError
            The page does not show it any more.
        """
        try:
            match chosen:
                case ListChoice():
                    step = yield from self._list(chosen, looker)
                case ElementsChoice():
                    step = yield from self._elements(chosen, looker)
                case Citation():
                    step = yield from self._citation(chosen, looker)
                case RowsChoice() | WordsChoice():
                    step = self._choices[-1].step if self._choices else None
            self._choices.append(Choice(chosen, looker.because, step))
            match chosen:
                case RowsChoice():
                    return self._rows(chosen)
                case WordsChoice():
                    return self._words(chosen)
            return None
        except ToolCallError as error:
            raise StepFailedError(TaskFailureCode.ELEMENT_NOT_FOUND, str(error)) from error
        except AgentError as error:
            raise StepFailedError(error.code, error.message) from error

    def _list(self, chosen: ListChoice, looker: Looker) -> Work[int | None]:
        def search(page: Snapshot) -> FoundList | str:
            return find_list(lists_of_page(page).every, chosen)

        found, step = yield from self._found(search, looker)
        if chosen.adds:
            self._extracting.add(found.listed, step, is_screen=chosen.is_screen)
        else:
            self._extracting.begin(
                Reading(found.listed, found.columns, found.compared, step=step, is_screen=chosen.is_screen)
            )
        return step

    def _found(
        self, search: Callable[[Snapshot], FoundList | str], looker: Looker
    ) -> Work[tuple[FoundList, int | None]]:
        """Find a list on the page; wait for it as long as the page may still bring it."""
        end_s = time.monotonic() + PATIENCE_S
        while True:
            page, step = yield from self._page(looker)
            found = search(page)
            if isinstance(found, FoundList):
                return found, step
            if not (yield from looker.may_change(end_s)):
                raise StepFailedError(TaskFailureCode.ELEMENT_NOT_FOUND, found)

    def _page(self, looker: Looker) -> Work[tuple[Snapshot, int | None]]:
        page, step = yield from looker.snapshot()
        if page.status in self._brief.expect_status:
            page = replace(page, status=None)
        if state_of(page) is Problem.HTTP_ERROR:
            why = f"the page answered with HTTP status {page.status}"
            raise StepFailedError(TaskFailureCode.ELEMENT_NOT_FOUND, why)
        return page, step

    def _elements(self, chosen: ElementsChoice, looker: Looker) -> Work[int | None]:
        elements: dict[str, Element] = {}
        for name, wanted in chosen.elements.items():
            elements[name] = yield from looker.element(wanted)
        seen = yield from looker.look()
        page, step = yield from self._page(looker)
        nodes = {}
        for name, element in elements.items():
            node = node_at(page, _place_of(element, seen))
            if node is None:
                why = f"{chosen.elements[name]} was replaced while it was read"
                raise StepFailedError(TaskFailureCode.ELEMENT_NOT_FOUND, why)
            nodes[name] = node
        listed = record_of_elements(page, nodes)
        self._extracting.begin(Reading(listed, listed.fields, listed.fields, step=step))
        return step

    def _citation(self, chosen: Citation, looker: Looker) -> Work[int | None]:
        end_s = time.monotonic() + PATIENCE_S
        while True:
            element = yield from looker.element(chosen.cited)
            if words_of(element) == chosen.says:
                break
            if not (yield from looker.may_change(end_s)):
                now, before = (f"“{shortened(text, _SAID_CHARS)}”" for text in (words_of(element), chosen.says))
                why = f"{chosen.cited} says {now} and not {before}, which the answer rests on"
                raise StepFailedError(TaskFailureCode.ELEMENT_NOT_FOUND, why)
        seen = yield from looker.look()
        place = _place_of(element, seen)
        self._proofs.append(Provenance(0, "answer", place.url, place.element, chosen.says[:_TEXT_CHARS]))
        return looker.step

    def _rows(self, chosen: RowsChoice) -> Finish:
        if chosen.rows is not None:
            self._check(chosen.saw, "they were chosen one by one")
        finish = self._extracting.finished(call_for_rows(chosen), ())
        return replace(finish, choices=tuple(self._choices))

    def _words(self, chosen: WordsChoice) -> Finish:
        self._check(chosen.saw, "the answer is in words that rest on them")
        return Finish(chosen.words, None, tuple(self._proofs), choices=tuple(self._choices))

    def _check(self, saw: tuple[str, ...], why: str) -> None:
        """Check that the rows are those that the model saw.

        Raises
        ------
        StepFailedError
            They are others.
        """
        now = digests_of(self._extracting.rows)
        if len(now) != len(saw):
            what = f"there are {len(now)} rows, there were {len(saw)}"
        else:
            changed = [place for place, (one, other) in enumerate(zip(now, saw, strict=True), 1) if one != other]
            if not changed:
                return
            what = f"row {changed[0]} has other values than it had"
        raise StepFailedError(TaskFailureCode.ELEMENT_NOT_FOUND, f"{what}, and {why}")


def _place_of(element: Element, seen: Observation) -> Place:
    url = seen.frames[element.frame - 1].url if element.frame else seen.url
    return Place(url, element.path)

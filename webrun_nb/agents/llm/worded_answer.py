"""Answers in words: what a model claims has to stand in the elements that it cites.

An answer with a claim that does not is refused with the claim, twice; then the sentences that have one are left out,
and that is said.
"""

from __future__ import annotations

from collections.abc import Sequence

from webrun_nb.agents.base import AgentError, Finish, Provenance, TaskSpec
from webrun_nb.agents.llm import tools
from webrun_nb.agents.llm.choosing import choices_of, digests_of
from webrun_nb.agents.llm.citations import sentences_of, unproved
from webrun_nb.agents.llm.extracting import MOST_REPAIRS, Extracting
from webrun_nb.agents.llm.page_view import PageView
from webrun_nb.agents.llm.tools import ToolCallError
from webrun_nb.agents.recording.choices import Choice, WordsChoice
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.text import counted, shortened

_MOST_SAID = 5
_TEXT_CHARS = 2_000


class WordedAnswer:
    """The answer in words of one task.

    Parameters
    ----------
    brief : TaskSpec
        The task: its own words need no proof.
    view : PageView
        The elements that can be cited.
    extracting : Extracting
        The values that were read, which prove what they say.
    """

    def __init__(self, brief: TaskSpec, view: PageView, extracting: Extracting) -> None:
        self._brief = brief
        self._view = view
        self._extracting = extracting
        self._refused = 0

    def finished(self, call: tools.Finish, remarks: Sequence[str]) -> Finish:
        """Return the answer, with the elements that prove it.

        Raises
        ------
        ToolCallError
            A part of it is not proved, and the model may try again.
        AgentError
            `AGENT_ERROR`: none of its sentences is proved.
        """
        wrong = [number for number in call.cites if self._view.text_of(number) is None]
        if wrong:
            raise ToolCallError(f"Not finished: [{wrong[0]}] was never shown. Cite elements by their numbers.")
        cited = {number: text for number in call.cites if (text := self._view.text_of(number)) is not None}
        shown = [*cited.values(), self._brief.instruction, *self._extracting.texts]
        missing = unproved(call.answer, shown)
        answer = call.answer.strip()
        said: list[str] = []
        if missing:
            self._refused += 1
            what = "; ".join(dict.fromkeys(f"“{shortened(each.what, 60)}”" for each in missing[:_MOST_SAID]))
            if self._refused <= MOST_REPAIRS:
                raise ToolCallError(
                    f"Not finished: what you cite does not show {what}. Cite what shows it, or leave it out."
                )
            left_out = {each.sentence for each in missing}
            kept = [each for each in sentences_of(answer) if each not in left_out]
            if not kept:
                raise AgentError(
                    TaskFailureCode.AGENT_ERROR,
                    f"The model's answer is not on the pages that it cites: no proof of {what}.",
                )
            answer = " ".join(kept)
            said = [f"({counted(len(left_out), 'sentence')} of the model left out: the pages do not show {what}.)"]
        return Finish(
            " ".join([answer, *said, *remarks]), None, self._provenance(cited), choices=self._choices(cited, answer)
        )

    def _choices(self, cited: dict[int, str], answer: str) -> tuple[Choice, ...]:
        """Return the choices that the answer rests on; none where it rests on nothing of a page."""
        readings, rows = self._extracting.readings, self._extracting.rows
        if not cited and not readings:
            return ()
        return choices_of(self._brief, self._view, readings, cited, WordsChoice(answer, digests_of(rows)))

    def _provenance(self, cited: dict[int, str]) -> tuple[Provenance, ...]:
        return tuple(
            Provenance(0, "answer", place.url, place.element, text[:_TEXT_CHARS])
            for number, text in cited.items()
            if (place := self._view.place_of(number)) is not None
        )

"""One task of the local agent: what it was asked and has done, and the elements that its sentences mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from dataclasses import replace
from typing import TypeVar

from webrun_nb.agents.base import AgentError, Failed, Refused, Reply, Step, TaskSpec, TokenUse, Unused
from webrun_nb.agents.local.acting import Acting
from webrun_nb.agents.local.language.intents import Intent, Target
from webrun_nb.agents.local.matching.choosing import Matches
from webrun_nb.agents.local.matching.labelled import values_called
from webrun_nb.agents.local.matching.match import find
from webrun_nb.agents.local.matching.page import PageModel
from webrun_nb.agents.local.matching.roles import ANY, CLICKABLES, FIELD_ROLES, THINGS, Accepts, taking
from webrun_nb.agents.local.messages import blocked, called, not_found
from webrun_nb.agents.local.other_ways import other_ways
from webrun_nb.agents.local.skills.login import let_in
from webrun_nb.agents.local.skills.menus import search_closed
from webrun_nb.browsers.actions import Action, Type
from webrun_nb.browsers.observation import Element, Observation

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]
"""A part of a run: yields steps, is sent replies, returns a result."""


class Task(Acting):
    """One run over one brief. It looks at pages (`Looking`), acts on them (`Acting`) and finds what is meant there."""

    def __init__(self, brief: TaskSpec, tokens: TokenUse) -> None:
        super().__init__(brief, tokens)
        self._model: PageModel | None = None
        self.files = brief.files
        self.done: list[str] = []
        self.not_used: list[Unused] = []
        """Parts of sentences that only act."""
        self.follow: Callable[[Intent], Work[list[Intent]]]
        """Takes a step that a person's answer leads to; set by the `Program` that has this task."""

    def must(self, work: Work[Failed | None]) -> Work[None]:
        """Do something that the task is of no use without."""
        failed = yield from work
        if failed:
            raise AgentError(failed.code, failed.message)

    def on(
        self,
        intent: Intent,
        target: Target,
        roles: frozenset[str] | None,
        make: Callable[[Element], Action],
        keeps_page: bool,
    ) -> Work[None]:
        """Find an element and act on it; once more with a fresh look where it has gone meanwhile."""
        element = yield from self.element(intent.sentence, target, roles)
        outcome = yield from self.propose(make(element), intent.sentence, keeps_page=keeps_page)
        if isinstance(outcome, Failed):
            yield from self.look(again=True)
            element = yield from self.element(intent.sentence, target, roles)
            outcome = yield from self.propose(make(element), intent.sentence, keeps_page=keeps_page)
        if isinstance(outcome, Refused):
            yield from self.another_way(intent.sentence, element, make, outcome)
        elif outcome:
            raise AgentError(outcome.code, outcome.message)

    def another_way(
        self, sentence: str, element: Element, make: Callable[[Element], Action], why: Refused
    ) -> Work[None]:
        """Get done otherwise what a policy refused; where it refuses that too, the task ends."""
        for way in other_ways(element, (yield from self.look()), make):
            yield from self.note(f'"{sentence}" is not allowed this way; trying another.')
            outcome = yield from self.propose(way, sentence)
            if outcome is None:
                return
            why = outcome if isinstance(outcome, Refused) else why
        raise blocked(sentence, why)

    def element(self, sentence: str, target: Target, roles: frozenset[str] | None = None) -> Work[Element]:
        """Find the one element that is meant; look again, wait, ask; else `ELEMENT_NOT_FOUND`.

        Parameters
        ----------
        roles : frozenset of str, optional
            The only roles that can be meant; else what can be clicked, also a text where no control is called so.
        """
        found = yield from self._found(sentence, target, taking(roles))
        return found.elements[0] if len(found.best) == 1 else (yield from self.which(sentence, target, found.elements))

    def thing(self, sentence: str, target: Target) -> Work[Element]:
        """Find the one element, text or group that is meant, to point at; else `ELEMENT_NOT_FOUND`."""
        found = yield from self._found(sentence, target, THINGS)
        return found.elements[0] if len(found.best) == 1 else (yield from self.which(sentence, target, found.elements))

    def all_of(self, sentence: str, target: Target, accepts: Accepts = CLICKABLES) -> Work[tuple[Element, ...]]:
        """Find all that is meant: one thing, or several where the sentence asks for several; ask where it is unclear.

        Raises
        ------
        AgentError
            `ELEMENT_NOT_FOUND`: one of them is not there.
        """
        found: list[Element] = []
        for one in (replace(target, others=()), *target.others):
            matches = yield from self._found(sentence, one, accepts)
            if matches.is_ambiguous:
                found.append((yield from self.which(sentence, one, matches.elements)))
            else:
                found += matches.elements
        return tuple({element.ref: element for element in found}.values())

    def matching(self, target: Target, *, texts: bool = False) -> Work[tuple[Element, ...]]:
        """Return what a target may mean on the page as it was seen last; none where the page does not have it.

        Parameters
        ----------
        texts : bool
            True if it is read: any text and what is disabled may be meant too.
        """
        yield from self.look()
        return find(target, self._page(), accepts=ANY if texts else CLICKABLES).elements

    def labelled(self, words: str) -> Work[tuple[str, ...]]:
        """Return the values that the page shows under a label, each once; those of the first document that has any."""
        yield from self.look()
        return next((values for part in self._page().parts if (values := values_called(words, part))), ())

    def until_matching(self, target: Target) -> Work[tuple[Element, ...]]:
        """Return what a target may mean; wait for it as long as the page changes."""
        found = yield from self.matching(target)
        if not found:
            yield from self.until(lambda seen: bool(find(target, PageModel(seen), accepts=CLICKABLES).best))
            found = yield from self.matching(target)
        return found

    def _found(self, sentence: str, target: Target, accepts: Accepts) -> Work[Matches]:
        """Find what is meant; look again, wait for it as long as the page changes; else `ELEMENT_NOT_FOUND`."""
        fresh = self.seen is None
        yield from self.look()
        found = find(target, self._page(), accepts=accepts)
        if not found.best and not fresh:
            yield from self.look(again=True)
            found = find(target, self._page(), accepts=accepts)
        if not found.best:
            yield from self.until(lambda seen: bool(find(target, PageModel(seen), accepts=accepts).best))
            found = find(target, self._page(), accepts=accepts)
        if not found.best and (yield from let_in(self, sentence)):
            yield from self.look()
            found = find(target, self._page(), accepts=accepts)
        if not found.best and target.words:
            yield from search_closed(self, lambda seen: _first(target, seen, accepts), sentence)
            self.settled()
            found = find(target, self._page(), accepts=accepts)
        if not found.best:
            raise not_found(sentence, target, found, self.seen)
        if found.remark:
            self.remark(found.remark)
            yield from self.note(f'"{sentence}": {found.remark}.')
        return found

    def _page(self) -> PageModel:
        """Return the model of the page as it was seen last."""
        assert self.seen is not None
        if self._model is None or self._model.seen is not self.seen:
            self._model = PageModel(self.seen)
        return self._model

    def search(self, query: str, sentence: str) -> Work[None]:
        """Use the page's search box."""
        seen = yield from self.look()
        fields = [e for e in seen.elements if e.enabled and e.role in FIELD_ROLES and e.tag != "select"]
        boxes = [
            e
            for e in fields
            if e.role == "searchbox"
            or re.search(r"search|\bq\b|query|find", f"{e.name} {e.placeholder} {e.hint}", re.I)
        ]
        boxes = boxes or (fields if len(fields) == 1 else [])
        if not boxes:
            raise not_found(sentence, Target("search", "field"), Matches(), seen)
        box = (
            boxes[0]
            if len(boxes) == 1 or boxes[0].role == "searchbox"
            else (yield from self.which(sentence, Target("search", "field"), tuple(boxes)))
        )
        yield from self.must(self.act(Type(box.ref, query, called(box), submit=True), sentence))


def _first(target: Target, seen: Observation, accepts: Accepts) -> Element | None:
    return next(iter(find(target, PageModel(seen), accepts=accepts).elements), None)

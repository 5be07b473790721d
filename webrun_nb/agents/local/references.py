"""The things that earlier steps of a task spoke of: "it", "that email", and what was found for the steps after it."""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import fields, replace
from typing import TypeVar

from webrun_nb.agents.base import AgentError, Reply, Step
from webrun_nb.agents.local.language.intents import (
    Choose,
    ClickOn,
    DragTo,
    Either,
    Fill,
    Find,
    Hover,
    Intent,
    NamedAction,
    Premise,
    SelectText,
    SetChecked,
    SetOpen,
    Target,
    ValueOf,
)
from webrun_nb.agents.local.matching.roles import FIELD_ROLES
from webrun_nb.agents.local.skills.controls import offers
from webrun_nb.agents.local.skills.looking_for import look_for, only_mentions
from webrun_nb.agents.local.skills.menus import opens
from webrun_nb.agents.local.task import Task
from webrun_nb.browsers.actions import Click
from webrun_nb.common.codes import TaskFailureCode

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]

_SPEAKS_OF_THINGS = ClickOn | Fill | SetChecked | NamedAction | SetOpen | Hover | SelectText | DragTo | Choose


class References:
    """The meanings that words like "it" have at the moment.

    Parameters
    ----------
    task : Task
    """

    def __init__(self, task: Task) -> None:
        self._task = task
        self._it: Target | None = None
        self._each: Target | None = None
        self._found: Target | None = None
        """The thing of the last "find …", until a page is left."""

    def point_to(self, target: Target) -> None:
        """Let "it" mean a thing."""
        self._it = replace(target, reference="")

    def point_to_each(self, name: str) -> None:
        """Let "it" mean one of several things, and "its page" what belongs to that one."""
        self._each = Target(name, is_quoted=True)
        self.point_to(self._each)

    def find(self, intent: Find) -> Work[None]:
        """Find a thing, which the steps after this one are about.

        Raises
        ------
        AgentError
            `ELEMENT_NOT_FOUND`: there is none.
        """
        target = yield from look_for(self._task, intent.target, intent.sentence)
        yield from self._task.thing(intent.sentence, target)
        self._found = target
        self.point_to(target)

    def resolved(self, intent: Intent) -> Work[Intent]:
        """Return a step with the things that its references mean, at the place that the step before found."""
        if not isinstance(intent, _SPEAKS_OF_THINGS):
            return intent
        if isinstance(intent, DragTo):
            return replace(intent, source=self._meant(intent.source, intent.sentence))
        target = self._meant(intent.target, intent.sentence)
        if self._found is not None and not target.reference and not isinstance(intent, NamedAction):
            target = yield from self._at_found(intent, target)
        target = yield from self._in_opened_place(intent, target)
        changed = replace(intent, target=target)
        if target != Target() and target.words:
            self.point_to(target)
        return changed

    def _in_opened_place(self, intent: Intent, target: Target) -> Work[Target]:
        """Open the tab or section that a sentence names as the place of a thing, where the page shows it closed."""
        place = target.within
        if place is None or not place.words or (yield from self._task.matching(target, texts=True)):
            return target
        tabs = [e for e in (yield from self._task.matching(place)) if opens(e)]
        if len(tabs) != 1:
            return target
        if tabs[0].selected is not True and tabs[0].expanded is not True:
            yield from self._task.must(self._task.act(Click(tabs[0].ref, tabs[0].name), intent.sentence))
        return replace(target, within=place.within)

    def in_premise(self, premise: Premise, sentence: str) -> Premise:
        """Return a premise about the thing that its reference means; "it" means that thing from now on."""
        target = self._meant(premise.target, sentence)
        if target.words or target.near:
            self.point_to(target)
        return replace(premise, target=target)

    def _meant(self, target: Target, sentence: str) -> Target:
        """Replace a reference by what it means.

        Raises
        ------
        AgentError
            `AGENT_ERROR`: nothing was spoken of before.
        """
        generic = not target.words and target.role in ("item", "card", "row") and not target.near and not target.ordinal
        generic = generic and self._found is not None and self._found.role in ("item", "card", "row")
        if self._found is not None and generic and not (target.every or target.conditions or target.superlative):
            return self._found  # "that email", "the result" after it was found
        if target.reference == "its":
            return self._belonging(replace(target, reference=""))
        if not target.reference:
            return target
        if self._it is None:
            raise AgentError(
                TaskFailureCode.AGENT_ERROR,
                f'"{sentence}": nothing before it says what "{target.reference}" is; name the thing itself.',
            )
        return self._it

    def _belonging(self, target: Target) -> Target:
        """Return what belongs to the thing that steps are taken for; on the page of one thing, what is named alone."""
        if self._each is None or target.near or target.within is not None:
            return target
        if target.role == "link" and not target.words:  # "its page" is where its name leads
            return replace(self._each, role="link")
        return replace(target, near=self._each.words)

    def _at_found(self, intent: Intent, target: Target) -> Work[Target]:
        """Look for a thing beside what was found; where it is not there, in what opens as that is clicked."""
        assert self._found is not None
        names = self._found.words or self._found.near
        if not target.words and target.role == "item" and target.said:  # "their email": what is called so there
            target = replace(target, words=target.said, role="", said="", every=False)
        if not names or target.near or target.within is not None or target == self._found:
            return target
        beside = replace(target, near=names)
        if (yield from self._task.matching(beside)):
            return beside
        if (yield from self._task.matching(target)):
            return target
        item = yield from self._task.matching(self._found)
        if len(item) == 1:
            yield from self._task.must(self._task.act(Click(item[0].ref, item[0].name or names), intent.sentence))
            self._found = None
        return target


def likeliest(task: Task, either: Either) -> Work[Intent]:
    """Return the reading of a sentence whose things the page has; the first one where it has those of none.

    Of two such readings, the one whose words are the whole name of a control is meant: "click Open map", where a button
    "Open map" stands beside a map.
    """
    best, most = either.readings[0], (0.0, 0)
    for reading in either.readings:
        if isinstance(reading, Choose) and (yield from offers(task, reading)):
            return reading
        targets = targets_of(reading)
        found, named = 0.0, 0
        for target in targets:
            if target.reference:
                found += 1  # a thing that a step before it found
                continue
            if _PREPOSITION.match(target.words):
                continue  # "to Ada" is no name: another reading knows what the word joins
            things = yield from task.matching(target, texts=True)
            if isinstance(reading, Fill) and target is reading.target:  # not what the value is read from
                things = tuple(thing for thing in things if thing.role in FIELD_ROLES | {"listbox"})
            is_there = any(not only_mentions(thing, target) for thing in things)
            found += is_there if _says_which(target) else 0.5  # a page has some field or other
            controls = task.seen.all_elements if task.seen is not None else ()
            words = target.words.casefold().strip()
            named += any(words == thing.name.casefold() for thing in things if words and thing in controls)
        share = found / len(targets) if targets else 0.5
        if (share, named) > most:
            best, most = reading, (share, named)
    return best


_PREPOSITION = re.compile(r"(?:to|in|into|from|with|for|by|at|of|on)\s", re.I)


def _says_which(target: Target) -> bool:
    """Tell whether a target says more than the kind of the thing."""
    return replace(target, role="", said="", every=False, within=None) != Target() or target.within is not None


def targets_of(intent: Intent) -> tuple[Target, ...]:
    """Return the targets that a step names, and the boxes whose texts it takes: "the text in the textarea".

    "Nothing" names none: a page has it always.
    """
    values = (getattr(intent, each.name) for each in fields(intent))
    targets = (value.target.within if isinstance(value, ValueOf) else value for value in values)
    return tuple(t for t in targets if isinstance(t, Target) and t != Target() and t.count != 0)

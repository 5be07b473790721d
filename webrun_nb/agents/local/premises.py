"""Premises on the page as it is: "the box is checked", "there is a Next button", "the price is under $50"."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from typing import TypeVar

from webrun_nb.agents.base import AgentError, Reply, Step
from webrun_nb.agents.local.language.intents import Condition, Premise
from webrun_nb.agents.local.skills.comboboxes import fits
from webrun_nb.agents.local.skills.entries import box_of
from webrun_nb.agents.local.skills.values import read_number
from webrun_nb.agents.local.task import Task
from webrun_nb.agents.local.values import shown_text
from webrun_nb.browsers.observation import Element
from webrun_nb.common.codes import TaskFailureCode

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]

_STATES: Mapping[str, Callable[[Element], bool]] = {
    "checked": lambda e: e.checked is True or e.selected is True,
    "ticked": lambda e: e.checked is True,
    "selected": lambda e: e.checked is True or e.selected is True,
    **dict.fromkeys(("done", "finished", "complete", "completed"), lambda e: e.checked is True),
    "incomplete": lambda e: e.checked is False,
    "unchecked": lambda e: e.checked is False,
    "unselected": lambda e: e.checked is False or e.selected is False,
    "disabled": lambda e: not e.enabled,
    "enabled": lambda e: e.enabled,
    "available": lambda e: e.enabled,
    "empty": lambda e: not shown_text(e).strip(),
    "filled": lambda e: bool(shown_text(e).strip()),
    "expanded": lambda e: e.expanded is True,
    "open": lambda e: e.expanded is True,
    "collapsed": lambda e: e.expanded is False,
    "closed": lambda e: e.expanded is False,
    "active": lambda e: e.current or e.selected is True or e.pressed is True,
    "readonly": lambda e: e.readonly,
    "required": lambda e: e.required,
}
"""The test of an element for each state of the vocabulary."""


_OF_BOXES = frozenset({"checked", "ticked", "unchecked", "done", "finished", "complete", "completed", "incomplete"})
"""States that the check box of an entry tells."""
_PAGE = frozenset({"page", "the page", "this page", "it"})


def holds(task: Task, premise: Premise, sentence: str) -> Work[bool]:
    """Tell whether a premise holds on the page as it is.

    Raises
    ------
    AgentError
        `ELEMENT_NOT_FOUND`: the page does not have the thing that it is about.
    """
    condition = premise.condition
    if condition.test == "exists":
        found = yield from task.matching(premise.target, texts=True)
        return bool(found) is not condition.negated
    seen = yield from task.look()
    if (premise.target.words or premise.target.said).casefold() in _PAGE and condition.test in ("contains", "is"):
        return (condition.value.casefold() in seen.text.casefold()) is not condition.negated
    if condition.test in _COMPARES and premise.target.words:  # the number may stand beside its label
        labelled = yield from task.labelled(premise.target.words)
        if not labelled:
            shown = yield from task.matching(premise.target, texts=True)
            labelled = (yield from task.labelled(shown_text(shown[0]))) if len(shown) == 1 else ()
        numbers = [text for text in labelled if read_number(text) is not None]
        if len(numbers) == 1:
            return fits(numbers[0], replace(condition, negated=False)) is not condition.negated
    elements = yield from task.matching(premise.target, texts=True)
    of_box = condition.test == "state" and condition.value in _OF_BOXES
    if of_box and (boxes := tuple(e for e in elements if e.checked is not None)):
        elements = boxes  # not the text beside it, which is called so too
    elif of_box:
        box = box_of(seen, premise.target.words or premise.target.said)
        elements = elements if box is None else (box,)
        if box is None:
            raise AgentError(
                TaskFailureCode.ELEMENT_NOT_FOUND,
                f'"{sentence}": there is no check box of {premise.target} that tells whether it is {condition.value}.',
            )
    if not elements:
        raise AgentError(
            TaskFailureCode.ELEMENT_NOT_FOUND, f'"{sentence}": there is no {premise.target} on the page to look at.'
        )
    results = {_is_met(condition, element, sentence) for element in elements}
    if len(results) > 1:
        raise AgentError(
            TaskFailureCode.ELEMENT_NOT_FOUND,
            f'"{sentence}": it holds for some of the {len(elements)} things that are called so, and not for others.',
        )
    return results.pop() is not condition.negated


_COMPARES = frozenset({"<", "<=", ">", ">=", "between"})


def _is_met(condition: Condition, element: Element, sentence: str) -> bool:
    if condition.test == "state":
        if condition.value not in _STATES:
            raise AgentError(
                TaskFailureCode.AGENT_ERROR,
                f'"{sentence}": a page does not say of a thing that it is {condition.value}.',
            )
        return _STATES[condition.value](element)
    return fits(shown_text(element), replace(condition, negated=False))

"""Clicks on one thing or on several: "click Next twice", "click the numbers in ascending order"."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from webrun_nb.agents.base import AgentError, Reply, Step
from webrun_nb.agents.local.language.intents import ClickOn, Target
from webrun_nb.agents.local.skills.choices import choose_options
from webrun_nb.agents.local.skills.entries import folded
from webrun_nb.agents.local.skills.values import read_number
from webrun_nb.agents.local.task import Task
from webrun_nb.agents.local.values import shown_text
from webrun_nb.browsers.actions import Click
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.codes import TaskFailureCode

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]

MOST_CLICKED = 200
"""The most things that one sentence clicks."""


def click(task: Task, intent: ClickOn) -> Work[None]:
    """Click what a sentence names, as often and in the order that it says."""
    target = intent.target
    if target.role == "option" and target.ordinal is not None and not target.words:
        yield from _option_at(task, intent)
        return
    for each in (replace(target, others=()), *target.others):
        if each.every or each.count is not None or intent.ascending is not None:
            yield from _several(task, intent, each)
            continue
        if intent.manner == "double-click" and each.words and not each.role:
            each = yield from _text_of_it(task, each)
        for _ in range(intent.times):
            if intent.navigates:
                yield from _open(task, intent, each)
            else:
                yield from task.on(intent, each, None, partial(_click_of, intent, each), False)


def _text_of_it(task: Task, target: Target) -> Work[Target]:
    """Return the text that a target names rather than a check box of the same name: a second click unticks a box."""
    text = replace(target, role="text")
    found = yield from task.matching(target)
    texts = yield from task.matching(text, texts=True)
    return text if len(texts) == 1 and any(each.checked is not None for each in found) else target


def _open(task: Task, intent: ClickOn, target: Target) -> Work[None]:
    """Click what leads to a place; where none is called so, what is called so but for a word for its kind."""
    try:
        yield from task.on(intent, target, None, partial(_click_of, intent, target), False)
    except AgentError as error:
        shorter = (yield from _without_kind(task, target)) if error.code == TaskFailureCode.ELEMENT_NOT_FOUND else None
        if shorter is None:
            raise
        yield from task.on(intent, shorter, None, partial(_click_of, intent, shorter), False)


def _without_kind(task: Task, target: Target) -> Work[Target | None]:
    """Return the target by its name alone: "the shop database" is the link "shop", "the book Emma" the link "Emma"."""
    words = target.words.split()
    if target.is_quoted or len(words) < 2:
        return None
    for kind, name in ((words[-1], words[:-1]), (words[0], words[1:])):
        named = replace(target, words=" ".join(name), said="", role="link")
        found = (yield from task.matching(named)) if kind.islower() else ()
        if len({shown_text(each).casefold() for each in found}) == 1 and folded(shown_text(found[0])) == folded(
            named.words
        ):
            return named
    return None


def _option_at(task: Task, intent: ClickOn) -> Work[None]:
    """Choose an option by its place: "the last option of Country". A first one without a value is none.

    Raises
    ------
    AgentError
        `ELEMENT_NOT_FOUND`: the page has no one list that is meant, or the list no such option.
    """
    target = intent.target
    names = target.within or Target(target.near, "select")
    seen = yield from task.look()
    lists = [e for e in seen.all_elements if e.options and e.enabled]
    if names.words:
        lists = [e for e in (yield from task.matching(names)) if e.options]
    if len(lists) != 1 or target.ordinal is None:
        raise AgentError(
            TaskFailureCode.ELEMENT_NOT_FOUND,
            f'"{intent.sentence}": the page has {len(lists)} lists of options that may be meant.',
        )
    options = [option for option in lists[0].options if not _NO_OPTION.match(option)]
    at = target.ordinal - 1 if target.ordinal > 0 else target.ordinal
    if not -len(options) <= at < len(options):
        raise AgentError(
            TaskFailureCode.ELEMENT_NOT_FOUND, f'"{intent.sentence}": the list has {len(options)} options.'
        )
    yield from choose_options(task, lists[0], (options[at],), intent.sentence)


_NO_OPTION = re.compile(r"\s*$|[-–—]+|.*(?:…|\.\.\.)$|(?:please\s+)?(?:choose|select|pick)\b", re.I)
"""Options that only ask to choose one."""


def _click_of(intent: ClickOn, target: Target, element: Element) -> Click:
    return Click(element.ref, element.name or str(target), intent.manner)


def _several(task: Task, intent: ClickOn, target: Target) -> Work[None]:
    """Click several things, each found anew, as a click may change the page."""
    found = list((yield from task.matching(target, texts=True)))
    if target.count == 0:
        return
    if not found or (target.count is not None and len(found) < target.count):
        raise AgentError(
            TaskFailureCode.ELEMENT_NOT_FOUND,
            f'"{intent.sentence}": the page has {len(found)} of {target}, not {target.count or "any"}.',
        )
    ordered = _ordered(found, intent.ascending)[: target.count or MOST_CLICKED]
    for element in ordered:
        seen = yield from task.look()
        now = _same_now(element, seen)
        if now is None and (now := _at_its_place(element, seen)) is not None:
            yield from task.note(
                f'"{intent.sentence}": {shown_text(element)!r} is not displayed any more; its place is clicked.'
            )
        if now is None:
            raise AgentError(
                TaskFailureCode.ELEMENT_NOT_FOUND,
                f'"{intent.sentence}": {shown_text(element) or element.role!r} has gone after the clicks before it.',
            )
        yield from task.must(task.act(Click(now.ref, now.name or str(target), intent.manner), intent.sentence))


def _same_now(element: Element, seen: Observation) -> Element | None:
    """Return a thing as the page has it now: where it was in the document, or elsewhere where it alone has its name.

    Where nothing is called so any more, it is the thing without a name that lies where it lay: its label was hidden.
    """
    names = [e for e in seen.all_things if shown_text(e) == shown_text(element) and e.role == element.role]
    at_place = next((e for e in names if e.path == element.path and e.frame == element.frame), None)
    if at_place is not None or names:
        return at_place or (names[0] if len(names) == 1 else None)
    unnamed = [e for e in seen.elements if not shown_text(e) and e.frame == element.frame and _lies_on(e, element)]
    return min(unnamed, key=lambda e: e.box.width * e.box.height if e.box else 0.0, default=None)


_MOST_LARGER = 4.0
"""The most that a control in the place of a thing may be wider and higher than it, as a factor."""


def _lies_on(now: Element, before: Element) -> bool:
    """Tell whether a thing covers the middle of where another one lay, and is of its size."""
    if now.box is None or before.box is None:
        return False
    x, y = before.box.x + before.box.width / 2, before.box.y + before.box.height / 2
    inside = now.box.x <= x <= now.box.x + now.box.width and now.box.y <= y <= now.box.y + now.box.height
    return (
        inside
        and now.box.width <= _MOST_LARGER * max(before.box.width, 1.0)
        and now.box.height <= _MOST_LARGER * max(before.box.height, 1.0)
    )


def _at_its_place(element: Element, seen: Observation) -> Element | None:
    """Return the smallest control that now is where a thing was displayed, if any."""
    if element.box is None:
        return None
    x, y = element.box.x + element.box.width / 2, element.box.y + element.box.height / 2
    there = [
        e
        for e in seen.elements
        if e.box and e.box.x <= x <= e.box.x + e.box.width and e.box.y <= y <= e.box.y + e.box.height
    ]
    return min(there, key=lambda e: e.box.width * e.box.height if e.box else 0, default=None)


def _ordered(elements: Sequence[Element], ascending: bool | None) -> list[Element]:
    """Order elements by their numbers, or by their texts where one has none; None: in the order of the page."""
    if ascending is None:
        return list(elements)
    numbers = [read_number(shown_text(element)) for element in elements]
    if all(number is not None for number in numbers):
        pairs = sorted(zip(numbers, range(len(elements)), strict=True), key=lambda pair: (pair[0] or 0, pair[1]))
        ordered = [elements[at] for _, at in pairs]
    else:
        ordered = sorted(elements, key=lambda element: shown_text(element).casefold())
    return ordered if ascending else ordered[::-1]

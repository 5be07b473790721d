"""Looks for a thing that the page does not show yet: in closed sections, and on the next pages."""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import replace
from functools import partial
from typing import TypeVar

from webrun_nb.agents.base import Reply, Step
from webrun_nb.agents.local.language.intents import Target
from webrun_nb.agents.local.matching.match import find
from webrun_nb.agents.local.matching.page import PageModel
from webrun_nb.agents.local.matching.roles import is_text
from webrun_nb.agents.local.skills.menus import search_closed
from webrun_nb.agents.local.task import Task
from webrun_nb.agents.local.values import shown_text
from webrun_nb.browsers.actions import Click
from webrun_nb.browsers.observation import Element, Observation

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]

_NEXT = re.compile(r"(?:next(?:\s+(?:page|results?))?|older(?:\s+\w+)?|[>›»→])\W*", re.I)
MOST_PAGES = 30
"""The most pages that are gone through for one thing."""


def look_for(task: Task, target: Target, sentence: str) -> Work[Target]:
    """Open closed sections and then the next pages until the page shows a thing.

    Returns
    -------
    Target
        The thing as it is found there: what names the page itself ("in the contact book") is no part of it.
    """
    if (shown := (yield from _shown(task, target))) is not None:
        return shown
    if (yield from search_closed(task, partial(_first, target), sentence)) is not None:
        return target
    for page in range(2, MOST_PAGES + 1):
        seen = yield from task.look()
        before, turn = seen.text, next_page(seen)
        if turn is None:
            return target
        yield from task.must(task.act(Click(turn.ref, turn.name or "next page"), sentence))
        seen = yield from task.look(again=True)
        if (shown := (yield from _shown(task, target))) is not None:
            yield from task.note(f'"{sentence}": found on page {page}.')
            return shown
        if seen.text == before:
            return target
    return target


def _shown(task: Task, target: Target) -> Work[Target | None]:
    """Return the target as the page shows it, within its place or without it; None where it does not show it."""
    for each in dict.fromkeys((target, replace(target, within=None))):
        found = yield from task.matching(each, texts=True)
        if any(not only_mentions(thing, each) for thing in found):
            return each
    return None


def only_mentions(thing: Element, target: Target) -> bool:
    """Tell whether a thing is a text that is much longer than the name that it has in it."""
    return bool(target.words) and is_text(thing.role) and len(shown_text(thing)) > 1.3 * len(target.words) + 10


def _first(target: Target, seen: Observation) -> Element | None:
    return next(iter(find(target, PageModel(seen)).elements), None)


def next_page(seen: Observation) -> Element | None:
    """Return the page's one control for the next page; None where it has none, or several."""
    found = [
        e
        for e in seen.elements
        if e.enabled and e.role in ("link", "button", "clickable") and _NEXT.fullmatch((e.name or e.text).strip())
    ]
    return found[0] if len({(e.name, e.href) for e in found}) == 1 else None

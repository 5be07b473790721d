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
from webrun_nb.agents.local.skills.menus import search_closed
from webrun_nb.agents.local.task import Task
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
    if (yield from task.matching(target, texts=True)):
        return target
    if target.within is not None and not (yield from task.matching(target.within, texts=True)):
        target = replace(target, within=None)  # "in the contact book": the page itself
        if (yield from task.matching(target, texts=True)):
            return target
    if (yield from search_closed(task, partial(_first, target), sentence)) is not None:
        return target
    for page in range(2, MOST_PAGES + 1):
        seen = yield from task.look()
        before, turn = seen.text, next_page(seen)
        if turn is None:
            return target
        yield from task.must(task.act(Click(turn.ref, turn.name or "next page"), sentence))
        seen = yield from task.look(again=True)
        if (yield from task.matching(target, texts=True)):
            yield from task.note(f'"{sentence}": found on page {page}.')
            return target
        if seen.text == before:
            return target
    return target


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

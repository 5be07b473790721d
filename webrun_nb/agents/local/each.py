"""The things that "for each …" goes through: what the page calls so, or the column of a list that is called so."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import TypeVar

from webrun_nb.agents.base import Reply, Step
from webrun_nb.agents.local.language.intents import Target
from webrun_nb.agents.local.lists.names import tokens
from webrun_nb.agents.local.lists.rows import find_field, said
from webrun_nb.agents.local.lists.view import View
from webrun_nb.agents.local.skills.looking_for import only_mentions
from webrun_nb.agents.local.task import Task
from webrun_nb.agents.local.values import first_text
from webrun_nb.browsers.observation import Observation

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]


def names_of_each(task: Task, target: Target) -> Work[Sequence[str]]:
    """Return the names of the things that steps are taken for, in the page's order; none where it has none.

    "Each talk" means the entries of a list's column "Talk", where a list has one.
    """
    if target.words and not (target.conditions or target.superlative or target.qualities or target.near):
        names = _in_columns((yield from task.lists()), target.words)
        if names:
            return _selected(names, target)
    found = yield from task.matching(replace(target, ordinal=None, count=None), texts=True)
    elements = [element for element in found if not only_mentions(element, target)]
    seen = yield from task.look()
    if target.words and not target.is_quoted and not _speaks_of(seen, target.words):
        return ()  # rows that the page calls otherwise are not what the sentence names
    return _selected([name for element in elements if (name := first_text(element, seen))], target)


def _speaks_of(seen: Observation, words: str) -> bool:
    """Tell whether a page has the noun of some words anywhere: in its text, its title or its address."""
    noun = tokens(words)[-1:]
    return bool(noun) and set(noun) <= set(tokens(f"{seen.title} {seen.url} {seen.text}"))


def _in_columns(lists: Sequence[View], words: str) -> Sequence[str]:
    for view in lists:
        field = find_field(view, words)
        if field is not None and tokens(field.label) == tokens(words):
            return [name for row in view.rows if (name := said(row, field).strip())]
    return ()


def _selected(names: Sequence[str], target: Target) -> Sequence[str]:
    """Return the names that an ordinal and a number choose: "the first two talks"."""
    several = target.count or 1
    if target.ordinal is None:
        return names[: target.count] if target.count is not None else names
    start = target.ordinal - 1 if target.ordinal > 0 else len(names) - several
    return names[max(start, 0) : max(start, 0) + several]

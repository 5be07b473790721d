"""Robust descriptions of the lists that are read, and the search for them on a page that may have changed. Pure.

A list is known by its kind, its title and its columns, a column by its heading. A column without one is known by the
way from its row to its elements and by their classes, otherwise by what its values are ("price"). A list under another
title, or without one of the columns, is another list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from webrun_nb.agents.llm.page_lists import Listed
from webrun_nb.agents.recording.choices import ColumnDescription, ListChoice
from webrun_nb.common.text import shortened
from webrun_nb.extraction.assignment.fields import Field, fields_of
from webrun_nb.extraction.assignment.same_field import mark_of

_NUMBERED = re.compile(r"column \d+")
"""The name of a column that nothing names: it tells no more than its place."""
_COUNT = re.compile(r"\(\d[\d.,]*\)")
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class FoundList:
    """A list that a choice means, with the fields of its columns."""

    listed: Listed
    columns: Mapping[str, Field]
    compared: Mapping[str, Field]


def describe_list(
    listed: Listed, columns: Mapping[str, Field], compared: Mapping[str, Field], others: Iterable[Listed]
) -> ListChoice:
    """Return the choice of a list with some of its columns, among the lists of its page."""
    choice = ListChoice(
        listed.kind,
        listed.title,
        {name: _described(listed, field) for name, field in columns.items()},
        {name: _described(listed, field) for name, field in compared.items()},
        listed.joined,
    )
    likes = [each.listed.source for each in _likes(others, choice)]
    ordinal = next((place for place, source in enumerate(likes, 1) if source.node is listed.source.node), 1)
    return replace(choice, ordinal=ordinal, count=max(1, len(likes)))


def find_list(lists: Sequence[Listed], choice: ListChoice) -> FoundList | str:
    """Return the list of a page that a choice means; the reason, in words for people, where none is meant for sure."""
    likes = _likes(lists, choice)
    if len(likes) == choice.count:
        return likes[choice.ordinal - 1]
    if likes:
        return f"the page has {len(likes)} of {named(choice)}, there were {choice.count}, and nothing tells which"
    alike = [each for each in lists if _is_called_so(each, choice)]
    if not alike:
        there = ", ".join(f"{each.kind} {_quoted(each.title)}" for each in lists[:_MOST_NAMED]) or "none"
        return f"the page has no {named(choice)}; its lists: {there}"
    wanted = {**choice.columns, **choice.compared}.values()
    missing = next(each for each in wanted if _column(alike[0], each) is None)
    return f"{named(choice)} has no column {_quoted(missing.name)}; its columns: {', '.join(alike[0].fields)}"


def named(choice: ListChoice) -> str:
    """Name a list for people: `table “Fruits”`."""
    return f"{choice.kind} {_quoted(choice.title)}"


def _likes(lists: Iterable[Listed], choice: ListChoice) -> list[FoundList]:
    """Return the lists that have the kind, the title and the columns of a choice, in the order of the page."""
    found: list[FoundList] = []
    for each in sorted(lists, key=lambda each: each.source.number):
        if _is_called_so(each, choice):
            columns = {name: _column(each, wanted) for name, wanted in choice.columns.items()}
            compared = {name: _column(each, wanted) for name, wanted in choice.compared.items()}
            if None not in (*columns.values(), *compared.values()):
                found.append(FoundList(each, _present(columns), _present(compared)))
    return found


def _present(columns: Mapping[str, Field | None]) -> dict[str, Field]:
    return {name: field for name, field in columns.items() if field is not None}


def _is_called_so(listed: Listed, choice: ListChoice) -> bool:
    titles = (listed.title, *listed.joined)
    return listed.kind == choice.kind and [*map(_countless, titles)] == [
        *map(_countless, (choice.title, *choice.joined))
    ]


def _described(listed: Listed, field: Field) -> ColumnDescription:
    mark = mark_of(field)
    likes = [each for each in fields_of(listed.source) if mark_of(each) == mark]
    ordinal = next((n for n, each in enumerate(likes, 1) if (each.index, each.group) == (field.index, field.group)), 1)
    name = next((name for name, each in listed.fields.items() if each is field), field.label or f"column {field.index}")
    return ColumnDescription(name, mark, ordinal, max(1, len(likes)))


def _column(listed: Listed, wanted: ColumnDescription) -> Field | None:
    likes = [each for each in fields_of(listed.source) if mark_of(each) == wanted.mark]
    if len(likes) == wanted.count:
        return likes[wanted.ordinal - 1]
    if likes or wanted.mark[0] == "label" or _NUMBERED.fullmatch(wanted.name):
        return None
    return listed.fields.get(wanted.name)


def _countless(title: str) -> str:
    """Return a title without a count: "Fruits (12)" may have become "Fruits (13)". Other numbers, as years, tell."""
    return " ".join(_COUNT.sub(" ", title).casefold().split())


def _quoted(text: str) -> str:
    return f"“{shortened(text, 60)}”" if text else "without a title"

"""Headings and titles under which rows stand: which rows a name of one means, and how they are told to a person."""

from __future__ import annotations

from collections.abc import Sequence

from webrun_nb.agents.local.language.intents import Constraint
from webrun_nb.agents.local.language.patterns import SELECTED
from webrun_nb.agents.local.lists.names import tokens
from webrun_nb.agents.local.lists.rows import UntiedError
from webrun_nb.agents.local.lists.selecting import (
    LABEL_CHARS,
    Words,
    said_words,
    says,
    under_heading,
    words_in,
)
from webrun_nb.agents.local.lists.view import UNDER, Row, View, text_of
from webrun_nb.common.text import shortened

_MOST_SHOWN = 12


def headings_of(rows: Sequence[Row]) -> list[str]:
    """List the headings under which rows stand, as they are shown to a person.

    Where most rows have a heading of their own, it is no more than a row's name.
    """
    inside = dict.fromkeys(row.heading for row in rows)
    shared = inside if 2 * len(inside) <= len(rows) else {}
    found = [text for row in rows for text in (row.under, row.heading if row.heading in shared else "") if tokens(text)]
    return [shortened(text, LABEL_CHARS) for text in dict.fromkeys(found)][:_MOST_SHOWN]


def in_places(conditions: Sequence[Constraint]) -> list[str]:
    """List the conditions that may name a heading as well as a value: "in Paris", "from Paris"."""
    return [c.words for c in conditions if not c.column and c.op == "is" and SELECTED.match(c.words)]


def of_places(
    view: View, rows: list[Row], conditions: Sequence[Constraint], page_words: str
) -> tuple[list[Row], list[Constraint]]:
    """Keep the rows under the heading that a condition names ("in Paris"); return them and the other conditions.

    Parameters
    ----------
    page_words : str
        What the page says it is about: on a page about Paris all rows are meant.

    Raises
    ------
    UntiedError
        Other rows have that value in a cell, so that either may be meant.
    """
    places, rest = in_places(conditions), []
    fields = [field for field in view.fields if field.key != UNDER]
    for condition in conditions:
        if condition.words not in places:
            rest.append(condition)
            continue
        words = said_words(condition.words)
        under = under_heading(rows, words)
        saying = [row for row in rows if any(words == words_in(row, field) for field in fields)]
        if under and {id(row) for row in saying} - {id(row) for row in under}:
            raise UntiedError(condition.words)
        if under:
            rows = under
        elif saying or not (says(view.titles, words) or says(page_words, words)):
            rest.append(condition)
    return rows, rest


def titled(view: View, words: Words) -> bool:
    """Tell whether a list, or one of the tables that were joined to it, is called so."""
    return any(says(title, words) for title in (view.titles, *view.parts))


def list_shown(view: View) -> str:
    """Name a list for a person by what it is and by the heading it stands under."""
    titles = [part for part in view.parts or (view.title,) if tokens(part)]
    shown = " and ".join(f"“{shortened(part, LABEL_CHARS)}”" for part in titles)
    return f"the {view.kind} under {shown}" if shown else f"a {view.kind} without a heading"


def tables_shown(view: View, rows: Sequence[Row]) -> str:
    """Say under which titles rows stand, where they are of several tables; else empty."""
    under = {row.under for row in rows}
    titles = [shortened(title, LABEL_CHARS) for title in view.parts if title in under and tokens(title)][:_MOST_SHOWN]
    return f" from the tables under {', '.join(f'“{title}”' for title in titles)}" if len(titles) > 1 else ""


def repeated_shown(view: View, rows: Sequence[Row]) -> str:
    """Return how many different values the first column has, where a value is in more than one table; else empty.

    The first column names what a row is about: a league's tables "Home" and "Away" list the same teams.
    """
    if not view.fields or len({row.under for row in rows}) < 2:
        return ""
    first = view.fields[0]
    things = {("" if (cell := row.cells.get(first.key)) is None else text_of(cell), row.under) for row in rows}
    different = len({thing for thing, _ in things})
    return f"; {different} different values of {first.label}" if first.label and different < len(things) else ""

"""Things a person names ("the price of the Umbrel One"): the row that is called so, and no other thing's values."""

from __future__ import annotations

import re
from collections.abc import Sequence

from webrun_nb.agents.local.lists.names import tokens
from webrun_nb.agents.local.lists.selecting import rows_of_column_value
from webrun_nb.agents.local.lists.view import UNDER, Row, View, text_of

_NAME_WORDS = 8
"""A cell of more words tells about a thing; it is not its name."""
_MOST_SHOWN = 12


def rows_called(name: str, view: View) -> list[Row]:
    """Find the rows that are called `name`.

    A cell says just that, else a cell of the column says so ("household 2"), else a short cell has all of its words.
    """
    wanted = tokens(name)
    cells = [(row, tokens(text_of(cell))) for row in view.rows for key, cell in row.cells.items() if key != UNDER]
    exact = [row for row, words in cells if words == wanted]
    if not exact and (numbered := rows_of_column_value(view, name)):
        return numbered
    loose = [row for row, words in cells if len(words) <= _NAME_WORDS and set(wanted) <= set(words)]
    return list({row.place: row for row in exact or loose}.values())


def is_called(name: str, headings: Sequence[str], title: str, url: str) -> bool:
    """Tell whether a page's one record may answer for `name`.

    Its main heading has all the words, or it is "this …", or a kind of thing ("the laptop") which the page's address or
    title says.
    """
    if re.match(r"this\b", name, re.I):
        return True
    if any(set(tokens(name)) <= set(tokens(text)) for text in headings or [title]):
        return True
    kind = name == name.lower() and not re.search(r"\d", name)
    return kind and set(tokens(name)) <= set(tokens(f"{title} {url}"))


def names_shown(views: Sequence[View]) -> list[str]:
    """List what the rows of the first list are called."""
    for view in views[:1]:
        if named := next((each for each in view.fields if each.is_key), None):
            return [text_of(row.cells[named.key]) for row in view.rows if named.key in row.cells][:_MOST_SHOWN]
    return []

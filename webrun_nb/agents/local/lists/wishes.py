"""Tells whether requested words name columns; words that don't must not become rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from webrun_nb.agents.local.language.intents import Extract
from webrun_nb.agents.local.lists.names import likeness, tokens
from webrun_nb.agents.local.lists.view import Field, View, text_of

_ALIKE = 0.4


def columns_wished(wanted: Extract) -> dict[str, str]:
    """Return the columns that a sentence wishes for, with its words for them.

    The rows' name stands before them where it is to stand beside them.
    """
    wishes = {re.sub(r"\s*\(.*?\)", "", wish): wish for wish in wanted.wishes}
    named = any(set(tokens(name)) & {"name", "title", "model"} for name in wishes)
    return {"name": "", **wishes} if wanted.with_name and wishes and not named else wishes


def no_column(
    view: View, fields: Mapping[str, Field], wishes: Mapping[str, str], *, subject: str, unpaired: Sequence[str] = ()
) -> str:
    """Return a wish that is a condition ("users with role admin") or a thing ("the laptops and phones"); else empty.

    Parameters
    ----------
    view : View
        The list.
    fields : mapping of str to Field
        Its fields, by column of the answer.
    wishes : mapping of str to str
        The sentence's words for the columns; empty where it has none for one.
    subject : str
        What is listed; empty where only wishes were understood.
    unpaired : sequence of str
        Wishes that name no column of the answer.
    """
    for wish in unpaired:
        if any(_says_value_of(view, each, wish) for each in view.fields if each.label):
            return wish
    for column, wish in wishes.items():
        if wish and column in fields and _says_value_of(view, fields[column], wish):
            return wish
    wished = {column: wish for column, wish in wishes.items() if wish}
    if wished and not subject and not any(_is_column(fields.get(column), column, wished[column]) for column in wished):
        return next(iter(wished.values()))
    if unpaired and not wished and not subject and not any(_is_field(view, wish) for wish in unpaired):
        return unpaired[0]
    return ""


def _is_field(view: View, wish: str) -> bool:
    return any(likeness(tokens(wish), name) >= _ALIKE for each in view.fields for name in each.names)


def _says_value_of(view: View, which: Field, wish: str) -> bool:
    """Tell whether a wish is a column's name together with one of its values."""
    wished = tokens(wish)
    more = [word for word in wished if word not in tokens(which.label)]
    if not more or len(more) == len(wished):
        return False
    return any(tokens(text_of(row.cells[which.key])) == tuple(more) for row in view.rows if which.key in row.cells)


def _is_column(found: Field | None, column: str, wish: str) -> bool:
    names = [] if found is None else list(found.names)
    if column != wish:  # a column that is called as it is wished is no evidence of anything
        names.append(tokens(column))
    return any(likeness(tokens(wish), name) >= _ALIKE for name in names if name) or (found is not None and not names)

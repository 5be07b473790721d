"""Tells whether requested words name columns; words that don't must not become rows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from webrun_nb.agents.extract.mapping import Mapping
from webrun_nb.agents.extract.names import likeness, tokens
from webrun_nb.agents.extract.schema import Column
from webrun_nb.agents.extract.sources import Field
from webrun_nb.agents.planner.intents import Extract

_ALIKE = 0.4


def columns_wished(wanted: Extract) -> tuple[Column, ...]:
    """Make the columns that a sentence wishes for, with the rows' name where it is to stand beside them."""
    wishes = [Column(re.sub(r"\s*\(.*?\)", "", wish), wish=wish) for wish in wanted.wishes]
    named = any(set(tokens(c.name)) & {"name", "title", "model"} for c in wishes)
    return tuple([Column("name"), *wishes] if wanted.with_name and wishes and not named else wishes)


def no_column(mapping: Mapping, columns: Sequence[Column], *, subject: str, unpaired: Sequence[str] = ()) -> str:
    """Return a wish that is a condition ("users with role admin") or a thing ("the laptops and phones"); else empty.

    Parameters
    ----------
    subject : str
        What is listed; empty where only wishes were understood.
    unpaired : sequence of str
        Wishes that name no column of the answer.
    """
    for wish in unpaired:
        if any(_says_value_of(mapping, field, wish) for field in mapping.source.fields if field.label):
            return wish
    for column in columns:
        if _is_condition(mapping, column):
            return column.wish
    wished = [column for column in columns if column.wish]
    if wished and not subject and not any(_is_column(mapping, column) for column in wished):
        return wished[0].wish
    if unpaired and not wished and not subject and not any(_is_field(mapping, wish) for wish in unpaired):
        return unpaired[0]
    return ""


def _is_field(mapping: Mapping, wish: str) -> bool:
    return any(likeness(tokens(wish), name) >= _ALIKE for f in mapping.source.fields for name, _ in f.names if name)


def _is_condition(mapping: Mapping, column: Column) -> bool:
    """Tell whether a wish is a column's name together with one of its values."""
    match = mapping.matches.get(column.name)
    return match is not None and _says_value_of(mapping, match.field, column.wish)


def _says_value_of(mapping: Mapping, field: Field, wish: str) -> bool:
    wished = tokens(wish)
    more = [word for word in wished if word not in tokens(field.label)]
    if not more or len(more) == len(wished):
        return False
    cells = [cell for row in mapping.source.rows for cell in row.cells.get(field.key, ())]
    return any(tokens(cell.text) == tuple(more) for cell in cells)


def _is_column(mapping: Mapping, column: Column) -> bool:
    wished, match = tokens(column.wish), mapping.matches.get(column.name)
    names = [tokens(column.name), *(name for name, _ in match.field.names)] if match else [tokens(column.name)]
    # A column that is called as it is wished is no evidence of anything.
    alike = names[1:] if column.name == column.wish else names
    return any(likeness(wished, name) >= _ALIKE for name in alike if name)

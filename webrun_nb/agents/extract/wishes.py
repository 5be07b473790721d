"""Whether what was wished for really names columns: words that don't would come back as rows nobody asked for."""

from __future__ import annotations

from collections.abc import Sequence

from webrun_nb.agents.extract.mapping import Mapping
from webrun_nb.agents.extract.names import likeness, tokens
from webrun_nb.agents.extract.schema import Column

_ALIKE = 0.4


def no_column(mapping: Mapping, columns: Sequence[Column], *, subject: str) -> str:
    """Return a wish that is a condition ("users with role admin") or a thing ("the laptops and phones"); else empty.

    Parameters
    ----------
    subject : str
        What is listed; empty where only wishes were understood.
    """
    for column in columns:
        if _is_condition(mapping, column):
            return column.wish
    wished = [column for column in columns if column.wish]
    if wished and not subject and not any(_is_column(mapping, column) for column in wished):
        return wished[0].wish
    return ""


def _is_condition(mapping: Mapping, column: Column) -> bool:
    """Tell whether a wish is a column's name together with one of its values."""
    match, wished = mapping.matches.get(column.name), tokens(column.wish)
    if match is None or len(wished) < 2:
        return False
    more = [word for word in wished if word not in tokens(match.field.label)]
    if not more or len(more) == len(wished):
        return False
    cells = [cell for row in mapping.source.rows for cell in row.cells.get(match.field.key, ())]
    return any(tokens(cell.text) == tuple(more) for cell in cells)


def _is_column(mapping: Mapping, column: Column) -> bool:
    wished, match = tokens(column.wish), mapping.matches.get(column.name)
    names = [tokens(column.name), *(name for name, _ in match.field.names)] if match else [tokens(column.name)]
    # A column that is called as it is wished is no evidence of anything.
    alike = names[1:] if column.name == column.wish else names
    return any(likeness(wished, name) >= _ALIKE for name in alike if name)

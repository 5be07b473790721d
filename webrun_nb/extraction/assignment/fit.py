"""The share of cells that can be read as a type: evidence for which field a column is, and of what a field is."""

from __future__ import annotations

from collections.abc import Sequence

from webrun_nb.common.column_types import Column, ColumnType
from webrun_nb.extraction.naming.names import name_of
from webrun_nb.extraction.reasons import Reason
from webrun_nb.extraction.sources import Cell
from webrun_nb.extraction.values.values import Context, read_address, readings

_LONGEST_NAME_CHARS = 60


def share_read(cells: Sequence[Cell], column: Column) -> float:
    """Return the share of cells that have a reading as a column's type."""
    if len(cells) == 1 and _names_itself(cells[0], column):
        return 0.0
    return sum(_can_be(cell, column) for cell in cells) / len(cells) if cells else 0.0


def _names_itself(cell: Cell, column: Column) -> bool:
    """Tell whether a text is the column's name, as the heading "Cities" is of the column `city`: it is no value."""
    if column.type is not ColumnType.STR or len(cell.text) > _LONGEST_NAME_CHARS:
        return False
    stems = [word.stem for word in name_of(cell.text).words]
    return stems == [word.stem for word in name_of(column.name.rpartition(".")[2]).words]


def _can_be(cell: Cell, column: Column) -> bool:
    if column.type in (ColumnType.STR, ColumnType.LIST, ColumnType.JSON):
        return bool(cell.text or cell.exact or cell.label)
    if column.type is ColumnType.URL:
        return bool(cell.href) or not isinstance(read_address(cell.text), Reason)
    if column.type is ColumnType.RANGE and column.item is not None:
        return any(char.isdigit() for char in cell.text)
    context = Context(language=cell.node.language)
    return any(readings(text, column, context) for text in (cell.exact, cell.text, cell.label) if text)

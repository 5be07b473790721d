"""The share of cells that can be read as a type: evidence for which field a column is, and of what a field is."""

from __future__ import annotations

from collections.abc import Sequence

from webrun_nb.common.column_types import Column, ColumnType
from webrun_nb.extraction.reasons import Reason
from webrun_nb.extraction.sources import Cell
from webrun_nb.extraction.values import Context, read_address, readings


def share_read(cells: Sequence[Cell], column: Column) -> float:
    """Return the share of cells that have a reading as a column's type."""
    return sum(_can_be(cell, column) for cell in cells) / len(cells) if cells else 0.0


def _can_be(cell: Cell, column: Column) -> bool:
    if column.type in (ColumnType.STR, ColumnType.LIST, ColumnType.JSON):
        return bool(cell.text or cell.exact or cell.label)
    if column.type is ColumnType.URL:
        return bool(cell.href) or not isinstance(read_address(cell.text), Reason)
    if column.type is ColumnType.RANGE and column.item is not None:
        return any(char.isdigit() for char in cell.text)
    context = Context(language=cell.node.language)
    return any(readings(text, column, context) for text in (cell.exact, cell.text, cell.label) if text)

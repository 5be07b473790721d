"""The form of all readers of columns, and what tells one cell from another for them."""

from __future__ import annotations

from typing import TypeAlias

from webrun_nb.extraction.sources import Cell
from webrun_nb.extraction.values.values import Value

CellKey: TypeAlias = tuple[str, str, str, str, str]


def key_of(cell: Cell, language: str) -> CellKey:
    """Return all that a cell's value depends on; cells of the same key have the same value."""
    return language, cell.text, cell.exact, cell.label, cell.href


class ColumnReader:
    """Reads the cells of one column, in one language.

    It is made with all cells of the column, of which it takes the proofs; `conventions` is filled while cells are read.
    """

    def __init__(self) -> None:
        self.conventions: dict[str, str] = {}
        """What was decided for the column and what proved it, for people."""

    def read(self, cell: Cell) -> Value:
        """Return the value of a cell."""
        raise NotImplementedError

"""Cells cut apart: values whose currency, sign, bracket or footnote mark is in a column of its own (`$ | 1,234 | )`).

Such columns are joined to the column of numbers that they belong to, and columns that only keep others apart are
dropped. A column with a heading of its own stays one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from webrun_nb.extraction.grids.text_shapes import is_absent, is_currency
from webrun_nb.extraction.snapshot import Node
from webrun_nb.extraction.sources import Cell

_SUFFIXES = frozenset({")", "%", ")%", "%)", "％", "٪", "‰", "pp", "bp", "bps", "]", ",-", ",–", ".-"})
_PREFIXES = frozenset({"(", "[", "+", "-", "−", "–", "±", "<", ">", "≤", "≥", "~", "≈", "$(", "€(", "£(", "-$", "−$"})
_SIGNS = frozenset({"+", "-", "−", "–"})
_MARK = re.compile(r"[*†‡§¶]{1,4}|\((?:\d{1,2}|[a-z])\)|\[(?:\d{1,2}|[a-z])\]")

_SAMPLE = 400
"""Cells that tell whether a column is one of numbers."""

Kind = Literal["", "empty", "numbers", "currency", "prefix", "suffix", "mark"]


@dataclass(slots=True)
class TableColumn:
    """A column of a table while its source is made."""

    labels: tuple[str, ...]
    cells: list[Cell | None]
    heads: tuple[Node, ...] = ()
    """The cells of its headings, to tell columns under one heading."""
    properties: frozenset[str] = frozenset()
    """The names that markup gives it."""

    kind: Kind = field(default="", init=False)


def joined(columns: Sequence[TableColumn]) -> list[TableColumn]:
    """Return the columns without those that hold pieces of values of others, or nothing."""
    for column in columns:
        column.kind = _kind(column)
    left = list(columns)
    numbers = [column for column in left if column.kind == "numbers"]
    if numbers:
        left = _joined_pieces(left)
    return [column for column in left if column.kind != "empty" or _has_own_heading(column, left)] or left


def _kind(column: TableColumn) -> Kind:
    """Return what a column consists of."""
    cells = [cell for cell in column.cells if cell is not None]
    if all(not (cell.text or cell.label or cell.exact or cell.href or cell.notes) for cell in cells):
        return "empty"
    texts = [cell.text for cell in cells if cell.text]
    few = set(texts[:8])
    if any(len(text) > 5 for text in few) and not any(text[0].isdecimal() for text in few):
        return "numbers" if _are_numbers(texts) else ""
    if not texts:
        return "mark" if all(cell.notes or not cell.label for cell in cells) else ""
    if all(is_currency(text) for text in texts):
        return "currency"
    if all(text in _SUFFIXES for text in texts):
        return "suffix"
    if all(text in _PREFIXES or is_currency(text) for text in texts):
        return "prefix"
    if all(_MARK.fullmatch(text) for text in texts):
        return "mark"
    return "numbers" if _are_numbers(texts) else ""


def _are_numbers(texts: Sequence[str]) -> bool:
    """Tell texts most of which are numbers, perhaps with one bracket: `(7,310`."""
    texts = texts[:_SAMPLE]
    found = sum(
        any(char.isdecimal() for char in text) and not any(char.isalpha() for char in text) and len(text) < 40
        for text in texts
    )
    return found > 0 and 2 * (found + sum(is_absent(text) for text in texts)) > len(texts)


def _joined_pieces(columns: list[TableColumn]) -> list[TableColumn]:
    """Join each column of pieces to the nearest column of numbers that it may belong to."""
    is_prefix = _currencies_stand_before(columns)
    left: list[TableColumn] = []
    for number, column in enumerate(columns):
        if column.kind not in ("currency", "prefix", "suffix", "mark"):
            left.append(column)
            continue
        before = _neighbour(columns, number, -1)
        behind = _neighbour(columns, number, 1)
        if column.kind == "prefix" or (column.kind == "currency" and is_prefix):
            target, is_behind = behind, False
        else:
            target, is_behind = before, True
        if target is None or not _belong(column, target):
            left.append(column)
            continue
        _join(target, column, is_behind=is_behind)
    return left


def _neighbour(columns: Sequence[TableColumn], number: int, step: int) -> TableColumn | None:
    """Return the nearest column of numbers on one side, across empty columns and other pieces."""
    at = number + step
    while 0 <= at < len(columns):
        if columns[at].kind == "numbers":
            return columns[at]
        if columns[at].kind == "":
            return None
        at += step
    return None


def _currencies_stand_before(columns: Sequence[TableColumn]) -> bool:
    """Tell whether currencies stand before their numbers: a heading above both says so, else the first of them does."""
    for number, column in enumerate(columns):
        if column.kind != "currency":
            continue
        before, behind = _neighbour(columns, number, -1), _neighbour(columns, number, 1)
        if behind is None or before is None:
            return before is None
        if column.heads and behind.heads[-1:] == column.heads[-1:] != before.heads[-1:]:
            return True
        return not (column.heads and before.heads[-1:] == column.heads[-1:] != behind.heads[-1:])
    return True


def _belong(piece: TableColumn, target: TableColumn) -> bool:
    """Tell columns that one heading is above, or of which only one has a heading of its own."""
    shared = set(piece.heads) & set(target.heads)
    if any(cell.text in _SIGNS for cell in piece.cells if cell is not None):
        return bool(shared)  # a dash without such a proof stands for "no value"
    if piece.labels == target.labels or not piece.labels or not target.labels:
        return True
    return bool(shared) and (piece.heads[-1] in shared or target.heads[-1] in shared)


def _join(target: TableColumn, piece: TableColumn, *, is_behind: bool) -> None:
    if len(piece.labels) > len(target.labels):
        target.labels, target.heads, target.properties = piece.labels, piece.heads, piece.properties
    for row, added in enumerate(piece.cells):
        cell = target.cells[row]
        if added is None or cell is added or (cell is not None and cell.node is added.node):
            continue
        if not added.text and not added.notes:
            continue
        if cell is None or not cell.text:
            if piece.kind == "mark" and cell is not None:
                target.cells[row] = Cell(cell.node, cell.text, cell.exact, cell.label, cell.href, _notes(cell, added))
            continue  # a sign without a number says nothing
        if piece.kind == "mark":
            text = cell.text
        else:
            gap = " " if added.text.isalpha() and added.text.isascii() else ""
            text = f"{cell.text}{gap}{added.text}" if is_behind else f"{added.text}{gap}{cell.text}"
        notes = _notes(cell, added)
        target.cells[row] = Cell(cell.node, text, cell.exact, cell.label or added.label, cell.href, notes)


def _notes(cell: Cell, added: Cell) -> tuple[str, ...]:
    own = (added.text.strip("()[]"),) if added.text and _MARK.fullmatch(added.text) else ()
    return (*cell.notes, *own, *added.notes)


def _has_own_heading(column: TableColumn, columns: Sequence[TableColumn]) -> bool:
    """Tell an empty column that the table says to be one: its heading is above no other column."""
    if not column.labels:
        return False
    if not column.heads:
        return True
    return not any(other is not column and column.heads[-1] in other.heads for other in columns)

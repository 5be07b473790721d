"""Layouts of ARIA tables and grids: elements with the roles of tables, whatever their tags."""

from __future__ import annotations

from collections.abc import Iterator

from webrun_nb.extraction.grids.table_layout import (
    MAX_COLUMNS,
    MAX_SLOTS,
    Layout,
    Line,
    Slot,
    place,
    squeezed,
    whole_number,
)
from webrun_nb.extraction.snapshot import TEXT, Node

TABLE_ROLES = frozenset({"table", "grid", "treegrid"})
_CELL_ROLES = frozenset({"cell", "gridcell", "columnheader", "rowheader"})
_SCOPES = {"columnheader": "col", "rowheader": "row"}
_MOST_ROWS_SPANNED = 1000


def aria_layout(grid: Node) -> Layout | None:
    """Return the layout of an element with the role of a table.

    Rows are put in the order of `aria-rowindex`, else in that of their boxes: a virtualised grid places them anywhere
    in its source. Rows of one index are parts of one row, as where some columns are pinned.
    """
    rows = [(row, _cells(row)) for row in _rows(grid)]
    rows = _in_order([(row, cells) for row, cells in rows if cells])
    if not rows:
        return None
    numbers = [_number(cell, "aria-colindex") for _, cells in rows for cell in cells]
    if all(number is not None for number in numbers):
        lines = _by_index(rows)
        if not lines:
            return None
    else:
        lines = place([(row, [_slot(cell) for cell in cells]) for row, cells in rows])
    for line in lines:
        line.index = _number(line.node, "aria-rowindex")
        line.level = _number(line.node, "aria-level") or 0
        if line.slots and all(slot is None or slot.scope == "col" for slot in line.slots):
            line.section = "head"
    lines.sort(key=lambda line: line.section != "head")
    return squeezed(Layout(grid, lines, 0))


def _rows(grid: Node) -> Iterator[Node]:
    """Yield the displayed rows of a grid, without those of grids in it."""
    waiting = [*reversed(grid.children)]
    while waiting:
        node = waiting.pop()
        if node.tag == TEXT or node.hidden in ("display", "template"):
            continue
        role = node.role
        if role == "row" or (not role and node.tag == "tr"):
            yield node
        elif role not in TABLE_ROLES:
            waiting.extend(reversed(node.children))


def _cells(row: Node) -> list[Node]:
    """Return the cells of a row; without roles, its elements."""
    cells: list[Node] = []
    waiting = [*reversed(row.children)]
    while waiting:
        node = waiting.pop()
        if node.tag == TEXT or node.hidden in ("display", "template"):
            continue
        role = node.role
        if role in _CELL_ROLES or (not role and node.tag in ("td", "th")):
            cells.append(node)
        elif role not in TABLE_ROLES and role != "row":
            waiting.extend(reversed(node.children))
    return cells or [child for child in row.elements if not child.hidden]


def _in_order(rows: list[tuple[Node, list[Node]]]) -> list[tuple[Node, list[Node]]]:
    indices = [_number(row, "aria-rowindex") for row, _ in rows]
    if all(index is not None for index in indices):
        merged: dict[int, tuple[Node, list[Node]]] = {}
        for index, (row, cells) in sorted(
            zip((index or 0 for index in indices), rows, strict=True), key=lambda each: each[0]
        ):
            if index in merged:
                merged[index][1].extend(cells)
            else:
                merged[index] = (row, [*cells])
        return [*merged.values()]
    tops = [row.box.y if row.box is not None else None for row, _ in rows]
    if all(top is not None for top in tops) and len(set(tops)) == len(tops):
        return [row for _, row in sorted(zip(tops, rows, strict=True), key=lambda each: each[0] or 0.0)]
    return rows


def _by_index(rows: list[tuple[Node, list[Node]]]) -> list[Line]:
    """Put cells at the columns that `aria-colindex` says; the numbers of columns that are not there are left out."""
    used = sorted({_number(cell, "aria-colindex") or 0 for _, cells in rows for cell in cells})[:MAX_COLUMNS]
    columns = {number: column for column, number in enumerate(used)}
    if len(used) * len(rows) > MAX_SLOTS:
        return []
    lines = []
    for row, cells in rows:
        slots: list[Slot | None] = [None] * len(used)
        for cell in cells:
            number = _number(cell, "aria-colindex") or 0
            if number not in columns:
                continue
            slot = _slot(cell)
            slot.column = columns[number]
            spanned = [columns[each] for each in range(number, number + slot.columns) if each in columns]
            slot.columns = len(spanned)
            for column in spanned:
                slots[column] = slots[column] or slot
        lines.append(Line(row, slots))
    return lines


def _slot(cell: Node) -> Slot:
    role = cell.role
    is_header = role in _SCOPES or (not role and cell.tag == "th")
    columns = _number(cell, "aria-colspan") or _number(cell, "colspan") or 1
    rows = _number(cell, "aria-rowspan") or _number(cell, "rowspan") or 1
    return Slot(
        cell,
        is_header,
        _SCOPES.get(role, ""),
        0,
        min(max(columns, 1), MAX_COLUMNS),
        min(max(rows, 1), _MOST_ROWS_SPANNED),
    )


def _number(node: Node, name: str) -> int | None:
    return whole_number(node.attributes.get(name, ""))

"""Layouts of grids without roles: elements displayed as rows and columns, with a row of headings or as label and value.

Lists of repeated items without headings are no grids; the stage `records` reads them.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence

from webrun_nb.extraction.grids.table_layout import Layout, Line, Slot, squeezed
from webrun_nb.extraction.snapshot import Box, Node

_TOLERANCE_PX = 3.0
_MOST_COLUMNS = 60
_FEWEST_ROWS = 3
_ROW_SHARE = 0.8
"""Share of the children of an element that are alike, from which they are the rows of a grid."""
_NO_GRIDS = frozenset({"table", "thead", "tbody", "tfoot", "tr", "select", "dl", "svg", "p", "a", "button", "nav"})


def div_layouts(root: Node, taken: set[Node]) -> Iterator[Layout]:
    """Yield the layouts of elements whose children are displayed as rows and columns.

    Parameters
    ----------
    root : Node
        The page.
    taken : set of Node
        The elements that are tables or lists already; nothing in them is read again.
    """
    waiting: list[tuple[Node, Node | None]] = [(root, None)]
    while waiting:
        node, before = waiting.pop()
        if node.hidden or node in taken or node.tag in ("svg", "select"):
            continue
        children = [child for child in node.children if child.box is not None and not child.hidden]
        layout = None
        if len(children) > 1 and node.tag not in _NO_GRIDS:
            layout = _of_rows(node, children, before) or _of_cells(node, children)
        if layout is not None:
            yield layout
            if node in taken:  # the reader of the layout has taken it
                continue
        last: Node | None = None
        inside: list[tuple[Node, Node | None]] = []
        for child in node.elements:
            inside.append((child, last))
            if child.box is not None and not child.hidden:
                last = child
        waiting.extend(reversed(inside))


def _of_rows(node: Node, children: Sequence[Node], before: Node | None) -> Layout | None:
    """Return the layout of an element whose children are rows of cells in the same columns.

    `before` is the displayed element before it, which may be the row of headings.
    """
    rows = [(child, _cells(child)) for child in children]
    count, alike = Counter(len(cells) for _, cells in rows).most_common(1)[0]
    if not 2 <= count <= _MOST_COLUMNS or alike < _ROW_SHARE * len(rows):
        return None
    rows = [(child, cells) for child, cells in rows if len(cells) in (1, count)]
    full = [cells for _, cells in rows if len(cells) == count]
    if not _are_aligned(full):
        return None
    head = _head_of(before, full)
    if len(full) + (head is not None) < _FEWEST_ROWS:
        return None
    return _layout(node, [*([head] if head else []), *rows], count)


def _of_cells(node: Node, children: Sequence[Node]) -> Layout | None:
    """Return the layout of an element whose children are cells, as `display: grid` places them."""
    if len(children) < 2 * _FEWEST_ROWS:
        return None
    rows: list[list[Node]] = []
    for child in children:
        if rows and _share_a_row(rows[-1][0], child):
            rows[-1].append(child)
        else:
            rows.append([child])
    count = len(rows[0])
    if not 2 <= count <= _MOST_COLUMNS or len(rows) < _FEWEST_ROWS or any(len(row) != count for row in rows):
        return None
    return _layout(node, [(row[0], row) for row in rows], count) if _are_aligned(rows) else None


def _cells(row: Node) -> list[Node]:
    """Return the cells of a row: its displayed elements, or those of its only one."""
    for _ in range(3):
        cells = [child for child in row.children if child.box is not None and not child.hidden]
        if len(cells) != 1:
            break
        row = cells[0]
    inline = any(child.is_text and child.content.strip() and not child.hidden for child in row.children)
    return [row] if inline or not cells else cells


def _head_of(before: Node | None, rows: Sequence[Sequence[Node]]) -> tuple[Node, list[Node]] | None:
    """Return the row of headings that stands before an element of rows."""
    if before is None:
        return None
    cells = _cells(before)
    return (before, cells) if len(cells) == len(rows[0]) and _are_aligned([cells, rows[0]]) else None


def _share_a_row(first: Node, second: Node) -> bool:
    a, b = first.box, second.box
    return a is not None and b is not None and min(a.y + a.height, b.y + b.height) - max(a.y, b.y) > _TOLERANCE_PX


def _are_aligned(rows: Sequence[Sequence[Node]]) -> bool:
    """Tell whether the cells of all rows are in the same columns and those of each row side by side."""
    first = [cell.box for cell in rows[0]]
    for row in rows:
        for place, cell in enumerate(row):
            if place and not _share_a_row(row[place - 1], cell):
                return False
            if not _is_above(first[place], cell.box):
                return False
    return all(
        a is not None
        and b is not None
        and (a.x + a.width <= b.x + _TOLERANCE_PX or b.x + b.width <= a.x + _TOLERANCE_PX)
        for a, b in itertools.pairwise(first)
    )


def _is_above(a: Box | None, b: Box | None) -> bool:
    """Tell boxes of one column: their left or right edges or their middles agree."""
    if a is None or b is None:
        return False
    left, right = abs(a.x - b.x), abs(a.x + a.width - b.x - b.width)
    return min(left, right, abs(a.x + a.width / 2 - b.x - b.width / 2)) <= _TOLERANCE_PX


def _layout(node: Node, rows: Sequence[tuple[Node, list[Node]]], count: int) -> Layout | None:
    lines = []
    for row, cells in rows:
        slots: list[Slot | None] = []
        for cell in cells:
            slots.append(Slot(cell, column=len(slots)))
        if len(cells) == 1 and slots[0] is not None:
            slots[0].columns = count
            slots *= count
        lines.append(Line(row, slots))
    return squeezed(Layout(node, lines, 0))

"""Layouts: the rectangle of slots that a table's rows and spans make, as browsers lay them out.

`html_layout` reads HTML tables; `aria_grids.py` and `div_grids.py` make layouts of other elements. All later steps work
on layouts alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from webrun_nb.extraction.grids.cell_texts import Reading, reading_of
from webrun_nb.extraction.snapshot import TEXT, Node

Section = Literal["head", "body", "foot"]
MAX_COLUMNS = 1000
"""As in HTML's `colspan`. What lies beyond is not read."""
MAX_SLOTS = 2_000_000
"""Places of a rectangle; a table with more is not read."""
_MOST_DIGITS = 10
_SECTIONS: dict[str, Section] = {"thead": "head", "tbody": "body", "tfoot": "foot"}
_ROW_HEADERS = frozenset({"row", "rowgroup"})
_CELLS = frozenset({"td", "th"})


@dataclass(slots=True, eq=False)
class Slot:
    """A cell in the layout. It stands at all places that it spans."""

    node: Node
    is_header: bool = False
    scope: str = ""
    """`row`, `rowgroup`, `col`, `colgroup` or empty."""
    column: int = 0
    columns: int = 1
    """Number of columns that it spans."""
    rows: int = 1
    _reading: Reading | None = None

    @property
    def reading(self) -> Reading:
        """Its texts; read when they are first asked for."""
        if self._reading is None:
            self._reading = reading_of(self.node)
        return self._reading

    @property
    def text(self) -> str:
        """Its displayed text, footnote marks included."""
        return self.reading.text

    @property
    def is_row_header(self) -> bool:
        """True for a header that is said to be one of rows."""
        return self.is_header and self.scope in _ROW_HEADERS


@dataclass(slots=True, eq=False)
class Line:
    """A row of the layout."""

    node: Node
    slots: list[Slot | None]
    """One per column."""
    section: Section = "body"
    index: int | None = None
    """`aria-rowindex`."""
    level: int = 0
    """`aria-level`, from 1; 0 without one."""
    _filled: list[Slot] | None = None

    def distinct(self) -> list[Slot]:
        """Return its cells, each once, empty ones included."""
        return list(dict.fromkeys(slot for slot in self.slots if slot is not None))

    def filled(self) -> list[Slot]:
        """Return its cells that say something, each once."""
        if self._filled is None:
            self._filled = [slot for slot in self.distinct() if not slot.reading.is_empty]
        return self._filled


@dataclass(slots=True, eq=False)
class Layout:
    """A table as a rectangle."""

    node: Node
    lines: list[Line]
    width: int
    hidden_head: list[Line] = field(default_factory=list)
    """The rows of a `thead` that is not displayed, as on small screens where each cell has its label with it."""


def html_layout(table: Node) -> Layout | None:
    """Return the layout of a `table` element; None where it has no rows or is too large."""
    head: list[Line] = []
    body: list[Line] = []
    foot: list[Line] = []
    hidden: list[Line] = []
    placed = 0
    for section, rows in _row_groups(table):
        displayed = [row for row in rows if not row[0].hidden]
        lines = place([(row, [_slot(cell) for cell in cells]) for row, cells in displayed])
        for line in lines:
            line.section = section
            if line.node.attributes:
                line.index = whole_number(line.node.attributes.get("aria-rowindex", ""))
        placed += sum(len(line.slots) for line in lines)
        if placed > MAX_SLOTS:
            return None  # `place` has stopped
        # browsers display the first head at the top and the first foot at the bottom, wherever they are in the source
        target = body
        if section == "head" and not head:
            target = head
        elif section == "foot" and not foot:
            target = foot
        target.extend(lines)
        if section == "head" and not displayed:
            cells_of = [(row, [_slot(cell) for cell in cells]) for row, cells in rows]
            hidden.extend(place(cells_of))
    lines = [*head, *body, *foot]
    return squeezed(Layout(table, lines, 0, hidden)) if lines else None


def _row_groups(table: Node) -> Iterator[tuple[Section, list[tuple[Node, list[Node]]]]]:
    """Yield the row groups with their rows and these with their cells; cells without a row make one."""
    loose: list[tuple[Node, list[Node]]] = []
    for child in table.children:
        if child.tag in _SECTIONS:
            if loose:
                yield "body", loose
                loose = []
            yield _SECTIONS[child.tag], _rows(child)
        else:
            loose.extend(_rows_in(child, loose))
    if loose:
        yield "body", loose


def _rows(group: Node) -> list[tuple[Node, list[Node]]]:
    rows: list[tuple[Node, list[Node]]] = []
    for child in group.children:
        rows.extend(_rows_in(child, rows))
    return rows


def _rows_in(node: Node, before: list[tuple[Node, list[Node]]]) -> list[tuple[Node, list[Node]]]:
    """Return the row that a child of a row group is; a cell without a row is added to the row of those before it."""
    if node.tag == "tr":
        return [(node, [cell for cell in node.children if _is_cell(cell, node)])]
    if node.tag in _CELLS and _is_cell(node, node):
        if before and before[-1][0].tag in _CELLS:
            before[-1][1].append(node)
            return []
        return [(node, [node])]
    if node.tag not in (TEXT, "caption", "colgroup", "table") and node.children:
        return [found for child in node.children if child.tag == "tr" for found in _rows_in(child, before)]
    return []


def _is_cell(node: Node, row: Node) -> bool:
    """Tell a cell that takes a place in its row: one that is only invisible does, one without a box does not."""
    return node.tag in _CELLS and (node.hidden not in ("display", "template") or row.hidden is not None)


def _slot(cell: Node) -> Slot:
    attributes = cell.attributes
    if not attributes:
        return Slot(cell, cell.tag == "th")
    is_header = cell.tag == "th" or attributes.get("role") in ("columnheader", "rowheader")
    scope = attributes.get("scope", "").lower() or {"rowheader": "row"}.get(attributes.get("role", ""), "")
    columns = _span(attributes.get("colspan", ""), MAX_COLUMNS)
    rows = _span(attributes.get("rowspan", ""), 65_534, to_the_end=True)
    return Slot(cell, is_header, scope, 0, columns, rows)


def _span(said: str, most: int, *, to_the_end: bool = False) -> int:
    number = whole_number(said)
    if number is None:
        return 1
    return most if number == 0 and to_the_end else min(max(number, 1), most)


def whole_number(said: str) -> int | None:
    """Return the number that an attribute holds; None where it holds none."""
    said = said.strip()
    return int(said) if said.isascii() and said.isdigit() and len(said) < _MOST_DIGITS else None


def place(rows: Sequence[tuple[Node, list[Slot]]]) -> list[Line]:
    """Give each cell of a row group its places, as HTML's table model does.

    A cell takes the first place of its row that is free. It spans no place that a cell of a row above has, and no row
    behind the last one.
    """
    lines: list[Line] = []
    carried: dict[int, tuple[Slot, int]] = {}  # by column: a cell of a row above, and the last row that it spans
    placed = 0
    for number, (node, cells) in enumerate(rows):
        if lines:
            placed += len(lines[-1].slots)
        if placed > MAX_SLOTS:
            break
        slots: list[Slot | None] = []
        if not carried and all(cell.columns == 1 and cell.rows == 1 for cell in cells):
            for column, cell in enumerate(cells[:MAX_COLUMNS]):
                cell.column = column
            lines.append(Line(node, [*cells[:MAX_COLUMNS]]))
            continue
        for cell in cells:
            while len(slots) in carried:
                slots.append(carried[len(slots)][0])
            cell.column = len(slots)
            if cell.column >= MAX_COLUMNS:
                break
            last = min(number + cell.rows, len(rows)) - 1
            for column in range(cell.column, min(cell.column + cell.columns, MAX_COLUMNS)):
                if column in carried and column > cell.column:
                    break  # the cell above keeps its place
                slots.append(cell)
                if last > number:
                    carried[column] = (cell, last)
            cell.columns = len(slots) - cell.column
        for column in range(len(slots), max(carried, default=-1) + 1):
            slots.append(carried[column][0] if column in carried else None)
        carried = {column: (cell, last) for column, (cell, last) in carried.items() if last > number}
        lines.append(Line(node, slots))
    return lines


def squeezed(layout: Layout) -> Layout | None:
    """Return the layout without columns at which no cell begins and without rows of no cells; all rows equally wide.

    None where nothing is left or the rectangle is too large.
    """
    lines = [line for line in layout.lines if line.slots]
    begun = sorted({slot.column for line in lines for slot in line.slots if slot is not None})
    if not begun or len(begun) * len(lines) > MAX_SLOTS:
        return None
    width = len(begun)
    unchanged = begun[-1] == width - 1
    for line in [*lines, *layout.hidden_head]:
        if not unchanged:
            line.slots = [line.slots[column] if column < len(line.slots) else None for column in begun]
        line.slots.extend([None] * (width - len(line.slots)))
        del line.slots[width:]
    if not unchanged:
        _count_again(lines)
    return Layout(layout.node, lines, width, layout.hidden_head)


def _count_again(lines: Sequence[Line]) -> None:
    """Give all cells their column and number of columns anew."""
    for line in lines:
        last: Slot | None = None
        for column, slot in enumerate(line.slots):
            if slot is None:
                last = None
            elif slot is last:
                slot.columns = column - slot.column + 1
            else:
                slot.column, slot.columns, last = column, 1, slot

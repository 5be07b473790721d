"""Shapes of tables: comparison tables whose records are columns, lists folded into groups of columns, and pairs.

A table says by its headings and by the shapes of its texts what its records are: texts of one shape down each column
make rows records; texts of one shape along each row make columns records.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from webrun_nb.extraction.grids.split_cells import TableColumn
from webrun_nb.extraction.grids.table_headers import Head, is_bold
from webrun_nb.extraction.grids.table_rows import is_summary_name
from webrun_nb.extraction.grids.text_shapes import is_absent, majority, shape_of
from webrun_nb.extraction.snapshot import Node
from webrun_nb.extraction.sources import Cell, SourceColumn, SourceKind, SourceRow

_SAMPLE = 60
_BULLETS = "•·◦▪‣-"
_LONGEST_LABEL = 120
_ALIKE = 0.85
_UNLIKE = 0.75
_QUITE_UNLIKE = 0.6
_MAX_TURNED_ROWS = 400
"""Rows of a table whose records are columns: each is an attribute."""


@dataclass(slots=True)
class TableRow:
    """A row of a table while its source is made; its cells are in the columns."""

    node: Node
    groups: tuple[str, ...] = ()
    heads: tuple[Node, ...] = ()
    """The elements of the headings that it is under."""
    is_total: bool = False
    index: int | None = None
    starts_with_header: bool = False
    """True where its first cell is a header and another one is not."""


@dataclass(slots=True)
class Records:
    """The records of a table, whichever way they run."""

    kind: SourceKind
    columns: list[SourceColumn]
    rows: list[SourceRow]


def records_of(kind: SourceKind, columns: list[TableColumn], rows: list[TableRow], head: Head) -> Records:
    """Return the records of a table.

    Parameters
    ----------
    kind : SourceKind
        What the table is if its records are rows.
    columns : list of TableColumn
        Its columns.
    rows : list of TableRow
        Its rows.
    head : Head
        Its column headings.
    """
    if is_pairs(columns, rows, is_headed=bool(head.lines)):
        return _pairs(columns, rows)
    if is_turned(columns, rows, head):
        return _turned(kind, columns, rows)
    if period := _period(columns):
        return _unfolded(kind, columns, rows, period)
    cells = zip(*(column.cells for column in columns), strict=True)
    return Records(
        kind,
        [SourceColumn(column.labels, column.properties) for column in columns],
        [
            SourceRow(row.node, each, row.groups, row.is_total, row.index, row.heads)
            for row, each in zip(rows, cells, strict=True)
        ],
    )


def is_pairs(columns: Sequence[TableColumn], rows: Sequence[TableRow], *, is_headed: bool) -> bool:
    """Tell a table of labels with one value each: one record."""
    if len(columns) not in (2, 4) or not rows or len(rows) > _MAX_TURNED_ROWS:
        return False
    headed = 2 * sum(row.starts_with_header for row in rows) > len(rows)
    labels = [column for number, column in enumerate(columns) if number % 2 == 0]
    within = [(row.groups, cell.text) for each in labels for row, cell in zip(rows, each.cells, strict=True) if cell]
    values = [column for number, column in enumerate(columns) if number % 2 == 1]
    if is_headed and not (headed and len(columns) == 2 and not columns[0].labels and _is_mixed(values[0])):
        return False
    names = [cell.text for column in labels for cell in column.cells if cell is not None and cell.text]
    if not names or not all(_is_label(name, is_marked=headed) for name in names) or len(set(within)) < len(within):
        return False
    if not any(cell is not None and (cell.text or cell.label or cell.href) for each in values for cell in each.cells):
        return False
    if all(name.endswith((":", "：")) for name in names):
        return True
    if len(columns) == 4:
        return all(cell.node.tag == "th" for each in labels for cell in each.cells if cell is not None and cell.text)
    return headed or _are_bold(labels[0], values[0]) or (len(rows) > 1 and _is_mixed(values[0]))


def _are_bold(labels: TableColumn, values: TableColumn) -> bool:
    """Tell labels that are all bold, beside values that are not."""
    named, valued = (
        [cell.node for cell in column.cells[:_SAMPLE] if cell is not None and cell.text] for column in (labels, values)
    )
    return all(is_bold(node) for node in named) and not any(is_bold(node) for node in valued)


def is_turned(columns: Sequence[TableColumn], rows: Sequence[TableRow], head: Head) -> bool:
    """Tell a table whose records are columns: its labels are in the first column."""
    if len(columns) < 3 or not 1 < len(rows) <= _MAX_TURNED_ROWS:
        return False
    names = [cell.text for cell in columns[0].cells if cell is not None and cell.text]
    headed = 2 * sum(row.starts_with_header for row in rows) > len(rows)
    if len(set(names)) < len(names) or 2 * len(names) < len(rows):
        return False
    if not all(_is_label(name, is_marked=headed) for name in names):
        return False
    along, down = _likeness(columns)
    if headed and not head.lines:
        return not (down >= _ALIKE and along <= _UNLIKE)
    if head.lines and 2 * sum(_is_period(column) for column in columns[1:]) > len(columns) - 1:
        return False  # a time series: the rows are what is measured
    if headed and not columns[0].labels:
        return along >= _ALIKE and down <= _ALIKE
    return along >= _ALIKE and down <= _QUITE_UNLIKE and (headed or head.is_guessed or not columns[0].labels)


def _is_period(column: TableColumn) -> bool:
    """Tell a column that is headed by a year: 2023, Q1 2024, FY 2021/22."""
    return any(
        re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", label) is not None and len(label) < 24 for label in column.labels
    )


def _likeness(columns: Sequence[TableColumn]) -> tuple[float, float]:
    """Return how alike texts are along rows and down columns, the first column left out."""
    shapes = [
        [_family(cell.text) if cell is not None else "" for cell in column.cells[:_SAMPLE]] for column in columns[1:]
    ]
    along = [majority(row)[1] for row in zip(*shapes, strict=True) if sum(map(bool, row)) > 1]
    down = [majority(column)[1] for column in shapes if sum(map(bool, column)) > 1]
    return _mean(along), _mean(down)


def _family(text: str) -> str:
    """Return the shape of a text as far as columns of measures agree in it.

    Statements mix amounts and percentages in one column, and tables of nutrients mix units.
    """
    shape = shape_of(text)
    if shape.startswith("unit"):
        return "unit"
    return "number" if shape in ("money", "percent") else shape


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _is_label(text: str, *, is_marked: bool) -> bool:
    """Tell a text that can be a label; one that is marked as a header may look like a value."""
    if not 0 < len(text) <= _LONGEST_LABEL:
        return False
    shape = shape_of(text)
    return shape not in ("number", "date") and (is_marked or shape not in ("", "money", "percent"))


def _is_mixed(column: TableColumn) -> bool:
    """Tell a column of texts of several shapes, none of them that of most."""
    shapes = [shape_of(cell.text) for cell in column.cells[:_SAMPLE] if cell is not None]
    return majority(shapes)[1] <= _UNLIKE and sum(map(bool, shapes)) > 1


def _pairs(columns: Sequence[TableColumn], rows: Sequence[TableRow]) -> Records:
    found: list[SourceColumn] = []
    cells: list[Cell | None] = []
    within: tuple[str, ...] = ()
    """The label without a value above labels with bullets."""
    first = next(row.node for row in rows)
    name = columns[1]
    if name.labels and name.heads and not columns[0].labels:  # the heading says which thing the values are about
        found.append(SourceColumn())
        cells.append(Cell(name.heads[-1], " ".join(name.labels)))
    for place, row in enumerate(rows):
        for number in range(0, len(columns), 2):
            label, value = columns[number].cells[place], columns[number + 1].cells[place]
            text = label.text.rstrip(":： ") if label is not None else ""
            if label is value or (not text and (value is None or not value.text)):
                continue
            if text[:1] not in _BULLETS or not text:
                within = (text,) if value is None or not (value.text or value.label or value.href) else ()
                path = (*row.groups, text)
            else:
                path = (*row.groups, *within, text.lstrip(_BULLETS).lstrip())
            found.append(SourceColumn(tuple(part for part in path if part)))
            cells.append(value)
    parent = first.parent or first
    return Records("pairs", found, [SourceRow(parent, tuple(cells))])


def _turned(kind: SourceKind, columns: Sequence[TableColumn], rows: Sequence[TableRow]) -> Records:
    """Make each column but the first a record."""
    labels = columns[0]
    found = []
    if any(column.labels for column in columns[1:]):
        found.append(SourceColumn(labels.labels))
    for row, cell in zip(rows, labels.cells, strict=True):
        name = cell.text.rstrip(":： ") if cell is not None else ""
        found.append(SourceColumn((*row.groups, name) if name else row.groups))
    records = []
    for column in columns[1:]:
        cells = list(column.cells)
        if len(found) > len(rows):
            head = column.heads[-1] if column.heads else None
            cells.insert(0, Cell(head, " ".join(column.labels)) if head is not None else None)
        node = next((cell.node for cell in cells if cell is not None), None)
        if node is not None:
            first = cells[0].text if cells[0] is not None else ""
            records.append(SourceRow(node, tuple(cells), is_total=is_summary_name(first)))
    return Records(kind, found, records)


def _period(columns: Sequence[TableColumn]) -> int:
    """Return the number of columns after which the headings begin anew; 0 where they do not."""
    labels = [column.labels for column in columns]
    for period in range(2, len(labels) // 2 + 1):
        if len(labels) % period:
            continue
        first = labels[:period]
        if all(first) and len(set(first)) == period and labels == first * (len(labels) // period):
            return period
    return 0


def _unfolded(kind: SourceKind, columns: list[TableColumn], rows: Sequence[TableRow], period: int) -> Records:
    """Put the groups of columns below one another, or row by row where the values say that the list runs so."""
    groups = [columns[start : start + period] for start in range(0, len(columns), period)]
    down = [(row, number) for number in range(len(groups)) for row in range(len(rows))]
    across = [(row, number) for row in range(len(rows)) for number in range(len(groups))]
    order = across if _runs_across(groups, down, across) else down
    records = []
    for row, number in order:
        cells = tuple(column.cells[row] for column in groups[number])
        filled = [cell for cell in cells if cell is not None and cell.text and not is_absent(cell.text)]
        if filled:
            of = rows[row]
            records.append(SourceRow(filled[0].node, cells, of.groups, of.is_total, of.index, of.heads))
    return Records(kind, [SourceColumn(column.labels, column.properties) for column in groups[0]], records)


def _runs_across(
    groups: Sequence[Sequence[TableColumn]], down: Sequence[tuple[int, int]], across: Sequence[tuple[int, int]]
) -> bool:
    """Tell whether a column is sorted along the rows, and none down the groups."""

    def is_sorted(order: Sequence[tuple[int, int]], place: int) -> bool:
        cells = [groups[number][place].cells[row] for row, number in order]
        keys = [_key(cell.text) for cell in cells if cell is not None and cell.text]
        return len(keys) > 2 and keys == sorted(keys) and keys[0] != keys[-1]

    places = range(len(groups[0]))
    return any(is_sorted(across, place) for place in places) and not any(is_sorted(down, place) for place in places)


def _key(text: str) -> tuple[bool, int, str]:
    is_number = text.isdecimal() and len(text) < 12
    return (not is_number, int(text) if is_number else 0, text.casefold())

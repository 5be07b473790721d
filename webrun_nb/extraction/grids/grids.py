"""Grids: all tables of a page, in whatever elements, and its lists of labels and values, as sources.

A table becomes a source in steps, each in a module of its own: the layout (`table_layout`, `aria_grids`, `div_grids`),
its headings (`table_headers`), its rows (`table_rows`), its cells without footnote marks (`footnotes`), pieces of
values joined (`split_cells`), and the direction in which its records run (`table_shapes`). `pairs` reads definition
lists and texts such as "Label: value".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from webrun_nb.extraction.grids.aria_grids import TABLE_ROLES, aria_layout
from webrun_nb.extraction.grids.cell_texts import Reading
from webrun_nb.extraction.grids.div_grids import div_layouts
from webrun_nb.extraction.grids.footnotes import Column, column_of, notes_in, row_of, without_marks
from webrun_nb.extraction.grids.pairs import definition_list, labelled_texts
from webrun_nb.extraction.grids.split_cells import TableColumn, joined
from webrun_nb.extraction.grids.table_context import HEADINGS, Candidate, PageContext, context_of
from webrun_nb.extraction.grids.table_headers import Head, head_of, labels_of, long_names_of, own_labels, parts_of
from webrun_nb.extraction.grids.table_layout import Layout, Line, Slot, html_layout, whole_number
from webrun_nb.extraction.grids.table_rows import Body, body_of, totals_of
from webrun_nb.extraction.grids.table_shapes import TableRow, is_pairs, records_of
from webrun_nb.extraction.grids.text_shapes import shape_of
from webrun_nb.extraction.snapshot import Node, Snapshot
from webrun_nb.extraction.sources import Cell, Source, SourceKind

_STRUCTURE = frozenset(
    {*HEADINGS, "ul", "ol", "form", "nav", "article", "section", "aside", "header", "footer", "main"}
)
"""Elements that a cell of a layout table holds, and a value does not."""
_SAMPLE = 300
"""Cells that tell a table of data."""
_LONGEST_SPANNING = 100
"""Characters of a cell that spans rows of a table without headings, unless it is a column of the page."""


def grids_of(snapshot: Snapshot) -> list[Source]:
    """Return the tables of a document and its lists of labels and values, in document order.

    The documents of frames are snapshots of their own and are not read here.

    Returns
    -------
    list of Source
        Of the kinds `table`, `grid` and `pairs`. Tables are numbered together, whatever their kind; those in cells of
        other tables come last. Lists of labels and values are numbered by themselves.
    """
    page = context_of(snapshot.root)
    taken: set[Node] = set()
    tables = _tables(page, taken)
    lists: list[Source] = []
    for candidate in page.candidates:
        if candidate.node.tag == "dl" and (source := definition_list(candidate.node)) is not None:
            taken.add(candidate.node)
            lists.append(replace(source, heading=candidate.heading))
    for layout in div_layouts(snapshot.root, taken):
        if (source := _div_source(layout)) is not None:
            taken.add(layout.node)
            tables.append((replace(source, heading=page.heading_before(layout.node)), False))
    for source in labelled_texts(snapshot.root, taken):
        lists.append(replace(source, heading=page.heading_before(source.node)))
    return _numbered(tables, lists, page.order)


def _tables(page: PageContext, taken: set[Node]) -> list[tuple[Source, bool]]:
    """Return the page's tables, each with whether it is in a cell of another one."""
    found: list[tuple[Source, bool]] = []
    data: set[Node] = set()
    loose_head: tuple[Layout, Head] | None = None
    for candidate in page.candidates:
        node = candidate.node
        if node.tag == "dl":
            continue
        layout = html_layout(node) if node.tag == "table" else aria_layout(node)
        if layout is None:
            continue
        head = head_of(layout)
        if loose_head is not None and _continues(loose_head, layout, head):
            head.lines = loose_head[0].lines[: loose_head[1].end]
            head.end = 0
            if found and found[-1][0].node is loose_head[0].node:
                found.pop()
        is_only_head = bool(head.lines) and head.end == len(layout.lines)
        loose_head = (layout, head) if is_only_head else None
        if not _is_data(layout, head, page):
            continue
        is_inner = candidate.is_inner and any(around in data for around in node.ancestors())
        for part, headings in parts_of(layout, head):
            if (source := _source(_kind(node), part, headings, candidate, page)) is not None:
                taken.add(node)
                data.add(node)
                found.append((source, is_inner))
    return found


def _kind(node: Node) -> SourceKind:
    return "table" if node.tag == "table" else "grid"


def _continues(loose: tuple[Layout, Head], layout: Layout, head: Head) -> bool:
    """Tell a table without headings whose headings are the table before, as where rows scroll under a fixed head."""
    above = loose[0]
    marked = any(line.section == "head" or all(s.is_header for s in line.filled()) for line in head.lines)
    if layout.width != above.width or marked:
        return False
    a, b = above.node.box, layout.node.box
    return a is None or b is None or (abs(a.x - b.x) < b.width / 2 and -8 < b.y - a.y - a.height < 40)


def _is_data(layout: Layout, head: Head, page: PageContext) -> bool:
    """Tell a table of data from one that only arranges other things."""
    node = layout.node
    if node.role in ("presentation", "none"):
        return False
    body = [line for line in layout.lines[head.end :] if line.filled()]
    cells = [slot for line in body for slot in line.filled()]
    if not cells:
        return len(head.lines) == 1 and len(head.lines[0].filled()) > 1
    row_headers = any(line.filled()[0].is_header and len(line.filled()) > 1 for line in body)
    is_marked = bool(head.lines) or row_headers or any(child.tag == "caption" for child in node.children)
    if node in page.holds_tables:
        holding = sum(any(slot.node in page.holds_tables for slot in line.filled()) for line in body)
        if not is_marked or (holding == len(body) and len(body) < 2):
            return False
    if node.role in TABLE_ROLES or (is_marked and (layout.width > 1 or head.lines)):
        return True
    if len(body) < 2 or (layout.width == 1 and len(body) < 3):
        return False
    if 3 * sum(len(line.filled()) == 1 for line in body) > 2 * len(body) and layout.width > 1:
        return False  # texts one below the other, with something beside a few of them
    if any(slot.rows > 2 and len(slot.text) > _LONGEST_SPANNING for slot in cells[:_SAMPLE]):
        return False  # a column of the page beside its main part
    if layout.width > 1 and all(slot.reading.href and shape_of(slot.text) in ("", "text") for slot in cells[:_SAMPLE]):
        return False  # a menu
    return 3 * sum(_arranges(slot.node) for slot in cells[:_SAMPLE]) <= len(cells[:_SAMPLE])


def _arranges(cell: Node) -> bool:
    """Tell a cell that holds a part of the page rather than a value."""
    return any(each.tag in _STRUCTURE for _, each in zip(range(200), cell.walk(), strict=False))


def _source(kind: SourceKind, layout: Layout, head: Head, candidate: Candidate, page: PageContext) -> Source | None:
    body = body_of(layout, head)
    notes, marks = notes_in([*body.notes, *page.texts_below(layout.node)])
    columns, rows = _columns(layout, head, body, marks)
    if not columns or (not head.lines and len(columns) == 1 and layout.width > 1):
        return None  # labels of controls
    made = records_of(kind, columns, rows, head)
    return Source(
        made.kind,
        layout.node,
        made.columns,
        made.rows,
        caption=page.caption(layout.node, head.titles),
        heading=candidate.heading,
        notes=tuple(dict.fromkeys([*(note.text for note in body.notes), *notes])),
        stated_rows=_stated_rows(layout, head),
    )


def _stated_rows(layout: Layout, head: Head) -> int | None:
    """Return the number of rows that a grid says to have, without its headings, which ARIA counts too."""
    stated = whole_number(layout.node.attributes.get("aria-rowcount", ""))
    return max(stated - len(head.lines), 0) if stated is not None else None


def _div_source(layout: Layout) -> Source | None:
    """Return the source of a grid without roles; None where nothing says that it is one."""
    head = head_of(layout)
    body = body_of(layout, head)
    if not body.lines:
        return None
    columns, rows = _columns(layout, head, body, frozenset())
    if not head.lines and not (layout.width == 2 and is_pairs(columns, rows, is_headed=False)):
        return None
    made = records_of("grid", columns, rows, head)
    return Source(made.kind, layout.node, made.columns, made.rows, caption=" ".join(head.titles))


def _columns(
    layout: Layout, head: Head, body: Body, known_marks: frozenset[str]
) -> tuple[list[TableColumn], list[TableRow]]:
    """Return the columns with their cells, pieces of values joined, and the rows."""
    paths = labels_of(head, layout)
    if body.starts_with_group:
        paths[0] = ()
    if not any(paths):
        paths = own_labels(layout, body.lines)
    columns = []
    settled: dict[Slot, Cell] = {}
    for number, path in enumerate(paths):
        slots = [line.slots[number] for line in body.lines]
        evidence = column_of([slot.reading for slot in slots if slot is not None], " ".join(path), known_marks)
        cells = [
            _cell(slot, row_of([each.reading for each in line.distinct()], evidence), settled)
            if slot is not None and slot.reading.parts
            else _cell(slot, evidence, settled)
            for slot, line in zip(slots, body.lines, strict=True)
        ]
        heads = [slot for line in head.lines if (slot := line.slots[number]) is not None and slot.text]
        names = long_names_of(head, number) | _item_properties(slots)
        columns.append(TableColumn(path, cells, tuple(slot.node for slot in heads), names))
    shared = Counter(name for column in columns for name in column.properties)
    for column in columns:  # "click to sort" names no column
        column.properties = frozenset(name for name in column.properties if shared[name] == 1)
    totals = totals_of(body.lines, list(zip(*(column.cells for column in columns), strict=True)))
    rows = [
        TableRow(line.node, groups, heads, is_total, line.index, _starts_with_header(line))
        for line, (groups, heads), is_total in zip(body.lines, _groups(body), totals, strict=True)
    ]
    columns = joined(columns)
    if any(body.details):
        cells = [None if slot is None else _cell(slot, Column(), settled) for slot in body.details]
        columns.append(TableColumn((), cells))
    return columns, rows


def _item_properties(slots: Sequence[Slot | None]) -> frozenset[str]:
    """Return the property that microdata gives to the cells of a column."""
    said = {slot.node.attributes.get("itemprop", "") for slot in slots[:_SAMPLE] if slot is not None}
    return frozenset(said.pop().lower().split()) if len(said) == 1 else frozenset()


def _cell(slot: Slot | None, evidence: Column, settled: dict[Slot, Cell]) -> Cell | None:
    if slot is None:
        return None
    if slot.columns == 1 and slot.rows == 1:
        return _read(slot.node, slot.reading, evidence)
    if slot not in settled:
        settled[slot] = _read(slot.node, slot.reading, evidence)
    return settled[slot]


def _read(node: Node, reading: Reading, evidence: Column) -> Cell:
    text, notes = without_marks(reading, evidence, node)
    return Cell(node, text, reading.exact, reading.label, reading.href, notes)


def _starts_with_header(line: Line) -> bool:
    distinct = line.distinct()
    return bool(distinct) and distinct[0].is_header and not all(slot.is_header for slot in distinct)


def _groups(body: Body) -> list[tuple[tuple[str, ...], tuple[Node, ...]]]:
    """Return the headings of each row, with their elements; in a tree grid those are the rows that it is under."""
    if not any(line.level > 1 for line in body.lines):
        return list(zip(body.groups, body.heads, strict=True))
    groups: list[tuple[tuple[str, ...], tuple[Node, ...]]] = []
    path: list[tuple[str, Node]] = []
    for line, above, heads in zip(body.lines, body.groups, body.heads, strict=True):
        level = max(line.level, 1)
        del path[level - 1 :]
        groups.append(((*above, *(text for text, _ in path)), (*heads, *(node for _, node in path))))
        first = next(iter(line.filled()), None)
        path.append(("", line.node) if first is None else (first.text, first.node))
    return groups


def _numbered(tables: Sequence[tuple[Source, bool]], lists: Sequence[Source], order: dict[Node, int]) -> list[Source]:
    """Give the tables their numbers, those in cells last, and the lists; return all in document order."""
    in_order = sorted(tables, key=lambda each: (each[1], order[each[0].node]))
    found = [replace(source, number=number) for number, (source, _) in enumerate(in_order, 1)]
    lists = sorted(lists, key=lambda source: order[source.node])
    found += [replace(source, number=number) for number, source in enumerate(lists, 1)]
    return sorted(found, key=lambda source: order[source.node])

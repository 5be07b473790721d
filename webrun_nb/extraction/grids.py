"""Grids: all tables of a page, in whatever elements, and its lists of labels and values, as sources.

A table becomes a source in steps, each in a module of its own: the layout (`table_layout`, `aria_grids`, `div_grids`),
its headings (`table_headers`), its rows (`table_rows`), its cells without footnote marks (`footnotes`), pieces of
values joined (`split_cells`), and the direction in which its records run (`table_shapes`). `pairs` reads definition
lists and texts such as "Label: value".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from webrun_nb.extraction.aria_grids import TABLE_ROLES, aria_layout
from webrun_nb.extraction.cell_texts import Reading, reading_of
from webrun_nb.extraction.div_grids import div_layouts
from webrun_nb.extraction.footnotes import Column, column_of, label_without_marks, notes_in, row_of, without_marks
from webrun_nb.extraction.pairs import definition_list, labelled_texts
from webrun_nb.extraction.snapshot import TEXT, Node, Snapshot
from webrun_nb.extraction.sources import Cell, Source, SourceKind
from webrun_nb.extraction.split_cells import TableColumn, joined
from webrun_nb.extraction.table_headers import Head, head_of, is_bold, labels_of, own_labels, parts_of
from webrun_nb.extraction.table_layout import Layout, Line, Slot, html_layout, whole_number
from webrun_nb.extraction.table_rows import Body, body_of, totals_of
from webrun_nb.extraction.table_shapes import TableRow, is_pairs, records_of
from webrun_nb.extraction.text_shapes import shape_of

MAX_TABLES = 500
"""Tables of a page; later ones are not read."""
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_APART = frozenset({"aside", "nav", "footer", "dialog", "article"})
"""Elements whose headings are about nothing outside them."""
_STRUCTURE = frozenset(
    {*_HEADINGS, "ul", "ol", "form", "nav", "article", "section", "aside", "header", "footer", "main"}
)
"""Elements that a cell of a layout table holds, and a value does not."""
_NUMBERED = re.compile(r"[^\W\d_]{1,12}\.? ?\d{1,3}(?:\.\d{1,3}){0,2} ?[.:：–—-]")
"""Beginnings of numbered titles, such as "Table 3.1:" and "表1：", in any language."""
_LONGEST_TITLE = 300
_LONGEST_SPANNING = 60
"""Characters of a cell that spans the rows of a table of data."""
_MAX_BELOW = 6
"""Elements below a table that may be its notes."""


@dataclass(slots=True)
class _Candidate:
    """A table or list of the page, with what is said about it."""

    node: Node
    heading: str
    is_inner: bool = False
    """True where it is in a cell of another table."""


class _Siblings(NamedTuple):
    """The displayed elements in one element, and the place of each among them."""

    elements: Sequence[Node]
    places: Mapping[Node, int]


@dataclass(slots=True)
class _Page:
    """What is known of the page while its tables are read."""

    candidates: list[_Candidate] = field(default_factory=list)
    holds_tables: set[Node] = field(default_factory=set)
    """The cells and tables that have tables in them."""
    headings: list[tuple[Node, str]] = field(default_factory=list)
    by_id: dict[str, Node] = field(default_factory=dict)
    order: dict[Node, int] = field(default_factory=dict)
    """The place in the document of each displayed element."""
    siblings: dict[Node, _Siblings] = field(default_factory=dict)

    def around(self, node: Node) -> tuple[Sequence[Node], int]:
        """Return the displayed elements beside an element, itself included, and its place among them."""
        if node.parent is None:
            return [node], 0
        if node.parent not in self.siblings:
            elements = [each for each in node.parent.elements if not each.hidden]
            self.siblings[node.parent] = _Siblings(elements, {each: place for place, each in enumerate(elements)})
        siblings = self.siblings[node.parent]
        return siblings.elements, siblings.places[node]


def grids_of(snapshot: Snapshot) -> list[Source]:
    """Return the tables of a document and its lists of labels and values, in document order.

    The documents of frames are snapshots of their own and are not read here.

    Returns
    -------
    list of Source
        Of the kinds `table`, `grid` and `pairs`. Tables are numbered together, whatever their kind; those in cells of
        other tables come last. Lists of labels and values are numbered by themselves.
    """
    page = _survey(snapshot.root)
    taken: set[Node] = set()
    tables = _tables(page, taken)
    lists: list[Source] = []
    for candidate in page.candidates:
        if candidate.node.tag == "dl" and (source := definition_list(candidate.node)) is not None:
            taken.add(candidate.node)
            lists.append(replace(source, heading=candidate.heading))
    order = page.order
    heads = [(order[node], text) for node, text in page.headings]
    for layout in div_layouts(snapshot.root, taken):
        if (source := _div_source(layout)) is not None:
            taken.add(layout.node)
            tables.append((replace(source, heading=_before(heads, order[layout.node])), False))
    for source in labelled_texts(snapshot.root, taken):
        lists.append(replace(source, heading=_before(heads, order[source.node])))
    return _numbered(tables, lists, order)


def _survey(root: Node) -> _Page:
    """Find tables, definition lists and headings in one pass."""
    page = _Page()
    heading = ""
    saved: list[str] = []
    inside: list[Node] = []
    waiting: list[tuple[Node, bool]] = [(root, False)]
    while waiting:
        node, is_end = waiting.pop()
        if is_end:
            if node.tag in _APART:
                heading = saved.pop()
            else:
                inside.pop()
            continue
        if node.hidden:
            continue
        tag, attributes = node.tag, node.attributes
        page.order[node] = len(page.order)
        role = node.role if "role" in attributes else ""
        if attributes and (name := attributes.get("id")):
            page.by_id.setdefault(name, node)
        if (tag in _HEADINGS or role == "heading") and (text := _title(node)):
            heading = text
            page.headings.append((node, text))
        if tag in _APART:
            saved.append(heading)
            waiting.append((node, True))
        is_table = tag == "table" or role in TABLE_ROLES
        if is_table or tag == "dl":
            if len(page.candidates) < MAX_TABLES:
                page.candidates.append(_Candidate(node, heading, bool(inside)))
            if is_table:
                for around in reversed(inside):
                    if around in page.holds_tables:
                        break
                    page.holds_tables.add(around)
        elements = [(child, False) for child in node.children if child.tag != TEXT]
        if elements and (is_table or tag in ("td", "th")):
            inside.append(node)
            waiting.append((node, True))
        elements.reverse()
        waiting.extend(elements)
    return page


def _tables(page: _Page, taken: set[Node]) -> list[tuple[Source, bool]]:
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


def _is_data(layout: Layout, head: Head, page: _Page) -> bool:
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
    if len(body) > 2 and any(2 * slot.rows > len(body) and len(slot.text) > _LONGEST_SPANNING for slot in cells[:300]):
        return False  # a column of the page beside its main part
    if layout.width > 1 and all(slot.reading.href and shape_of(slot.text) in ("", "text") for slot in cells[:300]):
        return False  # a menu
    return 3 * sum(_arranges(slot.node) for slot in cells[:300]) <= len(cells[:300])


def _arranges(cell: Node) -> bool:
    """Tell a cell that holds a part of the page rather than a value."""
    return any(each.tag in _STRUCTURE for _, each in zip(range(200), cell.walk(), strict=False))


def _source(kind: SourceKind, layout: Layout, head: Head, candidate: _Candidate, page: _Page) -> Source | None:
    body = body_of(layout, head)
    notes, marks = notes_in([*body.notes, *_texts_below(layout.node, page)])
    columns, rows = _columns(layout, head, body, marks)
    if not columns or (not head.lines and len(columns) == 1 and layout.width > 1):
        return None  # labels of controls
    made = records_of(kind, columns, rows, head)
    return Source(
        made.kind,
        layout.node,
        made.columns,
        made.rows,
        caption=_caption(layout.node, head, page),
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
        columns.append(TableColumn(path, cells, tuple(slot.node for slot in heads)))
    totals = totals_of(body.lines, list(zip(*(column.cells for column in columns), strict=True)))
    rows = [
        TableRow(line.node, groups, is_total, line.index, _starts_with_header(line))
        for line, groups, is_total in zip(body.lines, _groups(body), totals, strict=True)
    ]
    columns = joined(columns)
    if any(body.details):
        cells = [None if slot is None else _cell(slot, Column(), settled) for slot in body.details]
        columns.append(TableColumn((), cells))
    return columns, rows


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


def _groups(body: Body) -> list[tuple[str, ...]]:
    """Return the headings of each row; in a tree grid those are the rows that it is under."""
    if not any(line.level > 1 for line in body.lines):
        return body.groups
    groups: list[tuple[str, ...]] = []
    path: list[str] = []
    for line, above in zip(body.lines, body.groups, strict=True):
        level = max(line.level, 1)
        del path[level - 1 :]
        groups.append((*above, *path))
        path.append(next((slot.text for slot in line.filled()), ""))
    return groups


def _caption(node: Node, head: Head, page: _Page) -> str:
    """Return what a table is called: its caption, its label, a title in its first rows, or a title before it."""
    for child in node.children:
        if child.tag == "caption" and not child.hidden and (text := _title(child)):
            return text
    if title := " ".join(head.titles):
        return title[:_LONGEST_TITLE]
    if name := node.attributes.get("aria-label"):
        return name[:_LONGEST_TITLE]
    named = [page.by_id[each] for each in node.attributes.get("aria-labelledby", "").split()[:4] if each in page.by_id]
    if text := " ".join(_title(each) for each in named):
        return text[:_LONGEST_TITLE]
    figure = node.closest("figure")
    for child in figure.children if figure is not None else ():
        if child.tag == "figcaption" and not child.hidden:
            return _title(child)
    before = _title_before(node, page)
    return before if before else node.attributes.get("summary", "")[:_LONGEST_TITLE]


def _title(node: Node) -> str:
    return label_without_marks(reading_of(node), node)[:_LONGEST_TITLE]


def _title_before(node: Node, page: _Page) -> str:
    siblings, place = page.around(node)
    before = siblings[place - 1] if place else None
    if before is None or before.tag in ("table", "dl", "ul", "ol", *_HEADINGS):
        return ""
    text = reading_of(before).text
    lead = before.elements[0] if before.tag in ("p", "div") and before.elements else before
    is_title = is_bold(lead) or _NUMBERED.match(text) is not None
    return _title(before) if is_title and len(text) <= _LONGEST_TITLE else ""


def _texts_below(node: Node, page: _Page) -> Iterator[Reading]:
    """Yield the readings of the first texts behind a table, up to the next heading or table."""
    following: Sequence[Node] = ()
    for _ in range(3):
        siblings, place = page.around(node)
        following = siblings[place + 1 : place + 1 + _MAX_BELOW]
        if following or node.parent is None or node.parent.tag in ("td", "body"):
            break
        node = node.parent
    for each in following:
        if each.tag in _HEADINGS or any(inner.tag == "table" for _, inner in zip(range(50), each.walk(), strict=False)):
            return
        if each.tag in ("nav", "form", "aside") or each.role == "navigation":
            continue
        if each.tag in ("ul", "ol", "dl", "div") and len(each.elements) > 1:
            yield from (reading_of(item) for item in each.elements[:30] if not item.hidden)
        else:
            yield from (reading_of(line) for line in _lines(each))


def _lines(node: Node) -> Iterator[Node]:
    """Yield an element's lines, each as an element of its own, as `br` parts them."""
    line = Node(node.tag)
    for child in node.children:
        if child.tag == "br":
            yield line
            line = Node(node.tag)
        else:
            line.children.append(child)
    yield line


def _before(headings: Sequence[tuple[int, str]], place: int) -> str:
    """Return the last heading before a place in the document."""
    low, high = 0, len(headings)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if headings[middle][0] < place else (low, middle)
    return headings[low - 1][1] if low else ""


def _numbered(tables: Sequence[tuple[Source, bool]], lists: Sequence[Source], order: dict[Node, int]) -> list[Source]:
    """Give the tables their numbers, those in cells last, and the lists; return all in document order."""
    in_order = sorted(tables, key=lambda each: (each[1], order[each[0].node]))
    found = [replace(source, number=number) for number, (source, _) in enumerate(in_order, 1)]
    lists = sorted(lists, key=lambda source: order[source.node])
    found += [replace(source, number=number) for number, source in enumerate(lists, 1)]
    return sorted(found, key=lambda source: order[source.node])

"""The tables and definition lists of a page, and the texts about them: headings, captions and notes."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from webrun_nb.extraction.grids.aria_grids import TABLE_ROLES
from webrun_nb.extraction.grids.cell_texts import Reading, reading_of
from webrun_nb.extraction.grids.footnotes import label_without_marks
from webrun_nb.extraction.grids.table_headers import is_bold
from webrun_nb.extraction.snapshot import TEXT, Node

MAX_TABLES = 500
"""Tables and definition lists of a page; later ones are not read."""
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_APART = frozenset({"aside", "nav", "footer", "dialog", "article"})
"""Elements whose headings are about nothing outside them."""
_NUMBERED = re.compile(r"[^\W\d_]{1,12}\.? ?\d{1,3}(?:\.\d{1,3}){0,2} ?[.:：–—-]")
"""Beginnings of numbered titles, such as "Table 3.1:" and "表1：", in any language."""
_LONGEST_TITLE = 300
_MAX_BELOW = 6
"""Elements below a table that may be its notes."""
_MAX_ITEMS = 30
"""Items of a list of notes."""
_LEVELS = 3
"""Elements around a table that may hold nothing else, and have its notes behind them."""


class Candidate(NamedTuple):
    """A table or definition list of the page."""

    node: Node
    heading: str
    """The text of the nearest heading before it that is about it."""
    is_inner: bool
    """True where it is in a cell."""


class _Siblings(NamedTuple):
    """The displayed elements in one element, and the place of each among them."""

    elements: Sequence[Node]
    places: Mapping[Node, int]


@dataclass(slots=True)
class PageContext:
    """Facts about a page that its tables are read with."""

    candidates: list[Candidate] = field(default_factory=list)
    holds_tables: set[Node] = field(default_factory=set)
    """The tables and cells that have tables in them."""
    order: dict[Node, int] = field(default_factory=dict)
    """The place in the document of each displayed element."""
    headings: list[tuple[int, str]] = field(default_factory=list)
    """Place and text of each heading."""
    by_id: dict[str, Node] = field(default_factory=dict)
    _siblings: dict[Node, _Siblings] = field(default_factory=dict)

    def heading_before(self, node: Node) -> str:
        """Return the text of the last heading before an element."""
        place = bisect_left(self.headings, (self.order[node], ""))
        return self.headings[place - 1][1] if place else ""

    def caption(self, table: Node, titles: Sequence[str]) -> str:
        """Return what a table is called: its caption, a title in its first rows, its label, or a title before it.

        Parameters
        ----------
        table : Node
            The table's element.
        titles : sequence of str
            The titles in its first rows.
        """
        for child in table.children:
            if child.tag == "caption" and not child.hidden and (text := _title(child)):
                return text
        if titles:
            return " ".join(titles)[:_LONGEST_TITLE]
        attributes = table.attributes
        if name := attributes.get("aria-label"):
            return name[:_LONGEST_TITLE]
        ids = attributes.get("aria-labelledby", "").split()[:4]
        if text := " ".join(_title(self.by_id[each]) for each in ids if each in self.by_id):
            return text[:_LONGEST_TITLE]
        figure = table.closest("figure")
        for child in figure.children if figure is not None else ():
            if child.tag == "figcaption" and not child.hidden:
                return _title(child)
        return self._title_before(table) or attributes.get("summary", "")[:_LONGEST_TITLE]

    def texts_below(self, table: Node) -> Iterator[Reading]:
        """Yield the readings of the first texts behind a table, up to the next heading or table."""
        for each in self._below(table):
            if each.tag in HEADINGS or any(
                inner.tag == "table" for _, inner in zip(range(50), each.walk(), strict=False)
            ):
                return
            if each.tag in ("nav", "form", "aside") or each.role == "navigation":
                continue
            if each.tag in ("ul", "ol", "dl", "div") and len(each.elements) > 1:
                yield from (reading_of(item) for item in each.elements[:_MAX_ITEMS] if not item.hidden)
            else:
                yield from (reading_of(line) for line in _lines(each))

    def _below(self, node: Node) -> Sequence[Node]:
        for _ in range(_LEVELS):
            siblings, place = self._around(node)
            following = siblings[place + 1 : place + 1 + _MAX_BELOW]
            if following or node.parent is None or node.parent.tag in ("td", "body"):
                return following
            node = node.parent
        return ()

    def _title_before(self, table: Node) -> str:
        """Return a line right before a table that is bold or numbered."""
        siblings, place = self._around(table)
        before = siblings[place - 1] if place else None
        if before is None or before.tag in ("table", "dl", "ul", "ol", *HEADINGS):
            return ""
        shown = [
            child for child in before.children if not child.hidden and (child.tag != TEXT or child.content.strip())
        ]
        is_title = is_bold(before) or (bool(shown) and shown[0].tag != TEXT and is_bold(shown[0]) and len(shown) < 4)
        text = reading_of(before).text
        return _title(before) if len(text) <= _LONGEST_TITLE and (is_title or _NUMBERED.match(text)) else ""

    def _around(self, node: Node) -> _Around:
        """Return the displayed elements beside an element, itself included, and its place among them."""
        if node.parent is None:
            return _Around([node], 0)
        if node.parent not in self._siblings:
            elements = [each for each in node.parent.elements if not each.hidden]
            self._siblings[node.parent] = _Siblings(elements, {each: place for place, each in enumerate(elements)})
        siblings = self._siblings[node.parent]
        return _Around(siblings.elements, siblings.places.get(node, 0))


class _Around(NamedTuple):
    elements: Sequence[Node]
    place: int


def context_of(root: Node) -> PageContext:
    """Find the tables, definition lists and headings of a page in one pass."""
    page = PageContext()
    heading = ""
    saved: list[str] = []
    inside: list[Node] = []
    # An element that is left again is in the list a second time, with what is then undone.
    waiting: list[tuple[Node, Literal["", "heading", "inside"]]] = [(root, "")]
    while waiting:
        node, left = waiting.pop()
        if left == "heading":
            heading = saved.pop()
        if left == "inside":
            inside.pop()
        if left or node.hidden in ("display", "template"):
            continue
        tag, attributes = node.tag, node.attributes
        is_table = False
        if not node.hidden:
            page.order[node] = len(page.order)
            role = node.role if "role" in attributes else ""
            is_table = tag == "table" or role in TABLE_ROLES
            if "id" in attributes:
                page.by_id.setdefault(attributes["id"], node)
            if (tag in HEADINGS or role == "heading") and (text := _title(node)):
                heading = text
                page.headings.append((page.order[node], text))
            if (is_table or tag == "dl") and len(page.candidates) < MAX_TABLES:
                page.candidates.append(Candidate(node, heading, bool(inside)))
        if is_table:
            for around in reversed(inside):
                if around in page.holds_tables:
                    break
                page.holds_tables.add(around)
        elements: list[tuple[Node, Literal["", "heading", "inside"]]]
        elements = [(child, "") for child in node.children if child.tag != TEXT]
        if elements and (is_table or tag in ("td", "th")):
            inside.append(node)
            waiting.append((node, "inside"))
        if elements and tag in _APART:
            saved.append(heading)
            waiting.append((node, "heading"))
        elements.reverse()
        waiting.extend(elements)
    return page


def _title(node: Node) -> str:
    return label_without_marks(reading_of(node), node)[:_LONGEST_TITLE]


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

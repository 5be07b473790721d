"""The lists and records that a page shows, in one form: rows and columns of cells, each with its element.

The stages `grids`, `records` and `structured_data` find them; `columns` reads their values, and `assign` chooses among
them. Nothing is interpreted here: a cell holds texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from webrun_nb.extraction.snapshot import Node

SourceKind = Literal["table", "grid", "list", "pairs", "page", "embedded"]
"""An HTML table, an ARIA grid or table, repeated items, label/value pairs, the page's main record, or data that the
page embeds for machines (JSON-LD, microdata, RDFa, OpenGraph)."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The texts of one value, as the page has them."""

    node: Node
    """The element that it is read from."""
    text: str
    """The displayed text, without footnote marks and without struck text beside text that is not struck."""
    exact: str = ""
    """The machine-readable form that its element carries: `datetime`, `content` or `value`."""
    label: str = ""
    """The text for those who can't see it (`aria-label`, `alt`, `title`), such as that of stars."""
    href: str = ""
    """The address that it links to, or that of its picture."""
    notes: tuple[str, ...] = ()
    """The footnote marks that were taken off its text."""


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """A column of a source."""

    labels: tuple[str, ...] = ()
    """Its headings, from the outermost to its own; empty where it has none."""
    properties: frozenset[str] = frozenset()
    """The names that markup gives it: `itemprop`, `property`, a key of JSON-LD, lower case."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row, or an item."""

    node: Node
    cells: tuple[Cell | None, ...]
    """One per column; None where it has none."""
    groups: tuple[str, ...] = ()
    """The headings within the list that it is under, from the outermost."""
    is_total: bool = False
    """True for a row that sums others up."""
    index: int | None = None
    """Its index in the whole list, where the page says it (`aria-rowindex`)."""
    heads: tuple[Node, ...] = ()
    """The elements of the headings that it is under; empty where they are not known."""


@dataclass(frozen=True, slots=True)
class Source:
    """A list or a record of the page."""

    kind: SourceKind
    node: Node
    columns: Sequence[SourceColumn]
    rows: Sequence[SourceRow]
    caption: str = ""
    heading: str = ""
    """The text of the nearest heading before it."""
    number: int = 0
    """Its number on the page, from 1: among all tables, whatever their kind and those in cells last, or among the lists
    of its kind."""
    notes: Sequence[str] = ()
    """The footnotes below it."""
    stated_rows: int | None = None
    """Number of rows, headings left out, that the page says the whole list has (`aria-rowcount`)."""

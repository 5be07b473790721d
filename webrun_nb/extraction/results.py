"""The result of an extraction: the records, the evidence of each value, and how complete they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from webrun_nb.extraction.assignment.assign import Ambiguous, Assignment, Candidate
from webrun_nb.extraction.reasons import Problem, Reason
from webrun_nb.extraction.snapshot import Box, Snapshot
from webrun_nb.extraction.sources import Cell, Source, SourceRow
from webrun_nb.extraction.values.values import Reading, Value

_TEXT_CHARS = 2000
"""Characters of a text that is kept as evidence."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The origin and the reading of one value."""

    row: int
    """The record's number, from 0."""
    column: str
    url: str
    cell: Cell | None
    """The cell that it was read from; None if the record has nothing for it."""
    read: Value
    note: str = ""
    """A remark on it: another value that the page has for it."""
    page: Snapshot | None = None
    """The page that it was read on."""

    @property
    def value(self) -> Any:
        """The value in the form of the wire; None if it is not proved."""
        return self.read.value

    @property
    def reason(self) -> Reason | None:
        """The reason why it is None; beside a value, what is odd about it."""
        return self.read.reason

    @property
    def element(self) -> str:
        """A CSS selector of its element in its document; empty if it has none."""
        return "" if self.cell is None else self.cell.node.path

    @property
    def text(self) -> str:
        """The text as on the page."""
        return (self.read.text or ("" if self.cell is None else self.cell.text))[:_TEXT_CHARS]

    @property
    def reading(self) -> str:
        """How it was read, for people."""
        return "; ".join(part for part in (self.read.how, self.note) if part)

    @property
    def readings(self) -> tuple[Reading, ...]:
        """All that the text may mean, so that a frame of many pages can decide."""
        return self.read.readings

    @property
    def shows(self) -> tuple[tuple[str, str], ...]:
        """The conditions of readings that it proves for values of the same column of other pages of its site."""
        return self.read.shows

    @property
    def captured_ms(self) -> float | None:
        """The time at which the page was read (unix ms); None if it is not known."""
        return None if self.page is None else self.page.captured_ms

    @property
    def box(self) -> Box | None:
        """The box of its element on the page; None if that is not known to be where the box is.

        It is not displayed, is in a frame's document, or is scrolled out of an element around it.
        """
        if self.cell is None or self.page is None:
            return None
        around = [self.cell.node, *self.cell.node.ancestors()]
        if around[-1] is not self.page.root:
            return None
        own = around[1:] if around[0].is_text else around
        box = own[0].box if own else None
        if box is None:
            return None
        x, y = box.x + box.width / 2, box.y + box.height / 2
        outer = (node.box for node in own[1:] if node.box is not None and node.tag not in ("html", "body"))
        is_within = all(o.x <= x <= o.x + o.width and o.y <= y <= o.y + o.height for o in outer if o.width and o.height)
        return box if is_within else None


@dataclass(frozen=True, slots=True)
class ColumnReport:
    """The result of one column."""

    name: str
    label: str = ""
    """Its name on the page; empty if it has no field."""
    reading: str = ""
    """The reading of its values."""
    nulls: Mapping[str, int] = field(default_factory=dict)
    """The number of nulls by the code of their reason."""
    nearest: tuple[Candidate, ...] = ()
    """If it has no field, those of the page that come nearest."""


@dataclass(frozen=True, slots=True)
class ListReport:
    """The completeness of the list of one page."""

    url: str
    kind: str
    title: str
    seen: int
    """Rows that the page shows in it."""
    returned: int
    totals: int = 0
    """Rows that sum others up and were left out."""
    blank: int = 0
    """Rows without any of the columns that were left out."""
    repeated: int = 0
    """Rows that an earlier screen of the same list showed."""
    is_assumed: bool = False
    """True if repeated rows were told by the overlap of screens alone."""
    parts: tuple[str, ...] = ()
    """The titles of the tables that it was joined of."""
    is_cut: bool = False
    """True if the page is over a limit of the engine (its size, its number of tables or lists): rows may be missing."""


@dataclass(slots=True)
class Row:
    """A record with all that a caller needs to filter and sort it."""

    values: dict[str, Any]
    groups: tuple[str, ...]
    """The headings within the list that it is under."""
    source: Source
    row: SourceRow
    url: str


@dataclass(frozen=True, slots=True)
class Part:
    """The share of the answer that one page has."""

    snapshot: Snapshot
    assignment: Assignment
    sources: tuple[Source, ...] = ()
    """The sources that the assignment's source was joined of."""
    is_record: bool = False
    currencies: frozenset[str] = frozenset()
    """The currencies that the page's data for machines name."""
    page_date: date | None = None
    """The day that the page says it is of."""
    is_cut: bool = False
    """True if the page is over a limit of the engine."""


@dataclass(slots=True)
class Extraction:
    """The answer to a request, or the reason why there is none.

    Parameters
    ----------
    data : object
        The answer in the form that the schema asks for; None if there is none.
    records : list
        Its records.
    rows : list of Row
        The same with their place on the page.
    values : list of Evidence
        The evidence of each value, by row and column.
    columns : list of ColumnReport
        What became of each column.
    lists : list of ListReport
        How completely each page's list was read.
    problem : Problem or None
        The reason why there are no records.
    questions : list of Ambiguous
        What a person has to say; the columns in question are null.
    nearest : dict of str to tuple of Candidate
        If there are no records: the fields of the page that come nearest, by column.
    misfit : tuple of str and str, or None
        Place and reason of the first thing that does not fit the schema, null apart.
    parts : sequence of Part
        The pages' sources, with the fields that were taken.
    """

    data: Any = None
    records: list[Any] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    values: list[Evidence] = field(default_factory=list)
    columns: list[ColumnReport] = field(default_factory=list)
    lists: list[ListReport] = field(default_factory=list)
    problem: Problem | None = None
    questions: list[Ambiguous] = field(default_factory=list)
    nearest: dict[str, tuple[Candidate, ...]] = field(default_factory=dict)
    misfit: tuple[str, str] | None = None
    parts: Sequence[Part] = field(default=(), repr=False)

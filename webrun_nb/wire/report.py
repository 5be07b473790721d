"""The wire models of a task's report: what its answer rests on."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from webrun_nb.wire.base import Response

Condition = tuple[str, str]
"""A condition of a reading, and the mark, order or word that it names: (`decimal`, `,`)."""

ReportedValues = Literal["all", "odd"]
"""The values that a report is asked for: `odd` are those with a reason, so all that are null."""


class UnusedBody(Response):
    """A part of a task's text that its answer does not follow; no place where an answer of a person said it."""

    text: str
    start: int | None
    end: int | None
    why: str


class PageBody(Response):
    """A page that a task looked at or read."""

    url: str
    status: int | None
    at: int


class ReportedList(Response):
    """The completeness of a list that was read."""

    url: str
    title: str
    shown: int
    """Rows that the page shows."""
    collected: int
    """Rows that were read for the answer, before conditions of the task left any out."""
    stated: int | None
    """The number of rows that the page says the whole list has."""
    ended: str
    """The end of its collection, for people."""
    repeated: int
    """Rows that were left out as they had been read before."""
    assumed: bool
    """True if repeated rows were told by the overlap of screens alone."""
    whole: bool
    """False if its collection ended before the list did, or if that is not known."""
    enough: bool
    """True if it ended as the task asks for no more rows."""


class ReportedColumn(Response):
    """The reading of a column."""

    name: str
    label: str
    """The name of its field on the page; empty where it has none."""
    reading: str
    nulls: dict[str, int]
    """The number of nulls by the code of their reason."""
    shows: dict[str, list[Condition]]
    """By host: the conditions of readings that its certain values prove."""


class ReportedReading(Response):
    """One of several meanings of a text, none of which its page proves."""

    value: Any
    how: str
    assumes: list[Condition]


class ReportedValue(Response):
    """The source of one value of an answer."""

    left_out: ClassVar[frozenset[str]] = frozenset({"reason", "at", "box", "readings"})

    row: int
    column: str
    url: str
    element: str
    """A CSS selector in its document; empty where it has none."""
    text: str
    reading: str
    reason: str | None = None
    """The code of the reason why it is null; beside a value, what is odd about it."""
    readings: list[ReportedReading] | None = None
    """The possible meanings of the text, where nothing proves one of them."""
    at: int | None = None
    """The time at which its page was read, unix ms."""
    box: tuple[int, int, int, int] | None = None
    """The box of its element: x, y, width and height in CSS px from the top left of the page."""


class ReportedPicture(Response):
    """A picture of a page as it was read, at `…/pictures/:at`; it is kept less long than the report."""

    at: int
    """The time at which the page was read, unix ms: that of the values that were read there."""
    width: int
    """CSS px of the page, from its top left."""
    height: int


class ReportBody(Response):
    """Answer to `GET /_emulator/tasks/:id/report`. Reports of earlier versions lack the fields with defaults."""

    success: Literal[True] = True
    session_id: str
    task_id: str
    unused: list[UnusedBody]
    pages: list[PageBody]
    lists: list[ReportedList] = Field(default_factory=list)
    columns: list[ReportedColumn] = Field(default_factory=list)
    values: list[ReportedValue] = Field(default_factory=list)
    pictures: list[ReportedPicture] = Field(default_factory=list)
    values_left_out: int = 0
    """The number of values whose sources are not kept, as there are too many."""

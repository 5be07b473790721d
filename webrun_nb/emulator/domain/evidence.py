"""The evidence of a task's answer: the pages, the lists and columns that were read, and the source of each value.

All of it is for the user: it is reported with the answer and stored beside it. All sizes are limited.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

MAX_VALUES = 50_000
"""The maximum number of values whose sources are kept."""
MAX_CHARS = 16_000_000
"""The maximum length of the texts, addresses and selectors of all values together."""
MAX_TEXT = 1_000
"""The maximum length of one text or selector."""
MAX_URL = 2_000
"""The maximum length of an address."""
MAX_READINGS = 8
"""The maximum number of possible readings that are kept of one value."""
MAX_LISTED = 1_000
"""The maximum number of columns, of lists, and of unused parts."""


@dataclass(frozen=True, slots=True)
class VisitedPage:
    """A page that a task observed or read, and its HTTP status where it has one."""

    url: str
    status: int | None
    at_ms: float


@dataclass(frozen=True, slots=True)
class PictureOfPage:
    """The picture of a page as it was read, a JPEG of any scale; its size is in CSS px, from the page's top left."""

    at_ms: float
    jpeg: bytes
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class UnusedPart:
    """A part of a task's text that the agent did not use; without a position where it came from a person's answer."""

    text: str
    start: int | None
    end: int | None
    why: str


@dataclass(frozen=True, slots=True)
class SourceReading:
    """One of several meanings of a text, none of which its page proves."""

    value: Any
    how: str
    assumes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Source:
    """The source of one value of an answer."""

    row: int
    column: str
    url: str
    element: str
    text: str
    reading: str = ""
    reason: str = ""
    """The code of the reason why the value is null; beside a value, what is odd about it."""
    readings: tuple[SourceReading, ...] = ()
    shows: tuple[tuple[str, str], ...] = ()
    """The conditions of readings that it proves for values of its column and site."""
    at_ms: float | None = None
    """The time at which its page was read."""
    box: tuple[float, float, float, float] | None = None
    """The box of its element: x, y, width and height in CSS px from the top left of the page."""

    @property
    def chars(self) -> int:
        """The length of its texts."""
        return len(self.url) + len(self.element) + len(self.text) + len(self.reading)


@dataclass(frozen=True, slots=True)
class ColumnSource:
    """The field of the page that a column of an answer was read from, and how."""

    name: str
    label: str
    reading: str
    nulls: Mapping[str, int]
    """The number of nulls by the code of their reason."""


@dataclass(frozen=True, slots=True)
class ListSource:
    """The completeness of a list that was read."""

    url: str
    title: str
    shown: int
    collected: int
    stated: int | None
    ended: str
    repeated: int
    is_assumed: bool
    is_whole: bool
    is_enough: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence of an answer, the pages apart."""

    unused: tuple[UnusedPart, ...] = ()
    lists: tuple[ListSource, ...] = ()
    columns: tuple[ColumnSource, ...] = ()
    values: tuple[Source, ...] = ()
    values_left_out: int = 0
    """The number of values whose sources are not kept, as there are too many."""


def within_limits(sources: Iterable[Source]) -> tuple[tuple[Source, ...], int]:
    """Return as many sources as are kept, from the first on, and the number of those left out."""
    kept: list[Source] = []
    chars = left_out = 0
    for source in sources:
        chars += source.chars
        if left_out or len(kept) >= MAX_VALUES or chars > MAX_CHARS:
            left_out += 1
        else:
            kept.append(source)
    return tuple(kept), left_out


def shortened(text: str) -> str:
    """Return a text of at most `MAX_TEXT` characters; the end of one that was cut is marked."""
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"

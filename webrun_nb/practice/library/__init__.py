"""`practice:library`: a catalogue's results, of which the page shows fewer than it says.

`/search` says that there are 120 results. It shows 24, a button loads 24 more at a time, and after 96 the button goes
away without a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from webrun_nb.practice.server import Site, first_value, route

__all__ = ["AT_ONCE", "RESULTS", "SHOWN", "Book", "books", "create"]

RESULTS = 120
"""The number of results that the page states."""
SHOWN = 96
"""The number of results that can be had."""
AT_ONCE = 24
"""The number of results that are shown at first, and that are added by each press of the button."""
_FORMS = (
    "Atlas of",
    "Notes on",
    "Letters from",
    "A history of",
    "Songs of",
    "The keeper of",
    "Walking through",
    "After",
)
_SUBJECTS = (
    "the inner harbour", "the salt road", "a quiet delta", "the glass coast", "the seven locks", "northern light",
    "the old ferry", "an empty station", "the tidal mill", "the herring years", "two lighthouses",
    "the drowned orchard", "the paper islands", "a winter bridge", "the amber trade",
)  # fmt: skip
_AUTHORS = (
    "Brandholt, Eva", "Cernik, Pavel", "Dahlquist, Moa", "Eberling, Kurt", "Farouz, Nadia", "Gilmarten, Rose",
    "Holmvik, Arne",
)  # fmt: skip
_LANGUAGES = ("English", "German", "Swedish", "Czech", "Norwegian")


@dataclass(frozen=True, slots=True)
class Book:
    """A result."""

    number: int
    """The last part of its path."""
    signature: str
    title: str
    author: str
    year: int
    pages: int
    language: str


@cache
def books() -> Sequence[Book]:
    """Return the books that can be had, in the order of the results; the same on every machine."""
    return tuple(_book(index) for index in range(SHOWN))


def _book(index: int) -> Book:
    return Book(
        number=index,
        signature=f"HL {2100 + index * 7}",
        title=f"{_FORMS[index % len(_FORMS)]} {_SUBJECTS[index % len(_SUBJECTS)]}",
        author=_AUTHORS[index % len(_AUTHORS)],
        year=1921 + index * 37 % 104,
        pages=96 + index * 53 % 1100,
        language=_LANGUAGES[index % len(_LANGUAGES)],
    )


class Library(Site):
    """The site of an invented library."""

    name = "Lindwood Library"
    about = "A practice library that comes with webrun_nb. Its books are invented."

    def __init__(self) -> None:
        routes = [
            route("/", GET=self._home),
            route("/search", GET=self._search),
            route("/more", GET=self._more),
            route("/books/{number}", GET=self._book),
        ]
        super().__init__(Path(__file__).parent, routes, dict)

    async def _home(self, request: Request) -> Response:
        return self.page(request, "home.html")

    async def _search(self, request: Request) -> Response:
        return self.page(request, "results.html", books=books()[:AT_ONCE], results=RESULTS, shown=SHOWN)

    async def _more(self, request: Request) -> Response:
        """Return further results alone, for the script; `from` is the number of the first one, from 0."""
        first = _number(first_value(request.query_params, "from"))
        return self.page(request, "items.html", books=books()[first : first + AT_ONCE])

    async def _book(self, request: Request, number: str) -> Response:
        return self.page(request, "book.html", book=books()[_number(number)])


def _number(text: str) -> int:
    if not text.isdecimal() or not text.isascii() or len(text) > len(str(SHOWN)) or int(text) >= SHOWN:
        raise HTTPException(404)
    return int(text)


def create() -> Library:
    """Create the site."""
    return Library()

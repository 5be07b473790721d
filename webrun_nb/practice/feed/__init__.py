"""`practice:feed`: sightings of birds in a feed without an end.

The feed loads more while it is scrolled. `?page=N` begins at its page N; there is always a next page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from webrun_nb.practice.server import Site, first_value, route

__all__ = ["PER_PAGE", "Sighting", "create", "sightings"]

PER_PAGE = 20
"""The number of sightings on a page, and that are added at once."""
_MAX_DIGITS = 15
"""The most digits of a page's number: more of them are taken for a mistake."""
_BIRDS = ("Avocet", "Bittern", "Curlew", "Dunlin", "Egret", "Fulmar", "Gannet", "Kittiwake", "Lapwing", "Oystercatcher",
          "Puffin", "Redshank", "Turnstone")  # fmt: skip
_PLACES = ("Salt Point", "Long Pier", "Mill Creek", "North Sands", "Old Quay", "Reed Marsh", "Gull Rock")
_OBSERVERS = ("Nia Ferrow", "Otto Lindmar", "Petra Skov", "Ravi Anselm", "Sofia Brandt")


@dataclass(frozen=True, slots=True)
class Sighting:
    """An entry of the feed; `number` is its place in it, from 1."""

    number: int
    bird: str
    count: int
    place: str
    observer: str


def sightings(page: int) -> Sequence[Sighting]:
    """Return the sightings of a page, from 1; the same on every machine."""
    first = (page - 1) * PER_PAGE + 1
    return tuple(
        Sighting(
            number,
            _BIRDS[number * 5 % len(_BIRDS)],
            1 + number * 7 % 39,
            _PLACES[number * 3 % len(_PLACES)],
            _OBSERVERS[number % len(_OBSERVERS)],
        )
        for number in range(first, first + PER_PAGE)
    )


class Feed(Site):
    """The site of an invented club of bird watchers."""

    name = "Shorewatch"
    about = "A practice feed that comes with webrun_nb. Its sightings and observers are invented."

    def __init__(self) -> None:
        self._counted: Counter[str] = Counter()
        routes = [route("/", GET=self._feed), route("/sightings", GET=self._sightings)]
        super().__init__(Path(__file__).parent, routes, lambda: self._counted)

    async def _feed(self, request: Request) -> Response:
        page = self._count_page(request)
        return self.page(request, "feed.html", page=page, sightings=sightings(page))

    async def _sightings(self, request: Request) -> Response:
        """Return the sightings of a page alone, for the script."""
        return self.page(request, "sightings.html", sightings=sightings(self._count_page(request)))

    def _count_page(self, request: Request) -> int:
        text = first_value(request.query_params, "page") or "1"
        if not text.isdecimal() or not text.isascii() or len(text) > _MAX_DIGITS or int(text) < 1:
            raise HTTPException(404)
        self._counted["pages"] += 1
        return int(text)


def create() -> Feed:
    """Create the site."""
    return Feed()

"""`practice:conference`: the programme of a conference, with a tab for each of its three days.

Forty talks are in tables by day, with breaks between them; scripts show one day at a time, at the same address. Each
talk has a page of its own; `/rooms` lists where they are held.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import groupby
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from webrun_nb.practice.server import Site, route

__all__ = ["ROOMS", "Room", "Talk", "create", "talks"]

_FOLDER = Path(__file__).parent
_BREAKS = (("12:00", "13:00", "Lunch"), ("14:30", "15:00", "Coffee break"))
"""Start, end and name of the breaks of every day."""


@dataclass(frozen=True, slots=True)
class Room:
    """A room of the conference."""

    name: str
    floor: int
    seats: int
    is_step_free: bool


ROOMS = (
    Room("Birch Hall", 0, 1200, True),
    Room("Cedar Room", 1, 180, True),
    Room("Fern Room", 2, 64, False),
)
"""Where talks are held."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A talk of the programme."""

    starts: datetime
    """In the conference's own time."""
    minutes: int
    room: str
    title: str
    speaker: str | None
    track: str

    @property
    def slug(self) -> str:
        """The last part of its path."""
        return "-".join(re.findall("[a-z]+", self.title.lower()))

    @property
    def day(self) -> date:
        """The day on which it is held."""
        return self.starts.date()

    @property
    def time(self) -> str:
        """Its start and end: `09:00–09:45`."""
        return f"{self.starts:%H:%M}\N{EN DASH}{self.starts + timedelta(minutes=self.minutes):%H:%M}"


@cache
def talks() -> Sequence[Talk]:
    """Return all talks in the order of the programme."""
    read = json.loads((_FOLDER / "talks.json").read_text(encoding="utf-8"))
    return tuple(
        Talk(
            datetime.fromisoformat(f"{each['day']}T{each['start']}"),
            each["minutes"],
            each["room"],
            each["title"],
            each["speaker"],
            each["track"],
        )
        for each in read
    )


def day_name(day: date) -> str:
    """Return a day in words: `Wednesday, 10 June 2026`."""
    return f"{day:%A}, {day.day} {day:%B %Y}"


def _slots(held: Sequence[Talk]) -> list[tuple[str, str, Talk | None]]:
    """Return the rows of a day in order: the time, and a talk or else the name of a break."""
    rows = [(talk.time, "", talk) for talk in held]
    breaks = [(f"{start}\N{EN DASH}{end}", name, None) for start, end, name in _BREAKS]
    return sorted([*rows, *breaks], key=lambda row: row[0][:5])


class Conference(Site):
    """The site of an invented conference."""

    name = "Tidewater Data Days"
    about = "A practice conference that comes with webrun_nb. Its talks and speakers are invented."
    links = (("Programme", "/"), ("Rooms", "/rooms"))

    def __init__(self) -> None:
        routes = [
            route("/", GET=self._programme),
            route("/rooms", GET=self._rooms),
            route("/talks/{slug}", GET=self._talk),
        ]
        super().__init__(_FOLDER, routes, dict)
        self._by_slug: Mapping[str, Talk] = {talk.slug: talk for talk in talks()}

    async def _programme(self, request: Request) -> Response:
        days = [(day, _slots(list(held))) for day, held in groupby(talks(), lambda talk: talk.day)]
        return self.page(request, "programme.html", days=days, count=len(talks()), day_name=day_name)

    async def _talk(self, request: Request, slug: str) -> Response:
        if slug not in self._by_slug:
            raise HTTPException(404)
        return self.page(request, "talk.html", talk=self._by_slug[slug], day_name=day_name)

    async def _rooms(self, request: Request) -> Response:
        return self.page(request, "rooms.html", rooms=ROOMS)


def create() -> Conference:
    """Create the site."""
    return Conference()

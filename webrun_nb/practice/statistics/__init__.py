"""`practice:statistics`: a German statistics office with tables as such offices publish them.

`/bevoelkerung` has two header rows, group headings, subtotals and a total, footnotes, revised values and signs for
missing ones, on two pages; with `?stand=2026-02` it is the first edition, before the revision. `/revisionen` compares
first and revised values. Digits are grouped by dots; commas are decimal marks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from webrun_nb.practice.server import Site, first_value, route

__all__ = ["District", "Revision", "create", "districts", "revisions", "total"]

_FOLDER = Path(__file__).parent
_LOCALE = "de_DE"
_MINUS = "\N{MINUS SIGN}"
UNKNOWN = "\N{MIDDLE DOT}"
"""The sign for a value that is unknown or confidential."""
NOTHING = "\N{EN DASH}"
"""The sign for "there is none"."""


@dataclass(frozen=True, slots=True)
class District:
    """A row of the population table."""

    name: str
    population: tuple[int, int]
    """At the end of 2024 and of 2025."""
    employed: tuple[float, float | None]
    """In thousands, in 2024 and in 2025; None where it is confidential."""
    unemployment: float | None
    """In percent; None where there is none."""
    mark: str = ""
    """The footnote mark of its name."""
    marks: Mapping[str, str] = field(default_factory=dict)
    """The footnote marks of its values, by column and year."""
    first: Mapping[str, Any] = field(default_factory=dict)
    """The values of the first edition that were revised later, by attribute."""

    @property
    def in_first_edition(self) -> District:
        """The row as it was before the revision."""
        marks = {place: mark for place, mark in self.marks.items() if mark != "r"}
        return replace(self, **self.first, marks=marks)

    @property
    def change(self) -> float:
        """The change of the population, in percent."""
        before, after = self.population
        return round((after - before) / before * 100, 1)


@dataclass(frozen=True, slots=True)
class Revision:
    """A row of the revisions table: the gross domestic product of a quarter, in millions of euros."""

    quarter: str
    published: date
    first: float
    revised: date | None
    now: float | None

    @property
    def change(self) -> float | None:
        """The revised value less the first one."""
        return None if self.now is None else round(self.now - self.first, 1)


def _read(name: str) -> Any:
    return json.loads((_FOLDER / name).read_text(encoding="utf-8"))


def _district(values: Mapping[str, Any]) -> District:
    return District(**{name: _with_tuples(value) for name, value in values.items()})


def _with_tuples(value: Any) -> Any:
    """Return a value of JSON with tuples for its lists."""
    if isinstance(value, dict):
        return {name: _with_tuples(each) for name, each in value.items()}
    return tuple(value) if isinstance(value, list) else value


@cache
def districts() -> Mapping[str, Sequence[District]]:
    """Return the rows of the population table, by group: the cities, and the districts."""
    read = _read("population.json")
    return {group: tuple(map(_district, read[group])) for group in ("cities", "districts")}


@cache
def total() -> District:
    """Return the last row of the population table, which sums all up."""
    return _district(_read("population.json")["total"])


@cache
def revisions() -> Sequence[Revision]:
    """Return the rows of the revisions table."""
    return tuple(
        Revision(
            each["quarter"],
            date.fromisoformat(each["published"]),
            each["first"],
            date.fromisoformat(each["revised"]) if each["revised"] else None,
            each["now"],
        )
        for each in _read("revisions.json")
    )


@cache
def cities_total() -> District:
    """Return the row that sums the cities up."""
    return _district(_read("population.json")["cities_total"])


def number(value: float | None, decimals: int = 0, *, missing: str = UNKNOWN, signed: bool = False) -> str:
    """Format a number as the site does: `12.000`, `0,714`, `−0,4`, `+1,2`.

    Parameters
    ----------
    value : float or None
        The number.
    decimals : int, optional
        Digits behind the comma.
    missing : str, optional
        The sign for None.
    signed : bool, optional
        Whether positive numbers have a plus sign.
    """
    if value is None:
        return missing
    digits = format_decimal(abs(value), f"#,##0.{'0' * decimals}" if decimals else "#,##0", locale=_LOCALE)
    return (_MINUS if value < 0 else "+" if signed and value > 0 else "") + digits


def day(value: date | None) -> str:
    """Format a date as the site does: `03.05.2025`."""
    return NOTHING if value is None else format_date(value, "dd.MM.yyyy", locale=_LOCALE)


_ON_FIRST_PAGE = 6
"""Districts on the first page of the population table, after the cities."""
EDITIONS = {"2026-05": "4. Mai 2026", "2026-02": "3. Februar 2026"}
"""The editions of the population table, the latest first: their days as the site writes them."""


class Statistics(Site):
    """The site of an invented statistics office."""

    def __init__(self) -> None:
        routes = [
            route("/", GET=self._home),
            route("/bevoelkerung", GET=self._population),
            route("/revisionen", GET=self._revisions),
        ]
        super().__init__(_FOLDER, routes, dict)

    def common(self, request: Request) -> dict[str, Any]:
        """Return what formats the values of the tables."""
        return {"number": number, "day": day, "NOTHING": NOTHING}

    async def _home(self, request: Request) -> Response:
        return self.page(request, "home.html")

    async def _population(self, request: Request) -> Response:
        page = first_value(request.query_params, "seite") or "1"
        edition = first_value(request.query_params, "stand") or next(iter(EDITIONS))
        if page not in ("1", "2") or edition not in EDITIONS:
            raise HTTPException(404)

        def published(rows: Sequence[District]) -> list[District]:
            return [row.in_first_edition if edition == "2026-02" else row for row in rows]

        cities, others = (published(districts()[group]) for group in ("cities", "districts"))
        if page == "1":
            groups = [
                ("Kreisfreie Städte", cities, *published([cities_total()])),
                ("Landkreise", others[:_ON_FIRST_PAGE], None),
            ]
        else:
            groups = [("Landkreise (Fortsetzung)", others[_ON_FIRST_PAGE:], None)]
        return self.page(
            request,
            "population.html",
            groups=groups,
            page=int(page),
            edition=edition,
            editions=EDITIONS,
            total=published([total()])[0] if page == "2" else None,
        )

    async def _revisions(self, request: Request) -> Response:
        return self.page(request, "revisions.html", revisions=revisions())


def create() -> Statistics:
    """Create the site."""
    return Statistics()

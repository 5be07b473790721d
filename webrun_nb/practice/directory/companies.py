"""The companies of `practice:directory` and what their pages do; the same on every machine."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

COMPANIES = 500
"""The number of companies."""
_FIRST = (
    "Alderbeck", "Amberfen", "Birchgate", "Brindlow", "Calverin", "Corvastad", "Dunmarrow", "Eskholm", "Fallowby",
    "Fjordane", "Glanmere", "Hartenau", "Ironvale", "Juniper Cross", "Kestrelby", "Larkhollow", "Marlstone",
    "Northmere", "Oakhaven", "Pellworth", "Quillbrook", "Ravensund", "Saltmarch", "Thornquay", "Wexlund",
)  # fmt: skip
_SECOND = (
    "Analytics", "Bearings", "Ceramics", "Dairies", "Electric", "Foods", "Glass", "Hydraulics", "Instruments",
    "Joinery", "Kilns", "Logistics", "Marine", "Nurseries", "Optics", "Paper", "Robotics", "Shipping", "Textiles",
    "Water",
)  # fmt: skip
_CITIES = (
    ("Aarhus", "Denmark", 45), ("Antwerp", "Belgium", 32), ("Bergen", "Norway", 47), ("Bilbao", "Spain", 34),
    ("Bristol", "United Kingdom", 44), ("Cork", "Ireland", 353), ("Gdansk", "Poland", 48), ("Ghent", "Belgium", 32),
    ("Gothenburg", "Sweden", 46), ("Graz", "Austria", 43), ("Leipzig", "Germany", 49), ("Lyon", "France", 33),
    ("Nantes", "France", 33), ("Porto", "Portugal", 351), ("Rotterdam", "Netherlands", 31), ("Tampere", "Finland", 358),
    ("Trieste", "Italy", 39), ("Utrecht", "Netherlands", 31), ("Vilnius", "Lithuania", 370),
)  # fmt: skip
"""Cities with their country and its telephone code."""
_FIRST_OPENED = date(1998, 3, 2)


class Behaviour(Enum):
    """The behaviour of a company's page that does not simply answer at once."""

    SLOW = "slow"
    """It answers after `SLOW_S`."""
    BROKEN = "broken"
    """It answers with 500, every time."""
    GONE = "gone"
    """It answers with 404; the company is still listed."""
    MOVED = "moved"
    """It redirects with 301 to the company's new page."""
    MOVED_FOR_NOW = "moved for now"
    """It redirects with 302 to the company's new page."""
    LIMITED = "limited"
    """It answers its first request with 429 and `Retry-After`, later ones as usual."""
    INCOMPLETE = "incomplete"
    """It does not say one of `OPTIONAL`."""


_SHARES = {
    Behaviour.SLOW: 25,
    Behaviour.BROKEN: 10,
    Behaviour.GONE: 12,
    Behaviour.MOVED: 8,
    Behaviour.MOVED_FOR_NOW: 7,
    Behaviour.LIMITED: 10,
    Behaviour.INCOMPLETE: 40,
}
"""The number of companies whose pages do so."""
OPTIONAL = ("employees", "founded", "website", "phone", "revenue_usd")
"""The attributes of `Company` that are None on some pages, which then do not name them."""


@dataclass(frozen=True, slots=True)
class Office:
    """A row of a company's table of offices."""

    city: str
    country: str
    staff: int
    opened: date


@dataclass(frozen=True, slots=True)
class Company:
    """A company of the directory. `behaviour` is None where its page has nothing special."""

    name: str
    city: str
    country: str
    employees: int | None
    founded: int | None
    website: str | None
    phone: str | None
    revenue_usd: Decimal | None
    offices: tuple[Office, ...]
    behaviour: Behaviour | None

    @property
    def slug(self) -> str:
        """The last part of the path that the directory lists."""
        return _slug(self.name)

    @property
    def page_slug(self) -> str:
        """The last part of the path of its page: another one than the listed where the page has moved."""
        has_moved = self.behaviour in (Behaviour.MOVED, Behaviour.MOVED_FOR_NOW)
        return f"{self.slug}-group" if has_moved else self.slug

    @property
    def url(self) -> str:
        """Its listed page as tasks name it: `practice:directory/companies/alderbeck-analytics`."""
        return f"practice:directory/companies/{self.slug}"


@cache
def companies() -> Sequence[Company]:
    """Return all companies in the order of the directory, by name.

    Examples
    --------
    >>> import pandas as pd
    >>> urls = pd.DataFrame({"name": each.name, "url": each.url} for each in companies())
    >>> urls.url[0]
    'practice:directory/companies/alderbeck-analytics'
    """
    names = [f"{first} {second}" for first in _FIRST for second in _SECOND]
    return tuple(_company(index, name) for index, name in enumerate(names))


def companies_csv(root: str) -> str:
    """Return the listed companies as CSV with the columns `name`, `country` and `url`.

    Parameters
    ----------
    root : str
        The site's address, which the URLs begin with: `http://directory.localhost:8000/`.
    """
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(("name", "country", "url"))
    table.writerows((each.name, each.country, f"{root}companies/{each.slug}") for each in companies())
    return text.getvalue()


def _slug(name: str) -> str:
    return "-".join(re.findall("[a-z]+", name.lower()))


def _company(index: int, name: str) -> Company:
    city, country, code = _CITIES[index * 5 % len(_CITIES)]
    behaviour = _behaviour(index)
    offices = tuple(_office(index, number) for number in range(3 + index % 3))
    company = Company(
        name=name,
        city=city,
        country=country,
        employees=sum(office.staff for office in offices),
        founded=1921 + index * 29 % 77,
        website=f"https://{_slug(name)}.example/",
        phone=f"+{code} 555 {index * 17 % 10_000:04}",
        revenue_usd=Decimal(400_000 + index * 7_919 % 911 * 125_000),
        offices=offices,
        behaviour=behaviour,
    )
    if behaviour is not Behaviour.INCOMPLETE:
        return company
    missing: Any = {OPTIONAL[index % len(OPTIONAL)]: None}
    return replace(company, **missing)


def _office(index: int, number: int) -> Office:
    """Return an office of the company at `index`; the first one is in the company's own city."""
    city, country, _ = _CITIES[(index * 5 + number * 7) % len(_CITIES)]
    staff = 8 + (index * 13 + number * 31) % 240
    return Office(city, country, staff, _FIRST_OPENED + timedelta(days=(index * 97 + number * 611) % 9_000))


def _behaviour(index: int) -> Behaviour | None:
    """Return what the page at `index` does; pages that do the same are far from each other in the directory."""
    place = (205 + index * 137) % COMPANIES
    for behaviour, share in _SHARES.items():
        if place < share:
            return behaviour
        place -= share
    return None

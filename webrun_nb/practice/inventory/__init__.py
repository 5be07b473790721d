"""`practice:inventory`: a warehouse's thousand parts in a virtualised grid.

The grid has elements for the rows that are in view alone, and uses them again for others as it is scrolled;
`aria-rowindex` numbers the rows, `aria-rowcount` counts them. Rows are fetched in chunks; until they are there, their
cells are empty and the grid is `aria-busy`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from webrun_nb.practice.server import Site, first_value, money, route

__all__ = ["CHUNK", "PARTS", "Part", "create", "parts"]

PARTS = 1000
"""The number of parts."""
CHUNK = 100
"""The number of parts that are fetched at once."""
_MATERIALS = ("Brass", "Steel", "Nylon", "Copper", "Rubber", "Oak", "Zinc", "Carbon")
_THINGS = ("hinge", "bracket", "washer", "valve", "spring", "hook", "gasket", "bolt", "clamp", "pulley", "knob")
_FIRST_DAY = date(2024, 1, 8)


@dataclass(frozen=True, slots=True)
class Part:
    """A row of the grid."""

    number: str
    name: str
    bin: str
    """Where it lies: aisle, rack and shelf."""
    stock: int
    price_usd: Decimal
    counted: date
    """The day on which its stock was counted."""

    @property
    def texts(self) -> tuple[str, ...]:
        """Its cells as they are displayed."""
        return (
            *(self.number, self.name, self.bin),
            *(f"{self.stock:,}", money(self.price_usd)),
            f"{self.counted:%b} {self.counted.day}, {self.counted.year}",
        )


@cache
def parts() -> Sequence[Part]:
    """Return all parts in the order of the grid; the same on every machine."""
    return tuple(_part(index) for index in range(PARTS))


def _part(index: int) -> Part:
    # Strides that have no factor in common with the number of values give every row other ones.
    mixed = index * 7919 % 10007
    return Part(
        number=f"P-{10001 + index}",
        name=f"{_MATERIALS[mixed % len(_MATERIALS)]} {_THINGS[mixed % len(_THINGS)]}, {4 + mixed % 60} mm",
        bin=f"{'ABCDEF'[mixed % 6]}{1 + mixed % 24:02}-{1 + mixed % 9}",
        stock=mixed * 13 % 4200,
        price_usd=Decimal(25 + mixed * 37 % 240000) / 100,
        counted=_FIRST_DAY + timedelta(days=mixed % 700),
    )


class Inventory(Site):
    """The site of an invented warehouse."""

    name = "Harbour Stores"
    about = "A practice warehouse that comes with webrun_nb. Its parts are invented."

    def __init__(self) -> None:
        routes = [route("/", GET=self._grid), route("/parts.json", GET=self._chunk)]
        super().__init__(Path(__file__).parent, routes, dict)

    async def _grid(self, request: Request) -> Response:
        return self.page(request, "grid.html", count=PARTS, chunk=CHUNK)

    async def _chunk(self, request: Request) -> Response:
        """Return a chunk of rows; `from` is the number of its first row, from 0."""
        text = first_value(request.query_params, "from")
        if not text.isdecimal() or not text.isascii() or len(text) > len(str(PARTS)) or int(text) >= PARTS:
            raise HTTPException(404)
        return JSONResponse([part.texts for part in parts()[int(text) : int(text) + CHUNK]])


def create() -> Inventory:
    """Create the site."""
    return Inventory()

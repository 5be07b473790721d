"""`practice:pricelists`: three price lists with the same columns, in the number formats of three countries.

`/de` has German marks (`12.000`, `1.299,00 €`), `/in` groups by lakhs (`₹12,34,567.50`), `/ar` has Arabic-Indic digits
(`١٬٢٩٩٫٠٠`) and reads from right to left. What is sold and how a list is written is in its JSON file beside this one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from webrun_nb.practice.server import Site, route

__all__ = ["Item", "PriceList", "create", "price_lists"]

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Item:
    """A row of a price list."""

    code: str
    name: str
    pack: int
    """Pieces in a pack."""
    price_each: Decimal | None
    """The price of a piece, in the currency of the list; None if it is told on request."""
    stock: int
    valid_from: date

    @property
    def price_pack(self) -> Decimal | None:
        """The price of a pack."""
        return None if self.price_each is None else self.price_each * self.pack


@dataclass(frozen=True, slots=True)
class PriceList:
    """A price list with all that its page says.

    Parameters
    ----------
    slug : str
        Its path.
    language, locale, direction : str
        Its language tag, the locale of its numbers and dates, and `ltr` or `rtl`.
    currency : str
        ISO 4217 code of its prices.
    price_pattern, date_pattern : str
        Patterns of prices and dates, as in CLDR.
    digits : str
        The digits 0 to 9 of its script.
    name, title, lead, skip, home, on_request : str
        Texts of its page.
    headings : mapping of str to str
        The headings of its columns, by the name of the attribute of `Item`.
    items : sequence of Item
        Its rows.
    """

    slug: str
    language: str
    locale: str
    direction: str
    currency: str
    price_pattern: str
    date_pattern: str
    digits: str
    name: str
    title: str
    lead: str
    skip: str
    home: str
    on_request: str
    headings: Mapping[str, str]
    items: Sequence[Item]

    def amount(self, value: Decimal | None) -> str:
        """Format a price."""
        if value is None:
            return self.on_request
        return self._digits(
            format_currency(
                value,
                self.currency,
                self.price_pattern,
                locale=self.locale,
                currency_digits=False,
                numbering_system="default",
            )
        )

    def count(self, value: int) -> str:
        """Format a number of pieces."""
        return self._digits(format_decimal(value, locale=self.locale, numbering_system="default"))

    def day(self, value: date) -> str:
        """Format a date."""
        return self._digits(format_date(value, self.date_pattern, locale=self.locale))

    def _digits(self, text: str) -> str:
        """Write a text with the digits of the list's script: babel has the marks of a script alone."""
        return text.translate({ord("0") + number: digit for number, digit in enumerate(self.digits)})


def _item(values: Mapping[str, object]) -> Item:
    price = values["price_each"]
    return Item(
        code=str(values["code"]),
        name=str(values["name"]),
        pack=int(str(values["pack"])),
        price_each=None if price is None else Decimal(str(price)),
        stock=int(str(values["stock"])),
        valid_from=date.fromisoformat(str(values["valid_from"])),
    )


@cache
def price_lists() -> Mapping[str, PriceList]:
    """Return the price lists by slug."""
    lists = {}
    for slug in ("de", "in", "ar"):
        values = json.loads((_FOLDER / f"{slug}.json").read_text(encoding="utf-8"))
        lists[slug] = PriceList(slug=slug, **{**values, "items": tuple(map(_item, values["items"]))})
    return lists


class PriceLists(Site):
    """The site of an invented trading house."""

    name = "Three Harbours Trading"
    about = "A practice site that comes with webrun_nb. Its goods and prices are invented."

    def __init__(self) -> None:
        routes = [route("/", GET=self._home), route("/{slug}", GET=self._list)]
        super().__init__(_FOLDER, routes, dict)

    async def _home(self, request: Request) -> Response:
        return self.page(request, "home.html", lists=price_lists().values())

    async def _list(self, request: Request, slug: str) -> Response:
        if slug not in price_lists():
            raise HTTPException(404)
        return self.page(request, "list.html", list=price_lists()[slug])


def create() -> PriceLists:
    """Create the site."""
    return PriceLists()

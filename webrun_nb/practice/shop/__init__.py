"""`practice:shop`: an electronics shop with six categories, search, sorting, filters and product pages.

Everything sold is in `catalogue.json` beside this file; change a price there and every page of the next process has it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from webrun_nb.practice.base import Request, Response
from webrun_nb.practice.shop.catalogue import Catalogue, load
from webrun_nb.practice.shop.pages import Shop

__all__ = ["CATALOGUE", "catalogue", "respond"]

CATALOGUE = Path(__file__).with_name("catalogue.json")
"""The file with everything the shop sells: JSON, prices in USD."""


@cache
def catalogue() -> Catalogue:
    """Give what the shop sells, read from `CATALOGUE` once per process."""
    return load(CATALOGUE)


@cache
def _shop() -> Shop:
    return Shop(catalogue())


def respond(request: Request) -> Response:
    """Answer a request to the shop."""
    return _shop().respond(request)

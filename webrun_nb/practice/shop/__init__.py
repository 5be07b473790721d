"""`practice:shop`: an electronics shop with six categories, search, sorting, filters, product pages and a checkout.

Log in with an account of `practice.accounts`, fill the cart, check out, look orders up and download them.
Everything sold is in `catalogue.json` beside this file; change a price there and every page of the next process has it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from webrun_nb.practice.shop.catalogue import Catalogue, load
from webrun_nb.practice.shop.pages import Shop

__all__ = ["CATALOGUE", "catalogue", "create"]

CATALOGUE = Path(__file__).with_name("catalogue.json")
"""The file with everything the shop sells: JSON, prices in USD."""


@cache
def catalogue() -> Catalogue:
    """Return the catalogue, read from `CATALOGUE` once per process."""
    return load(CATALOGUE)


def create() -> Shop:
    """Create the site, with nothing done on it yet."""
    return Shop(catalogue())

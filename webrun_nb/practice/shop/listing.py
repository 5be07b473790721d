"""Selects, sorts and pages the products of a listing by the query of its address. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from starlette.requests import Request

from webrun_nb.practice.server import first_value
from webrun_nb.practice.shop.catalogue import Catalogue, Category, Product, split_words

PER_PAGE = 12

SORTS: Mapping[str, str] = {
    "featured": "Featured",
    "price-asc": "Price: low to high",
    "price-desc": "Price: high to low",
    "rating": "Customer rating",
    "name": "Name: A to Z",
}
"""The sort orders that a visitor can choose, with their labels."""

MIN_RATINGS: Mapping[str, str] = {"3": "3 or more", "4": "4 or more", "4.5": "4.5 or more"}
"""The smallest ratings a visitor can ask for, with their labels."""

_SORT_KEYS: Mapping[str, Callable[[Product], Any]] = {
    "price-asc": lambda product: (product.price_usd, product.name),
    "price-desc": lambda product: (-product.price_usd, product.name),
    # Unrated products come last: no rating is not a rating of 0.
    "rating": lambda product: (product.rating is None, -(product.rating or 0), -product.reviews, product.name),
    "name": lambda product: product.name.casefold(),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """The search, filters and order of a listing that a visitor chose.

    `typed` keeps the fields as they came, for the forms to show again; `problems` says, per field, why one was not
    understood. A field with a problem does not filter.
    """

    search: str = ""
    category: Category | None = None
    sort: str = "featured"
    min_price_usd: Decimal | None = None
    max_price_usd: Decimal | None = None
    in_stock_only: bool = False
    min_rating: Decimal | None = None
    page: int = 1
    typed: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def filtered(self) -> bool:
        """True if any filter is set."""
        return self.in_stock_only or any(
            value is not None for value in (self.category, self.min_price_usd, self.max_price_usd, self.min_rating)
        )

    def keeps(self, product: Product) -> bool:
        """Return whether the search and all filters keep a product."""
        if self.category is not None and product.category != self.category:
            return False
        if self.min_price_usd is not None and product.price_usd < self.min_price_usd:
            return False
        if self.max_price_usd is not None and product.price_usd > self.max_price_usd:
            return False
        if self.in_stock_only and not product.in_stock:
            return False
        if self.min_rating is not None and (product.rating is None or product.rating < self.min_rating):
            return False
        return matches(product, self.search)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing: its products, and its position among the others (pages count from 1)."""

    products: Sequence[Product]
    number: int
    count: int
    total: int

    @property
    def first(self) -> int:
        """Number of its first product among all, counted from 1."""
        return (self.number - 1) * PER_PAGE + 1

    @property
    def last(self) -> int:
        """Number of its last product among all."""
        return self.first + len(self.products) - 1


def matches(product: Product, search: str) -> bool:
    """Return whether every word of a search begins a word of the product: "phone" finds phones, not headphones."""
    words = product.words
    return all(any(word.startswith(wanted) for word in words) for wanted in split_words(search))


def choose(request: Request, catalogue: Catalogue) -> Choice:
    """Read a listing's choice from the query of its address."""
    problems: dict[str, str] = {}
    names = ("q", "category", "sort", "min_price", "max_price", "in_stock", "min_rating")
    typed = {name: value for name in names if (value := first_value(request.query_params, name))}

    def price(name: str) -> Decimal | None:
        text = typed.get(name, "")
        if text and not re.fullmatch(r"\$?\s*(\d[\d,]*)(\.\d+)?", text, re.ASCII):
            problems[name] = "Enter an amount in dollars, such as 900."
        if not text or name in problems:
            return None
        return Decimal(re.sub(r"[^\d.]", "", text))

    category = catalogue.category(typed.get("category", ""))
    if "category" in typed and category is None:
        problems["category"] = "There is no such category."
    sort = typed.get("sort", "featured")
    if sort not in SORTS:
        problems["sort"] = "There is no such order."
        sort = "featured"
    rating = typed.get("min_rating", "")
    if rating and rating not in MIN_RATINGS:
        problems["min_rating"] = "There is no such choice."
        rating = ""
    page = first_value(request.query_params, "page") or "1"
    return Choice(
        search=typed.get("q", ""),
        category=category,
        sort=sort,
        min_price_usd=price("min_price"),
        max_price_usd=price("max_price"),
        in_stock_only="in_stock" in typed,
        min_rating=Decimal(rating) if rating else None,
        # Page 0 exists nowhere, so that anything but a number is a page that is not found.
        page=int(page) if re.fullmatch(r"\d{1,6}", page, re.ASCII) else 0,
        typed=typed,
        problems=problems,
    )


def select(products: Iterable[Product], choice: Choice) -> list[Product]:
    """Return the products that match a choice, in its order."""
    kept = [product for product in products if choice.keeps(product)]
    key = _SORT_KEYS.get(choice.sort)
    return kept if key is None else sorted(kept, key=key)


def paginate(products: Sequence[Product], number: int) -> Page | None:
    """Cut one page out of a listing; None where there is no such page. An empty listing has one, empty page."""
    count = max(1, -(-len(products) // PER_PAGE))
    if not 1 <= number <= count:
        return None
    start = (number - 1) * PER_PAGE
    return Page(products[start : start + PER_PAGE], number, count, len(products))

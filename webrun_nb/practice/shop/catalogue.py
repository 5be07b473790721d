"""The catalogue of the shop: read from a JSON file, checked, then never changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

_CENT = Decimal("0.01")
_TENTH = Decimal("0.1")
LOW_STOCK = 5
"""Stock at or below which the shop shows the number of pieces left."""


class CatalogueError(ValueError):
    """The catalogue file contradicts itself or lacks something; the message says which product."""


@dataclass(frozen=True, slots=True)
class Category:
    """A department of the shop. `picture` names a template in `templates/pictures`."""

    slug: str
    name: str
    picture: str
    blurb: str


@dataclass(frozen=True, slots=True)
class Product:
    """One thing for sale.

    `price_usd` is what it costs now; `old_price_usd`, where it is on sale, what it cost before. `rating` is 0 to 5
    with one decimal, None without ratings. `stock` counts pieces.
    """

    sku: str
    name: str
    brand: str
    category: Category
    picture: str
    price_usd: Decimal
    old_price_usd: Decimal | None
    rating: Decimal | None
    reviews: int
    stock: int
    featured: bool
    description: str
    specifications: Mapping[str, str]

    @property
    def slug(self) -> str:
        """Its name in its URL: `/product/<slug>`."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")

    @property
    def in_stock(self) -> bool:
        """True if at least one piece is left."""
        return self.stock > 0

    @property
    def stock_text(self) -> str:
        """The stock in the shop's words."""
        if not self.in_stock:
            return "Out of stock"
        return f"Only {self.stock} left" if self.stock <= LOW_STOCK else "In stock"

    @property
    def rating_text(self) -> str:
        """The rating in the shop's words, without the number of reviews."""
        return "No ratings yet" if self.rating is None else f"{self.rating} out of 5"

    @property
    def words(self) -> frozenset[str]:
        """The words that a search finds it by, in lower case."""
        return split_words(f"{self.name} {self.brand} {self.category.name} {self.description} {self.sku}")

    def check(self) -> None:
        """Check the values; raise for impossible ones.

        Raises
        ------
        CatalogueError
            A price, rating or stock is out of range, or a rating comes without reviews.
        """
        if self.price_usd <= 0:
            raise CatalogueError(f"{self.sku}: price_usd must be above 0")
        if self.old_price_usd is not None and self.old_price_usd <= self.price_usd:
            raise CatalogueError(f"{self.sku}: old_price_usd must be above price_usd")
        if self.rating is not None and not 0 <= self.rating <= 5:
            raise CatalogueError(f"{self.sku}: rating must be from 0 to 5")
        if (self.rating is None) != (self.reviews == 0):
            raise CatalogueError(f"{self.sku}: a rating needs reviews, and reviews a rating")
        if self.stock < 0:
            raise CatalogueError(f"{self.sku}: stock must not be below 0")


@dataclass(frozen=True)
class Catalogue:
    """All categories and products, in the order of the file, which is the shop's own ("Featured")."""

    categories: tuple[Category, ...]
    products: tuple[Product, ...]

    @cached_property
    def by_slug(self) -> Mapping[str, Product]:
        """Products by their slug."""
        return {product.slug: product for product in self.products}

    def category(self, slug: str) -> Category | None:
        """Return the category with this slug, None where there is none."""
        return next((category for category in self.categories if category.slug == slug), None)

    def in_category(self, category: Category) -> tuple[Product, ...]:
        """Return a category's products."""
        return tuple(product for product in self.products if product.category == category)

    def related(self, product: Product, count: int) -> tuple[Product, ...]:
        """Return the `count` other products of its category that are nearest in price, cheapest first."""
        others = [other for other in self.in_category(product.category) if other != product]
        others.sort(key=lambda other: (abs(other.price_usd - product.price_usd), other.name))
        return tuple(sorted(others[:count], key=lambda other: other.price_usd))


def split_words(text: str) -> frozenset[str]:
    """Split a text into its words, in lower case."""
    return frozenset(re.findall(r"\w+", text.casefold()))


def load(path: Path) -> Catalogue:
    """Read a catalogue file.

    Parameters
    ----------
    path : Path
        JSON with `categories` and `products`; prices in USD as numbers or texts.

    Raises
    ------
    CatalogueError
        Something is missing, out of range or there twice.
    OSError
        The file cannot be read.
    json.JSONDecodeError
        The file is not JSON.
    """
    # Decimal from the start: 399.99 must not become the nearest binary fraction on its way to a page.
    data = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    try:
        categories = tuple(Category(**entry) for entry in data["categories"])
        by_slug = {category.slug: category for category in categories}
        products = tuple(_product(entry, by_slug) for entry in data["products"])
    except (KeyError, TypeError) as error:
        raise CatalogueError(f"{path.name}: a field is missing or unknown: {error}") from error
    for product in products:
        product.check()
    _refuse_twins("sku", (product.sku for product in products))
    _refuse_twins("address", (product.slug for product in products))
    return Catalogue(categories, products)


def _product(entry: Mapping[str, Any], categories: Mapping[str, Category]) -> Product:
    rating = entry["rating"]
    old_price = entry["old_price_usd"]
    fields = {
        **entry,
        "category": categories[entry["category"]],
        "price_usd": Decimal(entry["price_usd"]).quantize(_CENT),
        "old_price_usd": None if old_price is None else Decimal(old_price).quantize(_CENT),
        "rating": None if rating is None else Decimal(rating).quantize(_TENTH),
    }
    return Product(**fields)


def _refuse_twins(what: str, values: Iterable[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise CatalogueError(f"two products have the same {what}: {value}")
        seen.add(value)

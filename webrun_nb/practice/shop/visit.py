"""The state of a visit to the shop: cart, orders, delivery address. In memory alone, with limits on all lists."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from webrun_nb.practice.accounts import SHOP, Account
from webrun_nb.practice.server import GUEST
from webrun_nb.practice.shop.catalogue import Catalogue, Product

TODAY = "2026-03-14"
"""The shop's fixed date, so that its pages are the same every day."""
MAX_PIECES = 10
MAX_LINES = 30
MAX_ORDERS = 200


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a cart or order: a product, its quantity, and its price (in an order, at the time of the order)."""

    product: Product
    quantity: int
    price_usd: Decimal

    @property
    def total_usd(self) -> Decimal:
        """Total price of the line."""
        return self.price_usd * self.quantity


@dataclass(frozen=True, slots=True)
class Order:
    """An order."""

    number: str
    placed: str
    status: str
    lines: tuple[Line, ...]
    delivery: Mapping[str, str] = field(default_factory=dict)

    @property
    def pieces(self) -> int:
        """Number of pieces."""
        return sum(line.quantity for line in self.lines)

    @property
    def total_usd(self) -> Decimal:
        """Total price."""
        return sum((line.total_usd for line in self.lines), Decimal())


@dataclass
class Visit:
    """The state of one browser in the shop. `account` is None for a guest; `said` is a notice, shown once."""

    account: Account | None
    orders: list[Order]
    cart: dict[str, int] = field(default_factory=dict)
    delivery: dict[str, str] = field(default_factory=dict)
    said: str = ""

    @property
    def pieces(self) -> int:
        """Number of pieces in the cart."""
        return sum(self.cart.values())

    def lines(self, catalogue: Catalogue) -> list[Line]:
        """Return the lines of the cart, at current prices."""
        products = ((catalogue.by_slug[slug], quantity) for slug, quantity in self.cart.items())
        return [Line(product, quantity, product.price_usd) for product, quantity in products]

    def put(self, product: Product, quantity: int) -> None:
        """Set the quantity of a product in the cart, limited by the stock and by `MAX_PIECES`."""
        quantity = min(quantity, product.stock, MAX_PIECES)
        if quantity <= 0:
            self.cart.pop(product.slug, None)
        elif product.slug in self.cart or len(self.cart) < MAX_LINES:
            self.cart[product.slug] = quantity

    def order(self, catalogue: Catalogue) -> Order:
        """Place an order for the cart and empty it."""
        last = max((int(order.number.removeprefix("LF-")) for order in self.orders), default=3000)
        order = Order(f"LF-{last + 1}", TODAY, "Placed", tuple(self.lines(catalogue)), dict(self.delivery))
        self.orders.insert(0, order)
        del self.orders[MAX_ORDERS:]
        self.cart.clear()
        return order


@cache
def _past() -> Mapping[str, Sequence[Mapping[str, Any]]]:
    past: dict[str, Sequence[Mapping[str, Any]]] = json.loads(
        Path(__file__).with_name("orders.json").read_text(encoding="utf-8")
    )
    return past


def new_visit(account: str, catalogue: Catalogue) -> Visit | None:
    """Return a new visit with the initial orders of its account; None for an unknown account."""
    if account == GUEST:
        return Visit(None, [])
    if account not in SHOP:
        return None
    orders = [
        Order(
            entry["number"],
            entry["placed"],
            entry["status"],
            tuple(
                Line(catalogue.by_slug[slug], quantity, Decimal(price))
                for slug, quantity, price in entry["lines"]
                if slug in catalogue.by_slug  # it may have been removed from the catalogue's file
            ),
        )
        for entry in _past().get(account, ())
    ]
    return Visit(SHOP[account], orders)


def to_csv(orders: Sequence[Order]) -> str:
    """Write orders as CSV (RFC 4180), one row per line of an order."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["order", "date", "status", "product", "sku", "quantity", "price_usd", "total_usd"])
    for order in orders:
        for line in order.lines:
            writer.writerow(
                [
                    order.number,
                    order.placed,
                    order.status,
                    line.product.name,
                    line.product.sku,
                    line.quantity,
                    line.price_usd,
                    line.total_usd,
                ]
            )
    return out.getvalue()

"""Datasette from PyPI: a read-only site over a SQLite database, with filters, facets, sorting and SQL."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from webrun_nb.bench.harness.applications.application import Answered, ApplicationTask

_COUNTRIES = {
    "Portugal": ("Lisbon", "Porto", "Braga"),
    "Spain": ("Madrid", "Seville", "Bilbao"),
    "Denmark": ("Aarhus", "Odense"),
    "Austria": ("Graz", "Linz"),
    "Ireland": ("Cork", "Galway"),
}
_FIRST_NAMES = ("Ines", "Marta", "Rui", "Javier", "Lucia", "Freja", "Emil", "Jonas", "Sofie", "Aoife", "Liam", "Klara")
_LAST_NAMES = ("Carvalho", "Almeida", "Romero", "Vidal", "Holm", "Bruun", "Steiner", "Egger", "Byrne", "Walsh")
_CATEGORIES = ("Kitchen", "Garden", "Office", "Outdoor")
_THINGS = ("Kettle", "Rake", "Stapler", "Tent", "Pan", "Hose", "Lamp", "Stove", "Bowl")
_MAKES = ("Alder", "Birch", "Cedar", "Dune")
_STATES = ("shipped", "shipped", "shipped", "pending", "cancelled", "returned")


def fill(path: Path) -> None:
    """Make the database: 60 customers, 36 products and 437 orders, always the same."""
    chance = random.Random(20)
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(
            """
            create table customers(id integer primary key, name text, email text, country text, city text, since text);
            create table products(id integer primary key, name text, category text, price real, stock integer);
            create table orders(
              id integer primary key, customer_id integer references customers(id),
              product_id integer references products(id), ordered_on text, quantity integer, status text);
            """
        )
        names = [f"{first} {last}" for last in _LAST_NAMES for first in _FIRST_NAMES]
        chance.shuffle(names)
        names = ["Ines Carvalho", *(name for name in names if name != "Ines Carvalho")][:60]
        countries = [chance.choice(list(_COUNTRIES)) for _ in names]
        database.executemany(
            "insert into customers values(?,?,?,?,?,?)",
            [
                (
                    *(number, name, f"{name.lower().replace(' ', '.')}@example.org", country),
                    *(
                        chance.choice(_COUNTRIES[country]),
                        f"20{number % 9 + 15}-{number % 12 + 1:02}-{number % 28 + 1:02}",
                    ),
                )
                for number, (name, country) in enumerate(zip(names, countries, strict=True), start=1)
            ],
        )
        prices = chance.sample(range(350, 24000, 35), 36)
        database.executemany(
            "insert into products values(?,?,?,?,?)",
            [
                (
                    number + 1,
                    f"{_MAKES[number // 9]} {_THINGS[number % 9]}",
                    _CATEGORIES[number % 9 % 4],
                    cents / 100,
                    cents % 61,
                )
                for number, cents in enumerate(prices)
            ],
        )
        database.executemany(
            "insert into orders values(?,?,?,?,?,?)",
            [
                (
                    *(number, chance.randint(1, 60), chance.randint(1, 36)),
                    f"2026-{chance.randint(1, 10):02}-{chance.randint(1, 28):02}",
                    *(chance.randint(1, 9), chance.choice(_STATES)),
                )
                for number in range(1, 438)
            ],
        )


class Shop:
    """The same database, read beside the site."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def rows(self, sql: str) -> list[tuple[str, ...]]:
        """Return the rows of a query, as text."""
        with closing(sqlite3.connect(self._path)) as database:
            return [tuple(map(str, row)) for row in database.execute(sql)]

    def words(self, sql: str) -> list[str]:
        """Return all values of a query."""
        return [value for row in self.rows(sql) for value in row]


def _iberian(shop: Shop, answer: Answered) -> bool:
    others = shop.words("select name from customers where country <> 'Portugal'")
    return answer.says(*shop.words("select name, city from customers where country = 'Portugal'"), but_not=others)


def _first_week_of_may(shop: Shop, answer: Answered) -> bool:
    wanted = shop.rows(
        "select id, ordered_on, status from orders where ordered_on between '2026-05-01' and '2026-05-07'"
    )
    return sorted(wanted) == sorted(_plain(answer))


def _plain(answer: Answered) -> Iterator[tuple[str, ...]]:
    for record in answer.records:
        yield tuple(str(record.get(column)) for column in ("order_id", "date", "status"))


TASKS: Sequence[ApplicationTask[Shop]] = (
    ApplicationTask("How many orders are there?", lambda shop, answer: answer.says("437")),
    ApplicationTask(
        "Open the shop database, go to the products table and tell me the name and price of the cheapest product.",
        lambda shop, answer: answer.says(
            *shop.words("select name, price from products order by price limit 1"),
            but_not=shop.words("select name from products order by price limit -1 offset 1"),
        ),
    ),
    ApplicationTask("List all customers from Portugal with their name and city.", _iberian, path="/shop/customers"),
    ApplicationTask(
        "show me only the orders with status = cancelled and tell me how many rows that are",
        lambda shop, answer: answer.says(*shop.words("select count(*) from orders where status = 'cancelled'")),
        path="/shop/orders",
    ),
    ApplicationTask(
        "Sort the products by price, highest first, and give me the names of the first five in that order.",
        lambda shop, answer: (
            answer.says_in_order(*shop.words("select name from products order by price desc limit 5"))
            and answer.says(but_not=shop.words("select name from products order by price desc limit -1 offset 5"))
        ),
        path="/shop/products",
    ),
    ApplicationTask(
        "Run the SQL query select count(*) from orders where quantity > 5 and tell me the result.",
        lambda shop, answer: answer.says(*shop.words("select count(*) from orders where quantity > 5")),
        path="/shop",
    ),
    ApplicationTask(
        "Go to the customers table, filter it to those whose country is Spain, sort by since descending and read me "
        "the name of the first customer.",
        lambda shop, answer: answer.says(
            *shop.words("select name from customers where country = 'Spain' order by since desc limit 1"),
            but_not=shop.words(
                "select name from customers where country = 'Spain' order by since desc limit -1 offset 1"
            ),
        ),
        path="/shop",
    ),
    ApplicationTask(
        "What is the email address of the customer called Ines Carvalho?",
        lambda shop, answer: answer.says("ines.carvalho@example.org"),
        path="/shop/customers",
    ),
    ApplicationTask(
        "Get me all orders from 2026-05-01 to 2026-05-07: order id, date and status.",
        _first_week_of_may,
        path="/shop/orders",
        columns={"order_id": "integer", "date": "string", "status": "string"},
    ),
    ApplicationTask(
        "Facet the orders by status. Which status is the most common, and how many orders have it?",
        lambda shop, answer: answer.says(
            *shop.words("select status, count(*) from orders group by status order by count(*) desc limit 1"),
            but_not=shop.words("select status from orders group by status order by count(*) desc limit -1 offset 1"),
        ),
        path="/shop/orders",
    ),
)

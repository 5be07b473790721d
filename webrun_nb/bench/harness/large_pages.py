"""Makes the large pages of the speed measurements, the same in each run."""

from __future__ import annotations

import random

TABLE_COLUMNS = "number:str, item:str, price:money, total:money, ordered:date, quantity:int, city:str, status:str"
CARD_COLUMNS = "name:str, price:money, old_price:money, availability:enum(InStock|OutOfStock)"
_CITIES = ("Oslo", "Rome", "Bern", "Lyon")
_STATUSES = ("open", "closed", "sent")
_PAGE = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{0}</title></head><body><h1>{0}</h1>{1}'


def table(rows: int) -> str:
    """Return a page with a table of eight columns: two with money, one with dates, one with whole numbers."""
    chance = random.Random(7)
    heads = "".join(f"<th>{name.partition(':')[0].capitalize()}</th>" for name in TABLE_COLUMNS.split(", "))
    lines = "".join(f"<tr>{_row(number, chance)}</tr>" for number in range(rows))
    return _PAGE.format("Orders", f"<table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>")


def _row(number: int, chance: random.Random) -> str:
    cells = (
        f"P-{number:05}",
        f"Lamp {chance.choice('abcdefgh').upper()} {number}",
        f"€{chance.randint(1_000, 999_999) / 100:,.2f}",
        f"€{chance.randint(1_000, 9_999_999) / 100:,.2f}",
        f"{chance.randint(1, 28):02}/{chance.randint(1, 12):02}/{chance.randint(2010, 2025)}",
        f"{chance.randint(1, 50_000):,}",
        chance.choice(_CITIES),
        chance.choice(_STATUSES),
    )
    return "".join(f"<td>{cell}</td>" for cell in cells)


def cards(count: int) -> str:
    """Return a page with cards of products: a name, an old and a present price, the availability."""
    made = "".join(
        f'<li><a href="/lamp/{number}"><h3>Lamp {number}</h3></a>'
        f"<p><s>€{number + 20}.00</s> <b>€{number + 10}.50</b></p>"
        f"<span>{'Sold out' if number % 7 == 3 else 'In stock'}</span></li>"
        for number in range(count)
    )
    return _PAGE.format("Lamps", f"<ul>{made}</ul>")


def records(count: int) -> list[dict[str, object]]:
    """Return records of an answer with the columns of the table, as the wire has them."""
    chance = random.Random(7)
    return [
        {
            "number": f"P-{number:05}",
            "item": f"Lamp {number % 900}",
            "price": f"{chance.randint(1_000, 999_999) / 100:.2f} EUR",
            "total": f"{chance.randint(1_000, 9_999_999) / 100:.2f} EUR",
            "ordered": f"{chance.randint(2010, 2025)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
            "quantity": chance.randint(1, 50_000),
            "city": chance.choice(_CITIES),
            "status": chance.choice(_STATUSES),
        }
        for number in range(count)
    ]


def controls(count: int) -> str:
    """Return a page with a table of controls: in each row a check box, a link, a field and a button."""
    rows = "".join(
        f'<tr><td><input type="checkbox" aria-label="Lamp {number}"></td><td><a href="/lamp/{number}">Lamp {number}</a>'
        f'</td><td><label>Quantity <input name="quantity-{number}"></label></td><td>€{number + 10}.50</td>'
        f"<td><button>Order</button></td></tr>"
        for number in range(count // 4)
    )
    return _PAGE.format("Lamps to order", f"<table><tbody>{rows}</tbody></table>")

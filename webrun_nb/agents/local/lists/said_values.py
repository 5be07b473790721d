"""Numbers, currencies and dates as a person writes them in a sentence. What a page shows is read by the engine."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation

from dateutil import parser as dates
from price_parser import Price

_CODES = {
    "$": "USD", "us$": "USD", "usd": "USD", "£": "GBP", "gbp": "GBP", "€": "EUR", "eur": "EUR", "¥": "JPY",
    "jpy": "JPY", "₹": "INR", "inr": "INR", "₽": "RUB", "руб": "RUB", "chf": "CHF", "c$": "CAD", "ca$": "CAD",
    "cad": "CAD", "a$": "AUD", "au$": "AUD", "aud": "AUD", "₩": "KRW", "zł": "PLN", "pln": "PLN", "sek": "SEK",
    "nok": "NOK", "dkk": "DKK", "czk": "CZK", "kč": "CZK", "₪": "ILS", "r$": "BRL", "brl": "BRL", "cny": "CNY",
    "byn": "BYN", "₺": "TRY", "₴": "UAH", "mxn": "MXN", "nzd": "NZD", "sgd": "SGD", "hkd": "HKD", "zar": "ZAR",
}  # fmt: skip
"""The currency that a sign means to somebody who writes it: the sign of the dollar stands for any dollar."""
_NUMBER = re.compile(r"(?<![\w.,])([-−–+]?)\s?(?:[^\w\s.,;:()+-]{1,3}\s?)?(\d[\d.,'’]*\d|\d)(?:\s?([kKmM]))?(?!\w)")
_SCALES = {"k": 1000, "m": 1_000_000}
_MOST_DATE_CHARS = 60


def number(text: str) -> Decimal | None:
    """Read the number of a condition: `$1,299.00`, `1.5k`, `12%`; a comma before three digits separates thousands."""
    match = _NUMBER.search(text.strip())
    if match is None:
        return None
    sign, digits, scale = match.groups()
    digits = re.sub(r"['’]", "", digits)
    last_dot, last_comma = digits.rfind("."), digits.rfind(",")
    if last_dot >= 0 and last_comma >= 0:
        mark = "." if last_dot > last_comma else ","
        digits = digits.replace("," if mark == "." else ".", "").replace(mark, ".")
    elif last_comma >= 0:
        digits = digits.replace(",", "" if re.fullmatch(r"\d{1,3}(?:,\d{3})+", digits) else ".")
    elif digits.count(".") > 1:
        digits = digits.replace(".", "")
    try:
        value = Decimal(digits)
    except InvalidOperation:
        return None
    value = -value if sign and sign in "-−–" else value
    return value * _SCALES.get((scale or "").lower(), 1)


def currency(text: str) -> str:
    """Return the currency that a text names, as ISO 4217; empty where it names none, or one that is not known."""
    shown = (Price.fromstring(text[:_MOST_CURRENCY_CHARS]).currency or "").strip().lower().rstrip(".")
    return _CODES.get(shown, "")


_MOST_CURRENCY_CHARS = 200


def parse_date(text: str) -> datetime | None:
    """Read a whole date, with day, month and year; None for anything less, as "May 2013"."""
    text = text.strip()
    if len(text) > _MOST_DATE_CHARS or not re.search(r"\d{4}|\d[/.]\d+[/.]\d\d|'\d\d", text):
        return None
    try:
        # What is not in the text is taken from the default: two defaults show whether anything was.
        first = dates.parse(text, default=datetime(2001, 1, 1))
        second = dates.parse(text, default=datetime(2002, 2, 2))
    except (ValueError, OverflowError, TypeError):
        return None
    return first if first == second else None

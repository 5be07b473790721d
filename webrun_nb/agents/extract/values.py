"""Text from a page to a value of a column's type. What doesn't fit is `MISSING`: a value is never made up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from urllib.parse import urljoin

from dateutil import parser as dates
from price_parser import Price

from webrun_nb.agents.extract.names import tokens
from webrun_nb.agents.extract.schema import Column


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Final = _Missing()
"""No value of this type can be read from the text."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One place on the page: its visible text, and what else it carries."""

    text: str = ""
    href: str = ""
    src: str = ""
    exact: str = ""
    """A machine-readable value: `datetime`, `content`, `value`."""
    path: str = ""


CURRENCIES = {
    "$": "USD", "us$": "USD", "usd": "USD", "£": "GBP", "gbp": "GBP", "€": "EUR", "eur": "EUR", "¥": "JPY",
    "jpy": "JPY", "₹": "INR", "inr": "INR", "₽": "RUB", "руб": "RUB", "chf": "CHF", "c$": "CAD", "ca$": "CAD",
    "cad": "CAD", "a$": "AUD", "au$": "AUD", "aud": "AUD", "₩": "KRW", "zł": "PLN", "pln": "PLN", "sek": "SEK",
    "nok": "NOK", "dkk": "DKK", "czk": "CZK", "kč": "CZK", "₪": "ILS", "r$": "BRL", "brl": "BRL", "cny": "CNY",
    "byn": "BYN", "₺": "TRY", "₴": "UAH", "mxn": "MXN", "nzd": "NZD", "sgd": "SGD", "hkd": "HKD", "zar": "ZAR",
}  # fmt: skip
_NUMBER = re.compile(
    r"(?<![\w.,])[-−–+]?\s?(?:[^\w\s.,;:()+-]{1,3}\s?)?(\d[\d.,  '’]*\d|\d)(?:\s?([kKmM]))?(?![\w])|(\d[\d.,]*\d|\d)"
)
_OUT_OF = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:out\s+of|of|/)\s*\d+")
_YES = re.compile(
    r"^(?:yes|true|y|1|✓|✔|☑|on|✅|in\s?stock|available|included|active|enabled|https?://schema\.org/instock)$", re.I
)
_NO = re.compile(
    r"^(?:no|false|n|0|✗|✘|☐|off|❌|out\s?of\s?stock|sold\s?out|unavailable|inactive|disabled|none"
    r"|https?://schema\.org/(?:outofstock|soldout|discontinued))$",
    re.I,
)
_OUT = re.compile(
    r"out\s?of\s?stock|sold\s?out|unavailable|not\s+(?:currently\s+)?(?:available|in\s+stock)"
    r"|no\s+longer\s+available|discontinued|backorder|(?<!\d)0\s+(?:left|in\s+stock|available)",
    re.I,
)
_IN = re.compile(
    r"in\s?stock|(?<!un)available|\d+\s+left|ready\s+to\s+ship|ships?\s+(?:today|now|in)|add\s+to\s+(?:cart|basket)",
    re.I,
)
_STARS = re.compile(r"^([★✭⭐]+)[☆✩]*$")
_RATING_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
MONEY = re.compile(
    r"(?:[$£€¥₹₽₩₪₺₴]|\b(?:USD|EUR|GBP|CHF|CAD|AUD|JPY|INR|BYN|RUB|PLN|SEK|NOK|DKK|kr|zł|руб|б\.?\s?р)\b\.?)\s?\d"
    r"|\d[\d.,\s]*\s?(?:[$£€¥₹₽₩₪₺₴]|(?:USD|EUR|GBP|CHF|CAD|AUD|JPY|INR|BYN|RUB|PLN|SEK|NOK|DKK|kr|zł|руб|б\.?\s?р)\b)",
    re.I,
)


def convert(cell: Cell, column: Column, *, base_url: str = "", day_first: bool = False) -> Any:
    """Read a value of the column's type from a cell.

    Parameters
    ----------
    base_url : str
        The page's URL, for relative links.
    day_first : bool
        Whether 03/04/2024 is the third of April.

    Returns
    -------
    Any
        A plain JSON value, or `MISSING`. Dates are ISO 8601; money is `"899.00 USD"`, without a currency where the
        page shows none.
    """
    text = cell.text.strip()
    kind = column.kind
    if kind == "url":
        return _url(cell, base_url)
    if not text and not cell.exact:
        return MISSING
    if kind in ("str", "any"):
        return text or cell.exact
    if kind in ("int", "float"):
        return _numeric(text or cell.exact, kind)
    if kind == "bool":
        return _boolean(text or cell.exact, column)
    if kind in ("date", "datetime"):
        return _date(cell, kind, day_first)
    if kind == "money":
        return _money(text or cell.exact)
    if kind == "enum":
        return _choice(text, column)
    if kind == "list":
        item = column.item or Column(column.name)
        parts = [
            convert(Cell(part.strip()), item, base_url=base_url)
            for part in re.split(r"\s*[,;|\n]\s*", text)
            if part.strip()
        ]
        return [part for part in parts if part is not MISSING]
    return MISSING


def number(text: str) -> Decimal | None:
    """Read the first number of a text: `"$1,299.00"`, `"1.299,00 €"`, `"4.6 out of 5"`, `"12%"`, `"★★★☆☆"`."""
    text = text.strip()
    if stars := _STARS.match(text):
        return Decimal(len(stars[1]))
    if text.lower() in _RATING_WORDS:
        return Decimal(_RATING_WORDS[text.lower()])
    if match := _OUT_OF.search(text):
        return _decimal(match[1])
    match = _NUMBER.search(text)
    if match is None:
        return None
    value = _decimal(match[1] or match[3], money=bool(MONEY.search(text)))
    if value is None:
        return None
    sign = match[0].lstrip()[:1]
    # A dash between two numbers is a range; only one before the first is a sign, and accountants' brackets are too.
    negative = sign in "-−–" or bool(re.fullmatch(r"\(\s*[$£€¥]\s?[\d.,]+\s*\)", text))
    scale = {"k": 1000, "m": 1_000_000}.get((match[2] or "").lower(), 1)
    return (-value if negative else value) * scale


def _decimal(digits: str, *, money: bool = False) -> Decimal | None:
    """Tell the decimal mark from the thousands' marks."""
    digits = re.sub(r"[\s  '’]", "", digits)
    last_dot, last_comma = digits.rfind("."), digits.rfind(",")
    if last_dot >= 0 and last_comma >= 0:
        mark = "." if last_dot > last_comma else ","
        digits = digits.replace("," if mark == "." else ".", "").replace(mark, ".")
    elif last_comma >= 0:
        # "1,299" is thousands (the browsers are en-US), "12,5" a decimal comma.
        thousands = re.fullmatch(r"\d{1,3}(,\d{3})+", digits)
        digits = digits.replace(",", "" if thousands else ".")
    elif digits.count(".") > 1 or (money and re.fullmatch(r"\d{1,3}\.\d{3}", digits)):
        digits = digits.replace(".", "")
    try:
        return Decimal(digits)
    except InvalidOperation:
        return None


def _numeric(text: str, kind: str) -> Any:
    value = number(text)
    if value is None or abs(value) > Decimal(10) ** 30:
        return MISSING
    if kind == "int":
        return int(value) if value == value.to_integral_value() else MISSING
    return float(value)


def _boolean(text: str, column: Column) -> Any:
    words = set(tokens(f"{column.name} {column.wish}"))
    negative = bool(words & {"out", "sold", "unavailable"})
    if _YES.match(text):
        return not negative if re.search(r"stock|available", text, re.I) else True
    if _NO.match(text):
        return negative if re.search(r"stock|available|sold", text, re.I) else False
    if words & {"stock", "availability", "available", "sold", "unavailable"}:
        if _OUT.search(text):
            return negative
        if _IN.search(text):
            return not negative
    return MISSING


def _date(cell: Cell, kind: str, day_first: bool) -> Any:
    for text in (cell.exact, cell.text):
        found = parse_date(text, day_first=day_first)
        if found is not None:
            return found.date().isoformat() if kind == "date" else found.isoformat()
    return MISSING


def parse_date(text: str, *, day_first: bool = False) -> datetime | None:
    """Read a whole date (day, month and year all given); None for anything less, as "May 2013" or "2 days ago"."""
    text = text.strip()
    if len(text) > 60 or not re.search(r"\d{4}|\d[/.]\d+[/.]\d\d|'\d\d", text):
        return None
    text = re.sub(r"^[A-Za-z ]{2,20}:\s+", "", text)
    text = re.sub(r"^(?:posted|published|updated|on|closed|added|by)\s+(?:on\s+)?", "", text, flags=re.I)
    try:
        # What is not in the text is taken from the default: two defaults show whether anything was.
        first = dates.parse(text, default=datetime(2001, 1, 1), dayfirst=day_first)
        second = dates.parse(text, default=datetime(2002, 2, 2), dayfirst=day_first)
    except (ValueError, OverflowError, TypeError):
        return None
    return first if first == second else None


def _url(cell: Cell, base_url: str) -> Any:
    text = cell.text.strip()
    raw = cell.href or (text if re.match(r"(?:https?://|www\.|/)\S+$", text) else "") or cell.src
    if not raw:
        return MISSING
    url = urljoin(base_url, "https://" + raw if raw.startswith("www.") else raw)
    return (
        url
        if re.match(r"[a-z][a-z0-9+.-]*:", url, re.I) and not url.lower().startswith(("javascript:", "data:"))
        else MISSING
    )


def currency(text: str) -> str:
    """Find the currency of a price as ISO 4217; empty where none is shown or it isn't known."""
    shown = (Price.fromstring(text).currency or "").strip().lower().rstrip(".")
    return CURRENCIES.get(shown, "")


def _money(text: str) -> Any:
    value = number(text)
    if value is None:
        return MISSING
    code = currency(text)
    return f"{value:f} {code}" if code else f"{value:f}"


def _choice(text: str, column: Column) -> Any:
    lowered = text.casefold()
    for choice in column.choices:
        if str(choice).casefold() == lowered:
            return choice
    loose = [c for c in column.choices if re.sub(r"[\W_]+", "", str(c)).casefold() == re.sub(r"[\W_]+", "", lowered)]
    if not loose:
        loose = [c for c in column.choices if re.search(rf"\b{re.escape(str(c).casefold())}\b", lowered)]
    return loose[0] if len(loose) == 1 else MISSING

"""The numbers, amounts and days of a list's field, to compare and to compute with; each is proved or None."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from webrun_nb.agents.local.lists.said_values import currency
from webrun_nb.agents.local.lists.view import Field, Row, View, text_of
from webrun_nb.common.column_types import ColumnType
from webrun_nb.extraction.values.values import Value

_COUNTED = re.compile(r"\((\d{1,9})\s[^\W\d_]{3,20}\)")
"""A count in brackets: "(128 reviews)"."""
_UNITS: dict[str, str] = {
    spelling: shown
    for shown, spellings in {
        "mg": "mg milligram milligrams", "g": "g gr gram grams", "kg": "kg kgs kilo kilos kilogram kilograms",
        "t": "t ton tons tonne tonnes", "lb": "lb lbs pound pounds", "oz": "oz ounce ounces",
        "mm": "mm millimetre millimetres millimeter millimeters", "m": "m metre metres meter meters",
        "cm": "cm centimetre centimetres centimeter centimeters", "mi": "mi mile miles",
        "km": "km kilometre kilometres kilometer kilometers", "ft": "ft foot feet", "in": "in inch inches",
        "yd": "yd yard yards", "ml": "ml millilitre millilitres milliliter milliliters", "cl": "cl",
        "l": "l litre litres liter liters", "gal": "gal gallon gallons", "KB": "kb kib", "MB": "mb mib",
        "GB": "gb gib", "TB": "tb tib", "s": "s sec secs second seconds", "min": "min mins minute minutes",
        "h": "h hr hrs hour hours", "days": "day days", "weeks": "week weeks", "months": "month months",
        "years": "year years yr yrs", "W": "w watt watts", "kW": "kw", "MW": "mw", "MHz": "mhz", "GHz": "ghz",
    }.items()
    for spelling in spellings.split()
}  # fmt: skip
"""Units of measure by how they are written, in lower case."""
_MEASURED = re.compile(r"(?<![\w.,])\d[\d.,'’\u00a0\u202f]*\s?([^\W\d_]+)(?![\w²³])")
_IN_BRACKETS = re.compile(r"[(\[]\s*([^\W\d_]+)\s*[)\]]")
_MOST_AMOUNT_CHARS, _MOST_AMOUNT_WORDS = 24, 4
_DIGITS = re.compile(r"[\d.,'’\u00a0\u202f٠-٩۰-۹०-९]+")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit: an ISO 4217 code, what else stands around it, or empty."""

    value: Decimal
    unit: str = ""
    is_money: bool = False


def amounts_of(view: View, which: Field) -> list[Amount | None]:
    """Return the numbers of a field, one for each row of the list.

    Amounts of money in several currencies each have their own; other numbers are read by the column alone.
    """
    texts = [text_of(cell) if (cell := row.cells.get(which.key)) is not None else "" for row in view.rows]
    codes = [currency(text) if _has_digit(text) else "" for text in texts]
    if any(codes):
        values = view.values(which, ColumnType.MONEY)
        plain = view.values(which, ColumnType.FLOAT) if len(set(codes) - {""}) == 1 else values
        return [
            _money(value or other, text, code)
            for value, other, text, code in zip(_proved(values), _proved(plain), texts, codes, strict=True)
        ]
    values = _proved(view.values(which, ColumnType.FLOAT))
    return [_plain(value, text) for value, text in zip(values, texts, strict=True)]


def days_of(view: View, which: Field) -> list[date | None]:
    """Return the days of a field of dates, one for each row of the list."""
    values = _proved(view.values(which, ColumnType.DATE))
    times: Sequence[Value | None] = [None] * len(values)
    if None in values:
        times = _proved(view.values(which, ColumnType.DATETIME))
    both = zip(values, times, strict=True)
    return [date.fromisoformat(str(found.value)[:10]) if (found := day or time) else None for day, time in both]


def currencies_shown(view: View, rows: Sequence[Row], which: Field) -> set[str]:
    """Return the currencies of the amounts of some rows, those of amounts that can't be read as numbers among them."""
    amounts = amounts_of(view, which)
    shown = set()
    for row in rows:
        amount, text = amounts[row.place], _amount_text(row, which)
        if amount is None and _has_digit(text):
            shown.add(currency(text))
        elif amount is not None and amount.is_money:
            shown.add(amount.unit)
    return shown - {""}


def units_shown(rows: Sequence[Row], which: Field) -> set[str]:
    """Return the units of measure of the quantities of some rows: `kg`, `GB`; not what stands in brackets.

    A number without a unit has that of the column's heading: "Weight (kg)".
    """
    texts = [re.split(r"[(/]", _amount_text(row, which))[0] for row in rows]
    found = [measured_in(text) for text in texts if _has_digit(text)]
    of_heading = [unit for word in _IN_BRACKETS.findall(which.label) if (unit := _UNITS.get(word.casefold()))]
    return {unit for units in found for unit in units or of_heading[:1]}


def measured_in(text: str) -> list[str]:
    """Return the units of measure that stand behind the numbers of a text."""
    return [unit for word in _MEASURED.findall(text) if (unit := _UNITS.get(word.casefold()))]


def _amount_text(row: Row, which: Field) -> str:
    """Return the text of a cell that may be nothing but an amount; empty for one of more words."""
    cell = row.cells.get(which.key)
    text = "" if cell is None else text_of(cell)
    is_short = len(text) <= _MOST_AMOUNT_CHARS and len(text.split()) <= _MOST_AMOUNT_WORDS
    return text if is_short and not text[:1].isalpha() else ""


def _proved(values: Sequence[Value | None]) -> list[Value | None]:
    return [value if value is not None and value.value is not None else None for value in values]


def _has_digit(text: str) -> bool:
    return any(char.isdigit() for char in text)


def _money(value: Value | None, text: str, code: str) -> Amount | None:
    if value is None:
        return None
    number, _, known = str(value.value).partition(" ")
    return Amount(Decimal(number), known or code, is_money=True)


def _plain(value: Value | None, text: str) -> Amount | None:
    if value is not None:
        return Amount(Decimal(str(value.value)), " ".join(_DIGITS.sub(" ", text).replace("-", " ").split()))
    counted = _COUNTED.fullmatch(text.strip())
    return Amount(Decimal(counted[1])) if counted else None

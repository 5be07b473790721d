"""The numbers, amounts and days of a list's field, to compare and to compute with; each is proved or None."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from webrun_nb.agents.lists.said_values import currency
from webrun_nb.agents.lists.view import Field, Row, View, text_of
from webrun_nb.common.column_types import ColumnType
from webrun_nb.extraction.values.values import Value

_COUNTED = re.compile(r"\((\d{1,9})\s[^\W\d_]{3,20}\)")
"""A count in brackets: "(128 reviews)"."""
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
    """Return the currencies of the amounts of some rows."""
    amounts = amounts_of(view, which)
    return {found.unit for row in rows if (found := amounts[row.place]) is not None and found.is_money and found.unit}


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

"""Converts the values of a column of an answer to Python values; those that do not fit the column's type are left out.

`_FORMS` is the table of types: the conversion of one value, and, for the types that large answers consist of, a fast
conversion of a whole column, which gives up (None) if a value is not in its usual form: then each is converted by
itself.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

from webrun_nb.common.column_types import MONEY_PATTERN, QUANTITY_PATTERN, RANGE_ENDS, Column, ColumnType

_Converted = list[Any] | None
NO_RECORD: Any = object()
"""Stands for the value of a row that is no record: it fits no column."""


class _Unfit(Exception):  # noqa: N818 - a signal between two functions, not an error
    """A value does not fit its column."""


def convert(column: Column, given: Sequence[Any]) -> tuple[list[Any], list[int]]:
    """Convert the values of a column.

    Parameters
    ----------
    column : Column
    given : sequence
        The values as in the answer, None for those that are missing.

    Returns
    -------
    (list, list of int)
        The converted values, None for those that are missing or do not fit; the rows of those that do not fit. Amounts
        of money and quantities are pairs of a float and their currency or unit.
    """
    present = [value for value in given if value is not None]
    if not present:
        return [None] * len(given), []
    whole: _Converted = None
    if column.type is ColumnType.ENUM:
        whole = present if _are({str}, present) and set(present) <= set(column.choices) else None
    elif (convert_all := _FORMS[column.type].convert_all) is not None:
        whole = convert_all(present)
    if whole is not None:
        if len(whole) == len(given):
            return whole, []
        rest = iter(whole)
        return [None if value is None else next(rest) for value in given], []
    values: list[Any] = []
    unfit: list[int] = []
    for row, value in enumerate(given):
        try:
            values.append(_value(column, value))
        except _Unfit:
            unfit.append(row)
            values.append(None)
    return values, unfit


def _value(column: Column, value: Any) -> Any:
    """Return a value as a Python value; None if it is missing."""
    if value is None:
        return None
    if value is NO_RECORD:
        raise _Unfit
    if column.type is ColumnType.ENUM:
        if value not in column.choices:
            raise _Unfit
        return value
    if column.item is not None:
        return _held(column, column.item, value)
    return _FORMS[column.type].convert(value)


def _held(column: Column, item: Column, value: Any) -> Any:
    """Return a list or a range as it is; all that it holds must fit."""
    if column.type is ColumnType.LIST:
        if not isinstance(value, list):
            raise _Unfit
        held = value
    else:
        if not isinstance(value, Mapping) or set(value) != set(RANGE_ENDS) or not any(map(_is_there, value.values())):
            raise _Unfit
        held = [*filter(_is_there, value.values())]
    for one in held:
        if _value(item, one) is None:
            raise _Unfit
    return value


def _is_there(value: Any) -> bool:
    return value is not None


# --- one value ----------------------------------------------------------------------------------------------

_INT64 = range(-(2**63), 2**63)
_NS_YEARS = range(1678, 2262)
_MONEY = re.compile(MONEY_PATTERN, re.ASCII)
_QUANTITY = re.compile(QUANTITY_PATTERN)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _str(value: Any) -> str:
    if not isinstance(value, str):
        raise _Unfit
    return value


def _int(value: Any) -> int:
    # JSON knows one kind of number: 3.0 is an integer there.
    if not _is_number(value) or (isinstance(value, float) and not value.is_integer()) or int(value) not in _INT64:
        raise _Unfit
    return int(value)


def _float(value: Any) -> float:
    if not _is_number(value):
        raise _Unfit
    try:
        number = float(value)
    except OverflowError as error:
        raise _Unfit from error
    if not math.isfinite(number):
        raise _Unfit
    return number


def _bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Unfit
    return value


def _date(value: Any) -> datetime:
    try:
        day = date.fromisoformat(_str(value))
    except ValueError as error:
        raise _Unfit from error
    return datetime(day.year, day.month, day.day)


def _datetime(value: Any) -> datetime:
    """Return a time in UTC without its zone; see `_series`."""
    try:
        moment = datetime.fromisoformat(_str(value))
        utc = moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    except (ValueError, OverflowError) as error:
        raise _Unfit from error
    if utc.year not in _NS_YEARS:
        raise _Unfit
    return utc


def _url(value: Any) -> str:
    try:
        scheme = urlsplit(_str(value)).scheme
    except ValueError as error:
        raise _Unfit from error
    if not scheme or any(character.isspace() for character in value):
        raise _Unfit
    return str(value)


def _money(value: Any) -> tuple[float, str | None]:
    return _amount(value, _MONEY)


def _quantity(value: Any) -> tuple[float, str | None]:
    return _amount(value, _QUANTITY)


def _amount(value: Any, pattern: re.Pattern[str]) -> tuple[float, str | None]:
    """Return the amount, and the currency or unit after it."""
    text = _str(value)
    if not pattern.fullmatch(text):
        raise _Unfit
    written, _, measure = text.partition(" ")
    amount = float(written)
    if not math.isfinite(amount):
        raise _Unfit
    return amount, measure or None


def _json(value: Any) -> Any:
    return value


# --- whole columns ------------------------------------------------------------------------------------------

_PLAIN_AMOUNT = frozenset("0123456789.- ")


def _are(kinds: set[type], values: Sequence[Any]) -> bool:
    return set(map(type, values)) <= kinds


def _all_texts(values: list[Any]) -> _Converted:
    return values if _are({str}, values) else None


def _all_ints(values: list[Any]) -> _Converted:
    return values if _are({int}, values) and all(end in _INT64 for end in (min(values), max(values))) else None


def _all_floats(values: list[Any]) -> _Converted:
    return values if _are({float}, values) and all(map(math.isfinite, values)) else None


def _all_bools(values: list[Any]) -> _Converted:
    return values if _are({bool}, values) else None


def _all_days(values: list[Any]) -> _Converted:
    """Convert dates; a list has each of them many times."""
    if not _are({str}, values):
        return None
    try:
        days = {text: _date(text) for text in set(values)}
    except _Unfit:
        return None
    return [days[text] for text in values]


def _all_money(values: list[Any]) -> _Converted:
    """Convert amounts, checked by all of their characters at once and by their distinct currencies."""
    if not _are({str}, values):
        return None
    parts = [text.partition(" ") for text in values]
    currencies = {(space, code) for _, space, code in parts}
    line = f" {' '.join([amount for amount, _, _ in parts])} "
    if not (
        all(_MONEY.fullmatch(f"0{space}{code}") for space, code in currencies)
        and set(line) <= _PLAIN_AMOUNT
        and not any(odd in line for odd in ("  ", " .", "-.", ". "))
    ):
        return None
    try:
        amounts = [(float(amount), code or None) for amount, _, code in parts]
    except ValueError:  # two signs or marks
        return None
    return amounts if all(math.isfinite(amount) for amount, _ in amounts) else None


@dataclass(frozen=True, slots=True)
class _Form:
    """The form of a column type in a frame."""

    convert: Callable[[Any], Any]
    """The conversion of a value, which may raise `_Unfit`."""
    dtype: Any = None
    convert_all: Callable[[list[Any]], _Converted] | None = None
    """The conversion of all values of a column: at least one, and none is missing."""


_FORMS: Mapping[ColumnType, _Form] = {
    ColumnType.STR: _Form(_str, "string", _all_texts),
    ColumnType.INT: _Form(_int, "Int64", _all_ints),
    ColumnType.FLOAT: _Form(_float, "Float64", _all_floats),
    ColumnType.BOOL: _Form(_bool, "boolean", _all_bools),
    ColumnType.DATE: _Form(_date, "datetime64[us]", _all_days),
    ColumnType.DATETIME: _Form(_datetime),
    ColumnType.URL: _Form(_url, "string"),
    ColumnType.MONEY: _Form(_money, None, _all_money),
    ColumnType.PERCENT: _Form(_float, "Float64", _all_floats),
    ColumnType.QUANTITY: _Form(_quantity),
    ColumnType.LIST: _Form(_json, object),
    ColumnType.RANGE: _Form(_json, object),
    ColumnType.JSON: _Form(_json, object),
}
"""What lists and ranges hold is converted by `_held`."""
DTYPES: Mapping[ColumnType, Any] = {kind: form.dtype for kind, form in _FORMS.items()}
"""The dtypes of the types; None for those whose series `frames` makes in another way, as it does for enums."""

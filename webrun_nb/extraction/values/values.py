"""Values: from one text to its possible readings as a column's type, and the wire form of a reading.

A reading holds under a condition (`Reading.assumes`), or always. `columns` decides for a whole column which conditions
are proved; a frame made of many pages may do so again for the values that kept their readings.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from webrun_nb.common.column_types import Column, ColumnType
from webrun_nb.extraction.reasons import Reason
from webrun_nb.extraction.values.availability import availability, entailed_choice
from webrun_nb.extraction.values.currencies import resolve_currency
from webrun_nb.extraction.values.dates import DateText, Day, read_date, read_iso
from webrun_nb.extraction.values.locale import plain
from webrun_nb.extraction.values.numbers import MINOR, MOST_CHARACTERS, NumberText, read_number
from webrun_nb.extraction.values.numerals import Digits
from webrun_nb.extraction.values.settling import BY_SITE, proved_reading
from webrun_nb.extraction.values.vocabulary import boolean, is_blank

NUMERIC = frozenset({ColumnType.INT, ColumnType.FLOAT, ColumnType.MONEY, ColumnType.PERCENT, ColumnType.QUANTITY})
"""The types whose texts are numbers."""
DATED = frozenset({ColumnType.DATE, ColumnType.DATETIME})
"""The types whose texts are dates."""


@dataclass(frozen=True, slots=True)
class Context:
    """The facts of the page beside a column.

    Parameters
    ----------
    language : str
        The page's language tag; a cell's own `lang` comes before it. Empty if unknown.
    country : str
        The page's country (`locale.country_of_host`); empty if unknown.
    page_date : date, optional
        The day that the page says it is of; without it, relative dates are not read.
    currencies : frozenset of str
        The currencies that the page's data for machines or the column's headings name.
    labels : tuple of str
        The column's headings.
    siblings : sequence of sequence of str
        The texts of the other columns of the same list, each in the order of the rows.
    """

    language: str = ""
    country: str = ""
    page_date: date | None = None
    currencies: frozenset[str] = frozenset()
    labels: tuple[str, ...] = ()
    siblings: Sequence[Sequence[str]] = field(default=(), repr=False)


NO_CONTEXT = Context()


@dataclass(frozen=True, slots=True)
class Reading:
    """One possible meaning of a text."""

    value: Any
    """In the type's wire form."""
    how: str
    """How it was read, for people: `decimal mark ,`."""
    assumes: tuple[tuple[str, str], ...] = ()
    """The conditions under which it holds, as pairs: (`decimal`, `,`), (`group`, `.`), (`order`, `dmy`); or none."""


@dataclass(frozen=True, slots=True)
class Value:
    """The value of one cell."""

    text: str
    """The text that it was read from."""
    value: Any = None
    """In the type's wire form; None where it is missing."""
    reason: Reason | None = None
    """The reason why it is missing; beside a value, what is odd about it."""
    how: str = ""
    """How it was read, and what proved it: `decimal mark , by column`."""
    readings: tuple[Reading, ...] = ()
    """The possible readings, where there are several and none is proved."""
    shows: tuple[tuple[str, str], ...] = ()
    """The conditions of readings that this value proves for others of its site, like `Reading.assumes`."""


@dataclass(frozen=True, slots=True)
class Measures:
    """What a column says about the units of its numbers where a cell is silent."""

    unit: str = ""
    currency: str = ""
    is_percent: bool = False
    is_rating: bool = False
    """Whether `4/5` is a rating in this column, and no fraction."""


NO_MEASURES = Measures()


# --- numbers ------------------------------------------------------------------------------------------------


def number_fault(number: NumberText, column_type: ColumnType, measures: Measures = NO_MEASURES) -> Reason | None:
    """Return the reason why a text with a number is no single value of a type; None where it is one."""
    if number.low:
        return Reason.RANGE
    if number.bound:
        return Reason.BOUND
    if number.before:
        return Reason.WORDS_AROUND
    if number.out_of is not None:
        if column_type not in (ColumnType.INT, ColumnType.FLOAT):
            return Reason.SEVERAL_NUMBERS
        if number.is_slash and not number.after and not measures.is_rating:
            return Reason.AMBIGUOUS_FRACTION
    if column_type is ColumnType.PERCENT and number.unit not in ("%", "‰") and (number.unit or not measures.is_percent):
        return Reason.NO_PERCENT_SIGN
    if column_type is ColumnType.MONEY and number.unit and number.unit != MINOR:
        return Reason.NOT_THIS_TYPE
    return None


def wire_number(
    number: NumberText, digits: Digits, column_type: ColumnType, currency: str = "", measures: Measures = NO_MEASURES
) -> Any:
    """Return a value in the wire form of a numeric type, or the reason why it has none.

    Parameters
    ----------
    number : NumberText
        The text.
    digits : Digits
        The value of it that is proved.
    column_type : ColumnType
        One of `NUMERIC`.
    currency : str
        Of money: the ISO 4217 code; empty if unknown.
    measures : Measures
        The column's.
    """
    amount = number.value(digits)
    match column_type:
        case ColumnType.INT:
            return int(amount) if amount == amount.to_integral_value() else Reason.NOT_WHOLE
        case ColumnType.FLOAT:
            return float(amount)
        case ColumnType.PERCENT:
            return float(amount / 10 if number.unit == "‰" else amount)
        case ColumnType.MONEY:
            amount = amount.scaleb(-2) if number.unit == MINOR else amount
            return f"{_written(amount, number)} {currency}" if currency else _written(amount, number)
    unit_name = number.unit or unit_in_words(number.after) or measures.unit
    return f"{_written(amount, number)} {unit_name}" if unit_name else _written(amount, number)


def _written(amount: Decimal, number: NumberText) -> str:
    if number.scale != 1 and amount == amount.to_integral_value():
        return f"{int(amount)}"
    return f"{amount:f}"


def unit_in_words(after: str) -> str:
    """Return the only word after a number, which is its unit even if no table knows it (`100 Mbit/s`)."""
    return after if re.fullmatch(r"[^\W\d_][^\s,;:()]{0,19}", after) else ""


def assumptions_of(digits: Digits) -> tuple[tuple[str, str], ...]:
    """Return the condition under which a numeral has a value."""
    return (("decimal", digits.decimal),) if digits.decimal else (("group", digits.group),) if digits.group else ()


def shown_by(digits: Digits) -> tuple[tuple[str, str], ...]:
    """Return the conditions that a numeral with one possible value proves."""
    shown = [("decimal", digits.decimal)] if digits.decimal else []
    if digits.group:
        shown.append(("group", digits.group))
    return (*shown, ("places", "many")) if digits.places > 2 else tuple(shown)


def how_of(digits: Digits) -> str:
    """Return how a numeral was read, for people."""
    if digits.decimal:
        return f"decimal mark {digits.decimal}"
    return f"thousands' mark {'space' if digits.group == ' ' else digits.group}" if digits.group else ""


# --- readings of one text -----------------------------------------------------------------------------------


def readings(text: str, column: Column, context: Context = NO_CONTEXT) -> tuple[Reading, ...]:
    """Return all possible meanings of one text as a value of a column; none where it has none.

    >>> price = Column("price", ColumnType.MONEY)
    >>> [(one.value, one.assumes) for one in readings("€1.299", price)]
    [('1299 EUR', (('group', '.'),)), ('1.299 EUR', (('decimal', '.'),))]
    >>> [one.value for one in readings("12.-", Column("n", ColumnType.INT))]
    [12]
    """
    if column.type in NUMERIC:
        number = read_number(text, context.language)
        if isinstance(number, Reason) or number_fault(number, column.type):
            return ()
        code = resolve_currency(number.currency, context.language, context.country, context.currencies)
        return readings_of_number(number, column.type, code)
    if column.type in DATED:
        found = read_iso(text) or read_date(text, context.language)
        return () if isinstance(found, Reason) else readings_of_date(found, column.type)
    value = read_plain(text, column, context)
    return () if value is None or isinstance(value, Reason) else (Reading(value, "as written"),)


def readings_of_number(
    number: NumberText, column_type: ColumnType, currency: str, measures: Measures = NO_MEASURES
) -> tuple[Reading, ...]:
    """Return the readings of a text with a number, one per possible value."""
    found = ((wire_number(number, one, column_type, currency, measures), one) for one in number.digits)
    several = len(number.digits) > 1
    return tuple(
        Reading(value, how_of(one), assumptions_of(one) if several else ())
        for value, one in found
        if not isinstance(value, Reason)
    )


def wire_date(found: DateText, day: Day, column_type: ColumnType) -> str | Reason:
    """Return a day in the wire form of a type, or the reason why it has none."""
    if column_type is ColumnType.DATE:
        return day.day.isoformat()
    if found.zone_name:
        return Reason.UNKNOWN_ZONE
    moment = found.moment(day)
    return Reason.NO_TIME if moment is None else moment.isoformat()


def readings_of_date(found: DateText, column_type: ColumnType) -> tuple[Reading, ...]:
    """Return the readings of a text with a date, one per possible day."""
    several = len(found.days) > 1
    pairs = ((wire_date(found, day, column_type), day) for day in found.days)
    return tuple(
        Reading(value, ORDERS.get(day.order, "a whole date"), (("order", day.order),) if several else ())
        for value, day in pairs
        if not isinstance(value, Reason)
    )


ORDERS = {"dmy": "day first", "mdy": "month first", "ymd": "year first"}
"""The orders of a date's parts, for people."""


# --- values of several answers ------------------------------------------------------------------------------


def settle(values: Sequence[Value]) -> list[Value]:
    """Decide values of one column and one site that were read apart, by what the certain ones among them show.

    >>> apart = [Value("1.250", readings=readings("1.250", Column("x", ColumnType.FLOAT))), Value("0,5", 0.5,
    ...     shows=(("decimal", ","),))]
    >>> settle(apart)[0].value
    1250.0

    Parameters
    ----------
    values : sequence of Value
        Values of the same column of several pages of a site.

    Returns
    -------
    list of Value
        The same values; those whose condition the others prove have it.
    """
    shown = {pair for value in values for pair in value.shows}
    return [_settled(value, shown) if value.value is None and value.readings else value for value in values]


def _settled(value: Value, shown: set[tuple[str, str]]) -> Value:
    proved = proved_reading(value.readings, shown)
    return value if proved is None else Value(value.text, proved.value, None, f"{proved.how} {BY_SITE}")


# --- texts without alternatives -----------------------------------------------------------------------------

_STOCK_WORDS = re.compile(
    r"stock|avail|lager|verf[uü]g|dispo|voorraad|налич|在庫|库存|庫存|재고|متوفر|skladem|dost[eę]p", re.I
)
_OPPOSITE_WORDS = re.compile(r"sold.?out|out.?of.?stock|unavailable|ausverkauft|[eé]puis|agotad|esaurit", re.I)


def read_plain(text: str, column: Column, context: Context) -> Any:
    """Return the value of a text of a type that has one reading at most, or the reason why it has none."""
    match column.type:
        case ColumnType.BOOL:
            return _read_boolean(text, column, context)
        case ColumnType.ENUM:
            return read_choice(text, column.choices)
        case ColumnType.URL:
            return read_address(text)
    line = text.strip()
    return line or Reason.BLANK


def _read_boolean(text: str, column: Column, context: Context) -> bool | Reason:
    if len(text) > MOST_CHARACTERS:
        return Reason.TOO_LONG
    if is_blank(plain(text)) and boolean(text, context.language) is None:
        return Reason.BLANK
    asked = " ".join((column.name, *context.labels))
    is_opposite = bool(_OPPOSITE_WORDS.search(asked))
    if is_opposite or _STOCK_WORDS.search(asked):
        state = availability(text)
        if state in ("InStock", "LimitedAvailability", "InStoreOnly", "OnlineOnly"):
            return not is_opposite
        if state in ("OutOfStock", "SoldOut", "Discontinued"):
            return is_opposite
    said = boolean(text, context.language)
    return Reason.NOT_THIS_TYPE if said is None else said


_CHOICE_KEY = re.compile(r"[\W_]+")
_SCHEMA_ORG = re.compile(r"(?:https?:)?//(?:www\.)?schema\.org/", re.I)


def _choice_key(text: str) -> str:
    return _CHOICE_KEY.sub("", _SCHEMA_ORG.sub("", text)).casefold()


def read_choice(text: str, choices: Sequence[str]) -> str | Reason:
    """Return the choice that a text entails, or the reason why there is none.

    >>> read_choice("Nicht auf Lager", ["InStock", "OutOfStock"]), read_choice("Used - very good", ["new", "used"])
    ('OutOfStock', 'used')
    >>> read_choice("not new", ["new", "used"])
    <Reason.NOT_ENTAILED: 'not-entailed'>
    """
    line = text.strip()[:500]
    if not line:
        return Reason.BLANK
    keys = {_choice_key(choice): choice for choice in choices}
    if line in choices:
        return line
    label, colon, said = line.rpartition(":")
    head = re.split(r"\s[-–—(/|]|[,;(]", line, maxsplit=1)[0]
    for candidate in (line, said if colon and "//" not in said and len(label) < 40 else "", head):
        key = _choice_key(candidate)
        if key and key in keys:
            others = _choice_key(line.replace(candidate, " ", 1))
            is_one = not others or not any(other in others for other in keys if other != key and len(other) > 1)
            return keys[key] if is_one else Reason.SEVERAL_CHOICES
    state = availability(line)
    if state is not None and (entailed := entailed_choice(state, keys)) is not None:
        return entailed
    return Reason.NOT_ENTAILED


_LONGEST_ADDRESS = 2_000
_ADDRESS = re.compile(r"https?://[^\s<>\"]+|www\.[^\s<>\"]+\.[^\s<>\"]+|mailto:[^\s<>\"]+", re.I)


def read_address(text: str) -> str | Reason:
    """Return the address that a whole text is, or the reason why it is none."""
    line = text.strip()
    if not line:
        return Reason.BLANK
    if len(line) > _LONGEST_ADDRESS:
        return Reason.TOO_LONG
    if not _ADDRESS.fullmatch(line):
        return Reason.NOT_THIS_TYPE
    address = f"https://{line}" if line[:4].lower() == "www." else line
    try:
        return address if urlsplit(address).scheme else Reason.NOT_THIS_TYPE
    except ValueError:
        return Reason.NOT_THIS_TYPE


# --- amounts in pieces --------------------------------------------------------------------------------------

_CENTS = re.compile(r"\d{1,3}")


def join_amount(pieces: Sequence[str]) -> str:
    """Return the text of an amount that a page cuts into pieces: sign, whole part, mark and raised cents.

    >>> join_amount(["$", "59", ".", "99"]), join_amount(["63", "07", "€"]), join_amount(["12", ",", "-"])
    ('$59.99', '63.07 €', '12,-')
    >>> join_amount(["1,349.", "00"]), join_amount(["1.299", "95"])
    ('1,349.00', '1.299,95')

    Parameters
    ----------
    pieces : sequence of str
        The texts of the parts, in the order of the page. The last figures, of two digits, are the cents where another
        part with figures is before them.
    """
    parts = [part for piece in pieces if (part := piece.strip())]
    figures = [number for number, part in enumerate(parts) if any(char.isdecimal() for char in part)]
    if len(figures) == 2 and _CENTS.fullmatch(plain(parts[figures[1]])) and len(parts[figures[1]]) == 2:
        whole, cents = figures
        between = "".join(parts[whole + 1 : cents])
        if not between and parts[whole][-1] not in ".,":
            used = [char for char in parts[whole] if char in ".,"]
            parts[whole] += "," if used and used[-1] == "." else "."
    text = ""
    for number, part in enumerate(parts):
        is_apart = number > 0 and text[-1:].isdecimal() and not part[:1].isdecimal() and part[:1] not in ".,-–"
        text += f" {part}" if is_apart else part
    return text

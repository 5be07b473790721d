"""Conditions and order of rows, on a list's own fields whether they are asked for or not."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from webrun_nb.agents.base import AgentError
from webrun_nb.agents.local.language.intents import Constraint, Order
from webrun_nb.agents.local.lists.amounts import (
    Amount,
    amounts_of,
    currencies_shown,
    days_of,
    measured_in,
    units_shown,
)
from webrun_nb.agents.local.lists.names import likeness, singular, tokens
from webrun_nb.agents.local.lists.said_values import currency, number, parse_date
from webrun_nb.agents.local.lists.view import Field, Row, View, text_of
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.column_types import ColumnType

Test = Callable[[Row], bool | None]
"""Tells whether a row meets a condition; None where the page gives no value of it to compare."""

_KINDS = {"price": ColumnType.MONEY, "date": ColumnType.DATE}
_LEAST_NUMBERS = 0.6
"""From this share of numbers on, a field is sorted by them and its other values come last."""
_CATEGORY_COVERAGE, _MOST_CATEGORIES = 0.6, 0.7


class UntiedError(Exception):
    """A condition or an order that no column of the page answers to. `words` is as the person said it."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@dataclass(slots=True)
class Kept:
    """The rows that meet the conditions."""

    rows: list[Row]
    unknown: dict[str, int] = field(default_factory=dict)
    """Rows that were left out as the page gives no value to compare, by the words of the condition."""
    other_currency: dict[str, int] = field(default_factory=dict)
    """Rows that were left out as their amounts are in another currency, by the words of the condition."""


def keep(view: View, rows: Sequence[Row], constraints: Sequence[Constraint]) -> Kept:
    """Filter rows.

    Raises
    ------
    UntiedError
        A condition can't be tied to any column: it must not be silently ignored.
    AgentError
        Amounts of several currencies would be compared.
    """
    kept = Kept(list(rows))
    for constraint in constraints:
        test = _test(view, constraint)
        if foreign := _in_other_currency(view, kept.rows, constraint):
            kept.other_currency[constraint.words] = len(foreign)
            kept.rows = [row for row in kept.rows if row.place not in foreign]
        passed = []
        for row in kept.rows:
            verdict = test(row)
            if verdict is None:
                kept.unknown[constraint.words] = kept.unknown.get(constraint.words, 0) + 1
            elif verdict:
                passed.append(row)
        kept.rows = passed
    return kept


def arrange(view: View, rows: Sequence[Row], order: Order | None) -> list[Row]:
    """Sort rows; those without a value come last, in the page's order.

    Raises
    ------
    UntiedError
        No column answers to the order.
    AgentError
        Amounts of several currencies would be compared.
    """
    if order is None:
        return list(rows)
    found = _ordered_by(view, order)
    one_currency(view, rows, found, order.words)
    keys = _keys(view, rows, found)
    if not any(isinstance(key, int) for key, _ in keys):  # days have no unit
        one_unit(rows, found, order.words)
    having = [(key, row) for key, row in keys if key is not None]
    having.sort(key=lambda pair: pair[0], reverse=order.descending)
    return [row for _, row in having] + [row for key, row in keys if key is None]


def is_in_order(view: View, order: Order) -> bool | None:
    """Tell whether a list is displayed in an order; None where fewer than two of its rows have a value to compare.

    Rows without a value may be anywhere, and so may equal ones among themselves.

    Raises
    ------
    UntiedError
        No column answers to the order.
    """
    keys = [key for key, _ in _keys(view, view.rows, _ordered_by(view, order)) if key is not None]
    if len(keys) < 2:
        return None
    return keys == sorted(keys, key=lambda key: key, reverse=order.descending)


def compared(view: View, rows: Sequence[Row], order: Order, limit: int) -> list[str]:
    """Say what "the cheapest" leaves open, of rows that `arrange` sorted: ties, and rows that could not be compared."""
    if not rows:
        return []
    keys = [key for key, _ in _keys(view, rows, _ordered_by(view, order))]
    said = []
    tied = sum(key == keys[limit - 1] and key is not None for key in keys[limit:]) if len(keys) > limit else 0
    if tied:
        said.append(f"{tied} more {'has' if tied == 1 else 'have'} the same {order.column} as the last of these.")
    if unknown := sum(key is None for key in keys):
        said.append(f"{unknown} of {len(keys)} have no {order.column} to compare.")
    return said


_Key = Decimal | int | str | None


def _keys(view: View, rows: Sequence[Row], found: Field) -> list[tuple[_Key, Row]]:
    """Return each row with what it is sorted by: days or numbers where most values are, otherwise words."""
    days = days_of(view, found)
    if sum(day is not None for day in days) >= _LEAST_NUMBERS * max(1, len(days)):
        return [(None if (day := days[row.place]) is None else day.toordinal(), row) for row in rows]
    amounts = amounts_of(view, found)
    if sum(amount is not None for amount in amounts) >= _LEAST_NUMBERS * max(1, len(amounts)):
        return [(None if (amount := amounts[row.place]) is None else amount.value, row) for row in rows]
    return [(said(row, found).casefold() or None, row) for row in rows]


def one_currency(view: View, rows: Sequence[Row], found: Field, words: str, wanted: str = "") -> None:
    """Make sure that amounts can be compared: with one another, and with an amount in the currency that is `wanted`.

    Raises
    ------
    AgentError
        They are in several currencies, or all in another one; nothing is converted.
    """
    shown = currencies_shown(view, rows, found)
    if (len(shown) > 1 and wanted not in shown) or (wanted and shown and wanted not in shown):
        raise _not_converted(words, shown)


def one_unit(rows: Sequence[Row], found: Field, words: str, wanted: Sequence[str] = ()) -> None:
    """Make sure that quantities can be compared: with one another, and with one in the units that are `wanted`.

    Raises
    ------
    AgentError
        They are in several units of measure, or all in another one; nothing is converted.
    """
    shown = units_shown(rows, found)
    if len(shown) > 1 or (shown and set(wanted) - shown):
        raise _not_converted(words, shown)


def _not_converted(words: str, shown: set[str]) -> AgentError:
    what = f"the page's amounts are in {' and '.join(sorted(shown))}, and nothing is converted."
    return AgentError(TaskFailureCode.AGENT_ERROR, f'"{words}": {what}')


def said(row: Row, which: Field) -> str:
    """Return what a row says in a field."""
    cell = row.cells.get(which.key)
    return "" if cell is None else text_of(cell)


# --- fields


def find_field(view: View, words: str, kind: ColumnType = ColumnType.STR) -> Field | None:
    """Find the field that the words of a condition or an order speak of; None where none fits, or more than one.

    Where the page has no column of that name, a column of the answer comes first: "price", where `price_each` is asked
    for.
    """
    found = view.field_called(words, kind)
    is_called_so = found is not None and (not found.label or tokens(found.label) == tokens(words))
    if view.kind == "table" and not is_called_so and (asked_for := view.asked_for(words)) is not None:
        return asked_for
    if found is None and kind is not ColumnType.STR and not view.assigned(words, kind).questions:
        found = view.field_called(words)
    return None if found is None or view.rivals(words, found) else found


def _field_for(view: View, words: str) -> Field | None:
    found = find_field(view, words, _KINDS.get(words, ColumnType.STR))
    if found is not None or view.field_called(words) is not None or view.assigned(words).questions:
        return found
    if words == "name":
        return next((each for each in view.fields if each.is_key), None)
    if words == "date":
        return _only_date(view)
    return None


def _ordered_by(view: View, order: Order) -> Field:
    found = _field_for(view, order.column)
    if found is None:
        raise UntiedError(order.words)
    return found


def _only_date(view: View) -> Field | None:
    """Find the column of dates; None where a table has several, of which nothing says which one is meant."""
    dates = [each for each in view.fields if "date" in each.evidence]
    return dates[0] if len(dates) == 1 or (dates and view.kind != "table") else None


def _only_number(view: View) -> Field | None:
    """Find what "under 900" speaks of: the price where there is one, otherwise the only column of numbers."""
    priced = [each for each in view.fields if "price" in each.evidence]
    if priced:
        found = _field_for(view, "price")
        return found or (priced[0] if len(priced) == 1 or view.kind != "table" else None)
    numeric = [each for each in view.fields if "number" in each.evidence]
    return numeric[0] if len(numeric) == 1 else None


# --- conditions


def _test(view: View, c: Constraint) -> Test:
    if c.op in ("<", "<=", ">", ">=", "between"):
        return _comparing_dates(view, c) if _is_of_dates(c) else _comparing(view, c)
    if c.column == "in stock":
        return _in_stock(view, c)
    return _saying(view, c)


def _is_of_dates(c: Constraint) -> bool:
    is_day = c.column or re.search(r"\d{4}-\d\d-\d\d|[a-z]{3}", c.value, re.I)
    return c.column == "date" or bool(is_day and parse_date(c.value))


def _compared_field(view: View, c: Constraint) -> Field:
    found = _field_for(view, c.column) if c.column else _only_number(view)
    if found is None and c.column and len(c.column.split()) > 1:
        found = _field_for(view, c.column.split()[-1]) or _field_for(view, c.column.split()[0])
    if found is None:
        raise UntiedError(c.words)
    return found


def _comparing(view: View, c: Constraint) -> Test:
    found = _compared_field(view, c)
    low, high = number(c.value), number(c.high) if c.high else None
    if low is None or (c.op == "between" and high is None):
        raise UntiedError(c.words)
    wanted = _currency_said(c)
    one_currency(view, view.rows, found, c.words, wanted)
    one_unit(view.rows, found, c.words, measured_in(f"{c.words} {c.value} {c.high}"))
    amounts = amounts_of(view, found)

    def test(row: Row) -> bool | None:
        amount = amounts[row.place]
        return None if amount is None else _holds(amount.value, c.op, low, high)

    return test


def _in_other_currency(view: View, rows: Sequence[Row], c: Constraint) -> set[int]:
    """Return the places of the rows whose amounts are in another currency than that of a condition."""
    wanted = _currency_said(c)
    if not wanted or c.op not in ("<", "<=", ">", ">=", "between") or _is_of_dates(c):
        return set()
    amounts: list[Amount | None] = amounts_of(view, _compared_field(view, c))
    return {
        row.place
        for row in rows
        if (amount := amounts[row.place]) is not None and amount.is_money and amount.unit not in ("", wanted)
    }


def _currency_said(c: Constraint) -> str:
    """Return the currency that a condition names; empty where it names none."""
    words = f"{c.words} {c.value} {c.high}".casefold()
    if re.search(r"\beuros?\b", words):
        return "EUR"
    if re.search(r"\bpounds?\b|\bsterling\b", words) and not re.search(r"\bweigh", words):
        return "GBP"
    return "USD" if re.search(r"\bdollars?\b", words) else currency(c.value)


def _comparing_dates(view: View, c: Constraint) -> Test:
    found = find_field(view, c.column, ColumnType.DATE) or _only_date(view)
    whole = parse_date(c.value)
    start, end = whole or _start_of(c.value), parse_date(c.high)
    if found is None or start is None or (c.op == "between" and (whole is None or end is None)):
        raise UntiedError(c.words)
    first, days = start.date(), days_of(view, found)
    last = None if end is None else Decimal(end.date().toordinal())

    def test(row: Row) -> bool | None:
        day = days[row.place]
        if day is None:
            return None
        if whole is None and c.op == ">":  # "after 2010" begins when 2010 is over
            return _period(day, c.value) > _period(first, c.value)
        return _holds(Decimal(day.toordinal()), c.op, Decimal(first.toordinal()), last)

    return test


def _period(day: date, said_period: str) -> tuple[int, ...]:
    return (day.year,) if re.fullmatch(r"\d{4}", said_period) else (day.year, day.month)


def _start_of(text: str) -> datetime | None:
    return parse_date(f"1 January {text}" if re.fullmatch(r"\d{4}", text) else f"1 {text}")


def _holds(value: Decimal, op: str, low: Decimal, high: Decimal | None) -> bool:
    if op == "between":
        return low <= value <= (high if high is not None else low)
    return {"<": value < low, "<=": value <= low, ">": value > low, ">=": value >= low}[op]


def _in_stock(view: View, c: Constraint) -> Test:
    found = next((each for each in view.fields if "stock" in each.evidence and not each.attribute), None)
    found = found or find_field(view, "in stock", ColumnType.BOOL)
    if found is None:
        raise UntiedError(c.words)
    values = view.values(found, ColumnType.BOOL, "in_stock")

    def test(row: Row) -> bool | None:
        value = values[row.place]
        return None if value is None or value.value is None else value.value is (c.op == "is")

    return test


def _saying(view: View, c: Constraint) -> Test:
    wanted = c.value.casefold()
    found = find_field(view, c.column) if c.column else None
    if found is None and c.column in ("name", "title"):
        found = next((each for each in view.fields if each.is_key), None)
    if found is None and (c.column and c.column not in ("author", "brand")):
        raise UntiedError(c.words)

    def says(row: Row) -> bool:
        if found is not None:
            texts = [said(row, found)]
        else:
            texts = [row.text] if c.op in ("contains", "lacks") else [text_of(cell) for cell in row.cells.values()]
        if c.op in ("contains", "lacks"):
            return any(wanted in text.casefold() for text in texts)
        return any(_same(text.casefold(), wanted) for text in texts)

    if found is None and c.op in ("is", "is not") and not any(says(row) for row in view.rows):
        raise UntiedError(c.words)  # no column of the page says so anywhere
    return (lambda row: not says(row)) if c.op in ("lacks", "is not") else says


def _same(text: str, wanted: str) -> bool:
    text = re.sub(r"^(?:by|from)\s+", "", text.strip(" \"'“”.,:;()"))
    return text == wanted or re.fullmatch(rf"(?:\W*{re.escape(wanted)}\b.{{0,3}})", text) is not None


# --- the subject


def of_subject(rows: Sequence[Row], view: View, subject: str) -> list[Row] | None:
    """Find the rows that a heading or a category column says are the subject; None where nothing tells them apart."""
    wanted = tokens(subject)
    under = [row for row in rows if any(text and about(subject, text) for text in (row.heading, row.under))]
    if 0 < len(under) < len(rows):
        return under
    for each in view.fields:
        if each.coverage < _CATEGORY_COVERAGE or each.is_key:
            continue
        values = [tokens(said(row, each)) for row in rows]
        matching = [
            row for row, value in zip(rows, values, strict=True) if value and len(value) <= 4 and wanted[-1] in value
        ]
        if 0 < len(matching) < len(rows) and len(set(values)) <= max(2, _MOST_CATEGORIES * len(rows)):
            return matching
    return None


def of_noun(rows: list[Row], subject: str) -> list[Row]:
    """Keep the rows with a short cell that says the subject's last word; all of them where none does."""
    noun = tokens(subject)[-1]
    saying = [
        row
        for row in rows
        if any(len(words := tokens(text_of(cell))) <= 4 and noun in words for cell in row.cells.values())
    ]
    return saying or rows


def about(subject: str, text: str) -> float:
    """Rate how much a text is about a subject: the subject's last word must be there, the others count."""
    wanted, found = tokens(subject), tokens(text)
    if not wanted or singular(wanted[-1]) not in found:
        return 0.0
    return likeness(wanted, found) if len(found) < 12 else sum(word in found for word in wanted) / len(wanted)

"""Conditions, order and number of rows, on a source's own fields whether they are asked for or not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from webrun_nb.agents.base import AgentError
from webrun_nb.agents.extract.mapping import find_field
from webrun_nb.agents.extract.names import likeness, singular, tokens
from webrun_nb.agents.extract.schema import Column
from webrun_nb.agents.extract.sources import Field, Row, Source
from webrun_nb.agents.extract.values import MISSING, convert, currency, number, parse_date
from webrun_nb.agents.planner.intents import Constraint, Order
from webrun_nb.common.codes import TaskFailureCode


class UntiedError(Exception):
    """A condition or an order that no column of the page answers to. `words` is as the person said it."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@dataclass(slots=True)
class Kept:
    """Rows that meet the conditions; `unknown` counts those left out because the page gives no value to compare."""

    rows: list[Row]
    unknown: dict[str, int] = field(default_factory=dict)


def keep(source: Source, rows: Sequence[Row], constraints: Sequence[Constraint]) -> Kept:
    """Filter rows.

    Raises
    ------
    UntiedError
        Where a condition can't be tied to any column: it must not be silently ignored.
    """
    kept = Kept(list(rows))
    for constraint in constraints:
        test = _test(source, constraint)
        passed = []
        for row in kept.rows:
            verdict = test(row)
            if verdict is None:
                kept.unknown[constraint.words] = kept.unknown.get(constraint.words, 0) + 1
            elif verdict:
                passed.append(row)
        kept.rows = passed
    return kept


def arrange(source: Source, rows: Sequence[Row], order: Order | None) -> list[Row]:
    """Sort rows; those without a value come last, in the page's order.

    Raises
    ------
    UntiedError
        Where no column answers to the order.
    """
    if order is None:
        return list(rows)
    found = _field_for(source, order.column)
    if found is None:
        raise UntiedError(order.words)
    one_currency(rows, found, order.words)
    keys = _keys(rows, found)
    having = [pair for pair in keys if pair[0] is not None]
    having.sort(key=lambda pair: pair[0], reverse=order.descending)  # type: ignore[arg-type, return-value]
    return [row for _, row in having] + [row for key, row in keys if key is None]


def _keys(rows: Sequence[Row], found: Field) -> list[tuple[Decimal | str | None, Row]]:
    """Give each row what it is sorted by: numbers or days where most are, else words."""
    keys = [(sort_key(_text(row, found), _exact(row, found)), row) for row in rows]
    numeric = sum(isinstance(key, Decimal) for key, _ in keys)
    if 0 < numeric < len(keys) and numeric >= 0.6 * len(keys):
        keys = [(key if isinstance(key, Decimal) else None, row) for key, row in keys]
    elif numeric < len(keys):
        keys = [
            (None if key is None else _text(row, found).casefold() if isinstance(key, Decimal) else key, row)
            for key, row in keys
        ]
    return keys


def compared(source: Source, rows: Sequence[Row], order: Order, limit: int) -> list[str]:
    """Say what "the cheapest" leaves open, of rows that `arrange` sorted: ties, and rows that could not be compared."""
    found = _field_for(source, order.column)
    if found is None or not rows:
        return []
    keys = [key for key, _ in _keys(rows, found)]
    said = []
    tied = sum(key == keys[limit - 1] and key is not None for key in keys[limit:]) if len(keys) > limit else 0
    if tied:
        said.append(f"{tied} more {'has' if tied == 1 else 'have'} the same {order.column} as the last of these.")
    if unknown := sum(key is None for key in keys):
        said.append(f"{unknown} of {len(keys)} have no {order.column} to compare.")
    return said


def one_currency(rows: Sequence[Row], found: Field, words: str, wanted: str = "") -> None:
    """Make sure that amounts can be compared: with one another, and with an amount in the currency that is `wanted`.

    Raises
    ------
    AgentError
        They are in several currencies, or in another one; nothing is converted.
    """
    shown = {code for row in rows if (code := currency(_text(row, found)))}
    if len(shown) > 1 or (wanted and shown - {wanted}):
        names = " and ".join(sorted(shown))
        raise AgentError(
            TaskFailureCode.AGENT_ERROR, f'"{words}": the page\'s amounts are in {names}, and nothing is converted.'
        )


def sort_key(text: str, exact: str = "") -> Decimal | str | None:
    """Make a value to sort by: a date's day, a number, else the words; None where there is nothing."""
    when = parse_date(exact) or parse_date(text)
    if when is not None:
        return Decimal(int(when.replace(tzinfo=None).toordinal()))
    value = number(text) if re.match(r"\W{0,4}(?:[A-Za-z]{1,9}\W{1,3})?\d|[★✭⭐]", text) else None
    if value is not None:
        return value
    return text.casefold() or None


def _field_for(source: Source, words: str) -> Field | None:
    kinds = {"price": "float", "rating": "float", "date": "date", "reviews": "float"}
    found = find_field(source, words, kinds.get(words, "str"))
    if found is None and words == "name":
        return next((f for f in source.fields if "name" in f.evidence), None)
    if found is None and words == "date":
        found = _only_date(source)
    return found


def _text(row: Row, found: Field) -> str:
    cells = row.cells.get(found.key)
    return ", ".join(cell.text for cell in cells) if cells else ""


def _exact(row: Row, found: Field) -> str:
    cells = row.cells.get(found.key)
    return cells[0].exact if cells else ""


def _test(source: Source, c: Constraint) -> Any:
    """Make the test of one condition: row → True, False, or None where the row has no value."""
    if c.op in ("<", "<=", ">", ">=", "between"):
        return _comparing(source, c)
    if c.column == "in stock":
        return _in_stock(source, c)
    return _saying(source, c)


def _comparing(source: Source, c: Constraint) -> Any:
    if c.column == "date" or (c.column and parse_date(c.value)):
        return _comparing_dates(source, c)
    found = _field_for(source, c.column) if c.column else _only_number(source)
    if found is None and c.column and len(c.column.split()) > 1:
        found = _field_for(source, c.column.split()[-1]) or _field_for(source, c.column.split()[0])
    low, high = number(c.value), number(c.high) if c.high else None
    if found is None or low is None or (c.op == "between" and high is None):
        raise UntiedError(c.words)

    one_currency(source.rows, found, c.words, _currency_said(c))

    def test(row: Row) -> bool | None:
        value = number(_text(row, found))
        return None if value is None else _holds(value, c.op, low, high)

    return test


def _currency_said(c: Constraint) -> str:
    """Give the currency that a condition names; empty where it names none."""
    words = f"{c.words} {c.value} {c.high}".casefold()
    if re.search(r"\beuros?\b", words):
        return "EUR"
    if re.search(r"\bpounds?\b|\bsterling\b", words) and not re.search(r"\bweigh", words):
        return "GBP"
    return "USD" if re.search(r"\bdollars?\b", words) else currency(c.value)


def _comparing_dates(source: Source, c: Constraint) -> Any:
    found = find_field(source, c.column, "date") or _only_date(source)
    low = parse_date(c.value) or _start_of(c.value)
    if found is None or low is None:
        raise UntiedError(c.words)
    whole_period = parse_date(c.value) is None

    def test(row: Row) -> bool | None:
        value = parse_date(_exact(row, found)) or parse_date(_text(row, found))
        if value is None:
            return None
        day, start = value.replace(tzinfo=None).date(), low.date()
        if whole_period and c.op == ">":
            # "after 2010" begins when 2010 is over.
            return (
                day.year > start.year
                if re.fullmatch(r"\d{4}", c.value)
                else (day.year, day.month) > (start.year, start.month)
            )
        return _holds(Decimal(day.toordinal()), c.op, Decimal(start.toordinal()), None)

    return test


def _only_date(source: Source) -> Field | None:
    """Find the column of dates; None where a table has several, of which nothing says which one is meant."""
    dates = [f for f in source.fields if "date" in f.evidence]
    return dates[0] if len(dates) == 1 or (dates and source.kind != "table") else None


def _start_of(text: str) -> Any:
    return parse_date(f"1 January {text}") if re.fullmatch(r"\d{4}", text) else parse_date(f"1 {text}")


def _holds(value: Decimal, op: str, low: Decimal, high: Decimal | None) -> bool:
    if op == "between":
        return low <= value <= (high if high is not None else low)
    return {"<": value < low, "<=": value <= low, ">": value > low, ">=": value >= low}[op]


def _only_number(source: Source) -> Field | None:
    """Find what "under 900" speaks of: the price where there is one, else the only column of numbers."""
    priced = [f for f in source.fields if "price" in f.evidence]
    if priced:
        return _field_for(source, "price") or (priced[0] if len(priced) == 1 or source.kind != "table" else None)
    numeric = [f for f in source.fields if "number" in f.evidence]
    return numeric[0] if len(numeric) == 1 else None


def _in_stock(source: Source, c: Constraint) -> Any:
    found = next((f for f in source.fields if "stock" in f.evidence and not f.attribute), None) or find_field(
        source, "in_stock", "bool"
    )
    if found is None:
        raise UntiedError(c.words)
    column = Column("in_stock", "bool")

    def test(row: Row) -> bool | None:
        cells = row.cells.get(found.key)
        value = convert(cells[0], column) if cells else MISSING
        return None if value is MISSING else value is (c.op == "is")

    return test


def _saying(source: Source, c: Constraint) -> Any:
    wanted = c.value.casefold()
    found = find_field(source, c.column) if c.column else None
    if found is None and c.column in ("name", "title"):
        found = next((f for f in source.fields if "name" in f.evidence), None)
    if found is None and (c.column and c.column not in ("author", "brand")):
        raise UntiedError(c.words)

    def says(row: Row) -> bool:
        if found is not None:
            texts = [cell.text for cell in row.cells.get(found.key, [])]
        else:
            texts = (
                [row.text]
                if c.op in ("contains", "lacks")
                else [cell.text for cells in row.cells.values() for cell in cells]
            )
        if c.op in ("contains", "lacks"):
            return any(wanted in text.casefold() for text in texts)
        return any(_same(text.casefold(), wanted) for text in texts)

    rows_saying = [row for row in source.rows if says(row)]
    if found is None and c.op in ("is", "is not") and not rows_saying:
        raise UntiedError(c.words)  # no column of the page says so anywhere
    return (lambda row: not says(row)) if c.op in ("lacks", "is not") else says


def _same(text: str, wanted: str) -> bool:
    text = re.sub(r"^(?:by|from)\s+", "", text.strip(" \"'“”.,:;()"))
    return text == wanted or re.fullmatch(rf"(?:\W*{re.escape(wanted)}\b.{{0,3}})", text) is not None


def of_subject(rows: Sequence[Row], source: Source, subject: str) -> list[Row] | None:
    """Find the rows that a heading or a category column says are the subject; None where nothing tells them apart."""
    wanted = tokens(subject)
    under = [row for row in rows if row.heading and about(subject, row.heading)]
    if 0 < len(under) < len(rows):
        return under
    for found in source.fields:
        if found.coverage < 0.6 or "name" in found.evidence:
            continue
        values = [tokens(_text(row, found)) for row in rows]
        matching = [
            row for row, value in zip(rows, values, strict=True) if value and len(value) <= 4 and wanted[-1] in value
        ]
        if 0 < len(matching) < len(rows) and len(set(values)) <= max(2, 0.7 * len(rows)):
            return matching
    return None


def of_noun(rows: list[Row], subject: str) -> list[Row]:
    """Keep the rows with a short cell that says the subject's last word; all of them where none does."""
    noun = tokens(subject)[-1]
    saying = [
        row
        for row in rows
        if any(len(w := tokens(c.text)) <= 4 and noun in w for cells in row.cells.values() for c in cells)
    ]
    return saying or rows


def about(subject: str, text: str) -> float:
    """Rate how much a text is about a subject: the subject's last word must be there, the others count."""
    wanted, found = tokens(subject), tokens(text)
    if not wanted or singular(wanted[-1]) not in found:
        return 0.0
    return likeness(wanted, found) if len(found) < 12 else sum(word in found for word in wanted) / len(wanted)

"""Reads a column of cells as values of a type: each text's possible readings, and for all of them what is proved.

The cells may come from several pages of one list. No cell is decided by itself: the marks of numbers are decided by
`marks`, the order of day and month here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from webrun_nb.common.column_types import Column, ColumnType
from webrun_nb.extraction.currencies import currencies_named, resolve_currency
from webrun_nb.extraction.dates import DateText, Day, read_date, read_iso
from webrun_nb.extraction.locale import date_orders, dimension, plain, unit
from webrun_nb.extraction.marks import Evidence, Marks, evidence_of, proved_by_product
from webrun_nb.extraction.numbers import NumberText, read_number
from webrun_nb.extraction.reasons import Reason
from webrun_nb.extraction.snapshot import Node
from webrun_nb.extraction.sources import Cell
from webrun_nb.extraction.values import (
    DATED,
    NO_CONTEXT,
    NUMERIC,
    ORDERS,
    Context,
    Measures,
    Reading,
    Value,
    how_of,
    number_fault,
    read_plain,
    read_relative,
    readings_of_date,
    readings_of_number,
    wire_date,
    wire_number,
)

_PLAIN_NUMBER = re.compile(r"-?\d{1,30}(?:\.\d{1,12})?")
_RATING_NAMES = re.compile(
    r"rating|score|stars?\b|bewertung|note|sterne|valoraci|calificaci|voto|оценка|рейтинг|評価|评分|평점", re.I
)
_PERCENT_NAMES = re.compile(
    r"[%％]|per ?cent|prozent|pour ?cent|porcent|procent|percentu|prosent|yüzde|процент|відсот|百分|퍼센트|نسبة",
    re.IGNORECASE,
)
_UNIT_IN_LABEL = re.compile(r"[(\[]\s*([^()\[\]]{1,20}?)\s*[)\]]|\bin\s+(\S{1,12})$|,\s*(\S{1,8})$")
_SAMPLE_ROWS = 300
_MOST_DATE_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class ColumnReading:
    """The values of a column, one per cell."""

    values: tuple[Value, ...]
    conventions: Mapping[str, str]
    """What was decided for the whole column, for people: `{"decimal mark ,": "by column"}`."""

    @property
    def missing(self) -> Mapping[Reason, int]:
        """The number of missing values by reason."""
        return Counter(one.reason for one in self.values if one.value is None and one.reason is not None)


_ABSENT = Value("", None, Reason.ABSENT)


def read_column(cells: Sequence[Cell | None], column: Column, context: Context = NO_CONTEXT) -> ColumnReading:
    """Read the cells of a column.

    Parameters
    ----------
    cells : sequence of Cell or None
        Its cells in the order of the rows, of all pages of the list; None where a row has none.
    column : Column
        The name, type and choices that are asked for.
    context : Context
        What the pages say beside the column.

    Returns
    -------
    ColumnReading
        One value per cell. A value that is not proved is None, with the reason and its possible readings.
    """
    if column.type is ColumnType.LIST and column.item is not None:
        return _read_lists(cells, column, column.item, context)
    languages = _Languages(context.language)
    keys = [None if cell is None else _key(cell, languages.of(cell.node)) for cell in cells]
    distinct = {key: cell for key, cell in zip(keys, cells, strict=True) if key is not None and cell is not None}
    by_language: dict[str, dict[_Key, Cell]] = {}
    for key, cell in distinct.items():
        by_language.setdefault(key[0], {})[key] = cell
    found: dict[_Key, Value] = {}
    conventions: dict[str, str] = {}
    for language, group in by_language.items():
        own = context if language == context.language else replace(context, language=language)
        reader: _Reader
        if column.type in NUMERIC:
            reader = _Numbers(column, own, group, keys)
        elif column.type in DATED:
            reader = _Dates(column, own, group)
        elif column.type is ColumnType.RANGE and column.item is not None:
            reader = _ranges(column.item, own, group, keys)
        else:
            reader = _Plain(column, own)
        for key, cell in group.items():
            found[key] = reader.read(cell)
        conventions.update(reader.conventions)
    return ColumnReading(tuple(_ABSENT if key is None else found[key] for key in keys), conventions)


_Key = tuple[str, str, str, str, str]


def _key(cell: Cell, language: str) -> _Key:
    """Return all that a cell's value depends on."""
    return language, cell.text, cell.exact, cell.label, cell.href


class _Languages:
    """The language tags of nodes, each element looked at once."""

    def __init__(self, default: str) -> None:
        self._default = default
        self._known: dict[int, str] = {}

    def of(self, node: Node) -> str:
        passed: list[int] = []
        here: Node | None = node
        language = self._default
        while here is not None:
            if tag := here.attributes.get("lang"):
                language = tag
                break
            if (known := self._known.get(id(here))) is not None:
                language = known
                break
            passed.append(id(here))
            here = here.parent
        self._known.update(dict.fromkeys(passed, language))
        return language


class _Reader:
    """Reads the cells of a column."""

    def __init__(self) -> None:
        self.conventions: dict[str, str] = {}

    def read(self, cell: Cell) -> Value:
        raise NotImplementedError


# --- numbers ------------------------------------------------------------------------------------------------


class _Numbers(_Reader):
    def __init__(
        self, column: Column, context: Context, group: Mapping[_Key, Cell], keys: Sequence[_Key | None]
    ) -> None:
        super().__init__()
        self._type = column.type
        self._context = context
        named = frozenset().union(*map(currencies_named, (*context.labels, column.name)))
        self._said = named or context.currencies
        self._parsed = {key: self._parse(cell) for key, cell in group.items()}
        numbers = [one for one, _ in self._parsed.values() if isinstance(one, NumberText)]
        self._measures = _measures(column, context, numbers, self._code)
        if not self._measures.currency and len(self._said) == 1:
            self._measures = replace(self._measures, currency=next(iter(self._said)))
        self._proves_brackets = any(not one.is_bracketed for one in numbers)
        self._fault = self._mixed_units(numbers)
        evidence = evidence_of([*numbers, *self._settled_by_elements(group)])
        self._marks = Marks(evidence, context.siblings, context.language, context.country, self._type)
        self._rows = keys
        self._products: dict[str, str] = {}

    def _parse(self, cell: Cell) -> tuple[NumberText | Reason, str]:
        """Return the number of a cell's displayed text, else of its label, and the text that it is in."""
        found = read_number(cell.text, self._context.language)
        if isinstance(found, Reason) and cell.label and found in (Reason.BLANK, Reason.NOT_THIS_TYPE):
            labelled = read_number(cell.label, self._context.language)
            if isinstance(labelled, NumberText):
                return labelled, cell.label
        return found, cell.text

    def _settled_by_elements(self, group: Mapping[_Key, Cell]) -> Iterator[NumberText]:
        """Yield the ambiguous numbers whose element's machine-readable value tells which it is."""
        for key, cell in group.items():
            number, _ = self._parsed[key]
            if isinstance(number, NumberText) and len(number.digits) > 1 and _PLAIN_NUMBER.fullmatch(cell.exact):
                same = [one for one in number.digits if number.value(one) == Decimal(cell.exact)]
                if len(same) == 1:
                    yield replace(number, digits=(same[0],))

    def _code(self, number: NumberText) -> str:
        context = self._context
        return resolve_currency(number.currency, context.language, context.country, self._said)

    def _mixed_units(self, numbers: Sequence[NumberText]) -> Reason | None:
        if self._type not in (ColumnType.INT, ColumnType.FLOAT):
            return None
        units = {one.unit for one in numbers if one.unit}
        currencies = {one.currency for one in numbers if one.currency}
        is_mixed = len({dimension(one) for one in units}) < len(units) or len(currencies) > 1
        return Reason.MIXED_UNITS if is_mixed else None

    def read(self, cell: Cell) -> Value:
        number, text = self._parsed[_key(cell, self._context.language)]
        exact = Decimal(cell.exact) if _PLAIN_NUMBER.fullmatch(cell.exact) else None
        if isinstance(number, Reason):
            if exact is not None and number is not Reason.TOO_LONG and not cell.text.strip():
                machine = read_number(cell.exact)
                if isinstance(machine, NumberText):
                    return self._value(machine, cell.exact, exact)
            return Value(text, None, number)
        fault = self._fault or number_fault(number, self._type, self._measures)
        if number.is_bracketed and not self._proves_brackets and not number.currency and not number.digits[0].decimal:
            fault = Reason.AMBIGUOUS_SIGN
        return Value(text, None, fault) if fault else self._value(number, text, exact)

    def _value(self, number: NumberText, text: str, exact: Decimal | None) -> Value:
        code = self._code(number) if self._type is ColumnType.MONEY else ""
        if not number.currency and self._type is ColumnType.MONEY:
            code = self._measures.currency
        digits, proof = self._marks.choose(number.digits, code)
        if digits is None and exact is not None:
            same = [one for one in number.digits if number.value(one) == exact]
            digits, proof = (same[0], "by the element's value") if len(same) == 1 else (None, "")
        if digits is None and len(number.digits) > 1:
            role = self._by_product(number.digits[0].group or number.digits[0].decimal)
            digits = next((one for one in number.digits if role and bool(one.decimal) == (role == "decimal")), None)
            proof = "by product"
        if digits is None:
            if len(number.digits) == 1:
                return Value(text, None, Reason.SEVERAL_NUMBERS)
            readings = readings_of_number(number, self._type, code, self._measures)
            return Value(text, None, Reason.AMBIGUOUS_MARK, "", readings)
        value = wire_number(number, digits, self._type, code, self._measures)
        if isinstance(value, Reason):
            return Value(text, None, value)
        how = f"{how_of(digits)} {proof}".strip()
        if proof:
            self.conventions[how_of(digits)] = proof
        differs = exact is not None and abs(number.value(digits)) != abs(exact)
        how = f"about, {how}".rstrip(", ") if number.is_about else how
        return Value(text, value, Reason.EXACT_DIFFERS if differs else None, how or "as written")

    def _by_product(self, mark: str) -> str:
        if mark not in self._products:
            numbers = [self._parsed[key][0] if key in self._parsed else None for key in self._rows[:_SAMPLE_ROWS]]
            own = [one if isinstance(one, NumberText) else None for one in numbers]
            self._products[mark] = proved_by_product(own, self._context.siblings, self._context.language, mark)
        return self._products[mark]


def _measures(column: Column, context: Context, numbers: Sequence[NumberText], code: Any) -> Measures:
    """Return what the column's headings and its other cells say about the units of its numbers."""
    labels = (*context.labels, column.name)
    named = (match[1] or match[2] or match[3] for label in labels for match in _UNIT_IN_LABEL.finditer(label[:200]))
    unit_name = next((found for name in named if (found := unit(name, context.language))), "")
    signed = [one.unit in ("%", "‰") for one in numbers]
    is_percent = any(map(_PERCENT_NAMES.search, context.labels)) or (
        len(signed) > 1 and signed[0] and not any(signed[1:])
    )
    codes = {code(one) for one in numbers if one.currency}
    behind = Counter(one.out_of.value for one in numbers if one.is_slash and one.out_of is not None)
    is_rating = any(_RATING_NAMES.search(label) for label in labels) or (
        len(behind) == 1 and next(iter(behind.values())) >= 3
    )
    currency = codes.pop() if len(codes) == 1 and column.type is ColumnType.MONEY else ""
    return Measures(unit_name, currency, is_percent, is_rating)


# --- dates --------------------------------------------------------------------------------------------------


class _Dates(_Reader):
    def __init__(self, column: Column, context: Context, group: Mapping[_Key, Cell]) -> None:
        super().__init__()
        self._type = column.type
        self._context = context
        self._proved: dict[str, set[str]] = {}
        for cell in group.values():
            found = read_date(cell.text, context.language)
            if isinstance(found, DateText) and found.mark:
                exact = self._exact(cell)
                day = _matching(found, exact) if exact is not None else None
                if len(found.days) == 1 or day is not None:
                    order = found.days[0].order if day is None else day.order
                    if order:
                        self._proved.setdefault(found.mark, set()).add(order)
        self._of_table: dict[str, set[str]] | None = None

    def _exact(self, cell: Cell) -> DateText | None:
        """Return the date of a cell's machine-readable form, else of its label."""
        if (iso := read_iso(cell.exact)) is not None:
            return iso
        for text in (cell.exact, cell.label):
            found = read_date(text, self._context.language) if text else Reason.BLANK
            if isinstance(found, DateText) and len(found.days) == 1:
                return found
        return None

    def read(self, cell: Cell) -> Value:
        shown, exact = read_date(cell.text, self._context.language), self._exact(cell)
        if isinstance(shown, Reason):
            if exact is not None:
                return self._value(cell.exact or cell.label, exact, exact.days[0], "as the element's value")
            day = read_relative(cell.text, self._context) if len(cell.text) <= _MOST_DATE_CHARACTERS else None
            if day is not None and self._type is ColumnType.DATE:
                return Value(cell.text, day.isoformat(), None, "relative to the page's date")
            return Value(cell.text, None, Reason.RELATIVE_DATE if day is not None else shown)
        agreed = None if exact is None else _matching(shown, exact)
        if agreed is not None:
            best = (
                exact if exact is not None and exact.time is not None and self._type is ColumnType.DATETIME else shown
            )
            text = cell.text if best is shown else (cell.exact or cell.label)
            return self._value(text, best, best.days[0] if best is exact else agreed, "as the element's value")
        day_found, proof = self._choose(shown)
        if day_found is None:
            readings = readings_of_date(shown, self._type)
            return Value(cell.text, None, Reason.AMBIGUOUS_DAY_MONTH, "", readings)
        value = self._value(cell.text, shown, day_found, proof)
        if exact is not None and abs(exact.days[0].day - day_found.day) > timedelta(days=1):
            return replace(value, reason=value.reason or Reason.EXACT_DIFFERS)
        return value

    def _value(self, text: str, found: DateText, day: Day, proof: str) -> Value:
        value = wire_date(found, day, self._type)
        if isinstance(value, Reason):
            return Value(text, None, value)
        order = ORDERS.get(day.order, "")
        if order and len(found.days) > 1:
            self.conventions[order] = proof
        return Value(text, value, None, f"{order} {proof}".strip() or "a whole date")

    def _choose(self, found: DateText) -> tuple[Day | None, str]:
        """Return the day that is proved, and by what."""
        if len(found.days) == 1:
            return found.days[0], ""
        proofs = (
            (self._proved.get(found.mark) or set().union(*self._proved.values()), "by column"),
            (self._table().get(found.mark, set()), "by the other columns"),
        )
        for orders, proof in proofs:
            if orders:
                fitting = [day for day in found.days if day.order in orders]
                return (fitting[0], proof) if len(fitting) == 1 else (None, "")
        context = self._context
        orders = set(date_orders(context.language, context.country))
        fitting = [day for day in found.days if day.order in orders]
        if len(fitting) == 1:
            return fitting[
                0
            ], f"by language {context.language}" if context.language else f"by country {context.country}"
        if found.mark == "." and not orders:  # no locale of CLDR writes the month first with dots
            fitting = [day for day in found.days if day.order == "dmy"]
            if len(fitting) == 1 and all(day.order != "ymd" for day in found.days):
                return fitting[0], "by its dots"
        return None, ""

    def _table(self) -> dict[str, set[str]]:
        """Return the orders that dates in other columns prove, by the mark between their figures."""
        if self._of_table is None:
            self._of_table = {}
            texts = {text for column in self._context.siblings for text in column[:_SAMPLE_ROWS]}
            for text in texts:
                if len(text) <= _MOST_DATE_CHARACTERS and sum(char.isdecimal() for char in text) >= 4:
                    found = read_date(text, self._context.language)
                    if isinstance(found, DateText) and found.mark and len(found.days) == 1 and found.days[0].order:
                        self._of_table.setdefault(found.mark, set()).add(found.days[0].order)
        return self._of_table


def _matching(shown: DateText, exact: DateText) -> Day | None:
    """Return the possible day of a displayed text that its machine-readable form names."""
    return next((day for day in shown.days if day.day == exact.days[0].day), None)


# --- texts, lists and ranges --------------------------------------------------------------------------------


class _Plain(_Reader):
    def __init__(self, column: Column, context: Context) -> None:
        super().__init__()
        self._column = column
        self._context = context

    def read(self, cell: Cell) -> Value:
        texts = [(cell.text, "as written"), (cell.label, "as its label"), (cell.exact, "as the element's value")]
        if self._column.type is ColumnType.URL:
            texts.insert(0, (cell.href, "as its link"))
        first: Reason | None = None
        for text, how in texts:
            if text.strip():
                value = read_plain(text, self._column, self._context)
                if not isinstance(value, Reason):
                    return Value(text, value, None, how)
                first = first or value
        return Value(cell.text, None, first or Reason.BLANK)


_SEPARATORS = (re.compile(r"\s*[;|•·]\s*"), re.compile(r"\s*,\s+|\s+/\s+|\s*、\s*|،\s*"), re.compile(r"\s*,\s*"))
"""Characters between the items of a list, from the surest; the first that occurs is taken."""
_MOST_ITEMS = 200
_LONGEST_LIST = 10_000


def _read_lists(cells: Sequence[Cell | None], column: Column, item: Column, context: Context) -> ColumnReading:
    """Read cells whose texts list values; all items of the column are decided together."""
    parts: list[Cell | None] = []
    spans: list[tuple[int, int] | None] = []
    for cell in cells:
        start = len(parts)
        if cell is None or not cell.text.strip():
            spans.append(None)
            continue
        texts = _items(cell.text, item)
        parts.extend(Cell(cell.node, text) for text in texts[:_MOST_ITEMS])
        spans.append((start, len(parts)))
    inner = read_column(parts, item, context)
    values = []
    for cell, span in zip(cells, spans, strict=True):
        if cell is None or span is None:
            values.append(_ABSENT if cell is None else Value(cell.text, None, Reason.BLANK))
            continue
        found = inner.values[slice(*span)]
        lacking = next((one for one in found if one.value is None), None)
        if lacking is not None:
            values.append(Value(cell.text, None, lacking.reason))
        else:
            values.append(Value(cell.text, [one.value for one in found], None, found[0].how if found else ""))
    return ColumnReading(tuple(values), inner.conventions)


def _items(text: str, item: Column) -> list[str]:
    line = " ".join(text[:_LONGEST_LIST].split())
    for number, separator in enumerate(_SEPARATORS):
        if number == 2 and item.type in NUMERIC:
            break  # "1,5" is one number
        found = [part for part in separator.split(line) if part.strip()]
        if len(found) > 1:
            return found
    return [line]


_TO = re.compile(r"\s+(?:[-–—~〜]|to|through|until|bis|à|au|a|al|até|tot|till|til|до|do|から|至|到)\s+|\s*[–—~〜]\s*")


def _ranges(item: Column, context: Context, group: Mapping[_Key, Cell], keys: Sequence[_Key | None]) -> _Reader:
    return _DateRanges(item, context, group) if item.type in DATED else _NumberRanges(item, context, group, keys)


class _NumberRanges(_Numbers):
    def read(self, cell: Cell) -> Value:
        number, text = self._parsed[_key(cell, self._context.language)]
        if isinstance(number, Reason):
            return Value(text, None, number)
        if number.bound in ("over", "under"):
            return Value(text, None, Reason.BOUND)
        fault = self._fault or number_fault(replace(number, low=(), bound=""), self._type, self._measures)
        if fault:
            return Value(text, None, fault)
        ends = [
            self._value(replace(number, low=(), digits=one), text, None) for one in (number.low, number.digits) if one
        ]
        lacking = next((one for one in ends if one.value is None), None)
        if lacking is not None:
            return Value(text, None, lacking.reason)
        low = None if number.bound == "high" else ends[0].value
        high = None if number.bound == "low" else ends[-1].value
        return Value(text, {"low": low, "high": high}, None, ends[0].how)


class _DateRanges(_Reader):
    def __init__(self, item: Column, context: Context, group: Mapping[_Key, Cell]) -> None:
        super().__init__()
        parts = {
            (context.language, text, "", "", ""): Cell(cell.node, text)
            for cell in group.values()
            for text in self._ends(cell.text)
        }
        self._dates = _Dates(item, context, parts)
        self.conventions = self._dates.conventions

    @staticmethod
    def _ends(text: str) -> list[str]:
        if len(text) > 2 * _MOST_DATE_CHARACTERS:
            return [text]
        parts = _TO.split(plain(text).strip())
        return parts if len(parts) == 2 else [text]

    def read(self, cell: Cell) -> Value:
        ends = [self._dates.read(Cell(cell.node, text)) for text in self._ends(cell.text)]
        lacking = next((one for one in ends if one.value is None), None)
        if lacking is not None:
            return Value(cell.text, None, lacking.reason)
        return Value(cell.text, {"low": ends[0].value, "high": ends[-1].value}, None, ends[0].how)


__all__ = ["ColumnReading", "Context", "Evidence", "Reading", "Value", "read_column"]

"""Columns of numbers, amounts of money, percentages and quantities, and of ranges of them.

What the column says about units, currencies and brackets is decided here, its marks by `marks`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from webrun_nb.common.column_types import Column, ColumnType
from webrun_nb.extraction.reasons import Reason
from webrun_nb.extraction.sources import Cell
from webrun_nb.extraction.values.column_reader import CellKey, ColumnReader, key_of
from webrun_nb.extraction.values.currencies import candidates, currencies_named, resolve_currency
from webrun_nb.extraction.values.locale import dimension, unit
from webrun_nb.extraction.values.marks import Marks, evidence_of, proved_by_product
from webrun_nb.extraction.values.numbers import NumberText, is_stars, read_number
from webrun_nb.extraction.values.prices import Role, role_of
from webrun_nb.extraction.values.values import (
    Context,
    Measures,
    Value,
    how_of,
    number_fault,
    readings_of_number,
    shown_by,
    unit_in_words,
    wire_number,
)

_NO_PRICES = frozenset({Role.SAVING, Role.THRESHOLD, Role.SHIPPING})
"""Roles of amounts that are taken only for columns of the same role."""
_PREFIXES = frozenset("kMGTmµ")
"""SI prefixes of units that CLDR does not know (Mbit/s, Gbit/s)."""
_DEBIT = re.compile(r"dr\b", re.IGNORECASE)
_CRORE = 10**7
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


class NumberReader(ColumnReader):
    """Reads a column of one of the types in `values.NUMERIC`."""

    def __init__(
        self, column: Column, context: Context, group: Mapping[CellKey, Cell], keys: Sequence[CellKey | None]
    ) -> None:
        super().__init__()
        self._type = column.type
        self._context = context
        named = frozenset().union(*map(currencies_named, (*context.labels, column.name)))
        self._named = named
        self._said = named or context.currencies
        self._parsed = {key: self._parse(cell) for key, cell in group.items()}
        numbers = [one for one, _ in self._parsed.values() if isinstance(one, NumberText)]
        self._measures = _measures(column, context, numbers, self._code)
        if not self._measures.currency and len(self._said) == 1:
            self._measures = replace(self._measures, currency=next(iter(self._said)))
        self._has_debits = any(_DEBIT.match(one.after) for one in numbers)
        self._proves_brackets = any(not one.is_bracketed for one in numbers)
        self._fault = self._mixed_units(numbers)
        evidence = evidence_of([*numbers, *self._settled_by_elements(group)])
        self._marks = Marks(evidence, context.siblings, context.language, context.country, self._type)
        self._roles = {role_of(label, "") for label in (*context.labels, column.name.replace("_", " "))} - {
            Role.UNKNOWN
        }
        self._rows = keys
        self._products: dict[str, str] = {}

    def _parse(self, cell: Cell) -> tuple[NumberText | Reason, str]:
        """Return the number of a cell's displayed text, else of its label, and the text that it is in.

        Stars are read only where no label says the rating: half a star is drawn as a whole one, or as none.
        """
        if is_stars(cell.text) and any(map(str.isdecimal, cell.label)):
            return read_number(cell.label, self._context.language), cell.label
        found = read_number(cell.text, self._context.language)
        if isinstance(found, Reason) and cell.label and found in (Reason.BLANK, Reason.NOT_THIS_TYPE):
            labelled = read_number(cell.label, self._context.language)
            if isinstance(labelled, NumberText):
                return labelled, cell.label
        return found, cell.text

    def _settled_by_elements(self, group: Mapping[CellKey, Cell]) -> Iterator[NumberText]:
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
        unknown = {unit_in_words(one.after) for one in numbers if one.after and not one.unit}
        bases = {one[1:] if one[:1] in _PREFIXES and len(one) > 2 else one for one in unknown}
        is_mixed = (
            len({dimension(one) for one in units}) < len(units) or len(currencies) > 1 or len(bases) < len(unknown)
        )
        return Reason.MIXED_UNITS if is_mixed else None

    def read(self, cell: Cell) -> Value:
        """Return the value of a cell: of its displayed text, else of its label or its machine-readable form."""
        number, text = self._parsed[key_of(cell, self._context.language)]
        exact = Decimal(cell.exact) if _PLAIN_NUMBER.fullmatch(cell.exact) else None
        if isinstance(number, Reason):
            shows_none = number is Reason.BLANK and bool(cell.text.strip())
            if exact is not None and not shows_none and not any(map(str.isdigit, cell.text)):
                machine = read_number(cell.exact)
                if isinstance(machine, NumberText):
                    return self._value(machine, cell.exact, exact)
            return Value(text, None, number)
        fault = self._fault_of(number)
        return Value(text, None, fault) if fault else self._value(number, text, exact)

    def _fault_of(self, number: NumberText) -> Reason | None:
        """Return the reason why a number is no value of the column, whichever of its readings holds."""
        is_amount = bool(number.currency or number.digits[0].decimal)
        if number.is_bracketed and not self._proves_brackets and not is_amount:
            return Reason.AMBIGUOUS_SIGN
        if self._has_debits and (number.scale == _CRORE or _DEBIT.match(number.after)):
            return Reason.AMBIGUOUS_SIGN  # "Cr" beside "Dr" is no crore, and their signs differ by bank
        if (number.before or number.after) and (number.currency or self._type is ColumnType.MONEY):
            role = role_of(number.before, number.after)
            if role in _NO_PRICES and role not in self._roles:
                return Reason.WORDS_AROUND  # "$5 off" is no price of $5
            if role in self._roles or role is Role.CURRENT:
                number = replace(number, before="")  # "Was $15" in a column of old prices
        return self._fault or number_fault(number, self._type, self._measures)

    def _value(self, number: NumberText, text: str, exact: Decimal | None) -> Value:
        code = self._code(number) if self._type is ColumnType.MONEY else ""
        if not number.currency and self._type is ColumnType.MONEY:
            code = self._measures.currency
        digits, proof = self._marks.choose(number.digits, self._likeliest_code(number, code))
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
        shows = shown_by(digits) if len(number.digits) == 1 else ()
        return Value(text, value, Reason.EXACT_DIFFERS if differs else None, how or "as written", shows=shows)

    def _likeliest_code(self, number: NumberText, code: str) -> str | None:
        """Return the currency whose habits tell the marks of an amount; None for a number that is no amount."""
        if not number.currency and self._type is not ColumnType.MONEY and not self._named:
            return None
        return code or self._code(number) or next(iter(candidates(number.currency)), next(iter(self._named), ""))

    def _by_product(self, mark: str) -> str:
        if mark not in self._products:
            numbers = [self._parsed[key][0] if key in self._parsed else None for key in self._rows[:_SAMPLE_ROWS]]
            own = [one if isinstance(one, NumberText) else None for one in numbers]
            self._products[mark] = proved_by_product(own, self._context.siblings, self._context.language, mark)
        return self._products[mark]


def _measures(
    column: Column, context: Context, numbers: Sequence[NumberText], code: Callable[[NumberText], str]
) -> Measures:
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


class NumberRangeReader(NumberReader):
    """Reads a column of ranges of numbers."""

    def read(self, cell: Cell) -> Value:
        """Return the range of a cell; a single number is a range of one value, a limit an open range."""
        number, text = self._parsed[key_of(cell, self._context.language)]
        if isinstance(number, Reason):
            return Value(text, None, number)
        if number.bound in ("over", "under"):
            return Value(text, None, Reason.BOUND)
        if number.is_about and not number.low and not number.bound:
            return Value(text, None, Reason.NOT_A_RANGE)  # "about 5" has ends that it does not tell
        fault = self._fault_of(replace(number, low=(), bound=""))
        if fault:
            return Value(text, None, fault)
        signs = ((number.low, number.is_low_negative), (number.digits, number.is_negative))
        ends = [
            self._value(replace(number, low=(), digits=digits, is_negative=sign), text, None)
            for digits, sign in signs
            if digits
        ]
        lacking = next((one for one in ends if one.value is None), None)
        if lacking is not None:
            return Value(text, None, lacking.reason)
        low = None if number.bound == "high" else ends[0].value
        high = None if number.bound == "low" else ends[-1].value
        if low is not None and high is not None and _amount(low) > _amount(high):
            return Value(text, None, Reason.NOT_A_RANGE)  # a score, or an old and a new price
        return Value(text, {"low": low, "high": high}, None, ends[0].how)


def _amount(value: int | float | str) -> Decimal:
    """Return the number of a value in the wire form of its type."""
    return Decimal(str(value).partition(" ")[0])

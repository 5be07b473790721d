"""Columns of dates and times, and of ranges of them: the order of day and month is decided for the whole column.

The proofs, from the strongest: other dates of the column, also those whose element carries an exact date; dates in
other columns of the list; the page's language and country; dots between the figures.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from webrun_nb.common.column_types import Column, ColumnType
from webrun_nb.extraction.reasons import Reason
from webrun_nb.extraction.sources import Cell
from webrun_nb.extraction.values.column_reader import CellKey, ColumnReader
from webrun_nb.extraction.values.dates import DateText, Day, days_from_today, read_date, read_iso
from webrun_nb.extraction.values.locale import date_orders, plain
from webrun_nb.extraction.values.values import ORDERS, Context, Value, readings_of_date, wire_date
from webrun_nb.extraction.values.vocabulary import opens_range

_SAMPLE_ROWS = 300
_ZONES_APART = timedelta(days=1)
"""An instant has two dates at most, which depend on the zone."""
_MOST_DATE_CHARACTERS = 40
_MOST_RELATIVES = 100
"""Different texts of a column that are looked at for relative dates, which takes a millisecond each."""
_TO = re.compile(
    r"\s+(?:[-–—~〜]|to|through|until|bis|à|au|a|al|até|tot|till|til|до|do|から|至|到)\s+|\s*[–—~〜]\s*|(?<=\d)/(?=\d{4}-)"
)


class DateReader(ColumnReader):
    """Reads a column of dates or times."""

    def __init__(self, column: Column, context: Context, group: Mapping[CellKey, Cell]) -> None:
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
        self._relatives = 0

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
        """Return the value of a cell: of its displayed text, or of its exact date where that text is no whole date."""
        shown, exact = read_date(cell.text, self._context.language), self._exact(cell)
        if isinstance(shown, Reason):
            if exact is not None:
                return self._value(cell.exact or cell.label, exact, exact.days[0], "as the element's value")
            return self._relative(cell, shown)
        agreed = None if exact is None else _matching(shown, exact)
        if agreed is not None:
            best = (
                exact if exact is not None and exact.time is not None and self._type is ColumnType.DATETIME else shown
            )
            text = cell.text if best is shown else (cell.exact or cell.label)
            return self._value(text, best, best.days[0] if best is exact else agreed, "as the element's value")
        if self._type is ColumnType.DATETIME and exact is not None and _is_instant_of(shown, exact):
            return self._value(cell.exact or cell.label, exact, exact.days[0], "as the element's value")
        day_found, proof = self._choose(shown)
        if day_found is None:
            readings = readings_of_date(shown, self._type)
            return Value(cell.text, None, Reason.AMBIGUOUS_DAY_MONTH, "", readings)
        value = self._value(cell.text, shown, day_found, proof)
        if exact is not None and abs(exact.days[0].day - day_found.day) > _ZONES_APART:
            return replace(value, reason=value.reason or Reason.EXACT_DIFFERS)
        return value

    def _relative(self, cell: Cell, reason: Reason) -> Value:
        """Return the value of a text such as "3 days ago", or the reason why it has none."""
        is_short = 0 < len(cell.text) <= _MOST_DATE_CHARACTERS and reason is not Reason.BLANK
        if not is_short or self._relatives >= _MOST_RELATIVES:
            return Value(cell.text, None, reason)
        self._relatives += 1
        offset = days_from_today(cell.text, self._context.language)
        if offset is None:
            return Value(cell.text, None, reason)
        if self._context.page_date is None or self._type is not ColumnType.DATE:
            return Value(cell.text, None, Reason.RELATIVE_DATE)
        day = self._context.page_date + timedelta(days=offset)
        return Value(cell.text, day.isoformat(), None, "relative to the page's date")

    def _value(self, text: str, found: DateText, day: Day, proof: str) -> Value:
        value = wire_date(found, day, self._type)
        if isinstance(value, Reason):
            return Value(text, None, value)
        order = ORDERS.get(day.order, "")
        if order and len(found.days) > 1:
            self.conventions[order] = proof
        shows = (("order", day.order),) if len(found.days) == 1 and day.order else ()
        return Value(text, value, None, f"{order} {proof}".strip() or "a whole date", shows=shows)

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


def _is_instant_of(shown: DateText, exact: DateText) -> bool:
    """Return whether an exact time may be on the day that a text without a time displays."""
    lacks_time = shown.time is None and exact.time is not None
    return lacks_time and any(abs(one.day - exact.days[0].day) <= _ZONES_APART for one in shown.days)


_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_DAY = re.compile(r"(?<!\d)\d{1,2}(?!\d)")


def _completed(low: str, high: str) -> list[str]:
    """Return the ends of a range of dates, each with what only the other end says: `5–7 May 2024`, `May 5–7, 2024`."""
    first, _, rest = low.partition(" ")
    low = rest if opens_range(first) else low
    year, day = _YEAR.search(high), _DAY.search(high)
    if year is None or day is None or _YEAR.search(low):
        return [low, high]
    if _DAY.fullmatch(low.rstrip(". ")):
        return [f"{high[: day.start()]}{low}{high[day.end() :]}", high]
    if not any(map(str.isalpha, low)):
        return [low, high]
    if not any(map(str.isalpha, high)):
        high = f"{_DAY.sub(day[0], low, count=1)} {year[0]}"
    return [f"{low} {year[0]}", high]


class DateRangeReader(ColumnReader):
    """Reads a column of ranges of dates; both ends of all of them are decided together."""

    def __init__(self, item: Column, context: Context, group: Mapping[CellKey, Cell]) -> None:
        super().__init__()
        parts = {
            (context.language, text, "", "", ""): Cell(cell.node, text)
            for cell in group.values()
            for text in self._ends(cell.text)
        }
        self._dates = DateReader(item, context, parts)
        self.conventions = self._dates.conventions

    @staticmethod
    def _ends(text: str) -> list[str]:
        if len(text) > 2 * _MOST_DATE_CHARACTERS:
            return [text]
        parts = _TO.split(plain(text).strip())
        return _completed(*parts) if len(parts) == 2 else [text]

    def read(self, cell: Cell) -> Value:
        """Return the range of a cell; a single date is a range of one day."""
        ends = [self._dates.read(Cell(cell.node, text)) for text in self._ends(cell.text)]
        lacking = next((one for one in ends if one.value is None), None)
        if lacking is not None:
            return Value(cell.text, None, lacking.reason)
        return Value(cell.text, {"low": ends[0].value, "high": ends[-1].value}, None, ends[0].how)

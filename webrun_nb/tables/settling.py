"""Decides values that were read apart, once per site: by what the certain values of the same column and host prove.

A task's agent decides among the readings of a text with the pages that it has read together. A frame may be made of
more: of pages that were read one by one, and of several tasks. Values that are still open there have their possible
readings in the report, and its columns have what their certain values prove.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from webrun_nb.extraction.values.settling import BY_SITE, Condition, proved_reading
from webrun_nb.wire.report import ReportBody, ReportedReading, ReportedValue

Shown = Mapping[tuple[str, str], frozenset[Condition]]
"""The conditions of readings that certain values prove, by column and host."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The records of an answer, with the values that could be decided."""

    records: Sequence[Any]
    readings: Mapping[tuple[int, str], str] = field(default_factory=dict)
    """How each decided value was read, by row and column."""


def shown_by(reports: Iterable[ReportBody]) -> Shown:
    """Return what the certain values of several answers prove."""
    found: dict[tuple[str, str], frozenset[Condition]] = {}
    for report in reports:
        for column in report.columns:
            for host, conditions in column.shows.items():
                key = (column.name, host)
                found[key] = found.get(key, frozenset()).union(conditions)
    return found


def settle(records: Sequence[Any], values: Iterable[ReportedValue], shown: Shown) -> Settled:
    """Decide the null values of records of which one reading is proved.

    Parameters
    ----------
    records : sequence of mapping
        The records of one answer.
    values : iterable of ReportedValue
        The sources of its values.
    shown : Shown
        What certain values prove, of this answer and others.
    """
    decided = {
        (value.row, value.column): reading
        for value in values
        if value.readings
        and value_at(records, value.row, value.column) is None
        and (reading := proved_reading(value.readings, shown.get((value.column, host_of(value.url)), ()))) is not None
    }
    if not decided:
        return Settled(records)
    made = [*records]
    for (row, column), reading in decided.items():
        made[row] = _with_value(made[row], column, reading)
    return Settled(made, {place: f"{reading.how} {BY_SITE}" for place, reading in decided.items()})


def value_at(records: Sequence[Any], row: int, column: str) -> Any:
    """Return a value of a record by the name of its column; `...` where the records have no such place."""
    record = records[row] if 0 <= row < len(records) else None
    if not isinstance(record, Mapping):
        return ...
    if column in record:
        return record[column]
    holder, _, name = column.rpartition(".")
    inner = record.get(holder) if holder else None
    return inner.get(name, ...) if isinstance(inner, Mapping) else ...


def host_of(url: str) -> str:
    """Return the host of an address; empty where it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _with_value(record: Mapping[str, Any], column: str, reading: ReportedReading) -> Mapping[str, Any]:
    if column in record:
        return {**record, column: reading.value}
    holder, _, name = column.rpartition(".")
    return {**record, holder: {**record[holder], name: reading.value}}

"""Converts answers to DataFrames with the types of a schema, and counts missing values.

The dtypes come from the schema alone, never from the values:

============  ===================  =================================================================
type          dtype               note
============  ===================  =================================================================
str, url      string
int           Int64
float         Float64              NaN and infinities don't fit
bool          boolean
date          datetime64[us]       midnight, no zone: works with `.dt`, plots and parquet; years 1 to 9999
datetime      datetime64[ns, UTC] a time without a zone is UTC, as the browsers run; years 1678 to 2261
enum          category             the schema's choices, in their order
money         Float64              the currency is in `attrs["webrun"]["currencies"]`, or, where rows
                                   differ, in a column `<name>_currency`
percent       Float64              5.5 is 5.5 %
quantity      Float64              the unit is in `attrs["webrun"]["units"]`, or, where rows differ, in a
                                   column `<name>_unit`
list          object               a list of values in their JSON form
range         object               a dict of `low` and `high` in their JSON form; None where the range is open
json          object               nested values of a JSON Schema or model: dicts, lists, mixed values, unchanged
============  ===================  =================================================================

A value that doesn't fit its column becomes `<NA>` (`NaT`, None) and is counted. No value is replaced by a default or
converted by a guess. The conversions are in `column_values`.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from webrun_nb.common.column_types import Column, ColumnType
from webrun_nb.common.json_schema import every_misfit
from webrun_nb.common.nullable_schema import with_nulls
from webrun_nb.tables.column_values import DTYPES, NO_RECORD, convert
from webrun_nb.tables.completeness import MOST_NAMED, Collected, Completeness, Misfit, named, nulls_of
from webrun_nb.tables.flat_records import flat_record, nested_record
from webrun_nb.tables.schema import ANSWER, Schema
from webrun_nb.tables.settling import Settled, Shown, settle, shown_by
from webrun_nb.wire.report import ReportBody

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["META_KEYS", "Measures", "measures_of", "to_frame"]

META_KEYS = ("task", "session", "url", "captured_at", "cost", "truncated")
"""Facts of a result that the caller passes. A key that is not passed is None in `attrs`."""
MOST_CHECKED = 100_000
"""The maximum number of things that do not fit the user's schema that are counted."""


def to_frame(
    data: Any,
    schema: Schema | None,
    *,
    meta: Mapping[str, Any],
    report: ReportBody | None = None,
    shown: Shown | None = None,
    measures_apart: bool = False,
) -> tuple[pd.DataFrame, Completeness]:
    """Convert an answer to a DataFrame.

    Parameters
    ----------
    data : JSON value
        The answer, parsed; a text answer as it is.
    schema : Schema or None
        The requested shape. None, or one without columns (`any_records()`): records become rows under their
        own field names as text (dtype string); anything else becomes one row with the column `answer`.
    meta : mapping
        `META_KEYS` and other facts to keep; values are JSON, `Decimal`, `date` or `datetime`.
    report : ReportBody, optional
        What the answer rests on, at least its values that have a reason. Nulls of which it proves a reading have it.
    shown : Shown, optional
        What certain values prove, of several answers that become one frame; by default those of this report.
    measures_apart : bool
        Make a column of the currencies or units of each column of amounts, also where all rows share one: for a frame
        that is a part of a larger one.

    Returns
    -------
    (DataFrame, Completeness)
        `df.attrs["webrun"]` holds `meta`, `schema` (the JSON Schema or None), `completeness`, `currencies` and
        `units` as plain JSON, which `to_parquet` keeps.

    Raises
    ------
    TypeError
        `meta` holds a value that has no JSON form.
    """
    if schema is None or not schema.columns:
        columns, records = _open(data)
        required: tuple[str, ...] = ()
    else:
        columns = schema.columns
        answer = data if schema.many and isinstance(data, list) else [data]
        records = [{ANSWER: value} for value in answer] if schema.bare else answer
        if schema.flat:
            records = [flat_record(record, columns) for record in records]
        required = tuple(column.name for column in columns if not column.nullable)
    settled = Settled(records)
    if report is not None:
        settled = settle(records, report.values, shown_by([report]) if shown is None else shown)
    frame, common, completeness, lacking = _build(columns, settled.records, required, measures_apart)
    whole = [nested_record(each) for each in settled.records] if schema and schema.flat else settled.records
    misfits = [] if schema is None else _own_misfits(schema, whole, lacking)
    completeness = replace(
        completeness,
        incomplete_rows=len({each.row for each in misfits}.union(*(each.rows for each in lacking))),
        truncated=meta.get("truncated"),
        misfits=named([*(one for each in lacking for one in each.misfits()), *misfits], report),
        nulls={} if report is None else nulls_of(settled.records, report),
        settled=dict(Counter(column for _, column in settled.readings)),
        collected=None if report is None else Collected.of(report),
    )
    frame.attrs["webrun"] = {
        **dict.fromkeys(META_KEYS),
        **{key: _plain(value) for key, value in meta.items()},
        "schema": None if schema is None else _plain(schema.json_schema),
        "completeness": completeness.to_json(),
        **common,
    }
    return frame, completeness


# --- answers without columns --------------------------------------------------------------------------------


def _open(data: Any) -> tuple[tuple[Column, ...], list[Mapping[str, Any]]]:
    """Return the columns and records of an answer without a schema, with text as values."""
    found = [data] if isinstance(data, Mapping) else data
    if not isinstance(found, list) or not all(isinstance(record, Mapping) for record in found):
        found = [{ANSWER: data}]
    names = dict.fromkeys(name for record in found for name in record)
    columns = tuple(Column(name, ColumnType.STR, nullable=True) for name in names)
    return columns, [{name: _text(value) for name, value in record.items()} for record in found]


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _own_misfits(schema: Schema, records: Sequence[Any], lacking: Sequence[_Lacking]) -> list[Misfit]:
    """Return what the user's schema does not allow in records, if it allows less than what is sent.

    What is sent allows null in all places (`with_nulls`), so that one missing value does not cost all rows. The
    user's own schema is applied here, row by row. What a row is known to lack is not said twice.
    """
    if schema.bare or with_nulls(schema.json_schema) == schema.json_schema:
        return []
    known: dict[str, set[int]] = {"": {row for each in lacking for row in each.rows}}
    for each in lacking:
        known.setdefault(each.column, set()).update(each.rows)
    found = every_misfit(schema.json_schema, [*records] if schema.many else next(iter(records), None))
    made = []
    for path, why in islice(found, MOST_CHECKED):
        row, *place = path if schema.many else (0, *path)
        column = ".".join(map(str, place))
        if isinstance(row, int) and row < len(records) and row not in known.get(column, ()):
            made.append(Misfit(row, column, why))
    return made


# --- building -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Lacking:
    """The rows that lack a value of one column, and the reason."""

    column: str
    rows: Sequence[int]
    why: str

    def misfits(self) -> list[Misfit]:
        """Return the first of them, as many as are named."""
        return [Misfit(row, self.column, self.why) for row in self.rows[:MOST_NAMED]]


@dataclass(frozen=True, slots=True)
class Measures:
    """The column of a frame that has the currencies or units of a column of amounts, where rows differ."""

    column: str
    common: str
    """The key in `attrs["webrun"]` of those that all rows share: `currencies` or `units`."""


_MEASURED = {ColumnType.MONEY: ("currency", "currencies"), ColumnType.QUANTITY: ("unit", "units")}
"""The types of amounts: the end of the name of the column beside it, and the key of what all rows share."""


def measures_of(columns: Sequence[Column]) -> dict[str, Measures]:
    """Return the columns of currencies and units, by the column of amounts that they belong to."""
    taken = {column.name for column in columns}
    found = {}
    for column in columns:
        if column.type in _MEASURED:
            word, common = _MEASURED[column.type]
            beside = f"{column.name}_{word}"
            while beside in taken:
                beside += "_"
            found[column.name] = Measures(beside, common)
    return found


def _build(
    columns: Sequence[Column], records: Sequence[Any], required: Sequence[str], measures_apart: bool
) -> tuple[pd.DataFrame, dict[str, dict[str, str]], Completeness, list[_Lacking]]:
    """Return the frame, the currencies and units that all rows of a column share, the counts, and what doesn't fit."""
    import pandas as pd

    missing: dict[str, int] = {}
    unfit: dict[str, int] = {}
    lacking: list[_Lacking] = []
    series: dict[str, Any] = {}
    common: dict[str, dict[str, str]] = {"currencies": {}, "units": {}}
    taken = {column.name for column in columns}
    measures = measures_of(columns)
    found = (
        records
        if set(map(type, records)) <= {dict}
        else [each if isinstance(each, Mapping) else None for each in records]
    )
    for column in columns:
        name = column.name
        given = [NO_RECORD if record is None else record.get(name) for record in found]
        values, unfit_rows = convert(column, given)
        missing_rows = [row for row, value in enumerate(given) if value is None]
        missing[name], unfit[name] = len(missing_rows), len(unfit_rows)
        lacking.append(_Lacking(name, unfit_rows, f"it is no {column.type.label}"))
        if name in required:
            lacking.append(_Lacking(name, missing_rows, "no value"))
        if name in measures:
            series.update(_amount_series(name, measures[name], values, common, apart=measures_apart))
        else:
            series[name] = _series(column, values)
    fields = dict.fromkeys(chain.from_iterable(record for record in found if record is not None))
    unexpected = [str(name) for name in fields if name not in taken]
    frame = pd.DataFrame(series, index=pd.RangeIndex(len(records)), columns=list(series) or None)
    typed = tuple(column.name for column in columns if column.type not in (ColumnType.STR, ColumnType.JSON))
    counted = Completeness(len(records), 0, missing, unfit, tuple(required), tuple(unexpected), typed)
    return frame, common, counted, lacking


def _series(column: Column, values: list[Any]) -> Any:
    """Return the values of a column that has no currencies or units."""
    import pandas as pd

    match column.type:
        case ColumnType.ENUM:
            return pd.Categorical(values, categories=list(column.choices))
        case ColumnType.DATETIME:
            # Naive UTC first: the constructor for aware values differs between pandas 2 and 3.
            return pd.Series(values, dtype="datetime64[ns]").dt.tz_localize("UTC")
        case other:
            return pd.Series(values, dtype=DTYPES[other])


def _amount_series(
    name: str, measures: Measures, values: list[Any], common: dict[str, dict[str, str]], *, apart: bool
) -> dict[str, Any]:
    """Return the amounts. The currency or unit of all is added to `common`; different ones become a column."""
    import pandas as pd

    amounts = [None if value is None else value[0] for value in values]
    found = {value[1] for value in values if value is not None}
    made: dict[str, Any] = {name: pd.array(amounts, dtype="Float64")}
    if len(found) > 1 or apart:
        made[measures.column] = pd.array([None if value is None else value[1] for value in values], dtype="string")
    for code in found if len(found) == 1 else ():
        if code is not None:
            common[measures.common][name] = code
    return made


# --- provenance ---------------------------------------------------------------------------------------------


def _plain(value: Any) -> Any:
    """Return a value as plain JSON: `to_parquet` refuses anything else in `attrs`."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float | Decimal):
        number = float(value)
        return number if math.isfinite(number) else None
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    raise TypeError(f"a {type(value).__name__} can't be kept in a frame's attrs")

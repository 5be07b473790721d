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
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Any

from webrun_nb.common.column_types import Column, ColumnType
from webrun_nb.tables.column_values import DTYPES, NO_RECORD, convert
from webrun_nb.tables.schema import ANSWER, Schema

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["META_KEYS", "Completeness", "to_frame"]

META_KEYS = ("task", "session", "url", "captured_at", "cost", "truncated")
"""Facts of a result that the caller passes. A key that is not passed is None in `attrs`."""


@dataclass(frozen=True, slots=True)
class Completeness:
    """Counts of the values that a frame lacks.

    Parameters
    ----------
    rows : int
        Rows of the frame.
    incomplete_rows : int
        Rows that lack a required value, or that have a value that did not fit.
    missing : dict of str to int
        Per column: values that were null or absent, whether allowed (`?`) or not.
    unfit : dict of str to int
        Per column: values that were present and did not fit the column's type.
    required : tuple of str
        Columns written without `?`.
    unexpected : tuple of str
        Fields of records that the schema has no column for; they are not in the frame.
    typed : tuple of str
        Columns that are not plain text. In these an agent also returns null for a value that does not fit.
    truncated : dict of str to int, optional
        For an answer cut by a token limit: `returned` and `of`, in rows (for a text: in characters).
    """

    rows: int
    incomplete_rows: int
    missing: dict[str, int]
    unfit: dict[str, int]
    required: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    typed: tuple[str, ...] = ()
    truncated: Mapping[str, int] | None = None

    @property
    def complete(self) -> bool:
        """True if no row is incomplete and the answer was not truncated."""
        return self.incomplete_rows == 0 and self.truncated is None

    def to_json(self) -> dict[str, Any]:
        """Return the counts as plain JSON values."""
        names = {name: list(getattr(self, name)) for name in ("required", "unexpected", "typed")}
        return {**asdict(self), **names}


def to_frame(data: Any, schema: Schema | None, *, meta: Mapping[str, Any]) -> tuple[pd.DataFrame, Completeness]:
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
        required = tuple(column.name for column in columns if not column.nullable)
    frame, common, completeness = _build(columns, records, required)
    completeness = replace(completeness, truncated=meta.get("truncated"))
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


# --- building -----------------------------------------------------------------------------------------------


def _build(
    columns: Sequence[Column], records: Sequence[Any], required: Sequence[str]
) -> tuple[pd.DataFrame, dict[str, dict[str, str]], Completeness]:
    """Return the frame, the currencies and units that all rows of a column share, and the counts."""
    import pandas as pd

    missing: dict[str, int] = {}
    unfit: dict[str, int] = {}
    incomplete: set[int] = set()
    series: dict[str, Any] = {}
    common: dict[str, dict[str, str]] = {"currencies": {}, "units": {}}
    taken = {column.name for column in columns}
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
        incomplete.update(unfit_rows)
        if name in required:
            incomplete.update(missing_rows)
        series.update(_series(column, values, common, taken=taken))
    fields = dict.fromkeys(chain.from_iterable(record for record in found if record is not None))
    unexpected = [str(name) for name in fields if name not in taken]
    frame = pd.DataFrame(series, index=pd.RangeIndex(len(records)), columns=list(series) or None)
    typed = tuple(column.name for column in columns if column.type not in (ColumnType.STR, ColumnType.JSON))
    completeness = Completeness(
        len(records), len(incomplete), missing, unfit, tuple(required), tuple(unexpected), typed
    )
    return frame, common, completeness


def _series(column: Column, values: list[Any], common: dict[str, dict[str, str]], *, taken: set[str]) -> dict[str, Any]:
    """Return the series of a column, and that of its currencies or units if they differ."""
    import pandas as pd

    match column.type:
        case ColumnType.MONEY:
            return _amount_series(column.name, "currency", values, common["currencies"], taken)
        case ColumnType.QUANTITY:
            return _amount_series(column.name, "unit", values, common["units"], taken)
        case ColumnType.ENUM:
            return {column.name: pd.Categorical(values, categories=list(column.choices))}
        case ColumnType.DATETIME:
            # Naive UTC first: the constructor for aware values differs between pandas 2 and 3.
            return {column.name: pd.Series(values, dtype="datetime64[ns]").dt.tz_localize("UTC")}
        case other:
            return {column.name: pd.Series(values, dtype=DTYPES[other])}


def _amount_series(
    name: str, measure: str, values: list[Any], common: dict[str, str], taken: set[str]
) -> dict[str, Any]:
    """Return the amounts. The currency or unit of all is added to `common`; different ones become a column."""
    import pandas as pd

    amounts = [None if value is None else value[0] for value in values]
    found = {value[1] for value in values if value is not None}
    made: dict[str, Any] = {name: pd.array(amounts, dtype="Float64")}
    if len(found) > 1:
        beside = f"{name}_{measure}"
        while beside in taken:
            beside += "_"
        made[beside] = pd.array([None if value is None else value[1] for value in values], dtype="string")
    for code in found if len(found) == 1 else ():
        if code is not None:
            common[name] = code
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

"""Writes a table in parts: to Parquet, CSV, Excel and DuckDB, with the columns and types of the whole table.

A writer takes the parts one after the other and keeps none of them. The facts of the whole table that it needs are
known before the first part is written (`TableShape`). The libraries are imported when they are needed.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from webrun_nb.client.errors import ArgumentError
from webrun_nb.common.column_types import RANGE_ENDS
from webrun_nb.common.text import one_line

if TYPE_CHECKING:
    import pyarrow as pa

EXCEL_ROWS = 1_048_576
"""The rows of a sheet of Excel, its header included."""
EXCEL_COLUMNS = 16_384
EXCEL_CHARACTERS = 32_767
"""The longest text of a cell of Excel."""
_EXACT_DIGITS = 15
"""The digits of a number that Excel keeps."""
_FIRST_EXCEL_DAY = datetime(1900, 3, 1)
"""Excel has a day before it that never was: earlier dates would be others."""
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
"""Characters that a workbook has as `_x0007_`, and the beginning of a text that would be read as one."""
_OTHER_FORMATS = "write it with to_parquet, to_duckdb or to_csv"
_ATTRS_KEY = b"PANDAS_ATTRS"
"""The key of a Parquet file's metadata from which pandas reads `df.attrs`."""
_PANDAS_KEY = b"pandas"


@dataclass(frozen=True, slots=True)
class TableShape:
    """Facts of a whole table, known before its first part is written."""

    empty: pd.DataFrame
    """The table without its rows: its columns, their dtypes, its index, its `attrs`."""
    rows: int
    kinds: Mapping[str, ObjectKind]
    """The kinds of the values of the columns of dtype object."""
    days: frozenset[str]
    """The columns of points in time that are all midnight: dates."""


class TableWriter(Protocol):
    """Takes the parts of a table; their columns and dtypes are those of its shape."""

    def write(self, part: pd.DataFrame) -> None:
        """Write the next rows."""

    def finish(self) -> None:
        """Complete the table, once all rows are written."""

    def close(self) -> None:
        """Release the file, also after a failure."""


# --- values of dtype object -------------------------------------------------------------------------------------------


class ObjectKind:
    """The type, in Arrow, of the values of a column of dtype object, found part by part.

    Lists of plain values, ranges, and plain values keep their type. What has no type that all values share without a
    change, such as records, is written as JSON.
    """

    def __init__(self) -> None:
        self._type: pa.DataType | None = None
        self._is_text = False

    def add(self, values: pd.Series[Any]) -> None:
        """Take the values of a part into account."""
        import pyarrow as pa

        if self._is_text:
            return
        try:
            found = pa.array(values, from_pandas=True).type
            known = found if self._type is None else self._type
            merged = pa.unify_schemas(
                [pa.schema([("values", known)]), pa.schema([("values", found)])], promote_options="permissive"
            )
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
            self._is_text = True
            return
        self._type = merged.field("values").type
        self._is_text = not _is_kept(self._type)

    @property
    def type(self) -> pa.DataType:
        """The type of the column in the file."""
        import pyarrow as pa

        return pa.string() if self._is_text or self._type is None else self._type

    def given(self, values: pd.Series[Any]) -> pd.Series[Any]:
        """Return values as they are written."""
        return values.map(_json, na_action="ignore") if self._is_text else values


def _is_kept(kind: pa.DataType) -> bool:
    """Return whether values of a type are the same in a file: records of other fields than a range's are not."""
    import pyarrow as pa

    if pa.types.is_struct(kind):
        fields = [kind.field(number) for number in range(kind.num_fields)]
        return [each.name for each in fields] == [*RANGE_ENDS] and all(_is_kept(each.type) for each in fields)
    return _is_kept(kind.value_type) if pa.types.is_list(kind) else True


def json_text(value: Any) -> str:
    """Return a value of a column of dtype object as text: a text as it is, anything else as JSON.

    >>> json_text(["a", 1]), json_text("a")
    ('["a", 1]', 'a')
    """
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


# --- Parquet and DuckDB -----------------------------------------------------------------------------------------------


def arrow_schema(shape: TableShape) -> pa.Schema:
    """Return the schema of a table in Arrow, with what pandas reads: dtypes, index and `attrs`."""
    import pyarrow as pa

    schema = pa.Schema.from_pandas(shape.empty)
    for name, kind in shape.kinds.items():
        schema = schema.set(schema.get_field_index(name), pa.field(name, kind.type))
    about = json.loads(schema.metadata[_PANDAS_KEY])
    for level in about["index_columns"]:
        if isinstance(level, dict):  # a range: its end is that of the whole table
            level["stop"] = level["start"] + shape.rows * level["step"]
    attrs = json.dumps(shape.empty.attrs).encode()
    return schema.with_metadata({**schema.metadata, _PANDAS_KEY: json.dumps(about).encode(), _ATTRS_KEY: attrs})


class _ArrowParts:
    """Converts the parts of a table to Arrow."""

    def __init__(self, shape: TableShape) -> None:
        self._kinds = shape.kinds
        self._has_index = not isinstance(shape.empty.index, pd.RangeIndex)
        self.schema = arrow_schema(shape)
        self.empty = self.table(shape.empty)

    def table(self, part: pd.DataFrame) -> pa.Table:
        import pyarrow as pa

        given = part.assign(**{name: kind.given(part[name]) for name, kind in self._kinds.items()})
        made = pa.Table.from_pandas(given, schema=self.schema, preserve_index=self._has_index)
        return made.replace_schema_metadata(self.schema.metadata)


class ParquetWriter:
    """A Parquet file that has a row group for each part, and what pandas keeps: dtypes, index, `attrs`."""

    def __init__(self, path: Path, shape: TableShape) -> None:
        import pyarrow.parquet as pq

        self._parts = _ArrowParts(shape)
        self._file = pq.ParquetWriter(path, self._parts.schema)

    def write(self, part: pd.DataFrame) -> None:
        """Write the next rows."""
        self._file.write_table(self._parts.table(part))

    def finish(self) -> None:
        """Nothing is left to do."""

    def close(self) -> None:
        """Write the file's end."""
        self._file.close()


class DuckDbWriter:
    """A table of a DuckDB file, written in one transaction: other readers see all of it, or nothing of it.

    Parameters
    ----------
    path : Path
        The file, which may have other tables.
    shape : TableShape
    table : str
        The name of the table.
    replace : bool
        Replace a table of that name.

    Raises
    ------
    ArgumentError
        The file is no DuckDB file, is in use, or has something of that name.
    """

    def __init__(self, path: Path, shape: TableShape, table: str, *, replace: bool) -> None:
        import duckdb

        self._parts = _ArrowParts(shape)
        self._name = '"' + table.replace('"', '""') + '"'
        self._path = path
        try:
            self._database = duckdb.connect(str(path))
        except duckdb.Error as error:
            raise ArgumentError(f"{path} can't be opened with DuckDB: {one_line(str(error))}", "") from error
        try:
            self._execute("BEGIN")
            create = "CREATE OR REPLACE TABLE" if replace else "CREATE TABLE"
            self._execute(f"{create} {self._name} AS SELECT * FROM part", self._parts.empty)
        except duckdb.CatalogException as error:
            self.close()
            hint = "table= names another" if replace else "replace=True replaces a table, table= names another"
            raise ArgumentError(f"{path} has {table!r} already", hint) from error

    def write(self, part: pd.DataFrame) -> None:
        """Insert the next rows."""
        self._execute(f"INSERT INTO {self._name} SELECT * FROM part", self._parts.table(part))

    def finish(self) -> None:
        """Commit the table."""
        self._execute("COMMIT")

    def close(self) -> None:
        """Close the file; a table that was not committed is gone."""
        self._database.close()

    def _execute(self, statement: str, rows: pa.Table | None = None) -> None:
        import duckdb

        if rows is not None:
            self._database.register("part", rows)
        try:
            self._database.execute(statement)
        except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
            raise ArgumentError(f"{self._path} can't be written: {one_line(str(error))}", "") from error


# --- CSV --------------------------------------------------------------------------------------------------------------


class CsvWriter:
    """A CSV file in UTF-8: missing values are empty, lists and records JSON, points in time as ISO 8601 has them."""

    def __init__(self, path: Path, shape: TableShape) -> None:
        self._shape = shape
        self._file = path.open("w", encoding="utf-8", newline="")
        shape.empty.to_csv(self._file, index=False)

    def write(self, part: pd.DataFrame) -> None:
        """Write the next rows."""
        texts = {name: _as_text(part[name], self._shape) for name in part.columns if _needs_text(part[name])}
        part.assign(**texts).to_csv(self._file, index=False, header=False)

    def finish(self) -> None:
        """Nothing is left to do."""

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _needs_text(values: pd.Series[Any]) -> bool:
    return values.dtype == object or values.dtype.kind == "M"


def _as_text(values: pd.Series[Any], shape: TableShape) -> pd.Series[Any]:
    """Return values whose text would depend on the other values of their part, or be no data, as text."""
    if values.dtype == object:
        return values.map(json_text, na_action="ignore")
    if values.name in shape.days:
        return values.map(lambda moment: moment.date().isoformat(), na_action="ignore")
    return values.map(lambda moment: moment.isoformat(sep=" "), na_action="ignore")


# --- Excel ------------------------------------------------------------------------------------------------------------


class ExcelWriter:
    """A workbook with one sheet. Texts are texts: one that begins with `=` is no formula.

    Points in time are in UTC, as a sheet knows no zones. Lists and records are JSON. What a sheet would change is
    text: numbers of more than 15 digits, and dates before March 1900.

    Raises
    ------
    ArgumentError
        A sheet has no room for so many rows or columns.
    """

    def __init__(self, path: Path, shape: TableShape) -> None:
        from openpyxl import Workbook

        if shape.rows >= EXCEL_ROWS or len(shape.empty.columns) > EXCEL_COLUMNS:
            raise ArgumentError(
                f"a sheet of Excel has at most {EXCEL_ROWS - 1:,} rows below its header and {EXCEL_COLUMNS:,} columns; "
                f"the table has {shape.rows:,} and {len(shape.empty.columns):,}",
                _OTHER_FORMATS,
            )
        self._path = path
        self._days = shape.days
        self._row = 0
        self._saved = False
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet()
        self._sheet.append([self._cell(str(name), str(name)) for name in shape.empty.columns])

    def write(self, part: pd.DataFrame) -> None:
        """Write the next rows.

        Raises
        ------
        ArgumentError
            A text is longer than a cell can be.
        """
        columns = [str(name) for name in part.columns]
        values = [_excel_values(part[name], day=name in self._days) for name in part.columns]
        for row in zip(*values, strict=True):
            self._row += 1
            self._sheet.append([self._cell(value, column) for value, column in zip(row, columns, strict=True)])

    def finish(self) -> None:
        """Save the workbook."""
        self._saved = True
        self._book.save(self._path)

    def close(self) -> None:
        """Release the sheet's own temporary file, which saving it does."""
        if not self._saved:
            self.finish()

    def _cell(self, value: Any, column: str) -> Any:
        from openpyxl.cell import WriteOnlyCell

        if not isinstance(value, str):
            return value
        text = _NOT_IN_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", value)
        if len(text) > EXCEL_CHARACTERS:
            raise ArgumentError(
                f"row {self._row} below the header, column {column!r}: a cell of Excel has at most "
                f"{EXCEL_CHARACTERS:,} characters, this text has {len(text):,}",
                _OTHER_FORMATS,
            )
        cell = WriteOnlyCell(self._sheet, value=text)
        cell.data_type = "s"
        return cell


def _excel_values(values: pd.Series[Any], *, day: bool) -> list[Any]:
    """Return the values of a column as cells have them."""
    convert = partial(_excel_time, day=day) if values.dtype.kind == "M" else _excel_value
    return [None if missing else convert(value) for value, missing in zip(values.tolist(), values.isna(), strict=True)]


def _excel_value(value: Any) -> Any:
    """Return a value, as text where a cell would change it."""
    match value:
        case str() | bool():
            return value
        case int() if abs(value) < 10**_EXACT_DIGITS:
            return value
        case float() if math.isfinite(value):
            return value
        case int() | float():
            return str(value)
        case _:
            return json_text(value)


def _excel_time(moment: pd.Timestamp, *, day: bool) -> datetime | date | str:
    utc = (moment.tz_convert("UTC").tz_localize(None) if moment.tzinfo else moment).to_pydatetime(warn=False)
    if utc < _FIRST_EXCEL_DAY:
        return utc.date().isoformat() if day else utc.isoformat(sep=" ")
    return utc.date() if day else utc

"""Writes the table of a run to a file, in parts: Parquet, CSV, Excel or DuckDB.

A file is written beside its target and takes its place once it is whole; a table of DuckDB is one transaction.
"""

from __future__ import annotations

import contextlib
import importlib
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from webrun_nb.batch.run_table import RunTable, TableParts
from webrun_nb.batch.table_writers import (
    CsvWriter,
    DuckDbWriter,
    ExcelWriter,
    ObjectKind,
    ParquetWriter,
    TableShape,
    TableWriter,
)
from webrun_nb.client.errors import ArgumentError


@dataclass(frozen=True, slots=True)
class TableFormat:
    """A format that tables are written in."""

    label: str
    libraries: tuple[str, ...]
    """The packages that it needs beside pandas."""
    open: Callable[[Path, TableShape], TableWriter]
    keeps_index: bool = False
    """True if it has an index; otherwise the index becomes columns, but for one that only counts the rows."""
    needs_kinds: bool = False
    """True if each column needs a type that is known before its values are written."""
    is_database: bool = False
    """True if its file may hold more than the table."""


PARQUET = TableFormat("Parquet", ("pyarrow",), ParquetWriter, keeps_index=True, needs_kinds=True)
CSV = TableFormat("CSV", (), CsvWriter)
EXCEL = TableFormat("Excel", ("openpyxl",), ExcelWriter)


def duckdb_table(table: str, *, replace: bool) -> TableFormat:
    """Return the format of a table of a DuckDB file."""

    def open_table(path: Path, shape: TableShape) -> TableWriter:
        return DuckDbWriter(path, shape, table, replace=replace)

    return TableFormat("DuckDB", ("duckdb", "pyarrow"), open_table, needs_kinds=True, is_database=True)


def export(table: RunTable, path: str | Path, format: TableFormat) -> Path:
    """Write a table to a file, whole or not at all; return the file's path.

    Parameters
    ----------
    table : RunTable
        The table.
    path : str or Path
        The file. One that is there is replaced; a database gets the table beside those that it has.
    format : TableFormat
        Its format.

    Raises
    ------
    ArgumentError
        A library is missing, the file can't be written, or the format can't hold the table. The file is as it was.
    """
    _require(format)
    target = Path(path).expanduser()
    if target.is_dir():
        raise ArgumentError(f"{target} is a folder", "name a file in it")
    try:
        with table.parts(target.parent) as parts, _place(target, format) as place:
            writer = format.open(place, _shape(parts, table, format))
            try:
                for part in parts:
                    writer.write(part if format.keeps_index else _flat(part, table.index))
                writer.finish()
            finally:
                writer.close()
    except OSError as error:
        raise ArgumentError(f"{target} can't be written: {error.strerror or error}", "") from error
    return target


def _require(format: TableFormat) -> None:
    for library in format.libraries:
        try:
            importlib.import_module(library)
        except ModuleNotFoundError as error:
            hint = "%pip install 'webrun-nb[export]'"
            raise ArgumentError(f"{format.label} needs {library}, which is not installed", hint) from error


@contextlib.contextmanager
def _place(target: Path, format: TableFormat) -> Iterator[Path]:
    """Yield the path to write to, and make it the target's file at the end; after a failure, all is as it was."""
    if format.is_database:
        is_new = not target.exists()
        try:
            yield target
        except BaseException:
            if is_new:
                target.unlink(missing_ok=True)
            raise
        return
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        yield beside
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def _shape(parts: TableParts, table: RunTable, format: TableFormat) -> TableShape:
    """Return the facts of the whole table that its writer needs, from its parts."""
    rows = 0
    kinds: dict[str, ObjectKind] = {}
    timed: set[str] = set()
    dated: dict[str, None] = {}
    empty: pd.DataFrame | None = None
    for part in parts:
        if not format.keeps_index:
            part = _flat(part, table.index)
        if empty is None:
            empty = part.iloc[:0]
            if format.keeps_index and part.index.nlevels == table.index.nlevels:
                empty.index = table.index[:0]  # a range stays one
        rows += len(part)
        for name, values in part.items():
            column = str(name)
            if values.dtype == object and format.needs_kinds:
                kinds.setdefault(column, ObjectKind()).add(values)
            elif values.dtype.kind == "M" and not isinstance(values.dtype, pd.DatetimeTZDtype):
                dated[column] = None
                timed |= {column} if (values.dropna() != values.dropna().dt.normalize()).any() else set()
    assert empty is not None, "a run has rows"
    return TableShape(empty, rows, kinds, frozenset(dated) - timed)


def _flat(part: pd.DataFrame, index: pd.Index) -> pd.DataFrame:
    """Return a part with its index as columns, unless it is the plain count of the rows."""
    counts = index.name is None and index.equals(pd.RangeIndex(len(index)))
    if counts and part.index.nlevels == 1:
        return part.reset_index(drop=True)
    names: list[str] = []
    for level, name in enumerate(part.index.names):
        chosen = str(name) if name is not None else ("index" if level == 0 else f"level_{level}")
        while chosen in names or chosen in part.columns:
            chosen += "_"
        names.append(chosen)
    return part.reset_index(names=names)

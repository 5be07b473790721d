"""Reads a file that a task downloaded as a DataFrame, and names the Python that opens it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import IO, TYPE_CHECKING, Any

from webrun_nb.common.text import one_line
from webrun_nb.notebook.syntax.errors import CommandError

if TYPE_CHECKING:
    import pandas as pd

_NULLABLE = {"dtype_backend": "numpy_nullable"}
_TEXT = {**_NULLABLE, "encoding": "utf-8-sig"}


@dataclass(frozen=True, slots=True)
class _TableFormat:
    """A format of tables: the pandas function that reads it."""

    function: str
    """`read_csv`"""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    written: str = ""
    """The arguments that a user has to write."""


_TABLES: Mapping[str, _TableFormat] = {
    ".csv": _TableFormat("read_csv", _TEXT),
    ".tsv": _TableFormat("read_csv", {**_TEXT, "sep": "\t"}, ', sep="\\t"'),
    ".json": _TableFormat("read_json"),
    ".jsonl": _TableFormat("read_json", {"lines": True}, ", lines=True"),
    ".ndjson": _TableFormat("read_json", {"lines": True}, ", lines=True"),
    ".parquet": _TableFormat("read_parquet", _NULLABLE),
    ".xlsx": _TableFormat("read_excel", _NULLABLE),
    ".xls": _TableFormat("read_excel", _NULLABLE),
}
_OTHERS = {
    ".zip": "zipfile.ZipFile({})",
    **dict.fromkeys((".txt", ".md", ".html", ".htm", ".xml", ".log"), "pathlib.Path({}).read_text()"),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".webp"), "IPython.display.Image({})"),
}
_ANYTHING = 'open({}, "rb")'
TABLE_SUFFIXES = frozenset(_TABLES)
"""The suffixes of files that a result's `files[0].df` reads as a table."""


def read_file(name: str, content: IO[bytes]) -> pd.DataFrame:
    """Return a file as a table; the suffix of its name says in which format it is.

    Raises
    ------
    CommandError
        It has another suffix, is broken, or needs a package that is not installed.
    """
    suffix = _suffix(name)
    table = _TABLES.get(suffix)
    if table is None:
        raise CommandError(
            f"{one_line(name)} is not a table ({', '.join(_TABLES)} are)", "read it with .open(), or .save(path)"
        )
    try:
        import pandas as pd

        frame: pd.DataFrame = getattr(pd, table.function)(content, **table.arguments)
        return frame
    except ImportError as error:
        raise CommandError(f"{one_line(name)} needs a package that is not installed", one_line(str(error))) from error
    except (ValueError, OSError) as error:  # pandas' own errors are all of these; their text may hold the file's
        raise CommandError(
            f"{one_line(name)} can't be read as {suffix}", "read it with .open(), or .save(path)"
        ) from error


def how_to_open(path: str) -> str:
    """Return the Python expression that opens a saved file."""
    written, suffix = json.dumps(path, ensure_ascii=not path.isprintable()), _suffix(path)
    if suffix in _TABLES:
        return f"pd.{_TABLES[suffix].function}({written}{_TABLES[suffix].written})"
    return _OTHERS.get(suffix, _ANYTHING).format(written)


def how_to_read(name: str, file: str) -> str:
    """Return the Python expression that reads a result's file, `webrun.last.files[0]`, without saving it."""
    return f"{file}.df" if _suffix(name) in TABLE_SUFFIXES else f"{file}.open()"


def size_text(size: int) -> str:
    """Return a number of bytes in words: `2 kB`."""
    if size < 1_000:
        return "1 byte" if size == 1 else f"{size} bytes"
    return f"{size / 1_000:.0f} kB" if size < 999_500 else f"{size / 1_000_000:.1f} MB"


def _suffix(name: str) -> str:
    return PurePath(name).suffix.lower()

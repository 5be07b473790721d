"""A file that a task downloaded, as a DataFrame."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import PurePath
from typing import IO

import pandas as pd

from webrun_nb.common.text import one_line
from webrun_nb.notebook.syntax.errors import CommandError


def _json_lines(content: IO[bytes]) -> pd.DataFrame:
    return pd.read_json(content, lines=True)


def _json(content: IO[bytes]) -> pd.DataFrame:
    return pd.read_json(content)


def _excel(content: IO[bytes]) -> pd.DataFrame:
    return pd.read_excel(content, dtype_backend="numpy_nullable")


def _csv(content: IO[bytes]) -> pd.DataFrame:
    return pd.read_csv(content, dtype_backend="numpy_nullable", encoding="utf-8-sig")


def _tsv(content: IO[bytes]) -> pd.DataFrame:
    return pd.read_csv(content, sep="\t", dtype_backend="numpy_nullable", encoding="utf-8-sig")


def _parquet(content: IO[bytes]) -> pd.DataFrame:
    return pd.read_parquet(content, dtype_backend="numpy_nullable")


_READERS: dict[str, Callable[[IO[bytes]], pd.DataFrame]] = {
    ".csv": _csv,
    ".tsv": _tsv,
    ".json": _json,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".parquet": _parquet,
    ".xlsx": _excel,
    ".xls": _excel,
}


def read_file(name: str, content: IO[bytes]) -> pd.DataFrame:
    """Return a file as a table, by the kind that its name says.

    Raises
    ------
    CommandError
        It is of another kind, broken, or needs a package that is not installed.
    """
    suffix = PurePath(name).suffix.lower()
    reader = _READERS.get(suffix)
    if reader is None:
        raise CommandError(
            f"{one_line(name)} is no table ({', '.join(_READERS)} are)", "read it with .open(), or .save(path)"
        )
    try:
        return reader(content)
    except ImportError as error:
        raise CommandError(f"{one_line(name)} needs a package that is not installed", one_line(str(error))) from error
    except (ValueError, OSError) as error:  # pandas' own errors are all of these; their text may hold the file's
        raise CommandError(
            f"{one_line(name)} can't be read as {suffix}", "read it with .open(), or .save(path)"
        ) from error


_TABLES = {
    ".csv": "pd.read_csv({})",
    ".tsv": 'pd.read_csv({}, sep="\\t")',
    ".json": "pd.read_json({})",
    ".jsonl": "pd.read_json({}, lines=True)",
    ".ndjson": "pd.read_json({}, lines=True)",
    ".parquet": "pd.read_parquet({})",
    ".xlsx": "pd.read_excel({})",
    ".xls": "pd.read_excel({})",
}
_OTHERS = {
    ".zip": "zipfile.ZipFile({})",
    **dict.fromkeys((".txt", ".md", ".html", ".htm", ".xml", ".log"), "pathlib.Path({}).read_text()"),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".webp"), "IPython.display.Image({})"),
}
_ANYTHING = 'open({}, "rb")'
TABLE_SUFFIXES = frozenset(_TABLES)
"""The kinds of files that a result's `files[0].df` reads as a table."""


def how_to_open(path: str) -> str:
    """Return the Python expression that opens a saved file."""
    expression = (_TABLES | _OTHERS).get(_suffix(path), _ANYTHING)
    return expression.format(json.dumps(path, ensure_ascii=not path.isprintable()))


def how_to_read(name: str, file: str) -> str:
    """Return the Python expression that reads a result's file, `webrun.last.files[0]`, without saving it."""
    return f"{file}.df" if _suffix(name) in TABLE_SUFFIXES else f"{file}.open()"


def size_text(size: int) -> str:
    """Return a number of bytes as people read it."""
    if size < 1_000:
        return "1 byte" if size == 1 else f"{size} bytes"
    return f"{size / 1_000:.0f} kB" if size < 999_500 else f"{size / 1_000_000:.1f} MB"


def _suffix(name: str) -> str:
    return PurePath(name).suffix.lower()

"""A file that a task downloaded, as a DataFrame."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import IO

import pandas as pd

from webrun_nb.client.errors import one_line
from webrun_nb.notebook.errors import CommandError


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

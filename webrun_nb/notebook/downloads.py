"""How a file that a task downloaded is opened, by the kind that its name says, and how its size is written."""

from __future__ import annotations

import json
from pathlib import PurePath

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

"""Records within records as columns with dotted names, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from webrun_nb.common.column_types import Column


def flat_record(record: Any, columns: Sequence[Column]) -> Any:
    """Return a record with the values of its columns under their dotted names.

    What no column asks for keeps its name, as does anything that is no record.

    >>> from webrun_nb.common.column_types import ColumnType
    >>> flat_record({"name": "Ada", "home": {"city": "Ulm"}}, [Column("home.city", ColumnType.STR)])
    {'home.city': 'Ulm', 'name': 'Ada'}
    """
    if not isinstance(record, Mapping):
        return record
    flat: dict[str, Any] = {}
    outer = set()
    for column in columns:
        if column.name in record:
            flat[column.name] = record[column.name]
            continue
        value: Any = record
        *around, last = column.name.split(".")
        for name in around:
            value = value.get(name) if isinstance(value, Mapping) else None
        flat[column.name] = value.get(last) if isinstance(value, Mapping) else None
        outer.add(column.name.split(".")[0])
    return flat | {name: value for name, value in record.items() if name not in outer and name not in flat}


def nested_record(record: Any) -> Any:
    """Return a flat record with its dotted names as records within it.

    >>> nested_record({"name": "Ada", "home.city": "Ulm"})
    {'name': 'Ada', 'home': {'city': 'Ulm'}}
    """
    if not isinstance(record, Mapping):
        return record
    whole: dict[str, Any] = {}
    for path, value in record.items():
        *around, last = path.split(".")
        inner = whole
        for name in around:
            inner = inner.setdefault(name, {})
        inner[last] = value
    return whole

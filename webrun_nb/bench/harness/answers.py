"""Schemas of records for raw requests, and the records of a task's answer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from webrun_nb.bench.results import BenchError


def records_schema(columns: Iterable[str]) -> dict[str, Any]:
    """Return the JSON Schema of a list of records that have text in all these columns."""
    properties = {column: {"type": "string"} for column in columns}
    record = {"type": "object", "properties": properties, "required": list(properties)}
    return {"type": "array", "items": record}


def structured_answer(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the records of a finished task.

    Raises
    ------
    BenchError
        It failed, or stopped to ask; the line says why.
    """
    if body.get("status") != "complete":
        raise BenchError(f"a task did not finish ({body.get('code') or body.get('type')}): {body.get('message')}")
    records: list[dict[str, Any]] = json.loads(body["data"]["message"])
    return records

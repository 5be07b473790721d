"""From what an agent found to the `message` of a completed task (contract, section 4)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from webrun_nb.agents.base import AgentError, Finish
from webrun_nb.agents.tokens import estimate_tokens
from webrun_nb.wire.json_schema import first_misfit
from webrun_nb.wire.requests import TaskFields

_MISMATCH: Final = "OUTPUT_SCHEMA_MISMATCH"


def write_answer(fields: TaskFields, finish: Finish) -> str:
    """Return the message: markdown, JSON valid against the schema, or RFC 4180 CSV; at most `maxOutputTokens` long.

    A structured answer is shortened by whole records, so that it stays valid.

    Raises
    ------
    AgentError
        `OUTPUT_SCHEMA_MISMATCH`: the answer does not fit the schema, or can't be shortened so that it does.
    """
    if fields.output_type == "text":
        return _shorten_text(finish.text, fields.max_output_tokens)
    if fields.output_type == "structured_csv":
        columns = csv_columns(fields.output_schema)
        return _shortest(list(finish.data or []), lambda rows: _csv(columns, rows), fields.max_output_tokens)
    schema = fields.output_schema
    assert isinstance(schema, Mapping), "the request's validation has seen to it"
    validate(finish.data, schema)
    text = _json(finish.data)
    if estimate_tokens(text) <= fields.max_output_tokens:
        return text
    if not isinstance(finish.data, list):
        raise AgentError(_MISMATCH, f"the answer is longer than maxOutputTokens ({fields.max_output_tokens:g}) allows")
    shortened = _shortest(finish.data, _json, fields.max_output_tokens)
    validate(json.loads(shortened), schema)
    return shortened


def csv_columns(schema: Mapping[str, Any] | Sequence[str] | None) -> list[str]:
    """Return the columns of a structured_csv answer: those listed, or the properties of a JSON Schema's records."""
    if schema is None:
        return []
    if not isinstance(schema, Mapping):
        return list(schema)
    record = schema.get("items", schema)
    properties = record.get("properties", {}) if isinstance(record, Mapping) else {}
    return list(properties)


def validate(data: Any, schema: Mapping[str, Any]) -> None:
    """Check an answer against its JSON Schema.

    Raises
    ------
    AgentError
        `OUTPUT_SCHEMA_MISMATCH`; details name the place.
    """
    misfit = first_misfit(schema, data)
    if misfit is not None:
        place, reason = misfit
        raise AgentError(_MISMATCH, f"the answer does not fit the schema: at {place}: {reason}", {"path": place})


def _shortest(rows: list[Any], write: Any, max_tokens: float) -> str:
    """Write as many rows as fit, found by bisection."""
    text: str = write(rows)
    if estimate_tokens(text) <= max_tokens:
        return text
    fits, too_many = 0, len(rows)
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        if estimate_tokens(write(rows[:middle])) <= max_tokens:
            fits = middle
        else:
            too_many = middle
    shortened: str = write(rows[:fits])
    return shortened


def _shorten_text(text: str, max_tokens: float) -> str:
    if estimate_tokens(text) <= max_tokens:
        return text
    fits, too_long = 0, len(text)
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if estimate_tokens(text[:middle]) <= max_tokens:
            fits = middle
        else:
            too_long = middle
    return text[:fits]


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False)


def _csv(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)  # RFC 4180: commas, doubled quotes, CRLF
    writer.writerow(columns)
    writer.writerows([["" if row.get(c) is None else row[c] for c in columns] for row in rows])
    return out.getvalue()

"""The writer of a completed task's answer, from what the agent found (contract, section 4)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from webrun_nb.agents.base import AgentError, Finish
from webrun_nb.agents.tokens import estimate_tokens
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.json_schema import first_misfit
from webrun_nb.emulator.domain.task import Answer, Truncation
from webrun_nb.wire.requests import TaskFields

_MISMATCH: Final = TaskFailureCode.OUTPUT_SCHEMA_MISMATCH


def write_answer(fields: TaskFields, finish: Finish) -> Answer:
    """Return the answer: markdown, JSON valid against the schema, or RFC 4180 CSV; at most `maxOutputTokens` long.

    A structured answer is truncated to whole records, so that it stays valid; the answer says how many are left.

    Raises
    ------
    AgentError
        `OUTPUT_SCHEMA_MISMATCH`: the answer does not fit the schema, or can't be truncated so that it does.
    """
    limit = fields.max_output_tokens
    if fields.output_type == "text":
        answer = _within(limit, len(finish.text), lambda count: finish.text[:count])
        return replace(answer, records=_records_beside_text(finish.data, limit))
    if fields.output_type == "structured_csv":
        columns, rows = csv_columns(fields.output_schema), list(finish.data or [])
        return _within(limit, len(rows), lambda count: _csv(columns, rows[:count]))
    schema = fields.output_schema
    assert isinstance(schema, Mapping), "the request's validation has seen to it"
    validate(finish.data, schema)
    whole = _json(finish.data)
    if limit is None or estimate_tokens(whole) <= limit:
        return Answer(whole)
    size, shorten = _records(finish.data)
    answer = _within(limit, size, lambda count: _json(shorten(count)))
    if not isinstance(finish.data, list) and estimate_tokens(answer.message) > limit:
        raise AgentError(_MISMATCH, f"the answer is longer than maxOutputTokens ({limit:g}) allows")
    validate(json.loads(answer.message), schema)
    return answer


def _records_beside_text(data: Any, limit: float | None) -> tuple[Mapping[str, Any], ...] | None:
    """Return the records that a text was written from, as many as a structured answer would have within the limit."""
    if not isinstance(data, list) or not all(isinstance(record, Mapping) for record in data):
        return None
    kept = _within(limit, len(data), lambda count: _json(data[:count])).truncation
    return tuple(data if kept is None else data[: kept.returned])


def _records(data: Any) -> tuple[int, Callable[[int], Any]]:
    """Return the number of records in an answer, and a function that returns it with fewer of them.

    The records are a list, or the one list in an object. Anything else has none and stays as it is.
    """
    if isinstance(data, list):
        return len(data), lambda count: data[:count]
    lists = [name for name, value in data.items() if isinstance(value, list)] if isinstance(data, Mapping) else []
    if len(lists) != 1:
        return 0, lambda _: data
    (name,) = lists
    return len(data[name]), lambda count: {**data, name: data[name][:count]}


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


def _within(limit: float | None, size: int, write: Callable[[int], str]) -> Answer:
    """Write as many of `size` rows or characters as fit into `limit` tokens, found by bisection."""
    whole = write(size)
    if limit is None or estimate_tokens(whole) <= limit:
        return Answer(whole)
    fits, too_many = 0, size
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        if estimate_tokens(write(middle)) <= limit:
            fits = middle
        else:
            too_many = middle
    return Answer(write(fits), Truncation(fits, size))


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False)


def _csv(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)  # RFC 4180: commas, doubled quotes, CRLF
    writer.writerow(columns)
    writer.writerows([["" if row.get(c) is None else row[c] for c in columns] for row in rows])
    return out.getvalue()

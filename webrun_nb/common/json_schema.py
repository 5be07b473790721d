"""JSON Schemas of answers, checked the same way by the toolkit and the emulator. Nothing is ever fetched for them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import jsonschema_rs


def schema_fault(schema: Mapping[str, Any]) -> str | None:
    """Say in one line why this is no JSON Schema; None where it is one."""
    try:
        return _fault(_text_of(schema))
    except ValueError as error:
        return " ".join(str(error).split())[:200]


@lru_cache(maxsize=64)
def _fault(text: str) -> str | None:
    try:
        jsonschema_rs.meta.validate(json.loads(text))
        _compiled(text)
    except jsonschema_rs.ValidationError as error:
        return _in_one_line(error)
    except (jsonschema_rs.ReferencingError, ValueError) as error:
        return " ".join(str(error).split())[:200]
    return None


def first_misfit(schema: Mapping[str, Any], data: Any) -> tuple[str, str] | None:
    """Return place and reason of the first thing in `data` that doesn't fit; None where all fits."""
    error = next(_validator(schema).iter_errors(data), None)
    return None if error is None else (_place(error), error.message[:200])


def every_misfit(schema: Mapping[str, Any], data: Any) -> Iterator[tuple[Sequence[str | int], str]]:
    """Yield the path of each thing in `data` that doesn't fit, and the reason; one by one, as there may be many."""
    for error in _validator(schema).iter_errors(data):
        yield error.instance_path, " ".join(error.message.split())[:200]


def _validator(schema: Mapping[str, Any]) -> Any:
    return _compiled(_text_of(schema))


def _text_of(schema: Mapping[str, Any]) -> str:
    try:
        return json.dumps(dict(schema))
    except TypeError as error:
        raise ValueError(f"it is not JSON: {error}") from error


@lru_cache(maxsize=64)
def _compiled(text: str) -> Any:
    """Return the validator of a schema in JSON: many tasks have the same one, and making it takes milliseconds."""
    return jsonschema_rs.validator_for(json.loads(text), retriever=_fetch_nothing)


def _fetch_nothing(uri: str) -> Any:
    raise ValueError("references to other documents are not followed")


def _in_one_line(error: jsonschema_rs.ValidationError) -> str:
    return f"at {_place(error)}: {' '.join(error.message.split())[:200]}"


def _place(error: jsonschema_rs.ValidationError) -> str:
    return "/".join(map(str, error.instance_path)) or "the top"

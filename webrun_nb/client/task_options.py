"""A task before it is sent: checked by the contract's own model, under its wire names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from pydantic import ValidationError

from webrun_nb.client.budget import Amount, limit_usd
from webrun_nb.client.errors import refusal
from webrun_nb.client.expectations import expected_statuses
from webrun_nb.client.result import ResultAdapter, Schema
from webrun_nb.client.urls import resolve_url
from webrun_nb.common.codes import ErrorCode
from webrun_nb.common.redacted import HostSecret, secrets_to_wire
from webrun_nb.wire.requests import TaskFields
from webrun_nb.wire.validation import contract_error


@dataclass(frozen=True, slots=True)
class JsonSchema:
    """A JSON Schema as it is, where no notebook layer reads schemas."""

    json_schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ask:
    """A task as it is going to be sent."""

    instruction: str
    url: str | None
    schema: Schema | None
    fields: Mapping[str, Any]
    """Under their wire names."""
    max_cost_usd: Decimal | None = None
    """Kept by us: the wire has no such field."""


def make_ask(
    text: str,
    *,
    base_url: str,
    url: str | None,
    schema: Schema | None,
    end: bool,
    timeout_ms: float | None,
    avoid_domains: tuple[str, ...],
    max_input_tokens: int | None,
    max_output_tokens: int | None,
    max_cost_usd: Amount | None = None,
    secrets: Sequence[HostSecret] = (),
    file_ids: Sequence[str] = (),
    expect: str | Sequence[str] = (),
) -> Ask:
    """Check a task by the contract's own model, before anything is started.

    Raises
    ------
    RequestError
        What the service would answer with 400.
    """
    url = None if url is None else resolve_url(url, base_url)
    given: dict[str, Any] = {
        "taskDetails": text,
        "startingPoint": url,
        "maxDuration": timeout_ms,
        "avoidDomains": list(avoid_domains) or None,
        "maxInputTokens": max_input_tokens,
        "maxOutputTokens": max_output_tokens,
        "terminateOnCompletion": end or None,
        "files": list(file_ids) or None,
        "emulator": {"expectStatus": statuses} if (statuses := expected_statuses(expect)) else None,
    }
    if not text.strip():
        raise refusal(400, ErrorCode.INVALID_TASK_DETAILS, "the task is empty")
    try:
        fields = TaskFields.model_validate({name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        code, message, details = contract_error(error.errors())
        raise refusal(400, code, message, details=details) from None
    # the schema itself is checked by who reads it and by the server: the checker takes a second to import
    shape = {} if schema is None else {"outputType": "structured_json", "outputSchema": dict(schema.json_schema)}
    confided = {"secrets": secrets_to_wire(secrets)} if secrets else {}
    return Ask(text, url, schema, {**fields.to_wire(), **shape, **confided}, limit_usd(max_cost_usd))


def read_schema(given: object, frames: ResultAdapter | None) -> Schema | None:
    """Read what an answer is to look like; without a notebook layer's `frames` it is a JSON Schema.

    Raises
    ------
    TypeError
        It is none. What `frames` can't read, it refuses in its own words.
    """
    if given is None:
        return None
    if frames is not None:
        return frames.read_schema(given)
    if isinstance(given, Mapping):
        return JsonSchema(given)
    if hasattr(given, "json_schema"):
        return cast(Schema, given)
    raise TypeError("without `frames` a schema is a JSON Schema (a dict)")

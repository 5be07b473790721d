"""Defines the body of an error (section 2), and turns the findings of pydantic into errors of the contract."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, ClassVar, Literal

from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from webrun_nb.common.codes import ErrorCode
from webrun_nb.wire.base import Response
from webrun_nb.wire.vocabulary import as_written, path_text

_LIMITS = {"ge": "min", "gt": "min", "min_length": "min", "le": "max", "lt": "max", "max_length": "max"}
_UNITS = {"maxDuration": "milliseconds"}
"""Units of limits, by the name of the field, where clients also use other ones."""
_OURS = frozenset(
    {"body", "newTask", "state", "guardrail", "interaction", "WebRun", "custom"}
    | {"takeOverControl", "releaseControl", "CLICK", "DOUBLE_CLICK", "TYPE", "KEY_PRESS", "SCROLL"}
)
"""Parts of a location that are FastAPI's or a union's (the values that tell its members apart), not the caller's."""
_NO_OBJECT = frozenset({"model_type", "model_attributes_type", "dict_type", "dict_attributes_type"})
_LONGEST_VALUE = 200
_SECRET = frozenset({"secrets", "proxy", "webhook", "text", "key", "modelKey", "prompt", "taskDetails"})


class ErrorBody(Response):
    """Every error's body."""

    left_out: ClassVar[frozenset[str]] = frozenset({"details"})

    success: Literal[False] = False
    message: str
    error: str
    code: str
    details: dict[str, Any] | None = None


class OpenAiErrorFields(Response):
    """The error in an `OpenAiErrorBody`."""

    message: str
    type: str
    code: str


class OpenAiErrorBody(Response):
    """Every error's body under `/v1` (section 11)."""

    error: OpenAiErrorFields


def missing(message: str = "{parameter} is required", *, within: Sequence[str | int] = ()) -> PydanticCustomError:
    """Return the error that becomes `MISSING_REQUIRED_FIELD`; see `invalid`."""
    return PydanticCustomError("webrun_missing", "{why}", {"why": message, "within": list(within)})


def invalid(
    message: str, value: object = None, *, within: Sequence[str | int] = (), parameter: str | None = None
) -> PydanticCustomError:
    """Return the error that becomes `INVALID_PARAMETER`, naming the parameter.

    Parameters
    ----------
    message : str
        The message; `{parameter}` in it becomes the parameter's name as the request wrote it.
    value : object, optional
        The value, for the error's details.
    within : sequence of str or int
        The path of the parameter within the object that is validated, where that is not the parameter itself.
    parameter : str, optional
        The whole path of the parameter, where the request's own words are known; by default the place of the error.
    """
    context = {"why": message, "value": value, "within": list(within), "written_as": parameter}
    return PydanticCustomError("webrun_invalid", "{why}", context)


def empty_instruction() -> PydanticCustomError:
    """Return the error that becomes `INVALID_TASK_DETAILS`."""
    return PydanticCustomError("webrun_task_details", "prompt is empty: say in plain English what to do")


def contract_error(findings: Sequence[Mapping[str, Any]], body: object) -> tuple[ErrorCode, str, dict[str, Any]]:
    """Return code, message and details for the first finding.

    Parameters
    ----------
    findings : sequence of mapping
        `ValidationError.errors()`, or FastAPI's form of it (locations that start with `body`).
    body : object
        The request's body as it came in: the error names fields as they are written there.

    Returns
    -------
    tuple
        `(code, message, details)`; code is `INVALID_PARAMETER`, `MISSING_REQUIRED_FIELD` or `INVALID_TASK_DETAILS`.
    """
    finding = findings[0]
    kind, context = str(finding["type"]), dict(finding.get("ctx") or {})
    location = [*finding.get("loc", ()), *context.get("within", ())]
    if kind in ("union_tag_not_found", "union_tag_invalid"):
        location.append(_tag(context))
    parameter = context.get("written_as") or _path(location, body, finding.get("input")) or "body"
    message = str(finding["msg"])
    if kind == "webrun_task_details":
        return ErrorCode.INVALID_TASK_DETAILS, message, {}
    if kind in ("missing", "union_tag_not_found"):
        return ErrorCode.MISSING_REQUIRED_FIELD, f"{parameter} is required", {"field": parameter}
    if kind == "webrun_missing":
        return ErrorCode.MISSING_REQUIRED_FIELD, message.replace("{parameter}", parameter), {"field": parameter}
    if kind == "json_invalid":
        return ErrorCode.INVALID_PARAMETER, "the body is not valid JSON", {"parameter": "body"}
    details: dict[str, Any] = {"parameter": parameter}
    if kind == "webrun_invalid":
        if context.get("value") is not None and not _may_be_secret(parameter):
            details["value"] = _short(context["value"])
        return ErrorCode.INVALID_PARAMETER, message.replace("{parameter}", parameter), details
    if kind in _NO_OBJECT:
        message = "expected a JSON object"
    if kind == "union_tag_invalid":
        details["value"] = _short(context["tag"])
        return ErrorCode.INVALID_PARAMETER, f"{parameter} must be one of {context['expected_tags']}", details
    if not _may_be_secret(parameter):
        details["value"] = _short(finding.get("input"))
    limits = {_LIMITS[name]: limit for name, limit in context.items() if name in _LIMITS}
    unit = _UNITS.get(parameter.rpartition(".")[2]) if limits else None
    text = f"{message[:1].lower()}{message[1:]}" + (f" {unit}" if unit else "")
    return ErrorCode.INVALID_PARAMETER, f"{parameter}: {text}", details | limits


def _may_be_secret(parameter: str) -> bool:
    """Return whether a parameter's value must not be repeated (section 6)."""
    return bool(_SECRET & set(re.split(r"[.\[]", parameter)))


def _tag(context: Mapping[str, Any]) -> str:
    """Return the name of the field that discriminates a union's members."""
    return to_camel(str(context["discriminator"]).split(" | ")[0].strip("'"))  # 'action_type' | 'actionType'


def _path(location: Sequence[Any], body: object, value: object) -> str:
    """Return a place as the request wrote it, and as people write it: `actionRules[2].match`."""
    parts = [part for part in location if part not in _OURS and not str(part).startswith("function-")]
    return path_text(as_written(parts, body, value))


def _short(value: object) -> object:
    if value is None or isinstance(value, (bool, int)) or (isinstance(value, float) and isfinite(value)):
        return value
    text = value if isinstance(value, str) else str(value) if isinstance(value, float) else type(value).__name__
    return text[:_LONGEST_VALUE].encode(errors="replace").decode()  # a lone surrogate could not be sent back

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

_LIMITS = {"ge": "min", "gt": "min", "min_length": "min", "le": "max", "lt": "max", "max_length": "max"}
_OURS = frozenset({"body", "newTask", "state", "guardrail", "interaction", "WebRun", "custom"})
"""Parts of a location that are FastAPI's or a union's, not the caller's."""
_LONGEST_VALUE = 200
_SECRET = frozenset({"secrets", "proxy", "webhook", "text", "key", "taskDetails"})


class ErrorBody(Response):
    """Every error's body."""

    left_out: ClassVar[frozenset[str]] = frozenset({"details"})

    success: Literal[False] = False
    message: str
    error: str
    code: str
    details: dict[str, Any] | None = None


def missing(field: str) -> PydanticCustomError:
    """Return the error that becomes `MISSING_REQUIRED_FIELD`."""
    return PydanticCustomError("webrun_missing", "{field} is required", {"field": field})


def invalid(parameter: str, message: str, value: object = None) -> PydanticCustomError:
    """Return the error that becomes `INVALID_PARAMETER`, naming the parameter."""
    return PydanticCustomError("webrun_invalid", "{why}", {"why": message, "parameter": parameter, "value": value})


def empty_instruction() -> PydanticCustomError:
    """Return the error that becomes `INVALID_TASK_DETAILS`."""
    return PydanticCustomError("webrun_task_details", "taskDetails is empty: say in plain English what to do")


def contract_error(findings: Sequence[Mapping[str, Any]]) -> tuple[ErrorCode, str, dict[str, Any]]:
    """Return code, message and details for the first finding.

    Parameters
    ----------
    findings : sequence of mapping
        `ValidationError.errors()`, or FastAPI's form of it (locations that start with `body`).

    Returns
    -------
    tuple
        `(code, message, details)`; code is `INVALID_PARAMETER`, `MISSING_REQUIRED_FIELD` or `INVALID_TASK_DETAILS`.
    """
    finding = findings[0]
    kind, context = str(finding["type"]), dict(finding.get("ctx") or {})
    path = _path(finding.get("loc", ()))
    message = str(finding["msg"])
    if kind == "webrun_task_details":
        return ErrorCode.INVALID_TASK_DETAILS, message, {}
    if kind in ("webrun_missing", "missing", "union_tag_not_found"):
        field = _missing_field(kind, path, context)
        return ErrorCode.MISSING_REQUIRED_FIELD, f"{field} is required", {"field": field}
    if kind == "webrun_invalid":
        details = {"parameter": context["parameter"]}
        if context.get("value") is not None and not _may_be_secret(context["parameter"]):
            details["value"] = _short(context["value"])
        return ErrorCode.INVALID_PARAMETER, message, details
    if kind == "json_invalid":
        return ErrorCode.INVALID_PARAMETER, "the body is not valid JSON", {"parameter": "body"}
    if kind == "union_tag_invalid":
        parameter = _tag(path, context)
        details = {"parameter": parameter, "value": _short(context["tag"])}
        return ErrorCode.INVALID_PARAMETER, f"{parameter} must be one of {context['expected_tags']}", details
    parameter = path or "body"
    details = {"parameter": parameter}
    if not _may_be_secret(parameter):
        details["value"] = _short(finding.get("input"))
    details |= {_LIMITS[name]: limit for name, limit in context.items() if name in _LIMITS}
    return ErrorCode.INVALID_PARAMETER, f"{parameter}: {message[:1].lower()}{message[1:]}", details


def _may_be_secret(parameter: str) -> bool:
    """Return whether a parameter's value must not be repeated (section 6)."""
    return bool(_SECRET & set(re.split(r"[.\[]", parameter)))


def _missing_field(kind: str, path: str, context: Mapping[str, Any]) -> str:
    if kind == "webrun_missing":
        return str(context["field"])
    return _tag(path, context) if kind == "union_tag_not_found" else path or "body"


def _tag(path: str, context: Mapping[str, Any]) -> str:
    """Return the path of the field that discriminates a union's members."""
    name = to_camel(str(context["discriminator"]).split(" | ")[0].strip("'"))  # 'action_type' | 'actionType'
    return f"{path}.{name}" if path else name


def _path(location: Sequence[Any]) -> str:
    """Return a place as people write it: `actionRules[2].match`."""
    parts = [part for part in location if part not in _OURS and not str(part).startswith("function-")]
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).removeprefix(".")


def _short(value: object) -> object:
    if value is None or isinstance(value, (bool, int)) or (isinstance(value, float) and isfinite(value)):
        return value
    text = value if isinstance(value, str) else str(value) if isinstance(value, float) else type(value).__name__
    return text[:_LONGEST_VALUE].encode(errors="replace").decode()  # a lone surrogate could not be sent back

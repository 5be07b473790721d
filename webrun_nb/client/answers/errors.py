"""Reads the body of an error in any of its forms: its text, and the code that it names or that its status means.

Documented are `{success, message}`, `{success, error, code, details}`, `{success, message, code}`, and OpenAI's
`{error: {message, type, code}}`. A gateway before the service answers with text or HTML.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from webrun_nb.client.answers.fields import Fields
from webrun_nb.common.codes import ErrorCode, TaskFailureCode

_OTHER_NAMES: Mapping[str, str] = {
    "INVALID_PARAMS": ErrorCode.INVALID_PARAMETER,
    "NO_INSTANCES_AVAILABLE": ErrorCode.INSTANCE_UNAVAILABLE,
    "TASK_ALREADY_RUNNING": ErrorCode.INVALID_STATE,
    "PAYMENT_FAILED": ErrorCode.INSUFFICIENT_BALANCE,
    "SESSION_NOT_ACTIVE": ErrorCode.SESSION_NOT_FOUND,
}
"""Codes of the documentation's other pages and of earlier emulators, and the ones that mean the same."""
_KNOWN = frozenset({*ErrorCode, *TaskFailureCode})

_BY_STATUS: Mapping[int, ErrorCode] = {
    401: ErrorCode.INVALID_API_KEY,
    402: ErrorCode.INSUFFICIENT_BALANCE,
    403: ErrorCode.ACCOUNT_DEACTIVATED,
    404: ErrorCode.NOT_FOUND,
    405: ErrorCode.METHOD_NOT_ALLOWED,
    409: ErrorCode.INVALID_STATE,
    429: ErrorCode.RATE_LIMIT_EXCEEDED,
    503: ErrorCode.INSTANCE_UNAVAILABLE,
}
"""The code that an HTTP status means where the body names none."""
SEND_MESSAGE = "/start/send-message"
SESSION_STATUS = "/start/session-status/"
_MISSING: Mapping[str, ErrorCode] = {
    SEND_MESSAGE: ErrorCode.SESSION_NOT_FOUND,
    SESSION_STATUS: ErrorCode.SESSION_NOT_FOUND,
    "/task/": ErrorCode.TASK_NOT_FOUND,
    "/environments": ErrorCode.ENVIRONMENT_NOT_FOUND,
    "/profiles": ErrorCode.ENVIRONMENT_NOT_FOUND,
    "/files": ErrorCode.FILE_NOT_FOUND,
}
"""The code that a 404 of the service means where its body names none, by the beginning of the path."""
_LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class ErrorAnswer:
    """An answer that refuses a request."""

    message: str
    """The server's text; the HTTP status in words where it has none."""
    code: str | None
    """The code that it names, by its name in the contract; None where it names none."""
    details: Mapping[str, Any] = field(default_factory=dict)
    is_service: bool = True
    """False for text and HTML, as gateways send them."""


def read_error(status: int, content: bytes, *, is_html: bool = False) -> ErrorAnswer:
    """Return what an answer says that refuses a request.

    Parameters
    ----------
    status : int
        Its HTTP status.
    content : bytes
        Its body.
    is_html : bool
        The body is HTML by its content type, which is not shown.
    """
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        body = None
    if isinstance(body, Mapping) and body:
        fields = Fields(body)
        return ErrorAnswer(error_text(fields) or _phrase(status), error_code(fields), fields.mapping("details") or {})
    text = content[: 4 * _LONGEST_TEXT].decode(errors="replace").strip()
    readable = "" if is_html or text.startswith("<") else text.partition("\n")[0][:_LONGEST_TEXT]
    return ErrorAnswer(readable or _phrase(status), None, {"status": status}, is_service=False)


def code_of(status: int, path: str, error: ErrorAnswer) -> str:
    """Return the code of an error: the one it names, else the one that follows from its status.

    A 404 of session-status means that the session is gone only where its text is about a session: the hosted service
    documents no such call, and a server without it answers 404 as well.

    Parameters
    ----------
    status : int
        The HTTP status.
    path : str
        The path of the request.
    error : ErrorAnswer
        The body.
    """
    if error.code is not None:
        return error.code
    if status == 404 and error.is_service:
        about_session = "session" in error.message.lower()
        for start, code in _MISSING.items():
            if path.startswith(start) and (about_session or start != SESSION_STATUS):
                return ErrorCode.SESSION_NOT_FOUND if start == "/task/" and about_session else code
    fallback = ErrorCode.INTERNAL_ERROR if status >= 500 else ErrorCode.INVALID_PARAMETER
    return _BY_STATUS.get(status, fallback)


def error_text(fields: Fields) -> str:
    """Return the text of an error, which is its `message` or its `error`, as text or in an object; may be empty."""
    for name in ("message", "error"):
        if (text := fields.text(name)) is not None:
            return text
        if nested := fields.fields(name):
            return error_text(nested) or json.dumps(nested.values)[:_LONGEST_TEXT]
    return ""


def error_code(fields: Fields) -> str | None:
    """Return the code that an error names, by its name in the contract; None where it names none."""
    for place in (fields, fields.fields("error")):
        code = place.values.get("code")
        if isinstance(code, str) and code:
            upper = code.upper()
            return _OTHER_NAMES.get(upper, upper if upper in _KNOWN else code)
    return None


def _phrase(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP status {status}"

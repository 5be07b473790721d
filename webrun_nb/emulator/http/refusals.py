"""The responses to refused requests: the contract's error body, or OpenAI's under `/v1` (sections 2 and 11)."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import JSONResponse

from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.serializers import sessions as serialize

_OPENAI_PATH = "/v1"


def is_openai_path(path: str) -> bool:
    """Return whether a path belongs to the API that is compatible with OpenAI's."""
    return path == _OPENAI_PATH or path.startswith(f"{_OPENAI_PATH}/")


def refusal(error: CommandRefusedError, path: str, status: int | None = None) -> JSONResponse:
    """Return the response to a refused request.

    Parameters
    ----------
    error : CommandRefusedError
        The error.
    path : str
        The path of the request, which decides on the form of the body.
    status : int, optional
        The HTTP status; by default that of the error's code.
    """
    headers: dict[str, str] = {}
    if "retryAfter" in error.details:
        headers = {
            "Retry-After": str(error.details["retryAfter"]),
            "X-RateLimit-Limit": str(error.details["limit"]),
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": str(error.details["reset"]),
        }
    return error_response(path, status or error.code.http_status, error.code, error.message, error.details, headers)


def error_response(
    path: str,
    status: int,
    code: str,
    message: str,
    details: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return a response with an error's body in the form that belongs to a path."""
    is_openai = is_openai_path(path)
    body = serialize.openai_error(status, code, message) if is_openai else serialize.error(code, message, details or {})
    return JSONResponse(body.to_wire(), status_code=status, headers=dict(headers or {}))

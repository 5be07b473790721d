"""The FastAPI application, and how errors leave it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from webrun_nb.common.codes import ErrorCode
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.http.middleware.gateway import refusal
from webrun_nb.emulator.http.routes import account, emulator, environments, policies, sessions
from webrun_nb.emulator.serializers import sessions as views
from webrun_nb.emulator.services.sessions import Service
from webrun_nb.emulator.storage.database import reason
from webrun_nb.wire.responses import ErrorBody
from webrun_nb.wire.validation import contract_error

_BEARER = "apiKey"
_NEEDS_NO_KEY = ("/start/health", "/task/")
_FASTAPIS_OWN = ("HTTPValidationError", "ValidationError")


def document(app: FastAPI) -> None:
    """Have `app` describe itself as the contract does: keys as bearer tokens, and bad input as a 400 (section 2)."""
    describe_by_fastapi = app.openapi

    def describe() -> dict[str, Any]:
        if app.openapi_schema is not None:
            return app.openapi_schema
        schema = describe_by_fastapi()
        components = schema["components"]
        components["securitySchemes"] = {_BEARER: {"type": "http", "scheme": "bearer"}}
        schema["security"] = [{_BEARER: []}]
        for name in _FASTAPIS_OWN:
            components["schemas"].pop(name, None)
        for path, operations in schema["paths"].items():
            for operation in operations.values():
                operation["responses"].pop("422", None)
                if path.startswith(_NEEDS_NO_KEY):
                    operation["security"] = []
        return schema

    app.openapi = describe  # type: ignore[method-assign]  # FastAPI's documented way to extend the description


log = logging.getLogger(__name__)

_RESOURCES = (account, sessions, environments, policies)
_CONTROL = (emulator,)
"""What `/_emulator/…` is (section 12)."""

_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorBody, "description": "An error, see `code`"}
    for status in sorted({code.http_status for code in ErrorCode})
}
"""The documented error responses of every endpoint."""


def make_app(service: Service, base_url: str | None, *, with_control: bool) -> FastAPI:
    """Put the endpoints together.

    Parameters
    ----------
    service : Service
        What does the work.
    base_url : str, optional
        Where this server is reached; poll URLs and socket URLs start with it. Without it: where the caller reached it.
    with_control : bool
        Whether `/_emulator/…` exists (section 12).
    """
    app = FastAPI(
        title="WebRun emulator",
        version=version("webrun-nb"),
        docs_url=None,
        redoc_url=None,
        responses=_ERRORS,
        redirect_slashes=False,
    )
    app.state.service = service
    app.state.base_url = base_url
    for resource in (*_RESOURCES, *(_CONTROL if with_control else ())):
        app.include_router(resource.router)
    document(app)
    app.add_exception_handler(CommandRefusedError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _no_such_call)
    app.add_exception_handler(OperationalError, _no_database)
    app.add_exception_handler(Exception, _defect)
    return app


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, CommandRefusedError)
    unknown_on_send = error.code == ErrorCode.SESSION_NOT_FOUND and request.url.path == "/start/send-message"
    return refusal(error, 401 if unknown_on_send else None)  # the one code with two statuses (section 2)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    code, message, details = contract_error(error.errors())
    return refusal(CommandRefusedError(code, message, **details))


_CODES_OF_STARLETTE: Mapping[int, ErrorCode] = {404: ErrorCode.NOT_FOUND, 405: ErrorCode.METHOD_NOT_ALLOWED}


async def _no_such_call(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = _CODES_OF_STARLETTE.get(error.status_code, ErrorCode.INVALID_PARAMETER)
    body = views.error(code, f"{request.method} {request.url.path[:100]}: {error.detail}", {})
    headers = {"Allow": _allowed(request)} if error.status_code == 405 else error.headers
    return JSONResponse(body.to_wire(), status_code=error.status_code, headers=headers)


def _allowed(request: Request) -> str:
    """Return the methods of a path; a path's methods are routes of their own, and each knows only itself."""
    routers = (resource.router for resource in (*_RESOURCES, *_CONTROL))
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    found = [route for route in routes if route.path_regex.fullmatch(request.url.path)]
    return ", ".join(sorted({method for route in found for method in route.methods or ()}))


async def _no_database(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, OperationalError)
    said = f"the emulator's database can't be used: {reason(error)}"
    log.error("%s %s: %s", request.method, request.url.path, said)
    return refusal(CommandRefusedError(ErrorCode.INSTANCE_UNAVAILABLE, said))


async def _defect(request: Request, error: Exception) -> JSONResponse:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    body = views.error(ErrorCode.INTERNAL_ERROR, "an unexpected error, see the emulator's log", {})
    # The server hangs up after a defect: unsaid, the client's next call on this connection would be reset.
    return JSONResponse(body.to_wire(), status_code=500, headers={"Connection": "close"})

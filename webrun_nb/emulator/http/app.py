"""The FastAPI application: its endpoints, its OpenAPI description, and the answers for errors."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from webrun_nb.common.codes import ErrorCode
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.http.dependencies import Services
from webrun_nb.emulator.http.middleware.gateway import HEALTH_PATH, SEND_MESSAGE_PATH, TASK_PATHS
from webrun_nb.emulator.http.refusals import error_response, is_openai_path, refusal
from webrun_nb.emulator.http.routes import account, emulator, environments, policies, sessions
from webrun_nb.emulator.storage.database import reason
from webrun_nb.wire.errors import ErrorBody, OpenAiErrorBody, contract_error
from webrun_nb.wire.vocabulary import TASK, as_written, path_parts, path_text

log = logging.getLogger(__name__)

_ROUTERS: tuple[APIRouter, ...] = (account.router, sessions.router, environments.router, policies.router)
"""The endpoints of the service. A new module of routes is added here."""
_CONTROL_ROUTERS: tuple[APIRouter, ...] = (emulator.router,)
"""The endpoints under `/_emulator` (section 12), which exist only where they are enabled."""

_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorBody, "description": "An error, see `code`"}
    for status in sorted({code.http_status for code in ErrorCode})
}
"""The documented error responses of every endpoint."""
_GONE = frozenset({ErrorCode.SESSION_NOT_FOUND, ErrorCode.SESSION_EXPIRED})
"""The codes that are a 401 on send-message."""
_CODES_OF_STARLETTE: Mapping[int, ErrorCode] = {404: ErrorCode.NOT_FOUND, 405: ErrorCode.METHOD_NOT_ALLOWED}

_BEARER = "apiKey"
_FASTAPIS_OWN = ("HTTPValidationError", "ValidationError")


def make_app(services: Services, base_url: str | None, *, with_control: bool) -> FastAPI:
    """Return the application.

    Parameters
    ----------
    services : Services
        Called by the endpoints.
    base_url : str, optional
        This server's address; poll URLs and socket URLs start with it. By default the one that the caller used.
    with_control : bool
        True to serve `/_emulator/…` (section 12).
    """
    app = FastAPI(
        title="WebRun emulator",
        version=version("webrun-nb"),
        docs_url=None,
        redoc_url=None,
        responses=_ERRORS,
        redirect_slashes=False,
    )
    app.state.services = services
    app.state.base_url = base_url
    for router in (*_ROUTERS, *(_CONTROL_ROUTERS if with_control else ())):
        app.include_router(router)
    _describe_as_the_contract(app)
    app.add_exception_handler(CommandRefusedError, _on_refused)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_unknown_call)
    app.add_exception_handler(OperationalError, _on_database_error)
    app.add_exception_handler(Exception, _on_defect)
    return app


# --- OpenAPI ----------------------------------------------------------------------------------------------------------


def _describe_as_the_contract(app: FastAPI) -> None:
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
                if is_openai_path(path):
                    _describe_openai_errors(operation)
                if path.startswith((HEALTH_PATH, TASK_PATHS)):
                    operation["security"] = []
        return schema

    app.openapi = describe  # type: ignore[method-assign]  # FastAPI's documented way to extend the description


def _describe_openai_errors(operation: dict[str, Any]) -> None:
    for status, described in operation["responses"].items():
        if status != "200":
            described["content"]["application/json"]["schema"] = OpenAiErrorBody.model_json_schema()


# --- errors -----------------------------------------------------------------------------------------------------------


async def _on_refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, CommandRefusedError)
    error = await _named_as_written(error, request)
    gone_on_send = error.code in _GONE and request.url.path == SEND_MESSAGE_PATH
    return refusal(error, request.url.path, 401 if gone_on_send else None)  # the codes with two statuses (section 2)


async def _named_as_written(error: CommandRefusedError, request: Request) -> CommandRefusedError:
    """Return an error that names a task's field as the request wrote it: services know one name for each."""
    parameter = error.details.get("parameter")
    if not isinstance(parameter, str) or not parameter.startswith(f"{TASK}."):
        return error
    parts = path_parts(parameter)
    if request.url.path == SEND_MESSAGE_PATH:
        parts.insert(0, "message")
    written = path_text(as_written(parts, await request.json()))
    return CommandRefusedError(
        error.code, str(error).replace(parameter, written), **{**error.details, "parameter": written}
    )


async def _on_invalid_request(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    code, message, details = contract_error(error.errors(), error.body)
    return refusal(CommandRefusedError(code, message, **details), request.url.path)


async def _on_unknown_call(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = _CODES_OF_STARLETTE.get(error.status_code, ErrorCode.INVALID_PARAMETER)
    message = f"{request.method} {request.url.path[:100]}: {error.detail}"
    if error.status_code == 400:  # FastAPI's word for a body that can't even be parsed
        body_error = CommandRefusedError(code, "the body is not valid JSON", parameter="body")
        return refusal(body_error, request.url.path)
    headers = {"Allow": _allowed_methods(request)} if error.status_code == 405 else error.headers
    return error_response(request.url.path, error.status_code, code, message, headers=headers)


def _allowed_methods(request: Request) -> str:
    """Return the methods of a path; each method of a path is a route of its own, and knows only itself."""
    all_routes = (route for router in (*_ROUTERS, *_CONTROL_ROUTERS) for route in router.routes)
    routes = [route for route in all_routes if isinstance(route, APIRoute)]
    found = [route for route in routes if route.path_regex.fullmatch(request.url.path)]
    return ", ".join(sorted({method for route in found for method in route.methods or ()}))


async def _on_database_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, OperationalError)
    message = f"the emulator's database can't be used: {reason(error)}"
    log.error("%s %s: %s", request.method, request.url.path, message)
    return refusal(CommandRefusedError(ErrorCode.INSTANCE_UNAVAILABLE, message), request.url.path)


async def _on_defect(request: Request, error: Exception) -> JSONResponse:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    message = "an unexpected error, see the emulator's log"
    # Uvicorn closes the connection after a defect: without this header the client's next call on it would be reset.
    headers = {"Connection": "close"}
    return error_response(request.url.path, 500, ErrorCode.INTERNAL_ERROR, message, headers=headers)

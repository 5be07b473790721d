"""The live view: a socket for frames and input (contract, section 12), and the page of `webViewURL` (section 10).

A viewer authenticates with the `Authorization` header or, as a page can't set one, with its first message: with the API
key, or with the token of the session's live view. The page is public, and the same for every id: it takes the token
from the fragment of its own address, which is sent to no server, and shows nothing without it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
from importlib.resources import files
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from webrun_nb.common import screencast_assets
from webrun_nb.common.codes import ErrorCode
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.services.accounts import Keys
from webrun_nb.emulator.services.history import History
from webrun_nb.emulator.services.sessions import Sessions
from webrun_nb.emulator.services.signing import VIEW_PATH, WebViewLinks
from webrun_nb.emulator.services.view_stream import LiveViews, Viewer
from webrun_nb.wire.base import Request
from webrun_nb.wire.errors import contract_error
from webrun_nb.wire.requests import Interact

log = logging.getLogger(__name__)

_SOCKET_PATH = f"{VIEW_PATH}/socket"
_CONTROL_SOCKET = re.compile(r"/_emulator/sessions/(?P<id>[^/]{1,64})/view", re.ASCII)
_HELLO_WITHIN_S = 10.0
_MAX_MESSAGE = 70_000
"""The maximum length of a message, in characters: the longest text that can be typed at once, and its envelope."""
_CLOSE_CODES = {
    ErrorCode.UNAUTHORIZED: 4401,
    ErrorCode.INVALID_API_KEY: 4401,
    ErrorCode.SESSION_NOT_FOUND: 4404,
}
_OVER = 1000
_ENDED = 4409
_UNREADABLE = 1008
_REFUSED = 4400

_STATIC = files("webrun_nb.emulator.http") / "static"


def _text(name: str) -> str:
    return (_STATIC / name).read_text(encoding="utf-8")


_SCRIPTS = {"view.js": _text("view.js"), **screencast_assets.modules()}
_FILES = {
    "/view/assets/view.css": ("text/css; charset=utf-8", screencast_assets.STYLE + _text("view.css")),
    **{f"/view/assets/{name}": ("text/javascript; charset=utf-8", text) for name, text in _SCRIPTS.items()},
}
_HTML = _text("view.html")


class ViewerHello(Request):
    """The first message of a viewer that sent no `Authorization` header: with the API key, or the session's token."""

    type: Literal["hello"]
    key: str | None = Field(None, max_length=1_000, repr=False)
    token: str | None = Field(None, max_length=1_000, repr=False)


class ViewerMessage(Request):
    """A later message of a viewer."""

    model_config = ConfigDict(hide_input_in_errors=True)

    type: Literal["ack", "visible", "pace", "input"]
    visible: bool = True
    fps: float = Field(8.0, gt=0, le=1_000)
    action: dict[str, Any] = Field(default_factory=dict, repr=False)


_VIEWER_MESSAGE: TypeAdapter[ViewerMessage] = TypeAdapter(ViewerMessage)


class LiveView:
    """The ASGI application for `/view/…`, and for the same socket under `/_emulator`.

    Parameters
    ----------
    sessions, history, views : Sessions, History, LiveViews
        Find the session, and show it.
    links : WebViewLinks
        Finds the session of a token.
    keys : Keys
        The keys that are accepted.
    with_control : bool
        True to serve `/_emulator/…`.
    """

    def __init__(
        self,
        *,
        sessions: Sessions,
        history: History,
        views: LiveViews,
        links: WebViewLinks,
        keys: Keys,
        with_control: bool,
    ) -> None:
        self._sessions = sessions
        self._history = history
        self._views = views
        self._links = links
        self._keys = keys
        self._with_control = with_control

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Return the page or one of its files, or serve a viewer."""
        if scope["type"] == "http":
            await _page(scope)(scope, receive, send)
            return
        socket = WebSocket(scope, receive, send)
        controlled = _CONTROL_SOCKET.fullmatch(scope["path"]) if self._with_control else None
        is_known = controlled is not None or scope["path"] == _SOCKET_PATH
        if not is_known or not _is_own_page(socket.headers):
            await socket.close(_UNREADABLE)  # before it is accepted: a 403
            return
        await socket.accept()
        try:
            if controlled is None:
                session = await self._session_by_token(socket)
            else:
                session = await self._session_by_key(socket, controlled["id"])
            await self._serve(socket, session)
        except CommandRefusedError as error:
            await _refuse(socket, error)
        except WebSocketDisconnect:
            pass
        except (TimeoutError, ValueError):  # no hello in time, or an unreadable message
            with contextlib.suppress(RuntimeError):  # it is closed
                await socket.close(_UNREADABLE)

    async def _session_by_token(self, socket: WebSocket) -> Session:
        """Return the session of the token in the first message."""
        hello = await _receive_hello(socket)
        if hello.token is None:
            raise _not_a_hello("token")
        return self._links.session_of(hello.token)

    async def _session_by_key(self, socket: WebSocket, session_id: str) -> Session:
        """Return a session of the caller, by the key in the header or else in the first message."""
        authorization = socket.headers.get("authorization")
        if authorization is None:
            hello = await _receive_hello(socket)
            if hello.key is None:
                raise _not_a_hello("key")
            authorization = f"Bearer {hello.key}"
        user = self._keys.user(authorization)
        await self._history.admit_command(user, session_id)
        return self._sessions.open_session(user, session_id)

    async def _serve(self, socket: WebSocket, session: Session) -> None:
        viewer = self._views.join(session)
        sending = asyncio.create_task(_send_all(socket, viewer), name=f"view of {session.id}")
        receiving = asyncio.create_task(self._receive_messages(socket, viewer, session), name=f"viewer of {session.id}")
        try:
            await asyncio.wait({sending, receiving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            viewer.leave()
            for task in (sending, receiving):
                task.cancel()
            results = await asyncio.gather(sending, receiving, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _receive_messages(self, socket: WebSocket, viewer: Viewer, session: Session) -> None:
        while True:
            try:
                self._act(_VIEWER_MESSAGE.validate_python(await _receive(socket)), viewer, session)
            except ValidationError as error:
                code, message, _ = contract_error(error.errors(include_input=False), None)
                viewer.send({"type": "error", "code": code, "message": message})
            except CommandRefusedError as error:
                viewer.send({"type": "error", "code": error.code, "message": str(error)})

    def _act(self, message: ViewerMessage, viewer: Viewer, session: Session) -> None:
        match message.type:
            case "ack":
                viewer.acknowledge()
            case "visible":
                viewer.set_visible(message.visible)
            case "pace":
                viewer.set_pace(message.fps)
            case "input":
                interaction = Interact.model_validate({"actionType": "interaction", "action": message.action})
                self._sessions.interact(session.owner, session.id, interaction)


def _not_a_hello(proof: str) -> CommandRefusedError:
    return CommandRefusedError(ErrorCode.UNAUTHORIZED, f"the first message has to be a hello with a {proof}")


async def _receive_hello(socket: WebSocket) -> ViewerHello:
    """Return the first message of a viewer.

    Raises
    ------
    CommandRefusedError
        `UNAUTHORIZED`: it is something else; the error does not hold its content, which may be a key.
    """
    async with asyncio.timeout(_HELLO_WITHIN_S):
        message = await _receive(socket)
    try:
        return ViewerHello.model_validate(message)
    except ValidationError:
        raise _not_a_hello("key or a token") from None


async def _receive(socket: WebSocket) -> Any:
    """Return the next message of a viewer.

    Raises
    ------
    WebSocketDisconnect
        The viewer has gone.
    ValueError
        The message can't be read.
    """
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", _OVER))
    text = message.get("text")
    if text is None or len(text) > _MAX_MESSAGE:
        raise ValueError("not a message of this socket")
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


async def _send_all(socket: WebSocket, viewer: Viewer) -> None:
    while (what := await viewer.next()) is not None:
        if isinstance(what, bytes):
            await socket.send_bytes(what)
        else:
            await socket.send_text(json.dumps(what))
    await socket.close(_OVER)


async def _refuse(socket: WebSocket, error: CommandRefusedError) -> None:
    with contextlib.suppress(RuntimeError, WebSocketDisconnect):  # it has gone
        await socket.send_text(json.dumps({"type": "error", "code": error.code, "message": str(error)}))
        await socket.close(_ENDED if "status" in error.details else _CLOSE_CODES.get(error.code, _REFUSED))


def _is_own_page(headers: Headers) -> bool:
    """Return whether a socket is opened by a program (which sends no `Origin`), or by a page of this server.

    A page of another origin lacks key and token, and so could do nothing; it is refused all the same, before it can try
    any.
    """
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == headers.get("host", "").lower()


def _page(scope: Scope) -> Response:
    path = scope["path"]
    if scope["method"] not in ("GET", "HEAD"):
        return PlainTextResponse("Only GET\n", status_code=405)
    if path in _FILES:
        kind, text = _FILES[path]
    elif path == VIEW_PATH:
        kind, text = "text/html; charset=utf-8", _HTML
    else:
        return PlainTextResponse("Not found\n", status_code=404)
    return Response(text, media_type=kind, headers=_protection(Headers(scope=scope).get("host", "")))


def _protection(host: str) -> dict[str, str]:
    """Return the headers of the page and its files.

    `frame-ancestors *`: the contract has the page put in an iframe, and a notebook's page may be anywhere (JupyterHub,
    VS Code). Framing it gives nothing away: no cookie or storage holds a token, so a frame shows nothing for which its
    embedder did not have the token.
    """
    policy = [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        f"connect-src 'self' ws://{host}",  # older browsers don't count a socket as 'self'
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors *",
    ]
    return {
        "Content-Security-Policy": "; ".join(policy),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }

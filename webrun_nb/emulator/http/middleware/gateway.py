"""The gateway for all requests: it checks their host, their key and their rate.

It runs before FastAPI, so that nothing else, body parsing included, runs for a caller that is refused.
"""

from __future__ import annotations

import asyncio
from math import ceil

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from webrun_nb.common.codes import ErrorCode
from webrun_nb.common.hosts import is_loopback
from webrun_nb.emulator.domain.account import RateLimiter, RateState
from webrun_nb.emulator.domain.clock import Clock
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.http.listening import AllowedHosts
from webrun_nb.emulator.http.middleware.body_limits import ClientTimeouts, with_body_limits
from webrun_nb.emulator.http.refusals import error_response, refusal
from webrun_nb.emulator.services.accounts import Keys
from webrun_nb.emulator.services.faults import Faults

PRACTICE_SUFFIX = ".localhost"
HEALTH_PATH = "/start/health"
SEND_MESSAGE_PATH = "/start/send-message"
TASK_PATHS = "/task/"
"""The beginning of the paths of tasks: a task's two ids are its capability."""
_SIGNED_PATHS = "/signed/"
_LIMITED = frozenset({"/start/start-session", SEND_MESSAGE_PATH, "/start/run-task", "/files/upload"})
_SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",  # no page elsewhere may have an answer as its script or image
    "Referrer-Policy": "no-referrer",  # addresses hold ids that are capabilities
    "Cache-Control": "no-store",
}


class RequestGateway:
    """Dispatches requests by their `Host` header and path, checks the key, counts requests.

    Parameters
    ----------
    api, live, view, practice : ASGI application
        The endpoints, Socket.IO, the live view (it asks for the key itself), the practice sites.
    rates, clock : RateLimiter, Clock
        For the request limits.
    faults : Faults
        Calls that are to fail.
    keys : Keys
        The keys that are accepted.
    hosts : AllowedHosts
        The names of this server.
    timeouts : ClientTimeouts
        The time limits for bodies.
    tasks_need_key : bool
        True to require the owner's key to read a task, in addition to its two ids.
    """

    def __init__(
        self,
        *,
        api: ASGIApp,
        live: ASGIApp,
        view: ASGIApp,
        practice: ASGIApp,
        rates: RateLimiter,
        clock: Clock,
        faults: Faults,
        keys: Keys,
        hosts: AllowedHosts,
        timeouts: ClientTimeouts,
        tasks_need_key: bool = False,
    ) -> None:
        self._unlimited_api = api
        self._api = with_body_limits(api, timeouts)
        self._live = live
        self._limited_live = with_body_limits(live, timeouts)
        self._view = view
        self._practice = with_body_limits(practice, timeouts)
        self._rates = rates
        self._clock = clock
        self._faults = faults
        self._keys = keys
        self._hosts = hosts
        self._tasks_need_key = tasks_need_key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        headers = Headers(scope=scope)
        host = _host_name(headers.get("host", ""))
        if host.endswith(PRACTICE_SUFFIX) and _is_from_here(scope):
            if scope["type"] == "http":
                await self._practice({**scope, "site": host.removesuffix(PRACTICE_SUFFIX)}, receive, send)
            else:
                await send({"type": "websocket.close", "code": 1008})
        elif host not in self._hosts:  # such as a foreign name that its DNS has rebound to this address
            why = "this server does not answer to that host name"
            answer = error_response(scope["path"], 421, ErrorCode.INVALID_PARAMETER, why, {"parameter": "Host"})
            await answer(scope, receive, send)
        elif scope["path"].startswith("/socket.io"):
            await (self._limited_live if scope["type"] == "http" else self._live)(scope, receive, _safe(send))
        elif scope["type"] == "websocket" or scope["path"].startswith("/view/"):
            await self._view(scope, receive, send)
        elif scope["type"] == "http":
            await self._call_api(scope, headers, receive, _safe(send))

    async def _call_api(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        if self._needs_no_key(scope):
            if not await self._is_faulty(scope, receive, send):
                await self._unlimited_api(scope, receive, send)
            return
        rate: RateState | None = None
        try:
            user = self._keys.user(headers.get("authorization"))
            if scope["path"] in _LIMITED and scope["method"] == "POST":
                rate = self._rates.admit(user, scope["path"], self._clock.now())
        except CommandRefusedError as error:
            await refusal(error, scope["path"])(scope, receive, send)
            return
        scope.setdefault("state", {})["user"] = user
        if not scope["path"].startswith("/_emulator") and await self._is_faulty(scope, receive, send):
            return
        await self._api(scope, receive, _with_rate_headers(send, rate) if rate else send)

    def _needs_no_key(self, scope: Scope) -> bool:
        """Return whether a call needs no key: health, tasks (their two ids are a capability), and signed URLs."""
        path = scope["path"]
        is_task = path.startswith(TASK_PATHS) and not self._tasks_need_key
        is_open = path == HEALTH_PATH or is_task or path.startswith(_SIGNED_PATHS)
        return scope["method"] in ("GET", "HEAD") and is_open

    async def _is_faulty(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Apply a fault to this call (section 12); True where it has been answered, or dropped."""
        fault = self._faults.next_for(scope["path"])
        if fault is None:
            return False
        await asyncio.sleep(fault.delay_ms / 1000)
        if fault.drop:  # the promised answer never comes: the server closes the connection
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})
            return True
        if fault.status is None:
            return False
        code = fault.code or ErrorCode.INSTANCE_UNAVAILABLE
        await error_response(scope["path"], fault.status, code, "a simulated fault")(scope, receive, send)
        return True


def _is_from_here(scope: Scope) -> bool:
    """Return whether a request comes from this machine, whose browsers alone may use practice sites."""
    client = scope.get("client")
    return client is not None and is_loopback(client[0])


def _safe(send: Send) -> Send:
    """Return a `send` that adds headers which keep answers out of other pages, unless the endpoint has set them."""

    async def send_safely(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _SAFE_HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return send_safely


def _host_name(host: str) -> str:
    """Return the name in a `Host` header, lower case, without port and trailing dot."""
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    return name.strip("[]").rstrip(".").lower()


def _with_rate_headers(send: Send, rate: RateState) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["X-RateLimit-Limit"] = str(rate.limit)
            headers["X-RateLimit-Remaining"] = str(rate.remaining)
            headers["X-RateLimit-Reset"] = str(ceil(rate.reset_ms / 1000))
        await send(message)

    return send_with_headers

"""The loopback proxy of one browser context, with a password of its own; it forwards what the rules allow."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import logging
import secrets
from base64 import b64encode
from collections.abc import Callable
from typing import TypeVar

from webrun_nb.browsers.egress.destinations import RefusedError
from webrun_nb.browsers.egress.messages import Target
from webrun_nb.browsers.egress.network import HEAD_LIMIT_BYTES, DialError, Network, Streams
from webrun_nb.browsers.egress.proxy import PROXY_LOGIN_URL, ProxyConnection
from webrun_nb.browsers.egress.routes import EgressRoute, Route, Router
from webrun_nb.common.hosts import host_of, port_of

logger = logging.getLogger(__name__)

T = TypeVar("T")

USERNAME = "webrun"
_KEPT = 64


class _Client(asyncio.StreamReaderProtocol):
    """The browser's side of a connection: when it ends, the work for it is cancelled."""

    def __init__(self, listener: Listener) -> None:
        self._task: asyncio.Task[None] | None = None
        self._listener = listener
        super().__init__(asyncio.StreamReader(limit=HEAD_LIMIT_BYTES), self._connected)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._task = self._listener.serve(reader, writer)

    def eof_received(self) -> bool | None:
        self._end()
        return super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        super().connection_lost(exc)

    def _end(self) -> None:
        if self._task is not None:
            self._task.cancel()


class Listener:
    """A proxy that listens on a loopback port of its own until it is closed. Made by `open`.

    Attributes
    ----------
    way_out : WayOut
        The session's; a spare's is replaced by that of the session that takes it.
    password : str
        The password that the browser must send.
    refusals : int
        Number of refused destinations so far.
    refusal : str
        Reason of the last refusal.
    is_offline : bool
        True while nothing may be reached: the pages are answered from a cassette.
    redirect_refusal : callable
        Returns why sent data must not be redirected to a URL; None where it may.
    """

    def __init__(self, network: Network, egress_route: EgressRoute) -> None:
        self.egress_route = egress_route
        self.password = secrets.token_urlsafe(24)
        self.refusals = 0
        self.refusal = ""
        self.is_offline = False
        self.redirect_refusal: Callable[[str], str | None] = lambda url: None
        self._authorization = b"Basic " + b64encode(f"{USERNAME}:{self.password}".encode())
        self._router = Router(network)
        self.url = ""
        """URL of the proxy for the browser. It stays after `close`: a browser may still ask for its password then."""
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()
        self._failures: dict[tuple[str, int], DialError] = {}
        self._refused: dict[tuple[str, int], str] = {}

    @classmethod
    async def open(cls, network: Network, egress_route: EgressRoute) -> Listener:
        """Listen on a free loopback port."""
        listener = cls(network, egress_route)
        loop = asyncio.get_running_loop()
        listener._server = await loop.create_server(lambda: _Client(listener), "127.0.0.1", 0)
        listener.url = f"http://127.0.0.1:{listener._server.sockets[0].getsockname()[1]}"
        return listener

    def close(self) -> None:
        """Stop listening and end every connection. Safe to call twice."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for task in self._serving:
            task.cancel()

    # --- the reasons shown by its browser------------------------------------------------------------------------------

    async def check(self, url: str) -> None:
        """Check the URL of a document before it is opened.

        Raises
        ------
        RefusedError
            It must not be reached.
        """
        host = host_of(url)
        if host is None or url.startswith(PROXY_LOGIN_URL):
            return  # nothing that goes out
        with contextlib.suppress(DialError):
            await self._router.find(self.egress_route, host, port_of(url))
        self.egress_route.destinations.check_url(url)

    def known_refusal(self, url: str) -> str | None:
        """Return why a URL is refused, by its host's name or by the last attempt; None where that is not known."""
        host = host_of(url)
        if host is None:
            return None
        try:
            self.egress_route.destinations.check_host(host)
            self.egress_route.destinations.check_url(url)
        except RefusedError as error:
            return str(error)
        return self._refused.get((host, port_of(url)))

    def failure(self, url: str) -> DialError | None:
        """Return why the host of a URL, or else the last failed host, was not reached; None where none failed."""
        host = host_of(url)
        known = self._failures.get((host, port_of(url))) if host else None
        return known or next(reversed(self._failures.values()), None)

    # --- what a connection asks ---------------------------------------------------------------------------------------

    def is_authorized(self, authorization: str) -> bool:
        """Return whether a `Proxy-Authorization` has the right password."""
        return hmac.compare_digest(authorization.encode("latin-1"), self._authorization)

    async def find(self, target: Target, *, plain: bool) -> Route:
        """Find the route to a target; raises RefusedError or DialError, and remembers a refusal."""
        host = target.host
        if self.is_offline:
            raise RefusedError("a cassette is played, and nothing reaches the network")
        try:
            if not plain and self.egress_route.destinations.is_practice(host, target.port):
                raise RefusedError("practice sites speak plain http")
            route = await self._router.find(self.egress_route, host, target.port)
        except RefusedError as error:
            self.refusals += 1
            self.refusal = str(error)
            _keep(self._refused, (host, target.port), str(error))
            raise
        self._failures.pop((host, target.port), None)
        self._refused.pop((host, target.port), None)
        return route

    async def tunnel(self, route: Route) -> Streams:
        """Connect to a destination; raises DialError."""
        return await self._router.tunnel(route)

    def record_failure(self, target: Target | None, error: DialError) -> None:
        """Remember why a target was not reached; the target is None where its name can't be read."""
        _keep(self._failures, ("", 0) if target is None else (target.host, target.port), error)

    def allows_redirect(self, url: str) -> bool:
        """Return whether a request's data may be redirected to a URL."""
        why = self.redirect_refusal(url)
        if why is not None:
            self.refusals += 1
            self.refusal = why
        return why is None

    # --- its connections ----------------------------------------------------------------------------------------------

    def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> asyncio.Task[None]:
        """Serve one connection of the browser's."""
        task = asyncio.create_task(self._serve(reader, writer), name="egress")
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)
        return task

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = ProxyConnection(self, (reader, writer))
        try:
            await connection.serve()
        except OSError as error:
            logger.debug("a connection ends: %s", error)
        except Exception:  # the edge of a connection: a defect of ours must not stay silent
            logger.exception("unexpected error in a session's proxy")
        finally:
            connection.close()


def _keep(notes: dict[tuple[str, int], T], key: tuple[str, int], note: T) -> None:
    """Store an entry as the newest, and drop the oldest ones."""
    notes.pop(key, None)
    notes[key] = note
    if len(notes) > _KEPT:
        del notes[next(iter(notes))]

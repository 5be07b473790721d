"""Serves one connection of the browser to a session's proxy: a tunnel, or plain requests one after the other."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Protocol

import h11

from webrun_nb.browsers.egress.destinations import RefusedError
from webrun_nb.browsers.egress.messages import (
    BadAnswerError,
    BadMessageError,
    Fields,
    Head,
    Peer,
    Target,
    parse_connect_target,
    target_of,
)
from webrun_nb.browsers.egress.network import DialError, Streams
from webrun_nb.browsers.egress.routes import EgressRoute, Route
from webrun_nb.common.hosts import HostNameError, browser_url

logger = logging.getLogger(__name__)

PROXY_LOGIN_URL = "http://way-out.invalid/"
"""The proxy answers this URL itself, with an empty answer, so that the browser learns the proxy's password before."""
_CHALLENGE: Fields = [(b"Proxy-Authenticate", b'Basic realm="webrun"')]
_RETRIABLE = frozenset({b"GET", b"HEAD", b"OPTIONS"})
_SENT_ONCE_MORE = frozenset({307, 308})
"""Redirects that the browser follows with the same method and body."""


class Routes(Protocol):
    """The part of the listener that a connection uses."""

    egress_route: EgressRoute

    def is_authorized(self, authorization: str) -> bool:
        """Return whether a `Proxy-Authorization` has the right password."""

    async def find(self, target: Target, *, plain: bool) -> Route:
        """Find the route to a target; raises RefusedError or DialError, and remembers a refusal."""

    async def tunnel(self, route: Route) -> Streams:
        """Connect to a destination; raises DialError."""

    def record_failure(self, target: Target | None, error: DialError) -> None:
        """Remember why a target was not reached; the target is None where its name can't be read."""

    def allows_redirect(self, url: str) -> bool:
        """Return whether a request's data may be redirected to a URL."""


@dataclass(frozen=True, slots=True)
class _ProxyRequest:
    """A request that may be passed on."""

    head: Head
    method: bytes
    target: Target
    route: Route

    def forwarded_request(self) -> h11.Request:
        """Return its head as it is sent to the host, or to an upstream HTTP proxy."""
        authority = self.target.authority
        fields = [(b"Host", authority.encode("ascii")), *self.head.forwarded_fields(b"host", b"proxy-authorization")]
        if not self.route.through_http:
            return h11.Request(method=self.method, target=self.target.path, headers=fields)
        assert self.route.upstream is not None
        if self.route.upstream.authorization is not None:
            fields.append((b"Proxy-Authorization", self.route.upstream.authorization.encode("ascii")))
        return h11.Request(method=self.method, target=f"http://{authority}{self.target.path}", headers=fields)


class ProxyConnection:
    """A connection of the browser to the proxy.

    Parameters
    ----------
    ways : Ways
        The listener that accepted it.
    streams : Streams
        The browser's side.
    """

    def __init__(self, listener: Routes, streams: Streams) -> None:
        self._listener = listener
        self._browser = Peer(h11.SERVER, streams)
        self._link: Peer | None = None
        """The connection to the host or to the upstream proxy."""
        self._link_key: object = None
        self._target: Target | None = None
        """Target of the current request."""
        self._last_target: Target | None = None

    async def serve(self) -> None:
        """Serve until one side ends the connection, or sends what is not HTTP/1.1."""
        try:
            while await self._serve_one() and self._browser.is_done:
                self._browser.http.start_next_cycle()
        except BadAnswerError as error:
            logger.debug("an answer is refused: %s", error)
            self._listener.record_failure(self._target, DialError("the host's answer is not proper HTTP/1.1"))
            await self._end_with(502)
        except BadMessageError as error:
            logger.debug("a request is refused: %s", error)
            await self._end_with(400)

    def close(self) -> None:
        """End the connection, on both sides."""
        self._close_link()
        self._browser.close()

    async def _serve_one(self) -> bool:
        """Serve one request; False where it was the last."""
        self._target = None
        head = await self._browser.read_head()
        if head is None:
            return False
        request = head.message
        assert isinstance(request, h11.Request), "browsers send no answers"
        if not self._listener.is_authorized(head.get(b"proxy-authorization")):
            await self._answer(407, [*_CHALLENGE, (b"Connection", b"close")])
            return False
        url = request.target.decode("ascii")
        try:
            if request.method == b"CONNECT":
                await self._tunnel(url)
                return False
            if url.startswith(PROXY_LOGIN_URL):
                await self._browser.skip_body()
                await self._answer(204)
                return True
            return await self._forward(head, request.method, url)
        except HostNameError as error:
            self._listener.record_failure(None, DialError(str(error)))
            return False

    # --- https, WebSockets: a tunnel ----------------------------------------------------------------------------------

    async def _tunnel(self, authority: str) -> None:
        """Open a tunnel, and pass bytes on until one side ends."""
        target = parse_connect_target(authority)
        close: Fields = [(b"Connection", b"close"), (b"Content-Length", b"0")]
        try:
            route = await self._listener.find(target, plain=False)
            link = await self._connect(route, plain=False)
        except RefusedError:
            await self._answer(403, close)
            return
        except DialError as error:
            self._listener.record_failure(target, error)
            await self._answer(502, close)
            return
        await self._browser.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        await link.write(self._browser.http.trailing_data[0])  # bytes that follow the request immediately
        directions = {asyncio.create_task(_pump(self._browser, link)), asyncio.create_task(_pump(link, self._browser))}
        try:
            await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _end(*directions)

    # --- plain http ---------------------------------------------------------------------------------------------------

    async def _forward(self, head: Head, method: bytes, url: str) -> bool:
        """Forward a request and its answer; True where the browser's connection can be used again."""
        self._target = self._last_target = target = target_of(url, self._last_target)
        waits = self._browser.http.they_are_waiting_for_100_continue
        # nothing is passed on of a request whose body can't be read from its beginning
        first = await self._browser.read_body() if head.is_chunked and not waits else None
        try:
            asked = _ProxyRequest(head, method, target, await self._listener.find(target, plain=True))
            if head.has_body:
                return await self._exchange_with_body(asked, first)
            await self._browser.skip_body()
            return await self._exchange(asked)
        except RefusedError:
            if waits:  # its body is not asked for
                await self._refuse()
                return False
            if not isinstance(first, h11.EndOfMessage):
                await self._browser.skip_body()
            await self._refuse()
            return True
        except DialError as error:
            self._listener.record_failure(target, error)
            return False

    async def _exchange(self, asked: _ProxyRequest) -> bool:
        link, reused = await self._link_to(asked.route)
        request = asked.forwarded_request()
        answer = await self._ask(link, request)
        if answer is None and reused and asked.method in _RETRIABLE:
            link = await self._connect(asked.route, plain=True)  # the old one had been given up at the other end
            answer = await self._ask(link, request)
        goes_on = await self._forward_response(asked, answer, link)
        self._reuse_or_close_link()
        return goes_on

    async def _ask(self, link: Peer, request: h11.Request) -> Head | None:
        try:
            await link.send(request, h11.EndOfMessage())
        except ConnectionError:
            return None
        return await self._read_answer(link)

    async def _exchange_with_body(self, asked: _ProxyRequest, first: h11.Data | h11.EndOfMessage | None) -> bool:
        """Forward a request's body while waiting for the answer, which can come before the body's end."""
        link, _ = await self._link_to(asked.route)
        together = not self._browser.http.they_are_waiting_for_100_continue
        sending = self._browser.relay(link, asked.forwarded_request(), together=together, first=first)
        uploading = asyncio.create_task(sending)
        answering = asyncio.create_task(self._read_answer(link))
        try:
            await asyncio.wait({uploading, answering}, return_when=asyncio.FIRST_COMPLETED)
            failure = uploading.exception() if uploading.done() else None
            if failure is not None and not isinstance(failure, OSError):  # else the host may have answered before
                raise failure
            answer = await answering
            waits = self._browser.http.they_are_waiting_for_100_continue  # then the body does not come any more
            goes_on = await self._forward_response(asked, answer, link) and not waits
            if goes_on and self._link is not None:
                await uploading
            self._reuse_or_close_link()
            return goes_on
        finally:
            await _end(uploading, answering)

    async def _read_answer(self, link: Peer) -> Head | None:
        """Read the head of the final answer; None where the other side ends the connection instead."""
        while True:
            try:
                answer = await link.read_head()
            except ConnectionError:
                return None
            if answer is None or isinstance(answer.message, h11.Response):
                return answer
            if self._browser.http.they_are_waiting_for_100_continue and answer.is_continue:
                await self._browser.send(h11.InformationalResponse(status_code=100, headers=[], reason=b"Continue"))

    async def _forward_response(self, asked: _ProxyRequest, head: Head | None, link: Peer) -> bool:
        """Forward the answer to the browser; False where its connection must be ended instead."""
        upstream = asked.route.upstream if asked.route.through_http else None
        if head is None:
            raise DialError("the host sent nothing" if upstream is None else f"the proxy {upstream} sent nothing")
        answer = head.message
        assert isinstance(answer, h11.Response), "it is the final one"
        if answer.status_code == 407:  # the browser would take it for ours, and forget our password
            if upstream is not None:
                self._listener.record_failure(asked.target, DialError(upstream.refused_login))
            return False
        if asked.method not in (b"GET", b"HEAD") and answer.status_code in _SENT_ONCE_MORE:
            url = _redirect(asked.target, head.get(b"location"))
            if url is None or not self._listener.allows_redirect(url):
                self._close_link()  # the rest of the answer is not asked for
                await self._answer_blocked_redirect(asked.head)
                return True
        fields = head.forwarded_fields(b"proxy-authenticate", b"proxy-authentication-info")
        forwarded = h11.Response(status_code=answer.status_code, headers=fields, reason=answer.reason)
        together = b"content-length" in head.names  # without it the answer may be a stream
        await link.relay(self._browser, forwarded, together=together)
        if link.http.their_state is not h11.DONE:  # it closes the connection
            self._close_link()
        return True

    # --- connections onwards ------------------------------------------------------------------------------------------

    async def _link_to(self, route: Route) -> tuple[Peer, bool]:
        """Return a connection for a request, and whether it is a reused one."""
        if self._link is not None and self._link_key == _key(route) and self._link.is_fresh:
            return self._link, True
        return await self._connect(route, plain=True), False

    async def _connect(self, route: Route, *, plain: bool) -> Peer:
        self._close_link()
        if plain and route.through_http:
            assert route.upstream is not None
            streams = await route.upstream.connect()
        else:
            streams = await self._listener.tunnel(route)
        egress_route, proxied = self._listener.egress_route, route.upstream is not None
        self._link_key = _key(route)
        self._link = Peer(h11.CLIENT, streams, lambda up, down: egress_route.count(up=up, down=down, proxied=proxied))
        return self._link

    def _reuse_or_close_link(self) -> None:
        """Prepare the connection to the host for the next request, or close it."""
        if self._link is not None and self._link.is_done:
            self._link.http.start_next_cycle()
        else:
            self._close_link()

    def _close_link(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.close()

    # --- answers of the proxy's own -----------------------------------------------------------------------------------

    async def _answer(self, status: int, fields: Fields | None = None, body: bytes = b"") -> None:
        framing = [] if status == 204 or any(name == b"Content-Length" for name, _ in fields or ()) else [_length(body)]
        head = h11.Response(status_code=status, headers=[*(fields or []), *framing], reason=_REASONS[status])
        await self._browser.send(head, *([h11.Data(data=body)] if body else []), h11.EndOfMessage())

    async def _end_with(self, status: int) -> None:
        """Answer with an error status, unless an answer has begun."""
        self._close_link()
        if self._browser.http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            await self._answer(status, [(b"Connection", b"close")])

    async def _refuse(self) -> None:
        fields: Fields = [(b"Content-Type", b"text/plain"), (b"Cache-Control", b"no-store")]
        await self._answer(403, fields, b"refused by the session's rules\n")

    async def _answer_blocked_redirect(self, request: Head) -> None:
        """Answer instead of a blocked redirect: a page stays where it is, a script's request is refused."""
        if "text/html" in request.get(b"accept"):
            await self._answer(204)
        else:
            await self._refuse()


_REASONS = {204: b"No Content", 400: b"Bad Request", 403: b"Refused", 407: b"Proxy Authentication Required"} | {
    502: b"Bad Gateway"
}


def _length(body: bytes) -> tuple[bytes, bytes]:
    return b"Content-Length", str(len(body)).encode("ascii")


def _key(route: Route) -> object:
    return route.upstream if route.through_http else (route.host, route.port)


def _redirect(target: Target, location: str) -> str | None:
    """Return the target of a redirect; None where it can't be read, and so can't be checked."""
    try:
        read = location.encode("latin-1").decode()  # browsers read UTF-8
    except UnicodeDecodeError:
        return None
    return browser_url(read, f"http://{target.authority}{target.path}")


async def _pump(source: Peer, sink: Peer) -> None:
    while piece := await source.read():
        await sink.write(piece)


async def _end(*tasks: asyncio.Task[object]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

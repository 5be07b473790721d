"""What goes over one connection of the browser's: a tunnel, or plain requests one after the other."""

from __future__ import annotations

import asyncio
import re
from typing import Protocol
from urllib.parse import urljoin

from webrun_nb.browsers.egress import http1
from webrun_nb.browsers.egress.http1 import BadMessageError, Head, Target
from webrun_nb.browsers.egress.network import DialError, Streams
from webrun_nb.browsers.egress.reach import RefusedError
from webrun_nb.browsers.egress.routes import Route, WayOut

_PIECE_BYTES = 65_536
_RETRIABLE = frozenset({"GET", "HEAD", "OPTIONS"})
_SENT_ONCE_MORE = frozenset({307, 308})
"""Redirects that the browser follows with the same method and body."""
_SLASHES = re.compile(r"^((?:https?:)?)/{2,}", re.IGNORECASE)
"""A browser takes any number of them, and backslashes, for two."""
_BYE = [("connection", "close"), ("content-length", "0")]


class Ways(Protocol):
    """What an exchange asks of its listener."""

    way_out: WayOut

    async def find(self, target: Target, *, plain: bool) -> Route:
        """Find the route to a target; raises RefusedError or DialError, and remembers it."""

    async def tunnel(self, route: Route) -> Streams:
        """Connect to a destination; raises DialError."""

    def note(self, target: Target, error: DialError) -> None:
        """Remember why a target was not reached."""

    def sends_on(self, url: str) -> bool:
        """Tell whether what a request has sent may be redirected to a URL."""


class _Link:
    """A connection onwards; counts its bytes into the session's."""

    def __init__(self, key: object, streams: Streams, way_out: WayOut, *, proxied: bool) -> None:
        self.key = key
        self._proxied = proxied
        self.reader, self._writer = streams
        self._way_out = way_out

    @property
    def is_fresh(self) -> bool:
        """Whether it can still be used, as far as is known here."""
        return not (self.reader.at_eof() or self._writer.is_closing())

    async def send(self, data: bytes) -> None:
        self._way_out.count(up=len(data), proxied=self._proxied)
        self._writer.write(data)
        await self._writer.drain()

    async def read_head(self) -> Head | None:
        read = await http1.read_head(self.reader)
        if read is None:
            return None
        self.count_down(read[1])
        return read[0]

    def count_down(self, size: int) -> None:
        self._way_out.count(down=size, proxied=self._proxied)

    def close(self) -> None:
        self._writer.close()


class Exchange:
    """One connection of the browser's, after it has shown its password.

    Parameters
    ----------
    ways : Ways
    reader, writer : StreamReader, StreamWriter
        The browser's.
    """

    def __init__(self, ways: Ways, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._ways = ways
        self._reader = reader
        self._writer = writer
        self._link: _Link | None = None

    def close(self) -> None:
        """End the connection onwards."""
        link, self._link = self._link, None
        if link is not None:
            link.close()

    # --- https, WebSockets: a tunnel ----------------------------------------------------------------------------------

    async def tunnel(self, head: Head) -> None:
        """Connect through, and pass on what comes until one side ends."""
        target = http1.tunnel_target_of(head.start[1])
        try:
            route = await self._ways.find(target, plain=False)
            streams = await self._ways.tunnel(route)
        except RefusedError:
            await self._say("HTTP/1.1 403 Refused")
            return
        except DialError as error:
            self._ways.note(target, error)
            await self._say("HTTP/1.1 502 Not Reached")
            return
        self._link = link = _Link(target, streams, self._ways.way_out, proxied=route.upstream is not None)
        self._writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        directions = {asyncio.create_task(self._pump_up(link)), asyncio.create_task(self._pump_down(link))}
        try:
            await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for direction in directions:
                direction.cancel()
            await asyncio.gather(*directions, return_exceptions=True)

    async def _say(self, start: str) -> None:
        self._writer.write(http1.dump(start, _BYE))
        await self._writer.drain()

    async def _pump_up(self, link: _Link) -> None:
        while piece := await self._reader.read(_PIECE_BYTES):
            await link.send(piece)

    async def _pump_down(self, link: _Link) -> None:
        while piece := await link.reader.read(_PIECE_BYTES):
            link.count_down(len(piece))
            self._writer.write(piece)
            await self._writer.drain()

    # --- plain http ---------------------------------------------------------------------------------------------------

    async def forward(self, head: Head) -> bool:
        """Pass one request on, and its answer back; True where the browser's connection can be used again."""
        target = http1.target_of(head.start[1])
        body = http1.request_body(head)
        try:
            route = await self._ways.find(target, plain=True)
            answer = await self._ask(head, target, body, route)
        except RefusedError:
            await self._refuse(body)
            return True
        except DialError as error:
            self._ways.note(target, error)
            return False
        assert self._link is not None
        if not self._sends_on(head, answer, target):
            await self._stay(head)
            self.close()  # the rest of the answer is not asked for
            return True
        return await self._hand_back(answer, head.start[0], target, route, self._link)

    async def _ask(self, head: Head, target: Target, body: http1.Body, route: Route) -> Head:
        request = _request_head(head, target, route)
        key = route.upstream if route.through_http else (route.host, route.port)
        link = self._link
        if link is None or link.key != key or not link.is_fresh:
            link = await self._connect(route, key)
            reused = False
        else:
            reused = True
        await link.send(request)
        async for piece in http1.pieces(self._reader, body):
            await link.send(piece)
        try:
            answer = await link.read_head()
        except ConnectionError:
            answer = None
        if answer is None and reused and body == "none" and head.start[0] in _RETRIABLE:
            link = await self._connect(route, key)  # the old one had been given up at the other end
            await link.send(request)
            answer = await link.read_head()
        if answer is None:
            through = route.upstream if route.through_http else None
            raise DialError("the host sent nothing" if through is None else f"the proxy {through} sent nothing")
        return answer

    async def _connect(self, route: Route, key: object) -> _Link:
        self.close()
        if route.through_http:
            assert route.upstream is not None
            streams = await route.upstream.connect()
        else:
            streams = await self._ways.tunnel(route)
        self._link = _Link(key, streams, self._ways.way_out, proxied=route.upstream is not None)
        return self._link

    async def _hand_back(self, head: Head, method: str, target: Target, route: Route, link: _Link) -> bool:
        while (status := _status(head)) < 200:
            following = None if status == 101 else await link.read_head()
            if following is None:
                raise BadMessageError("an upgrade nobody asked for, or an answer that breaks off")
            head = following
        if status == 407:  # the browser would take it for ours, and forget our password
            if route.through_http and route.upstream is not None:
                self._ways.note(target, DialError(route.upstream.refused_login))
            return False
        body = http1.answer_body(head, method, status)
        ends = body == "until close"
        fields = head.for_next("proxy-authenticate", "proxy-authentication-info")
        fields.append(("connection", "close" if ends else "keep-alive"))
        unsent = http1.dump(f"HTTP/1.1 {status} {head.start[2]}", fields)
        async for piece in http1.pieces(link.reader, body):
            link.count_down(len(piece))
            self._writer.write(unsent + piece)
            unsent = b""
            await self._writer.drain()
        if unsent:
            self._writer.write(unsent)
            await self._writer.drain()
        if ends or not _stays_open(head):
            self.close()
        return not ends

    def _sends_on(self, request: Head, answer: Head, target: Target) -> bool:
        """Tell whether the browser may have the answer: it does not redirect what was sent to where it must not go."""
        if request.start[0] in ("GET", "HEAD") or _status(answer) not in _SENT_ONCE_MORE:
            return True
        location = (answer.get("location") or "").strip().replace("\\", "/")
        location = _SLASHES.sub(r"\1//", location)
        try:
            url = urljoin(f"http://{target.authority}{target.path}", location)
        except ValueError:
            return False  # what can't be read can't be checked
        return self._ways.sends_on(url)

    async def _stay(self, request: Head) -> None:
        """Answer in place of a redirect: a page stays where it is, a script is refused."""
        if "text/html" not in (request.get("accept") or ""):
            await self._refuse("none")
            return
        self._writer.write(http1.dump("HTTP/1.1 204 Not Sent On", []))
        await self._writer.drain()

    async def _refuse(self, body: http1.Body) -> None:
        async for _ in http1.pieces(self._reader, body):
            pass
        text = b"refused by the session's rules\n"
        fields = [("content-type", "text/plain"), ("content-length", str(len(text))), ("cache-control", "no-store")]
        self._writer.write(http1.dump("HTTP/1.1 403 Refused", fields) + text)
        await self._writer.drain()


def _request_head(head: Head, target: Target, route: Route) -> bytes:
    fields = [("host", target.authority), *head.for_next("host", "proxy-authorization")]
    if not route.through_http:
        return http1.dump(f"{head.start[0]} {target.path} HTTP/1.1", fields)
    assert route.upstream is not None
    if route.upstream.authorization is not None:
        fields.append(("proxy-authorization", route.upstream.authorization))
    return http1.dump(f"{head.start[0]} http://{target.authority}{target.path} HTTP/1.1", fields)


def _status(head: Head) -> int:
    if not head.start[0].startswith("HTTP/1.") or not head.start[1].isdecimal():
        raise BadMessageError("not an answer")
    return int(head.start[1])


def _stays_open(head: Head) -> bool:
    said = {word.strip().lower() for value in head.all("connection") for word in value.split(",")}
    return "close" not in said and (head.start[0] != "HTTP/1.0" or "keep-alive" in said)

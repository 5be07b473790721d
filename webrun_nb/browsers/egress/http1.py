"""As much of HTTP/1.1 as a proxy has to understand: heads, and where bodies end (RFC 9112)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

_PIECE_BYTES = 65_536
_LONGEST_LINE_BYTES = 8_192
_CONNECTION_ONLY = frozenset({"connection", "keep-alive", "proxy-connection", "te", "trailer", "upgrade"})
"""Fields that are about one connection, not about the message (RFC 9110, 7.6.1)."""
_UNREADABLE = re.compile(r"[\x00-\x20\\]")
_WITHOUT_BODY = frozenset({204, 304})

Body = Literal["none", "chunked", "until close"] | int
"""How a message's body ends; a number is its length."""


class BadMessageError(Exception):
    """What came is not HTTP/1.1, or not safely readable."""


@dataclass(slots=True)
class Head:
    """Start line and fields of a message, fields as they came (name in lower case, value)."""

    start: tuple[str, str, str]
    fields: list[tuple[str, str]]

    def get(self, name: str) -> str | None:
        """Return the value of a field."""
        return next((value for field, value in self.fields if field == name), None)

    def all(self, name: str) -> list[str]:
        """Return the values of a field that came several times."""
        return [value for field, value in self.fields if field == name]

    def for_next(self, *without: str) -> list[tuple[str, str]]:
        """Return the fields to hand on: those of this one connection, and `without`, are left out."""
        named = {word.strip().lower() for value in self.all("connection") for word in value.split(",")}
        left_out = _CONNECTION_ONLY | named | set(without)
        return [field for field in self.fields if field[0] not in left_out]


@dataclass(frozen=True, slots=True)
class Target:
    """What a request asks for: host (as written, without brackets), port, path and query."""

    host: str
    port: int
    path: str
    authority: str


async def read_head(reader: asyncio.StreamReader) -> tuple[Head, int] | None:
    """Read a head and its size in bytes; None at the end of the connection.

    Raises
    ------
    BadMessageError
        It is longer than the reader's limit, or no head.
    """
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if not error.partial.strip():
            return None
        raise BadMessageError("the head breaks off") from error
    except asyncio.LimitOverrunError as error:
        raise BadMessageError("the head is too long") from error
    return parse_head(raw), len(raw)


def parse_head(raw: bytes) -> Head:
    """Parse a head, its empty line included.

    Raises
    ------
    BadMessageError
        It is none.
    """
    lines = raw.decode("latin-1").strip("\r\n").split("\r\n")
    start = lines[0].split(" ", 2)
    if len(start) < 2:
        raise BadMessageError("no start line")
    fields: list[tuple[str, str]] = []
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip() or "\n" in line or "\r" in line:
            raise BadMessageError("not a header field")
        fields.append((name.lower(), value.strip()))
    return Head((start[0], start[1], start[2] if len(start) > 2 else ""), fields)


def dump(start: str, fields: list[tuple[str, str]]) -> bytes:
    """Write a head."""
    lines = [start, *(f"{name}: {value}" for name, value in fields)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def target_of(url: str) -> Target:
    """Read the absolute address in a request to a proxy.

    Raises
    ------
    BadMessageError
        It is none of plain http.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise BadMessageError("not a web address") from error
    if parts.scheme != "http" or not host or _UNREADABLE.search(url):
        raise BadMessageError("not a web address")
    path = (parts.path or "/") + (f"?{parts.query}" if "?" in url.partition("#")[0] else "")
    return Target(host, port or 80, path, _authority(host, None if port in (None, 80) else port))


def tunnel_target_of(authority: str) -> Target:
    """Read the `host:port` of a CONNECT.

    Raises
    ------
    BadMessageError
        It is none.
    """
    host, _, port = authority.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise BadMessageError("not a host and a port")
    return Target(host.removeprefix("[").removesuffix("]"), int(port), "", authority)


def _authority(host: str, port: int | None) -> str:
    shown = f"[{host}]" if ":" in host else host
    return shown if port is None else f"{shown}:{port}"


def request_body(head: Head) -> Body:
    """Tell how a request's body ends.

    Raises
    ------
    BadMessageError
        Two readers could differ about it.
    """
    return _declared(head, "none")


def answer_body(head: Head, method: str, status: int) -> Body:
    """Tell how an answer's body ends.

    Raises
    ------
    BadMessageError
        Two readers could differ about it.
    """
    if method == "HEAD" or status in _WITHOUT_BODY or status < 200:
        return "none"
    return _declared(head, "until close")


def _declared(head: Head, otherwise: Body) -> Body:
    lengths = set(head.all("content-length"))
    codings = head.all("transfer-encoding")
    if codings:
        if codings != ["chunked"] or lengths:
            raise BadMessageError("an unknown transfer coding")
        return "chunked"
    if not lengths:
        return otherwise
    length = lengths.pop()
    if lengths or not length.isdecimal():
        raise BadMessageError("not a length")
    return int(length)


async def pieces(reader: asyncio.StreamReader, body: Body) -> AsyncIterator[bytes]:
    """Give a body as it comes in, chunked ones with their chunk lines.

    Raises
    ------
    BadMessageError
        It breaks off.
    """
    if body == "none":
        return
    if body == "until close":
        while piece := await reader.read(_PIECE_BYTES):
            yield piece
    elif body == "chunked":
        async for piece in _chunks(reader):
            yield piece
    else:
        async for piece in _exactly(reader, body):
            yield piece


async def _exactly(reader: asyncio.StreamReader, length: int) -> AsyncIterator[bytes]:
    while length:
        piece = await reader.read(min(length, _PIECE_BYTES))
        if not piece:
            raise BadMessageError("the body breaks off")
        length -= len(piece)
        yield piece


async def _chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while True:
        line = await _line(reader)
        size = line.partition(b";")[0].strip()
        try:
            length = int(size, 16)
        except ValueError as error:
            raise BadMessageError("not a chunk") from error
        if length < 0:
            raise BadMessageError("not a chunk")
        yield line
        if not length:
            break
        async for piece in _exactly(reader, length + 2):
            yield piece
    while True:  # trailers, up to the empty line
        line = await _line(reader)
        yield line
        if line == b"\r\n":
            return


async def _line(reader: asyncio.StreamReader) -> bytes:
    try:
        line = await reader.readuntil(b"\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise BadMessageError("the body breaks off") from error
    if len(line) > _LONGEST_LINE_BYTES:
        raise BadMessageError("not a chunk")
    return line

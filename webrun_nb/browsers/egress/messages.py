"""Reads and writes HTTP/1.1 messages (RFC 9112) over streams with h11.

Every message is rebuilt from its parsed form, so that the next parser finds the same lengths as this one.
A message that two readers could read differently is refused, also where h11 is lenient: line breaks without a carriage
return, header fields over several lines, and two statements of where a body ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import h11

from webrun_nb.browsers.egress.network import HEAD_LIMIT_BYTES, Streams
from webrun_nb.common.hosts import canonical_host

_PIECE_BYTES = 65_536
_CONNECTION_ONLY = frozenset(
    {b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"upgrade", b"http2-settings"}
)
"""Fields about one connection, not about the message (RFC 9110, 7.6.1)."""
_OF_THE_MESSAGE = frozenset({b"content-length", b"transfer-encoding", b"host"})
"""Fields that `Connection` can't take out of a message."""
_HEAD_END = b"\r\n\r\n"
_ADDRESS = re.compile(r"http://([^/?#@\\]+)((?:[/?][^#\\]*)?)", re.IGNORECASE)

Message = h11.Request | h11.InformationalResponse | h11.Response
Fields = list[tuple[bytes, bytes]]
Count = Callable[[int, int], None]
"""Called with the number of bytes sent and received."""


class BadMessageError(Exception):
    """The other side sent a message that is not HTTP/1.1, or is ambiguous.

    Its text holds nothing of the message: that can be a secret.
    """


class BadAnswerError(BadMessageError):
    """As `BadMessageError`, sent by a server."""


@dataclass(frozen=True, slots=True)
class Target:
    """The destination of a request.

    Attributes
    ----------
    host, port : str, int
        The host is canonical.
    path : str
        With the query; empty for a tunnel.
    authority : str
        Host and port for the field `Host`.
    written : str
        Host and port as they came.
    """

    host: str
    port: int
    path: str
    authority: str
    written: str


class Head:
    """The start line and the fields of a message.

    Parameters
    ----------
    message : Request, InformationalResponse or Response
        As h11 has read it.
    """

    __slots__ = ("_fields", "message", "names")

    def __init__(self, message: Message) -> None:
        self.message = message
        self._fields = [(name.lower(), name, value) for name, value in message.headers.raw_items()]
        self.names = {name for name, _, _ in self._fields}
        """Names of its fields, in lower case."""

    @property
    def has_body(self) -> bool:
        """True if a request says that a body follows."""
        return b"content-length" in self.names or self.is_chunked

    @property
    def is_chunked(self) -> bool:
        """True if the body comes in chunks."""
        return b"transfer-encoding" in self.names

    @property
    def is_continue(self) -> bool:
        """True if it asks for the body of a request that waits for that."""
        return isinstance(self.message, h11.InformationalResponse) and self.message.status_code == 100

    def get(self, name: bytes) -> str:
        """Return the value of a field, its name in lower case; empty where it is missing."""
        return next((value for each, _, value in self._fields if each == name), b"").decode("latin-1")

    def forwarded_fields(self, *without: bytes) -> Fields:
        """Return the fields to pass on: those about this one connection, and `without`, are left out."""
        left_out = _CONNECTION_ONLY.union(without)
        if b"connection" in self.names:
            values = [value for name, _, value in self._fields if name == b"connection"]
            named = {word.strip().lower() for value in values for word in value.split(b",")}
            left_out |= named - _OF_THE_MESSAGE
        return [(raw, value) for name, raw, value in self._fields if name not in left_out]


class Peer:
    """The other side of an HTTP/1.1 connection.

    Parameters
    ----------
    role : h11.CLIENT or h11.SERVER
        Ours.
    streams : Streams
        The connection.
    count : callable, optional
        See `Count`.

    Attributes
    ----------
    http : h11.Connection
        State of the connection in h11.
    """

    def __init__(self, role: type[h11.CLIENT] | type[h11.SERVER], streams: Streams, count: Count | None = None) -> None:
        self.http = h11.Connection(role, max_incomplete_event_size=HEAD_LIMIT_BYTES)
        self._fault = BadAnswerError if role is h11.CLIENT else BadMessageError
        self._reader, self._writer = streams
        self._count = count

    @property
    def is_fresh(self) -> bool:
        """True if the connection can be used for a next message, as far as is known."""
        return not (self._reader.at_eof() or self._writer.is_closing() or self.http.trailing_data[0])

    @property
    def is_done(self) -> bool:
        """True if both messages are complete and the connection stays open."""
        return self.http.our_state is h11.DONE and self.http.their_state is h11.DONE

    async def read_head(self) -> Head | None:
        """Read the head of the next message; None at the end of the connection.

        Raises
        ------
        BadMessageError
            The head is invalid, ambiguous, or longer than `HEAD_LIMIT_BYTES`.
        """
        if not await self._has_head():
            return None
        event = self._next_event()
        if not isinstance(event, Message):
            raise self._fault("no head where one is due")
        if event.http_version not in (b"1.0", b"1.1"):
            raise self._fault("another version of HTTP")
        head = Head(event)
        if head.is_chunked and (b"content-length" in head.names or event.http_version < b"1.1"):
            raise self._fault("two statements of where the body ends")
        return head

    async def read_body(self) -> h11.Data | h11.EndOfMessage:
        """Read the next piece of a body, or its end.

        Raises
        ------
        BadMessageError
            It breaks off, or is ambiguous.
        """
        while True:
            event = self._next_event()
            if isinstance(event, (h11.Data, h11.EndOfMessage)):
                return event
            if event is not h11.NEED_DATA:
                raise self._fault("the body breaks off")
            await self._receive()

    async def skip_body(self) -> None:
        """Read the rest of a message without keeping it.

        Raises
        ------
        BadMessageError
            As `read_body`.
        """
        while not isinstance(await self.read_body(), h11.EndOfMessage):
            continue

    async def relay(
        self,
        sink: Peer,
        head: h11.Request | h11.Response,
        *,
        together: bool,
        first: h11.Data | h11.EndOfMessage | None = None,
    ) -> None:
        """Pass a body on as it comes in, behind a head; what has come in at once is written at once.

        Parameters
        ----------
        sink : Peer
            Gets it.
        head : Request or Response
            The message's head, which `sink` gets first. If the body's beginning is faulty, not even the head is sent.
        together : bool
            Send the head together with the beginning of the body, rather than as soon as possible.
        first : Data or EndOfMessage, optional
            The part of the body that was read already.

        Raises
        ------
        BadMessageError
            As `read_body`.
        """
        event = self._next_event() if first is None else first
        while together and event is h11.NEED_DATA:
            await self._receive()
            event = self._next_event()
        pieces = [sink.http.send(head) or b""]
        while not isinstance(event, h11.EndOfMessage):
            if isinstance(event, h11.Data):
                pieces += sink.http.send_with_data_passthrough(event) or ()
            elif event is h11.NEED_DATA:
                await sink.write(b"".join(pieces))
                pieces.clear()
                await self._receive()
            else:
                raise self._fault("the body breaks off")
            event = self._next_event()
        pieces.append(sink.http.send(h11.EndOfMessage(headers=_trailers(event, sink))) or b"")
        await sink.write(b"".join(pieces))

    async def send(self, *events: h11.Event) -> None:
        """Send a message, or parts of one."""
        await self.write(b"".join(self.http.send(event) or b"" for event in events))

    async def write(self, data: bytes) -> None:
        """Send bytes."""
        if not data:
            return
        if self._count is not None:
            self._count(len(data), 0)
        self._writer.write(data)
        await self._writer.drain()

    async def read(self) -> bytes:
        """Return the bytes that come in next; empty at the end of the connection."""
        data = await self._reader.read(_PIECE_BYTES)
        if self._count is not None:
            self._count(0, len(data))
        return data

    def close(self) -> None:
        """End the connection."""
        self._writer.close()

    async def _receive(self) -> bytes:
        data = await self.read()
        self.http.receive_data(data)
        return data

    async def _has_head(self) -> bool:
        """Receive a whole head and check its lines; False where the connection ends instead."""
        data, _ = self.http.trailing_data
        while True:
            lines, end, _ = data.partition(_HEAD_END)
            if lines.count(b"\n") != lines.count(b"\r\n") or b"\r\n " in lines or b"\r\n\t" in lines:
                raise self._fault("ambiguous line breaks")
            if end:
                return True
            if len(data) > HEAD_LIMIT_BYTES:
                raise self._fault("the head is too long")
            piece = await self._receive()
            if not piece:
                if data:
                    raise self._fault("the head breaks off")
                return False
            data += piece

    def _next_event(self) -> object:
        try:
            return self.http.next_event()
        except h11.RemoteProtocolError:
            raise self._fault("no HTTP/1.1") from None


def target_of(url: str, last: Target | None = None) -> Target:
    """Read the absolute address in a request to a proxy.

    Parameters
    ----------
    url : str
        The URL, as h11 accepts it: visible ASCII.
    last : Target, optional
        The target of the request before; if the authority is the same, it is not parsed again.

    Raises
    ------
    BadMessageError
        It is not an `http` URL.
    HostNameError
        No host can have this name.
    """
    found = _ADDRESS.fullmatch(url)
    if found is None:
        raise BadMessageError("not a web address")
    written, path = found.groups()
    path = path if path.startswith("/") else f"/{path}"
    if last is not None and last.written == written:
        return Target(last.host, last.port, path, last.authority, written)
    try:
        parts = urlsplit(f"//{written}")
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise BadMessageError("not a web address") from error
    if not host:
        raise BadMessageError("not a web address")
    shown = _authority(host, None if port in (None, 80) else port)
    return Target(canonical_host(host), port or 80, path, shown, written)


def parse_connect_target(authority: str) -> Target:
    """Read the `host:port` of a CONNECT.

    Raises
    ------
    BadMessageError
        It is not `host:port`.
    HostNameError
        No host can have this name.
    """
    host, _, port = authority.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise BadMessageError("not a host and a port")
    return Target(canonical_host(host), int(port), "", authority, authority)


def _authority(host: str, port: int | None) -> str:
    shown = f"[{host}]" if ":" in host else host
    return shown if port is None else f"{shown}:{port}"


def _trailers(end: h11.EndOfMessage, sink: Peer) -> Fields:
    """Return the fields after a body that may be passed on: none to HTTP/1.0, and none that say where a body ends."""
    if not end.headers or sink.http.their_http_version == b"1.0":
        return []
    left_out = _CONNECTION_ONLY | _OF_THE_MESSAGE
    return [(name, value) for name, value in end.headers.raw_items() if name.lower() not in left_out]

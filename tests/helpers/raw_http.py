"""A client and an origin server that exchange raw bytes through a session's proxy."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_address

from webrun_nb.browsers.egress.listener import USERNAME, Listener
from webrun_nb.browsers.egress.network import Streams, SystemNetwork
from webrun_nb.browsers.egress.routes import EgressRoute
from webrun_nb.common.addresses import Address

GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
WITHIN_S = 60
GET = b"GET http://good.example/x HTTP/1.1\r\n"
POST = b"POST http://good.example/x HTTP/1.1\r\n"
END = b"Connection: close\r\n\r\n"


class Origin(SystemNetwork):
    """A server that records the received bytes and sends given ones, and the network that leads to it alone.

    Attributes
    ----------
    received : bytes
        The bytes that have arrived so far, over all connections.
    connections : int
        Their number.
    answers : list of bytes
        The bytes to send, one item for each part of the requests that ends in an empty line; after the last the
        connection is closed, unless `keeps_open` is set.
    """

    def __init__(self) -> None:
        self.received = b""
        self.connections = 0
        self.answers: list[bytes] = []
        self.keeps_open = False
        self.writers: list[asyncio.StreamWriter] = []
        self._changed = asyncio.Event()
        self._open = 0
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)

    def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self.writers:
            writer.close()

    async def until_received(self, end: bytes) -> None:
        """Wait until the received bytes end with the given ones."""
        async with asyncio.timeout(WITHIN_S):
            while not self.received.endswith(end):
                self._changed.clear()
                await self._changed.wait()

    async def until_left(self) -> None:
        """Wait until no connection is open."""
        async with asyncio.timeout(WITHIN_S):
            while self._open:
                self._changed.clear()
                await self._changed.wait()

    async def resolve(self, host: str, port: int) -> Sequence[Address]:
        return (ip_address("93.184.216.34"),)

    async def connect(self, address: Address, port: int) -> Streams:
        assert self._server is not None
        return await super().connect(ip_address("127.0.0.1"), self._server.sockets[0].getsockname()[1])

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open += 1
        self.writers.append(writer)
        pending = b""
        try:
            while piece := await reader.read(65_536):
                self.received += piece
                pending += piece
                self._changed.set()
                if self.answers and b"\r\n\r\n" in pending:
                    pending = b""
                    writer.write(self.answers.pop(0))
                    await writer.drain()
                    if not self.answers and not self.keeps_open:
                        writer.close()
        except ConnectionError:
            pass  # the proxy has given it up
        finally:
            self._open -= 1
            self._changed.set()
            writer.close()


class Client:
    """A raw client of the proxy, with its password."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        login = b64encode(f"{USERNAME}:{listener.password}".encode()).decode()
        self.head = f"Host: good.example\r\nProxy-Authorization: Basic {login}\r\n".encode()
        """The lines that follow the first line of every request."""
        self._writers: list[asyncio.StreamWriter] = []

    async def connect(self) -> Streams:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(self.listener.url.rpartition(":")[2]))
        self._writers.append(writer)
        return reader, writer

    async def says(self, rest: bytes, start: bytes = POST) -> bytes:
        """Send a request whose first lines are right; return all received bytes until the connection is closed."""
        reader, writer = await self.connect()
        writer.write(start + self.head + rest)
        async with asyncio.timeout(WITHIN_S):
            return await reader.read()

    def close(self) -> None:
        for writer in self._writers:
            writer.close()


@asynccontextmanager
async def client_and_origin() -> AsyncIterator[tuple[Client, Origin]]:
    """Yield an origin, and a client of the session's proxy in front of it."""
    origin = Origin()
    await origin.start()
    listener = await Listener.open(origin, EgressRoute())
    client = Client(listener)
    yield client, origin
    client.close()
    listener.close()
    origin.stop()

"""A proxy between a client and a server that can interrupt the connection and restore it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")


class DroppingProxy:
    """Forwards bytes to a server, until `drop` cuts the connections or `silence` holds the bytes back.

    While `silence` is set, they are paused.

    Parameters
    ----------
    server_url : str
        On this machine.

    Attributes
    ----------
    url : str
        URL to use instead of the server's.
    """

    def __init__(self, server_url: str) -> None:
        self._port = urlsplit(server_url).port or 0
        self._open: set[asyncio.StreamWriter] = set()
        self._dropping = False
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._do(asyncio.start_server(self._pass_on, "127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def drop(self) -> None:
        """Cut all connections, and accept no new one."""
        self._do(self._set(dropping=True))

    def silence(self) -> None:
        """Keep the connections but forward no bytes, as when packets are lost without an error."""
        self._do(self._set(dropping=False, flowing=False))

    def restore(self) -> None:
        """Accept connections and forward bytes again."""
        self._do(self._set(dropping=False))

    def close(self) -> None:
        """End it."""
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _do(self, coro: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coro, self._loop).result(10)

    async def _set(self, *, dropping: bool, flowing: bool = True) -> None:
        self._dropping = dropping
        self._flowing.set() if flowing else self._flowing.clear()
        for writer in self._open if dropping else ():
            writer.transport.abort()

    async def _end(self) -> None:
        await self._set(dropping=True)
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._dropping:
            writer.transport.abort()
            return
        inward, outward = await asyncio.open_connection("127.0.0.1", self._port)
        self._open |= {writer, outward}
        with contextlib.suppress(OSError):
            await asyncio.gather(self._copy(reader, outward), self._copy(inward, writer))
        self._open -= {writer, outward}

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                await self._flowing.wait()
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()

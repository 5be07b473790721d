"""Receives a session's live events, as a client of the service does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import aiohttp
import socketio

from webrun_nb.bench.results import BenchError

_EVENTS = ("message", "end_session", "instance:disconnected", "instance:reconnected")


@dataclass(frozen=True, slots=True)
class Heard:
    """An event with its time of arrival."""

    name: str
    body: Mapping[str, Any]
    at_s: float
    """By `time.perf_counter`."""
    late_ms: float
    """Delay after the event's own timestamp; both clocks are this machine's, the timestamp is in whole ms."""


@dataclass(eq=False)
class Listener:
    """One Socket.IO connection, by WebSocket alone; use it as a context manager.

    Parameters
    ----------
    url : str
    session_id : str
    """

    url: str
    session_id: str
    heard: list[Heard] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        self._first = {name: asyncio.Event() for name in _EVENTS}
        self._http = aiohttp.ClientSession()
        self._socket = socketio.AsyncClient(reconnection=False, handle_sigint=False, http_session=self._http)
        for name in _EVENTS:
            self._listen(name)
        try:
            await self._socket.connect(self.url, auth={"sessionId": self.session_id}, transports=["websocket"])
        except socketio.exceptions.ConnectionError as error:
            await self._http.close()
            raise BenchError(f"no live events of a session: {error}") from error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._socket.disconnect()
        await self._http.close()

    async def first(self, name: str, *, within_s: float) -> Heard:
        """Wait for the first event of this name.

        Raises
        ------
        BenchError
            It does not come in time.
        """
        try:
            async with asyncio.timeout(within_s):
                await self._first[name].wait()
        except TimeoutError as error:
            raise BenchError(f"no {name} after {within_s:g} s") from error
        return next(heard for heard in self.heard if heard.name == name)

    def _listen(self, name: str) -> None:
        def hear(body: Mapping[str, Any]) -> None:
            self.heard.append(Heard(name, body, time.perf_counter(), time.time() * 1000 - body["at"]))
            self._first[name].set()

        self._socket.on(name, hear)

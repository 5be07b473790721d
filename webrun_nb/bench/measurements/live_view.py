"""Measures the live view: pictures a second, CPU time, bytes while nothing changes."""

from __future__ import annotations

import asyncio
import json
import time
from abc import abstractmethod
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager

import aiohttp

from webrun_nb.bench.harness import processes
from webrun_nb.bench.harness.context import BenchContext, Emulator
from webrun_nb.bench.measurement import Measurement
from webrun_nb.bench.results import BenchError, Sample, Target

_FPS = 10
"""Frame rate that the viewer requests: a little more than the target of 8."""
_WATCHED_S, _QUICK_S = 8.0, 2.0
_SETTLED_S = 1.0
_FIRST_WITHIN_S = 60.0


class _Viewer:
    """A viewer on a raw socket, which acknowledges each picture as it comes."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self.pictures = 0
        self.bytes = 0

    async def say(self, **message: object) -> None:
        await self._socket.send_str(json.dumps(message))

    async def watch(self, seconds: float) -> None:
        """Receive pictures for a time."""
        deadline = time.monotonic() + seconds
        while (left_s := deadline - time.monotonic()) > 0:
            try:
                message = await self._socket.receive(timeout=left_s)
            except TimeoutError:
                return
            if message.type not in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT):
                raise BenchError(f"the live view was closed ({self._socket.close_code})")
            self.bytes += len(message.data)
            if message.type is aiohttp.WSMsgType.BINARY:
                self.pictures += 1
                await self.say(type="ack")

    async def until_settled(self) -> None:
        """Wait for the first picture, and a moment longer; then count from 0."""
        deadline = time.monotonic() + _FIRST_WITHIN_S
        while not self.pictures:
            if time.monotonic() > deadline:
                raise BenchError("the live view showed nothing")
            await self.watch(0.1)
        await self.watch(_SETTLED_S)
        self.pictures = self.bytes = 0


@asynccontextmanager
async def _viewer(emulator: Emulator, session_id: str) -> AsyncIterator[_Viewer]:
    url = f"{emulator.url}/_emulator/sessions/{session_id}/view"
    async with aiohttp.ClientSession() as http, http.ws_connect(url, headers=emulator.headers) as socket:
        viewer = _Viewer(socket)
        await viewer.say(type="pace", fps=_FPS)
        yield viewer


@asynccontextmanager
async def _shown(emulator: Emulator, url: str) -> AsyncIterator[str]:
    """Have a session in a browser of its own show a page, and end it: a page that moves would disturb what follows."""
    session_id = await emulator.start_session(startingUrl=url)
    await emulator.until_active(session_id)
    async with _viewer(emulator, session_id) as viewer:
        await viewer.until_settled()
    await asyncio.sleep(_SETTLED_S)
    yield session_id
    await emulator.terminate(session_id)


class _LiveView(Measurement):
    """A measurement of a session's live view, with an emulator whose sessions have browsers of their own."""

    _emulator: Emulator

    async def prepare(self, bench: BenchContext) -> None:
        """Start the emulator."""
        self._emulator = await bench.emulator("process")

    @abstractmethod
    async def sample(self, bench: BenchContext) -> Sample:
        """Measure once."""

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return the names of the emulator's processes."""
        return processes.names(self._emulator.pid), []


class ViewRate(_LiveView):
    """Pictures per second that a viewer gets of a page that always moves."""

    name = "view-rate"
    measures = f"live view of a moving page, {_FPS} pictures/s asked for"
    unit = "pictures/s"
    target = Target("ours", 8, at_least=True)
    rounds = 3

    async def sample(self, bench: BenchContext) -> Sample:
        """Watch."""
        seconds = _QUICK_S if bench.quick else _WATCHED_S
        page = _shown(self._emulator, bench.site.moving_url)
        async with page as session_id, _viewer(self._emulator, session_id) as viewer:
            await viewer.until_settled()
            began_s = time.perf_counter()
            await viewer.watch(seconds)
            rate = viewer.pictures / (time.perf_counter() - began_s)
            return Sample(rate, details={"bytes_per_picture": viewer.bytes / max(1, viewer.pictures)})


class ViewCpu(_LiveView):
    """CPU time of everything that is at work for a viewer of a moving page, less that of the page by itself.

    Both are counted over the emulator's whole tree: emulator, Playwright's driver, the session's browser.
    """

    name = "view-cpu"
    measures = f"live view of a moving page at {_FPS} pictures/s, beyond the page's own CPU"
    unit = "% of a core"
    target = Target("ours", 50)
    rounds = 3

    async def sample(self, bench: BenchContext) -> Sample:
        """Count without a viewer, then with one."""
        seconds = _QUICK_S if bench.quick else _WATCHED_S
        async with _shown(self._emulator, bench.site.moving_url) as session_id:
            alone = await self._percent(seconds, asyncio.sleep(seconds))
            async with _viewer(self._emulator, session_id) as viewer:
                await viewer.until_settled()
                watched = await self._percent(seconds, viewer.watch(seconds))
                details = {"page_alone": alone, "watched": watched, "pictures_per_s": viewer.pictures / seconds}
        return Sample(watched - alone, details=details)

    async def _percent(self, seconds: float, during: Awaitable[None]) -> float:
        before_s, began_s = processes.cpu_s(self._emulator.pid), time.perf_counter()
        await during
        return 100 * (processes.cpu_s(self._emulator.pid) - before_s) / (time.perf_counter() - began_s)


class ViewQuiet(_LiveView):
    """Bytes sent to a viewer of a still page, and to a hidden viewer of a moving page."""

    name = "view-quiet"
    measures = "live view of a still page, and a hidden view of a moving one"
    unit = "bytes"
    target = Target("ours", 0)
    rounds = 1

    async def sample(self, bench: BenchContext) -> Sample:
        """Watch the still page, then the moving one while hidden."""
        seconds = _QUICK_S if bench.quick else _WATCHED_S
        page = _shown(self._emulator, bench.site.orders_url)
        async with page as session_id, _viewer(self._emulator, session_id) as viewer:
            await viewer.until_settled()
            await viewer.watch(seconds)
            still = viewer.bytes
        page = _shown(self._emulator, bench.site.moving_url)
        async with page as session_id, _viewer(self._emulator, session_id) as viewer:
            await viewer.until_settled()
            await viewer.say(type="visible", visible=False)
            await viewer.watch(_SETTLED_S)
            viewer.bytes = 0
            await viewer.watch(seconds)
            hidden = viewer.bytes
        return Sample(still + hidden, details={"still": still, "hidden": hidden, "seconds": seconds})

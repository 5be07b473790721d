"""Measures how soon a lost server, or a lost network, is shown."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
import time
from collections.abc import Callable, Sequence

from webrun_nb.bench.harness import processes
from webrun_nb.bench.harness.context import BenchContext, Emulator
from webrun_nb.bench.harness.dropping_proxy import DroppingProxy
from webrun_nb.bench.results import BenchError, Sample, Target
from webrun_nb.client.client import Client
from webrun_nb.client.local_emulator import LocalEmulator
from webrun_nb.client.sessions.session import Session
from webrun_nb.client.snapshot import SessionSnapshot

_WITHIN_S = 30.0


class EmulatorLost:
    """Time from an emulator's SIGKILL to the snapshot that reports it, from which cards and views are drawn.

    From there to the page it takes what `event-to-page` measures.
    """

    name = "emulator-lost"
    measures = "killed emulator: until its session's facts say so"
    unit = "ms"
    target = Target("ours", 2000)
    rounds = 3

    async def prepare(self, bench: BenchContext) -> None:
        """Nothing lasts: each round has an emulator of its own."""

    async def sample(self, bench: BenchContext) -> Sample:
        """Start one, open a session, kill it."""
        with tempfile.TemporaryDirectory(prefix="webrun-bench-") as folder:
            own = await LocalEmulator.start("--data-dir", folder)
            client = Client(own.url, key=own.key, explain_loss=own.explain_loss, ledger=None)
            try:
                session = await client.astart()
                await _until(session, lambda snapshot: snapshot.phase == "idle")
                began_s = time.perf_counter()
                os.kill(own.pid, signal.SIGKILL)
                await _until(session, lambda snapshot: snapshot.ended)
                return Sample((time.perf_counter() - began_s) * 1000)
            finally:
                await asyncio.to_thread(client.close)
                await asyncio.to_thread(own.stop)

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return the names of the processes that are killed."""
        return ["emulator"], []


class NetworkLost:
    """Time from the loss of the network to the snapshot that reports it: the slower of two kinds of loss.

    Cut: every connection is reset. Silent: connections stay, and no byte comes through.
    """

    name = "network-lost"
    measures = "lost network, cut or silent: until the session's facts say so"
    unit = "ms"
    target = Target("ours", 2000)
    rounds = 5

    _emulator: Emulator

    async def prepare(self, bench: BenchContext) -> None:
        """Start the emulator."""
        self._emulator = await bench.emulator("context")

    async def sample(self, bench: BenchContext) -> Sample:
        """Take the network away from a client of its own, and give it back, twice."""
        network = await asyncio.to_thread(DroppingProxy, self._emulator.url)
        client = Client(network.url, key=self._emulator.key, ledger=None)
        try:
            session = await client.astart()
            await _until(session, lambda snapshot: snapshot.phase == "idle")
            cut_ms = await _took_ms(session, network.drop, connected=False)
            back_ms = await _took_ms(session, network.restore, connected=True)
            silent_ms = await _took_ms(session, network.silence, connected=False)
            await _took_ms(session, network.restore, connected=True)
            await session.aterminate()
        finally:
            await asyncio.to_thread(client.close)
            await asyncio.to_thread(network.close)
        return Sample(max(cut_ms, silent_ms), details={"cut_ms": cut_ms, "silent_ms": silent_ms, "back_ms": back_ms})

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return the names of the processes that are cut off."""
        return processes.names(self._emulator.pid), []


async def _took_ms(session: Session, act: Callable[[], None], *, connected: bool) -> float:
    began_s = time.perf_counter()
    await asyncio.to_thread(act)
    await _until(session, lambda snapshot: snapshot.connected is connected)
    return (time.perf_counter() - began_s) * 1000


async def _until(session: Session, wanted: Callable[[SessionSnapshot], bool]) -> None:
    """Wait until a session's facts are as wanted; they come on the client's own thread."""
    loop, seen = asyncio.get_running_loop(), asyncio.Event()

    def look(snapshot: SessionSnapshot) -> None:
        if wanted(snapshot):
            loop.call_soon_threadsafe(seen.set)

    leave = session.subscribe(look)
    try:
        look(session.snapshot)
        async with asyncio.timeout(_WITHIN_S):
            await seen.wait()
    except TimeoutError:
        raise BenchError(f"a session did not become as it should: {session.snapshot.state_label}") from None
    finally:
        leave()

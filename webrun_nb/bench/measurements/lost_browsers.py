"""Measures how soon a hanging or dead browser is detected, and how soon the session is restored."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from webrun_nb.bench.harness import processes
from webrun_nb.bench.harness.context import BenchContext, Emulator
from webrun_nb.bench.harness.listening import Listener
from webrun_nb.bench.harness.site import Visit
from webrun_nb.bench.measurement import Comparison
from webrun_nb.bench.results import BenchError, Sample, Target

_SESSIONS, _QUICK_SESSIONS = 6, 1
_WITHIN_S = 30.0


class HangSeen:
    """Time from a browser's stop to `instance:disconnected` at the client: the slowest of several.

    Each session's browser is stopped for real (SIGSTOP of all its processes) at a time of its own.
    """

    name = "hang-seen"
    measures = f"hanging browser: until the client is told (slowest of {_SESSIONS})"
    unit = "ms"
    target = Target("ours", 5000)
    rounds = 2

    _emulator: Emulator

    async def prepare(self, bench: BenchContext) -> None:
        """Start the emulator."""
        self._emulator = await bench.emulator("process")

    async def sample(self, bench: BenchContext) -> Sample:
        """Hang several sessions' browsers.

        Raises
        ------
        BenchError
            One is not seen.
        """
        size = _QUICK_SESSIONS if bench.quick else _SESSIONS
        session_ids = [await self._emulator.start_session() for _ in range(size)]
        for session_id in session_ids:
            await self._emulator.until_active(session_id)
        await bench.until_at_rest()
        seen_ms = [await self._seen_ms(session_id) for session_id in session_ids]
        await bench.until_at_rest()
        return Sample(max(seen_ms), details={"each_ms": seen_ms})

    async def _seen_ms(self, session_id: str) -> float:
        async with Listener(self._emulator.url, session_id) as listener:
            began_s = time.perf_counter()
            await self._emulator.strike(session_id, "hang")
            seen = await listener.first("instance:disconnected", within_s=_WITHIN_S)
        await self._emulator.terminate(session_id)
        return (seen.at_s - began_s) * 1000

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return the names of the emulator's processes between rounds."""
        return processes.names(self._emulator.pid), []


class Restore(Comparison):
    """A killed browser's session gets another one, with its cookies, its local storage and its page.

    Ours: from the order to kill (SIGKILL) until both the page has come again with its memory and the client has been
    sent `instance:reconnected`: detecting the loss is in the time. The emulator has its warm spare. Raw: launch, new
    context with a storage state taken before, new page, `goto` until the document is parsed; nothing to notice.
    """

    name = "restore"
    measures = "killed browser: until session, state and page are back, against relaunch + restore + open (p50)"
    unit = "ms"
    target = Target("ratio", 2)
    rounds = 9
    isolation = "process"
    warm_ups = 1

    async def sample(self, bench: BenchContext) -> Sample:
        """Measure once.

        Raises
        ------
        BenchError
            The session or its page does not come back, or without its memory.
        """
        url, first, again = bench.site.return_visit()
        ours_ms, lost_ms = await self._ours_ms(bench, url, first, again)
        url, first, again = bench.site.return_visit()
        state = (await self._raw.do("remember", url=url))["state"]
        await _comes(first)
        raw_ms = (await self._raw.do("relaunch", url=url, state=state))["ms"]
        await _comes(again)
        await bench.until_at_rest()
        return Sample(ours_ms, raw_ms, {"ours_until_lost_ms": lost_ms})

    async def _ours_ms(self, bench: BenchContext, url: str, first: Visit, again: Visit) -> tuple[float, float]:
        session_id = await self._emulator.start_session(startingUrl=url)
        await _comes(first)
        await self._emulator.until_kept(session_id)
        await bench.until_at_rest()
        async with Listener(self._emulator.url, session_id) as listener:
            began_s = time.perf_counter()
            await self._emulator.strike(session_id, "kill")
            lost = await listener.first("instance:disconnected", within_s=_WITHIN_S)
            await listener.first("instance:reconnected", within_s=_WITHIN_S)
            await _comes(again)
            took_ms = (time.perf_counter() - began_s) * 1000
        await self._emulator.terminate(session_id)
        await bench.until_at_rest()
        return took_ms, (lost.at_s - began_s) * 1000


async def _comes(visit: Visit) -> None:
    try:
        async with asyncio.timeout(_WITHIN_S):
            await visit.opened.wait()
    except TimeoutError as error:
        raise BenchError(f"a page did not come, or without its memory, after {_WITHIN_S:g} s") from error

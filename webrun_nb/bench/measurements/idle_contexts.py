"""Measures many idle `context` sessions at once: memory, CPU, and the time to create one more."""

from __future__ import annotations

import asyncio
import statistics
import time
from abc import abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import psutil

from webrun_nb.bench.harness import processes
from webrun_nb.bench.harness.context import BenchContext, Emulator, PlaywrightBaseline
from webrun_nb.bench.measurement import Measurement
from webrun_nb.bench.results import NotAvailableError, Sample, Target

SESSIONS, QUICK_SESSIONS = 50, 5
_LET_BE_S = 0.1
"""Pause before the first request of a session's status: asking every 2 ms takes the CPU that its browser needs on a
small machine (14 of 60 ms with two cores)."""
_WATCH_S, _QUICK_WATCH_S = 20.0, 1.0


class _IdleContexts(Measurement):
    """A group of sessions with an empty page, in the emulator's shared browser and in raw Playwright's, side by side.

    They are created one after the other, in turns with raw contexts, each with one page.
    """

    _emulator: Emulator
    _raw: PlaywrightBaseline

    async def prepare(self, bench: BenchContext) -> None:
        """Start both browsers, and run a few sessions on each."""
        self._emulator = await bench.emulator("context")
        self._raw = await bench.raw()
        async with self._group(bench, 2):
            pass

    @abstractmethod
    async def sample(self, bench: BenchContext) -> Sample:
        """Measure one group."""

    @asynccontextmanager
    async def _group(self, bench: BenchContext, size: int) -> AsyncIterator[list[tuple[float, float]]]:
        """Create `size` sessions on each side, wait until idle, and yield the creation times, ms: ours, raw."""
        session_ids = []
        took_ms = []
        for _ in range(size):
            began_unix_ms = time.time() * 1000
            session_ids.append(await self._emulator.start_session())
            await asyncio.sleep(_LET_BE_S)
            await self._emulator.until_active(session_ids[-1])
            active_unix_ms = (await self._emulator.status(session_ids[-1]))["lastActivityAt"]
            took_ms.append((active_unix_ms - began_unix_ms, (await self._raw.do("keep_context"))["ms"]))
        await bench.until_at_rest()
        yield took_ms
        for session_id in session_ids:
            await self._emulator.terminate(session_id)
        await self._raw.do("drop")
        await bench.until_at_rest()

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return the names of the processes on each side."""
        return processes.names(self._emulator.pid), processes.names(self._raw.pid)


class IdleContextCreate(_IdleContexts):
    """Create a session while the others are idle.

    Ours: from before POST start-session until the session is `active`. The session reports that time: nothing happens
    to an idle session afterwards, so it is its last activity, in unix ms of this machine's clock. Raw: new context, new
    page. Each sample is the median over a group, from the first session to the fiftieth.
    """

    name = "idle-contexts-create"
    measures = f"{SESSIONS} idle context sessions: create one, against context + page (p50)"
    unit = "ms"
    target = Target("ratio", 1.3)
    rounds = 3

    async def sample(self, bench: BenchContext) -> Sample:
        """Measure one group."""
        async with self._group(bench, _size(bench)) as took_ms:
            ours_ms, raw_ms = zip(*took_ms, strict=True)
            return Sample(
                statistics.median(ours_ms),
                statistics.median(raw_ms),
                {"sessions": len(took_ms), "ours_slowest_ms": max(ours_ms), "raw_slowest_ms": max(raw_ms)},
            )


class IdleContextMemory(_IdleContexts):
    """The memory of each idle session: the growth of the browsers' PSS with the group, divided by its size.

    All processes of the browsers count on both sides (main, renderers, zygotes, GPU, utilities); Playwright's driver,
    emulator or script, and guardian do not: how much they have grown per session is in the details.
    """

    name = "idle-contexts-memory"
    measures = f"{SESSIONS} idle context sessions: browser memory of each (PSS)"
    unit = "MiB"
    target = Target("ratio", 1.2)
    rounds = 3

    _names: tuple[list[str], list[str]] = ([], [])

    async def prepare(self, bench: BenchContext) -> None:
        """Start both browsers, and run a few sessions on each.

        Raises
        ------
        NotAvailableError
            Only Linux reports PSS.
        """
        need_pss()
        await super().prepare(bench)

    async def sample(self, bench: BenchContext) -> Sample:
        """Measure one group."""
        pids = (self._emulator.pid, self._raw.pid)
        before_mib = [processes.pss_mib(processes.browsers(pid)) for pid in pids]
        others_before_mib = [sum(processes.uncounted_mib(pid).values()) for pid in pids]
        async with self._group(bench, size := _size(bench)):
            after_mib = [processes.pss_mib(processes.browsers(pid)) for pid in pids]
            others_mib = [sum(processes.uncounted_mib(pid).values()) for pid in pids]
            self._names = (processes.browser_names(pids[0]), processes.browser_names(pids[1]))
        ours_mib, raw_mib = ((now - then) / size for now, then in zip(after_mib, before_mib, strict=True))
        ours_other_mib, raw_other_mib = (
            (now - then) / size for now, then in zip(others_mib, others_before_mib, strict=True)
        )
        details = {
            "sessions": size,
            "ours_uncounted_mib_per_session": ours_other_mib,
            "raw_uncounted_mib_per_session": raw_other_mib,
        }
        return Sample(ours_mib, raw_mib, details)

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return the names of the processes whose memory is counted, while the group exists."""
        return self._names


class IdleContextCpu(_IdleContexts):
    """CPU time of the idle sessions: all processes on both sides, drivers and heartbeat too."""

    name = "idle-contexts-cpu"
    measures = f"{SESSIONS} idle context sessions: CPU of all of them, while nothing happens"
    unit = "% of a core"
    target = Target("excess", 2)
    rounds = 2

    async def sample(self, bench: BenchContext) -> Sample:
        """Measure one group on both sides at the same time."""
        pids = (self._emulator.pid, self._raw.pid)
        async with self._group(bench, size := _size(bench)):
            before_s = [processes.cpu_s(pid) for pid in pids]
            began_s = time.perf_counter()
            await asyncio.sleep(_QUICK_WATCH_S if bench.quick else _WATCH_S)
            watched_s = time.perf_counter() - began_s
            after_s = [processes.cpu_s(pid) for pid in pids]
        ours, raw = (100 * (now - then) / watched_s for now, then in zip(after_s, before_s, strict=True))
        return Sample(ours, raw, {"sessions": size, "watched_s": watched_s})


def need_pss() -> None:
    """Raise `NotAvailableError` where the system does not report PSS."""
    if not psutil.LINUX:
        raise NotAvailableError("only Linux tells how much memory processes share")


def _size(bench: BenchContext) -> int:
    return QUICK_SESSIONS if bench.quick else SESSIONS

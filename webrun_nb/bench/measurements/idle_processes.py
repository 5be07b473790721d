"""Measures the memory of many `process` sessions."""

from __future__ import annotations

from collections.abc import Sequence

from webrun_nb.bench.harness import processes
from webrun_nb.bench.harness.context import BenchContext, Emulator, PlaywrightBaseline
from webrun_nb.bench.measurements.idle_contexts import need_pss
from webrun_nb.bench.results import Sample, Target

SESSIONS, QUICK_SESSIONS = 20, 2


class IdleProcessMemory:
    """Idle sessions with a browser each, against as many raw browsers with a context and a page each.

    Ours: the PSS of all browser processes of the emulator, its warm spare included. Raw: that of the browsers launched
    for this; its running one is left out. Playwright's driver, emulator or script, and guardian count on neither side:
    they are in the details. Both groups exist at the same time, so that they share libraries alike.
    """

    name = "idle-processes-memory"
    measures = f"{SESSIONS} idle process sessions: browser memory of all, the spare included (PSS)"
    unit = "MiB"
    target = Target("ratio", 1.15)
    rounds = 2

    _emulator: Emulator
    _raw: PlaywrightBaseline
    _names: tuple[list[str], list[str]] = ([], [])

    async def prepare(self, bench: BenchContext) -> None:
        """Start both.

        Raises
        ------
        NotAvailableError
            Only Linux reports PSS.
        """
        need_pss()
        self._emulator = await bench.emulator("process")
        self._raw = await bench.raw()

    async def sample(self, bench: BenchContext) -> Sample:
        """Measure one group."""
        size = QUICK_SESSIONS if bench.quick else SESSIONS
        running = processes.browsers(self._raw.pid)
        session_ids = []
        for _ in range(size):
            session_ids.append(await self._emulator.start_session())
            await self._emulator.until_active(session_ids[-1])
            await self._raw.do("keep_browser")
        await bench.until_at_rest()
        ours_mib = processes.pss_mib(processes.browsers(self._emulator.pid))
        raw_mib = processes.pss_mib(processes.browsers(self._raw.pid) - running)
        details = {
            "sessions": size,
            "ours_uncounted_mib": processes.uncounted_mib(self._emulator.pid),
            "raw_uncounted_mib": processes.uncounted_mib(self._raw.pid),
        }
        self._names = (processes.browser_names(self._emulator.pid), processes.browser_names(self._raw.pid))
        for session_id in session_ids:
            await self._emulator.terminate(session_id)
        await self._raw.do("drop")
        await bench.until_at_rest()
        return Sample(ours_mib, raw_mib, details)

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return the names of the browsers' processes with the group; raw's running one is named, not counted."""
        return self._names

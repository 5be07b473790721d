"""Measures the creation of a `process` session."""

from __future__ import annotations

import time
from collections.abc import Sequence

from webrun_nb.bench.harness import processes
from webrun_nb.bench.harness.context import BenchContext, Emulator, PlaywrightBaseline
from webrun_nb.bench.results import Sample, Target


class ProcessCreate:
    """Create a session with a browser of its own: through the emulator's HTTP, and by hand.

    Ours: POST start-session, then ask session-status until it says `active`. The emulator takes its warm spare, as it
    does for every session but the first; each round waits until the next spare is there. What the spare costs in
    memory and ahead of time is the price of this number.

    Raw: launch, new context, new page.

    Ending is in neither time.
    """

    name = "process-create"
    measures = "process session: create, against launch + context + page"
    unit = "ms"
    target = Target("ratio", 1.0)
    rounds = 9

    _emulator: Emulator
    _raw: PlaywrightBaseline

    async def prepare(self, bench: BenchContext) -> None:
        """Start both, and wait for the spare that the first session leads to."""
        self._emulator = await bench.emulator("process")
        self._raw = await bench.raw()
        await self.sample(bench)
        await bench.until_at_rest()

    async def sample(self, bench: BenchContext) -> Sample:
        """Measure once."""
        began_s = time.perf_counter()
        session_id = await self._emulator.start_session()
        await self._emulator.until_active(session_id)
        ours_ms = (time.perf_counter() - began_s) * 1000
        await self._emulator.terminate(session_id)
        await bench.until_at_rest()
        raw_ms = (await self._raw.do("launch"))["ms"]
        return Sample(ours_ms, raw_ms)

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return the names of the processes on each side between rounds: ours has the spare."""
        return processes.names(self._emulator.pid), processes.names(self._raw.pid)

"""Measures the creation of a `process` session."""

from __future__ import annotations

import time

from webrun_nb.bench.harness.context import BenchContext
from webrun_nb.bench.measurement import Comparison
from webrun_nb.bench.results import Sample, Target


class ProcessCreate(Comparison):
    """Create a session with a browser of its own: through the emulator's HTTP, and in raw Playwright.

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
    isolation = "process"
    warm_ups = 1

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

"""Measures the whole life of a `context` session."""

from __future__ import annotations

import asyncio
import time

from webrun_nb.bench.harness.context import BenchContext
from webrun_nb.bench.harness.site import Visit
from webrun_nb.bench.measurement import Comparison
from webrun_nb.bench.results import BenchError, Sample, Target

_WITHIN_S = 30.0


class ContextSession(Comparison):
    """Create a session, open a page, end the session: through the emulator's HTTP, and in raw Playwright.

    Ours: POST start-session with a `startingUrl`; as soon as the page is open, POST terminate; it ends when that has
    been answered and the page is gone. HTTP, the session's bookkeeping and its listeners are in the time. The service
    answers before the browser is done, so the page itself reports: a script at its end opens a connection to the
    bench's server (the document is parsed), and that drops when the page goes.

    Raw: new context, new page, `goto` until the document is parsed, close the context.

    Both have a browser running and no page made beforehand.
    """

    name = "context-session"
    measures = "context session: create, open a page, end (running browser)"
    unit = "ms"
    target = Target("ratio", 1.5)
    rounds = 15
    isolation = "context"
    warm_ups = 2

    async def sample(self, bench: BenchContext) -> Sample:
        """Measure once.

        Raises
        ------
        BenchError
            The page did not come, or did not go.
        """
        url, visit = bench.site.visit()
        try:
            async with asyncio.timeout(_WITHIN_S):
                ours_ms, opened_ms = await self._ours_ms(url, visit)
        except TimeoutError as error:
            raise BenchError(f"a session with one page was not over after {_WITHIN_S:.0f} s") from error
        raw_url, _ = bench.site.visit()
        raw_ms = (await self._raw.do("session", url=raw_url))["ms"]
        return Sample(ours_ms, raw_ms, {"ours_until_page_ms": opened_ms})

    async def _ours_ms(self, url: str, visit: Visit) -> tuple[float, float]:
        began_s = time.perf_counter()
        session_id = await self._emulator.start_session(startingUrl=url)
        await visit.opened.wait()
        opened_s = time.perf_counter()
        await self._emulator.terminate(session_id)
        await visit.gone.wait()
        return (time.perf_counter() - began_s) * 1000, (opened_s - began_s) * 1000

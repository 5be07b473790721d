"""Measures the time of five steps by the local agent, and of one look at a page with many elements."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from webrun_nb.bench.harness import large_pages, processes
from webrun_nb.bench.harness.answers import records_schema, structured_answer
from webrun_nb.bench.harness.context import BenchContext, Emulator, PlaywrightBaseline
from webrun_nb.bench.harness.own_browser import own_browser
from webrun_nb.bench.harness.site import ORDER_COLUMNS, orders
from webrun_nb.bench.results import BenchError, Sample, Target
from webrun_nb.browsers.actions import Navigate

_TASK = (
    'Type "{customer}" into Customer, type "{city}" into City, choose Express from Delivery, click Search and list the'
    " orders."
)
_TASKS_PER_SAMPLE = 3
_ELEMENTS = 2_000
_LOOKS_PER_SAMPLE = 5


class FiveSteps:
    """Open, fill two fields, choose, click, read: the time from the request to the answer, on an open session.

    Ours: `newTask` in plain English, followed by the local agent, answered as JSON checked against a schema.

    Raw: `goto`, two `fill` by label, `select_option`, `click` by role, wait for a row, read all rows with one script,
    in an open page of a running browser; without the time of the pipe to its process.
    """

    name = "five-steps"
    measures = "five steps (open, fill two fields, choose, click, read), pages that answer after 100 ms"
    unit = "ms"
    target = Target("ratio", 1.5)
    rounds = 5
    answers_after_ms = 100

    _emulator: Emulator
    _raw: PlaywrightBaseline
    _session_id: str
    _count = 0

    async def prepare(self, bench: BenchContext) -> None:
        """Open a session, and do the steps once on each side."""
        self._emulator = await bench.emulator("context")
        self._raw = await bench.raw()
        self._session_id = await self._emulator.start_session()
        await self._emulator.until_active(self._session_id)
        await self._pair(bench)
        await bench.until_at_rest()

    async def sample(self, bench: BenchContext) -> Sample:
        """Measure a few times, ours and raw in turn.

        Raises
        ------
        BenchError
            A task failed or brought other rows than the page had.
        """
        pairs = [await self._pair(bench) for _ in range(1 if bench.quick else _TASKS_PER_SAMPLE)]
        return Sample(*(sum(each) / len(each) for each in zip(*pairs, strict=True)))

    async def _pair(self, bench: BenchContext) -> tuple[float, float]:
        """Return the time of one task of ours, and that of the same in raw Playwright, ms."""
        self._count += 1
        customer, city = f"Ada {self._count}", f"Ulm {self._count}"
        url = bench.site.late_choice_url(self.answers_after_ms)
        message = {
            "actionType": "newTask",
            "newState": "start",
            "prompt": _TASK.format(customer=customer, city=city),
            "startingUrl": url,
            "outputType": "structured_json",
            "outputSchema": records_schema(ORDER_COLUMNS),
        }
        began_s = time.perf_counter()
        answer = await self._emulator.post("/start/send-message", {"sessionId": self._session_id, "message": message})
        took_ms = (time.perf_counter() - began_s) * 1000
        _check(structured_answer(answer), customer, f"{city} Express")
        raw = await self._raw.do("task", url=url, customer=customer, city=city, delivery="Express")
        _check([dict(zip(ORDER_COLUMNS, row, strict=True)) for row in raw["rows"]], customer, f"{city} Express")
        return took_ms, raw["ms"]

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return the names of the processes on each side."""
        return processes.names(self._emulator.pid), processes.names(self._raw.pid)


class FiveStepsAtOnce(FiveSteps):
    """The same five steps on pages that answer at once: all that is left is computing, on both sides."""

    name = "five-steps-at-once"
    measures = "the same five steps, pages that answer at once: computing alone"
    answers_after_ms = 0


def _check(rows: list[dict[str, Any]], customer: str, city: str) -> None:
    if rows != orders(customer, city):
        raise BenchError(f"the five steps brought {len(rows)} rows that are not the page's")


class ObservationSpeed:
    """One look at an open page with 2,000 elements, as the agent takes it before it acts: in the page, and its parsing.

    The browser runs in this process. The median of a few looks makes one sample.
    """

    name = "observation"
    measures = "one observation of a page with 2,000 elements"
    unit = "ms"
    target = Target("ours", 30)
    rounds = 5

    async def prepare(self, bench: BenchContext) -> None:
        """Open the page, and look at it once.

        Raises
        ------
        NotAvailableError
            No browser is installed.
        """
        self._browser = await own_browser(bench)
        await self._browser.perform(Navigate(bench.site.publish("controls", large_pages.controls(_ELEMENTS))))
        await self.sample(bench)

    async def sample(self, bench: BenchContext) -> Sample:
        """Look a few times.

        Raises
        ------
        BenchError
            An element is missing.
        """
        times_ms = []
        for _ in range(_LOOKS_PER_SAMPLE):
            began_s = time.perf_counter()
            seen = await self._browser.observe()
            times_ms.append((time.perf_counter() - began_s) * 1000)
        if len(seen.elements) < _ELEMENTS:
            raise BenchError(f"an observation has {len(seen.elements)} of {_ELEMENTS} elements")
        return Sample(sorted(times_ms)[_LOOKS_PER_SAMPLE // 2], details={"elements": len(seen.elements)})

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Name this process and its browser."""
        return ["bench", "browser"], []

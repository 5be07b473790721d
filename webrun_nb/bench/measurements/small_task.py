"""Measures the CPU time of a small task."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from webrun_nb.bench.harness import processes
from webrun_nb.bench.harness.answers import records_schema, structured_answer
from webrun_nb.bench.harness.context import BenchContext, Emulator, PlaywrightBaseline
from webrun_nb.bench.harness.site import ORDER_COLUMNS, orders
from webrun_nb.bench.results import BenchError, Sample, Target

_TASKS_PER_SAMPLE = 4
"""Linux counts CPU in ticks of 10 ms per process: several tasks make one sample."""
_TASK = 'Type "{customer}" into Customer, type "{city}" into City, click Search and list the orders.'


class SmallTask:
    """Open a form, fill two fields, click, read a table of ten rows: in plain English, and as a Playwright script.

    Ours: `newTask` in an open session, followed by the local agent, answered as JSON checked against a schema; the CPU
    of the emulator's process and of all it has started (Playwright's driver, browser, guardian), until they are at
    rest again: events, metering and the watching of the page are in it.

    Raw: `goto`, two `fill` by label, `click` by role, wait for a row, read all rows with one script, in an open page;
    the CPU of the script's process and of all it has started.

    The bench's process, which sends the requests and serves the page, is in neither.
    """

    name = "small-task"
    measures = "small task: open, fill two fields, click, read a 10-row table (CPU)"
    unit = "ms CPU"
    target = Target("ratio", 1.5)
    rounds = 7

    _emulator: Emulator
    _raw: PlaywrightBaseline
    _session_id: str
    _count = 0

    async def prepare(self, bench: BenchContext) -> None:
        """Open a session, and do the task twice on each side."""
        self._emulator = await bench.emulator("context")
        self._raw = await bench.raw()
        self._session_id = await self._emulator.start_session()
        await self._emulator.until_active(self._session_id)
        for _ in range(2):
            await self._ours(bench, *self._words())
            await self._by_hand(bench, *self._words())
        await bench.until_at_rest()

    async def sample(self, bench: BenchContext) -> Sample:
        """Measure once.

        Raises
        ------
        BenchError
            A task failed or brought other rows than the page had.
        """
        ours_ms, ours_took_ms = await self._cost(bench, self._ours, self._emulator.pid)
        raw_ms, raw_took_ms = await self._cost(bench, self._by_hand, self._raw.pid)
        return Sample(ours_ms, raw_ms, {"ours_took_ms": ours_took_ms, "raw_took_ms": raw_took_ms})

    async def _cost(
        self, bench: BenchContext, perform: Callable[[BenchContext, str, str], Awaitable[None]], pid: int
    ) -> tuple[float, float]:
        """Return CPU and time of one task, ms."""
        await processes.until_at_rest(pid)
        before_s = processes.cpu_s(pid)
        took_s = 0.0
        for _ in range(_TASKS_PER_SAMPLE):
            began_s = time.perf_counter()
            await perform(bench, *self._words())
            took_s += time.perf_counter() - began_s
        await processes.until_at_rest(pid)
        cpu_s = processes.cpu_s(pid) - before_s
        return cpu_s / _TASKS_PER_SAMPLE * 1000, took_s / _TASKS_PER_SAMPLE * 1000

    def _words(self) -> tuple[str, str]:
        """Return the words to type: different ones each time, so that old rows can't pass for new ones."""
        self._count += 1
        return f"Ada {self._count}", f"Ulm {self._count}"

    async def _ours(self, bench: BenchContext, customer: str, city: str) -> None:
        message = {
            "actionType": "newTask",
            "newState": "start",
            "prompt": _TASK.format(customer=customer, city=city),
            "startingUrl": bench.site.form_url,
            "outputType": "structured_json",
            "outputSchema": records_schema(ORDER_COLUMNS),
        }
        answer = await self._emulator.post("/start/send-message", {"sessionId": self._session_id, "message": message})
        _check(structured_answer(await self._emulator.finished(answer)), customer, city)

    async def _by_hand(self, bench: BenchContext, customer: str, city: str) -> None:
        answer = await self._raw.do("task", url=bench.site.form_url, customer=customer, city=city)
        _check([dict(zip(ORDER_COLUMNS, row, strict=True)) for row in answer["rows"]], customer, city)

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return the names of the processes whose CPU is counted."""
        return processes.names(self._emulator.pid), processes.names(self._raw.pid)


def _check(rows: list[dict[str, Any]], customer: str, city: str) -> None:
    if rows != orders(customer, city):
        raise BenchError(f"the small task brought {len(rows)} rows that are not the page's")

"""Measures how many small tasks are done in a second, four at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from webrun_nb.bench.harness import processes
from webrun_nb.bench.harness.answers import records_schema, structured_answer
from webrun_nb.bench.harness.context import BenchContext, Emulator, PlaywrightBaseline
from webrun_nb.bench.harness.site import ORDER_COLUMNS, orders
from webrun_nb.bench.results import BenchError, Sample, Target

AT_ONCE = 4
_TASKS_EACH, _TASKS_EACH_IN_QUICK_RUNS = 6, 1
_TASK = 'Type "{customer}" into Customer, type "{city}" into City, click Search and list the orders.'


class Throughput:
    """Small tasks (open, fill two fields, click, read a table of ten rows) in four open sessions at once.

    Ours: `newTask` in plain English, one after the other in each session.

    Raw: the same steps as a script in four pages of one browser, each in a context of its own whose proxy is the egress
    listener that a session has, in the script's process. The details have the same without any proxy, as `bare`.
    """

    name = "throughput"
    measures = "small tasks, four at once (raw: through the same egress)"
    unit = "tasks/s"
    target = Target("ratio", 0.75, at_least=True)
    rounds = 3
    answers_after_ms = 0

    _emulator: Emulator
    _raw: PlaywrightBaseline
    _session_ids: list[str]
    _count = 0

    async def prepare(self, bench: BenchContext) -> None:
        """Open the sessions, and do one task in each."""
        self._emulator = await bench.emulator("context")
        self._raw = await bench.raw()
        self._session_ids = [await self._emulator.start_session() for _ in range(AT_ONCE)]
        for session_id in self._session_ids:
            await self._emulator.until_active(session_id)
        await self._ours(bench, 1)
        await bench.until_at_rest()

    async def sample(self, bench: BenchContext) -> Sample:
        """Measure once: ours, raw through the egress, bare raw.

        Raises
        ------
        BenchError
            A task failed or brought other rows than the page had.
        """
        each = _TASKS_EACH_IN_QUICK_RUNS if bench.quick else _TASKS_EACH
        ours = await self._ours(bench, each)
        raw = await self._by_script(bench, each, through_egress=True)
        bare = await self._by_script(bench, each, through_egress=False)
        return Sample(ours, raw, {"bare": bare, "of_bare": ours / bare})

    async def _ours(self, bench: BenchContext, each: int) -> float:
        """Return the number of tasks per second."""
        began_s = time.perf_counter()
        await asyncio.gather(*(self._in_session(bench, id, each) for id in self._session_ids))
        return AT_ONCE * each / (time.perf_counter() - began_s)

    async def _in_session(self, bench: BenchContext, session_id: str, each: int) -> None:
        for _ in range(each):
            customer, city = self._words()
            message = {
                "actionType": "newTask",
                "newState": "start",
                "prompt": _TASK.format(customer=customer, city=city),
                "startingUrl": bench.site.late_form_url(self.answers_after_ms),
                "outputType": "structured_json",
                "outputSchema": records_schema(ORDER_COLUMNS),
            }
            answer = await self._emulator.post("/start/send-message", {"sessionId": session_id, "message": message})
            _check(structured_answer(answer), customer, city)

    async def _by_script(self, bench: BenchContext, each: int, *, through_egress: bool) -> float:
        """Return the number of tasks per second; each page has done one task before."""
        await self._raw.do("open_pages", count=AT_ONCE, through_egress=through_egress)
        url = bench.site.late_form_url(self.answers_after_ms)
        await self._raw.do("tasks", url=url, orders=[[self._words()]] * AT_ONCE)
        words = [[self._words() for _ in range(each)] for _ in range(AT_ONCE)]
        answer = await self._raw.do("tasks", url=url, orders=words)
        for of_page, rows_of_page in zip(words, answer["rows"], strict=True):
            for (customer, city), rows in zip(of_page, rows_of_page, strict=True):
                _check([dict(zip(ORDER_COLUMNS, row, strict=True)) for row in rows], customer, city)
        return AT_ONCE * each / (float(answer["ms"]) / 1000)

    def _words(self) -> tuple[str, str]:
        """Return the words to type: different ones each time, so that old rows can't pass for new ones."""
        self._count += 1
        return f"Ada {self._count}", f"Ulm {self._count}"

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return the names of the processes on each side."""
        return processes.names(self._emulator.pid), processes.names(self._raw.pid)


class ThroughputOfSlowPages(Throughput):
    """The same on pages that answer after 300 ms."""

    name = "throughput-300"
    measures = "the same on pages that answer after 300 ms"
    target = Target("ratio", 0.95, at_least=True)
    answers_after_ms = 300


def _check(rows: list[dict[str, Any]], customer: str, city: str) -> None:
    if rows != orders(customer, city):
        raise BenchError(f"a small task brought {len(rows)} rows that are not the page's")

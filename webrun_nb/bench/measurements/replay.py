"""Measures the time of a replayed recording of ten steps."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from webrun_nb.bench.harness import processes
from webrun_nb.bench.harness.answers import records_schema, structured_answer
from webrun_nb.bench.harness.context import BenchContext, Emulator, PlaywrightBaseline
from webrun_nb.bench.harness.site import ORDER_COLUMNS, orders
from webrun_nb.bench.results import BenchError, Sample, Target

_ONCE = 'Type "Ada" into Customer, type "Ulm" into City, choose Express from Delivery, click Search'
_PAIRS_PER_SAMPLE = 3


class Replay:
    """Open a form, fill two fields, choose, click; the same once more, and read: the time from request to answer.

    Ours: `newTask` with the id of the recorded task, in an open session: no agent works, each step is looked for on the
    page, checked and recorded, and the table is read by the extraction engine.

    Raw: twice `goto`, two `fill` by label, `select_option`, `click` by role, wait for a row, read all rows with one
    script, in an open page of a running browser; without the time of the pipe to its process.
    """

    name = "replay"
    measures = "replay of a recorded task of ten steps, pages that answer after 100 ms"
    unit = "ms"
    target = Target("ratio", 1.2)
    rounds = 5
    answers_after_ms = 100

    _emulator: Emulator
    _raw: PlaywrightBaseline
    _session_id: str
    _url: str
    _task_id: str

    async def prepare(self, bench: BenchContext) -> None:
        """Have the local agent do the task, whose steps are then replayed once."""
        self._emulator = await bench.emulator("context")
        self._raw = await bench.raw()
        self._session_id = await self._emulator.start_session()
        await self._emulator.until_active(self._session_id)
        self._url = bench.site.late_choice_url(self.answers_after_ms)
        prompt = f"{_ONCE}. Open {self._url}. {_ONCE} and list the orders."
        self._task_id = (await self._done({"prompt": prompt, "startingUrl": self._url}))["taskId"]
        await self._pair()
        await bench.until_at_rest()

    async def sample(self, bench: BenchContext) -> Sample:
        """Measure a few times, ours and raw in turn.

        Raises
        ------
        BenchError
            A task failed or brought other rows than the page had.
        """
        pairs = [await self._pair() for _ in range(1 if bench.quick else _PAIRS_PER_SAMPLE)]
        return Sample(*(sum(each) / len(each) for each in zip(*pairs, strict=True)))

    async def _pair(self) -> tuple[float, float]:
        """Return the time of one replay, and that of the same steps in raw Playwright, ms."""
        began_s = time.perf_counter()
        await self._done({"emulator": {"replay": self._task_id}})
        took_ms, raw_ms = (time.perf_counter() - began_s) * 1000, 0.0
        for _ in range(2):
            raw = await self._raw.do("task", url=self._url, customer="Ada", city="Ulm", delivery="Express")
            _check([dict(zip(ORDER_COLUMNS, row, strict=True)) for row in raw["rows"]])
            raw_ms += raw["ms"]
        return took_ms, raw_ms

    async def _done(self, fields: dict[str, Any]) -> dict[str, Any]:
        message = {
            "actionType": "newTask",
            "newState": "start",
            "outputType": "structured_json",
            "outputSchema": records_schema(ORDER_COLUMNS),
            **fields,
        }
        answer = await self._emulator.post("/start/send-message", {"sessionId": self._session_id, "message": message})
        _check(structured_answer(await self._emulator.finished(answer)))
        return answer

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return the names of the processes on each side."""
        return processes.names(self._emulator.pid), processes.names(self._raw.pid)


def _check(rows: list[dict[str, Any]]) -> None:
    if rows != orders("Ada", "Ulm Express"):
        raise BenchError(f"the replay brought {len(rows)} rows that are not the page's")

"""Measures how long many tasks take at once, each in a session of its own, beside one after the other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from webrun_nb.bench.harness import processes
from webrun_nb.bench.harness.context import BenchContext, Emulator
from webrun_nb.bench.results import BenchError, Sample, Target
from webrun_nb.client.client import Client

_TASKS, _TASKS_IN_QUICK_RUNS = 60, 3
_ONE_BY_ONE, _ONE_BY_ONE_IN_QUICK_RUNS = 12, 1
"""The number of tasks of which the time one after the other is taken."""
_ANSWERS_AFTER_MS = 300
_TASK = "Get the title, speaker and abstract."
_SCHEMA = "title:str, speaker:str, abstract:str"
_RECORD = {
    "title": "Sparse maps",
    "speaker": "Jonas Weil",
    "abstract": "Maps with little on them, and how to read them.",
}
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Talk</title></head><body><main>
<h1>{title}</h1><dl><dt>Speaker</dt><dd>{speaker}</dd><dt>Abstract</dt><dd>{abstract}</dd></dl></main></body></html>"""


class Gather:
    """`asyncio.gather` over `arun_task`: the time of all tasks, as a part of the time that they take one by one.

    Each task opens a page that answers after 300 ms and reads one record. The details have both times per task.
    """

    name = "gather"
    measures = "60 tasks by asyncio.gather, pages that answer after 300 ms: part of the time one after the other"
    unit = "of the time"
    target = Target("ours", 0.3)
    rounds = 2

    _emulator: Emulator
    _client: Client
    _url: str

    async def prepare(self, bench: BenchContext) -> None:
        """Start an emulator and a client, and do one task."""
        self._emulator = await bench.emulator("context")
        self._client = self._emulator.client()
        bench.at_end(self._client.aclose)
        self._url = bench.site.publish("talk", _PAGE.format(**_RECORD), after_ms=_ANSWERS_AFTER_MS)
        await self._read()
        await bench.until_at_rest()

    async def sample(self, bench: BenchContext) -> Sample:
        """Measure once.

        Raises
        ------
        BenchError
            A task brought another record than the page had.
        """
        one_by_one = _ONE_BY_ONE_IN_QUICK_RUNS if bench.quick else _ONE_BY_ONE
        at_once = _TASKS_IN_QUICK_RUNS if bench.quick else _TASKS
        began_s = time.perf_counter()
        for _ in range(one_by_one):
            await self._read()
        each_ms = (time.perf_counter() - began_s) / one_by_one * 1000
        began_s = time.perf_counter()
        await asyncio.gather(*(self._read() for _ in range(at_once)))
        gathered_ms = (time.perf_counter() - began_s) / at_once * 1000
        return Sample(gathered_ms / each_ms, details={"one_by_one_ms": each_ms, "gathered_ms": gathered_ms})

    async def _read(self) -> None:
        rows = (await self._client.arun_task(_TASK, url=self._url, schema=_SCHEMA)).json
        if rows != [_RECORD]:
            raise BenchError(f"a task brought another record than the page's: {rows!r:.200}")

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return the names of the processes that do the work."""
        return processes.names(self._emulator.pid), []

"""Measures the delay of live events."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Sequence
from contextlib import AsyncExitStack

from webrun_nb.bench.harness import processes
from webrun_nb.bench.harness.answers import records_schema, structured_answer
from webrun_nb.bench.harness.context import BenchContext, Emulator
from webrun_nb.bench.harness.listening import Listener
from webrun_nb.bench.harness.site import ORDER_COLUMNS
from webrun_nb.bench.results import Sample, Target

_SESSIONS = 4
_EVENTS, _QUICK_EVENTS = 250, 20
_TASK = 'Type "Ada" into Customer, type "Ulm" into City, click Search and list the orders.'


class EventLatency:
    """Time from an event in the emulator to its arrival at a Socket.IO client: the 95th percentile of several hundred.

    Each event says when it was made, in unix ms of the emulator's clock; the client is on the same machine. Four
    sessions do small tasks at the same time, so events are made while browsers and agents are at work.
    """

    name = "event-latency"
    measures = f"event to Socket.IO client, {_SESSIONS} sessions at work (p95)"
    unit = "ms"
    target = Target("ours", 25)
    rounds = 3

    _emulator: Emulator
    _session_ids: list[str]

    async def prepare(self, bench: BenchContext) -> None:
        """Open the sessions and have each do a task."""
        self._emulator = await bench.emulator("context")
        self._session_ids = [await self._emulator.start_session() for _ in range(_SESSIONS)]
        for session_id in self._session_ids:
            await self._emulator.until_active(session_id)
        await asyncio.gather(*(self._task(bench, session_id) for session_id in self._session_ids))
        await bench.until_at_rest()

    async def sample(self, bench: BenchContext) -> Sample:
        """Listen to all sessions until there are events enough."""
        wanted = _QUICK_EVENTS if bench.quick else _EVENTS
        async with AsyncExitStack() as stack:
            listeners = [
                await stack.enter_async_context(Listener(self._emulator.url, session_id))
                for session_id in self._session_ids
            ]
            while sum(len(listener.heard) for listener in listeners) < wanted:
                await asyncio.gather(*(self._task(bench, session_id) for session_id in self._session_ids))
            late_ms = [heard.late_ms for listener in listeners for heard in listener.heard]
        percentiles = statistics.quantiles(late_ms, n=100, method="inclusive")
        details = {"events": len(late_ms), "p50_ms": percentiles[49], "slowest_ms": max(late_ms)}
        return Sample(percentiles[94], details=details)

    async def _task(self, bench: BenchContext, session_id: str) -> None:
        message = {
            "actionType": "newTask",
            "newState": "start",
            "prompt": _TASK,
            "startingUrl": bench.site.form_url,
            "outputType": "structured_json",
            "outputSchema": records_schema(ORDER_COLUMNS),
        }
        answer = await self._emulator.post("/start/send-message", {"sessionId": session_id, "message": message})
        structured_answer(await self._emulator.finished(answer))

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return the names of the processes at work."""
        return processes.names(self._emulator.pid), []

"""Measures many more sessions than slots."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from webrun_nb.bench.harness import processes
from webrun_nb.bench.harness.answers import records_schema
from webrun_nb.bench.harness.context import BenchContext, Emulator
from webrun_nb.bench.harness.site import ORDER_COLUMNS
from webrun_nb.bench.results import BenchError, Sample, Target

SESSIONS, QUICK_SESSIONS, SLOTS = 200, 20, 4
_NO_PAGE = "http://127.0.0.1:9/"
"""Nothing listens on the port of "discard"; Chromium would not even ask."""
_STANDSTILL_S = 40.0
"""Time without the end of a session after which the rest counts as stuck; a page that does not come takes 30 s."""
_POLL_S = 0.5

_RIGHT_ENDS = {
    "works": {("completed", "terminateOnCompletion", "complete")},
    "fails": {("failed", "failed", "failed")},
    # a session may have ended before it is terminated
    "by hand": {("terminated", "terminated", "failed"), ("completed", "terminateOnCompletion", "complete")},
}
"""By kind of session: state, reason and its task's state."""


class ManySessions:
    """Sessions with a task each, sent at once to an emulator that runs four at a time: how many end wrongly.

    One in twenty opens a page that does not exist, another one is terminated while it waits or runs. Wrong is what is
    lost (not answered, or unknown afterwards), stuck, or has ended in another state than it has to.
    """

    name = "many-sessions"
    measures = f"{SESSIONS} sessions through {SLOTS} slots: lost, stuck or wrongly ended"
    unit = "sessions"
    target = Target("ours", 0)
    rounds = 1

    _emulator: Emulator

    async def prepare(self, bench: BenchContext) -> None:
        """Start an emulator with so many slots, and its browser."""
        self._emulator = await bench.emulator("context", "--slots", str(SLOTS))
        session_id = await self._emulator.start_session()
        await self._emulator.until_active(session_id)
        await self._emulator.terminate(session_id)

    async def sample(self, bench: BenchContext) -> Sample:
        """Send them all, and see how they end."""
        kinds = [_kind(number) for number in range(QUICK_SESSIONS if bench.quick else SESSIONS)]
        began_s = time.perf_counter()
        started = await asyncio.gather(*(self._start(bench, kind) for kind in kinds))
        by_hand = [answer["sessionId"] for kind, answer in zip(kinds, started, strict=True) if kind == "by hand"]
        await asyncio.gather(*map(self._end_by_hand, by_hand))
        most_running = await self._until_ended([answer["sessionId"] for answer in started])
        took_s = time.perf_counter() - began_s
        ends = [await self._end(answer) for answer in started]
        wrong = [end for kind, end in zip(kinds, ends, strict=True) if end not in _RIGHT_ENDS[kind]]
        details = {
            "sessions": len(kinds),
            "took_s": took_s,
            "most_running_at_once": most_running,
            "ends": dict(Counter(state for state, _, _ in ends)),
            "wrong": wrong,
        }
        return Sample(len(wrong), details=details)

    async def _start(self, bench: BenchContext, kind: str) -> dict[str, Any]:
        task = {
            "prompt": "List the orders.",
            "startingUrl": _NO_PAGE if kind == "fails" else bench.site.orders_url,
            "outputType": "structured_json",
            "outputSchema": records_schema(ORDER_COLUMNS),
            "terminateOnCompletion": True,
        }
        return await self._emulator.post("/start/start-session", {"task": task})

    async def _end_by_hand(self, session_id: str) -> None:
        try:
            await self._emulator.terminate(session_id)
        except BenchError:
            if (await self._emulator.status(session_id))["reason"] is None:
                raise  # refused, though it has not ended by itself before

    async def _until_ended(self, session_ids: list[str]) -> int:
        """Poll until all have ended or none ends any more; return how many tasks were seen running at once."""
        ours = frozenset(session_ids)
        most_running = 0
        open_before, moved_s = len(ours), time.monotonic()
        while open_before and time.monotonic() - moved_s < _STANDSTILL_S:
            await asyncio.sleep(_POLL_S)
            listed = (await self._emulator.get("/start/sessions"))["sessions"]
            sessions = [session for session in listed if session["sessionId"] in ours]
            most_running = max(most_running, sum(session["phase"] == "running" for session in sessions))
            still_open = sum(session["reason"] is None for session in sessions)
            if still_open != open_before:
                open_before, moved_s = still_open, time.monotonic()
        return most_running

    async def _end(self, answer: dict[str, Any]) -> tuple[str, str | None, str]:
        status = await self._emulator.status(answer["sessionId"])
        task = await self._emulator.get(f"/task/{answer['sessionId']}/{answer['taskId']}")
        return status["status"], status["reason"], task["status"]

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return the names of the emulator's processes after all sessions have ended."""
        return processes.names(self._emulator.pid), []


def _kind(number: int) -> str:
    return {0: "fails", 7: "by hand"}.get(number % 20, "works")

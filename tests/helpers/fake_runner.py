"""A runner whose rows are done by a function, for tests of what runs around them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Any

from webrun_nb.batch.rows import RowAnswer, RowFailure, RowTask
from webrun_nb.batch.runners.base import NoteIds, RunnerState

DoRow = Callable[[RowTask, int], Awaitable[RowAnswer | RowFailure]]


class FakeRunner:
    """Does rows by `do`, in as many slots as it is told to have.

    Parameters
    ----------
    do : callable
        Takes the row and the number of the attempt.
    slots : int
        The rows at once.
    """

    def __init__(self, do: DoRow, slots: int = 4) -> None:
        self._do = do
        self.slots = slots
        self.running = 0
        self.most_at_once = 0
        self.started: list[tuple[int, int]] = []
        """Position and attempt of each row that was started, in that order."""
        self.known: dict[str, RowAnswer | RowFailure | None] = {}
        """The ends of tasks of earlier processes, by their ids."""
        self.cost_usd = Decimal(0)
        self.closed = False
        self.changed: Callable[[], None] = lambda: None
        """The function that `watch` was given."""

    def watch(self, changed: Callable[[], None]) -> None:
        """Keep the function, for tests that change the slots."""
        self.changed = changed

    @property
    def state(self) -> RunnerState:
        """Its state, with `cost_usd` as it was set."""
        return RunnerState(self.slots, self.slots - self.running, self.cost_usd, Decimal("0.001"), emulated=True)

    @property
    def notes(self) -> tuple[str, ...]:
        """No notes."""
        return ()

    async def run(self, row: RowTask, attempt: int, note_ids: NoteIds) -> RowAnswer | RowFailure:
        """Note the row and do it."""
        self.started.append((row.position, attempt))
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        try:
            note_ids(f"s{row.position}", f"t{row.position}-{attempt}")
            return await self._do(row, attempt)
        finally:
            self.running -= 1

    async def collect(self, row: RowTask, attempt: int, session_id: str, task_id: str) -> RowAnswer | RowFailure | None:
        """Return how the task ended, if that is known."""
        await asyncio.sleep(0)
        return self.known.get(task_id)

    async def close(self) -> None:
        """Note that it was closed."""
        self.closed = True


def answer(row: RowTask, *records: Mapping[str, Any], cost: float = 0.001, **fields: Any) -> RowAnswer:
    """Return the answer of a row with these records, as the emulator sends it."""
    body = {
        "success": True,
        "type": "task_completed",
        "sessionId": f"s{row.position}",
        "taskId": f"t{row.position}",
        "data": {"message": json.dumps(records)},
        "usage": {"cost": cost, "emulated": True},
        "completedAt": "2026-11-30T12:00:00.000Z",
    }
    return RowAnswer(f"s{row.position}", f"t{row.position}", body, None, 1.5, 1_780_000_000_000, **fields)

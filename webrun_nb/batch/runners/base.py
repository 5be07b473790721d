"""The protocol of runners: what does the tasks of a map's rows, on this machine or on others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from webrun_nb.batch.rows import RowAnswer, RowFailure, RowTask
from webrun_nb.client.answers.tasks import ModelUsage

NoteIds = Callable[[str, str], None]
"""Takes the session's id and the task's id of an attempt as soon as they are known, on the loop thread."""


@dataclass(frozen=True, slots=True)
class RunnerState:
    """A runner at one moment. Money is US dollars."""

    sessions: int
    """Open sessions."""
    idle_sessions: int
    """Open sessions without a task."""
    cost_usd: Decimal
    """The cost of its sessions so far, ended ones included, as last read."""
    idle_usd_per_minute: Decimal
    """The cost of a minute in which all its open sessions are idle."""
    emulated: bool
    model: ModelUsage | None = None
    """The use of the user's own language models so far; no part of `cost_usd`."""
    workers: int = 0
    """Dask workers that rows run on; 0 on this machine alone."""


class Runner(Protocol):
    """Does tasks of rows. Its methods run on the client's loop thread."""

    @property
    def slots(self) -> int:
        """The number of rows that can run at once; it may change."""

    @property
    def state(self) -> RunnerState:
        """Its present state."""

    def watch(self, changed: Callable[[], None]) -> None:
        """Call a function whenever the slots or the state have changed by themselves.

        Parameters
        ----------
        changed : callable
            Takes nothing, and must return at once.
        """

    @property
    def notes(self) -> tuple[str, ...]:
        """Remarks on its work for people, each in one line."""

    async def run(self, row: RowTask, attempt: int, note_ids: NoteIds) -> RowAnswer | RowFailure:
        """Do the task of one row, once.

        Cancelled, it stops the task on its server.

        Parameters
        ----------
        row : RowTask
            The row.
        attempt : int
            The number of the attempt, from 1.
        note_ids : callable
            Called as soon as the ids of its session and task are known.

        Raises
        ------
        WebRunError
            No row can be done at present: the server is gone, the account can't pay, no browser can be started.
        """

    async def collect(self, row: RowTask, attempt: int, session_id: str, task_id: str) -> RowAnswer | RowFailure | None:
        """Return how a task of an earlier process ended, and record it in the ledger; waits for one that still runs.

        None where the server does not know it any more.

        Parameters
        ----------
        row : RowTask
            The row.
        attempt : int
            The number of the attempt.
        session_id, task_id : str
            The ids of its session and task.

        Raises
        ------
        WebRunError
            As `run` does.
        """

    async def close(self) -> None:
        """End the sessions that it opened."""

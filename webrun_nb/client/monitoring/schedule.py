"""The times at which the status of a session is read: often enough to be right, and no more than that."""

from __future__ import annotations

import asyncio
import contextlib
import time

from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.common.codes import SessionStatus

POLLING_S = 1.0
"""The interval of status calls while no socket is open."""
CONNECTED_S = 5.0
"""The interval of status calls while events come in, and the server is a child of this process."""
PENDING_S = 0.2
"""The interval while the browser is starting: no event tells when it is ready, unless the session has a task."""
IN_LINE_S = 15.0
"""The interval while a session with a task waits for its browser, if events are all that there is to wait for."""
PENDING_OF_AGE = 0.5
"""The interval as a part of the session's age, where that is longer: a session that is old waits for others."""
NEXT_TASK_WITHIN_S = 0.05
"""The time after a task's end in which another one may begin: then the status is read no more than each second."""


class StatusSchedule:
    """Tells a session's monitor when to read the status. Runs on the loop thread."""

    def __init__(self) -> None:
        self._began_s = time.monotonic()
        self._read_s = 0.0
        """The time when the status was read last."""
        self._stale = asyncio.Event()
        self._is_stale_for_task = True
        """False once the status is to be read for more than the beginning or the end of a task."""
        self.running_id: str | None = None
        """The task that runs, according to the events."""

    def mark_stale(self, *, for_task: bool = False) -> None:
        """Request a status call, which may wait for the next task where it is for the beginning or end of one."""
        self._is_stale_for_task &= for_task
        self._stale.set()

    def note_read(self) -> None:
        """Note that the status is being read."""
        self._read_s = time.monotonic()

    async def wait(self, at_most_s: float) -> bool:
        """Wait for the time of the next status call.

        Parameters
        ----------
        at_most_s : float
            The longest time to wait, in seconds.

        Returns
        -------
        bool
            False where none is needed after all: tasks follow one another, and the events tell which one runs.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(at_most_s):
                await self._stale.wait()
        if self._stale.is_set() and self._is_stale_for_task:
            await asyncio.sleep(NEXT_TASK_WITHIN_S)
        self._stale.clear()
        is_for_task, self._is_stale_for_task = self._is_stale_for_task, True
        is_told = is_for_task and self.running_id is not None
        return not (is_told and time.monotonic() - self._read_s < POLLING_S)

    def pause_s(self, snapshot: SessionSnapshot, *, alone: bool, names_tasks: bool) -> float:
        """Return the longest time until the next status call, in seconds.

        Parameters
        ----------
        snapshot : SessionSnapshot
            The session.
        alone : bool
            Events tell of all changes: they come in, and no one else may end the connection.
        names_tasks : bool
            Events tell which task runs.
        """
        # no event tells that a question was answered elsewhere
        longest_s = CONNECTED_S if alone and snapshot.question is None else POLLING_S
        if snapshot.status is not SessionStatus.PENDING:
            return longest_s
        if names_tasks and (snapshot.current_task_id or snapshot.queued_tasks):
            return IN_LINE_S if alone else POLLING_S  # an event tells that its task starts
        return min(max(PENDING_S, PENDING_OF_AGE * (time.monotonic() - self._began_s)), longest_s)

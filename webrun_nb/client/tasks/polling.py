"""Polls one task: by its own id, at the address that the server named, or by its session's id.

Where a server names no id for a task, it is polled with that of its session, as the documentation's own example does.
Then the server's answers must be told from those about the task before.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from webrun_nb.client.answers.tasks import AskingTask, CompletedTask, FailedTask, PendingTask, TaskAnswer
from webrun_nb.client.errors import ConnectionLostError, ProtocolError
from webrun_nb.client.monitoring.monitor import SessionMonitor
from webrun_nb.client.transport import ApiTransport
from webrun_nb.common.codes import ToolkitErrorCode

AWAY_AT_MOST_S = 60.0
"""The longest time for which the server of a task may be out of reach."""
TOLD_APART_WITHIN_S = 10.0
"""The time after which an answer that is the same as that of the task before, whose id is the same, is given up."""
PAUSE_S = 1.0
"""The pause before the next try after a lost connection."""


@dataclass(slots=True)
class UnnamedTasks:
    """The tasks of one session that its server gave no ids."""

    session_id: str
    count: int = 0
    last_answer: Mapping[str, Any] | None = None
    """The body of the last final answer to a poll with the session's id."""

    def name(self) -> str:
        """Return the name of another one: the session's id, with a number from the second task on."""
        self.count += 1
        return self.session_id if self.count == 1 else unnamed_id(self.session_id, self.count)


def unnamed_id(session_id: str, number: int) -> str:
    """Return the client's own name for a task that has no id."""
    return f"{session_id}.{number}"


def is_unnamed(task_id: str, session_id: str) -> bool:
    """Return whether a task's id is the client's own name for it."""
    return task_id.partition(".")[0] == session_id


class TaskPoll:
    """Reads the state of one task from the server. Runs on the loop thread.

    Parameters
    ----------
    http : ApiTransport
        The server's calls.
    monitor : SessionMonitor
        The monitor of its session, which is told of a lost connection.
    unnamed : UnnamedTasks
        The session's tasks without ids.
    task_id : str, optional
        The task's id, where it is known.
    """

    def __init__(
        self, http: ApiTransport, monitor: SessionMonitor, unnamed: UnnamedTasks, task_id: str | None = None
    ) -> None:
        self._http = http
        self._monitor = monitor
        self._unnamed = unnamed
        self._path: str | None = None
        self._seen_running = False
        self._since_s = time.monotonic()
        self.task_id = task_id
        """The id that the task is polled with; None until it is known."""

    @property
    def _is_unnamed(self) -> bool:
        return self.task_id == self._unnamed.session_id

    def name_from(self, answer: TaskAnswer) -> str:
        """Take the task's id from the answer to the request that sent it; return the name for it."""
        self.task_id = answer.task_id or self._unnamed.session_id
        return answer.task_id or self._unnamed.name()

    def note(self, answer: TaskAnswer) -> None:
        """Note an answer about the task, for the polls to come."""
        self._path = answer.poll_path or self._path
        if self._is_unnamed and isinstance(answer, CompletedTask | FailedTask):
            self._unnamed.last_answer = answer.raw

    async def read(self) -> TaskAnswer:
        """Read the task's state. An interruption of the network is waited for, as the task goes on meanwhile.

        Raises
        ------
        ConnectionLostError
            It stayed away, or the emulator has ended.
        ProtocolError
            The answer can't be told from that of the task before.
        """
        lost_at_s = time.monotonic()
        while True:
            try:
                return self._own(await self._http.task(self._unnamed.session_id, self.task_id or "", self._path))
            except ConnectionLostError as error:
                self._monitor.mark_unreachable(error)
                if error.code != ToolkitErrorCode.CONNECTION_LOST or time.monotonic() - lost_at_s > AWAY_AT_MOST_S:
                    raise
            await asyncio.sleep(PAUSE_S)

    def _own(self, answer: TaskAnswer) -> TaskAnswer:
        """Return an answer that is surely about this task.

        One that is the same as the last about the task before it is waited out, until this task was seen to run.

        Raises
        ------
        ProtocolError
            It stays the same.
        """
        if isinstance(answer, PendingTask | AskingTask):
            self._seen_running = True
        if not self._is_unnamed or self._seen_running or answer.raw != self._unnamed.last_answer:
            return answer
        if time.monotonic() - self._since_s > TOLD_APART_WITHIN_S:
            raise ProtocolError("the server names no id for the task: its answer can't be told from the one before it")
        return PendingTask(session_id=answer.session_id, task_id=answer.task_id)

"""The recordings of tasks: of those of open sessions, and of the latest that have ended."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from webrun_nb.common.codes import ErrorCode
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.domain.task import Task, TaskRecording
from webrun_nb.emulator.services.session_registry import SessionRegistry

REMEMBERED = 200
"""The number of ended tasks whose recordings are kept; each may take some hundred kB."""

WITH_PICTURES = 20
"""The number of ended tasks whose pictures of pages are kept; those of a task may take some MB."""


class TaskRecordings:
    """Keeps the recordings of all users, for as long as the process runs; each user has access to their own.

    Parameters
    ----------
    sessions : SessionRegistry
        The sessions in memory, whose tasks have their steps.
    """

    def __init__(self, sessions: SessionRegistry) -> None:
        self._sessions = sessions
        self._ended: OrderedDict[str, TaskRecording] = OrderedDict()

    def keep(self, session: Session, task: Task) -> None:
        """Keep the recording of a task that has ended."""
        self._ended[task.id] = _recording(session, task)
        while len(self._ended) > REMEMBERED:
            self._ended.popitem(last=False)
        for task_id in [*self._ended][:-WITH_PICTURES]:
            self._ended[task_id] = replace(self._ended[task_id], pictures=())

    def of(self, user: str, task_id: str) -> TaskRecording:
        """Return the recording of one of the user's tasks.

        Raises
        ------
        CommandRefusedError
            `TASK_NOT_FOUND`: it does not exist, it is another user's, or it ended long ago.
        """
        for session in self._sessions.of(user):
            if task_id in session.tasks:
                return _recording(session, session.tasks[task_id])
        recording = self._ended.get(task_id)
        if recording is None or recording.owner != user:
            raise CommandRefusedError(
                ErrorCode.TASK_NOT_FOUND,
                f"nothing is recorded of task {task_id[:40]}; the latest {REMEMBERED} are remembered",
            )
        return recording

    def clear(self) -> None:
        """Remove all."""
        self._ended.clear()


def _recording(session: Session, task: Task) -> TaskRecording:
    return TaskRecording(session.owner, session.id, task.id, task.steps, tuple(task.pictures), task.steps_left_out)

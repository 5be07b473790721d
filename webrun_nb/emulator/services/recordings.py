"""What is recorded of tasks, for as long as they are remembered: those of open sessions, and the latest that ended."""

from __future__ import annotations

from collections import OrderedDict

from webrun_nb.common.codes import ErrorCode
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.domain.task import Task, TaskRecording
from webrun_nb.emulator.services.session_registry import SessionRegistry

REMEMBERED = 200
"""Tasks that have ended; what is kept of each may be some hundred kB."""


class TaskRecordings:
    """The records of all users; each knows only their own. They last as long as the process.

    Parameters
    ----------
    sessions : OpenSessions
        Those in memory, whose tasks know their steps themselves.
    """

    def __init__(self, sessions: SessionRegistry) -> None:
        self._sessions = sessions
        self._ended: OrderedDict[str, TaskRecording] = OrderedDict()

    def keep(self, session: Session, task: Task) -> None:
        """Remember a task that has ended."""
        self._ended[task.id] = _record(session, task)
        while len(self._ended) > REMEMBERED:
            self._ended.popitem(last=False)

    def of(self, user: str, task_id: str) -> TaskRecording:
        """Return what is recorded of one of the user's tasks.

        Raises
        ------
        CommandRefusedError
            `TASK_NOT_FOUND`: there is none, it is somebody else's, or it ended long ago.
        """
        for session in self._sessions.of(user):
            if task_id in session.tasks:
                return _record(session, session.tasks[task_id])
        record = self._ended.get(task_id)
        if record is None or record.owner != user:
            raise CommandRefusedError(
                ErrorCode.TASK_NOT_FOUND,
                f"nothing is recorded of task {task_id[:40]}; the latest {REMEMBERED} are remembered",
            )
        return record

    def clear(self) -> None:
        """Forget all."""
        self._ended.clear()


def _record(session: Session, task: Task) -> TaskRecording:
    return TaskRecording(session.owner, session.id, task.id, task.steps, task.provenance)

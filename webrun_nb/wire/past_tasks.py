"""Bodies of `/_emulator/tasks` (section 12): tasks that have ended, with their texts and answers."""

from __future__ import annotations

from typing import Any, Literal

from webrun_nb.wire.base import Response
from webrun_nb.wire.enums import OutputType
from webrun_nb.wire.responses import TaskCompleted, TaskFailed, TaskGuardrail, TaskPending


class TaskText(Response):
    """The text of one task; secrets read `***`."""

    session_id: str
    task_id: str
    prompt: str
    starting_url: str | None
    created_at: int


class TaskTextList(Response):
    """Answer to `GET /_emulator/tasks`."""

    success: Literal[True] = True
    tasks: list[TaskText]


class PastTask(TaskText):
    """Answer to `GET /_emulator/tasks/:id`: the task's record, and how the task is.

    The emulator keeps the fields of a request (`TaskFields`) that are named here. A new one needs a default: the
    records of earlier tasks lack it.
    """

    success: Literal[True] = True
    output_type: OutputType
    output_schema: dict[str, Any] | list[str] | None
    task: TaskCompleted | TaskGuardrail | TaskFailed | TaskPending
    """As polling answers it."""

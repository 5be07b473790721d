"""Results and texts of tasks that ended before, also in an earlier kernel.

The emulator keeps the text of a task with its answer. Of a task on any other server the user's ledger has the ids,
with which the answer can be read; no text.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from webrun_nb.client.answers.fields import Fields
from webrun_nb.client.answers.tasks import CompletedTask, FailedTask, PendingTask, TaskAnswer, read_task
from webrun_nb.client.errors import ArgumentError, RequestError, TaskFailedError, WebRunError
from webrun_nb.client.monitoring.ledger import Ledger, TaskRecord
from webrun_nb.client.tasks.expectations import error_page_hint
from webrun_nb.client.tasks.polling import is_unnamed
from webrun_nb.client.tasks.recording import TaskRecording
from webrun_nb.client.tasks.request import read_schema
from webrun_nb.client.tasks.result import ResultAdapter, TaskResult, result_of
from webrun_nb.client.transport import ApiTransport, checked_id
from webrun_nb.common.codes import ErrorCode, ToolkitErrorCode
from webrun_nb.common.local_time import utc
from webrun_nb.wire.past_tasks import PastTask, TaskTextList

_KEPT = "the emulator keeps a task's record for 30 days after the end of its session"


class PastTasks:
    """The tasks of one user on one server.

    Parameters
    ----------
    http : Http
        The server's calls.
    ledger : Ledger or None
        The ledger with the ids of tasks, by server.
    frames : Frames or None
        Reads schemas and makes tables.
    """

    def __init__(self, http: ApiTransport, ledger: Ledger | None, frames: ResultAdapter | None) -> None:
        self._http = http
        self._ledger = ledger
        self._frames = frames

    async def texts(self) -> dict[str, str]:
        """Return the texts of the user's latest tasks, by their ids.

        Raises
        ------
        RequestError
            `EMULATOR_ONLY`: the server keeps no texts.
        """
        listed = TaskTextList.model_validate(await self._http.control("GET", "tasks"))
        return {task.task_id: task.prompt for task in listed.tasks}

    async def result(self, task_id: str, schema: object = None) -> TaskResult:
        """Return the result of a task; see `Client.result`."""
        if not task_id.strip():
            raise ArgumentError("result() takes a task's id, not an empty text", "TaskResult.task_id has it")
        checked_id(task_id, ErrorCode.TASK_NOT_FOUND)
        try:
            answer = await self._http.control("GET", f"tasks/{task_id}")
        except WebRunError as error:
            if error.code not in (ToolkitErrorCode.EMULATOR_ONLY, ErrorCode.TASK_NOT_FOUND):
                raise
            is_emulator = error.code == ErrorCode.TASK_NOT_FOUND
            record, body = await self._polled(task_id, is_emulator)
            return self._result(body, task_id, schema, utc(record.ended_at_ms))
        past = PastTask.model_validate(answer)
        asked = past.output_schema if past.output_type == "structured_json" else None
        body = read_task(Fields.of(answer["task"]), past.session_id, task_id)
        result = self._result(body, task_id, asked if schema is None else schema)
        elapsed_ms = result.captured_at.timestamp() * 1000 - past.created_at
        return replace(result, instruction=past.prompt, url=past.starting_url, elapsed_s=max(0.0, elapsed_ms / 1000))

    async def _polled(self, task_id: str, is_emulator: bool) -> tuple[TaskRecord, TaskAnswer]:
        """Read the state of a task with the ids in the ledger; return its record there as well."""
        record = self._recorded(task_id)
        if record is None:
            raise RequestError(f"you have no task {task_id}", code=ErrorCode.TASK_NOT_FOUND)
        if self._is_ambiguous(record):
            raise RequestError(
                f"the server named no id for task {task_id}: its answer can't be told from those of its session",
                code=ErrorCode.TASK_NOT_FOUND,
                hint="the notebook that ran it may have it still",
            )
        server = self._http.base_url
        if record.base_url != server and not (is_emulator and self._was_emulated(record)):
            raise RequestError(
                f"task {task_id} ran on {record.base_url}, and this is {server}",
                code=ErrorCode.TASK_NOT_FOUND,
                hint="ask a client of that server",
            )
        try:
            return record, await self._http.task(record.session_id, task_id)
        except WebRunError as error:
            if error.code not in (ErrorCode.SESSION_EXPIRED, ErrorCode.SESSION_NOT_FOUND, ErrorCode.TASK_NOT_FOUND):
                raise
            raise RequestError(
                f"the record of task {task_id} has been removed",
                code=ErrorCode.TASK_NOT_FOUND,
                hint=_KEPT if is_emulator else "",
            ) from error

    def _recorded(self, task_id: str) -> TaskRecord | None:
        tasks = [] if self._ledger is None else self._ledger.tasks()
        return next((task for task in reversed(tasks) if task.task_id == task_id), None)

    def _is_ambiguous(self, record: TaskRecord) -> bool:
        """Return whether a task had no id at its server, and its session several tasks: all have the session's id."""
        tasks = [] if self._ledger is None else self._ledger.tasks()
        others = [task for task in tasks if task.session_id == record.session_id and task.task_id != record.task_id]
        return is_unnamed(record.task_id, record.session_id) and bool(others)

    def _was_emulated(self, record: TaskRecord) -> bool:
        """Return whether a task ran on an emulator: each start of one has an address of its own."""
        sessions = [] if self._ledger is None else self._ledger.sessions()
        return any(
            session.emulated
            for session in sessions
            if (session.base_url, session.session_id) == (record.base_url, record.session_id)
        )

    def _result(self, body: TaskAnswer, task_id: str, schema: object, read_at: datetime | None = None) -> TaskResult:
        """Return the result in a task's body; `read_at` is when its answer was first read.

        Raises
        ------
        TaskFailedError
            It failed; the error is that of its failure.
        RequestError
            `JOB_NOT_DONE`: it has not ended.
        """
        if isinstance(body, FailedTask):
            raise TaskFailedError.of(
                body,
                hint=error_page_hint(body.code, body.details) if body.emulated else None,
                session_id=body.session_id,
                task_id=task_id,
            )
        if not isinstance(body, CompletedTask):
            state = body.status if isinstance(body, PendingTask) else "it waits for an answer"
            raise RequestError(
                f"task {task_id} has not ended ({state})",
                code=ToolkitErrorCode.JOB_NOT_DONE,
                hint="ask again once it has",
            )
        return result_of(
            body,
            instruction="",
            url=None,
            schema=read_schema(schema, self._frames),
            task_id=task_id,
            read_at=read_at,
            elapsed_s=(0.0 if body.usage is None else body.usage.completion_time_s) or 0.0,
            frames=self._frames,
            http=self._http,
            recorded=TaskRecording(self._http, task_id),
        )

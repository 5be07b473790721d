"""The status of sessions and tasks, whether they are in memory or, after their end, in the database alone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy.exc import DBAPIError

from webrun_nb.common.codes import ErrorCode
from webrun_nb.emulator.domain.clock import Clock
from webrun_nb.emulator.domain.errors import CommandRefusedError, ended_error
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.domain.task import StoredRequest, Task
from webrun_nb.emulator.serializers import sessions as serialize
from webrun_nb.emulator.serializers.report import Report, unpacked
from webrun_nb.emulator.services.session_registry import SessionRegistry
from webrun_nb.emulator.services.signing import WebViewLinks
from webrun_nb.emulator.storage.database import reason
from webrun_nb.emulator.storage.write_behind import WriteBehindStore
from webrun_nb.wire.past_tasks import PastTask, TaskTextList
from webrun_nb.wire.report import ReportedValues
from webrun_nb.wire.responses import File, InlineResult, SessionState, TaskBody, TaskCompleted, TaskFailed

log = logging.getLogger(__name__)

LISTED = 200
"""The maximum number of sessions in a list."""
LISTED_TASKS = 1_000
"""The maximum number of tasks in a list of texts."""
_SWEEP_MS = 24 * 3_600_000

_ENDED_TASK: TypeAdapter[TaskCompleted | TaskFailed] = TypeAdapter(TaskCompleted | TaskFailed)
_LEFT_OUT = ("now", "clockRunning")
"""Fields of a session's status that depend on the moment of the call."""


class History:
    """Returns the status of sessions and tasks, open or ended, and stores it.

    Parameters
    ----------
    sessions : SessionRegistry
        The sessions in memory.
    store : WriteBehindStore
        Those in the database.
    clock : Clock
        For expired records.
    base_url : str
        This server's address.
    links : WebViewLinks
        The addresses of live views.
    """

    def __init__(
        self, sessions: SessionRegistry, store: WriteBehindStore, clock: Clock, base_url: str, links: WebViewLinks
    ) -> None:
        self._base_url = base_url
        self._sessions = sessions
        self._store = store
        self._clock = clock
        self._links = links
        self._sweeping: asyncio.Task[None] | None = None
        self._requests: dict[str, dict[str, StoredRequest]] = {}
        """The requests of the tasks of sessions in memory, by session and task."""

    def start(self) -> None:
        """Remove expired records in the background, now and once a day."""
        self._sweep(others=True)

    # --- keeping ------------------------------------------------------------------------------------------------------

    def keep(self, session: Session) -> None:
        """Store the status of a session, without the token of its live view; once it has ended, that is final."""
        answer = serialize.session_state(session, self._clock, web_view_url=None).to_wire()
        answer = {name: value for name, value in answer.items() if name not in _LEFT_OUT}
        ended_ms = session.last_activity_ms if session.ended else None
        self._store.keep_session(session.id, session.owner, session.created_ms, ended_ms, answer)

    def keep_task(self, session: Session, task: Task) -> None:
        """Store the status of a task; once it has ended, that is final."""
        answer = serialize.task_body(session, task).to_wire()
        answer.pop("result", None)  # a copy
        for file in answer.get("data", {}).get("files", []):  # stored without the address, as that of the next differs
            file["downloadUrl"] = file["downloadUrl"].removeprefix(self._base_url)
        self._store.keep_task(session.id, task.id, task.created_ms, task.ended_ms, answer)
        if task.ended:
            self._store.keep_report(session.id, task.id, Report.of(session, task).to_json)

    def keep_request(self, session: Session, task: Task) -> None:
        """Store the request of a task, secrets masked now, while they are known."""
        request = StoredRequest(session.id, task.id, task.created_ms, serialize.task_request(session, task))
        self._requests.setdefault(session.id, {})[task.id] = request
        self._store.keep_request(session.id, task.id, request.request)

    def admit_work(self) -> None:
        """Allow new work, if its results can be stored.

        Raises
        ------
        CommandRefusedError
            `INSTANCE_UNAVAILABLE`.
        """
        if self._store.full:
            message = "results can't be written down now (is the disk full?): no new work until they can"
            raise CommandRefusedError(ErrorCode.INSTANCE_UNAVAILABLE, message)

    async def archive_session(self, session: Session) -> None:
        """Remove a session that has ended from memory, as soon as it is in the database."""
        await self._store.written()
        self._sessions.remove(session.id)
        self._requests.pop(session.id, None)

    def sweep_daily(self) -> None:
        """Schedule the removal of this emulator's expired records, once a day by the clock."""
        self._clock.call_at(self._clock.now() + _SWEEP_MS, self._sweep)

    def _sweep(self, *, others: bool = False) -> None:
        self.sweep_daily()
        if self._sweeping is None or self._sweeping.done():
            self._sweeping = asyncio.get_running_loop().create_task(self._expire(others), name="expire records")

    async def _expire(self, others: bool) -> None:
        try:
            await self._store.expire(self._clock.now(), others=others)
        except DBAPIError as error:
            log.error("old records can't be removed for now: %s", reason(error))

    async def close(self) -> None:
        """Stop the removal of records."""
        if self._sweeping is not None:
            self._sweeping.cancel()
            await asyncio.wait({self._sweeping})

    # --- asking -------------------------------------------------------------------------------------------------------

    async def session_state(self, user: str, session_id: str) -> SessionState:
        """Return the status of a session.

        Raises
        ------
        CommandRefusedError
            `SESSION_NOT_FOUND`: it does not exist, or it is another user's; `SESSION_EXPIRED`: its record was removed.
        """
        session = self._sessions.session(session_id)
        if session is None:
            return self._state(await self._answer(session_id, user))
        if session.owner != user:
            raise _no_session(session_id)
        return self._state_in_memory(session)

    async def task_body(self, session_id: str, task_id: str, user: str | None = None) -> TaskBody:
        """Return the status of a task. The two ids are its capability; with `user`, it has to be theirs as well.

        Raises
        ------
        CommandRefusedError
            `SESSION_NOT_FOUND`, `SESSION_EXPIRED` or `TASK_NOT_FOUND`.
        """
        session = self._sessions.session(session_id)
        if session is not None:
            if user is not None and session.owner != user:
                raise _no_session(session_id)
            if task_id not in session.tasks:
                raise _no_task(session_id, task_id)
            return serialize.task_body(session, session.tasks[task_id])
        await self._answer(session_id, user)
        answer = await self._store.task(session_id, task_id)
        if answer is None:
            raise _no_task(session_id, task_id)
        body = _ENDED_TASK.validate_python(answer)
        if isinstance(body, TaskCompleted):
            files = [self._reachable(file) for file in body.data.files]
            body = body.model_copy(update={"data": body.data.model_copy(update={"files": files})})
            return body.model_copy(update={"result": InlineResult(data=body.data, usage=body.usage)})
        return body

    async def report(self, user: str, task_id: str, values: ReportedValues = "all") -> bytes:
        """Return the report of one of the user's tasks as JSON: it may be large, and is made in a thread.

        Raises
        ------
        CommandRefusedError
            `TASK_NOT_FOUND`: the user has no such task, or its session's record has been removed.
        """
        for session in self._sessions.of(user):
            if task_id in session.tasks:
                return await asyncio.to_thread(Report.of(session, session.tasks[task_id]).to_json, values)
        kept = await self._store.report(user, task_id, self._clock.now())
        if kept is None:
            raise CommandRefusedError(ErrorCode.TASK_NOT_FOUND, f"there is no report of a task {task_id[:40]}")
        return await asyncio.to_thread(unpacked, kept, values)

    async def sessions(self, user: str) -> list[SessionState]:
        """Return a user's sessions, newest first, at most `LISTED` of them."""
        in_memory = [self._state_in_memory(session) for session in self._sessions.of(user)]
        known = {state.session_id for state in in_memory}
        kept = await self._store.sessions_of(user, LISTED, self._clock.now())
        states = [*in_memory, *(self._state(answer) for answer in kept if answer["sessionId"] not in known)]
        return sorted(states, key=lambda state: state.created_at, reverse=True)[:LISTED]

    async def past_tasks(self, user: str) -> TaskTextList:
        """Return the texts of a user's tasks, newest first, at most `LISTED_TASKS` of them."""
        kept = {task.task_id: task for task in await self._store.requests_of(user, LISTED_TASKS, self._clock.now())}
        kept |= {task.task_id: task for task in self._requests_in_memory(user)}
        newest_first = sorted(kept.values(), key=lambda task: task.created_ms, reverse=True)
        return TaskTextList(tasks=[serialize.task_text(task) for task in newest_first[:LISTED_TASKS]])

    async def past_task(self, user: str, task_id: str) -> PastTask:
        """Return the request and the status of one of a user's tasks.

        Raises
        ------
        CommandRefusedError
            `TASK_NOT_FOUND`: it does not exist, is another user's, or its record has been removed; `INVALID_STATE`: its
            session is open in another emulator.
        """
        in_memory = (task for task in self._requests_in_memory(user) if task.task_id == task_id)
        request = next(in_memory, None) or await self._store.request(user, task_id, self._clock.now())
        if request is None:
            raise CommandRefusedError(ErrorCode.TASK_NOT_FOUND, f"there is no task {task_id[:40]}")
        try:
            body = await self.task_body(request.session_id, task_id, user)
        except CommandRefusedError as error:
            if error.code != ErrorCode.SESSION_NOT_FOUND:
                raise
            message = f"task {task_id} is in a session that is open in another emulator: its answer comes with its end"
            raise CommandRefusedError(ErrorCode.INVALID_STATE, message) from error
        return serialize.past_task(request, body)

    def _requests_in_memory(self, user: str) -> list[StoredRequest]:
        return [
            request for session in self._sessions.of(user) for request in self._requests.get(session.id, {}).values()
        ]

    async def admit_command(self, user: str, session_id: str, *, ends_it: bool = False) -> bool:
        """Allow a command to a session in memory; refuse any other with the reason that is known.

        Parameters
        ----------
        user, session_id : str
            The caller, and the session.
        ends_it : bool
            The command is to end the session, which is not refused where it has ended.

        Returns
        -------
        bool
            False where the session has ended already, as the command asks.

        Raises
        ------
        CommandRefusedError
            `SESSION_NOT_FOUND`, `SESSION_EXPIRED`.
        """
        session = self._sessions.session(session_id)
        if session is None:
            state = self._state(await self._answer(session_id, user))
            if ends_it:
                return False
            raise ended_error(session_id, state.status, state.reason)
        if session.owner != user:
            raise _no_session(session_id)
        return True

    async def rejection_reason(self, session_id: str) -> ErrorCode:
        """Return the code with which a listener to a session that is not in memory is refused."""
        try:
            state = self._state(await self._answer(session_id, None))
        except CommandRefusedError as error:
            return error.code
        return ended_error(session_id, state.status, state.reason).code

    async def _answer(self, session_id: str, user: str | None) -> Mapping[str, Any]:
        kept = await self._store.session(session_id, self._clock.now())
        if kept is None or (user is not None and kept.owner != user):
            raise _no_session(session_id)
        if kept.answer is None:
            raise CommandRefusedError(ErrorCode.SESSION_EXPIRED, f"the record of session {session_id} has been removed")
        return kept.answer

    def _reachable(self, file: File) -> File:
        url = file.download_url
        return file.model_copy(update={"download_url": self._base_url + url}) if url.startswith("/") else file

    def _state_in_memory(self, session: Session) -> SessionState:
        return serialize.session_state(session, self._clock, self._links.url(session, self._base_url))

    def _state(self, answer: Mapping[str, Any]) -> SessionState:
        moment = {"now": round(self._clock.now()), "clockRunning": self._clock.running}
        return SessionState.model_validate({**answer, **moment})


def _no_session(session_id: str) -> CommandRefusedError:
    return CommandRefusedError(ErrorCode.SESSION_NOT_FOUND, f"there is no session {session_id[:40]}")


def _no_task(session_id: str, task_id: str) -> CommandRefusedError:
    return CommandRefusedError(ErrorCode.TASK_NOT_FOUND, f"session {session_id} has no task {task_id[:40]}")

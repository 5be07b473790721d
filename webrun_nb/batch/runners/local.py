"""Does the rows of a map in sessions of one client: opened as needed, used again, and replaced if they fail."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from decimal import Decimal

from webrun_nb.batch.pace import Pace
from webrun_nb.batch.preparation import MakeRequest
from webrun_nb.batch.rows import RowAnswer, RowFailure, RowTask
from webrun_nb.batch.runners.base import NoteIds, RunnerState
from webrun_nb.client.answers.tasks import CompletedTask, FailedTask, ModelUsage
from webrun_nb.client.client import Client
from webrun_nb.client.errors import (
    AuthenticationError,
    BudgetError,
    ConnectionLostError,
    EmulatorStartError,
    LimitError,
    PaymentError,
    SessionGoneError,
    TaskFailedError,
    TaskInterruptedError,
    WebRunError,
)
from webrun_nb.client.monitoring.costs import idle_usd_per_minute
from webrun_nb.client.monitoring.ledger import RunContext, TaskOutcome
from webrun_nb.client.sessions.options import SessionOptions
from webrun_nb.client.sessions.session import Session
from webrun_nb.client.tasks.answer_cache import objection_to
from webrun_nb.client.tasks.recording import TaskRecording
from webrun_nb.client.tasks.request import TaskRequest
from webrun_nb.client.tasks.result import TaskResult
from webrun_nb.client.urls import site_of
from webrun_nb.common.codes import ErrorCode, TaskFailureCode, ToolkitErrorCode
from webrun_nb.common.local_time import unix_ms

_log = logging.getLogger(__name__)

POLL_S = 1.0
"""The pause between calls for the state of a task of an earlier process."""
START_AGAIN_S = 6.0
"""The pause before another session is asked for, where the service takes no more and does not say when."""
_OF_THE_RUN = (AuthenticationError, PaymentError, BudgetError, EmulatorStartError, ConnectionLostError)
"""The errors that every row would have. A short loss of the network is none of them: tasks wait for its end."""
_REPLACE_AFTER = frozenset(
    {
        TaskFailureCode.PAGE_CRASH,
        TaskFailureCode.INSTANCE_LOST,
        TaskFailureCode.TASK_TIMEOUT,
        TaskFailureCode.AGENT_ERROR,
    }
)
"""The failures after which a session is not used again."""
_UNKNOWN_TASK = frozenset({ErrorCode.TASK_NOT_FOUND, ErrorCode.SESSION_NOT_FOUND, ErrorCode.SESSION_EXPIRED})


class LocalRunner:
    """Does rows through one client. Runs on the loop thread.

    Parameters
    ----------
    client : Client
        The client of the server.
    options : SessionOptions
        The options of its sessions: a login, an environment, a policy.
    make_request : callable
        Makes the request of a row's task.
    run_id : str
        The id of the run, for the ledger and the names of its sessions.
    concurrency : int
        The most rows at once.
    pace : Pace
        Allows the starts of its sessions.
    waits_for_room : bool
        Wait where the account has no room for even one session. False where other processes of the same run may hold
        all of them until its end.
    """

    def __init__(
        self,
        client: Client,
        options: SessionOptions,
        make_request: MakeRequest,
        run_id: str,
        concurrency: int,
        pace: Pace,
        *,
        waits_for_room: bool = True,
    ) -> None:
        self._client = client
        self._options = options
        self._make_request = make_request
        self._run_id = run_id
        self._concurrency = concurrency
        self._pace = pace
        self._waits_for_room = waits_for_room
        self._most_sessions = concurrency
        """Fewer than `concurrency` where the service takes no more."""
        self._free: list[Session] = []
        self._all: list[Session] = []
        self._opening = 0
        self._given_back = asyncio.Condition()
        self._not_kept = ""
        self._endings: set[asyncio.Task[None]] = set()
        self._changed: Callable[[], None] = lambda: None

    def watch(self, changed: Callable[[], None]) -> None:
        """Call a function whenever a session was opened; see `Runner.watch`."""
        self._changed = changed

    @property
    def slots(self) -> int:
        """The number of rows that can run at once."""
        return self._concurrency

    @property
    def state(self) -> RunnerState:
        """Its sessions and their cost, as last read."""
        live = [session for session in self._all if not session.ended]
        costs = (session.snapshot.cost_usd or Decimal(0) for session in self._all)
        return RunnerState(
            sessions=len(live),
            idle_sessions=len(self._free),
            cost_usd=sum(costs, Decimal(0)),
            idle_usd_per_minute=sum((idle_usd_per_minute(session.snapshot) for session in live), Decimal(0)),
            emulated=any(session.snapshot.emulated for session in self._all),
            model=ModelUsage.together(session.snapshot.model for session in self._all),
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """Remarks on its work for people, each in one line."""
        return (f"not all answers were kept: {self._not_kept}",) if self._not_kept else ()

    # --- rows ---------------------------------------------------------------------------------------------------------

    async def run(self, row: RowTask, attempt: int, note_ids: NoteIds) -> RowAnswer | RowFailure:
        """Do the task of one row in a session that is free, or in a new one; see `Runner.run`."""
        request = self._make_request(row)
        if (kept := await self._kept(request)) is not None:
            return kept
        session = await self._take()
        began_s, healthy = time.monotonic(), False
        try:
            context = None if request.cache is None else await session.cache_context()
            place = RunContext(self._run_id, row.position, attempt)
            result = await session.runner.run(request, on_id=note_ids, run=place)
            if context is not None and (problem := await self._client.answers.keep(request, context, result)):
                self._not_kept = problem
            answer = await answer_of(result)
            healthy = True
            return answer
        except (TaskInterruptedError, *_OF_THE_RUN):
            raise
        except WebRunError as error:
            healthy = isinstance(error, TaskFailedError) and error.code not in _REPLACE_AFTER
            acted = await self._acted(error)
            return RowFailure.of(error, acted=acted, elapsed_s=time.monotonic() - began_s)
        finally:
            await self._give_back(session, healthy=healthy)

    async def _kept(self, request: TaskRequest) -> RowAnswer | None:
        """Return the kept answer of a row's task, where the map uses such."""
        if request.cache is None or request.cache.refresh:
            return None
        context = await self._client.cache_context(self._options)
        result = await self._client.answers.find(request, context, request.cache.max_age_ms)
        return None if result is None else await answer_of(result)

    async def collect(self, row: RowTask, attempt: int, session_id: str, task_id: str) -> RowAnswer | RowFailure | None:
        """Return how a task of an earlier process ended, and record it in the ledger; see `Runner.collect`."""
        if (ended := await self._end_of(session_id, task_id)) is None:
            return None
        outcome = "complete" if isinstance(ended, CompletedTask) else ended.code
        site = site_of(self._make_request(row).url or row.url, self._client.base_url)
        place = RunContext(self._run_id, row.position, attempt)
        model = None if ended.usage is None else ended.usage.model
        noted = TaskOutcome(task_id, outcome, ended.cost_usd, None, None, site, place, model)
        self._client.note_earlier_task(session_id, noted)
        return await self._outcome_of(ended, session_id, task_id)

    async def stopped(self, session_id: str, task_id: str) -> RowAnswer | RowFailure | None:
        """Return how a task ended that this process has stopped, which is in the ledger already."""
        ended = await self._end_of(session_id, task_id)
        return None if ended is None else await self._outcome_of(ended, session_id, task_id)

    async def _end_of(self, session_id: str, task_id: str) -> CompletedTask | FailedTask | None:
        """Return the final answer about a task; None where the server does not know it."""
        while True:
            try:
                answer = await self._client.http.task(session_id, task_id)
            except ConnectionLostError:
                raise
            except WebRunError as error:
                if error.code in _UNKNOWN_TASK or isinstance(error, SessionGoneError):
                    return None
                raise
            if isinstance(answer, CompletedTask | FailedTask):
                return answer
            await asyncio.sleep(POLL_S)

    async def _outcome_of(
        self, ended: CompletedTask | FailedTask, session_id: str, task_id: str
    ) -> RowAnswer | RowFailure:
        if isinstance(ended, CompletedTask):
            return await self._collected(ended, session_id, task_id)
        return await self._failed(ended, session_id, task_id)

    async def _collected(self, answer: CompletedTask, session_id: str, task_id: str) -> RowAnswer:
        usage, recorded = answer.usage, TaskRecording(self._client.http, task_id)
        return RowAnswer(
            session_id,
            task_id,
            answer.raw,
            await report_of(recorded, emulated=usage is not None and usage.emulated),
            elapsed_s=(None if usage is None else usage.completion_time_s) or 0.0,
            captured_at_ms=round(time.time() * 1000) if answer.completed_at is None else unix_ms(answer.completed_at),
        )

    async def _failed(self, answer: FailedTask, session_id: str, task_id: str) -> RowFailure:
        error = TaskFailedError.of(answer, session_id=session_id, task_id=task_id)
        return RowFailure.of(error, acted=await self._acted(error))

    async def _acted(self, error: WebRunError) -> bool | None:
        """Return whether a failed task changed something on a page; None where the server has no record of it."""
        if error.task_id is None:
            return False if isinstance(error, LimitError) else None
        try:
            return bool(objection_to(await TaskRecording(self._client.http, error.task_id).arecorded_steps()))
        except WebRunError:
            return None

    # --- sessions -----------------------------------------------------------------------------------------------------

    async def _take(self) -> Session:
        """Return a session for a row: a free one, a new one, or the next that is given back."""
        refused_for_s: float | None = None
        while True:
            async with self._given_back:
                while self._free:
                    session = self._free.pop()
                    if not session.ended:
                        return session
                    self._retire(session)
                if len(self._live) + self._opening >= self._most_sessions:
                    await self._given_back.wait()
                    continue
                self._opening += 1
            try:
                await self._pace.next_start(refused_for_s)
                refused_for_s = None
                session = await self._client.start_for_run(self._run_id, self._options, self._run_id)
                self._all.append(session)
                self._changed()
                return session
            except LimitError as error:
                refused_for_s = self._refused_for_s(error)
            finally:
                async with self._given_back:
                    self._opening -= 1
                    self._given_back.notify_all()

    @property
    def _live(self) -> list[Session]:
        return [session for session in self._all if not session.ended]

    def _refused_for_s(self, error: LimitError) -> float | None:
        """Return the time until the service takes another session; None to go on with those that there are."""
        if error.code == ErrorCode.SESSION_LIMIT_REACHED:
            if self._live:
                self._most_sessions = len(self._live)
                return None
            if not self._waits_for_room:
                raise error
        return START_AGAIN_S if error.retry_after_s is None else error.retry_after_s

    async def _give_back(self, session: Session, *, healthy: bool) -> None:
        async with self._given_back:
            if healthy and not session.ended:
                self._free.append(session)
            else:
                self._retire(session)
            self._given_back.notify_all()

    def _retire(self, session: Session) -> None:
        """End a session that is not used again, without waiting for it."""
        if not session.ended:
            ending = asyncio.create_task(_end(session))
            self._endings.add(ending)
            ending.add_done_callback(self._endings.discard)

    async def close(self) -> None:
        """End all its sessions."""
        await asyncio.gather(*(_end(session) for session in self._all), *self._endings)


async def _end(session: Session) -> None:
    try:
        await session.aterminate()
    except WebRunError as error:  # the ledger has it: the next %load_ext names it
        _log.warning("session %s of a map can't be ended: %s", session.session_id, error)


async def answer_of(result: TaskResult) -> RowAnswer:
    """Return what is stored of a row's result."""
    report = None if result.recorded is None else await report_of(result.recorded, emulated=result.emulated)
    return RowAnswer(
        result.session_id,
        result.task_id,
        dict(result.body),
        report,
        result.elapsed_s,
        unix_ms(result.captured_at),
        cached_age_s=result.cached_age_s,
    )


async def report_of(recorded: TaskRecording, *, emulated: bool) -> dict[str, object] | None:
    """Return the evidence that a table needs of an answer, as plain JSON; None on servers without reports."""
    if not emulated:
        return None
    try:
        return (await recorded.areport("odd")).to_wire()
    except WebRunError as error:
        if error.code in (ToolkitErrorCode.EMULATOR_ONLY, ErrorCode.TASK_NOT_FOUND):
            return None
        raise

"""Runs the tasks of one session, and says how they ended: interrupted, over a budget, or with the session."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from webrun_nb.client._sync import Call, run_in_caller_thread, runtime
from webrun_nb.client.errors import (
    BudgetError,
    ConnectionLostError,
    ExpectationError,
    GuardrailError,
    SessionGoneError,
    TaskFailedError,
    TaskInterruptedError,
)
from webrun_nb.client.monitoring.budget import Budget
from webrun_nb.client.monitoring.costs import full_timeout_cost_usd, idle_usd_per_minute
from webrun_nb.client.monitoring.guardrails import NoAnswer
from webrun_nb.client.monitoring.ledger import RunContext, TaskOutcome
from webrun_nb.client.monitoring.monitor import SessionMonitor
from webrun_nb.client.snapshot import Question, SessionSnapshot
from webrun_nb.client.tasks.answer_cache import AnswerCache
from webrun_nb.client.tasks.options import TaskOptions
from webrun_nb.client.tasks.polling import UnnamedTasks
from webrun_nb.client.tasks.request import TaskRequest
from webrun_nb.client.tasks.result import ResultAdapter, TaskResult
from webrun_nb.client.tasks.sending import retrieve_error
from webrun_nb.client.tasks.task import TakeId, TaskRun
from webrun_nb.client.tasks.viewer import show_task
from webrun_nb.client.transport import ApiTransport
from webrun_nb.common.codes import ErrorCode, TaskFailureCode

_ENDED_WITH_SESSION = frozenset(
    {TaskFailureCode.SESSION_TERMINATED, ErrorCode.SESSION_EXPIRED, ErrorCode.SESSION_NOT_FOUND}
)
"""The codes of a task that the end of its session has ended, or kept from starting."""


class TaskClient(Protocol):
    """The client of a session, as the session's tasks need it."""

    answers: AnswerCache
    frames: ResultAdapter | None
    last: TaskResult | None

    @property
    def http(self) -> ApiTransport:
        """The server's calls."""

    @property
    def budget(self) -> Budget:
        """The limit on what all sessions may cost together."""

    def refuse_if_spent(self, budget: Budget | None) -> None:
        """Refuse work where nothing is left of a budget."""

    async def prepare_task(self, text: str, options: TaskOptions, budget: Budget | None = None) -> TaskRequest:
        """Check a task and make it ready to be sent."""

    async def resolve_guardrail(self, session_id: str, question: Question) -> str | NoAnswer | None:
        """Get the answer to a question of a session's task."""

    async def resolve_unattended(self, session_id: str, question: Question) -> str | NoAnswer | None:
        """Get the answer to a question of a map's row."""

    def note_task(self, session_id: str, ended: TaskOutcome) -> None:
        """Record the end of a task in the ledger."""


class TaskSession(Protocol):
    """The session, as its tasks need it."""

    session_id: str
    monitor: SessionMonitor


class TaskRunner:
    """The tasks of one session. Runs on the loop thread.

    Parameters
    ----------
    session : TaskSession
        The session.
    client : TaskClient
        Its client.
    budget : Budget or None
        Its budget.
    """

    def __init__(self, session: TaskSession, client: TaskClient, budget: Budget | None) -> None:
        self._session = session
        self._client = client
        self._budget = budget
        self._interruption: TaskInterruptedError | None = None
        self.submitting = asyncio.Lock()
        """Held while a task is being sent and has no id yet."""
        self.seen_ids: set[str] = set()
        """The ids of tasks that the session had before."""
        self.unnamed = UnnamedTasks(session.session_id)
        """The tasks that the server gave no ids."""
        self.budget_error: BudgetError | None = None
        """The error that the session was ended with because a budget was spent."""

    @property
    def session_id(self) -> str:
        """The session's id."""
        return self._session.session_id

    @property
    def http(self) -> ApiTransport:
        """The server's calls."""
        return self._client.http

    @property
    def monitor(self) -> SessionMonitor:
        """The session's monitor."""
        return self._session.monitor

    @property
    def budgets(self) -> tuple[Budget, ...]:
        """The budgets that all tasks of the session count against: its own, and the notebook's."""
        return tuple(budget for budget in (self._budget, self._client.budget) if budget is not None)

    async def prepare(self, text: str, options: TaskOptions) -> TaskRequest:
        """Check a task and make it ready to be sent.

        Raises
        ------
        BudgetError
            Nothing is left of the session's budget, or of the notebook's.
        RequestError
            The service would refuse the task.
        """
        self._client.refuse_if_spent(self._budget)
        return await self._client.prepare_task(text, options, self._budget)

    async def run(
        self,
        request: TaskRequest,
        task_id: str | None = None,
        opened: Callable[[Any], None] | None = None,
        *,
        on_id: TakeId | None = None,
        run: RunContext | None = None,
    ) -> TaskResult:
        """Run a task to its end. Whatever breaks, it is stopped, so that it never goes on unattended.

        Parameters
        ----------
        request : TaskRequest
            The task.
        task_id : str, optional
            Its id, where it has been sent already.
        opened : callable, optional
            Takes the session; called first, in the thread that waits.
        on_id : callable, optional
            Takes the ids of the session and of the task, on the loop thread, as soon as the task's is known. If it
            fails, the task is stopped.
        run : RunContext, optional
            Its place in a run of `map`, for the ledger.
        """
        resolve = self._client.resolve_guardrail if run is None else self._client.resolve_unattended
        task = TaskRun(self, request, resolve, task_id, run=run, on_id=on_id)
        show_task(self._session, task)
        return await self._complete(task, opened)

    async def begin(self, request: TaskRequest, task_id: str | None = None) -> tuple[TaskRun, Call[TaskResult]]:
        """Begin a task in the background; return once the server has it.

        Parameters
        ----------
        request : TaskRequest
            The task.
        task_id : str, optional
            Its id, where it has been sent already.

        Raises
        ------
        WebRunError
            The task was refused.
        """
        run = TaskRun(self, request, self._client.resolve_guardrail, task_id, patient=True)
        # not a task of this coroutine, whose blocking caller won't be there for questions
        call = runtime.submit(self._complete(run))
        over = asyncio.wrap_future(call.result)
        over.add_done_callback(retrieve_error)
        over.add_done_callback(lambda _: run.identified.set())
        try:
            await run.identified.wait()
        except asyncio.CancelledError:
            call.cancel()
            raise
        if run.task_id is None and over.done():
            over.result()  # raises
        return run, call

    async def _complete(self, run: TaskRun, opened: Callable[[Any], None] | None = None) -> TaskResult:
        monitor = self._session.monitor
        try:
            if opened is not None:
                await run_in_caller_thread(partial(opened, self._session))
            result = await run.result(self._client.frames)
        except asyncio.CancelledError:
            stopped = await run.stop()
            self._interruption = _interruption(monitor.snapshot, run.task_id, stopped)
            raise
        except ConnectionLostError as error:
            monitor.mark_unreachable(error)
            run.record_end(error.code)
            raise
        except (TaskFailedError, SessionGoneError) as error:
            if self.budget_error is not None and error.code in _ENDED_WITH_SESSION:
                raise self.budget_error.about(run.task_id, error.partial) from error
            if isinstance(error, SessionGoneError):
                monitor.note_gone(error)
                await run.stop()
            raise
        except (GuardrailError, BudgetError):  # the task is over
            raise
        except Exception:
            await run.stop()
            raise
        if run.place is None:  # the result of a row is not the latest, but part of its run
            self._client.last = result
        if run.expectations.rows:
            counts = await asyncio.to_thread(result.count_values)
            if unmet := run.expectations.unmet(*counts):
                raise ExpectationError(unmet, result)
        return result

    def record_end(self, ended: TaskOutcome) -> None:
        """Record the end of a task in the ledger, and its excess over its own budget on the card."""
        if ended.max_cost_usd is not None and ended.cost_usd is not None and ended.cost_usd > ended.max_cost_usd:
            self._session.monitor.note_over_budget(ended.cost_usd - ended.max_cost_usd)
        self._client.note_task(self._session.session_id, ended)

    def take_interruption(self) -> TaskInterruptedError | None:
        """Return the error that says what the last interrupt did, once."""
        taken, self._interruption = self._interruption, None
        return taken


def _interruption(snapshot: SessionSnapshot, task_id: str | None, stopped: bool) -> TaskInterruptedError:
    """Return the error that says what an interrupt did, and what keeping the session costs."""
    about = {"session_id": snapshot.session_id, "task_id": task_id}
    if not stopped:
        return TaskInterruptedError(
            "interrupted, but the server did not confirm that the task is stopped",
            hint="look with `session.status()`, stop it with `session.stop()`",
            **about,
        )
    if snapshot.ended:
        return TaskInterruptedError("interrupted: the task was stopped and its session has ended", hint="", **about)
    price = f"${idle_usd_per_minute(snapshot)} a minute, ${full_timeout_cost_usd(snapshot):.2f} until it times out"
    costs = f"you pay $0.00; hosted, it would cost {price}" if snapshot.emulated else f"it costs {price}"
    return TaskInterruptedError(
        f"interrupted: the task was stopped, session {snapshot.name} is kept",
        hint=f"{costs}; `session.terminate()` ends it",
        **about,
    )

"""Takes one task from its request to its answer, through lost sockets, questions, budgets and interrupts."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Protocol, TypeAlias

from webrun_nb.client.answers.tasks import AskingTask, CompletedTask, FailedTask, ModelUsage, PendingTask, TaskAnswer
from webrun_nb.client.errors import (
    BudgetError,
    ConnectionLostError,
    GuardrailError,
    RequestError,
    SessionGoneError,
    TaskFailedError,
    WebRunError,
)
from webrun_nb.client.monitoring.budget import AT_LEAST_S, Budget, BudgetReading
from webrun_nb.client.monitoring.changes import TaskNews
from webrun_nb.client.monitoring.costs import ms_until_spent, usd_per_ms
from webrun_nb.client.monitoring.estimate import UNNAMED
from webrun_nb.client.monitoring.guardrails import AskPerson, NoAnswer
from webrun_nb.client.monitoring.ledger import RunContext, TaskOutcome
from webrun_nb.client.monitoring.monitor import SessionMonitor
from webrun_nb.client.monitoring.snapshots import question_of
from webrun_nb.client.snapshot import Question
from webrun_nb.client.tasks.expectations import Expectations, error_page_hint
from webrun_nb.client.tasks.polling import TaskPoll, UnnamedTasks
from webrun_nb.client.tasks.recording import TaskRecording
from webrun_nb.client.tasks.request import TaskRequest, warn
from webrun_nb.client.tasks.result import ResultAdapter, TaskResult, result_of
from webrun_nb.client.tasks.sending import fits_socket, retrieve_error, send_over_socket
from webrun_nb.client.transport import ApiTransport
from webrun_nb.client.urls import site_of
from webrun_nb.common.codes import ErrorCode, ToolkitErrorCode
from webrun_nb.common.redacted import RedactedStr

_log = logging.getLogger(__name__)

STOP_WITHIN_S = 2.0
"""The time in which an interrupted task is stopped on the server, else given up."""
IDENTIFY_PAUSES_S = (0.02, 0.05, 0.1, 0.2, 0.5)
QUEUED_PAUSES_S = (0.3, 0.5)
"""The same for a task that was sent over the socket: an event names it, unless it has to wait for others."""
INTERRUPTED = ToolkitErrorCode.INTERRUPTED
"""The outcome of a task whose blocking call was interrupted."""
POLL_PAUSES_S = (0.1, 0.2, 0.5, 1.0)
"""The pauses between status calls of a task; the last one is repeated."""
LISTENING_PAUSE_S = 15.0
"""The same while the session's socket is open, on a server whose events name their tasks."""
TakeId: TypeAlias = Callable[[str, str], None]
"""Takes the ids of a session and of its task."""


class TaskOwner(Protocol):
    """The session that a task runs in."""

    @property
    def session_id(self) -> str:
        """Its id."""

    @property
    def http(self) -> ApiTransport:
        """The server's calls."""

    @property
    def monitor(self) -> SessionMonitor:
        """The session's monitor."""

    @property
    def budgets(self) -> tuple[Budget, ...]:
        """The budgets that all its tasks count against."""

    def record_end(self, ended: TaskOutcome) -> None:
        """Record the end of one of its tasks."""

    @property
    def submitting(self) -> asyncio.Lock:
        """Held while a task is on its way and has no id yet."""

    @property
    def seen_ids(self) -> set[str]:
        """Ids of tasks that were there before."""

    @property
    def unnamed(self) -> UnnamedTasks:
        """Its tasks that the server gave no ids."""


class TaskRun:
    """Runs one task to its end.

    Parameters
    ----------
    owner : TaskOwner
        The session's task runner.
    request : TaskRequest
        The task.
    ask_person : callable
        Answers guardrails.
    task_id : str, optional
        The task's id, if it was sent already (as a session's initial task).
    patient : bool
        The task runs in the background: a question that `resolve_guardrail` has no answer to stays open, until it is
        answered elsewhere (`Session.answer`, the card) or the server gives up. Otherwise the task is stopped.
    on_id : callable, optional
        Takes the ids of the session and of the task, on the loop thread, as soon as the task's is known.
    run : RunContext, optional
        Its place in a run of `map`, for the ledger.
    """

    def __init__(
        self,
        owner: TaskOwner,
        request: TaskRequest,
        resolve_guardrail: AskPerson,
        task_id: str | None = None,
        *,
        patient: bool = False,
        on_id: TakeId | None = None,
        run: RunContext | None = None,
    ) -> None:
        self._owner = owner
        self._http = owner.http
        self._request = request
        self._ask_person = resolve_guardrail
        self._ends_session = bool(request.fields.get("terminateOnCompletion"))
        self._patient = patient
        self.place = run
        """Its place in a run of `map`; None for a task of its own."""
        self._begins_at = request.url or owner.monitor.last_url
        """Its URL; without one, the page that its session was told to open last."""
        self._asked: Question | None = None
        self._on_id = on_id
        self._by_socket = False
        self._post: asyncio.Task[TaskAnswer] | None = None
        """The request or the message that sends it, with the first answer."""
        self._poll = TaskPoll(owner.http, owner.monitor, owner.unnamed, task_id)
        self._warned = False
        self._ended: CompletedTask | FailedTask | None = None
        self._spent_usd: Decimal | None = None
        """Its cost when its budget was found to be spent, and it was stopped."""
        self._read: tuple[BudgetReading, ...] | None = None
        """The readings of its session's and the notebook's budget after its end; None until they were read."""
        self._before_usd = owner.monitor.snapshot.cost_usd or Decimal(0)
        self.task_id = task_id
        self.model: ModelUsage | None = None
        """Its use of the user's own language model, as last read."""
        self.cost_usd: Decimal | None = None
        """Its cost, as last read; it is not read while a task that is not `patient` and has no budget runs."""
        self.identified = asyncio.Event()
        """Set once `task_id` is known, or will not be before the answer to the request that sent the task."""

    @property
    def max_cost_usd(self) -> Decimal | None:
        """Its own budget."""
        return self._request.max_cost_usd

    @property
    def expectations(self) -> Expectations:
        """The conditions on its answer."""
        return self._request.expectations

    @property
    def budget(self) -> BudgetReading | None:
        """The one of its budgets that was exceeded most, else one that was kept.

        None where it has none, and where it is not known whether all of them were kept.
        """
        readings = list(self._read or ())
        if self._request.max_cost_usd is not None and self.cost_usd is not None:
            limit_usd = self._request.max_cost_usd
            readings.insert(0, BudgetReading("its", limit_usd, max(Decimal(0), self.cost_usd - limit_usd)))
        most = max(readings, key=lambda reading: reading.over_usd, default=None)
        unread = self._read is None and any(budget.limit_usd is not None for budget in self._owner.budgets)
        return None if most is not None and unread and not most.over_usd else most

    async def result(self, frames: ResultAdapter | None) -> TaskResult:
        """Send the task and return its answer.

        Raises
        ------
        TaskFailedError, GuardrailError, ConnectionLostError, RequestError, …
            See `webrun_nb.client.errors`.
        asyncio.CancelledError
            Cancelled; `stop` has not been called.
        """
        began_s = time.monotonic()
        if self._request.url is not None:
            self._owner.monitor.last_url = self._request.url  # events say where it goes from there
        try:
            with self._owner.monitor.changes() as news:  # before it is sent: it may be quick
                body = await self._follow(await self._send(), news)
        except Exception:
            self._disconnect()
            raise
        self._disconnect()
        return result_of(
            body,
            instruction=self._request.instruction,
            url=self._request.url or self._owner.monitor.last_url,
            schema=self._request.schema,
            elapsed_s=time.monotonic() - began_s,
            frames=frames,
            http=self._http,
            task_id=self.task_id or "",
            recorded=TaskRecording(self._http, self.task_id or ""),
            max_cost_usd=self._request.max_cost_usd,
            budget=self.budget,
        )

    # --- sending ------------------------------------------------------------------------------------------------------

    async def _send(self) -> TaskAnswer | None:
        """Return the first answer; None where there is none yet, and the task has to be looked at."""
        if self.task_id is not None:
            self._owner.monitor.note_sent(self._request.instruction, self.task_id)
            self._set_id(self.task_id)
            return None
        async with self._owner.submitting:
            self._owner.monitor.note_sent(self._request.instruction)
            self._by_socket = fits_socket(self._request.fields, self._owner.monitor)
            by_request = self._http.new_task
            sending = self._message() if self._by_socket else by_request(self._owner.session_id, self._request.fields)
            self._post = asyncio.create_task(sending)
            task_id = await self._identify(self._post)
        followed = self._by_socket or self._patient or self._request.max_cost_usd is not None
        if task_id is not None and followed and not self._post.done():
            self._post.add_done_callback(retrieve_error)
            return None  # what it costs is to be read meanwhile
        try:
            answer = await asyncio.shield(self._post)
        except ConnectionLostError:
            if task_id is None:
                self._owner.monitor.note_task_end(None)
                raise
            return None  # it is under way: its state can be read
        except WebRunError:
            self._owner.monitor.note_task_end(None)
            raise
        self._take_id(answer)
        return answer

    async def _message(self) -> TaskAnswer:
        return await send_over_socket(
            self._request.fields,
            http=self._http,
            monitor=self._owner.monitor,
            session_id=self._owner.session_id,
            seen_ids=self._owner.seen_ids,
            known_id=lambda: self.task_id,
        )

    async def _identify(self, post: asyncio.Task[TaskAnswer]) -> str | None:
        """Find the task's id while its POST is held open or its message is on its way, for its stop and its card.

        A server that does not say which task runs leaves it to the answer of the POST.
        """
        pauses_s = iter(QUEUED_PAUSES_S if self._by_socket else IDENTIFY_PAUSES_S)
        while self.task_id is None:
            await asyncio.wait({post}, timeout=next(pauses_s, IDENTIFY_PAUSES_S[-1]))
            if post.done():
                if post.exception() is None:
                    self._take_id(post.result())
                break
            try:
                state = await self._owner.monitor.refresh()
            except WebRunError:  # the POST's own answer will say what is wrong
                continue
            if "currentTaskId" not in state.said:
                self.identified.set()
                break
            ids = [state.current_task_id, *state.queued_task_ids]
            new = [task_id for task_id in ids if task_id and task_id not in self._owner.seen_ids]
            if new:
                self._set_id(new[0])
        return self.task_id

    def _take_id(self, answer: TaskAnswer) -> None:
        """Take the task's id from the answer to its POST, unless it is known."""
        if self.task_id is None:
            self._set_id(self._poll.name_from(answer))

    def _set_id(self, task_id: str) -> None:
        self.task_id = task_id
        self._poll.task_id = self._poll.task_id or task_id
        self._owner.seen_ids.add(task_id)
        self._owner.monitor.describe(task_id, self._request.instruction, ends_session=self._ends_session)
        self.identified.set()
        if self._on_id is not None:
            self._on_id(self._owner.session_id, task_id)

    # --- waiting ------------------------------------------------------------------------------------------------------

    async def _follow(self, body: TaskAnswer | None, news: TaskNews) -> CompletedTask:
        pauses_s = iter(POLL_PAUSES_S)
        while True:
            if body is not None:
                self._note(body)
            match body:
                case CompletedTask():
                    await self._read_budgets()
                    self.record_end("complete")
                    return body
                case FailedTask():
                    await self._read_budgets()
                    failure = self._failure(body)
                    self.record_end(failure.code)
                    raise failure
                case AskingTask():
                    if await self._answer(question_of(body, self.task_id or "")):
                        pauses_s = iter(POLL_PAUSES_S)
                case PendingTask():
                    self._asked = None
            if body is not None:
                spent_s = await self._keep_budget(body)
                await news.wait(min(spent_s, self._pause_s(pauses_s)))
            news.clear()
            body = news.answers.get(self.task_id or "") or await self._poll.read()

    def _pause_s(self, pauses_s: Iterator[float]) -> float:
        """Return the time until the next poll in seconds: a longer one where events tell of the task's end."""
        costs_matter = self._patient or self._request.max_cost_usd is not None
        if self._owner.monitor.takes_tasks and not costs_matter:
            return LISTENING_PAUSE_S
        return next(pauses_s, POLL_PAUSES_S[-1])

    def _note(self, body: TaskAnswer) -> None:
        """Note what the server says of the task, for its cost, its session's card, and the next poll."""
        if body.cost_usd is not None:
            self.cost_usd = body.cost_usd
        if body.usage is not None and body.usage.model is not None:
            self.model = body.usage.model
        self._poll.note(body)
        if isinstance(body, CompletedTask | FailedTask):
            self._ended = body
        self._owner.monitor.note_task(self.task_id or "", body)

    async def _keep_budget(self, body: TaskAnswer) -> float:
        """Stop a task whose budget is spent; return the shortest time for which the rest lasts, in seconds.

        Where the server does not say what the task costs meanwhile, its budget can't be kept: a warning says so.
        """
        limit, cost_usd, watch = self._request.max_cost_usd, body.cost_usd, self._owner.monitor
        if limit is None or not isinstance(body, PendingTask | AskingTask):
            return POLL_PAUSES_S[-1]
        if cost_usd is None:
            unsaid = watch.snapshot.cost_estimated
            if unsaid and not (self._warned or self._patient):  # a task in the background has no cell to warn in
                self._warned = True
                await warn(f"max_cost_usd={limit} can't be kept: {self._http.base_url} says no cost while a task runs")
            return POLL_PAUSES_S[-1]
        if cost_usd < limit:
            left_ms = ms_until_spent(limit - cost_usd, usd_per_ms(watch.snapshot))
            return POLL_PAUSES_S[-1] if left_ms is None else max(AT_LEAST_S, left_ms / 1000)
        self._spent_usd = cost_usd
        await self._stop_on_server("task budget")
        return 0.0

    async def _read_budgets(self) -> None:
        """Read the shared budgets that the task counts against, once it has ended."""
        shared = [budget for budget in self._owner.budgets if budget.limit_usd is not None]
        if not shared or self.cost_usd is None:
            return
        try:
            await self._owner.monitor.refresh()
        except WebRunError as error:  # then the budgets' state is unknown, and the result says nothing of it
            _log.warning("what session %s has cost can't be read: %s", self._owner.session_id, error)
            return
        cost_usd = self.cost_usd
        self._read = tuple(reading for budget in shared if (reading := budget.reading(cost_usd)) is not None)

    def _failure(self, body: FailedTask) -> WebRunError:
        """Return the error for a failed task: a BudgetError where it was stopped for its budget."""
        about: dict[str, Any] = {"session_id": self._owner.session_id, "task_id": self.task_id}
        if self._spent_usd is None or self._request.max_cost_usd is None:
            hint = error_page_hint(body.code, body.details) if body.emulated else None
            failure = TaskFailedError.of(body, hint=hint, **about)
            overrun = "" if self.budget is None else self.budget.overrun(emulated=body.emulated)
            failure.hint = "; ".join(part for part in (failure.hint, overrun) if part)
            return failure
        return BudgetError(
            "task",
            limit_usd=self._request.max_cost_usd,
            cost_usd=self._spent_usd if body.cost_usd is None else body.cost_usd,
            emulated=body.emulated,
            partial=str(body.details.get("partial") or ""),
            ends_session=self._ends_session,
            **about,
        )

    async def _answer(self, question: Question) -> bool:
        """Get a question answered; return False if the task is still waiting.

        Raises
        ------
        GuardrailError
            There is no answer, and none to wait for: the task was stopped.
        """
        if question == self._asked:
            return False  # it has been asked before
        answer = await self._ask_person(self._owner.session_id, question)
        if answer is NoAnswer.SEEN or (answer is NoAnswer.UNSEEN and self._patient):
            self._asked = question
            return False
        if not isinstance(answer, str):
            await self._stop_on_server("unanswered")
            error = GuardrailError(question, session_id=self._owner.session_id)
            await self._record_stop(error.code)
            raise error
        answer = RedactedStr(answer)
        try:
            await self._http.answer_guardrail(self._owner.session_id, answer)
        except RequestError as error:
            if error.code != ErrorCode.INVALID_STATE:  # it was answered elsewhere first
                raise
        self._owner.monitor.note_command("answer")
        return True

    # --- the ledger ---------------------------------------------------------------------------------------------------

    def record_end(self, outcome: str) -> None:
        """Record the end of the task in the ledger, with its cost as far as it is known."""
        if self.task_id is None:
            return
        snapshot, cost_usd = self._owner.monitor.snapshot, self.cost_usd
        if cost_usd is None and snapshot.cost_usd is not None and not snapshot.cost_estimated:
            cost_usd = max(Decimal(0), snapshot.cost_usd - self._before_usd)
        self._owner.monitor.note_task_end(self.task_id, self._ended)
        budget = self.budget
        over_usd = None if budget is None else budget.over_usd
        site = None if self._begins_at is None else site_of(self._begins_at, self._http.base_url)
        self._owner.record_end(
            TaskOutcome(
                self.task_id, outcome, cost_usd, self._request.max_cost_usd, over_usd, site, self.place, self.model
            )
        )

    async def _record_stop(self, outcome: str) -> None:
        """Record a task that was stopped in the ledger, with the reason `outcome` and its last cost."""
        with contextlib.suppress(WebRunError, TimeoutError):
            async with asyncio.timeout(STOP_WITHIN_S):
                body = await self._poll.read()
                self._note(body)
                if isinstance(body, CompletedTask):  # it was quicker than its stop
                    outcome = "complete"
                await self._read_budgets()
        self.record_end(outcome)

    # --- stopping -----------------------------------------------------------------------------------------------------

    async def _stop_on_server(self, reason: str) -> None:
        """Stop the task; one that has ended meanwhile is as good as stopped. A session that ends with it says why."""
        if self._ends_session:
            self._owner.monitor.set_end_reason(reason)
        try:
            await self._http.change_state(self._owner.session_id, "stop", self.task_id)
            self._owner.monitor.note_command("stop", self.task_id)
        except SessionGoneError:
            return
        except RequestError as error:
            if error.code not in (ErrorCode.INVALID_STATE, ErrorCode.TASK_NOT_FOUND):
                raise

    def _disconnect(self) -> None:
        """Cancel the request: the task's outcome is known."""
        if self._post is not None:
            self._post.cancel()

    async def stop(self) -> bool:
        """Stop the task after an interrupt, within `STOP_WITHIN_S`.

        Returns
        -------
        bool
            True if the server is known to have stopped the task (or ended it before).
        """
        self._on_id = None  # a task that is given up is not to be found again, and is stopped whatever its caller does
        try:
            async with asyncio.timeout(STOP_WITHIN_S):
                if self.task_id is None and self._post is not None:
                    await self._identify(self._post)
                if self.task_id is None and (self._post is None or self._post.done()):
                    return True  # it was never sent, or refused
                if self.task_id is None and self._owner.monitor.snapshot.current_task_id != UNNAMED:
                    return False  # a stop without an id would end another task
                await self._stop_on_server("interrupted")
                if self._post is not None:
                    (answer,) = await asyncio.gather(self._post, return_exceptions=True)
                    if not isinstance(answer, BaseException):
                        self._take_id(answer)
                await self._owner.monitor.refresh()
                await self._record_stop(INTERRUPTED)
                return True
        except (TimeoutError, WebRunError):
            return False
        finally:
            if self._post is not None:
                self._post.cancel()
                await asyncio.gather(self._post, return_exceptions=True)

"""A browser session, as programs and cells use it, and the handles of the tasks that run in it."""

from __future__ import annotations

import html
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Protocol, Self, Unpack

from webrun_nb.client._sync import (
    blocking,
    interrupts_reported_by,
    on_loop_thread,
    on_loop_thread_within,
    runtime,
)
from webrun_nb.client.arguments import keywords_of
from webrun_nb.client.emulator_control import EmulatorControl
from webrun_nb.client.errors import (
    BudgetError,
    ConnectionLostError,
    SessionGoneError,
    WebRunError,
    refusal,
)
from webrun_nb.client.in_process import InProcess
from webrun_nb.client.monitoring.budget import Budget, Budgets
from webrun_nb.client.monitoring.monitor import SessionMonitor
from webrun_nb.client.sessions.manual_control import ManualControl
from webrun_nb.client.sessions.options import SessionOptions
from webrun_nb.client.snapshot import SessionSnapshot, Subscriber
from webrun_nb.client.tasks.answer_cache import CacheContext
from webrun_nb.client.tasks.handle import TaskHandle
from webrun_nb.client.tasks.options import ONLY_WAITED_FOR, TaskKeywords, TaskOptions
from webrun_nb.client.tasks.request import TaskRequest
from webrun_nb.client.tasks.result import TaskResult
from webrun_nb.client.tasks.runner import TaskClient, TaskRunner
from webrun_nb.client.tasks.viewer import HasViewer, viewed_by
from webrun_nb.client.transport import ApiTransport
from webrun_nb.common.codes import ErrorCode, ToolkitErrorCode
from webrun_nb.common.redacted import RedactedStr

_log = logging.getLogger(__name__)


class SessionOwner(TaskClient, HasViewer, Protocol):
    """The client of a session, as the session needs it."""

    control: EmulatorControl
    budgets: Budgets

    @property
    def base_url(self) -> str:
        """The server's URL."""

    def note_submitted(self, handle: TaskHandle[Session]) -> None:
        """Keep the handle of a task that was submitted."""

    async def restart_session(self, session: Session) -> Session:
        """Start a session with the options of another one."""


def _viewed(session: Session) -> AbstractContextManager[None]:
    return viewed_by(session.client.task_viewer, session)


class Session(InProcess, ManualControl):
    """A browser session on the service. Every method comes in two forms: `task` blocks, `await atask` does not.

    As a context manager it ends with its block:

    >>> with webrun.start() as session:  # doctest: +SKIP
    ...     session.task("List the laptops under $900", url="practice:shop", schema="name:str, price:float").df

    Parameters
    ----------
    client : SessionOwner
        The client that started it.
    monitor : SessionMonitor
        Keeps its snapshot up to date.
    session_id : str
        Its id.
    name : str
        The user's name for it.
    options : SessionOptions
        The options it was started with.
    budget : Budget, optional
        The limit on what it, and sessions before it with the same budget, may cost together.
    web_view_url : str, optional
        The address of the page of its live view.
    """

    instead = "start one in the other process; a result's table (result.df) can be pickled"

    def __init__(
        self,
        client: SessionOwner,
        monitor: SessionMonitor,
        session_id: str,
        name: str,
        options: SessionOptions,
        budget: Budget | None = None,
        web_view_url: str | None = None,
    ) -> None:
        self.client = client
        self.budget = budget
        self.monitor = monitor
        self.session_id = session_id
        self.name = name
        self.options = options
        self.runner = TaskRunner(self, client, budget)
        self._web_view_url = None if web_view_url is None else RedactedStr(web_view_url)

    def __repr__(self) -> str:
        return f"<Session {self.name} {self.session_id}: {self.snapshot.state_label}>"

    def _repr_html_(self) -> str:
        """Return the session's state as static HTML, for front ends that display objects so."""
        frames = self.client.frames
        return html.escape(repr(self)) if frames is None else frames.session_html(self.snapshot)

    # --- what is known ------------------------------------------------------------------------------------------------

    @property
    def http(self) -> ApiTransport:
        """The server's calls."""
        return self.client.http

    @property
    def snapshot(self) -> SessionSnapshot:
        """The latest known state; costs nothing to read."""
        return self.monitor.snapshot

    @property
    def ended(self) -> bool:
        """True once the session has ended."""
        return self.snapshot.ended

    @property
    def web_view_url(self) -> str | None:
        """The address of a web page with the live view; None once the session has ended, or where the server has none.

        Whoever has it can watch and drive the session until it ends, without a key: `print(session.web_view_url)`
        shows it, and the value of a cell reads `***`, so that it is saved in no notebook by mistake.

        >>> IFrame(session.web_view_url, "100%", 660)  # doctest: +SKIP
        """
        return None if self.ended else self._web_view_url

    @property
    def has_view(self) -> bool:
        """True where the browser can be watched live through this client: on the emulator alone."""
        return self.snapshot.emulated

    def subscribe(self, fn: Subscriber) -> Callable[[], None]:
        """Call a function with each new snapshot, on the client's loop thread.

        Parameters
        ----------
        fn : callable
            Takes a `SessionSnapshot`; must return at once.

        Returns
        -------
        callable
            Ends the subscription, as `unsubscribe(fn)` does.
        """
        self.monitor.subscribe(fn)
        return lambda: self.monitor.unsubscribe(fn)

    def unsubscribe(self, fn: Subscriber) -> None:
        """Stop calling a function with snapshots.

        Parameters
        ----------
        fn : callable
            As given to `subscribe`.
        """
        self.monitor.unsubscribe(fn)

    # --- tasks --------------------------------------------------------------------------------------------------------

    @on_loop_thread_within(_viewed)
    @keywords_of(TaskOptions)
    async def atask(self, text: str, **options: Unpack[TaskKeywords]) -> TaskResult:
        """Run a task and return its result; it waits for earlier tasks of the session.

        >>> session.task("List the laptops", url="practice:shop", schema="name:str, price:float").df  # doctest: +SKIP

        Parameters
        ----------
        text : str
            The instruction, in plain English.
        **options
            See `TaskOptions`.

        Raises
        ------
        TaskFailedError
            It ended without an answer; `code` is the reason.
        GuardrailError
            It asked a question and no one answered; it was stopped.
        BudgetError
            The budget of the task, its session or the notebook is spent: it was stopped, or not begun.
        TaskInterruptedError
            The blocking call was interrupted: the task was stopped, the session kept.
        RequestError, SessionGoneError, LimitError, PaymentError, ConnectionLostError
            The task was refused, or the server can't be reached.
        """
        request = await self.runner.prepare(text, self._options_of(options))
        if request.cache is None:
            return await self.runner.run(request)
        result = await self.client.answers.answer(request, self.cache_context, lambda: self.runner.run(request))
        self.client.last = result
        if result.cached_age_s is not None and options.get("end"):
            await self.aterminate()
        return result

    async def cache_context(self) -> CacheContext:
        """Return the conditions that the answers of its tasks depend on, on the loop thread."""
        return await self.client.answers.context(
            environment_id=self.options.environment_id,
            policy_id=self.options.policy_id,
            proxy=self.options.proxy,
            has_secrets=bool(self.options.secrets),
            session_id=self.session_id,
            since_ms=self.snapshot.created_at_ms,
        )

    @blocking(atask)
    def task(self, text: str, **options: Unpack[TaskKeywords]) -> TaskResult:
        with interrupts_reported_by(self.runner.take_interruption), _viewed(self):
            return runtime.run(self.atask(text, **options))

    @on_loop_thread
    @keywords_of(TaskOptions, without=ONLY_WAITED_FOR)
    async def asubmit(self, text: str, **options: Unpack[TaskKeywords]) -> TaskHandle[Session]:
        """Give the session a task and return once the server has it; the handle waits for its result.

        A question that no handler answers stays open, for `answer` and the card.

        Parameters
        ----------
        text : str
            The instruction, in plain English.
        **options
            See `TaskOptions`.

        Raises
        ------
        BudgetError
            Nothing is left of the session's budget, or of the notebook's.
        RequestError, SessionGoneError, LimitError, PaymentError, ConnectionLostError
            The task was refused, or the server can't be reached.
        """
        return await self.begin_task(await self.runner.prepare(text, self._options_of(options)))

    def _options_of(self, given: TaskKeywords) -> TaskOptions:
        """Return the options of a task with the agent and the model of the session, where the task names none."""
        return TaskOptions(**given).with_agent_of(self.options.agent)

    @blocking(asubmit)
    def submit(self, text: str, **options: Unpack[TaskKeywords]) -> TaskHandle[Session]:
        return runtime.run(self.asubmit(text, **options))

    async def begin_task(self, request: TaskRequest, task_id: str | None = None) -> TaskHandle[Session]:
        """Begin a task in the background, on the loop thread; `task_id` where it has been sent already."""
        run, call = await self.runner.begin(request, task_id)
        handle = TaskHandle(self, run, call)
        self.client.note_submitted(handle)
        return handle

    # --- commands -----------------------------------------------------------------------------------------------------

    async def _change_state(self, state: str, task_id: str | None = None) -> None:
        await self.send(self.http.change_state(self.session_id, state, task_id), state, task_id)

    async def send(self, message: Awaitable[None], command: str, task_id: str | None = None) -> None:
        """Send a message, on the loop thread, and update the snapshot; `command` names what it does."""
        try:
            await message
            self.monitor.note_command(command, task_id)
            await self.monitor.refresh()
        except ConnectionLostError as error:
            self.monitor.mark_unreachable(error)
            raise

    @on_loop_thread
    async def apause(self) -> None:
        """Pause the task after its current browser action. Paused time is billed.

        Raises
        ------
        RequestError
            `INVALID_STATE`: nothing is running.
        """
        await self._change_state("pause")

    @blocking(apause)
    def pause(self) -> None:
        return runtime.run(self.apause())

    @on_loop_thread
    async def aresume(self) -> None:
        """Continue a paused task.

        Raises
        ------
        RequestError
            `INVALID_STATE`: nothing is paused.
        """
        await self._change_state("resume")

    @blocking(aresume)
    def resume(self) -> None:
        return runtime.run(self.aresume())

    @on_loop_thread
    async def astop(self, task_id: str | None = None) -> None:
        """Stop the current task, or the one named, and keep the session, which is still billed.

        Parameters
        ----------
        task_id : str, optional
            Its id, running or queued; else the current one's.

        Raises
        ------
        RequestError
            `INVALID_STATE`: there is no task to stop.
        """
        self.monitor.set_stop_reason("task stopped", task_id)
        await self._change_state("stop", task_id)

    @blocking(astop)
    def stop(self, task_id: str | None = None) -> None:
        return runtime.run(self.astop(task_id))

    @on_loop_thread
    async def aterminate(self) -> None:
        """End the session and its billing. Safe twice."""
        if self.ended:
            return
        self.monitor.note_termination()
        try:
            await self._change_state("terminate")
        except SessionGoneError as error:
            self.monitor.note_gone(error)
            await self.astatus()
        except ConnectionLostError as error:
            if error.code != ToolkitErrorCode.EMULATOR_GONE:  # with our emulator the session has ended as well
                raise

    @blocking(aterminate)
    def terminate(self) -> None:
        return runtime.run(self.aterminate())

    async def end_over_budget(self, error: BudgetError) -> None:
        """End the session because a budget is spent; its tasks fail with that error."""
        if not self.ended:
            self.runner.budget_error = error
            self.monitor.set_end_reason("budget")
            await self.aterminate()

    @on_loop_thread
    async def aanswer(self, text: str, task_id: str | None = None) -> None:
        """Answer the question of the session's task; with `task_id`, only if it is that task's.

        Parameters
        ----------
        text : str
            The answer. A login or a code is masked wherever it would be shown.
        task_id : str, optional
            The id of the task that asked.

        Raises
        ------
        RequestError
            `INVALID_STATE`: there is no question.
        """
        if task_id is not None:
            await self.astatus()
            question = self.snapshot.question
            if question is None or question.task_id != task_id:
                raise refusal(
                    409, ErrorCode.INVALID_STATE, "the question is no longer open", session_id=self.session_id
                )
        text = RedactedStr(text)
        await self.send(self.http.answer_guardrail(self.session_id, text), "answer")

    @blocking(aanswer)
    def answer(self, text: str, task_id: str | None = None) -> None:
        return runtime.run(self.aanswer(text, task_id))

    @on_loop_thread
    async def arestart(self) -> Session:
        """Start a session with the same options, under the same name where this one has ended.

        Raises
        ------
        WebRunError
            As `Client.start` does.
        """
        return await self.client.restart_session(self)

    @blocking(arestart)
    def restart(self) -> Session:
        return runtime.run(self.arestart())

    @on_loop_thread
    async def astatus(self) -> SessionSnapshot:
        """Read the session's state from the server; a session that the server no longer knows has ended."""
        try:
            await self.monitor.refresh()
        except SessionGoneError as error:
            self.monitor.mark_missing(error)
        except ConnectionLostError as error:
            self.monitor.mark_unreachable(error)
            raise
        return self.snapshot

    @blocking(astatus)
    def status(self) -> SessionSnapshot:
        return runtime.run(self.astatus())

    # --- with -------------------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.monitor.set_end_reason("with block")
        try:
            self.terminate()
        except WebRunError as failure:
            self._not_ended(failure, error)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.monitor.set_end_reason("with block")
        try:
            await self.aterminate()
        except WebRunError as failure:
            self._not_ended(failure, error)

    def _not_ended(self, failure: WebRunError, error: BaseException | None) -> None:
        """Raise the failure to end the session, unless that would hide the error that ended the block."""
        if error is None:
            raise failure
        _log.warning("session %s could not be ended: %s", self.session_id, failure)

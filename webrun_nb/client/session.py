"""A session, as programs and cells use it."""

from __future__ import annotations

import asyncio
import html
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from webrun_nb.client._sync import blocking_and_async, run_in_caller_thread
from webrun_nb.client.budget import Amount, Budget
from webrun_nb.client.errors import (
    BudgetError,
    ConnectionLostError,
    GuardrailError,
    SessionGoneError,
    TaskFailedError,
    TaskInterruptedError,
    WebRunError,
    refusal,
)
from webrun_nb.client.in_process import InProcess
from webrun_nb.client.ledger import TaskOutcome
from webrun_nb.client.manual_control import ManualControl
from webrun_nb.client.monitor import SessionMonitor
from webrun_nb.client.result import TaskResult
from webrun_nb.client.secrets import Secrets
from webrun_nb.client.snapshot import SessionSnapshot, Subscriber
from webrun_nb.client.task import TaskHandle, TaskRun, interruption, show_task, viewed
from webrun_nb.client.task_options import Ask
from webrun_nb.client.transport import ApiTransport
from webrun_nb.common.codes import ErrorCode, TaskFailureCode, ToolkitErrorCode
from webrun_nb.common.redacted import HostSecret, RedactedStr

if TYPE_CHECKING:
    from webrun_nb.client.client import Client

_log = logging.getLogger(__name__)


_ENDED_WITH_SESSION = frozenset(
    {TaskFailureCode.SESSION_TERMINATED, ErrorCode.SESSION_NOT_ACTIVE, ErrorCode.SESSION_NOT_FOUND}
)
"""Codes of a task that its session's end has ended, or kept from beginning."""


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """What a session was started with."""

    url: str | None = None
    environment_id: str | None = None
    policy_id: str | None = None
    proxy: tuple[tuple[str, Any], ...] | None = None
    """Sorted items, so that options can be compared."""
    max_cost_usd: Decimal | None = None
    secrets: tuple[HostSecret, ...] = ()
    pictures: bool = False
    """Its steps have pictures; the emulator's alone."""


class Session(InProcess, ManualControl):
    """A browser session on the service. Every method has two faces: `task` blocks, `await atask` does not.

    As a context manager it ends with its block:

    >>> with webrun.start() as session:  # doctest: +SKIP
    ...     session.task("List the laptops under $900", url="practice:shop", schema="name:str, price:float").df
    """

    instead = "start one in the other process; a result's table (result.df) can be pickled"

    def __init__(
        self,
        client: Client,
        watch: SessionMonitor,
        session_id: str,
        name: str,
        options: SessionOptions,
        budget: Budget | None = None,
    ) -> None:
        self.client = client
        self.budget = budget
        """What it and the sessions before it that had the same budget may cost together; None: no limit."""
        self.watch = watch
        self.session_id = session_id
        self.name = name
        self.options = options
        self.submitting = asyncio.Lock()
        self.seen_task_ids: set[str] = set()
        self._interruption: TaskInterruptedError | None = None
        self.overrun: BudgetError | None = None
        """Why it was ended, where a budget was spent."""

    def __repr__(self) -> str:
        return f"<Session {self.name} {self.session_id}: {self.snapshot.state_label}>"

    def _repr_html_(self) -> str:
        """Return what is known as static HTML, for front ends that show an object so; `%webrun status` is live."""
        frames = self.client.frames
        return html.escape(repr(self)) if frames is None else frames.session_html(self.snapshot)

    # --- what is known ------------------------------------------------------------------------------------------------

    @property
    def http(self) -> ApiTransport:
        """The server's calls."""
        return self.client.http

    @property
    def snapshot(self) -> SessionSnapshot:
        """The latest that is known; costs nothing to read."""
        return self.watch.snapshot

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self.snapshot.ended

    def subscribe(self, fn: Subscriber) -> Callable[[], None]:
        """Have `fn` called with each new snapshot, on the client's loop thread; it must return at once.

        Parameters
        ----------
        fn : callable
            Takes a `SessionSnapshot`.

        Returns
        -------
        callable
            Ends it, as `unsubscribe(fn)` does.
        """
        self.watch.subscribe(fn)
        return lambda: self.watch.unsubscribe(fn)

    def unsubscribe(self, fn: Subscriber) -> None:
        """Call `fn` no more.

        Parameters
        ----------
        fn : callable
            As given to `subscribe`.
        """
        self.watch.unsubscribe(fn)

    # --- tasks --------------------------------------------------------------------------------------------------------

    async def _task(
        self,
        text: str,
        *,
        url: str | None = None,
        schema: object = None,
        timeout_ms: float | None = None,
        end: bool = False,
        avoid_domains: tuple[str, ...] = (),
        max_input_tokens: int | None = None,
        max_output_tokens: int | None = None,
        max_cost_usd: Amount | None = None,
        secrets: Secrets | None = None,
        files: Sequence[str | Path] = (),
        expect: str | Sequence[str] = (),
    ) -> TaskResult:
        """Have a task done and return its answer. Behind other tasks of the session it waits for its turn.

        Parameters
        ----------
        text : str
            What to do, in plain English.
        url : str, optional
            Where to begin: http(s), or `practice:NAME`; else where the browser is.
        schema : optional
            What the answer is to look like: `"name:str, price:float?"`, a pydantic model, a JSON Schema, …
        timeout_ms : float, optional
            The task's `maxDuration`, 1 000 … 300 000; 300 000 by default.
        end : bool
            End the session with the task (`terminateOnCompletion`).
        avoid_domains : tuple of str
            Never navigated to.
        max_input_tokens, max_output_tokens : int, optional
            At most 100 000.
        max_cost_usd : Decimal, float or str, optional
            What it may cost, in US dollars; once it has, it is stopped. Kept by this process, while it lives. A task
            that ends before its costs were read again may cost more: `result.over_budget_usd`.
        secrets : mapping, optional
            What the agent may log in with and never sees, by host: `{"shop.example.com": "SHOP"}` looks `SHOP` up
            (`SHOP_EMAIL`, `SHOP_PASSWORD`, … in the environment, the keyring, or a prompt); instead of a name, a
            mapping of field to value. Hosts: `github.com` that host alone, `*.x.com` any subdomain, `all`; also
            `practice:NAME`. The session keeps them until it ends.
        files : sequence of str or Path
            Files of this machine that it may upload to a page; "Attach cv.pdf" names one.
        expect : str or sequence of str
            What pages may answer: `"status = 404"`, `"status in 400..499"`; of several, any. A page that answers 400 or
            above is an error otherwise. At least one page has to answer so. The emulator's alone.

        Raises
        ------
        TaskFailedError
            It ended without an answer; `code` says why.
        GuardrailError
            It asked a person and nobody answered; it was stopped.
        BudgetError
            It, its session or the notebook has cost what it may: it was stopped, or not begun.
        TaskInterruptedError
            The blocking face was interrupted: the task was stopped, the session kept.
        RequestError, SessionGoneError, LimitError, PaymentError, ConnectionLostError
            It was refused, or the server went away.
        """
        self.client.refuse_beyond(self.budget)
        ask = await self.client.make_ask(
            text,
            url=url,
            schema=schema,
            timeout_ms=timeout_ms,
            end=end,
            avoid_domains=avoid_domains,
            max_input_tokens=max_input_tokens,
            max_output_tokens=max_output_tokens,
            max_cost_usd=max_cost_usd,
            secrets=secrets,
            files=files,
            expect=expect,
        )
        return await self.perform(ask)

    async def perform(
        self, ask: Ask, task_id: str | None = None, opened: Callable[[Session], None] | None = None
    ) -> TaskResult:
        """Take a task to its end, on the loop thread. It never goes on unattended: whatever breaks, it is stopped.

        Parameters
        ----------
        ask : Ask
            The task.
        task_id : str, optional
            Where it has been sent already.
        opened : callable, optional
            Told this session first, in the thread that waits.
        """
        run = TaskRun(self, ask, self.client.resolve_guardrail, task_id)
        show_task(self, run)
        return await self._carry(run, opened)

    async def _carry(self, run: TaskRun, opened: Callable[[Session], None] | None = None) -> TaskResult:
        try:
            if opened is not None:
                await run_in_caller_thread(partial(opened, self))
            result = await run.result(self.client.frames)
        except asyncio.CancelledError:
            stopped = await run.stop()
            self._interruption = interruption(self.snapshot, run.task_id, stopped)
            raise
        except ConnectionLostError as error:
            self.watch.lost(error)
            run.note(error.code)
            raise
        except (TaskFailedError, SessionGoneError) as error:
            if self.overrun is not None and error.code in _ENDED_WITH_SESSION:
                had = error.partial or self.watch.partial(run.task_id)
                raise self.overrun.about(run.task_id, had) from error
            if isinstance(error, SessionGoneError):
                await run.stop()
            raise
        except (GuardrailError, BudgetError):  # the task is over
            raise
        except Exception:
            await run.stop()
            raise
        self.client.last = result
        return result

    async def _submit(
        self,
        text: str,
        *,
        url: str | None = None,
        schema: object = None,
        timeout_ms: float | None = None,
        end: bool = False,
        avoid_domains: tuple[str, ...] = (),
        max_input_tokens: int | None = None,
        max_output_tokens: int | None = None,
        max_cost_usd: Amount | None = None,
        secrets: Secrets | None = None,
        files: Sequence[str | Path] = (),
        expect: str | Sequence[str] = (),
    ) -> TaskHandle:
        """Give the session a task and return once the server has it; the handle waits for its answer.

        A question of its that no handler answers stays open, for `answer` and the card.

        Parameters
        ----------
        text, url, schema, timeout_ms, end, avoid_domains, max_input_tokens, max_output_tokens, max_cost_usd, secrets,
        files, expect
            As in `task`.

        Raises
        ------
        BudgetError
            Nothing is left of its session's budget, or of the notebook's.
        RequestError, SessionGoneError, LimitError, PaymentError, ConnectionLostError
            It was refused, or the server went away.
        """
        self.client.refuse_beyond(self.budget)
        ask = await self.client.make_ask(
            text,
            url=url,
            schema=schema,
            timeout_ms=timeout_ms,
            end=end,
            avoid_domains=avoid_domains,
            max_input_tokens=max_input_tokens,
            max_output_tokens=max_output_tokens,
            max_cost_usd=max_cost_usd,
            secrets=secrets,
            files=files,
            expect=expect,
        )
        return await self.begin(ask)

    async def begin(self, ask: Ask, task_id: str | None = None) -> TaskHandle:
        """Begin a task that nobody waits for, on the loop thread; `task_id` where it has been sent already."""
        run = TaskRun(self, ask, self.client.resolve_guardrail, task_id, patient=True)
        handle = await TaskHandle.begun(self, run, self._carry(run))
        self.client.note_submitted(handle)
        return handle

    @property
    def budgets(self) -> tuple[Budget, ...]:
        """The budgets that all its tasks count against: its own, and the notebook's."""
        return tuple(budget for budget in (self.budget, self.client.budget) if budget is not None)

    def note_task(self, ended: TaskOutcome) -> None:
        """Record the end of a task in the ledger, and its excess over its own budget on the card."""
        if ended.max_cost_usd is not None and ended.cost_usd > ended.max_cost_usd:
            self.watch.note_over_budget(ended.cost_usd - ended.max_cost_usd)
        self.client.note_task(self.session_id, ended)

    def interruption(self) -> TaskInterruptedError | None:
        """Return what the last interrupt did, once."""
        said, self._interruption = self._interruption, None
        return said

    # --- commands -----------------------------------------------------------------------------------------------------

    async def _command(self, state: str, task_id: str | None = None) -> None:
        await self.sent(self.http.change_state(self.session_id, state, task_id))

    async def sent(self, message: Awaitable[None]) -> None:
        """Send a message, on the loop thread, and read what has become of the session."""
        try:
            await message
            await self.watch.refresh()
        except ConnectionLostError as error:
            self.watch.lost(error)
            raise

    async def _pause(self) -> None:
        """Let the current browser action finish, then hold. Paused time is billed.

        Raises
        ------
        RequestError
            `INVALID_STATE`: nothing is running.
        """
        await self._command("pause")

    async def _resume(self) -> None:
        """Go on from where it was paused.

        Raises
        ------
        RequestError
            `INVALID_STATE`: nothing is paused.
        """
        await self._command("resume")

    async def _stop(self, task_id: str | None = None) -> None:
        """End the current task (or the one named, running or queued) and keep the session, which is billed on.

        Parameters
        ----------
        task_id : str, optional
            Its id, running or queued; else the current one's.

        Raises
        ------
        RequestError
            `INVALID_STATE`: there is no task to stop.
        """
        self.watch.set_stop_reason("task stopped", task_id)
        await self._command("stop", task_id)

    async def _terminate(self) -> None:
        """End the session and its billing. Safe twice."""
        if self.ended:
            return
        try:
            await self._command("terminate")
        except SessionGoneError:
            await self._status()
        except ConnectionLostError as error:
            if error.code != ToolkitErrorCode.EMULATOR_GONE:  # with our emulator the session has ended as well
                raise

    async def end_for(self, overrun: BudgetError) -> None:
        """End the session because a budget is spent; what it does fails with that error."""
        if not self.ended:
            self.overrun = overrun
            self.watch.set_end_reason("budget")
            await self._terminate()

    async def _answer(self, text: str, task_id: str | None = None) -> None:
        """Answer the question that its task waits with; with `task_id`, only if it is that task's.

        Parameters
        ----------
        text : str
            The answer. A login or a code is masked wherever it would be shown.
        task_id : str, optional
            The task that it is meant for.

        Raises
        ------
        RequestError
            `INVALID_STATE`: nothing is asked.
        """
        if task_id is not None:
            await self._status()
            question = self.snapshot.question
            if question is None or question.task_id != task_id:
                raise refusal(
                    409, ErrorCode.INVALID_STATE, "the question is no longer open", session_id=self.session_id
                )
        text = RedactedStr(text)
        await self.sent(self.http.answer_guardrail(self.session_id, text))

    async def _again(self) -> Session:
        """Start a session with the same options, under the same name where this one has ended.

        Raises
        ------
        WebRunError
            As `Client.start` does.
        """
        return await self.client.open_again(self)

    async def _status(self) -> SessionSnapshot:
        """Ask the server how it is now; a session that it knows no more has ended."""
        try:
            await self.watch.refresh()
        except SessionGoneError as error:
            self.watch.gone(error)
        except ConnectionLostError as error:
            self.watch.lost(error)
            raise
        return self.snapshot

    task, atask = blocking_and_async(_task, interruption, lambda session: viewed(session.client.task_viewer, session))
    submit, asubmit = blocking_and_async(_submit)
    pause, apause = blocking_and_async(_pause)
    resume, aresume = blocking_and_async(_resume)
    stop, astop = blocking_and_async(_stop)
    terminate, aterminate = blocking_and_async(_terminate)
    answer, aanswer = blocking_and_async(_answer)
    again, aagain = blocking_and_async(_again)
    status, astatus = blocking_and_async(_status)

    # --- with -------------------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.watch.set_end_reason("with block")
        try:
            self.terminate()
        except WebRunError as failure:
            self._not_ended(failure, error)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.watch.set_end_reason("with block")
        try:
            await self.aterminate()
        except WebRunError as failure:
            self._not_ended(failure, error)

    def _not_ended(self, failure: WebRunError, error: BaseException | None) -> None:
        """Raise the failure to end it, unless that would hide the error that ended the block."""
        if error is None:
            raise failure
        _log.warning("session %s could not be ended: %s", self.session_id, failure)

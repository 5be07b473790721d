"""The client: sessions and single tasks on any server that speaks the wire contract."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from webrun_nb.client._sync import blocking_and_async, runtime
from webrun_nb.client.budget import Amount, Budget, Budgets, limit_usd
from webrun_nb.client.emulator_control import EmulatorControl
from webrun_nb.client.environments import Environments
from webrun_nb.client.errors import RequestError, SessionGoneError, TaskInterruptedError, WebRunError
from webrun_nb.client.expectations import expected_statuses
from webrun_nb.client.guardrails import (
    FindPrompt,
    FormShown,
    GuardrailHandler,
    NoAnswer,
    checked_handler,
    resolve_guardrail,
)
from webrun_nb.client.in_process import InProcess
from webrun_nb.client.ledger import Ledger, TaskOutcome
from webrun_nb.client.ledger_recorder import ClosedSession, LedgerRecorder, close_orphaned_sessions
from webrun_nb.client.monitor import SessionMonitor
from webrun_nb.client.past_tasks import PastTasks
from webrun_nb.client.policies import Policies
from webrun_nb.client.proxies import Proxies, Proxy, read_proxy
from webrun_nb.client.result import ResultAdapter, TaskResult
from webrun_nb.client.secrets import Secrets, check_service, read_secrets
from webrun_nb.client.session import Session, SessionOptions
from webrun_nb.client.snapshot import Question
from webrun_nb.client.task import STOP_WITHIN_S, TaskHandle, TaskViewer, expect_task, viewed
from webrun_nb.client.task_options import Ask, make_ask, read_schema
from webrun_nb.client.transport import HOSTED_URL, ApiTransport
from webrun_nb.client.urls import resolve_url
from webrun_nb.common.codes import ErrorCode, ToolkitErrorCode
from webrun_nb.common.redacted import secrets_to_wire
from webrun_nb.wire.responses import AccountUsage

if TYPE_CHECKING:
    pass

_log = logging.getLogger(__name__)


class SessionStarter:
    """Opens a client's sessions. Lives on the loop thread.

    Parameters
    ----------
    client : Client
        Whose sessions they are.
    books : Bookkeeper, optional
        Follows each.
    listen : bool
        Open a socket per session for live events.
    """

    def __init__(self, client: Client, books: LedgerRecorder | None, *, listen: bool) -> None:
        self._client = client
        self._books = books
        self._listen = listen
        self._watches: list[SessionMonitor] = []
        self._endings: set[asyncio.Task[TaskInterruptedError]] = set()
        self.interruption: TaskInterruptedError | None = None
        """What the last interrupt did."""

    async def close(self) -> None:
        """Let what is being ended end, for a moment, and stop watching."""
        if self._endings:
            await asyncio.wait(self._endings, timeout=STOP_WITHIN_S)
        for watch in self._watches:
            await watch.close()

    async def _open(
        self, name: str, options: SessionOptions, task: Mapping[str, Any], budget: Budget | None
    ) -> tuple[Session, str | None]:
        given = {
            "environmentId": options.environment_id,
            "policyId": options.policy_id,
            "proxy": None if options.proxy is None else dict(options.proxy),
            "initialTask": dict(task) or None,
        }
        body = {key: value for key, value in given.items() if value is not None}
        started = await self._client.http.start_session(body)
        watch = SessionMonitor(
            self._client.http,
            name,
            started.session_id,
            task.get("startingPoint"),
            max_cost_usd=None if budget is None else budget.limit_usd,
            spent_before_usd=Decimal(0) if budget is None else budget.cost_usd,
        )
        try:
            if options.pictures:
                await self._client.control.apictures(started.session_id)
            await watch.begin(started.socket_url if self._listen else None)
        except BaseException:  # nobody would know of it, and it would cost
            await self._give_up(started.session_id)
            raise
        self._watches = [other for other in self._watches if not other.done] + [watch]
        if self._books is not None:
            self._books.follow(watch)
        session = Session(self._client, watch, started.session_id, name, options, budget)
        for covering in (budget, self._client.budget):
            if covering is not None:
                covering.cover(session)
        if started.task_id is not None:
            session.seen_task_ids.add(started.task_id)
        return session, started.task_id

    async def _give_up(self, session_id: str) -> None:
        """End a session that could not be watched, as far as the server takes it within `STOP_WITHIN_S`."""
        try:
            async with asyncio.timeout(STOP_WITHIN_S):
                await self._client.http.change_state(session_id, "terminate")
        except SessionGoneError:
            pass
        except (TimeoutError, WebRunError) as error:
            _log.warning("session %s, of which nothing is known, could not be ended: %s", session_id, error)

    async def opened(
        self, name: str, options: SessionOptions, task: Mapping[str, Any], budget: Budget | None = None
    ) -> tuple[Session, str | None]:
        """Open a session that counts against `budget`; cancelled meanwhile, it is ended again rather than left to cost.

        Raises
        ------
        BudgetError
            As `Client.refuse_beyond`; nothing was opened.
        """
        self._client.refuse_beyond(budget)
        opening = asyncio.create_task(self._open(name, options, task, budget))
        try:
            session, task_id = await asyncio.shield(opening)
        except asyncio.CancelledError:
            self.interruption = await self._undone(opening, name)
            raise
        self._client.sessions[name] = session
        return session, task_id

    async def _undone(self, opening: asyncio.Task[tuple[Session, str | None]], name: str) -> TaskInterruptedError:
        """End a session that nobody waits for any more, now or once it is there; return the line that says so.

        The request that opens it is let through: cut off, the server may open the session all the same, and nobody
        would know its id.
        """
        ending = asyncio.create_task(self._end_opened(opening, name))
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)
        try:
            async with asyncio.timeout(STOP_WITHIN_S):
                return await asyncio.shield(ending)
        except TimeoutError:
            return TaskInterruptedError(
                "interrupted while starting: the session will be ended as soon as it comes up", hint=""
            )

    async def _end_opened(self, opening: asyncio.Task[tuple[Session, str | None]], name: str) -> TaskInterruptedError:
        try:
            session, _ = await opening
        except WebRunError as error:
            return TaskInterruptedError(f"interrupted while starting, which failed: {error.message}", hint="")
        session.watch.set_end_reason("interrupted")
        try:
            await session.aterminate()
        except WebRunError as error:
            _log.warning("an interrupted start: %s", error)
            self._client.sessions[self._client.unique_session_name(name)] = session
            return TaskInterruptedError(
                "interrupted while starting: the session could not be ended", hint="end it with `%webrun terminate`"
            )
        return TaskInterruptedError("interrupted while starting: the session was ended again", hint="")


DEFAULT_NAME = "main"
SINGLE_TASK = "single task"

KEPT_HANDLES = 200
"""How many submitted tasks a client remembers after they have ended."""

USERS_LEDGER = Ledger()
"""In the user's data folder."""


class Client(InProcess):
    """One account on one server.

    Parameters
    ----------
    base_url : str
        The server; the hosted service by default.
    key : str
        Its API key; never shown.
    frames : Frames, optional
        Reads schemas and makes tables (the notebook layer's). Without it a schema is a JSON Schema, and results have
        no `df`.
    listen : bool
        Open a socket per session for live events. False: poll.
    transport : httpx.AsyncBaseTransport, optional
        In place of the network.
    explain_loss : callable, optional
        See `ApiTransport`.
    ledger : Ledger, optional
        Where the sessions it opens are recorded, by default the user's; None for nowhere.
    emulator_pid : int, optional
        The process of the server, where that is an emulator that ends with this process.
    """

    instead = "make one in the other process: webrun.Client(url, key=…)"

    def __init__(
        self,
        base_url: str = HOSTED_URL,
        *,
        key: str,
        frames: ResultAdapter | None = None,
        listen: bool = True,
        transport: httpx.AsyncBaseTransport | None = None,
        explain_loss: Callable[[], Awaitable[WebRunError | None]] | None = None,
        ledger: Ledger | None = USERS_LEDGER,
        emulator_pid: int | None = None,
    ) -> None:
        base_url = check_service(base_url)
        self._books = None if ledger is None else LedgerRecorder(ledger, base_url, emulator_pid)
        self._http = ApiTransport(base_url, key, transport=transport, explain_loss=explain_loss)
        self._pid = os.getpid()
        self._handler: GuardrailHandler | None = None
        self._starting = asyncio.Lock()
        self._past = PastTasks(self._http, ledger, frames)
        self.frames = frames
        self.environments = Environments(self._http)
        """Profiles and files that outlive their sessions."""
        self.proxies = Proxies(self._http)
        self.policies = Policies(self._http)
        """What sessions may reach and do (the emulator's; the hosted service has them in its dashboard)."""
        self.control = EmulatorControl(self._http)
        """What only the emulator can do: time travel, faults, killed browsers."""
        self.budgets = Budgets()
        """What the account's sessions may cost. Clients that share them count together."""
        self._opener = SessionStarter(self, self._books, listen=listen)
        self.sessions: dict[str, Session] = {}
        """All that this client started, by name, ended ones too; a name used again is its latest."""
        self.form_shown: FormShown | None = None
        """Asked, where there is no handler, whether a person sees a question; then its task waits for an answer."""
        self.find_prompt: FindPrompt | None = None
        """Asked last: what asks the person who made the call."""
        self.task_viewer: TaskViewer | None = None
        """Shows a task while a call waits for it."""
        self.last: TaskResult | None = None
        """The latest result."""
        self.submitted: list[TaskHandle] = []
        """Tasks that were submitted, in that order: all that have not ended, and the latest `KEPT_HANDLES` at least."""

    def __repr__(self) -> str:
        return f"Client({self.base_url!r})"

    @property
    def base_url(self) -> str:
        """The server."""
        return self._http.base_url

    @property
    def http(self) -> ApiTransport:
        """The server's calls.

        Raises
        ------
        WebRunError
            `OTHER_PROCESS`: in a forked child; connections can't be shared.
        """
        if self._pid != os.getpid():
            raise WebRunError(
                "this session belongs to the process that was forked", code=ToolkitErrorCode.OTHER_PROCESS
            )
        return self._http

    @property
    def budget(self) -> Budget:
        """What all its sessions may cost together; see `limit`."""
        return self.budgets.notebook

    def limit(self, max_cost_usd: Amount | None) -> None:
        """Have all sessions of this client ended once they have cost so much together; None for no limit.

        Parameters
        ----------
        max_cost_usd : Decimal, float or str, optional
            US dollars. Kept by this process, while it lives.

        Raises
        ------
        RequestError
            `INVALID_PARAMETER`: it is no amount.
        """
        self.budget.limit_usd = limit_usd(max_cost_usd)
        runtime.loop.call_soon_threadsafe(self.budget.look)

    def on_guardrail(self, handler: GuardrailHandler | None) -> None:
        """Have a function answer when a task asks.

        Parameters
        ----------
        handler : callable or None
            Takes a `Question` and returns the answer, or None to stop the task; may be a coroutine function. It is
            called in the thread that waits in the blocking call, so that it may print and ask; for the awaitable face
            in a thread of its own. None: nobody answers.
        """
        self._handler = checked_handler(handler)

    # --- sessions -----------------------------------------------------------------------------------------------------

    async def _start(
        self,
        name: str | None = None,
        *,
        url: str | None = None,
        environment_id: str | None = None,
        policy_id: str | None = None,
        proxy: Proxy | None = None,
        max_cost_usd: Amount | None = None,
        secrets: Secrets | None = None,
        pictures: bool = False,
        new: bool = False,
    ) -> Session:
        """Start a session, or return the live one of that name and the same options (Run All must not bill two).

        Parameters
        ----------
        name : str, optional
            What to call it; `main` by default.
        url : str, optional
            Opened at once: http(s), or `practice:NAME`.
        environment_id, policy_id : str, optional
            Contract, sections 8 and 11.
        proxy : mapping or str, optional
            Contract, section 7; or as a line writes it: `socks5://USER@HOST:PORT` (its password is the secret `PROXY`:
            `PROXY_PASSWORD`, the keyring, a prompt), `http://USER@HOST:PORT=NAME`, `WebRun:DE`.
        max_cost_usd : Decimal, float or str, optional
            What it may cost, in US dollars; once it has, it is ended. Kept by this process, while it lives. A session
            started again with the same name and amount continues with what is left of it.
        secrets : mapping, optional
            For all its tasks; see `Session.task`.
        pictures : bool
            Keep a small picture of the page with each of its tasks' actions (`TaskResult.step_picture`); the emulator
            alone. They cost a tenth of a small task's CPU.
        new : bool
            Start another one in any case, with a budget of its own; a name in use gets a number.

        Raises
        ------
        BudgetError
            Nothing is left of the budget of that name and amount, or of the notebook's.
        WebRunError
            `NAME_IN_USE`: a live session of that name has other options.
        RequestError, AuthenticationError, PaymentError, LimitError, ConnectionLostError
            It was refused, or the server can't be reached.
        """
        name = name or DEFAULT_NAME
        options = SessionOptions(
            None if url is None else resolve_url(url, self.base_url),
            environment_id,
            policy_id,
            await read_proxy(proxy),
            limit_usd(max_cost_usd),
            await read_secrets(secrets, self.base_url),
            pictures,
        )
        if pictures and self.base_url == HOSTED_URL:  # before there is a session that costs
            raise self.http.emulator_only()
        async with self._starting:
            if new:
                name = self.unique_session_name(name)
            elif (session := self.sessions.get(name)) is not None and not session.ended:
                return _same(session, options)
            budget = self.budgets.of_session(name, options.max_cost_usd, new=new)
            session, _ = await self._opener.opened(name, options, _first_page(options), budget)
            self.budgets.keep(name, budget)
        return session

    async def _run_task(
        self,
        text: str,
        *,
        url: str | None = None,
        schema: object = None,
        timeout_ms: float | None = None,
        environment_id: str | None = None,
        policy_id: str | None = None,
        proxy: Proxy | None = None,
        avoid_domains: tuple[str, ...] = (),
        max_input_tokens: int | None = None,
        max_output_tokens: int | None = None,
        max_cost_usd: Amount | None = None,
        secrets: Secrets | None = None,
        files: Sequence[str | Path] = (),
        expect: str | Sequence[str] = (),
        budget: Budget | None = None,
        opened: Callable[[Session], None] | None = None,
    ) -> TaskResult:
        """Have one task done in a session of its own, which ends with it.

        Sent as a session's initial task with `terminateOnCompletion`, which is what run-task does (contract,
        section 3), because that answers at once: the task can be watched and stopped from its first moment.

        Parameters
        ----------
        text, url, schema, timeout_ms, avoid_domains, max_input_tokens, max_output_tokens, max_cost_usd, secrets, files,
        expect
            As in `Session.task`.
        environment_id, policy_id, proxy
            As in `start`.
        budget : Budget, optional
            A session's (`session.budget`), which this task counts against, too.
        opened : callable, optional
            Told the session as soon as it exists, in the thread that waits.

        Raises
        ------
        WebRunError
            As `start` and `Session.task` do.
        """
        self.refuse_beyond(budget)
        ask = await self.make_ask(
            text,
            url=url,
            schema=schema,
            timeout_ms=timeout_ms,
            end=True,
            avoid_domains=avoid_domains,
            max_input_tokens=max_input_tokens,
            max_output_tokens=max_output_tokens,
            max_cost_usd=max_cost_usd,
            secrets=secrets,
            files=files,
            expect=expect,
        )
        session, task_id = await self._opened_for_one(ask, environment_id, policy_id, proxy, budget)
        try:
            return await session.perform(ask, task_id, opened)
        except asyncio.CancelledError:
            self._opener.interruption = session.interruption()
            raise

    async def _submit_task(
        self,
        text: str,
        *,
        url: str | None = None,
        schema: object = None,
        timeout_ms: float | None = None,
        environment_id: str | None = None,
        policy_id: str | None = None,
        proxy: Proxy | None = None,
        avoid_domains: tuple[str, ...] = (),
        max_input_tokens: int | None = None,
        max_output_tokens: int | None = None,
        max_cost_usd: Amount | None = None,
        secrets: Secrets | None = None,
        files: Sequence[str | Path] = (),
        expect: str | Sequence[str] = (),
        budget: Budget | None = None,
    ) -> TaskHandle:
        """Begin one task in a session of its own, which ends with it, and return once the server has it.

        Parameters
        ----------
        text, url, schema, timeout_ms, avoid_domains, max_input_tokens, max_output_tokens, max_cost_usd, secrets, files,
        expect
            As in `Session.task`.
        environment_id, policy_id, proxy
            As in `start`.
        budget : Budget, optional
            A session's (`session.budget`), which this task counts against, too.

        Raises
        ------
        WebRunError
            As `start` does.
        """
        self.refuse_beyond(budget)
        ask = await self.make_ask(
            text,
            url=url,
            schema=schema,
            timeout_ms=timeout_ms,
            end=True,
            avoid_domains=avoid_domains,
            max_input_tokens=max_input_tokens,
            max_output_tokens=max_output_tokens,
            max_cost_usd=max_cost_usd,
            secrets=secrets,
            files=files,
            expect=expect,
        )
        session, task_id = await self._opened_for_one(ask, environment_id, policy_id, proxy, budget)
        return await session.begin(ask, task_id)

    async def _opened_for_one(
        self,
        ask: Ask,
        environment_id: str | None,
        policy_id: str | None,
        proxy: Proxy | None,
        budget: Budget | None,
    ) -> tuple[Session, str]:
        """Open a session for one task, and give it the task."""
        options = SessionOptions(None, environment_id, policy_id, await read_proxy(proxy))
        name = self.unique_session_name(SINGLE_TASK)
        session, task_id = await self._opener.opened(name, options, ask.fields, budget)
        return session, expect_task(task_id)

    async def open_again(self, session: Session) -> Session:
        """Open a session with the options of another one; see `Session.again`."""
        name = DEFAULT_NAME if session.name.startswith(SINGLE_TASK) else session.name
        async with self._starting:
            name, options = self.unique_session_name(name), session.options
            again, _ = await self._opener.opened(name, options, _first_page(options), session.budget)
            self.budgets.keep(name, session.budget)
        return again

    def refuse_beyond(self, budget: Budget | None) -> None:
        """Refuse work where nothing is left of `budget`, or of what all sessions may cost together.

        Raises
        ------
        BudgetError
            Nothing is left.
        RequestError
            `INVALID_PARAMETER`: the budget is one of another account.
        """
        if budget is not None and budget.account is not self.budgets:
            raise RequestError(
                "that budget is one of another account: emulated and real money are never added",
                code=ErrorCode.INVALID_PARAMETER,
            )
        for each in (budget, self.budget):
            if each is not None:
                each.refuse_if_spent()

    def note_submitted(self, handle: TaskHandle) -> None:
        """Take note of a task that was submitted, and forget the oldest that have ended."""
        kept, latest = self.submitted[:-KEPT_HANDLES], self.submitted[-KEPT_HANDLES:]
        self.submitted = [*(each for each in kept if not each.done), *latest, handle]

    def note_task(self, session_id: str, ended: TaskOutcome) -> None:
        """Record the end of a session's task in the ledger."""
        if self._books is not None:
            self._books.note_task(session_id, ended)

    async def _bring_ledger_up_to_date(self) -> None:
        """Have the ledger say what the live sessions cost now.

        Raises
        ------
        WebRunError
            The server can't be read.
        """
        if self._books is not None:
            for session in self.sessions.values():
                if not session.ended:
                    self._books.reconcile(await session.astatus())

    async def _account(self) -> AccountUsage:
        """Return what the service says of the account; the cheapest call that needs the key.

        Raises
        ------
        AuthenticationError, ConnectionLostError, ProtocolError
            The key is not taken, or this is no WebRun service.
        """
        return await self.http.account_usage()

    async def _terminate_left_open(self) -> list[ClosedSession]:
        """End the sessions that kernels before this one left open on this server, as the ledger has them.

        Returns
        -------
        list of Ended
            What became of each; empty where there were none.

        Raises
        ------
        AuthenticationError, LimitError, ConnectionLostError
            The server does not take it; what was ended before stays so.
        """
        return [] if self._books is None else await close_orphaned_sessions(self.http, self._books)

    async def _result(self, task_id: str, *, schema: object = None) -> TaskResult:
        """Return the result of a task that ended before, also in an earlier kernel.

        The emulator keeps results with what the task was told, for 30 days after the end of its session. On any other
        server the answer is read with the ids that the user's ledger has: it comes without the task's text.

        >>> webrun.result("k3v9x2m1q8za").df  # doctest: +SKIP

        Parameters
        ----------
        task_id : str
            Its id: `%webrun history` lists them, `result.task_id` has it.
        schema : optional
            What to read the answer as, in place of what was asked for; needed where the server does not keep that.

        Raises
        ------
        TaskFailedError
            It failed; the error says how.
        RequestError
            `TASK_NOT_FOUND`: there is no such task of this user, or its record has been removed; `JOB_NOT_DONE`: it has
            not ended.
        """
        return await self._past.result(task_id, schema)

    async def _task_texts(self) -> dict[str, str]:
        """Return what the user's latest tasks were told, by their ids; secrets read `***`.

        Raises
        ------
        RequestError
            `EMULATOR_ONLY`: the server keeps no texts.
        """
        return await self._past.texts()

    def unique_session_name(self, name: str) -> str:
        """Return the name, with a number where a live session has it."""
        taken = {known for known, session in self.sessions.items() if not session.ended}
        numbered = (f"{name}-{number}" for number in range(2, len(taken) + 3))
        return name if name not in taken else next(other for other in numbered if other not in taken)

    def interruption(self) -> TaskInterruptedError | None:
        """Return what the last interrupt did, once."""
        said, self._opener.interruption = self._opener.interruption, None
        return said

    async def _close(self) -> None:
        """Stop watching and close the connections. Sessions live on, until they time out."""
        if self._pid != os.getpid():  # forked: the connections are the parent's
            return
        await self.budgets.close()
        await self._opener.close()
        await self._http.close()

    start, astart = blocking_and_async(_start, interruption)
    run_task, arun_task = blocking_and_async(_run_task, interruption, lambda client: viewed(client.task_viewer, None))
    submit_task, asubmit_task = blocking_and_async(_submit_task, interruption)
    bring_ledger_up_to_date, abring_ledger_up_to_date = blocking_and_async(_bring_ledger_up_to_date)
    account, aaccount = blocking_and_async(_account)
    result, aresult = blocking_and_async(_result)
    task_texts, atask_texts = blocking_and_async(_task_texts)
    terminate_left_open, aterminate_left_open = blocking_and_async(_terminate_left_open)
    close, aclose = blocking_and_async(_close)

    # --- for sessions -------------------------------------------------------------------------------------------------

    async def make_ask(
        self,
        text: str,
        *,
        url: str | None,
        schema: object,
        timeout_ms: float | None,
        end: bool,
        avoid_domains: tuple[str, ...],
        max_input_tokens: int | None,
        max_output_tokens: int | None,
        max_cost_usd: Amount | None,
        secrets: Secrets | None,
        files: Sequence[str | Path],
        expect: str | Sequence[str],
    ) -> Ask:
        """Check a task and make it ready to send: its secrets are looked up, and its files uploaded.

        Raises
        ------
        RequestError
            What the service would answer with 400; `FILE_NOT_FOUND`: there is no such file; `EMULATOR_ONLY`: something
            is expected of a server that would ignore it.
        """
        if expected_statuses(expect):
            await self._check_emulator("expect (--expect)")
        confided = await read_secrets(secrets, self.base_url)
        uploaded = await self.environments.aupload_files(files) if files else []
        return make_ask(
            text,
            base_url=self.base_url,
            url=url,
            schema=read_schema(schema, self.frames),
            end=end,
            timeout_ms=timeout_ms,
            avoid_domains=tuple(avoid_domains),
            max_input_tokens=max_input_tokens,
            max_output_tokens=max_output_tokens,
            max_cost_usd=max_cost_usd,
            secrets=confided,
            file_ids=[each.file_id for each in uploaded],
            expect=expect,
        )

    async def _check_emulator(self, option: str) -> None:
        """Make sure that the server is an emulator: any other one would ignore the option.

        Raises
        ------
        RequestError
            `EMULATOR_ONLY`: it is none.
        """
        if self.http.is_child:
            return
        try:
            await self.http.call_emulator("GET", "/start/sessions")
        except WebRunError as error:
            if error.code != ToolkitErrorCode.EMULATOR_ONLY:
                raise
            raise RequestError(f"{self.base_url} would ignore {option}", code=ToolkitErrorCode.EMULATOR_ONLY) from error

    async def resolve_guardrail(self, session_id: str, question: Question) -> str | NoAnswer | None:
        """Have somebody answer a question of a session's task."""
        return await resolve_guardrail(session_id, question, self._handler, self.form_shown, self.find_prompt)


def _first_page(options: SessionOptions) -> dict[str, Any]:
    page = {} if options.url is None else {"startingPoint": options.url}
    return page | ({"secrets": secrets_to_wire(options.secrets)} if options.secrets else {})


def _same(session: Session, options: SessionOptions) -> Session:
    if session.options != options:
        raise WebRunError(
            f"session {session.name} is live, with other options",
            code=ToolkitErrorCode.NAME_IN_USE,
            session_id=session.session_id,
        )
    return session

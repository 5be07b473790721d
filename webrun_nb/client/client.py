"""The client of one account on one server that speaks the wire contract: starts sessions and single tasks."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import Unpack

import httpx

from webrun_nb.client import pages
from webrun_nb.client._sync import blocking, interrupts_reported_by, on_loop_thread, on_loop_thread_within, runtime
from webrun_nb.client.answers.account import AccountUsage
from webrun_nb.client.arguments import keywords_of
from webrun_nb.client.emulator_control import EmulatorControl
from webrun_nb.client.environments import Environments
from webrun_nb.client.errors import RequestError, TaskInterruptedError, WebRunError
from webrun_nb.client.in_process import InProcess
from webrun_nb.client.monitoring.budget import Amount, Budget, Budgets, limit_usd
from webrun_nb.client.monitoring.guardrails import (
    FindPrompt,
    FormShown,
    GuardrailHandler,
    NoAnswer,
    checked_handler,
    resolve_guardrail,
)
from webrun_nb.client.monitoring.ledger import Ledger, TaskOutcome
from webrun_nb.client.monitoring.ledger_recorder import ClosedSession, LedgerRecorder, close_orphaned_sessions
from webrun_nb.client.pages import PagePeek, PageResult
from webrun_nb.client.policies import Policies
from webrun_nb.client.proxies import Proxies, Proxy, read_proxy
from webrun_nb.client.secrets import Secrets, check_service, read_secrets
from webrun_nb.client.sessions.options import SessionKeywords, SessionOptions
from webrun_nb.client.sessions.session import Session
from webrun_nb.client.sessions.starter import DEFAULT_NAME, SessionStarter
from webrun_nb.client.snapshot import Question
from webrun_nb.client.tasks.agent_choice import NO_CHOICE, AgentChoice
from webrun_nb.client.tasks.answer_cache import USERS_ANSWERS, AnswerCache, CacheContext
from webrun_nb.client.tasks.answer_store import AnswerStore
from webrun_nb.client.tasks.handle import TaskHandle
from webrun_nb.client.tasks.options import ONLY_WAITED_FOR, CommonTaskKeywords, SingleTaskKeywords, TaskOptions
from webrun_nb.client.tasks.past_tasks import PastTasks
from webrun_nb.client.tasks.recording import TaskRecording
from webrun_nb.client.tasks.request import TaskRequest, prepare_task, read_model_key, read_schema
from webrun_nb.client.tasks.result import ResultAdapter, TaskResult
from webrun_nb.client.tasks.viewer import TaskViewer, viewed_by
from webrun_nb.client.transport import HOSTED_URL, ApiTransport
from webrun_nb.client.urls import resolve_url
from webrun_nb.common.codes import ErrorCode, ToolkitErrorCode
from webrun_nb.common.language_models import AgentName

KEPT_HANDLES = 200
"""The number of submitted tasks that a client remembers after they have ended."""
PEEK = "peek"
"""The name of sessions that are opened for a look at a page."""
USERS_LEDGER = Ledger()
"""The ledger in the user's data folder."""


def _viewed(client: Client) -> AbstractContextManager[None]:
    return viewed_by(client.task_viewer)


class Client(InProcess):
    """One account on one server.

    Every method that calls the server comes in two forms: `start` blocks, `await astart` does not.

    Parameters
    ----------
    base_url : str
        The server's URL; the hosted service by default.
    key : str
        The API key; never shown.
    frames : ResultAdapter, optional
        Reads schemas and makes tables. Without it a schema is a JSON Schema, and results have no `df`.
    listen : bool
        Open a socket per session for live events. False: poll.
    transport : httpx.AsyncBaseTransport, optional
        Takes the place of the network.
    explain_loss : callable, optional
        See `ApiTransport`.
    ledger : Ledger, optional
        Records the sessions that are started; by default the user's ledger, None for no record.
    answers : AnswerStore, optional
        Keeps answers for tasks that ask for that (`cache`); by default the user's.
    emulator_pid : int, optional
        The server's process id, if the server is an emulator that ends with this process.
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
        answers: AnswerStore = USERS_ANSWERS,
        emulator_pid: int | None = None,
    ) -> None:
        base_url = check_service(base_url)
        self._http = ApiTransport(base_url, key, transport=transport, explain_loss=explain_loss)
        self._recorder = None if ledger is None else LedgerRecorder(ledger, base_url, emulator_pid)
        self._pid = os.getpid()
        self._handler: GuardrailHandler | None = None
        self._past_tasks = PastTasks(self._http, ledger, frames)
        self.frames = frames
        self.environments = Environments(self._http)
        """Profiles and files that outlive their sessions."""
        self.proxies = Proxies(self._http)
        """Tests proxies (on the emulator alone)."""
        self.policies = Policies(self._http)
        """The rules for sessions (on the emulator alone; the hosted service has them in its dashboard)."""
        self.answers = AnswerCache(self._http, self.environments, self.policies, frames, answers)
        """The kept answers, for the tasks that use them."""
        self.control = EmulatorControl(self._http)
        """The emulator's controls: time travel, faults, killed browsers."""
        self.budgets = Budgets()
        """The limits on what the account's sessions may cost. Clients that share them count together."""
        self.cassette: str | None = None
        """The name of the emulator's cassette that the traffic of tasks is recorded in, or played from."""
        self.agent_choice = NO_CHOICE
        """The agent and the model of tasks for which neither they nor their session name one."""
        self.form_shown: FormShown | None = None
        """Tells whether a person sees a question's form; asked where there is no handler."""
        self.find_prompt: FindPrompt | None = None
        """Finds a prompt for the person who made the call; asked last."""
        self.task_viewer: TaskViewer | None = None
        """Shows a task while a call waits for it."""
        self.last: TaskResult | None = None
        """The latest result."""
        self.submitted: list[TaskHandle[Session]] = []
        """Submitted tasks, oldest first: all that have not ended, and the latest `KEPT_HANDLES` at least."""
        self._starter = SessionStarter(self, self._recorder, listen=listen)

    def __repr__(self) -> str:
        return f"Client({self.base_url!r})"

    @property
    def ledger(self) -> Ledger | None:
        """The ledger that its sessions are recorded in; None for no record."""
        return None if self._recorder is None else self._recorder.ledger

    @property
    def base_url(self) -> str:
        """The server's URL."""
        return self._http.base_url

    @property
    def sessions(self) -> dict[str, Session]:
        """All sessions that this client started, ended ones too, by name; a name used again is its latest session."""
        return self._starter.sessions

    @property
    def http(self) -> ApiTransport:
        """The server's calls.

        Raises
        ------
        WebRunError
            `OTHER_PROCESS`: in a forked child, which can't share the connections.
        """
        if self._pid != os.getpid():
            raise WebRunError(
                "this session belongs to the process that was forked", code=ToolkitErrorCode.OTHER_PROCESS
            )
        return self._http

    @property
    def budget(self) -> Budget:
        """The limit on what all its sessions may cost together; see `limit`."""
        return self.budgets.notebook

    def limit(self, max_cost_usd: Amount | None) -> None:
        """Limit the cost of all sessions of this client together; at the limit they are ended.

        Parameters
        ----------
        max_cost_usd : Decimal, float or str, optional
            US dollars; None for no limit. The limit is kept by this process, while it lives.

        Raises
        ------
        RequestError
            `INVALID_PARAMETER`: it is not an amount.
        """
        self.budget.limit_usd = limit_usd(max_cost_usd)
        runtime.loop.call_soon_threadsafe(self.budget.check)

    def on_guardrail(self, handler: GuardrailHandler | None) -> None:
        """Set the function that answers the questions of tasks.

        Parameters
        ----------
        handler : callable or None
            Takes a `Question` and returns the answer, or None to stop the task; may be a coroutine function. It runs in
            the thread that waits in the blocking call, so that it may print and ask; for an awaited call in a thread of
            its own. None: there is no handler.
        """
        self._handler = checked_handler(handler)

    # --- sessions -----------------------------------------------------------------------------------------------------

    @on_loop_thread
    async def astart(
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
        agent: AgentName | None = None,
        model: str | None = None,
        model_url: str | None = None,
        new: bool = False,
    ) -> Session:
        """Start a session, or return the open one of that name and the same options.

        So a notebook whose cells all run again opens no second session that costs.

        Parameters
        ----------
        name : str, optional
            The session's name; `main` by default.
        url : str, optional
            The page to open first: http(s), or `practice:NAME`.
        environment_id, policy_id : str, optional
            The ids of its environment and of its policy.
        proxy : mapping or str, optional
            The proxy's fields as in the contract (section 7), or one line: `socks5://USER@HOST:PORT` (its password is
            the secret `PROXY`: `PROXY_PASSWORD`, the keyring, a prompt), `http://USER@HOST:PORT=NAME`, `WebRun:DE`.
        max_cost_usd : Decimal, float or str, optional
            The limit on its cost, in US dollars; once it is reached, the session is ended. The limit is kept by this
            process, while it lives. A session started again with the same name and amount continues with what is left.
        secrets : mapping, optional
            The secrets of all its tasks; see `Session.task`.
        pictures : bool
            Keep a small picture of the page with each action of its tasks (`TaskResult.step_picture`), and pictures of
            the pages that they read (`TaskResult.show`). On the emulator alone; a tenth of a small task's CPU.
        agent, model, model_url : str, optional
            The agent and the language model of its tasks that name none; see `TaskOptions`. On the emulator alone.
        new : bool
            Start another session in any case, with a budget of its own; a name in use gets a number.

        Returns
        -------
        Session
            The session. It costs until `terminate`, until its inactivity timeout, or until the end of a `with` block.

        Raises
        ------
        BudgetError
            Nothing is left of the budget of that name and amount, or of the notebook's.
        WebRunError
            `NAME_IN_USE`: an open session of that name has other options.
        RequestError, AuthenticationError, PaymentError, LimitError, ConnectionLostError
            The session was refused, or the server can't be reached.

        Examples
        --------
        >>> with webrun.start("shopping", max_cost_usd=0.05) as session:  # doctest: +SKIP
        ...     laptops = session.task("List the laptops", url="practice:shop", schema="name:str, price:float").df
        """
        options = SessionOptions(
            None if url is None else resolve_url(url, self.base_url),
            environment_id,
            policy_id,
            await read_proxy(proxy),
            limit_usd(max_cost_usd),
            await read_secrets(secrets, self.base_url),
            pictures,
            AgentChoice(agent, model, model_url),
        )
        choice = options.agent.over(self.agent_choice).check()
        await read_model_key(choice, self.http)  # before there is a session that costs
        if (pictures or options.agent) and not await self.http.is_emulator():  # before there is a session that costs
            raise self.http.emulator_only()
        return await self._starter.start_or_return(name or DEFAULT_NAME, options, new=new)

    @blocking(astart)
    def start(self, name: str | None = None, **options: Unpack[SessionKeywords]) -> Session:
        with interrupts_reported_by(self.take_interruption):
            return runtime.run(self.astart(name, **options))

    async def start_for_run(self, name: str, options: SessionOptions, run_id: str) -> Session:
        """Start another session for a run of `map`, on the loop thread; the ledger keeps which run it was for."""
        return await self._starter.start_or_return(name, options, new=True, run_id=run_id)

    async def restart_session(self, session: Session) -> Session:
        """Start a session with the options of another one, on the loop thread; see `Session.restart`."""
        return await self._starter.restart(session)

    @on_loop_thread
    async def aterminate_left_open(self) -> list[ClosedSession]:
        """End the sessions that earlier kernels left open on this server, according to the ledger.

        Returns
        -------
        list of ClosedSession
            One for each session, with the reason and the cost of its end.

        Raises
        ------
        AuthenticationError, LimitError, ConnectionLostError
            The server does not take it; sessions that were ended before stay so.
        """
        return [] if self._recorder is None else await close_orphaned_sessions(self.http, self._recorder)

    @blocking(aterminate_left_open)
    def terminate_left_open(self) -> list[ClosedSession]:
        return runtime.run(self.aterminate_left_open())

    # --- tasks in sessions of their own -------------------------------------------------------------------------------

    @on_loop_thread_within(_viewed)
    @keywords_of(TaskOptions, without={"end"})
    async def arun_task(
        self,
        text: str,
        *,
        environment_id: str | None = None,
        policy_id: str | None = None,
        proxy: Proxy | None = None,
        budget: Budget | None = None,
        opened: Callable[[Session], None] | None = None,
        **options: Unpack[CommonTaskKeywords],
    ) -> TaskResult:
        """Run one task in a session of its own, which ends with it.

        The task is sent as the session's initial task with `terminateOnCompletion`. That is what run-task does
        (contract, section 3), but it answers at once: the task can be watched and stopped from its first moment.

        Parameters
        ----------
        text : str
            The instruction, in plain English.
        environment_id, policy_id, proxy
            As in `start`.
        budget : Budget, optional
            A session's budget (`session.budget`) that this task counts against, too.
        opened : callable, optional
            Takes the session; called as soon as it exists, in the thread that waits.
        **options
            See `TaskOptions`.

        Raises
        ------
        WebRunError
            As `start` and `Session.task` do.
        """
        self.refuse_if_spent(budget)
        request = await self.prepare_task(text, TaskOptions(**options, end=True), budget)
        session_options = SessionOptions(None, environment_id, policy_id, await read_proxy(proxy))

        async def run() -> TaskResult:
            session, task_id = await self._starter.start_for_task(session_options, request.fields, budget)
            try:
                return await session.runner.run(request, task_id, opened)
            except asyncio.CancelledError:
                self._starter.interruption = session.runner.take_interruption()
                raise

        self.last = await self.answers.answer(request, lambda: self.cache_context(session_options), run)
        return self.last

    async def cache_context(self, options: SessionOptions) -> CacheContext:
        """Return the conditions that the answer of a task in a session of its own depends on, on the loop thread.

        Parameters
        ----------
        options : SessionOptions
            The options that the session would be started with.
        """
        return await self.answers.context(
            environment_id=options.environment_id,
            policy_id=options.policy_id,
            proxy=options.proxy,
            has_secrets=bool(options.secrets),
        )

    @blocking(arun_task)
    def run_task(
        self, text: str, *, opened: Callable[[Session], None] | None = None, **options: Unpack[SingleTaskKeywords]
    ) -> TaskResult:
        with interrupts_reported_by(self.take_interruption), _viewed(self):
            return runtime.run(self.arun_task(text, opened=opened, **options))

    @on_loop_thread
    @keywords_of(TaskOptions, without={"end", *ONLY_WAITED_FOR})
    async def asubmit_task(
        self,
        text: str,
        *,
        environment_id: str | None = None,
        policy_id: str | None = None,
        proxy: Proxy | None = None,
        budget: Budget | None = None,
        **options: Unpack[CommonTaskKeywords],
    ) -> TaskHandle[Session]:
        """Begin one task in a session of its own, which ends with it, and return once the server has it.

        Parameters
        ----------
        text : str
            The instruction, in plain English.
        environment_id, policy_id, proxy, budget
            As in `run_task`.
        **options
            See `TaskOptions`.

        Raises
        ------
        WebRunError
            As `start` does.
        """
        self.refuse_if_spent(budget)
        request = await self.prepare_task(text, TaskOptions(**options, end=True), budget)
        session_options = SessionOptions(None, environment_id, policy_id, await read_proxy(proxy))
        session, task_id = await self._starter.start_for_task(session_options, request.fields, budget)
        return await session.begin_task(request, task_id)

    @blocking(asubmit_task)
    def submit_task(self, text: str, **options: Unpack[SingleTaskKeywords]) -> TaskHandle[Session]:
        with interrupts_reported_by(self.take_interruption):
            return runtime.run(self.asubmit_task(text, **options))

    @on_loop_thread
    async def aresult(self, task_id: str, *, schema: object = None) -> TaskResult:
        """Return the result of a task that ended before, also in an earlier kernel.

        The emulator keeps results with the text of the task, for 30 days after the end of its session. On any other
        server the answer is read with the ids that the user's ledger has: it comes without the task's text.

        >>> webrun.result("k3v9x2m1q8za").df  # doctest: +SKIP

        Parameters
        ----------
        task_id : str
            The task's id, as in `result.task_id`.
        schema : optional
            The schema to read the answer with, in place of the one that was asked for; needed where the server does not
            keep that.

        Raises
        ------
        TaskFailedError
            The task failed; the error says how.
        RequestError
            `TASK_NOT_FOUND`: this user has no such task, or its record has been removed; `JOB_NOT_DONE`: it has not
            ended.
        """
        return await self._past_tasks.result(task_id, schema)

    @blocking(aresult)
    def result(self, task_id: str, *, schema: object = None) -> TaskResult:
        return runtime.run(self.aresult(task_id, schema=schema))

    def recorded(self, task_id: str) -> TaskRecording:
        """Return the emulator's record of a task: its steps, its report, and its recording to replay.

        Parameters
        ----------
        task_id : str
            The task's id, as in `result.task_id`.
        """
        return TaskRecording(self._http, task_id)

    @on_loop_thread
    async def atask_texts(self) -> dict[str, str]:
        """Return the texts of the user's latest tasks by task id; secrets read `***`.

        Raises
        ------
        RequestError
            `EMULATOR_ONLY`: the server keeps no texts.
        """
        return await self._past_tasks.texts()

    @blocking(atask_texts)
    def task_texts(self) -> dict[str, str]:
        return runtime.run(self.atask_texts())

    # --- pages without a task -----------------------------------------------------------------------------------------

    @on_loop_thread
    async def aextract(
        self, page: str | Session, schema: object = None, *, text: str = "", url: str | None = None
    ) -> PageResult:
        """Read the records of a page without a task, by the reader that tasks use; on the emulator alone.

        HTML is displayed without its scripts and without network. Of a session the page is read that is open now, as
        far as it has been scrolled and loaded.

        >>> webrun.extract(session, "name:str, price:money").df  # doctest: +SKIP

        Parameters
        ----------
        page : str or Session
            The HTML of a page, or a session.
        schema : optional
            The schema, in any of the forms that a task takes. Without one: the page's list with its own columns.
        text : str
            What is wanted in plain words, as a task's text: it may name a table ("the second table") or a column.
        url : str, optional
            The URL of the HTML: its links are relative to it, and its country helps to read its numbers.

        Raises
        ------
        RequestError
            `EMULATOR_ONLY`: the server is no emulator; `ELEMENT_NOT_FOUND`: the page has no such records, and the error
            names what comes nearest; `INVALID_STATE`: the page that the session was started at could not be opened.
        """
        own = page.http if isinstance(page, Session) else self.http
        wanted = read_schema(schema, self.frames)
        return await pages.extract(own, page, wanted, text=text, url=url, frames=self.frames)

    @blocking(aextract)
    def extract(
        self, page: str | Session, schema: object = None, *, text: str = "", url: str | None = None
    ) -> PageResult:
        return runtime.run(self.aextract(page, schema, text=text, url=url))

    @on_loop_thread
    async def apeek(self, page: str | Session) -> PagePeek:
        """Return all tables, lists and records of a page, each with a schema and a text that ask for it.

        On the emulator alone.

        >>> client.peek("practice:shop").sources[0].columns  # doctest: +SKIP
        'name:str, price:money'

        Parameters
        ----------
        page : str or Session
            A URL, which is opened in a session that ends at once, or a session.

        Raises
        ------
        RequestError
            `EMULATOR_ONLY`: the server is no emulator; `INVALID_STATE`: the page could not be opened.
        """
        if isinstance(page, Session):
            return await pages.peek(page.http, page)
        if not await self.http.is_emulator():  # before there is a session that costs
            raise self.http.emulator_only()
        session = await self.astart(PEEK, url=page, new=True)
        try:
            return await pages.peek(self.http, session)
        finally:
            await session.aterminate()

    @blocking(apeek)
    def peek(self, page: str | Session) -> PagePeek:
        with interrupts_reported_by(self.take_interruption):
            return runtime.run(self.apeek(page))

    # --- the account --------------------------------------------------------------------------------------------------

    @on_loop_thread
    async def acheck_key(self) -> None:
        """Check that the server accepts the key, with a call that costs nothing.

        Raises
        ------
        AuthenticationError, ConnectionLostError, ProtocolError, RequestError
            The key is not accepted, or this is not a WebRun service.
        """
        try:
            await self.http.models()
        except RequestError as error:
            if error.code != ErrorCode.NOT_FOUND:
                raise
            await self.http.account_usage()  # an emulator of before it had models

    @blocking(acheck_key)
    def check_key(self) -> None:
        return runtime.run(self.acheck_key())

    @on_loop_thread
    async def aaccount(self) -> AccountUsage:
        """Return the account's balance and spending, as far as the server says them.

        Raises
        ------
        RequestError
            `NOT_FOUND`: the server does not say them at all.
        AuthenticationError, ConnectionLostError, ProtocolError
            The key is not accepted, or this is not a WebRun service.
        """
        return await self.http.account_usage()

    @blocking(aaccount)
    def account(self) -> AccountUsage:
        return runtime.run(self.aaccount())

    @on_loop_thread
    async def abring_ledger_up_to_date(self) -> None:
        """Write the present cost of the live sessions to the ledger.

        Raises
        ------
        WebRunError
            The server can't be read.
        """
        if self._recorder is not None:
            for session in self.sessions.values():
                if not session.ended:
                    self._recorder.reconcile(await session.astatus())

    @blocking(abring_ledger_up_to_date)
    def bring_ledger_up_to_date(self) -> None:
        return runtime.run(self.abring_ledger_up_to_date())

    @on_loop_thread
    async def aclose(self) -> None:
        """Stop monitoring and close the connections. Sessions stay open until they time out."""
        if self._pid != os.getpid():  # forked: the connections are the parent's
            return
        await self.budgets.close()
        await self._starter.close()
        await self._http.close()

    @blocking(aclose)
    def close(self) -> None:
        return runtime.run(self.aclose())

    # --- for its sessions ---------------------------------------------------------------------------------------------

    def take_interruption(self) -> TaskInterruptedError | None:
        """Return the error that says what the last interrupt did, once."""
        taken, self._starter.interruption = self._starter.interruption, None
        return taken

    def refuse_if_spent(self, budget: Budget | None) -> None:
        """Refuse work where nothing is left of `budget` or the account's; see `Budgets.refuse_if_spent`."""
        self.budgets.refuse_if_spent(budget)

    async def prepare_task(self, text: str, options: TaskOptions, budget: Budget | None = None) -> TaskRequest:
        """Check a task and make it ready to be sent; see `request.prepare_task`.

        Parameters
        ----------
        text : str
        options : TaskOptions
            Those of the task and its session; the client's agent and model complete them.
        budget : Budget, optional
            A budget that it counts against, beside that of all sessions.
        """
        prepared = await prepare_task(
            text,
            options.with_agent_of(self.agent_choice),
            http=self.http,
            environments=self.environments,
            frames=self.frames,
            budgets=[each for each in (budget, self.budget) if each is not None],
        )
        return prepared if self.cassette is None else prepared.with_cassette(self.cassette)

    async def resolve_guardrail(self, session_id: str, question: Question) -> str | NoAnswer | None:
        """Get the answer to a question of a session's task; see `guardrails.resolve_guardrail`."""
        return await resolve_guardrail(session_id, question, self._handler, self.form_shown, self.find_prompt)

    async def resolve_unattended(self, session_id: str, question: Question) -> str | NoAnswer | None:
        """Get the answer to a question of a map's row from the handler alone: no form of a row is shown."""
        return await resolve_guardrail(session_id, question, self._handler, None)

    def note_submitted(self, handle: TaskHandle[Session]) -> None:
        """Keep the handle of a task that was submitted, and drop the oldest that have ended."""
        kept, latest = self.submitted[:-KEPT_HANDLES], self.submitted[-KEPT_HANDLES:]
        self.submitted = [*(each for each in kept if not each.done), *latest, handle]

    def note_task(self, session_id: str, ended: TaskOutcome) -> None:
        """Record the end of a session's task in the ledger."""
        if self._recorder is not None:
            self._recorder.note_task(session_id, ended)

    def note_earlier_task(self, session_id: str, ended: TaskOutcome) -> None:
        """Record the end of a task that an earlier process began; see `LedgerRecorder.note_earlier_task`."""
        if self._recorder is not None:
            self._recorder.note_earlier_task(session_id, ended)

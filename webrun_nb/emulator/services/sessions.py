"""The use cases of the service: what its endpoints do, without HTTP."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from decimal import Decimal

from webrun_nb.browsers.protocol import InstanceKind
from webrun_nb.common.codes import ErrorCode
from webrun_nb.emulator.domain.account import Account, RateLimiter
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.domain.events import (
    BytesCounted,
    ControlReleased,
    ControlTaken,
    GuardrailRaised,
    Happening,
    InstanceLost,
    InstanceRestored,
    SessionEnded,
    TaskEnded,
    TaskQueued,
    TokensCounted,
)
from webrun_nb.emulator.domain.policy.engine import PolicyEngine
from webrun_nb.emulator.domain.secrets.vault import Vault
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.domain.task import AttachedFile, Task, TaskOrder
from webrun_nb.emulator.execution.action_facts import page_action
from webrun_nb.emulator.execution.policy_enforcer import PolicyEnforcer, compile_regex
from webrun_nb.emulator.execution.scheduler import Slots
from webrun_nb.emulator.execution.secret_filter import code_now, extract_secrets, redact_event
from webrun_nb.emulator.execution.worker import SessionWorker
from webrun_nb.emulator.serializers import sessions
from webrun_nb.emulator.services.accounts import Accounts
from webrun_nb.emulator.services.dependencies import Dependencies
from webrun_nb.emulator.services.faults import Faults, RefusingBrowsers
from webrun_nb.emulator.services.history import History
from webrun_nb.emulator.services.policies import Policies
from webrun_nb.emulator.services.recordings import TaskRecordings
from webrun_nb.emulator.services.session_registry import Instances
from webrun_nb.emulator.services.user_storage import UserStorage
from webrun_nb.emulator.services.view_stream import LiveViews
from webrun_nb.emulator.services.webhooks import Delivery, Webhooks
from webrun_nb.wire.proxies import ManagedProxy
from webrun_nb.wire.requests import (
    ANSWER_WINDOW_S,
    AnswerGuardrail,
    ChangeState,
    Interact,
    NewTask,
    ReleaseControl,
    RunTask,
    SessionFields,
    StartSession,
    TakeOverControl,
    TaskFields,
)

log = logging.getLogger(__name__)


class Service:
    """The emulated service."""

    def __init__(self, parts: Dependencies) -> None:
        self.parts = parts
        self._workers: dict[str, SessionWorker] = {}
        self.instances = Instances(parts.store, self._workers)
        self._accounts = Accounts(parts.store, parts.clock, parts.limits, parts.prices)
        self.history = History(parts.store, parts.archive, parts.clock, parts.url)
        self._rates = RateLimiter(parts.limits.requests_per_minute)
        self._waiting: dict[str, list[asyncio.Future[None]]] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._ending_all = False
        self._webhooks = Webhooks(parts.clock)
        self._slots = Slots(parts.slots)
        self.records = TaskRecordings(parts.store)
        """What is recorded of tasks."""
        self.policies = Policies(parts.policies, parts.trail, parts.clock, parts.ids, compile_regex)
        self.faults = Faults()
        self.sockets: dict[str, set[str]] = {}
        """Who listens to a session's live events: ids of sockets, by session."""
        self._browsers = RefusingBrowsers(parts.browsers, self.faults)
        self.live_views = LiveViews(parts.events, self.instances.of_session)

    # --- accounts -----------------------------------------------------------------------------------------------------

    def account(self, user: str) -> Account:
        """Return a user's account, opened on first sight."""
        return self._accounts.of(user)

    def spent_usd(self, user: str) -> Decimal:
        """Return what the user's sessions have cost since this emulator was started."""
        return self.parts.store.spent_usd(user)

    def balance_usd(self, user: str) -> Decimal | None:
        """Return what is left; None where it never runs out."""
        return self._accounts.balance_usd(user)

    @property
    def rates(self) -> RateLimiter:
        """The request limits."""
        return self._rates

    # --- sessions -----------------------------------------------------------------------------------------------------

    async def start_session(self, user: str, request: StartSession) -> tuple[Session, Task | None]:
        """Open a session, with its initial task where one is given; does not wait for either.

        It is awaited for what a request may refer to: environments, files and policies are on disk.

        Raises
        ------
        CommandRefusedError
            402, 403, 404, 429 or 503 of the contract's section 2.
        """
        fields = request.initial_task
        instructed = bool(fields.task_details.strip())
        opening_url = None if instructed else fields.starting_point
        # a session that ends with its first task is what run-task makes, and gets the same kind of browser
        kind: InstanceKind = "context" if instructed and fields.terminate_on_completion else "process"
        rules = await self.policies.rulebook(user, request.policy_id)
        session, task = await self._open(user, request, fields, kind, instructed, opening_url, rules)
        session.reach_out_mode = request.reach_out_mode
        self.history.keep(session)
        return session, task

    async def run_task(self, user: str, request: RunTask) -> tuple[Session, Task]:
        """Open a session for one task and end it with the task.

        Raises
        ------
        CommandRefusedError
            As `start_session`.
        """
        fields = request.task.model_copy(update={"terminate_on_completion": True})
        rules = await self.policies.rulebook(user, request.policy_id)
        session, task = await self._open(user, request, fields, "context", True, None, rules)
        assert task is not None
        return session, task

    async def new_task(self, user: str, session_id: str, message: NewTask) -> tuple[Session, Task]:
        """Queue a task in a session.

        Raises
        ------
        CommandRefusedError
            `SESSION_NOT_FOUND`, `SESSION_NOT_ACTIVE`, and what new work can meet.
        """
        session = self.session(user, session_id)
        fields = message.task
        if not session.ended:
            self._check_task(fields)
            self.history.admit_work()
            self.account(user).admit_work(self.spent_usd(user))
            fields = extract_secrets(fields, session.vault)
        files = () if session.ended else await self.library.attach(user, fields.files, session.environment_id)
        return session, session.add_task(self.parts.ids.short(), _order(fields, files))

    def change_state(self, user: str, session_id: str, message: ChangeState) -> None:
        """Pause, resume, stop or terminate.

        Raises
        ------
        CommandRefusedError
            `SESSION_NOT_FOUND`, `SESSION_NOT_ACTIVE`, `INVALID_STATE`, `TASK_NOT_FOUND`.
        """
        session = self.session(user, session_id)
        match message.new_state:
            case "pause":
                session.pause()
            case "resume":
                session.resume()
            case "stop":
                session.stop(message.task_id)
            case "terminate":
                session.terminate()
            case "manual":
                session.take_over()

    def answer_guardrail(self, user: str, session_id: str, message: AnswerGuardrail) -> None:
        """Hand a person's answer to the task that waits for it.

        Raises
        ------
        CommandRefusedError
            `SESSION_NOT_FOUND`, `SESSION_NOT_ACTIVE`, `INVALID_STATE`.
        """
        session = self.session(user, session_id)
        if message.new_state == "stop":
            session.stop_guardrail()
        else:
            session.answer(message.task_details)

    def interact(self, user: str, session_id: str, message: Interact) -> None:
        """Take over, release, or use the browser by hand.

        Raises
        ------
        CommandRefusedError
            `SESSION_NOT_FOUND`, `SESSION_NOT_ACTIVE`, `INVALID_STATE`.
        """
        session = self.session(user, session_id)
        match message.action:
            case TakeOverControl():
                session.take_over()
            case ReleaseControl():
                session.release()
            case by_hand:
                session.record_user_activity()
                self._workers[session.id].interact(page_action(by_hand))

    def session(self, user: str, session_id: str) -> Session:
        """Return one of the user's sessions that are in memory: all that are open (see `history` for the others).

        Raises
        ------
        CommandRefusedError
            `SESSION_NOT_FOUND`: there is none, or it is somebody else's.
        """
        session = self.parts.store.session(session_id)
        if session is None or session.owner != user:
            raise CommandRefusedError(ErrorCode.SESSION_NOT_FOUND, f"there is no session {session_id[:40]}")
        return session

    async def settled(self, task: Task, window_s: float = ANSWER_WINDOW_S) -> bool:
        """Wait, in real time, until the task has ended or asks a person.

        Returns
        -------
        bool
            False when the window passed first.
        """
        if task.ended or task.question is not None:
            return True
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(task.id, []).append(waiting)
        try:
            async with asyncio.timeout(window_s):
                await waiting
        except TimeoutError:
            return False
        return True

    @property
    def library(self) -> UserStorage:
        """Environments, files and downloads."""
        return self.parts.library

    # --- what only the emulator can do (section 12) -------------------------------------------------------------------

    def account_changed(self, user: str) -> None:
        """Follow a change of the account: sessions that can't be paid for any more end."""
        self._accounts.watch(user)

    def deliveries(self, user: str) -> list[Delivery]:
        """Return what became of the user's webhooks, oldest first."""
        return [delivery for delivery in self._webhooks.deliveries if delivery.owner == user]

    async def reset(self) -> None:
        """End all, remove all that this emulator has made from the database, and put the clock back to real time."""
        self._end_all()
        await asyncio.gather(*self._closing)
        self._ending_all = False
        await self.parts.archive.forget_all()
        self.parts.store.clear()
        await self.policies.clear()
        self.records.clear()
        self.parts.clock.reset()
        self.history.sweep_daily()
        self.faults.clear()
        self._webhooks.deliveries.clear()
        self._accounts.clear()
        self._rates = RateLimiter(self.parts.limits.requests_per_minute)

    def end_sessions(self) -> None:
        """End every session, and open no more: the emulator is closing. `close` waits for what that brings about."""
        self.library.uses.closing = True
        self._end_all()

    async def close(self) -> None:
        """End every session and wait until its environment is saved and its browser closed."""
        self.end_sessions()
        await asyncio.gather(*(worker.finished() for worker in self._workers.values()))
        await self._webhooks.close()
        await self.parts.browsers.close()
        await self.history.close()
        await self.library.uses.close()

    def _end_all(self) -> None:
        self._ending_all = True  # a session that is opened meanwhile would be forgotten
        for session in self.parts.store.sessions():
            if not session.ended:
                session.terminate()

    # --- inside -------------------------------------------------------------------------------------------------------

    async def _open(
        self,
        user: str,
        request: SessionFields,
        fields: TaskFields,
        kind: InstanceKind,
        instructed: bool,
        opening_url: str | None,
        rules: PolicyEngine | None,
    ) -> tuple[Session, Task | None]:
        self._check_task(fields)
        self.history.admit_work()
        environment = None
        if request.environment_id is not None:
            environment = await self.library.environments.find(user, request.environment_id)
        files = await self.library.attach(user, fields.files, request.environment_id)
        account = self.account(user)
        account.admit_work(self.spent_usd(user))
        account.admit_session(self.parts.store.count_open(user))
        if self._ending_all:
            raise CommandRefusedError(ErrorCode.INSTANCE_UNAVAILABLE, "the emulator is ending its sessions: try again")
        self.faults.refuse_instance()
        if not self.parts.browsers.installed():
            raise CommandRefusedError(
                ErrorCode.INSTANCE_UNAVAILABLE, "no browser is installed on this machine: run webrun-nb install-browser"
            )
        parts = self.parts
        egress_route = parts.egress.egress_route(request.proxy)
        session = Session(parts.ids.short(), user, parts.clock, parts.prices, self._on, Vault(code_now))
        session.proxy = request.proxy.shown() if request.proxy else None
        session.proxy_is_managed = isinstance(request.proxy, ManagedProxy)
        parts.secrets.watch(session.vault)
        fields = extract_secrets(fields, session.vault)
        use = None
        if environment is not None:
            session.environment_id = environment.id
            use = self.library.uses.begin(session, environment.id, environment.name)
        session.policy_id = request.policy_id
        enforcement = PolicyEnforcer(session, rules, self.policies.trail, parts.clock)
        enforcement.guard(egress_route.reach)
        chosen = kind if parts.isolation == "auto" else parts.isolation
        self._workers[session.id] = SessionWorker(
            session,
            chosen,
            self._browsers,
            parts.agent,
            parts.clock,
            self._slots,
            self._publisher(session),
            egress_route,
            enforcement,
            self.library.downloads,
            opening_url,
            use,
        )
        parts.store.add(session)
        self.history.keep(session)
        task = session.add_task(parts.ids.short(), _order(fields, files)) if instructed else None
        self._workers[session.id].start()
        self._accounts.watch(user)
        return session, task

    def _check_task(self, fields: TaskFields) -> None:
        self.parts.practice.check(fields.starting_point)

    def _publisher(self, session: Session) -> Callable[..., None]:
        return lambda name, body: self.parts.events.publish(session.id, name, redact_event(body, session.vault))

    def _on(self, session: Session, happening: Happening) -> None:
        """Follow a session: tell listeners, its worker, and whoever waits for an answer."""
        publish = self._publisher(session)
        worker = self._workers.get(session.id)
        match happening:
            case GuardrailRaised(task=task, question=question):
                publish(sessions.MESSAGE, sessions.guardrail_event(task, question))
                self._wake(task)
            case TaskQueued(task=task):
                self.history.keep_task(session, task)
                self.history.keep_request(session, task)
            case TaskEnded(task=task):
                self.history.keep_task(session, task)
                self.history.keep(session)
                publish(sessions.MESSAGE, sessions.task_ended_event(session, task))
                self.records.keep(session, task)
                self._wake(task)
                self._webhooks.announce(session, task)
            case ControlTaken() | ControlReleased():
                publish(sessions.MESSAGE, sessions.control_event(session, taken=isinstance(happening, ControlTaken)))
            case InstanceLost():
                publish("instance:disconnected", sessions.disconnected_event())
            case InstanceRestored():
                publish("instance:reconnected", sessions.reconnected_event())
            case SessionEnded(reason=reason):
                if worker is not None:
                    worker.enter_bytes()  # they belong on the bill that is shown and kept now
                self.parts.store.close(session)
                self.history.keep(session)
                publish("end_session", sessions.end_session_event(session, reason))
        if isinstance(happening, (TokensCounted, BytesCounted, SessionEnded)):
            self._accounts.watch(session.owner)
        self.live_views.follow(session)
        if worker is not None:
            worker.on(happening)
            if isinstance(happening, SessionEnded):
                self._forget_later(session, worker)

    def _forget_later(self, session: Session, worker: SessionWorker) -> None:
        async def forget() -> None:
            await worker.finished()
            del self._workers[session.id]
            session.vault.forget()
            self.parts.events.forget(session.id)
            await self.history.archive_session(session)

        task = asyncio.get_running_loop().create_task(forget(), name=f"forget {session.id}")
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def _wake(self, task: Task) -> None:
        for waiting in self._waiting.pop(task.id, []):
            if not waiting.done():
                waiting.set_result(None)


def _order(fields: TaskFields, files: tuple[AttachedFile, ...]) -> TaskOrder:
    return TaskOrder(
        instruction=fields.task_details,
        max_duration_ms=fields.max_duration,
        max_input_tokens=fields.max_input_tokens,
        ends_session=fields.terminate_on_completion,
        fields=fields,
        files=files,
    )

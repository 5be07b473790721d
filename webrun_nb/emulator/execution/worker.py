"""The worker of a session: it opens the browser, runs tasks one after the other, and restores a lost browser.

States are decided by the session; the worker only reports to it. A task is run by `task_runner`, an action performed by
`action_gateway`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from functools import partial
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from webrun_nb.agents.base import AgentError
from webrun_nb.browsers.actions import Action, Navigate
from webrun_nb.browsers.egress.routes import EgressRoute
from webrun_nb.browsers.protocol import (
    BrowserError,
    BrowserInstance,
    Browsers,
    Checkpoint,
    InstanceKind,
    InstanceUnavailableError,
)
from webrun_nb.common.codes import EndReason, SessionStatus, TaskFailureCode
from webrun_nb.common.hosts import host_of, hosts_in
from webrun_nb.emulator.domain.clock import Clock
from webrun_nb.emulator.domain.events import (
    ControlReleased,
    InstanceLost,
    SessionEnded,
    SessionEvent,
    TaskEnded,
    TaskPaused,
    TaskQueued,
    TaskResumed,
)
from webrun_nb.emulator.domain.file_names import safe_name
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.domain.task import Failure, Task
from webrun_nb.emulator.execution.action_gateway import ActionGateway, Publish
from webrun_nb.emulator.execution.agent_choice import Agents
from webrun_nb.emulator.execution.egress import ByteMeter, hosts_mentioned_in
from webrun_nb.emulator.execution.policy_enforcer import PolicyEnforcer
from webrun_nb.emulator.execution.protocols import DownloadFolder, StateStore
from webrun_nb.emulator.execution.recorder import Recorder
from webrun_nb.emulator.execution.scheduler import Slots
from webrun_nb.emulator.execution.task_runner import TaskRunner
from webrun_nb.emulator.serializers import sessions as serialize
from webrun_nb.extraction.snapshot import Snapshot

log = logging.getLogger(__name__)

_STATE_KEPT_WITHIN_S = 5.0
_IDLE_S = 0.3  # after a task that only read: then the state that it has left is kept, if no other has begun
_KEPT_EVERY_S = 5.0  # where tasks that only read follow one another
_RESTORE_PAUSE_S = 0.5
"""The pause between attempts to restore a browser, in real time."""

NETWORK_LOG_LENGTH = 2_000
NETWORK_LOG_URL_LENGTH = 2_048
"""The limits of a task's network log, which a page could fill the memory with."""


class _EndedError(Exception):
    """The task has ended meanwhile; its run stops."""


class _InstanceListener:
    """Passes the events of one browser to the worker, which ignores those of an earlier browser."""

    def __init__(self, worker: SessionWorker) -> None:
        self._worker = worker

    def requested(self, url: str) -> None:
        """Add a request to the running task's network log."""
        self._worker.requested(url)

    def lost(self, reason: str) -> None:
        """Report that the browser is lost."""
        self._worker.lost(self, reason)

    def downloading(self, url: str, name: str) -> Path | None:
        """Return the path for a download; None where it is refused."""
        return self._worker.downloading(url, name)

    def downloaded(self, url: str, name: str, path: Path | None) -> None:
        """Pass on a download that has ended."""
        self._worker.downloaded(url, name, path)


class SessionWorker:
    """Runs one session, from its start to its end.

    Parameters
    ----------
    session : Session
        The session.
    kind : {"process", "context"}
        The kind of its browser.
    browsers, agents, clock : Browsers, Agents, Clock
        Open browsers; propose steps; tell the time.
    slots : Slots
        Limits how many tasks run at once. A task that waits for a person needs no slot.
    publish : callable
        Sends an event out.
    egress_route : EgressRoute
        The session's egress route, for all of its browsers.
    enforcer : PolicyEnforcer
        The session's policy.
    downloads : DownloadFolder
        Keeps what its tasks download.
    opening_url : str, optional
        Opened before the first task (`startingUrl` without `prompt`).
    lease : StateStore, optional
        Loads the state that the session begins with, and keeps the one that it ends with: its environment.
    """

    def __init__(
        self,
        session: Session,
        kind: InstanceKind,
        browsers: Browsers,
        agents: Agents,
        clock: Clock,
        slots: Slots,
        publish: Publish,
        egress_route: EgressRoute,
        enforcer: PolicyEnforcer,
        downloads: DownloadFolder,
        opening_url: str | None = None,
        lease: StateStore | None = None,
    ) -> None:
        self._session = session
        self._kind = kind
        self._browsers = browsers
        self._agents = agents
        self._clock = clock
        self._publish = publish
        self.egress_route = egress_route
        self._bytes = ByteMeter(egress_route, session)
        self._enforcer = enforcer
        self._downloads = downloads
        self._recorder = Recorder(session, clock)
        self._opening_url = opening_url
        self._has_opened = asyncio.Event()
        """Set once the first page is open, or will not be."""
        self._opening_error: BrowserError | None = None
        """The reason why the first page could not be opened; None once another page may be open."""
        self._gateway: ActionGateway | None = None
        self._listener = _InstanceListener(self)
        self._lease = lease
        self._checkpoint: Checkpoint | None = None
        self._kept_s = float("-inf")  # by the monotonic clock
        self._is_checkpoint_due = False
        """True where the last tasks only read, and the state after them is to be kept once the session is idle."""
        self._has_checkpoint = False
        """True where the checkpoint is one of this session, not the state that it began with."""
        self._lifetime: asyncio.Task[None] | None = None
        self._running: asyncio.Task[None] | None = None
        self._user_input: asyncio.Queue[Action] = asyncio.Queue()
        self._event_came = asyncio.Event()
        self._slot = slots.slot(self._event_came.set)
        self._resumed = asyncio.Event()
        self._resumed.set()
        self._is_state_kept = asyncio.Event()
        """Cleared from the end of a task until the state that it left in the browser is kept."""
        self._is_state_kept.set()
        self._runner: TaskRunner | None = None

    def start(self) -> None:
        """Start; returns at once."""
        self._lifetime = asyncio.create_task(self._run(), name=f"session {self._session.id}")
        if self._lease is not None:
            lease = self._lease
            self._lifetime.add_done_callback(lambda _: lease.finished())

    async def state_kept(self) -> None:
        """Wait until the state that the last task left is kept for a restore; at once while a task runs."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_STATE_KEPT_WITHIN_S):
                await self._is_state_kept.wait()

    async def finished(self) -> None:
        """Wait until the browser is closed."""
        if self._lifetime is not None:
            await asyncio.wait({self._lifetime})

    @property
    def instance(self) -> BrowserInstance | None:
        """The session's browser; None while there is none."""
        return self._gateway.instance if self._gateway is not None else None

    async def opened(self) -> None:
        """Wait until the first page is open; at once if the session has none.

        Raises
        ------
        BrowserError
            It could not be opened, and no other was since.
        """
        await self._has_opened.wait()
        if self._opening_error is not None:
            raise self._opening_error

    async def snapshot(self) -> Snapshot | None:
        """Take the snapshot of the page, with secrets masked; None while there is no browser."""
        return await self._gateway.snapshot() if self._gateway is not None else None

    def on(self, event: SessionEvent) -> None:
        """Handle an event of the session."""
        match event:
            case TaskQueued() | ControlReleased():
                self._event_came.set()
            case TaskPaused():
                self._resumed.clear()
                self._slot.release()
            case TaskResumed(answer=answer):
                self._resumed.set()
                self._slot.acquire_forced()
                if answer is not None and self._runner is not None:
                    # a password with a dot in it names no host
                    if isinstance(answer, str) and not self._runner.asks_for_secret:
                        self.egress_route.destinations.allowlist(hosts_in(answer))
                    self._runner.answered(answer)
            case TaskEnded() if self._session.current is not None:  # one that was still queued
                self._event_came.set()
            case TaskEnded() | InstanceLost():
                if isinstance(event, TaskEnded) and self._running is not None:
                    self._is_state_kept.clear()
                self._resumed.set()
                self._event_came.set()
                self._cancel(self._running)
            case SessionEnded():
                if self._lease is not None:
                    self._lease.ended()
                self._cancel(self._lifetime)

    def flush_byte_count(self) -> None:
        """Add the bytes moved so far to the session's meter."""
        self._bytes.flush()

    def meter_rest(self, task: Task) -> None:
        """Add what a task has used by its end to the session's meter."""
        if self._runner is not None:
            self._runner.meter_rest(task)

    def interact(self, action: Action) -> None:
        """Queue an action of a person in control; returns at once."""
        self._opening_error = None
        self._user_input.put_nowait(action)

    # --- events of the browser ----------------------------------------------------------------------------------------

    def requested(self, url: str) -> None:
        """Add a request to the running task's network log."""
        task = self._session.current
        if task is not None and len(task.network) < NETWORK_LOG_LENGTH:
            shown = self._session.vault.redactor.redact_text(url[: 2 * NETWORK_LOG_URL_LENGTH])
            task.network.append((shown[:NETWORK_LOG_URL_LENGTH], self._clock.now()))

    def lost(self, listener: _InstanceListener, reason: str) -> None:
        """Orphan the session: its present browser is gone."""
        if listener is self._listener and self._session.status is SessionStatus.ACTIVE:
            log.warning("session %s: the browser was lost: %s", self._session.id, reason)
            self._session.instance_lost()

    def downloading(self, url: str, name: str) -> Path | None:
        """Return the path for a download; None where it is for no task, or the policy does not allow it."""
        task = self._session.current
        if self._gateway is None or not self._gateway.is_download_allowed(url, name, task):
            return None
        return self._downloads.place(task)

    def downloaded(self, url: str, name: str, path: Path | None) -> None:
        """Keep a download for the task that is under way."""
        task = self._session.current
        if path is None or task is None:
            if path is not None:
                path.unlink(missing_ok=True)
            if task is not None:
                text = f"{safe_name(name)} could not be downloaded: it broke off, or is too large"
                self._publish(serialize.MESSAGE, serialize.agent_event(self._session, task, text))
            return
        shown = self._session.vault.redactor.redact_text  # a page may name a file after a secret
        self._downloads.keep(self._session, task, shown(url), shown(name), path)

    # --- the session --------------------------------------------------------------------------------------------------

    @staticmethod
    def _cancel(task: asyncio.Task[None] | None) -> None:
        """Cancel a task, unless it is the current one: that ends by itself."""
        if task is not None and task is not asyncio.current_task():
            task.cancel()

    async def _run(self) -> None:
        user_input = asyncio.create_task(self._perform_user_input(), name=f"user input {self._session.id}")
        try:
            while self._session.queued and not self._slot.acquire():  # pending until there is room
                await self._wait_for_event()
            if self._lease is not None:
                self._checkpoint = await self._lease.load()
            await self._open_browser()
            self._has_opened.set()
            while not self._session.ended:
                await self._advance()
        except BrowserError as error:
            log.warning("session %s: %s", self._session.id, error.message)
            self._fail_session(error.message)
        except Exception:  # the outermost edge: a defect of ours must not leave the session open
            log.exception("session %s: unexpected error", self._session.id)
            self._fail_session("an unexpected error, see the emulator's log")
        finally:
            self._has_opened.set()
            self._slot.release()
            self._cancel(self._running)
            user_input.cancel()
            await self._persist_state()
            self._checkpoint = None
            await self._close_instance()

    async def _advance(self) -> None:
        if self._session.status is SessionStatus.ORPHANED:
            self._slot.release()
            await self._restore()
            return
        room = self._session.has_next and self._slot.acquire()
        task = self._session.start_next() if room else None
        if task is None:
            if not self._session.has_next:
                self._slot.release()
            await (self._keep_checkpoint_once_idle() if self._is_checkpoint_due else self._wait_for_event())
            return
        self._opening_error = None
        self._is_state_kept.set()
        self._running = asyncio.create_task(self._work(task), name=f"task {task.id}")
        await asyncio.wait({self._running})
        self._slot.release()
        self._is_checkpoint_due = not task.acted and time.monotonic() - self._kept_s < _KEPT_EVERY_S
        if not self._is_checkpoint_due:
            await self._keep_checkpoint()
            self._is_state_kept.set()
        self._running = None

    async def _keep_checkpoint_once_idle(self) -> None:
        """Keep the state that reading tasks have left, unless the next task comes at once."""
        self._event_came.clear()
        try:
            async with asyncio.timeout(_IDLE_S):
                await self._event_came.wait()
        except TimeoutError:
            await self._keep_checkpoint()
            self._is_state_kept.set()

    async def _wait_for_event(self) -> None:
        self._event_came.clear()
        await self._event_came.wait()

    def _fail_session(self, message: str) -> None:
        if not self._session.ended:
            self._session.error(EndReason.FAILED, Failure(TaskFailureCode.INSTANCE_LOST, message))

    async def _close_instance(self) -> None:
        gateway, self._gateway = self._gateway, None
        if gateway is not None:
            await gateway.instance.close()
        self._bytes.flush()

    async def _open_browser(self) -> None:
        self._gateway = await self._open_gateway()
        self._session.instance_ready()
        if self._opening_url is not None:
            self.egress_route.destinations.allowlist(filter(None, [host_of(self._opening_url)]))
            try:
                await self._gateway.perform(Navigate(self._opening_url))
            except BrowserError as error:  # the session stays, idle (section 3)
                self._opening_error = error
                self._publish(serialize.MESSAGE, serialize.error_event(error.code, error.message))
            await self._keep_checkpoint()

    async def _open_gateway(self) -> ActionGateway:
        instance = await self._browsers.open(
            self._kind, self._listener, egress_route=self.egress_route, restore=self._checkpoint
        )
        return ActionGateway(instance, self._session, self._publish, self._enforcer, self._recorder)

    async def _keep_checkpoint(self) -> None:
        """Keep the browser's state for a restore: it can't be read from a browser that is lost."""
        self._is_checkpoint_due = False
        if self._gateway is None or self._session.status is not SessionStatus.ACTIVE:
            return
        self._kept_s = time.monotonic()
        try:
            self._checkpoint = await self._gateway.instance.checkpoint()
            self._has_checkpoint = True
        except BrowserError as error:  # lost meanwhile, or a page that doesn't answer: the last one stays
            log.info("session %s: no checkpoint: %s", self._session.id, error.message)

    async def _persist_state(self) -> None:
        """Save the session's state to its environment: that of its browser, or where that is lost, the last checkpoint.

        A checkpoint is taken between tasks, of a browser that answers: it is whole, if not the latest.
        """
        if self._lease is None or not self._session.ended:
            return
        left = self._checkpoint if self._has_checkpoint else None
        try:
            if self._gateway is not None:
                async with asyncio.timeout(self._lease.state_within_s):
                    if self._running is not None:
                        await asyncio.wait({self._running})  # what it was doing has been broken off
                    left = await self._gateway.instance.checkpoint()
        except (BrowserError, TimeoutError) as error:
            log.warning("session %s: its last checkpoint is what its environment keeps: %s", self._session.id, error)
        if left is None:
            return
        try:
            await self._lease.save(left)
        except (SQLAlchemyError, OSError):  # the disk is full, or the database gone: the browser is closed all the same
            log.exception("session %s: its environment could not be saved", self._session.id)

    async def _restore(self) -> None:
        """Open a new browser with the last checkpoint; the end of the grace period ends the attempts."""
        await self._close_instance()
        while self._session.status is SessionStatus.ORPHANED:
            self._listener = _InstanceListener(self)
            try:
                self._gateway = await self._open_gateway()
            except (InstanceUnavailableError, BrowserError) as error:
                log.warning("session %s: not restored yet: %s", self._session.id, error.message)
                await asyncio.sleep(_RESTORE_PAUSE_S)
            else:
                self._session.instance_restored()

    async def _perform_user_input(self) -> None:
        while True:
            action = await self._user_input.get()
            try:
                if self._gateway is None:
                    raise BrowserError(TaskFailureCode.INSTANCE_LOST, "the browser is not there")
                await self._gateway.perform(action, by="user")
            except BrowserError as error:
                self._publish(serialize.MESSAGE, serialize.error_event(error.code, error.message))
            finally:
                self._user_input.task_done()

    # --- one task -----------------------------------------------------------------------------------------------------

    async def _work(self, task: Task) -> None:
        try:
            assert self._gateway is not None, "tasks start once the browser is there"
            recorded = task.order.replay.urls if task.order.replay is not None else ()
            self.egress_route.destinations.allowlist(hosts_mentioned_in(task.order.fields, recorded))
            wait_until_clear = partial(self._wait_until_clear, task)
            engine = self._enforcer.engine
            agent = await self._agents.agent_of(task.order.fields, self._session.vault)
            self._runner = TaskRunner(
                self._session,
                task,
                agent,
                self._gateway,
                self._slot,
                wait_until_clear,
                self._publish,
                self._recorder,
                self._clock,
                "" if engine is None else engine.policy.llm_role,
            )
            answer = await self._runner.answer()
            await self._wait_until_clear(task)
            self._session.complete(task, answer)
        except (AgentError, BrowserError) as error:
            if error.code == TaskFailureCode.INSTANCE_LOST:  # the session decides what becomes of the task
                self.lost(self._listener, error.message)
                return
            details = error.details if isinstance(error, AgentError) else {}
            redactor = self._session.vault.redactor
            self._fail(task, Failure(error.code, redactor.redact_text(error.message), redactor.redact(details)))
        except _EndedError:
            log.info("task %s ended while it was worked on", task.id)
        except Exception:  # the outermost edge: a defect of an agent must not end the session
            log.exception("task %s: unexpected error", task.id)
            self._fail(
                task, Failure(TaskFailureCode.AGENT_ERROR, "the agent failed unexpectedly, see the emulator's log")
            )

    async def _wait_until_clear(self, task: Task) -> None:
        """Wait until the task may continue: it is not paused, and a person's actions have been performed.

        Raises
        ------
        _EndedError
            It has ended meanwhile.
        """
        while True:
            await self._resumed.wait()
            await self._user_input.join()
            if self._resumed.is_set():  # else paused again while actions were performed
                break
        if task.ended:
            raise _EndedError

    def _fail(self, task: Task, failure: Failure) -> None:
        if not task.ended:
            self._session.fail(task, failure)

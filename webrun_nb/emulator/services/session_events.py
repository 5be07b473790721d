"""The handling of session events: for listeners, history, webhooks, accounts and workers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from webrun_nb.emulator.domain.events import (
    ControlReleased,
    ControlTaken,
    GuardrailRaised,
    InstanceLost,
    InstanceRestored,
    SessionEnded,
    SessionEvent,
    TaskEnded,
    TaskQueued,
    TaskStarted,
)
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.domain.task import Task
from webrun_nb.emulator.execution.secret_filter import redact_event
from webrun_nb.emulator.execution.worker import SessionWorker
from webrun_nb.emulator.serializers import sessions as serialize
from webrun_nb.emulator.services.accounts import Accounts
from webrun_nb.emulator.services.cassettes import keep_answer
from webrun_nb.emulator.services.event_hub import EventHub
from webrun_nb.emulator.services.history import History
from webrun_nb.emulator.services.recordings import TaskRecordings
from webrun_nb.emulator.services.session_registry import SessionRegistry
from webrun_nb.emulator.services.session_workers import SessionWorkers
from webrun_nb.emulator.services.view_stream import LiveViews
from webrun_nb.emulator.services.webhooks import Webhooks
from webrun_nb.wire.limits import ANSWER_WINDOW_S


class SessionEvents:
    """Follows every session from its start to its end. `handle` is what sessions are given as `notify`.

    Parameters
    ----------
    registry, workers : SessionRegistry, SessionWorkers
        The sessions in memory, and their workers.
    hub : EventHub
        Sends events to listeners.
    history, recordings : History, TaskRecordings
        Keep what becomes of sessions and tasks.
    webhooks : Webhooks
        Announces the end of tasks.
    accounts : Accounts
        Follows what sessions cost.
    live_views : LiveViews
        Shows sessions to those who watch.
    """

    def __init__(
        self,
        *,
        registry: SessionRegistry,
        workers: SessionWorkers,
        hub: EventHub,
        history: History,
        recordings: TaskRecordings,
        webhooks: Webhooks,
        accounts: Accounts,
        live_views: LiveViews,
    ) -> None:
        self._registry = registry
        self._workers = workers
        self._hub = hub
        self._history = history
        self._recordings = recordings
        self._webhooks = webhooks
        self._accounts = accounts
        self._live_views = live_views
        self._waiting: dict[str, list[asyncio.Future[None]]] = {}
        self._archiving: set[asyncio.Task[None]] = set()

    def publisher(self, session: Session) -> Callable[..., None]:
        """Return a function `(name, body)` that sends an event of a session, secrets masked."""
        return lambda name, body: self._hub.publish(session.id, name, redact_event(body, session.vault))

    def handle(self, session: Session, event: SessionEvent) -> None:
        """Handle an event: notify listeners, the worker, and the requests that wait for an answer."""
        publish = self.publisher(session)
        worker = self._workers.get(session.id)
        match event:
            case GuardrailRaised(task=task, question=question):
                publish(serialize.MESSAGE, serialize.guardrail_event(task, question))
                self._wake(task)
            case TaskQueued(task=task):
                self._history.keep_task(session, task)
                self._history.keep_request(session, task)
            case TaskStarted(task=task):
                publish(serialize.MESSAGE, serialize.status_event(task))
            case TaskEnded(task=task):
                if worker is not None:
                    worker.meter_rest(task)
                self._history.keep_task(session, task)
                self._history.keep(session)
                publish(serialize.MESSAGE, serialize.task_ended_event(session, task))
                self._recordings.keep(session, task)
                keep_answer(task)
                self._wake(task)
                self._webhooks.announce(session, task)
            case ControlTaken() | ControlReleased():
                publish(serialize.MESSAGE, serialize.control_event(session, taken=isinstance(event, ControlTaken)))
            case InstanceLost():
                publish(serialize.DISCONNECTED, serialize.disconnected_event())
            case InstanceRestored():
                publish(serialize.RECONNECTED, serialize.reconnected_event())
            case SessionEnded(reason=reason):
                if worker is not None:
                    worker.flush_byte_count()  # those bytes belong on the bill that is shown and kept now
                self._registry.close(session)
                self._history.keep(session)
                publish(serialize.END_SESSION, serialize.end_session_event(session, reason))
        self._accounts.watch(session.owner)
        self._live_views.follow(session)
        if worker is not None:
            worker.on(event)
            if isinstance(event, SessionEnded):
                self._archive_later(session, worker)

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

    async def archived(self) -> None:
        """Wait until every session that has ended is in the database alone."""
        await asyncio.gather(*self._archiving)

    def _archive_later(self, session: Session, worker: SessionWorker) -> None:
        async def archive() -> None:
            await worker.finished()
            self._workers.remove(session.id)
            session.vault.forget()
            self._hub.forget(session.id)
            await self._history.archive_session(session)

        task = asyncio.get_running_loop().create_task(archive(), name=f"archive {session.id}")
        self._archiving.add(task)
        task.add_done_callback(self._archiving.discard)

    def _wake(self, task: Task) -> None:
        for waiting in self._waiting.pop(task.id, []):
            if not waiting.done():
                waiting.set_result(None)

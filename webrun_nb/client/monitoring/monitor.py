"""Keeps the snapshot of a session up to date, with live events for speed and status calls for correctness."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from webrun_nb.client.answers.sessions import SessionState
from webrun_nb.client.answers.tasks import AskingTask, CompletedTask, FailedTask, PendingTask, TaskAnswer
from webrun_nb.client.errors import ConnectionLostError, SessionGoneError, WebRunError
from webrun_nb.client.monitoring.changes import TaskNews
from webrun_nb.client.monitoring.estimate import UNNAMED, SessionEstimate
from webrun_nb.client.monitoring.events import (
    ActionDone,
    AgentSaid,
    CommandRefused,
    ConnectionChanged,
    EventStream,
    InstanceChanged,
    LiveEvent,
    QuestionAsked,
    SessionEnded,
    StatusSaid,
    TaskEnded,
)
from webrun_nb.client.monitoring.ledger import EMULATOR_ENDED
from webrun_nb.client.monitoring.schedule import StatusSchedule
from webrun_nb.client.monitoring.snapshots import question_of, snapshot_of, with_estimated_cost
from webrun_nb.client.snapshot import Doing, Question, SessionSnapshot, Subscriber
from webrun_nb.client.transport import ApiTransport
from webrun_nb.common.codes import EndReason, ErrorCode, SessionPhase, SessionStatus, ToolkitErrorCode
from webrun_nb.common.labels import label_actions
from webrun_nb.wire.prices import PRICES_2026

_log = logging.getLogger(__name__)

SILENT_AFTER_S = 0.6
"""A status call that takes longer is shown as a lost connection, until it is answered after all."""
REFRESH_AT_MOST_EVERY_S = 0.1
CONTROL = frozenset({"takeOverControl", "releaseControl"})
"""The actions that start and end manual control."""
TERMINATED = "terminated"
"""The server's reason for every end that was requested."""
TERMINATED_ELSEWHERE = "elsewhere"
"""The reason for an end that was requested, but not by this client's session."""
NAVIGATION = "navigateUrl"
"""The action that opens a URL, by the name it has in events and policies (contract, section 11)."""


class SessionMonitor:
    """Keeps the snapshot of one session, and calls subscribers with each new one. Runs on the loop thread.

    Parameters
    ----------
    http : Http
        The server.
    name : str
        The user's name for the session.
    session_id : str
        Its id.
    url : str, optional
        The URL that it starts at.
    max_cost_usd : Decimal, optional
        The limit on its cost; only to be shown.
    spent_before_usd : Decimal
        The part of the limit that was spent before it began; only to be shown.
    """

    def __init__(
        self,
        http: ApiTransport,
        name: str,
        session_id: str,
        url: str | None = None,
        max_cost_usd: Decimal | None = None,
        spent_before_usd: Decimal = Decimal(0),
    ) -> None:
        self._http = http
        self._name = name
        self._session_id = session_id
        self._subscribers: list[Subscriber] = []
        self._instructions: dict[str, str] = {}
        self._schedule = StatusSchedule()
        self._change_count = 0
        """The number of events that announced a change which the status shows, too."""
        self._followers: list[TaskNews] = []
        self._live: EventStream | None = None
        self._task: asyncio.Task[None] | None = None
        self._snapshot: SessionSnapshot | None = None
        self._max_cost_usd = max_cost_usd
        self._spent_before_usd = spent_before_usd
        self._tasks_over_usd = Decimal(0)
        self._estimate = SessionEstimate()
        self._open_question: Question | None = None
        """The question that was asked last, for servers whose status does not say whether one is open."""
        self._said = SessionState(session_id)
        self._prices = PRICES_2026
        self._has_status = True
        """False once the server has answered that it has no session-status."""
        self._end_reason: str | None = None
        self._is_terminated_here = False
        self._ending_tasks: set[str] = set()
        self.last_url = url
        """The last page that the browser was told to open, according to the events."""

    @property
    def snapshot(self) -> SessionSnapshot:
        """The latest."""
        assert self._snapshot is not None, "begin() comes first"
        return self._snapshot

    def subscribe(self, fn: Subscriber) -> None:
        """Call `fn` with each new snapshot."""
        self._subscribers.append(fn)

    def unsubscribe(self, fn: Subscriber) -> None:
        """Stop calling `fn`."""
        with contextlib.suppress(ValueError):
            self._subscribers.remove(fn)

    async def begin(self, socket_url: str | None) -> None:
        """Take the first snapshot and keep it up to date from now on; without `socket_url` by polling only."""
        await self.refresh()
        if socket_url is not None:
            self._live = EventStream(socket_url, self._session_id, self._on)
            self._live.open()
        self._task = asyncio.create_task(self._keep())

    async def close(self) -> None:
        """Stop monitoring; the snapshot stays as it is."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @property
    def done(self) -> bool:
        """True once there is nothing left to monitor."""
        return self._task is not None and self._task.done()

    def describe(self, task_id: str, instruction: str, *, ends_session: bool = False) -> None:
        """Keep the instruction of a task, for snapshots, and whether its session ends with it."""
        self._instructions[task_id] = instruction
        self._estimate.task_named(task_id)
        if ends_session:
            self._ending_tasks.add(task_id)
        if self.snapshot.current_task_id == task_id:
            self._set(replace(self.snapshot, current_task=instruction))
        elif self._schedule.running_id == task_id:
            self._show_running(task_id)
        self._show_estimate()

    def note_sent(self, instruction: str, task_id: str = UNNAMED) -> None:
        """Note that a task is being sent, or was sent with its session; by default the server is yet to name its id."""
        self._instructions[task_id] = instruction
        self._estimate.task_sent(task_id)
        self._show_estimate()

    def note_task(self, task_id: str, answer: TaskAnswer) -> None:
        """Note what the server has said of a task, for servers whose status says less."""
        match answer:
            case AskingTask():
                self._open_question = question_of(answer, task_id)
                self._estimate.asked()
            case PendingTask():
                self._estimate.goes_on()
            case CompletedTask() | FailedTask():
                return  # `note_task_end` follows
        if (self.snapshot.question is None) == isinstance(answer, AskingTask):
            self._show_estimate()

    def note_task_end(self, task_id: str | None, answer: CompletedTask | FailedTask | None = None) -> None:
        """Note that a task has ended or was refused, with the server's last answer where there is one."""
        self._estimate.task_ended(
            UNNAMED if task_id is None else task_id, None if answer is None else answer.usage, count=answer is not None
        )
        if task_id in self._ending_tasks and answer is not None:
            completed = isinstance(answer, CompletedTask)
            self._estimate.ended(EndReason.TERMINATE_ON_COMPLETION if completed else EndReason.FAILED)
        self._show_estimate()

    def note_command(self, command: str, task_id: str | None = None) -> None:
        """Note a command that the server has accepted; see `SessionEstimate.commanded`."""
        self._estimate.commanded(command, task_id)
        self._show_estimate()

    def _show_estimate(self) -> None:
        """Show at once what has changed the estimate, and have the status read again."""
        if self.snapshot.estimated and not self.snapshot.ended:
            said = self._said if self._has_status else self._estimate.state(self._session_id)
            self._show(said, self._open_question if self._estimate.asks else None)
            self._schedule.mark_stale()

    def set_end_reason(self, reason: str) -> None:
        """Set the reason why the client ends the session; the server will only say `terminated`."""
        self._end_reason = self._end_reason or reason

    def note_termination(self) -> None:
        """Note that this client is about to end the session: the server says the same of an end by another one."""
        self._is_terminated_here = True

    def set_stop_reason(self, reason: str, task_id: str | None) -> None:
        """Set the reason why a task is stopped, which is the session's if that ends with the task."""
        if (task_id or self.snapshot.current_task_id) in self._ending_tasks:
            self.set_end_reason(reason)

    def note_over_budget(self, over_usd: Decimal) -> None:
        """Add the excess of a task over its own budget."""
        self._tasks_over_usd += over_usd
        self._set(self.snapshot)

    @contextlib.contextmanager
    def changes(self, *, of_ids: bool = False) -> Iterator[TaskNews]:
        """Provide the news of the session's tasks from now on; see `TaskNews`."""
        news = TaskNews(of_ids=of_ids)
        self._followers.append(news)
        try:
            yield news
        finally:
            self._followers.remove(news)

    @property
    def listening(self) -> bool:
        """True while live events come in."""
        return self._live is not None and self._live.connected

    @property
    def takes_tasks(self) -> bool:
        """True while a task can be sent over the socket: the server must also say which tasks it has.

        Otherwise nothing would tell the id of a task before its end.
        """
        return self.listening and "currentTaskId" in self._said.said

    async def send(self, message: Mapping[str, Any]) -> None:
        """Send a message over the socket; see `EventStream.send`."""
        if self._live is None:
            raise ConnectionLostError("this session has no socket", session_id=self._session_id)
        await self._live.send(message)

    async def refresh(self) -> SessionState:
        """Read the status now.

        Raises
        ------
        WebRunError
            As the status call does.
        """
        while True:
            moves = self._change_count
            self._schedule.note_read()
            said = await self._state()
            question = await self._question(said)
            if moves == self._change_count:
                break  # otherwise an event has come since the request, and the answer may be older than that
        if said.usage is not None and said.usage.emulated:
            self._prices = await self._http.emulator_prices()
        return self._show(said, question)

    def _show(self, said: SessionState, question: Question | None) -> SessionState:
        """Show what the server said, with what it did not say; return both together."""
        self._said = said
        state, estimated = self._estimate.complete(said)
        snapshot = snapshot_of(state, self._name, self._instructions, self._snapshot, question, self._prices)
        if snapshot.cost_usd is None:
            snapshot = with_estimated_cost(snapshot, self._estimate)
        if "createdAt" not in said.said:  # then both are times of this machine
            snapshot = replace(snapshot, ended_at_ms=self._estimate.ended_at_ms)
        self._set(replace(snapshot, ends_with_process=self._http.is_child, estimated=estimated or snapshot.estimated))
        return state

    def _show_running(self, task_id: str) -> None:
        """Show that a task runs, by an event of it."""
        running = replace(self.snapshot, phase=SessionPhase.RUNNING, current_task_id=task_id, expires_at_ms=None)
        self._set(replace(running, current_task=self._instructions.get(task_id, "")))

    async def _state(self) -> SessionState:
        """Return what the server says of the session; what is known without it where it has no session-status."""
        if self._has_status:
            try:
                return await self._http.session_status(self._session_id)
            except WebRunError as error:
                if error.code not in (ErrorCode.NOT_FOUND, ErrorCode.METHOD_NOT_ALLOWED):
                    raise
                self._has_status = False
        return self._estimate.state(self._session_id)

    async def _question(self, said: SessionState) -> Question | None:
        """Return the question of the session's task; the status call says only that there is one.

        It is read each time: one task may ask twice, and it may have been answered elsewhere in between. Where the
        status says no phase, it is what events and the polls of the task have said.
        """
        if "phase" not in said.said:
            return self._open_question if self._estimate.asks else None
        if said.phase is not SessionPhase.GUARDRAIL or said.current_task_id is None:
            return None
        body = await self._http.task(self._session_id, said.current_task_id)
        return question_of(body, said.current_task_id) if isinstance(body, AskingTask) else None

    async def _keep(self) -> None:
        try:
            while not self.snapshot.ended:
                alone = self.listening and self._http.is_child  # else the network may be lost
                pause_s = self._schedule.pause_s(self.snapshot, alone=alone, names_tasks=self.takes_tasks)
                if not await self._schedule.wait(pause_s):
                    continue
                await self._refresh_or_mark_failure()
                await asyncio.sleep(REFRESH_AT_MOST_EVERY_S)
        finally:
            if self._live is not None:
                await self._live.close()

    async def _refresh_or_mark_failure(self) -> None:
        reading = asyncio.create_task(self.refresh())
        try:
            done, _ = await asyncio.wait({reading}, timeout=SILENT_AFTER_S)
            if not done:
                self._set(replace(self.snapshot, connected=False))
            await reading
        except asyncio.CancelledError:
            reading.cancel()
            raise
        except ConnectionLostError as error:
            self.mark_unreachable(error)
        except SessionGoneError as error:
            self.mark_missing(error)
        except WebRunError as error:
            _log.warning("the status of session %s can't be read: %s", self._session_id, error)
            self._set(replace(self.snapshot, connected=False))

    def note_gone(self, error: SessionGoneError) -> None:
        """Mark the session as ended because a call says so, where no status can be read that says how it ended."""
        if not self._has_status:
            self._estimate.ended(_reason_of(error))
            self.mark_missing(error)

    def mark_missing(self, error: SessionGoneError) -> None:
        """Mark the session as ended: the server no longer knows it, nor how it ended."""
        if not self.snapshot.ended:
            self._end(SessionStatus.TERMINATED, _reason_of(error))

    def mark_unreachable(self, error: ConnectionLostError) -> None:
        """Mark the server as out of reach, or the session as ended where the server was an emulator that has ended."""
        if error.code == ToolkitErrorCode.EMULATOR_GONE:
            self._end(SessionStatus.FAILED, EMULATOR_ENDED)
        else:
            self._set(replace(self.snapshot, connected=False))

    def _end(self, status: SessionStatus, reason: str) -> None:
        self._set(
            replace(
                self.snapshot,
                status=status,
                reason=reason,
                phase=None,
                expires_at_ms=None,
                question=None,
                grace_ends_at_ms=None,
                current_task_id=None,
                status_line="",
                connected=False,
            )
        )

    def _on(self, event: LiveEvent) -> None:
        for follower in self._followers:
            follower.take(event)
        match event:
            case ActionDone():
                if event.name == NAVIGATION:
                    self.last_url = event.target
                doing, task_id = self.snapshot.doing, self._task_of(event.task_id)
                if task_id and event.name not in CONTROL:
                    doing = Doing(task_id, event.name, event.target, event.step)
                self._set(replace(self.snapshot, last_action=event.text, doing=doing, status_line=""))
                if event.name in CONTROL:
                    self._estimate.commanded(event.name)
                    self._schedule.mark_stale()
                self._stale_unless_about(task_id)
            case QuestionAsked():
                self._asked(event)
            case StatusSaid(text=text) | AgentSaid(content=text):
                self._set(replace(self.snapshot, status_line=text))
                self._stale_unless_about(self._task_of(event.task_id))
            case InstanceChanged():
                self._instance_changed(event)
                self._notify_change()
            case TaskEnded():
                self._estimate.task_ended(event.task_id)
                self._schedule.running_id = None
                self._set(replace(self.snapshot, status_line=""))
                self._notify_change(for_task=True)
            case SessionEnded():
                self._estimate.ended(event.reason or EndReason.TERMINATED)
                self._notify_change()
            case CommandRefused():
                self._schedule.mark_stale()
            case ConnectionChanged():  # events are not replayed: the status has those of the time without socket
                self._notify_change()

    def _task_of(self, task_id: str | None) -> str | None:
        """Return the task that an event is about: the current one, where the server does not name it."""
        return self.snapshot.current_task_id if task_id is None else task_id

    def _asked(self, event: QuestionAsked) -> None:
        """Show a question at once. One that was asked before the socket was open is looked up instead."""
        self._estimate.asked()
        task_id = self._task_of(event.task_id)
        if not event.replayed and task_id:
            self._open_question = Question(task_id, label_actions(event.text), event.kind, event.candidates)
            self._set(replace(self.snapshot, phase=SessionPhase.GUARDRAIL, question=self._open_question))
        self._notify_change()

    def _stale_unless_about(self, task_id: str | None) -> None:
        """Request a status call, unless an event of `task_id` was to be expected: that of the running task."""
        snapshot = self.snapshot
        if snapshot.question or snapshot.status is not SessionStatus.ACTIVE or task_id is None or not self.takes_tasks:
            if task_id != snapshot.current_task_id or snapshot.question or snapshot.status is SessionStatus.PENDING:
                self._schedule.mark_stale()
            return
        self._schedule.running_id = task_id
        if task_id != snapshot.current_task_id:
            self._schedule.mark_stale(for_task=True)
            if task_id in self._instructions:
                self._show_running(task_id)

    def _instance_changed(self, event: InstanceChanged) -> None:
        """Show at once that the browser was lost, with its time to come back, or that it is back."""
        self._estimate.instance_changed(event.connected)
        if event.connected:
            self._set(replace(self.snapshot, status=SessionStatus.ACTIVE, grace_ends_at_ms=None))
            return
        began_ms = self.snapshot.server_now_ms if event.at_ms is None else event.at_ms
        ends_at_ms = None if event.grace_ms is None else began_ms + event.grace_ms
        self._set(
            replace(
                self.snapshot,
                status=SessionStatus.ORPHANED,
                phase=None,
                expires_at_ms=None,
                grace_ends_at_ms=ends_at_ms,
            )
        )

    def _notify_change(self, *, for_task: bool = False) -> None:
        self._change_count += 1
        self._schedule.mark_stale(for_task=for_task)
        for follower in self._followers:
            follower.notify()

    def _set(self, snapshot: SessionSnapshot) -> None:
        if snapshot.ended and self._end_reason is not None and snapshot.reason in (TERMINATED, None):
            snapshot = replace(snapshot, reason=self._end_reason)
        elif snapshot.ended and snapshot.reason == TERMINATED and not self._is_terminated_here:
            snapshot = replace(snapshot, reason=TERMINATED_ELSEWHERE)
        if snapshot.ended and (before := self._snapshot) is not None:
            snapshot = replace(snapshot, unanswered=before.unanswered or before.question is not None)
        snapshot = replace(
            snapshot,
            max_cost_usd=self._max_cost_usd,
            spent_before_usd=self._spent_before_usd,
            tasks_over_usd=self._tasks_over_usd,
        )
        if snapshot == self._snapshot:
            return
        self._snapshot = snapshot
        for tell in tuple(self._subscribers):
            try:
                tell(snapshot)
            except Exception:  # noqa: BLE001 - one subscriber's fault must not end the updates for all others
                _log.exception("a subscriber of session %s failed", self._session_id)


def _reason_of(error: SessionGoneError) -> str:
    """Return the reason for the end of a session of which only a refused call tells: `session not found`."""
    return error.code.lower().replace("_", " ")

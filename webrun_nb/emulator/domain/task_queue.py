"""What happens to a session and its tasks by itself: browsers that come and go, agents at work, time that passes.

The rules are those of the contract's sections 3 and 4. What people say to a session is `session.Session`'s.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, assert_never

from webrun_nb.common.codes import EndReason, ErrorCode, SessionPhase, SessionStatus, TaskFailureCode, TaskStatus
from webrun_nb.emulator.domain.billing import Meter, PriceList, Usage
from webrun_nb.emulator.domain.clock import Clock, Timer
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.domain.events import (
    BytesCounted,
    GuardrailRaised,
    Happening,
    InstanceLost,
    InstanceReady,
    InstanceRestored,
    SessionEnded,
    TaskEnded,
    TaskPaused,
    TaskQueued,
    TaskStarted,
    TokensCounted,
)
from webrun_nb.emulator.domain.secrets.vault import Vault
from webrun_nb.emulator.domain.states import SESSION_MOVES, Machine, SessionTrigger, TaskEvent
from webrun_nb.emulator.domain.task import Answer, Failure, Question, Task, TaskOrder

INACTIVITY_TIMEOUT_MS = 300_000
GRACE_PERIOD_MS = 300_000
"""How long an orphaned session waits for its browser to come back (section 3)."""


def _phase_while(status: TaskStatus) -> SessionPhase:
    """Return the phase of an active session whose current task has this status."""
    match status:
        case TaskStatus.RUNNING:
            return SessionPhase.RUNNING
        case TaskStatus.PAUSED:
            return SessionPhase.PAUSED
        case TaskStatus.GUARDRAIL:
            return SessionPhase.GUARDRAIL
        case TaskStatus.QUEUED | TaskStatus.COMPLETE | TaskStatus.FAILED:
            raise AssertionError(f"a {status} task is not under way")
        case _:
            assert_never(status)


class SessionLife:
    """A session as far as nobody commands it.

    Parameters
    ----------
    session_id, owner : str
        Its id, and the user it belongs to.
    clock : Clock
        The only source of time.
    prices : PriceList
        For its meter.
    notify : callable
        Told what happened, after the state has changed.
    vault : Vault, optional
        Keeps its secrets; by default one that can't make codes.
    """

    def __init__(
        self,
        session_id: str,
        owner: str,
        clock: Clock,
        prices: PriceList,
        notify: Callable[[Happening], None],
        vault: Vault | None = None,
    ) -> None:
        self.id = session_id
        self.owner = owner
        self.tasks: dict[str, Task] = {}
        self.current: Task | None = None
        self.reason: EndReason | None = None
        self.policy_id: str | None = None
        """The policy it was started with."""
        self.reach_out_mode = "off"
        """Accepted and reported, without a meaning here (section 3)."""
        self.vault = vault or Vault()
        self.proxy: Mapping[str, Any] | None = None
        """As it is shown: without its password."""
        self.proxy_is_managed = False
        self.environment_id: str | None = None
        self.pictures_wanted = False
        """Whether somebody wants pictures of what its tasks do; they cost time, so nobody gets them unasked."""
        self.note: str | None = None
        """What whoever uses the session should know of it."""
        self.created_ms = clock.now()
        self.last_activity_ms = self.created_ms
        self.meter = Meter(self.created_ms, prices)
        self._clock = clock
        self._notify = notify
        self._queue: deque[Task] = deque()
        self._machine = Machine(SESSION_MOVES, SessionStatus.PENDING)
        self._stopped = False
        self._manual = False
        self._hold_again = False
        """The task that is run again was paused when its browser was lost."""
        self._held_by_hand = False
        """The running task was paused by taking over, so that releasing lets it go on."""
        self._inactivity: Timer | None = None
        self._time_limit: Timer | None = None
        self._grace: Timer | None = None

    # --- what can be seen ---------------------------------------------------------------------------------------------

    @property
    def status(self) -> SessionStatus:
        """Where it is."""
        return self._machine.state

    @property
    def ended(self) -> bool:
        """True once its state is final."""
        return self.status.is_final

    @property
    def phase(self) -> SessionPhase | None:
        """Its occupation while active, else None (section 3)."""
        if self.status is not SessionStatus.ACTIVE:
            return None
        if self._manual:
            return SessionPhase.MANUAL
        if self.current is not None:
            return _phase_while(self.current.status)
        return SessionPhase.STOPPED if self._stopped else SessionPhase.IDLE

    @property
    def queued(self) -> tuple[Task, ...]:
        """Tasks that wait, in order."""
        return tuple(self._queue)

    @property
    def has_next(self) -> bool:
        """Whether a task can be started: the session is active, none is under way and nobody drives by hand."""
        ready = self.status is SessionStatus.ACTIVE and self.current is None and not self._manual
        return ready and bool(self._queue)

    @property
    def grace_ends_ms(self) -> float | None:
        """When an orphaned session is given up."""
        return self._grace.when_ms if self._grace else None

    @property
    def expires_ms(self) -> float | None:
        """When inactivity ends it; None while it can't."""
        return self._inactivity.when_ms if self._inactivity else None

    def usage(self) -> Usage:
        """Return the session's bill so far."""
        return self.meter.session_usage(self._clock.now())

    def task_usage(self, task: Task) -> Usage:
        """Return a task's bill so far."""
        return self.meter.task_usage(task.id, self._clock.now() if task.ended_ms is None else task.ended_ms)

    # --- its instance -------------------------------------------------------------------------------------------------

    def instance_ready(self) -> None:
        """Become active: the browser is there."""
        self._machine.fire(SessionTrigger.INSTANCE_READY)
        self._touch()
        self._notify(InstanceReady())

    def instance_lost(self) -> None:
        """Become orphaned, until the browser is back or the grace period has passed.

        The interrupted task is run again, unless it has acted: then it fails, so that nothing is done twice.
        """
        self._machine.fire(SessionTrigger.INSTANCE_LOST)
        self._manual = False
        self._held_by_hand = False
        task = self.current
        self._hold_again = task is not None and task.status is TaskStatus.PAUSED
        self._grace = self._clock.call_at(self._clock.now() + GRACE_PERIOD_MS, self._give_up)
        self._touch()
        self._notify(InstanceLost(task))
        if task is None:
            return
        if task.acted:
            self.fail(task, Failure(TaskFailureCode.INSTANCE_LOST, "the browser was lost after the task had acted"))
        else:
            self._hold()
            task.machine.fire(TaskEvent.INTERRUPT)
            task.question = None
            self.current = None
            self._queue.appendleft(task)

    def instance_restored(self) -> None:
        """Become active again."""
        self._machine.fire(SessionTrigger.INSTANCE_RESTORED)
        self._cancel_grace()
        self._touch()
        self._notify(InstanceRestored())

    def error(self, reason: EndReason, failure: Failure) -> None:
        """End in failure: the instance never started or did not come back; the running task fails with `failure`."""
        self._end(SessionTrigger.ERROR, reason, failure)

    def out_of_balance(self) -> None:
        """End because nothing is left to pay with."""
        self._end(SessionTrigger.OUT_OF_BALANCE, EndReason.BALANCE)

    # --- its tasks ----------------------------------------------------------------------------------------------------

    def add_task(self, task_id: str, order: TaskOrder) -> Task:
        """Queue a task.

        Raises
        ------
        CommandRefusedError
            `SESSION_NOT_ACTIVE`: the session has ended.
        """
        self._require_open()
        task = Task(task_id, order, self._clock.now())
        self.tasks[task.id] = task
        self._queue.append(task)
        self._touch()
        self._notify(TaskQueued(task))
        return task

    def start_next(self) -> Task | None:
        """Start the next task in order, where there is one and it can be started."""
        if not self.has_next:
            return None
        task = self._queue.popleft()
        self.current = task
        self._stopped = False
        task.machine.fire(TaskEvent.START)
        self._run_on(task)
        self._notify(TaskStarted(task))
        held, self._hold_again = self._hold_again, False
        if held:  # its browser was lost while it was paused: only a person lets it go on
            self._pause(task)
        return task

    def ask(self, task: Task, question: Question) -> None:
        """Let the running task wait for a person."""
        task.machine.fire(TaskEvent.ASK)
        task.question = question
        self._hold()
        self._notify(GuardrailRaised(task, question))

    def count_tokens(self, task: Task, prompt: int, completion: int) -> None:
        """Meter tokens; past its input limit, where it has one, the task fails with `INPUT_TOKEN_LIMIT`."""
        self.meter.count_tokens(task.id, prompt, completion)
        self._notify(TokensCounted())
        used = self.task_usage(task).prompt_tokens
        limit = task.order.max_input_tokens
        if limit is not None and used > limit and not task.ended:
            self.fail(
                task,
                Failure(TaskFailureCode.INPUT_TOKEN_LIMIT, f"the task read {used} tokens; its limit is {int(limit)}"),
            )

    def count_bytes(self, up: int, down: int, proxied: int) -> None:
        """Meter what its browser sent and got, and what of it went through its proxy."""
        self.meter.count_bytes(up, down, proxied if self.proxy_is_managed else 0)
        self._notify(BytesCounted())

    def complete(self, task: Task, answer: Answer) -> None:
        """End the running task with its answer."""
        task.answer = answer
        self._end_task(task, TaskEvent.SUCCEED)
        if task.order.ends_session and not self.ended:
            self._end(SessionTrigger.LAST_TASK_SUCCEEDED, EndReason.TERMINATE_ON_COMPLETION)

    def fail(self, task: Task, failure: Failure) -> None:
        """End a task in failure; a session it was to end fails with it."""
        task.failure = failure
        self._end_task(task, TaskEvent.FAIL)
        if task.order.ends_session and not self.ended:
            self.note = f"its last task failed: {failure.message}"
            self._end(SessionTrigger.ERROR, EndReason.FAILED)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _require_open(self) -> None:
        if self.ended:
            raise CommandRefusedError(
                ErrorCode.SESSION_NOT_ACTIVE,
                f"session {self.id} has ended ({self.status})",
                status=self.status,
            )

    def _pause(self, task: Task) -> None:
        task.machine.fire(TaskEvent.PAUSE)
        self._hold()
        self._notify(TaskPaused(task))

    def _give_up(self) -> None:
        message = f"the browser was lost and did not come back within {GRACE_PERIOD_MS // 60_000} minutes"
        self._end(SessionTrigger.ERROR, EndReason.INSTANCE_LOST, Failure(TaskFailureCode.INSTANCE_LOST, message))

    def _cancel_grace(self) -> None:
        if self._grace:
            self._grace.cancel()
            self._grace = None

    def _run_on(self, task: Task) -> None:
        now_ms = self._clock.now()
        left_ms = task.order.max_duration_ms - self.meter.running_ms(task.id, now_ms)
        self.meter.work_started(task.id, now_ms)
        self._time_limit = self._clock.call_at(now_ms + left_ms, lambda: self._out_of_time(task))
        self._touch()

    def _hold(self) -> None:
        """Stop the running task's clocks and let inactivity count."""
        self.meter.work_stopped(self._clock.now())
        if self._time_limit:
            self._time_limit.cancel()
            self._time_limit = None
        self._touch()

    def _out_of_time(self, task: Task) -> None:
        seconds = task.order.max_duration_ms / 1000
        self.fail(
            task,
            Failure(TaskFailureCode.TASK_TIMEOUT, f"the task did not finish within its maxDuration of {seconds:g} s"),
        )

    def _end_task(self, task: Task, event: TaskEvent) -> None:
        task.machine.fire(event)
        task.cut_short()
        task.ended_ms = self._clock.now()
        task.question = None
        if task is self.current:
            self._hold()
            self.current = None
        else:
            self._queue.remove(task)
        self._touch()
        self._notify(TaskEnded(task))

    def _touch(self) -> None:
        """Record activity; the countdown starts over, or is held off while a task runs."""
        self.last_activity_ms = self._clock.now()
        if self._inactivity:
            self._inactivity.cancel()
            self._inactivity = None
        busy = self.current is not None and self.current.status is TaskStatus.RUNNING
        if self.status is SessionStatus.ACTIVE and not busy and not self.has_next:  # it may have to wait for room
            self._inactivity = self._clock.call_at(self.last_activity_ms + INACTIVITY_TIMEOUT_MS, self._expire)

    def _expire(self) -> None:
        waits = self.current is not None and self.current.status is TaskStatus.GUARDRAIL
        failure = (
            Failure(TaskFailureCode.GUARDRAIL_TIMEOUT, "nobody answered before the inactivity timeout")
            if waits
            else None
        )
        self._end(SessionTrigger.EXPIRED, EndReason.EXPIRED, failure)

    def _end(self, event: SessionTrigger, reason: EndReason, failure: Failure | None = None) -> None:
        """Move to a final state.

        What was under way, or waits for a browser that never came, fails with `failure`, what was queued with
        `SESSION_TERMINATED`.
        """
        never_began = self.status is SessionStatus.PENDING
        self._machine.fire(event)
        self._cancel_grace()
        self._manual = False
        self.reason = reason
        if event is SessionTrigger.ERROR and failure is not None:
            self.note = f"its browser did not start: {failure.message}" if never_began else failure.message
        ended = Failure(TaskFailureCode.SESSION_TERMINATED, f"the session ended first ({reason})")
        for task in [*([self.current] if self.current else []), *self._queue]:
            was_begun = task is self.current or self.meter.running_ms(task.id, self._clock.now()) > 0
            task.failure = failure if failure and (was_begun or never_began) else ended
            self._end_task(task, TaskEvent.FAIL)
        self.meter.ended(self._clock.now())
        self._touch()
        self._notify(SessionEnded(reason))

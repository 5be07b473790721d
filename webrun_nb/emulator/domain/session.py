"""One session and its tasks: the rules of the contract's sections 3 and 4, without browser, network or event loop.

All methods are synchronous and take effect at the clock's present moment. What follows from a change (an event to
send, a browser to close, an agent to cancel) is the business of whoever listens to `notify`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from webrun_nb.emulator.domain.clock import Clock, Timer
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.domain.happenings import (
    BytesCounted,
    ControlReleased,
    ControlTaken,
    Happening,
    InstanceLost,
    InstanceReady,
    InstanceRestored,
    SessionEnded,
    TaskAsks,
    TaskEnded,
    TaskHeld,
    TaskQueued,
    TaskReleased,
    TaskStarted,
    TokensCounted,
)
from webrun_nb.emulator.domain.machine import (
    FINAL_SESSION_STATES,
    SESSION_MOVES,
    Machine,
    SessionEvent,
    SessionState,
    TaskEvent,
    TaskState,
)
from webrun_nb.emulator.domain.meter import Meter, PriceList, Usage
from webrun_nb.emulator.domain.task import Failure, Question, Task, TaskOrder
from webrun_nb.emulator.domain.vault import Vault

INACTIVITY_TIMEOUT_MS = 300_000
TOOK_OVER = "(took over)"
"""The answer to a question that a person settled by hand (`Question.ends_by_hand`)."""
GRACE_PERIOD_MS = 300_000
"""How long an orphaned session waits for its browser to come back (section 3)."""


class Session:
    """A session's life.

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
        notify: Callable[[Session, Happening], None],
        vault: Vault | None = None,
    ) -> None:
        self.id = session_id
        self.owner = owner
        self.tasks: dict[str, Task] = {}
        self.current: Task | None = None
        self.reason: str | None = None
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
        self._machine = Machine(SESSION_MOVES, SessionState.PENDING)
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
    def state(self) -> SessionState:
        """Where it is."""
        return self._machine.state

    @property
    def ended(self) -> bool:
        """True once its state is final."""
        return self.state in FINAL_SESSION_STATES

    @property
    def phase(self) -> str | None:
        """What more there is to say while active (section 3)."""
        if self.state is not SessionState.ACTIVE:
            return None
        if self._manual:
            return "manual"
        if self.current is not None:
            return self.current.state.value
        return "stopped" if self._stopped else "idle"

    @property
    def queued(self) -> tuple[Task, ...]:
        """Tasks that wait, in order."""
        return tuple(self._queue)

    @property
    def has_next(self) -> bool:
        """Whether a task can be started: the session is active, none is under way and nobody drives by hand."""
        ready = self.state is SessionState.ACTIVE and self.current is None and not self._manual
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
        self._machine.fire(SessionEvent.INSTANCE_READY)
        self._touch()
        self._notify(self, InstanceReady())

    def instance_lost(self) -> None:
        """Become orphaned, until the browser is back or the grace period has passed.

        The interrupted task is run again, unless it has acted: then it fails, so that nothing is done twice.
        """
        self._machine.fire(SessionEvent.INSTANCE_LOST)
        self._manual = False
        self._held_by_hand = False
        task = self.current
        self._hold_again = task is not None and task.state is TaskState.PAUSED
        self._grace = self._clock.call_at(self._clock.now() + GRACE_PERIOD_MS, self._give_up)
        self._touch()
        self._notify(self, InstanceLost(task))
        if task is None:
            return
        if task.acted:
            self.fail(task, Failure("INSTANCE_LOST", "the browser was lost after the task had acted"))
        else:
            self._hold()
            task.machine.fire(TaskEvent.INTERRUPT)
            task.question = None
            self.current = None
            self._queue.appendleft(task)

    def instance_restored(self) -> None:
        """Become active again."""
        self._machine.fire(SessionEvent.INSTANCE_RESTORED)
        self._cancel_grace()
        self._touch()
        self._notify(self, InstanceRestored())

    def error(self, reason: str, failure: Failure) -> None:
        """End in failure: the instance never started or did not come back; the running task fails with `failure`."""
        self._end(SessionEvent.ERROR, reason, failure)

    def out_of_balance(self) -> None:
        """End because nothing is left to pay with."""
        self._end(SessionEvent.OUT_OF_BALANCE, "balance")

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
        self._notify(self, TaskQueued(task))
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
        self._notify(self, TaskStarted(task))
        held, self._hold_again = self._hold_again, False
        if held:  # its browser was lost while it was paused: only a person lets it go on
            self._pause(task)
        return task

    def ask(self, task: Task, question: Question) -> None:
        """Let the running task wait for a person."""
        task.machine.fire(TaskEvent.ASK)
        task.question = question
        self._hold()
        self._notify(self, TaskAsks(task, question))

    def count_tokens(self, task: Task, prompt: int, completion: int) -> None:
        """Meter tokens; past its input limit the task fails with `INPUT_TOKEN_LIMIT`."""
        self.meter.count_tokens(task.id, prompt, completion)
        self._notify(self, TokensCounted())
        used = self.task_usage(task).prompt_tokens
        if used > task.order.max_input_tokens and not task.ended:
            limit = int(task.order.max_input_tokens)
            self.fail(task, Failure("INPUT_TOKEN_LIMIT", f"the task read {used} tokens; its limit is {limit}"))

    def count_bytes(self, up: int, down: int, proxied: int) -> None:
        """Meter what its browser sent and got, and what of it went through its proxy."""
        self.meter.count_bytes(up, down, proxied if self.proxy_is_managed else 0)
        self._notify(self, BytesCounted())

    def complete(self, task: Task, answer: str) -> None:
        """End the running task with its answer."""
        task.answer = answer
        self._end_task(task, TaskEvent.SUCCEED)
        if task.order.ends_session and not self.ended:
            self._end(SessionEvent.LAST_TASK_SUCCEEDED, "terminateOnCompletion")

    def fail(self, task: Task, failure: Failure) -> None:
        """End a task in failure; a session it was to end fails with it."""
        task.failure = failure
        self._end_task(task, TaskEvent.FAIL)
        if task.order.ends_session and not self.ended:
            self.note = f"its last task failed: {failure.message}"
            self._end(SessionEvent.ERROR, "failed")

    # --- what people say ----------------------------------------------------------------------------------------------

    def pause(self) -> None:
        """Hold the running task after its present action.

        Raises
        ------
        CommandRefusedError
            `INVALID_STATE`: no task runs.
        """
        self._pause(self._require_current(TaskState.RUNNING, "pause"))

    def resume(self) -> None:
        """Let the paused task go on.

        Raises
        ------
        CommandRefusedError
            `INVALID_STATE`: nothing is paused.
        """
        if self._manual:
            self.release()
        else:
            self._resume(self._require_current(TaskState.PAUSED, "resume"))

    def take_over(self) -> None:
        """Let a person drive: the running task pauses, and none is started.

        Raises
        ------
        CommandRefusedError
            `INVALID_STATE`: somebody drives already, or there is no browser; `SESSION_NOT_ACTIVE`.
        """
        self._require_open()
        if self.state is not SessionState.ACTIVE or self._manual:
            raise self._makes_no_sense(f"take over: not while the session is {self.phase or self.state.value}")
        if self.current is not None and self.current.state is TaskState.RUNNING:
            self._pause(self.current)
            self._held_by_hand = True
        self._manual = True
        self._touch()
        self._notify(self, ControlTaken())

    def release(self) -> None:
        """Give control back: a task that taking over had paused goes on.

        Raises
        ------
        CommandRefusedError
            `INVALID_STATE`: nobody drives; `SESSION_NOT_ACTIVE`.
        """
        self._require_open()
        if not self._manual:
            raise self._makes_no_sense("release: nobody has taken over")
        self._manual = False
        task, held_by_hand, self._held_by_hand = self.current, self._held_by_hand, False
        if held_by_hand and task is not None and task.state is TaskState.PAUSED:
            self._resume(task)
        elif task is not None and task.question is not None and task.question.ends_by_hand:
            self._answered(task, TOOK_OVER)
        self._touch()
        self._notify(self, ControlReleased())

    def interacted(self) -> None:
        """Record that a person uses the browser by hand.

        Raises
        ------
        CommandRefusedError
            `INVALID_STATE`: the agent is at work, or there is no browser; `SESSION_NOT_ACTIVE`.
        """
        self._require_open()
        if self.phase is None or self.phase == "running":
            raise self._makes_no_sense(
                f"interactions: not while the session is {self.phase or self.state.value}; take over first"
            )
        self._touch()

    def answer(self, text: str) -> None:
        """Answer the guardrail that waits: the task goes on from that very point.

        Raises
        ------
        CommandRefusedError
            `INVALID_STATE`: none waits (any more), or somebody drives by hand.
        """
        task = self._require_current(TaskState.GUARDRAIL, "answer a guardrail")
        if self._manual:
            raise self._makes_no_sense("answer a guardrail: release control first, or two would drive at once")
        self._answered(task, text)

    def stop(self, task_id: str | None = None) -> None:
        """End the current task, or the one named (running or queued); the session and the queue stay.

        Raises
        ------
        CommandRefusedError
            `INVALID_STATE`: nothing to stop; `TASK_NOT_FOUND`: no such task; `SESSION_NOT_ACTIVE`.
        """
        self._require_open()
        task = self._task_to_stop(task_id)
        task.failure = Failure("TASK_STOPPED", "stopped by the user")
        was_current = task is self.current
        self._end_task(task, TaskEvent.FAIL)
        if task.order.ends_session and not self.ended:
            self._end(SessionEvent.ENDED_BY_USER, "terminated")
        elif was_current and not self._queue:
            self._stopped = True

    def stop_guardrail(self) -> None:
        """Refuse what the guardrail asks: the task is stopped.

        Raises
        ------
        CommandRefusedError
            `INVALID_STATE`: none waits (any more).
        """
        self.stop(self._require_current(TaskState.GUARDRAIL, "answer a guardrail").id)

    def terminate(self) -> None:
        """End the session and its queue.

        Raises
        ------
        CommandRefusedError
            `SESSION_NOT_ACTIVE`: it has ended already.
        """
        self._require_open()
        self._end(SessionEvent.ENDED_BY_USER, "terminated")

    # --- inside -------------------------------------------------------------------------------------------------------

    def _require_open(self) -> None:
        if self.ended:
            raise CommandRefusedError(
                "SESSION_NOT_ACTIVE", f"session {self.id} has ended ({self.state.value})", status=self.state.value
            )

    def _require_current(self, state: TaskState, command: str) -> Task:
        self._require_open()
        if self.current is None or self.current.state is not state:
            raise self._makes_no_sense(f"{command}: not while the session is {self.phase or self.state.value}")
        return self.current

    def _task_to_stop(self, task_id: str | None) -> Task:
        if task_id is None:
            waiting = self._queue[0] if self._queue and self.state is SessionState.PENDING else None
            task = self.current or waiting
            if task is None:
                raise self._makes_no_sense("stop: no task is under way")
            return task
        if task_id not in self.tasks:
            raise CommandRefusedError("TASK_NOT_FOUND", f"session {self.id} has no task {task_id}")
        if self.tasks[task_id].ended:
            raise self._makes_no_sense(f"stop: task {task_id} has ended already")
        return self.tasks[task_id]

    def _makes_no_sense(self, message: str) -> CommandRefusedError:
        return CommandRefusedError("INVALID_STATE", message, phase=self.phase or self.state.value)

    def _pause(self, task: Task) -> None:
        task.machine.fire(TaskEvent.PAUSE)
        self._hold()
        self._notify(self, TaskHeld(task))

    def _answered(self, task: Task, text: str) -> None:
        task.machine.fire(TaskEvent.ANSWER)
        task.question = None
        self._run_on(task)
        self._notify(self, TaskReleased(task, answer=text))

    def _resume(self, task: Task) -> None:
        task.machine.fire(TaskEvent.RESUME)
        self._run_on(task)
        self._notify(self, TaskReleased(task))

    def _give_up(self) -> None:
        message = f"the browser was lost and did not come back within {GRACE_PERIOD_MS // 60_000} minutes"
        self._end(SessionEvent.ERROR, "instance_lost", Failure("INSTANCE_LOST", message))

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
        self.fail(task, Failure("TASK_TIMEOUT", f"the task did not finish within its maxDuration of {seconds:g} s"))

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
        self._notify(self, TaskEnded(task))

    def _touch(self) -> None:
        """Record activity; the countdown starts over, or is held off while a task runs."""
        self.last_activity_ms = self._clock.now()
        if self._inactivity:
            self._inactivity.cancel()
            self._inactivity = None
        busy = self.current is not None and self.current.state is TaskState.RUNNING
        if self.state is SessionState.ACTIVE and not busy and not self.has_next:  # it may have to wait for room
            self._inactivity = self._clock.call_at(self.last_activity_ms + INACTIVITY_TIMEOUT_MS, self._expire)

    def _expire(self) -> None:
        waits = self.current is not None and self.current.state is TaskState.GUARDRAIL
        failure = Failure("GUARDRAIL_TIMEOUT", "nobody answered before the inactivity timeout") if waits else None
        self._end(SessionEvent.EXPIRED, "expired", failure)

    def _end(self, event: SessionEvent, reason: str, failure: Failure | None = None) -> None:
        """Move to a final state.

        What was under way, or waits for a browser that never came, fails with `failure`, what was queued with
        `SESSION_TERMINATED`.
        """
        never_began = self.state is SessionState.PENDING
        self._machine.fire(event)
        self._cancel_grace()
        self._manual = False
        self.reason = reason
        if event is SessionEvent.ERROR and failure is not None:
            self.note = f"its browser did not start: {failure.message}" if never_began else failure.message
        ended = Failure("SESSION_TERMINATED", f"the session ended first ({reason})")
        for task in [*([self.current] if self.current else []), *self._queue]:
            was_begun = task is self.current or self.meter.running_ms(task.id, self._clock.now()) > 0
            task.failure = failure if failure and (was_begun or never_began) else ended
            self._end_task(task, TaskEvent.FAIL)
        self.meter.ended(self._clock.now())
        self._touch()
        self._notify(self, SessionEnded(reason))

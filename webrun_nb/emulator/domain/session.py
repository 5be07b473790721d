"""One session and its tasks: the rules of the contract's sections 3 and 4, without browser, network or event loop.

All methods are synchronous and take effect at the clock's present moment. What follows from a change (an event to
send, a browser to close, an agent to cancel) is the business of the function that is given as `notify`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from webrun_nb.common.codes import EndReason, ErrorCode, SessionPhase, SessionStatus, TaskFailureCode, TaskStatus
from webrun_nb.emulator.domain.billing import Meter, ModelUse, PriceList, Usage
from webrun_nb.emulator.domain.clock import Clock, Timeout
from webrun_nb.emulator.domain.errors import INACTIVITY_TIMEOUT_MS, CommandRefusedError, ended_error
from webrun_nb.emulator.domain.events import (
    BytesCounted,
    ControlReleased,
    ControlTaken,
    GuardrailRaised,
    InstanceLost,
    InstanceReady,
    InstanceRestored,
    SessionEnded,
    SessionEvent,
    TaskEnded,
    TaskPaused,
    TaskQueued,
    TaskResumed,
    TaskStarted,
    TokensCounted,
    TookOver,
)
from webrun_nb.emulator.domain.secrets.vault import Vault
from webrun_nb.emulator.domain.states import SESSION_MOVES, Machine, SessionTrigger, TaskTrigger
from webrun_nb.emulator.domain.task import Answer, Failure, Question, Task, TaskOrder
from webrun_nb.emulator.domain.task_queue import TaskQueue

GRACE_PERIOD_MS = 300_000
"""The time that an orphaned session waits for its browser to come back (section 3)."""
LATE_ANSWER_MS = 60_000
"""The time for which an answer to a question that was settled in the browser is late, not wrong (section 3)."""


class Session:
    """A session: its status, its tasks, its timers and its bill.

    Parameters
    ----------
    session_id, owner : str
        Its id, and the user it belongs to.
    clock : Clock
        The only source of time.
    prices : PriceList
        For its meter.
    notify : callable
        Called with the session and an event, after the state has changed.
    vault : Vault, optional
        Keeps its secrets; by default one that can't make codes.
    """

    def __init__(
        self,
        session_id: str,
        owner: str,
        clock: Clock,
        prices: PriceList,
        notify: Callable[[Session, SessionEvent], None],
        vault: Vault | None = None,
    ) -> None:
        self.id = session_id
        self.owner = owner
        self.reason: EndReason | None = None
        self.policy_id: str | None = None
        """The policy it was started with."""
        self.reach_out_mode = "guardrail_only"
        """Accepted and reported, without a meaning here (section 3)."""
        self.vault = vault or Vault()
        self.proxy: Mapping[str, Any] | None = None
        """Its proxy as it is shown, without the password."""
        self.proxy_is_managed = False
        self.environment_id: str | None = None
        self.pictures_wanted = False
        """True where pictures of its tasks' steps are taken; they cost time, so they are off by default."""
        self.acted = False
        """True once its agent, or a person, has done more in it than to look at pages."""
        self.note: str | None = None
        """A sentence for the session's user, such as why it failed."""
        self.created_ms = clock.now()
        self.last_activity_ms = self.created_ms
        self.meter = Meter(self.created_ms, prices)
        self._clock = clock
        self._notify_listener = notify
        self._queue = TaskQueue(clock, self.meter, self._on_timeout)
        self._machine = Machine(SESSION_MOVES, SessionStatus.PENDING)
        self._stopped = False
        self._manual = False
        self._pause_after_start = False
        """The next task is paused as soon as it starts: that was asked for while there was no browser."""
        self._take_over_when_ready = False
        """Control was taken while the browser was starting."""
        self._paused_by_take_over = False
        """The running task was paused by taking over, so that releasing continues it."""
        self._has_acted_at_question = False
        """A person has used the browser since the question was asked."""
        self._settled_by_hand_ms: float | None = None
        """The time at which a person settled the last question in the browser; None where another one was asked."""
        self._inactivity = Timeout(clock, self._on_inactivity)
        self._grace = Timeout(clock, self._on_grace_over)

    # --- what can be seen ---------------------------------------------------------------------------------------------

    @property
    def status(self) -> SessionStatus:
        """Its state."""
        return self._machine.state

    @property
    def ended(self) -> bool:
        """True once its status is final."""
        return self.status.is_final

    @property
    def phase(self) -> SessionPhase | None:
        """Its occupation while active, else None (section 3)."""
        if self.status is not SessionStatus.ACTIVE:
            return None
        if self._manual:
            return SessionPhase.MANUAL
        return self._queue.phase or (SessionPhase.STOPPED if self._stopped else SessionPhase.IDLE)

    @property
    def tasks(self) -> Mapping[str, Task]:
        """All of its tasks by id, those that have ended included."""
        return self._queue.tasks

    @property
    def current(self) -> Task | None:
        """The task under way: it runs, is paused or waits for an answer."""
        return self._queue.current

    @property
    def queued(self) -> tuple[Task, ...]:
        """The tasks that wait, in order."""
        return self._queue.waiting

    @property
    def has_next(self) -> bool:
        """True where a task can be started: the session is active, none is under way, and no person is in control."""
        ready = self.status is SessionStatus.ACTIVE and self.current is None and not self._manual
        return ready and bool(self.queued)

    @property
    def grace_ends_ms(self) -> float | None:
        """The time at which an orphaned session fails; None where it isn't orphaned."""
        return self._grace.when_ms

    @property
    def expires_ms(self) -> float | None:
        """The time at which inactivity ends it; None while it can't."""
        return self._inactivity.when_ms

    def usage(self) -> Usage:
        """Return the session's bill so far."""
        return self.meter.session_usage(self._clock.now())

    def task_usage(self, task: Task) -> Usage:
        """Return a task's bill so far."""
        return self.meter.task_usage(task.id, self._clock.now() if task.ended_ms is None else task.ended_ms)

    # --- its browser --------------------------------------------------------------------------------------------------

    def instance_ready(self) -> None:
        """Become active: the browser has started."""
        self._machine.fire(SessionTrigger.INSTANCE_READY)
        self._touch()
        self._notify(InstanceReady())
        wanted, self._take_over_when_ready = self._take_over_when_ready, False
        if wanted:
            self.take_over()

    def instance_lost(self) -> None:
        """Become orphaned, until the browser is back or the grace period has passed.

        The interrupted task is run again, unless it has acted: then it fails, so that nothing is done twice.
        """
        self._machine.fire(SessionTrigger.INSTANCE_LOST)
        self._manual = False
        self._paused_by_take_over = False
        task = self.current
        self._pause_after_start = task is not None and task.status is TaskStatus.PAUSED
        self._grace.start(GRACE_PERIOD_MS)
        self._touch()
        self._notify(InstanceLost(task))
        if task is None:
            return
        if task.acted:
            self.fail(task, Failure(TaskFailureCode.INSTANCE_LOST, "the browser was lost after the task had acted"))
        else:
            self._queue.interrupt(task)
            self._touch()

    def instance_restored(self) -> None:
        """Become active again."""
        self._machine.fire(SessionTrigger.INSTANCE_RESTORED)
        self._grace.cancel()
        self._touch()
        self._notify(InstanceRestored())

    def error(self, reason: EndReason, failure: Failure) -> None:
        """End in failure: the browser never started or did not come back; the running task fails with `failure`."""
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
            As `ended_error`: the session has ended.
        """
        self._require_open()
        task = self._queue.add(task_id, order)
        self._touch()
        self._notify(TaskQueued(task))
        return task

    def start_next(self) -> Task | None:
        """Start the next task in order, where there is one and it can be started."""
        if not self.has_next:
            return None
        self._stopped = False
        self._settled_by_hand_ms = None
        task = self._queue.start_next()
        self._touch()
        self._notify(TaskStarted(task))
        pause, self._pause_after_start = self._pause_after_start, False
        if pause:  # its browser was lost while it was paused: only a person continues it
            self._pause(task)
        return task

    def ask(self, task: Task, question: Question) -> None:
        """Have the running task wait for a person."""
        self._settled_by_hand_ms = None
        self._has_acted_at_question = False
        self._queue.ask(task, question)
        self._touch()
        self._notify(GuardrailRaised(task, question))

    def count_tokens(
        self, task: Task, prompt: int, completion: int, *, is_estimated: bool = True, model: ModelUse | None = None
    ) -> None:
        """Meter tokens; past its input limit, where it has one, the task fails with `INPUT_TOKEN_LIMIT`.

        Parameters
        ----------
        task : Task
        prompt, completion : int
            The tokens read and written since the last call.
        is_estimated : bool
            False if a model's provider counted them.
        model : ModelUse, optional
            The requests to the user's own model since the last call.
        """
        self.meter.count_tokens(task.id, prompt, completion, is_estimated=is_estimated)
        if model is not None:
            self.meter.count_model_use(task.id, model)
        self._notify(TokensCounted())
        used = self.task_usage(task).prompt_tokens
        limit = task.order.max_input_tokens
        if limit is not None and used > limit and not task.ended:
            message = f"the task read {used} tokens; its limit is {int(limit)}"
            self.fail(task, Failure(TaskFailureCode.INPUT_TOKEN_LIMIT, message))

    def count_bytes(self, up: int, down: int, proxied: int) -> None:
        """Meter the bytes that its browser sent and received, and how many of them went through its proxy."""
        self.meter.count_bytes(up, down, proxied if self.proxy_is_managed else 0)
        self._notify(BytesCounted())

    def complete(self, task: Task, answer: Answer) -> None:
        """End the running task with its answer."""
        task.answer = answer
        self._end_task(task, TaskTrigger.SUCCEED)
        if task.order.ends_session and not self.ended:
            self._end(SessionTrigger.LAST_TASK_SUCCEEDED, EndReason.TERMINATE_ON_COMPLETION)

    def fail(self, task: Task, failure: Failure) -> None:
        """End a task in failure; a session that was to end with it fails."""
        task.failure = failure
        self._end_task(task, TaskTrigger.FAIL)
        if task.order.ends_session and not self.ended:
            self.note = f"its last task failed: {failure.message}"
            self._end(SessionTrigger.ERROR, EndReason.FAILED)

    # --- commands of its user -----------------------------------------------------------------------------------------

    def pause(self) -> None:
        """Pause the running task after its present action; one that is paused already stays so.

        While the browser is starting, the first task is paused as soon as it starts.

        Raises
        ------
        CommandRefusedError
            `INVALID_STATE`: no task is under way; `ended_error`.
        """
        self._require_open()
        if self.status is SessionStatus.PENDING:
            self._pause_after_start = True
        elif self.current is not None and self.current.status is TaskStatus.PAUSED:
            self._paused_by_take_over = False  # it stays paused when control is released
        else:
            self._pause(self._require_current(TaskStatus.RUNNING, "pause"))

    def resume(self) -> None:
        """Continue the paused task; while a person is in control, the same as `release`. Else it does nothing.

        Raises
        ------
        CommandRefusedError
            `INVALID_STATE`: the task waits for an answer; `ended_error`.
        """
        self._require_open()
        self._pause_after_start = False
        if self._manual or self._take_over_when_ready:
            self.release()
        elif self.current is not None and self.current.status is TaskStatus.PAUSED:
            self._resume(self.current)
        elif self.phase is SessionPhase.GUARDRAIL:
            raise self._invalid_state("resume: its task asks a question: answer that")

    def take_over(self) -> None:
        """Give a person control of the browser: the running task pauses, and none is started.

        While the browser is starting, control is given as soon as it is ready. A person who has it keeps it.

        Raises
        ------
        CommandRefusedError
            `INVALID_STATE`: the browser is lost; `ended_error`.
        """
        self._require_open()
        if self.status is SessionStatus.PENDING:
            self._take_over_when_ready = True
            return
        if self._manual:
            return
        if self.status is not SessionStatus.ACTIVE:
            raise self._invalid_state(f"take over: not while the session is {self._state}")
        if self.current is not None and self._queue.is_running:
            self._pause(self.current)
            self._paused_by_take_over = True
        self._manual = True
        self._touch()
        self._notify(ControlTaken())

    def release(self) -> None:
        """Give control back to the agent; does nothing where no one has taken it.

        A task that taking over had paused continues. So does one that asks a question: it is settled by hand, also
        where a person has used the browser without taking over first.

        Raises
        ------
        CommandRefusedError
            `ended_error`.
        """
        self._require_open()
        self._take_over_when_ready = False
        if not self._manual and not (self._has_acted_at_question and self.phase is SessionPhase.GUARDRAIL):
            return
        self._manual = False
        task, paused, self._paused_by_take_over = self.current, self._paused_by_take_over, False
        if paused and task is not None and task.status is TaskStatus.PAUSED:
            self._resume(task)
        elif task is not None and task.question is not None:
            self._settled_by_hand_ms = self._clock.now()
            self._answer(task, TookOver())
        self._touch()
        self._notify(ControlReleased())

    def record_user_activity(self) -> None:
        """Record that a person uses the browser.

        Raises
        ------
        CommandRefusedError
            `INVALID_STATE`: the agent is at work, or there is no browser; `ended_error`.
        """
        self._require_open()
        if self.phase is None or self.phase is SessionPhase.RUNNING:
            raise self._invalid_state(f"interactions: not while the session is {self._state}; take over first")
        self._has_acted_at_question = self.phase is SessionPhase.GUARDRAIL
        self._touch()

    def answer(self, text: str) -> None:
        """Answer the guardrail that waits: the task continues from that point.

        An answer within `LATE_ANSWER_MS` after a person settled the question in the browser does nothing.

        Raises
        ------
        CommandRefusedError
            `INVALID_STATE`: none waits (any more), or a person is in control; `MISSING_REQUIRED_FIELD`: the answer is
            empty, and the question needs one; `ended_error`.
        """
        self._require_open()
        asks = self.current is not None and self.current.status is TaskStatus.GUARDRAIL
        settled_ms = self._settled_by_hand_ms
        if not asks and settled_ms is not None and self._clock.now() - settled_ms < LATE_ANSWER_MS:
            return
        task = self._require_current(TaskStatus.GUARDRAIL, "answer a guardrail")
        if self._manual:
            raise self._invalid_state("answer a guardrail: release control first")
        if task.question is not None and task.question.needs_answer and not text.strip():
            message = "prompt is required: the answer to the question"
            raise CommandRefusedError(ErrorCode.MISSING_REQUIRED_FIELD, message, field="prompt")
        self._answer(task, text)

    def stop(self, task_id: str | None = None) -> None:
        """End the current task, or the one named (running or queued); the session and the queue stay.

        Raises
        ------
        CommandRefusedError
            `INVALID_STATE`: nothing to stop; `TASK_NOT_FOUND`: no such task; `ended_error`.
        """
        self._require_open()
        if self._is_stopped(task_id):
            return
        task = self._task_to_stop(task_id)
        task.failure = Failure(TaskFailureCode.TASK_STOPPED, "stopped by the user")
        was_current = task is self.current
        self._end_task(task, TaskTrigger.FAIL)
        if task.order.ends_session and not self.ended:
            self._end(SessionTrigger.ENDED_BY_USER, EndReason.TERMINATED)
        elif was_current and not self.queued:
            self._stopped = True

    def stop_guardrail(self) -> None:
        """Stop the task that waits for an answer.

        Raises
        ------
        CommandRefusedError
            `INVALID_STATE`: none waits (any more).
        """
        self.stop(self._require_current(TaskStatus.GUARDRAIL, "answer a guardrail").id)

    def terminate(self) -> None:
        """End the session and its queue; one that has ended stays as it is."""
        if not self.ended:
            self._end(SessionTrigger.ENDED_BY_USER, EndReason.TERMINATED)

    # --- checks -------------------------------------------------------------------------------------------------------

    def _require_open(self) -> None:
        if self.ended:
            raise ended_error(self.id, self.status, self.reason)

    def _require_current(self, status: TaskStatus, command: str) -> Task:
        self._require_open()
        if self.current is None or self.current.status is not status:
            raise self._invalid_state(f"{command}: not while the session is {self._state}")
        return self.current

    def _is_stopped(self, task_id: str | None) -> bool:
        """Return whether a stop has been carried out already, so that another one has nothing to do."""
        if task_id is None:
            return self.phase is SessionPhase.STOPPED
        task = self.tasks.get(task_id)
        return task is not None and task.failure is not None and task.failure.code is TaskFailureCode.TASK_STOPPED

    def _task_to_stop(self, task_id: str | None) -> Task:
        if task_id is None:
            waiting = self.queued[0] if self.queued and self.status is SessionStatus.PENDING else None
            task = self.current or waiting
            if task is None:
                raise self._invalid_state("stop: no task is under way")
            return task
        if task_id not in self.tasks:
            raise CommandRefusedError(ErrorCode.TASK_NOT_FOUND, f"session {self.id} has no task {task_id}")
        if self.tasks[task_id].ended:
            raise self._invalid_state(f"stop: task {task_id} has ended already")
        return self.tasks[task_id]

    @property
    def _state(self) -> str:
        return self.phase or self.status

    def _invalid_state(self, message: str) -> CommandRefusedError:
        return CommandRefusedError(ErrorCode.INVALID_STATE, message, phase=self._state)

    # --- changes ------------------------------------------------------------------------------------------------------

    def _notify(self, event: SessionEvent) -> None:
        self._notify_listener(self, event)

    def _pause(self, task: Task) -> None:
        self._queue.pause(task)
        self._touch()
        self._notify(TaskPaused(task))

    def _resume(self, task: Task) -> None:
        self._queue.resume(task)
        self._touch()
        self._notify(TaskResumed(task))

    def _answer(self, task: Task, answer: str | TookOver) -> None:
        self._queue.answer(task)
        self._touch()
        self._notify(TaskResumed(task, answer=answer))

    def _end_task(self, task: Task, event: TaskTrigger) -> None:
        self._queue.end(task, event)
        self._touch()
        self._notify(TaskEnded(task))

    def _touch(self) -> None:
        """Record activity: the inactivity timeout starts over, or stops while a task runs."""
        self.last_activity_ms = self._clock.now()
        self._inactivity.cancel()
        # a task that can be started may have to wait for a slot, which is no inactivity
        busy = self._queue.is_running or self.has_next
        if self.status is SessionStatus.ACTIVE and not busy:
            self._inactivity.start(INACTIVITY_TIMEOUT_MS)

    def _on_inactivity(self) -> None:
        waits = self.current is not None and self.current.status is TaskStatus.GUARDRAIL
        unanswered = Failure(TaskFailureCode.GUARDRAIL_TIMEOUT, "no one answered before the inactivity timeout")
        self._end(SessionTrigger.EXPIRED, EndReason.EXPIRED, unanswered if waits else None)

    def _on_grace_over(self) -> None:
        message = f"the browser was lost and did not come back within {GRACE_PERIOD_MS // 60_000} minutes"
        self._end(SessionTrigger.ERROR, EndReason.INSTANCE_LOST, Failure(TaskFailureCode.INSTANCE_LOST, message))

    def _on_timeout(self, task: Task) -> None:
        message = f"the task did not finish within its maxDuration of {task.order.max_duration_ms / 1000:g} s"
        self.fail(task, Failure(TaskFailureCode.TASK_TIMEOUT, message))

    def _end(self, event: SessionTrigger, reason: EndReason, failure: Failure | None = None) -> None:
        """Move to a final status.

        The task that was under way, or waits for a browser that never came, fails with `failure`, the queued ones with
        `SESSION_TERMINATED`.
        """
        never_began = self.status is SessionStatus.PENDING
        self._machine.fire(event)
        self._grace.cancel()
        self._manual = False
        self.reason = reason
        if event is SessionTrigger.ERROR and failure is not None:
            self.note = f"its browser did not start: {failure.message}" if never_began else failure.message
        ended = Failure(TaskFailureCode.SESSION_TERMINATED, f"the session ended first ({reason})")
        for task in [*([self.current] if self.current else []), *self.queued]:
            was_begun = task is self.current or self._queue.has_run(task)
            task.failure = failure if failure and (was_begun or never_began) else ended
            self._end_task(task, TaskTrigger.FAIL)
        self.meter.ended(self._clock.now())
        self._touch()
        self._notify(SessionEnded(reason))

"""The tasks of a session: at most one is under way, the others wait in the order in which they came in."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import assert_never

from webrun_nb.common.codes import SessionPhase, TaskStatus
from webrun_nb.emulator.domain.billing import Meter
from webrun_nb.emulator.domain.clock import Clock, Timer
from webrun_nb.emulator.domain.states import TaskTrigger
from webrun_nb.emulator.domain.task import Question, Task, TaskOrder


class TaskQueue:
    """Moves the tasks of one session through their states, and meters the time in which one of them runs.

    It knows nothing of the session itself: when a task may be started, and what follows from its end, is for
    `session.Session` to decide.

    Parameters
    ----------
    clock : Clock
        The only source of time.
    meter : Meter
        The session's.
    on_timeout : callable
        Called with a task that has run for as long as its `maxDuration`; has to end it.
    """

    def __init__(self, clock: Clock, meter: Meter, on_timeout: Callable[[Task], None]) -> None:
        self.tasks: dict[str, Task] = {}
        """All of the session's tasks by id, those that have ended included."""
        self.current: Task | None = None
        """The task under way: it runs, is paused or waits for an answer."""
        self._clock = clock
        self._meter = meter
        self._on_timeout = on_timeout
        self._waiting: deque[Task] = deque()
        self._time_limit: Timer | None = None

    @property
    def waiting(self) -> tuple[Task, ...]:
        """The tasks that are queued, in the order in which they are going to run."""
        return tuple(self._waiting)

    @property
    def is_running(self) -> bool:
        """True while a task runs, neither paused nor waiting for a person."""
        return self.current is not None and self.current.status is TaskStatus.RUNNING

    @property
    def phase(self) -> SessionPhase | None:
        """The phase that its current task puts an active session in; None where no task is under way."""
        if self.current is None:
            return None
        match self.current.status:
            case TaskStatus.RUNNING:
                return SessionPhase.RUNNING
            case TaskStatus.PAUSED:
                return SessionPhase.PAUSED
            case TaskStatus.GUARDRAIL:
                return SessionPhase.GUARDRAIL
            case TaskStatus.QUEUED | TaskStatus.COMPLETE | TaskStatus.FAILED as status:
                raise AssertionError(f"a {status} task is not under way")
            case _ as never:
                assert_never(never)

    def add(self, task_id: str, order: TaskOrder) -> Task:
        """Put a new task at the end of the queue."""
        task = Task(task_id, order, self._clock.now())
        self.tasks[task.id] = task
        self._waiting.append(task)
        return task

    def start_next(self) -> Task:
        """Start the task at the head of the queue. None may be under way."""
        assert self.current is None, "one task at a time"
        task = self._waiting.popleft()
        self.current = task
        task.machine.fire(TaskTrigger.START)
        self._continue(task)
        return task

    def pause(self, task: Task) -> None:
        """Pause the running task."""
        task.machine.fire(TaskTrigger.PAUSE)
        self._suspend()

    def resume(self, task: Task) -> None:
        """Continue the paused task."""
        task.machine.fire(TaskTrigger.RESUME)
        self._continue(task)

    def ask(self, task: Task, question: Question) -> None:
        """Have the running task wait for a person's answer."""
        task.machine.fire(TaskTrigger.ASK)
        task.question = question
        self._suspend()

    def answer(self, task: Task) -> None:
        """Continue the task whose question has been answered."""
        task.machine.fire(TaskTrigger.ANSWER)
        task.question = None
        self._continue(task)

    def interrupt(self, task: Task) -> None:
        """Put the task under way back to the head of the queue, to be run again from its beginning."""
        self._suspend()
        task.machine.fire(TaskTrigger.INTERRUPT)
        task.question = None
        self.current = None
        self._waiting.appendleft(task)

    def end(self, task: Task, event: TaskTrigger) -> None:
        """End a task, under way or waiting, with `SUCCEED` or `FAIL`; its answer or failure is set already."""
        task.machine.fire(event)
        task.keep_partial_answer()
        task.ended_ms = self._clock.now()
        task.question = None
        if task is self.current:
            self._suspend()
            self.current = None
        else:
            self._waiting.remove(task)

    def has_run(self, task: Task) -> bool:
        """Return whether a task has run for any time at all."""
        return self._meter.running_ms(task.id, self._clock.now()) > 0

    def _continue(self, task: Task) -> None:
        now_ms = self._clock.now()
        left_ms = task.order.max_duration_ms - self._meter.running_ms(task.id, now_ms)
        self._meter.work_started(task.id, now_ms)
        self._time_limit = self._clock.call_at(now_ms + left_ms, lambda: self._on_timeout(task))

    def _suspend(self) -> None:
        """Stop the time that the task under way is billed for and limited by."""
        self._meter.work_stopped(self._clock.now())
        if self._time_limit:
            self._time_limit.cancel()
            self._time_limit = None

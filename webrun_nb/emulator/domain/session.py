"""One session and its tasks: the rules of the contract's sections 3 and 4, without browser, network or event loop.

All methods are synchronous and take effect at the clock's present moment. What follows from a change (an event to
send, a browser to close, an agent to cancel) is the business of whoever listens to `notify`.
"""

from __future__ import annotations

from collections.abc import Callable

from webrun_nb.common.codes import EndReason, ErrorCode, SessionPhase, SessionStatus, TaskFailureCode, TaskStatus
from webrun_nb.emulator.domain.billing import PriceList
from webrun_nb.emulator.domain.clock import Clock
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.domain.events import ControlReleased, ControlTaken, Happening, TaskResumed
from webrun_nb.emulator.domain.secrets.vault import Vault
from webrun_nb.emulator.domain.states import SessionTrigger, TaskEvent
from webrun_nb.emulator.domain.task import Failure, Task
from webrun_nb.emulator.domain.task_queue import GRACE_PERIOD_MS, INACTIVITY_TIMEOUT_MS, SessionLife

__all__ = ["GRACE_PERIOD_MS", "INACTIVITY_TIMEOUT_MS", "TOOK_OVER", "Session"]

TOOK_OVER = "(took over)"
"""The answer to a question that a person settled by hand (`Question.ends_by_hand`)."""


class Session(SessionLife):
    """A session's life, and what people say to it.

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
        super().__init__(session_id, owner, clock, prices, lambda happening: notify(self, happening), vault)

    def pause(self) -> None:
        """Hold the running task after its present action.

        Raises
        ------
        CommandRefusedError
            `INVALID_STATE`: no task runs.
        """
        self._pause(self._require_current(TaskStatus.RUNNING, "pause"))

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
            self._resume(self._require_current(TaskStatus.PAUSED, "resume"))

    def take_over(self) -> None:
        """Let a person drive: the running task pauses, and none is started.

        Raises
        ------
        CommandRefusedError
            `INVALID_STATE`: somebody drives already, or there is no browser; `SESSION_NOT_ACTIVE`.
        """
        self._require_open()
        if self.status is not SessionStatus.ACTIVE or self._manual:
            raise self._reject_invalid_answer(f"take over: not while the session is {self.phase or self.status}")
        if self.current is not None and self.current.status is TaskStatus.RUNNING:
            self._pause(self.current)
            self._held_by_hand = True
        self._manual = True
        self._touch()
        self._notify(ControlTaken())

    def release(self) -> None:
        """Give control back: a task that taking over had paused goes on.

        Raises
        ------
        CommandRefusedError
            `INVALID_STATE`: nobody drives; `SESSION_NOT_ACTIVE`.
        """
        self._require_open()
        if not self._manual:
            raise self._reject_invalid_answer("release: nobody has taken over")
        self._manual = False
        task, held_by_hand, self._held_by_hand = self.current, self._held_by_hand, False
        if held_by_hand and task is not None and task.status is TaskStatus.PAUSED:
            self._resume(task)
        elif task is not None and task.question is not None and task.question.ends_by_hand:
            self._answered(task, TOOK_OVER)
        self._touch()
        self._notify(ControlReleased())

    def interacted(self) -> None:
        """Record that a person uses the browser by hand.

        Raises
        ------
        CommandRefusedError
            `INVALID_STATE`: the agent is at work, or there is no browser; `SESSION_NOT_ACTIVE`.
        """
        self._require_open()
        if self.phase is None or self.phase is SessionPhase.RUNNING:
            raise self._reject_invalid_answer(
                f"interactions: not while the session is {self.phase or self.status}; take over first"
            )
        self._touch()

    def answer(self, text: str) -> None:
        """Answer the guardrail that waits: the task goes on from that very point.

        Raises
        ------
        CommandRefusedError
            `INVALID_STATE`: none waits (any more), or somebody drives by hand.
        """
        task = self._require_current(TaskStatus.GUARDRAIL, "answer a guardrail")
        if self._manual:
            raise self._reject_invalid_answer("answer a guardrail: release control first, or two would drive at once")
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
        task.failure = Failure(TaskFailureCode.TASK_STOPPED, "stopped by the user")
        was_current = task is self.current
        self._end_task(task, TaskEvent.FAIL)
        if task.order.ends_session and not self.ended:
            self._end(SessionTrigger.ENDED_BY_USER, EndReason.TERMINATED)
        elif was_current and not self._queue:
            self._stopped = True

    def stop_guardrail(self) -> None:
        """Refuse what the guardrail asks: the task is stopped.

        Raises
        ------
        CommandRefusedError
            `INVALID_STATE`: none waits (any more).
        """
        self.stop(self._require_current(TaskStatus.GUARDRAIL, "answer a guardrail").id)

    def terminate(self) -> None:
        """End the session and its queue.

        Raises
        ------
        CommandRefusedError
            `SESSION_NOT_ACTIVE`: it has ended already.
        """
        self._require_open()
        self._end(SessionTrigger.ENDED_BY_USER, EndReason.TERMINATED)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _require_current(self, state: TaskStatus, command: str) -> Task:
        self._require_open()
        if self.current is None or self.current.status is not state:
            raise self._reject_invalid_answer(f"{command}: not while the session is {self.phase or self.status}")
        return self.current

    def _task_to_stop(self, task_id: str | None) -> Task:
        if task_id is None:
            waiting = self._queue[0] if self._queue and self.status is SessionStatus.PENDING else None
            task = self.current or waiting
            if task is None:
                raise self._reject_invalid_answer("stop: no task is under way")
            return task
        if task_id not in self.tasks:
            raise CommandRefusedError(ErrorCode.TASK_NOT_FOUND, f"session {self.id} has no task {task_id}")
        if self.tasks[task_id].ended:
            raise self._reject_invalid_answer(f"stop: task {task_id} has ended already")
        return self.tasks[task_id]

    def _reject_invalid_answer(self, message: str) -> CommandRefusedError:
        return CommandRefusedError(ErrorCode.INVALID_STATE, message, phase=self.phase or self.status)

    def _answered(self, task: Task, text: str) -> None:
        task.machine.fire(TaskEvent.ANSWER)
        task.question = None
        self._run_on(task)
        self._notify(TaskResumed(task, answer=text))

    def _resume(self, task: Task) -> None:
        task.machine.fire(TaskEvent.RESUME)
        self._run_on(task)
        self._notify(TaskResumed(task))

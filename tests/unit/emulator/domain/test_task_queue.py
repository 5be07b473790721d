"""Tests of a session's task queue: order, time on the meter, and time limits."""

from __future__ import annotations

import pytest

from helpers.prices import FAKE_PRICES
from webrun_nb.common.codes import SessionPhase, TaskFailureCode, TaskStatus
from webrun_nb.emulator.domain.billing import Meter
from webrun_nb.emulator.domain.clock import Clock
from webrun_nb.emulator.domain.errors import InvalidTransitionError
from webrun_nb.emulator.domain.states import TaskTrigger
from webrun_nb.emulator.domain.task import Answer, Failure, Question, TaskOrder
from webrun_nb.emulator.domain.task_queue import TaskQueue

LIMIT_MS = 60_000
ORDER = TaskOrder("do", LIMIT_MS, None, ends_session=False)


class Tasks:
    """A queue with a frozen clock, and the ids of the tasks that exceeded their time limit."""

    def __init__(self) -> None:
        self.clock = Clock(lambda: 0.0)
        self.clock.freeze()
        self.meter = Meter(0.0, FAKE_PRICES)
        self.late: list[str] = []
        self.queue = TaskQueue(self.clock, self.meter, lambda task: self.late.append(task.id))
        self.first = self.queue.add("t1", ORDER)
        self.second = self.queue.add("t2", ORDER)

    def ran_ms(self, task_id: str) -> float:
        return self.meter.running_ms(task_id, self.clock.now())


@pytest.fixture
def tasks() -> Tasks:
    return Tasks()


def test_tasks_run_in_the_order_in_which_they_came_in(tasks: Tasks) -> None:
    assert tasks.queue.start_next() is tasks.first
    assert (tasks.queue.current, tasks.queue.waiting) == (tasks.first, (tasks.second,))
    tasks.first.answer = Answer("done")
    tasks.queue.end(tasks.first, TaskTrigger.SUCCEED)
    assert tasks.queue.current is None
    assert tasks.queue.start_next() is tasks.second
    assert list(tasks.queue.tasks) == ["t1", "t2"]


def test_an_interrupted_task_is_the_next_again(tasks: Tasks) -> None:
    tasks.queue.start_next()
    tasks.queue.interrupt(tasks.first)
    assert tasks.first.status is TaskStatus.QUEUED
    assert (tasks.queue.current, tasks.queue.waiting) == (None, (tasks.first, tasks.second))


def test_only_running_time_counts_for_the_meter_and_for_the_limit(tasks: Tasks) -> None:
    tasks.queue.start_next()
    tasks.clock.advance(20_000)
    tasks.queue.pause(tasks.first)
    tasks.clock.advance(100_000)
    tasks.queue.resume(tasks.first)
    tasks.clock.advance(20_000)
    tasks.queue.ask(tasks.first, Question("ambiguous", "which?"))
    tasks.clock.advance(100_000)
    tasks.queue.answer(tasks.first)
    tasks.clock.advance(19_999)
    assert (tasks.ran_ms("t1"), tasks.late) == (59_999, [])
    tasks.clock.advance(1)
    assert tasks.late == ["t1"]


def test_a_task_that_ends_before_it_ran_leaves_the_queue(tasks: Tasks) -> None:
    tasks.second.failure = Failure(TaskFailureCode.TASK_STOPPED, "stopped by the user")
    tasks.queue.end(tasks.second, TaskTrigger.FAIL)
    assert tasks.queue.waiting == (tasks.first,)
    assert not tasks.queue.has_run(tasks.second)


def test_the_phase_is_that_of_the_task_under_way(tasks: Tasks) -> None:
    assert tasks.queue.phase is None
    tasks.queue.start_next()
    assert tasks.queue.phase is SessionPhase.RUNNING
    tasks.queue.pause(tasks.first)
    assert tasks.queue.phase is SessionPhase.PAUSED
    tasks.queue.resume(tasks.first)
    tasks.queue.ask(tasks.first, Question("ambiguous", "which?"))
    assert tasks.queue.phase is SessionPhase.GUARDRAIL


def test_a_move_that_makes_no_sense_is_a_defect(tasks: Tasks) -> None:
    tasks.queue.start_next()
    with pytest.raises(InvalidTransitionError):
        tasks.queue.resume(tasks.first)

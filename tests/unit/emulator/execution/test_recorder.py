"""Tests of the pictures of a task's steps, and of the number of steps that are recorded."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from webrun_nb.browsers.protocol import PagePicture
from webrun_nb.emulator.domain.clock import Clock
from webrun_nb.emulator.domain.task import MAX_STEPS, Step, Task, TaskOrder
from webrun_nb.emulator.execution.recorder import (
    MAX_BYTES,
    MAX_PAGE_BYTES,
    MAX_PAGES,
    MAX_PICTURES,
    MAX_SESSION_BYTES,
    Pictures,
    Recorder,
)


class FakeInstance:
    """An instance that only takes pictures."""

    def __init__(self) -> None:
        self.taken = 0
        self.page_bytes = 10

    async def page_picture(self) -> PagePicture | None:
        self.taken += 1
        return PagePicture(b"x" * self.page_bytes, 1024, 2000)

    async def thumbnail(self) -> bytes:
        self.taken += 1
        return b"picture"


def step(by: str = "agent") -> Step:
    return Step("action", "click", "x", by, 0.0)  # type: ignore[arg-type] # a literal of the domain's


def of(*, wanted: bool = True) -> Pictures:
    return Pictures(SimpleNamespace(pictures_wanted=wanted))  # type: ignore[arg-type] # all it asks of a session


TASK: Any = SimpleNamespace(id="t1")


@pytest.mark.parametrize(
    ("wanted", "task", "by", "admitted", "count"),
    [
        (True, TASK, "agent", True, 1),
        (False, TASK, "agent", True, 0),
        (True, None, "agent", True, 0),
        (True, TASK, "user", True, 0),
        (True, TASK, "agent", False, 0),
    ],
)
async def test_only_the_agents_actions_in_a_task_are_pictured_where_that_is_wanted(wanted, task, by, admitted, count):
    async def admit(task):
        return admitted

    instance, pictures, one = FakeInstance(), of(wanted=wanted), step(by)
    pictures.take(instance, task, one, admit)  # type: ignore[arg-type] # all it asks of an instance
    await pictures.taken()
    assert instance.taken == count
    assert (one.picture is not None) == bool(count)


@pytest.mark.parametrize(("size", "kept"), [(10, MAX_PICTURES), (MAX_BYTES // 4, 4)])
def test_a_task_keeps_its_latest_by_count_and_by_bytes(size, kept):
    pictures, steps = of(), [step() for _ in range(MAX_PICTURES + 5)]
    for each in steps:
        pictures.keep("t1", each, b"x" * size)
    assert [each.picture is not None for each in steps] == [False] * (len(steps) - kept) + [True] * kept


def test_a_session_keeps_those_of_its_latest_tasks():
    pictures, steps = of(), [step() for _ in range(14)]
    for number, each in enumerate(steps):
        pictures.keep(f"t{number}", each, b"x" * (MAX_SESSION_BYTES // 10))
    assert [each.picture is not None for each in steps] == [False] * 4 + [True] * 10


def task() -> Task:
    return Task("t1", TaskOrder("List.", 1.0, None, False), 0.0)


async def admit(task: Task) -> bool:
    return True


async def refuse(task: Task) -> bool:
    return False


async def test_a_page_that_was_read_is_pictured_with_its_time():
    one = task()
    await of().take_page(FakeInstance(), one, 5.0, admit)  # type: ignore[arg-type] # all it asks of an instance
    assert [(each.at_ms, each.width_px, each.height_px) for each in one.pictures] == [(5.0, 1024, 2000)]


@pytest.mark.parametrize(
    ("wanted", "at_ms", "admitted"), [(False, 5.0, admit), (True, None, admit), (True, 5.0, refuse)]
)
async def test_a_page_is_not_pictured_where_that_is_not_wanted_or_allowed(wanted, at_ms, admitted):
    instance, one = FakeInstance(), task()
    await of(wanted=wanted).take_page(instance, one, at_ms, admitted)  # type: ignore[arg-type]
    assert (instance.taken, one.pictures) == (0, [])


@pytest.mark.parametrize(("size", "kept"), [(10, MAX_PAGES), (MAX_PAGE_BYTES // 3, 3)])
async def test_a_task_keeps_the_pictures_of_its_first_pages(size, kept):
    instance, one = FakeInstance(), task()
    instance.page_bytes = size
    for number in range(MAX_PAGES + 2):
        await of().take_page(instance, one, float(number), admit)  # type: ignore[arg-type]
    assert [each.at_ms for each in one.pictures] == [float(number) for number in range(kept)]


def test_the_steps_beyond_the_most_that_are_recorded_are_counted():
    usage = SimpleNamespace(cost_usd=Decimal(0))
    session: Any = SimpleNamespace(pictures_wanted=False, task_usage=lambda task: usage)
    recorder, one = Recorder(session, Clock(lambda: 0.0)), task()
    for _ in range(MAX_STEPS + 3):
        with recorder.step(one, "look"):
            pass
    assert (len(one.steps), one.steps_left_out) == (MAX_STEPS, 3)

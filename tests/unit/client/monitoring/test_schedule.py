"""Tests of the times at which the status of a session is read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpers.fake_cards import IDLE
from webrun_nb.client.monitoring import schedule
from webrun_nb.client.monitoring.schedule import CONNECTED_S, IN_LINE_S, PENDING_S, POLLING_S, StatusSchedule
from webrun_nb.common.codes import SessionStatus


@pytest.fixture
def of_status(monkeypatch: pytest.MonkeyPatch) -> StatusSchedule:
    """Return a schedule of a session whose status has just been read."""
    monkeypatch.setattr(schedule, "NEXT_TASK_WITHIN_S", 0.0)
    made = StatusSchedule()
    made.note_read()
    return made


async def test_between_tasks_that_follow_one_another_the_status_is_not_read(of_status: StatusSchedule) -> None:
    of_status.mark_stale(for_task=True)
    of_status.running_id = "t2"
    assert not await of_status.wait(60)


async def test_after_the_last_task_the_status_is_read(of_status: StatusSchedule) -> None:
    of_status.mark_stale(for_task=True)
    assert await of_status.wait(60)


async def test_a_change_of_anything_else_is_read_while_a_task_runs(of_status: StatusSchedule) -> None:
    of_status.mark_stale()
    of_status.mark_stale(for_task=True)
    of_status.running_id = "t2"
    assert await of_status.wait(60)


async def test_while_tasks_follow_one_another_the_status_is_read_in_the_end(
    of_status: StatusSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "POLLING_S", 0.0)
    of_status.mark_stale(for_task=True)
    of_status.running_id = "t2"
    assert await of_status.wait(60)


@pytest.mark.parametrize(("alone", "interval_s"), [(True, CONNECTED_S), (False, POLLING_S)])
def test_an_active_session_is_looked_at_seldom_where_events_tell_all(alone: bool, interval_s: float) -> None:
    assert StatusSchedule().pause_s(IDLE, alone=alone, names_tasks=True) == interval_s


def test_a_session_that_starts_is_looked_at_often() -> None:
    starting = replace(IDLE, status=SessionStatus.PENDING)
    assert StatusSchedule().pause_s(starting, alone=True, names_tasks=True) == PENDING_S


def test_a_session_that_waits_with_a_task_is_left_to_its_events() -> None:
    waiting = replace(IDLE, status=SessionStatus.PENDING, queued_tasks=1)
    assert StatusSchedule().pause_s(waiting, alone=True, names_tasks=True) == IN_LINE_S
    assert StatusSchedule().pause_s(waiting, alone=False, names_tasks=False) == PENDING_S

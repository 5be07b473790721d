"""Tests of the state of a session as its client knows it by itself."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from webrun_nb.client.answers.fields import Fields
from webrun_nb.client.answers.sessions import SessionState, read_session
from webrun_nb.client.answers.tasks import Usage
from webrun_nb.client.monitoring.estimate import UNNAMED, SessionEstimate
from webrun_nb.common.codes import SessionPhase, SessionStatus
from webrun_nb.wire.prices import PRICES_2026

MINUTE_MS = 60_000
ACTIVE = read_session(Fields({"status": "active"}), "s1")


class Clock:
    """A clock that the test sets, in ms."""

    def __init__(self) -> None:
        self.at_ms = 1_000

    def __call__(self) -> int:
        return self.at_ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def estimate(clock: Clock) -> SessionEstimate:
    return SessionEstimate(clock)


def completed(estimate: SessionEstimate, state: SessionState = ACTIVE) -> SessionState:
    whole, estimated = estimate.complete(state)
    assert estimated
    return whole


def test_without_a_task_a_session_is_idle_and_times_out(estimate: SessionEstimate, clock: Clock) -> None:
    clock.at_ms += 7_000
    state = completed(estimate)
    assert (state.phase, state.created_at_ms, state.expires_at_ms) == (SessionPhase.IDLE, 1_000, 301_000)


def test_tasks_run_in_the_order_in_which_they_were_sent(estimate: SessionEstimate, clock: Clock) -> None:
    estimate.task_sent("t1")
    estimate.task_sent("t2")
    state = completed(estimate)
    assert (state.phase, state.current_task_id, state.queued_task_ids) == (SessionPhase.RUNNING, "t1", ("t2",))
    assert state.expires_at_ms is None
    clock.at_ms += 5_000
    estimate.task_ended("t1")
    estimate.task_ended(None)  # an event that names no task is about the current one
    state = completed(estimate)
    assert (state.phase, state.current_task_id, state.expires_at_ms) == (SessionPhase.IDLE, None, 306_000)


def test_a_task_gets_its_id_later(estimate: SessionEstimate) -> None:
    estimate.task_sent(UNNAMED)
    assert completed(estimate).phase is SessionPhase.RUNNING
    estimate.task_named("t1")
    assert completed(estimate).current_task_id == "t1"


def test_the_id_of_a_task_that_has_ended_starts_nothing(estimate: SessionEstimate) -> None:
    estimate.task_sent(UNNAMED)
    estimate.commanded("stop")
    estimate.task_named("t1")
    assert completed(estimate).phase is SessionPhase.STOPPED


def test_an_ended_task_that_is_named_twice_ends_once(estimate: SessionEstimate) -> None:
    estimate.task_sent("t1")
    estimate.task_ended("t1")
    estimate.task_ended("t1")
    estimate.task_sent("t2")
    assert completed(estimate).current_task_id == "t2"


@pytest.mark.parametrize(
    ("happens", "phase"),
    [
        (lambda e: e.asked(), SessionPhase.GUARDRAIL),
        (lambda e: (e.asked(), e.goes_on()), SessionPhase.RUNNING),
        (lambda e: (e.asked(), e.commanded("answer")), SessionPhase.RUNNING),
        (lambda e: e.commanded("pause"), SessionPhase.PAUSED),
        (lambda e: (e.commanded("pause"), e.goes_on()), SessionPhase.PAUSED),
        (lambda e: (e.commanded("pause"), e.commanded("resume")), SessionPhase.RUNNING),
        (lambda e: e.commanded("takeOverControl"), SessionPhase.MANUAL),
        (lambda e: (e.commanded("takeOverControl"), e.commanded("CLICK")), SessionPhase.MANUAL),
        (lambda e: (e.commanded("takeOverControl"), e.commanded("releaseControl")), SessionPhase.RUNNING),
        (lambda e: e.commanded("stop"), SessionPhase.STOPPED),
    ],
)
def test_commands_and_questions_change_the_phase(
    estimate: SessionEstimate, happens: Callable[[SessionEstimate], object], phase: SessionPhase
) -> None:
    estimate.task_sent("t1")
    happens(estimate)
    assert completed(estimate).phase is phase


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("terminated", SessionStatus.TERMINATED),
        ("expired", SessionStatus.TERMINATED),
        ("terminateOnCompletion", SessionStatus.COMPLETED),
        ("instance_lost", SessionStatus.FAILED),
        ("from the future", SessionStatus.TERMINATED),
    ],
)
def test_without_a_status_call_the_events_say_how_it_ended(
    estimate: SessionEstimate, reason: str, status: SessionStatus
) -> None:
    assert estimate.state("s1").status is SessionStatus.ACTIVE
    estimate.ended(reason)
    estimate.ended("terminated")  # the first reason counts
    state = completed(estimate, estimate.state("s1"))
    assert (state.status, state.reason, state.expires_at_ms) == (status, reason, None)


def test_without_a_status_call_the_events_say_that_its_browser_was_lost(estimate: SessionEstimate) -> None:
    estimate.instance_changed(connected=False)
    state = completed(estimate, estimate.state("s1"))
    assert (state.status, state.phase, state.expires_at_ms) == (SessionStatus.ORPHANED, None, None)
    estimate.instance_changed(connected=True)
    assert estimate.state("s1").status is SessionStatus.ACTIVE


def test_an_unknown_status_is_not_an_end_and_says_nothing_of_a_phase(estimate: SessionEstimate) -> None:
    estimate.task_sent("t1")
    state = completed(estimate, read_session(Fields({"status": "warming up"}), "s1"))
    assert (state.status, state.own_word, state.phase, state.expires_at_ms) == (None, "warming up", None, None)


def test_what_the_server_says_counts_and_a_whole_state_is_not_estimated(estimate: SessionEstimate) -> None:
    estimate.task_sent("t1")
    said = {"status": "active", "phase": "paused", "currentTaskId": None, "queuedTaskIds": [], "createdAt": 5}
    said |= {"lastActivityAt": 6, "inactivityTimeout": 7, "expiresAt": None, "reason": None, "usage": {"cost": 1}}
    state = read_session(Fields(said), "s1")
    assert estimate.complete(state) == (state, False)


def test_the_price_of_time_ends_with_the_session(estimate: SessionEstimate, clock: Clock) -> None:
    clock.at_ms += MINUTE_MS
    assert estimate.compute_usd(PRICES_2026) == Decimal("0.02")
    estimate.ended("expired")
    completed(estimate, estimate.state("s1"))
    clock.at_ms += MINUTE_MS
    assert estimate.compute_usd(PRICES_2026) == Decimal("0.02")


def test_tokens_count_once_all_of_them_are_known(estimate: SessionEstimate) -> None:
    assert estimate.tokens_usd(PRICES_2026) is None
    estimate.task_sent("t1")
    estimate.task_ended("t1", Usage(prompt_tokens=1_000_000, completion_tokens=1_000_000), count=True)
    assert estimate.tokens_usd(PRICES_2026) == Decimal("3.30")
    estimate.task_sent("t2")
    assert estimate.tokens_usd(PRICES_2026) is None
    estimate.task_ended("t2", None, count=True)
    assert estimate.tokens_usd(PRICES_2026) is None


def test_the_costs_that_the_server_said_are_the_least_of_the_total(estimate: SessionEstimate) -> None:
    for number, usage in enumerate([Usage(cost_usd=Decimal("0.30")), None, Usage(), Usage(cost_usd=Decimal("0.20"))]):
        estimate.task_sent(f"t{number}")
        estimate.task_ended(f"t{number}", usage, count=True)
    assert estimate.reported_usd() == Decimal("0.50")

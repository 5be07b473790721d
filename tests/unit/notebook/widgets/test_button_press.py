"""Tests of the states of a click on a widget's button."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import pytest

from webrun_nb.notebook.widgets.button_press import ButtonPress, PressTracker, busy_command

STOP = ButtonPress("p1", "stop")


@pytest.fixture
def states() -> list[str]:
    return []


@pytest.fixture
def tracker(states: list[str]) -> PressTracker:
    tracker = PressTracker(lambda: states.append("" if tracker.press is None else tracker.press.state))
    return tracker


def test_a_click_is_under_way_until_its_future_is_done(tracker: PressTracker, states: list[str]) -> None:
    future: Future[Any] = Future()
    tracker.run(STOP, lambda: future)
    assert tracker.is_busy("stop")
    future.set_result(None)
    assert (states, busy_command(tracker.press)) == (["sent", "done"], None)


def test_a_cancelled_future_is_a_failure(tracker: PressTracker) -> None:
    future: Future[Any] = Future()
    tracker.run(ButtonPress("p1", "take_over"), lambda: future)
    future.cancel()
    assert tracker.press == ButtonPress("p1", "take_over", "failed", "take over was cancelled")


def test_a_result_that_cannot_be_used_is_a_failure(tracker: PressTracker) -> None:
    def use(result: Any) -> str:
        raise ValueError(f"no use for {result}")

    future: Future[Any] = Future()
    tracker.run(STOP, lambda: future, use)
    future.set_result("this")
    assert tracker.press == ButtonPress("p1", "stop", "failed", "stop failed: no use for this")


def test_a_repeated_click_is_known(tracker: PressTracker) -> None:
    assert [tracker.is_repeated(press_id) for press_id in ("a", "b", "a")] == [False, False, True]


def test_what_was_refused_was_not_started(tracker: PressTracker, states: list[str]) -> None:
    tracker.refuse(STOP, "too late")
    assert tracker.press == ButtonPress("p1", "stop", "failed", "too late")
    assert states == ["sent", "failed"]


def test_a_forgotten_click_is_not_shown(tracker: PressTracker) -> None:
    tracker.refuse(STOP, "too late")
    tracker.forget()
    assert tracker.press is None

"""Tests of the events that are kept for sockets that join late."""

from __future__ import annotations

from typing import Any

from webrun_nb.emulator.domain.clock import Clock
from webrun_nb.emulator.services.event_hub import MAX_UNDELIVERED, REPLAY_WITHIN_MS, Event, UndeliveredEvents


def message(seq: int, kind: str, session_id: str = "s", at_ms: int = 0) -> Event:
    body: dict[str, Any] = {"type": kind, "seq": seq, "at": at_ms}
    return Event(session_id, "end_session" if kind == "end_session" else "message", body)


def test_the_last_of_each_kind_is_given_once_and_in_order() -> None:
    events = UndeliveredEvents(Clock(lambda: 0.0))
    kept = [message(2, "guardrail_trigger"), message(5, "task_completed"), message(6, "end_session")]
    for event in (message(1, "guardrail_trigger"), kept[0], message(3, "action"), message(4, "agent"), *kept[1:]):
        events.keep(event)
    events.keep(message(1, "error", "other"))
    assert events.take("s") == kept
    assert events.take("s") == []
    assert (events.has("s"), events.has("other")) == (False, True)


def test_they_are_dropped_after_a_minute() -> None:
    clock = Clock(lambda: 0.0)
    events = UndeliveredEvents(clock)
    events.keep(message(1, "task_completed"))
    clock.advance(REPLAY_WITHIN_MS - 1)
    later = message(2, "task_completed", at_ms=REPLAY_WITHIN_MS - 1)
    events.keep(later)
    clock.advance(1)
    assert events.take("s") == [later], "only the first one is a minute old"
    events.keep(later)
    clock.advance(REPLAY_WITHIN_MS)
    assert not events.has("s")


def test_events_that_no_one_asks_for_do_not_fill_the_memory() -> None:
    events = UndeliveredEvents(Clock(lambda: 0.0))  # a clock that stands still, as a frozen one
    for number in range(MAX_UNDELIVERED + 1):
        events.keep(message(1, "task_completed", f"s{number}"))
    assert (events.has("s0"), events.has("s1"), events.has(f"s{MAX_UNDELIVERED}")) == (False, True, True)


def test_after_a_reset_of_the_clock_none_from_before_is_given() -> None:
    events = UndeliveredEvents(Clock(lambda: 0.0))
    events.keep(message(1, "end_session", at_ms=10 * REPLAY_WITHIN_MS))
    assert events.take("s") == []

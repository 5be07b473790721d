"""Tests of the emulator's clock: advancing, freezing, timers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webrun_nb.emulator.domain.clock import Clock, Timeout


def still_clock(at_ms: float = 1000.0) -> Clock:
    return Clock(lambda: at_ms)


def test_timers_fire_in_order_each_at_its_own_time():
    clock = still_clock()
    seen: list[tuple[str, float]] = []
    clock.call_at(1300, lambda: seen.append(("late", clock.now())))
    clock.call_at(1100, lambda: seen.append(("early", clock.now())))
    clock.advance(500)
    assert seen == [("early", 1100), ("late", 1300)]
    assert clock.now() == 1500


def test_what_a_timer_schedules_fires_in_the_same_jump():
    clock = still_clock()
    seen: list[float] = []
    clock.call_at(1100, lambda: clock.call_at(clock.now() + 50, lambda: seen.append(clock.now())))
    clock.advance(500)
    assert seen == [1150]


def test_a_cancelled_timer_never_fires():
    clock = still_clock()
    seen: list[int] = []
    clock.call_at(1100, lambda: seen.append(1)).cancel()
    clock.advance(500)
    assert seen == []


def test_a_frozen_clock_stands_still_and_goes_on_from_there():
    times = iter([1000.0, 2000.0, 5000.0, 6000.0])
    clock = Clock(lambda: next(times))
    clock.freeze()  # at 1000
    assert (clock.now(), clock.running) == (1000, False)
    clock.freeze(False)  # the source says 2000: 1000 less from now on
    assert clock.now() == 4000


def test_a_frozen_clock_can_be_advanced():
    clock = still_clock()
    clock.freeze()
    clock.advance(250)
    assert clock.now() == 1250


def test_it_follows_its_source_but_never_backwards():
    times = iter([1000.0, 900.0, 1100.0])
    clock = Clock(lambda: next(times))
    assert [clock.now(), clock.now(), clock.now()] == [1000, 1000, 1100]


def test_it_refuses_to_run_backwards():
    with pytest.raises(ValueError, match="backwards"):
        still_clock().advance(-1)


def test_the_next_due_time_skips_cancelled_timers():
    clock = still_clock()
    clock.call_at(1100, lambda: None).cancel()
    clock.call_at(1400, lambda: None)
    assert clock.next_due_in_ms() == 400


def test_nothing_is_due_while_it_is_frozen():
    clock = still_clock()
    clock.call_at(1100, lambda: None)
    clock.freeze()
    assert clock.next_due_in_ms() is None


@given(st.lists(st.floats(0, 1e6), max_size=20), st.lists(st.floats(0, 1e6), max_size=10))
def test_time_only_moves_forwards(dues, jumps):
    clock = still_clock(0.0)
    seen: list[float] = []
    for due in dues:
        clock.call_at(due, lambda: seen.append(clock.now()))
    for jump in jumps:
        clock.advance(jump)
        seen.append(clock.now())
    assert seen == sorted(seen)


def test_a_timeout_passes_once_and_can_be_cancelled_and_started_again():
    clock, passed = Clock(lambda: 0.0), []
    timeout = Timeout(clock, lambda: passed.append(clock.now()))
    assert timeout.when_ms is None
    timeout.start(100)
    clock.advance(50)
    timeout.start(100)  # from now: the first is cancelled
    assert timeout.when_ms == 150
    clock.advance(99)
    assert passed == []
    clock.advance(1)
    assert passed == [150]
    timeout.start(100)
    timeout.cancel()
    clock.advance(1_000)
    assert (passed, timeout.when_ms) == ([150], None)

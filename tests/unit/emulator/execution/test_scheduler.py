"""Tests of the slots for running tasks: given in order, never lost, exceeded only by tasks that must not wait."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from webrun_nb.emulator.execution.scheduler import Slot, Slots


def some(slots: Slots, count: int) -> tuple[list[Slot], list[int]]:
    """Return handles, and a list of their names in the order in which they got their slots."""
    granted: list[int] = []
    return [slots.slot(lambda number=number: granted.append(number)) for number in range(count)], granted


def test_slots_go_to_whoever_claimed_first():
    (one, two, three), granted = some(Slots(1), 3)
    assert [one.acquire(), two.acquire(), three.acquire(), two.acquire()] == [True, False, False, False]
    one.release()
    two.release()
    assert granted == [0, 1, 2]


def test_a_claim_that_was_given_up_is_passed_over():
    (one, two, three), granted = some(Slots(1), 3)
    for slot in (one, two, three):
        slot.acquire()
    two.release()
    one.release()
    assert granted == [0, 2]


def test_giving_back_twice_makes_no_second_slot():
    (one, two, three), _ = some(Slots(1), 3)
    one.acquire()
    one.release()
    one.release()
    assert [two.acquire(), three.acquire()] == [True, False]


def test_a_task_that_must_not_wait_continues_and_the_next_waits_longer():
    (one, two, three), _ = some(Slots(1), 3)
    one.acquire()
    two.acquire_forced()
    three.acquire()
    one.release()
    assert not three.acquire()
    two.release()
    assert three.acquire()


def test_by_default_there_are_some():
    (one,), _ = some(Slots(), 1)
    assert one.acquire()


@given(
    count=st.integers(1, 3),
    moves=st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["acquire", "release"])), max_size=60),
)
def test_no_slot_is_lost_or_made_up(count: int, moves: list[tuple[int, str]]):
    slots, _ = some(Slots(count), 6)
    for number, move in moves:
        getattr(slots[number], move)()
    for slot in slots:
        slot.release()
    assert [slot.acquire() for slot in slots].count(True) == count

"""Tests of the limits per host, and of the rows that wait for them, by a virtual clock."""

from __future__ import annotations

import asyncio
import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.virtual_time import VirtualTime
from webrun_nb.batch.politeness import (
    FIRST_BACKOFF_S,
    MAX_BACKOFF_S,
    MAX_DELAY_S,
    HostLimits,
    WaitingRows,
    is_own_host,
)

A, B = "a.example", "b.example"


@pytest.fixture
def clock() -> VirtualTime:
    return VirtualTime()


@pytest.fixture
def limits(clock: VirtualTime) -> HostLimits:
    return HostLimits(now_s=clock.now_s, sleep=clock.sleep)


# --- one host ---------------------------------------------------------------------------------------------------------


def test_two_rows_of_a_host_run_at_once_half_a_second_apart(clock: VirtualTime, limits: HostLimits) -> None:
    assert limits.ready_in_s(A) == 0
    limits.begin(A)
    assert limits.ready_in_s(A) == 0.5
    clock.s = 0.3
    assert limits.ready_in_s(A) == pytest.approx(0.2)
    clock.s = 0.5
    assert limits.ready_in_s(A) == 0
    limits.begin(A)
    clock.s = 60.0
    assert limits.ready_in_s(A) == math.inf
    limits.end(A)
    assert limits.ready_in_s(A) == 0


def test_a_host_says_nothing_of_another(limits: HostLimits) -> None:
    limits.begin(A)
    limits.end(A, 429, 60.0)
    assert (limits.ready_in_s(A), limits.ready_in_s(B)) == (60.0, 0)


def test_the_options_are_used(clock: VirtualTime) -> None:
    limits = HostLimits(per_host=1, delay_s=3.0, now_s=clock.now_s)
    limits.begin(A)
    assert limits.ready_in_s(A) == math.inf
    limits.end(A)
    assert limits.ready_in_s(A) == 3.0


@pytest.mark.parametrize("status", [429, 503])
def test_a_host_that_names_a_time_is_held_back_for_it(clock: VirtualTime, limits: HostLimits, status: int) -> None:
    limits.begin(A)
    limits.end(A, status, 7.0)
    assert limits.ready_in_s(A) == 7.0
    clock.s = 7.0
    assert limits.ready_in_s(A) == 0


def test_a_shorter_time_does_not_end_a_longer_one(limits: HostLimits) -> None:
    limits.note(A, 429, 30.0)
    limits.note(A, 429, 1.0)
    limits.note(A, None)
    assert limits.ready_in_s(A) == 30.0


def test_without_a_time_the_wait_doubles_until_a_request_is_answered(clock: VirtualTime, limits: HostLimits) -> None:
    def wait_s() -> float:
        limits.note(A, 503)
        wait_s = limits.ready_in_s(A)
        clock.s += wait_s
        return wait_s

    assert [wait_s() for _ in range(5)] == [FIRST_BACKOFF_S * 2**power for power in range(5)]
    assert [wait_s() for _ in range(100)][-1] == MAX_BACKOFF_S
    limits.note(A, 404)
    assert wait_s() == FIRST_BACKOFF_S


def test_rows_that_are_refused_together_double_it_once(limits: HostLimits) -> None:
    limits.note(A, 429)
    limits.note(A, 429)
    assert limits.ready_in_s(A) == FIRST_BACKOFF_S


@pytest.mark.parametrize("status", [None, 404, 500])
def test_other_answers_hold_no_host_back(limits: HostLimits, status: int | None) -> None:
    limits.note(A, status, 60.0)
    assert limits.ready_in_s(A) == 0


@pytest.mark.parametrize(("asked_s", "delay_s"), [(0.1, 0.5), (4.0, 4.0), (1e9, MAX_DELAY_S)])
def test_a_crawl_delay_counts_where_it_is_longer(limits: HostLimits, asked_s: float, delay_s: float) -> None:
    limits.begin(A)
    limits.set_crawl_delay(A, asked_s)  # also from the row that has started
    assert limits.ready_in_s(A) == delay_s
    limits.set_crawl_delay(A, asked_s)
    assert limits.ready_in_s(A) == delay_s


OWN = ("practice:shop", "localhost", "shop.localhost", "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1")
OTHERS = ("example.org", "localhost.example", "notlocalhost", "10.0.0.1", "")


@pytest.mark.parametrize(("hosts", "own"), [(OWN, True), (OTHERS, False)])
def test_this_machine_and_practice_sites_are_our_own(hosts: tuple[str, ...], own: bool) -> None:
    assert [is_own_host(host) for host in hosts] == [own] * len(hosts)


@pytest.mark.parametrize(("polite", "own", "others"), [(None, False, True), (True, True, True), (False, False, False)])
def test_politeness_can_be_had_for_all_or_none(polite: bool | None, own: bool, others: bool) -> None:
    limits = HostLimits(polite=polite, now_s=VirtualTime().now_s)
    for host, limited in (("practice:shop", own), (A, others)):
        assert limits.applies_to(host) is limited
        limits.begin(host)
        limits.begin(host)
        limits.note(host, 429, 60.0)
        limits.set_crawl_delay(host, 9.0)
        assert limits.ready_in_s(host) == (math.inf if limited else 0)
        limits.end(host)
        assert limits.ready_in_s(host) == (60.0 if limited else 0)


# --- many rows --------------------------------------------------------------------------------------------------------


@dataclass
class Run:
    """A dispatcher of rows: number of slots, and what each row's page answers and takes."""

    clock: VirtualTime
    limits: HostLimits
    slots: int = 1_000
    takes_s: Callable[[int], float] = lambda row: 1.0
    answers: Callable[[str], tuple[int | None, float | None]] = lambda host: (None, None)
    started: list[tuple[float, str, int]] = field(default_factory=list)
    """Time, host and row of each start."""
    ended: list[tuple[float, str]] = field(default_factory=list)

    def __call__(self, hosts: Iterable[str]) -> None:
        self.clock.run(self._run(list(hosts)))

    async def _run(self, hosts: list[str]) -> None:
        waiting: WaitingRows[int] = WaitingRows(self.limits)
        for row, host in enumerate(hosts):
            waiting.put(host, row)
        tasks: list[asyncio.Task[None]] = []
        while waiting:
            taken = waiting.take() if len(tasks) - len(self.ended) < self.slots else None
            if taken is None:
                await self.limits.wait_until_change()
                continue
            host, row = taken
            self.started.append((self.clock.s, host, row))
            tasks.append(asyncio.create_task(self._work(host, row)))
        await asyncio.gather(*tasks)

    async def _work(self, host: str, row: int) -> None:
        await self.clock.sleep(self.takes_s(row))
        self.ended.append((self.clock.s, host))
        self.limits.end(host, *self.answers(host))
        self.limits.wake()  # a slot is free

    def times(self, host: str) -> list[float]:
        return [time_s for time_s, started, _ in self.started if started == host]


def test_rows_start_in_their_order_where_no_host_has_limits(clock: VirtualTime) -> None:
    run = Run(clock, HostLimits(polite=False, now_s=clock.now_s, sleep=clock.sleep), slots=3)
    run([A, A, B, A, B, "practice:shop"])
    assert [row for _, _, row in run.started] == [0, 1, 2, 3, 4, 5]
    assert [time_s for time_s, _, _ in run.started] == [0, 0, 0, 1, 1, 1]


def test_a_host_that_waits_leaves_its_place_to_others(clock: VirtualTime, limits: HostLimits) -> None:
    run = Run(clock, limits)
    run([A, A, A, B, B])
    assert run.started == [(0, A, 0), (0, B, 3), (0.5, A, 1), (0.5, B, 4), (1.0, A, 2)]


def test_a_host_that_refuses_and_a_dead_one_hold_no_other_back(clock: VirtualTime, limits: HostLimits) -> None:
    hosts = [f"h{number}.example" for number in range(20)]
    busy, dead = hosts[3], hosts[7]
    dead_rows = {row for row in range(200) if hosts[row % 20] == dead}
    run = Run(
        clock,
        limits,
        takes_s=lambda row: 30.0 if row in dead_rows else 0.1,
        answers=lambda host: (429, 100.0) if host == busy else (None, None),
    )
    run(hosts[row % 20] for row in range(200))
    for host in set(hosts) - {busy, dead}:
        assert run.times(host) == pytest.approx([0.5 * number for number in range(10)])
    waits = [after - before for before, after in pairwise(run.times(busy))]
    assert all(wait_s >= 100.0 for wait_s in waits[1:])


def test_a_row_that_comes_later_ends_the_wait(clock: VirtualTime, limits: HostLimits) -> None:
    waiting: WaitingRows[str] = WaitingRows(limits)

    async def put() -> None:
        await clock.sleep(5.0)
        waiting.put(A, "late")

    async def wait() -> tuple[float, tuple[str, str] | None]:
        putting = asyncio.create_task(put())
        assert waiting.take() is None
        await limits.wait_until_change()
        await putting
        return clock.s, waiting.take()

    assert clock.run(wait()) == (5.0, (A, "late"))
    assert len(waiting) == 0


def test_a_row_that_is_put_back_is_the_first_again(clock: VirtualTime, limits: HostLimits) -> None:
    waiting: WaitingRows[str] = WaitingRows(limits)
    for host, row in ((A, "a1"), (A, "a2"), (B, "b1"), (B, "b2")):
        waiting.put(host, row)
    assert waiting.take() == (A, "a1")
    limits.end(A, 429, 2.0)
    waiting.put_back(A, "a1")
    assert (waiting.take(), waiting.take(), len(waiting)) == ((B, "b1"), None, 3)
    clock.s = 2.0
    assert (waiting.take(), waiting.take(), waiting.take()) == ((A, "a1"), (B, "b2"), None)
    clock.s = 2.5
    assert (waiting.take(), len(waiting)) == ((A, "a2"), 0)
    limits.end(A)
    limits.end(A)
    clock.s = 9.0
    waiting.put_back(A, "a2")
    assert waiting.take() == (A, "a2")


hosts_and_times = st.lists(
    st.tuples(st.sampled_from([A, B, "c.example", "practice:shop"]), st.floats(0, 5)), max_size=40
)


@settings(max_examples=25)
@given(rows=hosts_and_times, refuses=st.sets(st.sampled_from([A, B])), per_host=st.integers(1, 3))
def test_the_limits_hold_for_any_rows(rows: list[tuple[str, float]], refuses: set[str], per_host: int) -> None:
    clock = VirtualTime()
    run = Run(
        clock,
        HostLimits(per_host=per_host, now_s=clock.now_s, sleep=clock.sleep),
        slots=4,
        takes_s=lambda row: rows[row][1],
        answers=lambda host: (503, None) if host in refuses else (None, None),
    )
    run(host for host, _ in rows)
    by_host = defaultdict(list)
    for time_s, host, row in run.started:
        by_host[host].append((row, time_s))
    assert sorted(row for _, _, row in run.started) == [*range(len(rows))]
    for host, started in by_host.items():
        assert started == sorted(started)  # rows of a host keep their order
        if is_own_host(host):
            continue
        times = [time_s for _, time_s in started]
        assert all(after - before >= 0.499 for before, after in pairwise(times))
        for time_s in times:
            running = sum(begun <= time_s for begun in times) - sum(
                ended_s <= time_s and ended == host for ended_s, ended in run.ended
            )
            assert running <= per_host


class CountedLimits(HostLimits):
    """Counts how often it is asked about a host."""

    asked = 0

    def ready_in_s(self, host: str) -> float:
        self.asked += 1
        return super().ready_in_s(host)


def test_the_work_for_a_row_does_not_grow_with_hosts_and_rows(clock: VirtualTime) -> None:
    limits = CountedLimits(now_s=clock.now_s, sleep=clock.sleep)
    Run(clock, limits, slots=50)(f"h{row % 100}.example" for row in range(400))
    assert limits.asked < 12 * 400

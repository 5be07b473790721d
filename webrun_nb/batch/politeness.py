"""Limits how often and how many at once the rows of a map request pages of a host.

`HostLimits` knows when each host may be requested next: it allows some rows at once and a pause between their starts,
and holds a host back that answered 429 or 503, while the others go on. `WaitingRows` hands out the rows that may start
now, in the order in which they came. Both are used on one event loop, ask an injected clock, and request nothing.
"""

from __future__ import annotations

import asyncio
import heapq
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from typing import Generic, TypeVar

from webrun_nb.batch.rows import BUSY_STATUSES
from webrun_nb.common.addresses import parse, unmap_ipv6

PER_HOST = 2
"""The most rows of a host that run at once."""
DELAY_S = 0.5
"""The shortest time between the starts of two rows of a host."""
MAX_DELAY_S = 60.0
"""A longer `Crawl-delay` counts as this one."""
FIRST_BACKOFF_S = 1.0
"""The time for which a host is held back after its first refusal that names no time; each further one doubles it."""
MAX_BACKOFF_S = 300.0


def is_own_host(host: str) -> bool:
    """Return whether a host is this machine or a practice site: they need no politeness.

    Parameters
    ----------
    host : str
        A canonical host, or `practice:NAME`.
    """
    if host.startswith("practice:") or host == "localhost" or host.endswith(".localhost"):
        return True
    address = parse(host)
    return address is not None and unmap_ipv6(address).is_loopback


@dataclass(slots=True)
class _Host:
    """The state of one host; times are those of the clock, in seconds."""

    delay_s: float
    running: int = 0
    next_start_s: float = -math.inf
    held_until_s: float = -math.inf
    refusals: int = 0
    """The number of times that it was held back since a request that was not refused."""


class HostLimits:
    """The limits of the hosts of one run.

    Parameters
    ----------
    per_host : int
        The most rows of a host that run at once.
    delay_s : float
        The shortest time between the starts of two rows of a host.
    polite : bool, optional
        The hosts that have limits: by default all but practice sites and this machine; True for all, False for none.
    now_s : callable
        The clock; it must never go back.
    sleep : callable
        Waits for a number of seconds of that clock.
    """

    def __init__(
        self,
        *,
        per_host: int = PER_HOST,
        delay_s: float = DELAY_S,
        polite: bool | None = None,
        now_s: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._per_host = per_host
        self._delay_s = delay_s
        self._polite = polite
        self.now_s = now_s
        self._sleep = sleep
        self._hosts: dict[str, _Host] = {}
        self._times: list[float] = []
        """A heap of the times at which a host may become ready."""
        self._changed = asyncio.Event()
        self.changed: Callable[[str], None] = lambda host: None
        """Called with a host whose limits may allow it to start earlier or later than before."""

    def applies_to(self, host: str) -> bool:
        """Return whether a host has limits."""
        return self._polite if self._polite is not None else not is_own_host(host)

    def ready_in_s(self, host: str) -> float:
        """Return the time until a row of a host may start, in seconds.

        Returns
        -------
        float
            0.0: it may start now. Infinite: not before a row of this host has ended.
        """
        state = self._hosts.get(host)
        if state is None:
            return 0.0
        if state.running >= self._per_host:
            return math.inf
        return max(0.0, state.next_start_s - self.now_s(), state.held_until_s - self.now_s())

    def begin(self, host: str) -> None:
        """Count a row that starts now, also where the host was not ready for it."""
        if self.applies_to(host):
            state = self._state(host)
            state.running += 1
            state.next_start_s = self.now_s() + state.delay_s
            self._note_change(host)

    def end(self, host: str, status: int | None = None, retry_after_s: float | None = None) -> None:
        """Count a row that has ended, and hold its host back if the page refused it.

        Parameters
        ----------
        host : str
            The host that `begin` was called with.
        status, retry_after_s
            As in `note`.
        """
        if self.applies_to(host):
            state = self._state(host)
            state.running = max(0, state.running - 1)
            self.note(host, status, retry_after_s)

    def note(self, host: str, status: int | None, retry_after_s: float | None = None) -> None:
        """Hold a host back that answered 429 or 503; any other answer ends its series of refusals.

        Parameters
        ----------
        host : str
            The host.
        status : int, optional
            The HTTP status of its error page; None where a page was no error or none came.
        retry_after_s : float, optional
            For how long it asks to wait, in seconds. Without it the time doubles with each refusal in a row.
        """
        if not self.applies_to(host):
            return
        state = self._state(host)
        if status in BUSY_STATUSES:
            now_s = self.now_s()
            if now_s >= state.held_until_s:  # rows that ran together and are refused together count once
                state.refusals += 1
            if retry_after_s is None:
                retry_after_s = min(MAX_BACKOFF_S, FIRST_BACKOFF_S * 2 ** min(state.refusals - 1, 30))
            state.held_until_s = max(state.held_until_s, now_s + retry_after_s)
        else:
            state.refusals = 0
        self._note_change(host)

    def set_crawl_delay(self, host: str, crawl_delay_s: float) -> None:
        """Use the `Crawl-delay` of a host's robots.txt where it is longer than the pause that applies anyway.

        It counts from the last start on.
        """
        if self.applies_to(host):
            state = self._state(host)
            longer_s = max(self._delay_s, min(crawl_delay_s, MAX_DELAY_S))
            state.next_start_s += longer_s - state.delay_s
            state.delay_s = longer_s
            self._note_change(host)

    def wake(self) -> None:
        """End the current `wait_until_change`, for a change outside the limits."""
        self._changed.set()

    async def wait_until_change(self) -> None:
        """Wait until a host may have become ready: a row has ended, or the next pause is over.

        It may return without such a change. There must be no other await between a look at the limits and this call,
        else a change between them is missed; one caller at a time.
        """
        self._changed.clear()
        now_s = self.now_s()
        while self._times and self._times[0] <= now_s:
            heapq.heappop(self._times)
        if not self._times:
            await self._changed.wait()
            return
        waits = [
            asyncio.ensure_future(self._sleep(self._times[0] - now_s)),
            asyncio.ensure_future(self._changed.wait()),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    def _state(self, host: str) -> _Host:
        state = self._hosts.get(host)
        if state is None:
            state = self._hosts[host] = _Host(self._delay_s)
        return state

    def _note_change(self, host: str) -> None:
        wait_s = self.ready_in_s(host)
        if 0 < wait_s < math.inf:
            heapq.heappush(self._times, self.now_s() + wait_s)
        self._changed.set()
        self.changed(host)


Row = TypeVar("Row")


class WaitingRows(Generic[Row]):
    """Rows that wait until their hosts may be requested; the first that came is the first to start.

    Each call takes a time that grows with the logarithm of the number of hosts. One object uses the limits at a time.

    Parameters
    ----------
    limits : HostLimits
        The limits.
    """

    def __init__(self, limits: HostLimits) -> None:
        self._limits = limits
        self._order = count()
        self._order_back = count(-1, -1)
        self._size = 0
        self._rows: dict[str, deque[tuple[int, Row]]] = {}
        """By host, with the number of each row, in ascending order."""
        self._ready: list[tuple[int, str]] = []
        """A heap of hosts that were ready, by the number of their first row; some are not so any more."""
        self._later: list[tuple[float, str]] = []
        """A heap of hosts by the time at which they become ready."""
        limits.changed = self._schedule

    def __len__(self) -> int:
        """Return the number of rows that wait."""
        return self._size

    def put(self, host: str, row: Row) -> None:
        """Add a row, behind all that wait already."""
        waiting = self._rows.setdefault(host, deque())
        waiting.append((next(self._order), row))
        self._size += 1
        if len(waiting) == 1:
            self._schedule(host)
        self._limits.wake()

    def put_back(self, host: str, row: Row) -> None:
        """Add a row that was taken, before all that wait."""
        self._rows.setdefault(host, deque()).appendleft((next(self._order_back), row))
        self._size += 1
        self._schedule(host)
        self._limits.wake()

    def take(self) -> tuple[str, Row] | None:
        """Return the first row whose host may be requested now, with its host, and count it as begun.

        Returns
        -------
        tuple or None
            None where no row may start now: see `HostLimits.wait_until_change`.
        """
        now_s = self._limits.now_s()
        while self._later and self._later[0][0] <= now_s:
            self._schedule(heapq.heappop(self._later)[1])
        while self._ready:
            number, host = heapq.heappop(self._ready)
            waiting = self._rows.get(host)
            if not waiting or waiting[0][0] != number or self._limits.ready_in_s(host) > 0:
                continue  # it changed since; the change has scheduled it again
            _, row = waiting.popleft()
            self._size -= 1
            if not waiting:
                del self._rows[host]
            self._limits.begin(host)
            if not self._limits.applies_to(host):  # one that has limits has changed
                self._schedule(host)
            return host, row
        return None

    def _schedule(self, host: str) -> None:
        """Note when the first row of a host may start; where that takes the end of another row, the end will do so."""
        waiting = self._rows.get(host)
        if not waiting:
            return
        wait_s = self._limits.ready_in_s(host)
        if wait_s == 0:
            heapq.heappush(self._ready, (waiting[0][0], host))
        elif wait_s < math.inf:
            heapq.heappush(self._later, (self._limits.now_s() + wait_s, host))

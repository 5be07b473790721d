"""The rows that wait, and the next one that may start: the first in the input's order whose host is ready."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable
from typing import Protocol

from webrun_nb.batch.rows import RowTask


class HostRules(Protocol):
    """The rules for the hosts of rows: when one may start on a host."""

    def ready_in_s(self, host: str) -> float:
        """Return the time until a row may start on a host; 0 for now, infinity while its limit is reached."""

    def begin(self, host: str) -> None:
        """Note that a row has started on a host."""

    def end(self, host: str) -> None:
        """Note that a row has ended on a host."""

    def note(self, host: str, status: int | None, retry_after_s: float | None) -> None:
        """Note that a page of a host has failed: with which HTTP status, and how long it asked to wait."""

    def is_exempt(self, host: str) -> bool:
        """Return whether no rules of politeness apply to a host."""


class NoHostRules:
    """No rules: every row may start at once."""

    def ready_in_s(self, host: str) -> float:
        """Return 0."""
        return 0.0

    def begin(self, host: str) -> None:
        """Note nothing."""

    def end(self, host: str) -> None:
        """Note nothing."""

    def note(self, host: str, status: int | None, retry_after_s: float | None) -> None:
        """Note nothing."""

    def is_exempt(self, host: str) -> bool:
        """Return True."""
        return True


class RowQueue:
    """Rows by host. Taking one costs O(log hosts), however many rows wait.

    Parameters
    ----------
    rows : iterable of RowTask
        The rows, in the order in which they are to start.
    hosts : HostRules
        Tells when a host is ready.
    """

    def __init__(self, rows: Iterable[RowTask], hosts: HostRules) -> None:
        self._hosts = hosts
        self._rows: dict[str, deque[RowTask]] = {}
        for row in rows:
            self._rows.setdefault(row.host, deque()).append(row)
        self._ready = [(waiting[0].position, host) for host, waiting in self._rows.items()]
        heapq.heapify(self._ready)
        self._held: set[str] = set()
        self._count = sum(map(len, self._rows.values()))

    def __len__(self) -> int:
        return self._count

    @property
    def held(self) -> int:
        """The number of rows whose host was not ready when it was asked last."""
        return sum(len(self._rows[host]) for host in self._held)

    def take(self) -> tuple[RowTask | None, float]:
        """Take the next row that may start.

        Returns
        -------
        (RowTask or None, float)
            The row, or None and the time in seconds until a host is ready; infinity where that depends on others.
        """
        self._release()
        while self._ready:
            _, host = heapq.heappop(self._ready)
            if self._hosts.ready_in_s(host) > 0:
                self._held.add(host)
                continue
            waiting = self._rows[host]
            row = waiting.popleft()
            if waiting:
                heapq.heappush(self._ready, (waiting[0].position, host))
            else:
                del self._rows[host]
            self._count -= 1
            return row, 0.0
        return None, min(map(self._hosts.ready_in_s, self._held), default=float("inf"))

    def _release(self) -> None:
        for host in [host for host in self._held if self._hosts.ready_in_s(host) <= 0]:
            self._held.discard(host)
            heapq.heappush(self._ready, (self._rows[host][0].position, host))

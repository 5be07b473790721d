"""Paces the starts of sessions: a server takes only so many a minute, from all processes of a run together."""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Protocol

WINDOW_S = 60.0
"""The sliding window in which a server counts requests."""


class Pace(Protocol):
    """Allows the starts of sessions."""

    async def next_start(self, refused_for_s: float | None = None) -> None:
        """Return when a session may be started, and count its start.

        Parameters
        ----------
        refused_for_s : float, optional
            The time for which the server has just refused another start, in seconds.
        """


class StartPace:
    """The pace of a server: starts are allowed in the order in which they are asked for. Used on one event loop.

    Parameters
    ----------
    per_minute : int, optional
        The starts in a minute; None where the server says no limit before it refuses one.
    now_s : callable
        The clock; it must never go back.
    sleep : callable
        Waits for a number of seconds of that clock.
    """

    def __init__(
        self,
        per_minute: int | None = None,
        *,
        now_s: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._now_s = now_s
        self._sleep = sleep
        self._starts_s: deque[float] = deque(maxlen=per_minute)
        """The times of the latest starts, as many as are allowed in a minute."""
        self._per_minute = per_minute
        self._held_until_s = -math.inf
        self._turn = asyncio.Lock()

    async def next_start(self, refused_for_s: float | None = None) -> None:
        """Return when a session may be started; see `Pace.next_start`. A refusal holds back all that ask."""
        if refused_for_s is not None:
            self._held_until_s = max(self._held_until_s, self._now_s() + refused_for_s)
        async with self._turn:
            while (wait_s := self._ready_s - self._now_s()) > 0:
                await self._sleep(wait_s)
            if self._per_minute is not None:
                self._starts_s.append(self._now_s())

    @property
    def _ready_s(self) -> float:
        """The time of the next start."""
        full = len(self._starts_s) == self._per_minute
        return max(self._held_until_s, self._starts_s[0] + WINDOW_S if full else -math.inf)

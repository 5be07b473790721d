"""A clock for tests whose time passes only while nothing else can happen."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Coroutine
from itertools import count
from typing import Any, TypeVar

T = TypeVar("T")
_TURNS = 10
"""Turns of the event loop after which what can happen without time has happened."""


class VirtualTime:
    """A clock and a `sleep` of the same time, in seconds."""

    def __init__(self) -> None:
        self.s = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()

    def now_s(self) -> float:
        """Return the present time."""
        return self.s

    async def sleep(self, seconds: float) -> None:
        """Wait until so much time has passed."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.s + seconds, next(self._numbers), future))
        await future

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run work in an event loop of its own, and let time pass to the next end of a sleep whenever all wait."""
        return asyncio.run(self._drive(work))

    async def _drive(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.create_task(work)
        while True:
            for _ in range(_TURNS):
                await asyncio.sleep(0)
            if task.done():
                return task.result()
            while self._sleepers and self._sleepers[0][2].done():
                heapq.heappop(self._sleepers)
            assert self._sleepers, "all wait for something that no passing of time brings about"
            self.s, _, future = heapq.heappop(self._sleepers)
            future.set_result(None)

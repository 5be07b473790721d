"""Follows the memory of processes while they work, and tells whether it grows."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import time
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field

from webrun_nb.bench.harness.processes import pss_mib

_EVERY_S = 0.5


@dataclass
class MemorySeries:
    """The memory of processes at many moments, MiB."""

    mib: list[float] = field(default_factory=list)

    @property
    def peak_mib(self) -> float:
        """The most at one moment."""
        return max(self.mib)

    @property
    def growth(self) -> float:
        """The median of the last quarter of the time, divided by that of the second: 1 where it is flat."""
        quarter = max(1, len(self.mib) // 4)
        second = self.mib[quarter : 2 * quarter] or self.mib[:1]
        return statistics.median(self.mib[-quarter:]) / statistics.median(second)


@contextlib.asynccontextmanager
async def followed(pids: Callable[[], Iterable[int]]) -> AsyncIterator[MemorySeries]:
    """Follow the memory of processes, each shared page counted once, for the time of the block.

    Parameters
    ----------
    pids : callable
        Returns the processes, at each moment.
    """
    series = MemorySeries()

    async def follow() -> None:
        while True:
            began_s = time.monotonic()
            measured = await asyncio.to_thread(lambda: pss_mib(pids()))
            if measured:
                series.mib.append(measured)
            await asyncio.sleep(max(_EVERY_S, 5 * (time.monotonic() - began_s)))  # reading it takes time of its own

    task = asyncio.create_task(follow())
    try:
        yield series
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

"""The emulator's clock, which can be frozen and advanced.

One class serves the real server (its source is the system's time, an asyncio pump fires what is due) and tests (its
source stands still). Timers fire in order of their due time, and while one fires the clock shows exactly that time, so
that advancing six minutes ends an idle session at minute five with minute five's bill.
"""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field

_SWEEP_LENGTH = 64


@dataclass(order=True, slots=True)
class Timer:
    """A call that is due at `when_ms`. Made by `Clock.call_at`."""

    when_ms: float
    order: int
    fn: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        """Never fire. Safe twice, and after firing."""
        self.cancelled = True


def system_time() -> Callable[[], float]:
    """Return a source of unix ms that starts at the system's time and never runs backwards."""
    offset_s = time.time() - time.monotonic()
    return lambda: (time.monotonic() + offset_s) * 1000


class Clock:
    """A clock in unix milliseconds that never runs backwards.

    Parameters
    ----------
    source : callable
        Returns unix ms as floats; the base that offsets are added to.
    """

    def __init__(self, source: Callable[[], float]) -> None:
        self._source = source
        self._offset_ms = 0.0
        self._frozen_at_ms: float | None = None
        self._firing_at_ms: float | None = None
        self._latest_ms = float("-inf")
        self._timers: list[Timer] = []
        self._order = itertools.count()
        self._sweep_at = _SWEEP_LENGTH
        self.on_schedule: Callable[[], None] = lambda: None
        """Called when the next due time may have changed; the pump listens here."""

    def now(self) -> float:
        """Return unix ms."""
        if self._firing_at_ms is not None:
            return self._firing_at_ms
        now_ms = self._source() + self._offset_ms if self._frozen_at_ms is None else self._frozen_at_ms
        self._latest_ms = max(self._latest_ms, now_ms)  # the system's clock may be set back; ours is not
        return self._latest_ms

    @property
    def running(self) -> bool:
        """False while frozen."""
        return self._frozen_at_ms is None

    def call_at(self, when_ms: float, fn: Callable[[], None]) -> Timer:
        """Call `fn` when the clock has reached `when_ms`."""
        if len(self._timers) >= self._sweep_at:  # timers that were cancelled would else stay until they were due
            self._timers = [timer for timer in self._timers if not timer.cancelled]
            heapq.heapify(self._timers)
            self._sweep_at = 2 * len(self._timers) + _SWEEP_LENGTH
        timer = Timer(when_ms, next(self._order), fn)
        heapq.heappush(self._timers, timer)
        self.on_schedule()
        return timer

    def next_due_in_ms(self) -> float | None:
        """Return how long until the next timer (0 if overdue); None without one, or while frozen."""
        while self._timers and self._timers[0].cancelled:
            heapq.heappop(self._timers)
        if not self._timers or not self.running:
            return None
        return max(0.0, self._timers[0].when_ms - self.now())

    def fire_due(self) -> None:
        """Fire every timer that is due, in order, each at its own time."""
        self._fire_until(self.now())

    def advance(self, by_ms: float) -> None:
        """Jump forwards, firing what falls due on the way.

        Raises
        ------
        ValueError
            `by_ms` is negative: time does not run backwards.
        """
        if by_ms < 0:
            raise ValueError("the clock does not run backwards")
        target_ms = self.now() + by_ms
        self._fire_until(target_ms)
        if self._frozen_at_ms is not None:
            self._frozen_at_ms = target_ms
        else:
            self._offset_ms += max(0.0, target_ms - (self._source() + self._offset_ms))
        self.on_schedule()

    def freeze(self, frozen: bool = True) -> None:
        """Stop the clock, or let it continue from where it stands."""
        if frozen == (not self.running):
            return
        now_ms = self.now()
        if frozen:
            self._frozen_at_ms = now_ms
        else:
            self._frozen_at_ms = None
            self._offset_ms = now_ms - self._source()
        self.on_schedule()

    def reset(self) -> None:
        """Go back to the source's time, and drop every timer."""
        self._timers.clear()
        self._offset_ms = 0.0
        self._frozen_at_ms = None
        self._latest_ms = float("-inf")
        self.on_schedule()

    def _fire_until(self, target_ms: float) -> None:
        outer_ms = self._firing_at_ms
        try:
            while self._timers and (self._timers[0].cancelled or self._timers[0].when_ms <= target_ms):
                timer = heapq.heappop(self._timers)
                if timer.cancelled:
                    continue
                timer.cancelled = True
                self._firing_at_ms = max(timer.when_ms, self._latest_ms)
                self._latest_ms = self._firing_at_ms
                timer.fn()
        finally:
            self._firing_at_ms = outer_ms


class Timeout:
    """A timeout of something that may happen in time: started, cancelled, and started again as often as needed.

    Parameters
    ----------
    clock : Clock
        The clock that it runs by.
    on_timeout : callable
        Called when it has passed.
    """

    def __init__(self, clock: Clock, on_timeout: Callable[[], None]) -> None:
        self._clock = clock
        self._on_timeout = on_timeout
        self._timer: Timer | None = None

    @property
    def when_ms(self) -> float | None:
        """The time at which it passes, unix ms; None while it is not started."""
        return None if self._timer is None else self._timer.when_ms

    def start(self, after_ms: float) -> None:
        """Start it, from now; one that was started before is cancelled."""
        self.cancel()
        self._timer = self._clock.call_at(self._clock.now() + after_ms, self._on_timeout)

    def cancel(self) -> None:
        """Cancel it, if it is started."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

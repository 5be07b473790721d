"""How many tasks run at once: more than the machine has room for would only make each of them slower."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable

PER_CORE = 2
"""Throughput stops growing at about two running tasks per core (lab-notes, Browser 2)."""


class Slots:
    """Places for running tasks, given out in the order in which they were claimed.

    Parameters
    ----------
    count : int, optional
        How many there are; by default two per core.
    """

    def __init__(self, count: int | None = None) -> None:
        self._free = count if count is not None else PER_CORE * (os.cpu_count() or 1)
        self._line: deque[Slot] = deque()

    def slot(self, granted: Callable[[], None]) -> Slot:
        """Return a handle for somebody who runs one task at a time; `granted` is called when it gets its slot."""
        return Slot(self, granted)

    def register(self, slot: Slot) -> None:
        """Put a claim at the end of the line, and serve the line."""
        if slot not in self._line:
            self._line.append(slot)
        self._serve()

    def unregister(self, slot: Slot) -> None:
        """Forget a claim that waits, if there is one."""
        if slot in self._line:
            self._line.remove(slot)

    def change(self, by: int) -> None:
        """Count a slot that is taken (-1) or given back (+1)."""
        self._free += by
        self._serve()

    def _serve(self) -> None:
        while self._free > 0 and self._line:
            self._free -= 1
            self._line.popleft()._grant()


class Slot:
    """One session's claim to a slot. Made by `Slots.slot`."""

    def __init__(self, slots: Slots, granted: Callable[[], None]) -> None:
        self._slots = slots
        self._granted = granted
        self._held = False

    def acquire(self) -> bool:
        """Return whether the slot is held; if not, the claim waits in line (once, however often it is made)."""
        if not self._held:
            self._slots.register(self)
        return self._held

    def acquire_forced(self) -> None:
        """Take a slot even if none is free: a person has let the task go on, and its time runs."""
        if not self._held:
            self._slots.unregister(self)
            self._held = True
            self._slots.change(-1)

    def release(self) -> None:
        """Give the slot back, or the claim up; nothing happens where there is neither."""
        self._slots.unregister(self)
        if self._held:
            self._held = False
            self._slots.change(+1)

    def _grant(self) -> None:
        """Hold the slot from now on (called by `Slots`)."""
        self._held = True
        self._granted()

"""The slots for running tasks: more than the machine has room for would only make each task slower."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable

PER_CORE = 4
"""Throughput stops growing at about two computing tasks per core; those that wait for their pages hold a slot, too."""


class Slots:
    """Grants a limited number of slots, in the order in which they were asked for.

    Parameters
    ----------
    count : int, optional
        The number of slots; by default four per core.
    """

    def __init__(self, count: int | None = None) -> None:
        self._free = count if count is not None else PER_CORE * (os.cpu_count() or 1)
        self._line: deque[Slot] = deque()

    def slot(self, granted: Callable[[], None]) -> Slot:
        """Return a handle for a session; `granted` is called when it gets its slot."""
        return Slot(self, granted)

    def register(self, slot: Slot) -> None:
        """Add a handle to the waiting line, and serve the line."""
        if slot not in self._line:
            self._line.append(slot)
        self._serve()

    def unregister(self, slot: Slot) -> None:
        """Remove a handle from the waiting line, if it is there."""
        if slot in self._line:
            self._line.remove(slot)

    def change(self, by: int) -> None:
        """Count a slot that was taken (-1) or released (+1)."""
        self._free += by
        self._serve()

    def _serve(self) -> None:
        while self._free > 0 and self._line:
            self._free -= 1
            self._line.popleft()._grant()


class Slot:
    """The handle by which one session acquires and releases its slot. Made by `Slots.slot`."""

    def __init__(self, slots: Slots, granted: Callable[[], None]) -> None:
        self._slots = slots
        self._granted = granted
        self._held = False

    def acquire(self) -> bool:
        """Return True where the slot is held; else wait in line for it (once, however often this is called)."""
        if not self._held:
            self._slots.register(self)
        return self._held

    def acquire_forced(self) -> None:
        """Take a slot even if none is free: a person has continued the task, and its time runs."""
        if not self._held:
            self._slots.unregister(self)
            self._held = True
            self._slots.change(-1)

    def release(self) -> None:
        """Release the slot, or leave the waiting line; nothing happens where neither applies."""
        self._slots.unregister(self)
        if self._held:
            self._held = False
            self._slots.change(+1)

    def _grant(self) -> None:
        """Take the slot (called by `Slots`)."""
        self._held = True
        self._granted()

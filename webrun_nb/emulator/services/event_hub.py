"""From whoever makes an event to whoever listens: one numbered stream per session (contract, section 10)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from webrun_nb.emulator.domain.clock import Clock


@dataclass(frozen=True, slots=True)
class Event:
    """What goes out on a session's stream; `name` is Socket.IO's: mostly `message`."""

    session_id: str
    name: str
    body: Mapping[str, Any]


Listener = Callable[[Event], None]


class EventHub:
    """Numbers events and hands them to every listener, in order. Listeners must not block.

    Parameters
    ----------
    clock : Clock
        For each event's `at`.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._listeners: list[Listener] = []
        self._numbers: Counter[str] = Counter()

    def listen(self, listener: Listener) -> None:
        """Hand every event from now on to `listener`."""
        self._listeners.append(listener)

    def publish(self, session_id: str, name: str, body: Mapping[str, Any]) -> None:
        """Send an event out, with the session's next `seq` and the time."""
        self._numbers[session_id] += 1
        numbered = {**body, "seq": self._numbers[session_id], "at": round(self._clock.now())}
        event = Event(session_id, name, numbered)
        for listener in self._listeners:
            listener(event)

    def forget(self, session_id: str) -> None:
        """Drop what is remembered of a session that has ended."""
        self._numbers.pop(session_id, None)

"""The hub for events of sessions: one numbered stream per session (contract, section 10)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from webrun_nb.emulator.domain.clock import Clock


@dataclass(frozen=True, slots=True)
class Event:
    """An event on a session's stream; `name` is that of Socket.IO, mostly `message`."""

    session_id: str
    name: str
    body: Mapping[str, Any]


Listener = Callable[[Event], None]


class ConnectedSockets:
    """The sockets that listen to the events of each session."""

    def __init__(self) -> None:
        self._by_session: dict[str, set[str]] = {}

    def add(self, session_id: str, socket_id: str) -> None:
        """Add a socket that listens to a session."""
        self._by_session.setdefault(session_id, set()).add(socket_id)

    def remove(self, socket_id: str) -> None:
        """Remove a socket, whatever it listens to."""
        for session_id in [known for known, members in self._by_session.items() if socket_id in members]:
            self._by_session[session_id].discard(socket_id)
            if not self._by_session[session_id]:
                del self._by_session[session_id]

    def take_all(self, session_id: str) -> set[str]:
        """Remove all sockets of a session, and return them."""
        return self._by_session.pop(session_id, set())

    def count(self, session_id: str) -> int:
        """Return how many sockets listen to a session."""
        return len(self._by_session.get(session_id, ()))


class EventHub:
    """Numbers events and passes them to all listeners, in order. Listeners must not block.

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
        """Pass every event from now on to `listener`."""
        self._listeners.append(listener)

    def publish(self, session_id: str, name: str, body: Mapping[str, Any]) -> None:
        """Publish an event, with the session's next `seq` and the time."""
        self._numbers[session_id] += 1
        numbered = {**body, "seq": self._numbers[session_id], "at": round(self._clock.now())}
        event = Event(session_id, name, numbered)
        for listener in self._listeners:
            listener(event)

    def forget(self, session_id: str) -> None:
        """Forget the number of a session that has ended."""
        self._numbers.pop(session_id, None)

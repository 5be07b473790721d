"""The hub for events of sessions: one numbered stream per session (contract, section 10)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from webrun_nb.emulator.domain.clock import Clock
from webrun_nb.emulator.serializers import sessions as serialize


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


REPLAY_WITHIN_MS = 60_000
"""The time that an event which no socket has received is kept for one that joins late (section 10)."""
MAX_UNDELIVERED = 200
"""The maximum number of events that are kept: programs that use REST alone receive none of them."""
_REPLAYED_MESSAGES = frozenset({serialize.GUARDRAIL_TRIGGER, "task_completed", "error"})


class UndeliveredEvents:
    """The latest events of each session that a program has to know of and that no socket has received.

    One of each kind: `guardrail_trigger`, `task_completed`, `error` and `end_session`.

    Parameters
    ----------
    clock : Clock
        For their age.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._events: dict[tuple[str, str], Event] = {}
        """By session and kind, oldest first."""

    def keep(self, event: Event) -> None:
        """Keep an event for `REPLAY_WITHIN_MS`, if it is of one of the kinds."""
        kind = str(event.body.get("type"))
        if event.name != serialize.END_SESSION and kind not in _REPLAYED_MESSAGES:
            return
        self._events.pop((event.session_id, kind), None)
        self._events[event.session_id, kind] = event
        for key, kept in list(self._events.items()):  # oldest first
            if len(self._events) <= MAX_UNDELIVERED and not self._is_old(kept):
                break
            del self._events[key]

    def has(self, session_id: str) -> bool:
        """Return whether there are any of a session."""
        return any(owner == session_id and not self._is_old(event) for (owner, _), event in self._events.items())

    def take(self, session_id: str) -> list[Event]:
        """Remove the events of a session, and return them in the order in which they happened."""
        keys = [key for key in self._events if key[0] == session_id]
        events = [self._events.pop(key) for key in keys]
        return [event for event in events if not self._is_old(event)]

    def _is_old(self, event: Event) -> bool:
        """Return whether an event is not kept any more; one from the future was there before the clock was reset."""
        age_ms = round(self._clock.now()) - int(event.body["at"])  # `at` is rounded
        return not 0 <= age_ms < REPLAY_WITHIN_MS


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

    def stamp(self, session_id: str) -> dict[str, int]:
        """Return `seq` and `at` for an event that one socket alone receives: the number of the last that all did."""
        return {"seq": self._numbers[session_id], "at": round(self._clock.now())}

    def forget(self, session_id: str) -> None:
        """Forget the number of a session that has ended."""
        self._numbers.pop(session_id, None)

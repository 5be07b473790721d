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
_REPLAYED_MESSAGES = frozenset({serialize.GUARDRAIL_TRIGGER, "task_completed", "error"})


class UndeliveredEvents:
    """The latest events of each session that a program has to know of and that no socket has received.

    One of each kind: `guardrail_trigger`, `task_completed`, `error` and `end_session`.

    Parameters
    ----------
    clock : Clock
        For their expiry.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_session: dict[str, dict[str, Event]] = {}

    def keep(self, event: Event) -> None:
        """Keep an event for `REPLAY_WITHIN_MS`, if it is of one of the kinds."""
        kind = str(event.body.get("type"))
        if event.name != serialize.END_SESSION and kind not in _REPLAYED_MESSAGES:
            return
        self._by_session.setdefault(event.session_id, {})[kind] = event
        self._clock.call_at(self._clock.now() + REPLAY_WITHIN_MS, lambda: self._drop(kind, event))

    def has(self, session_id: str) -> bool:
        """Return whether there are any of a session."""
        return session_id in self._by_session

    def take(self, session_id: str) -> list[Event]:
        """Remove the events of a session, and return them in the order in which they happened."""
        return sorted(self._by_session.pop(session_id, {}).values(), key=lambda event: int(event.body["seq"]))

    def _drop(self, kind: str, event: Event) -> None:
        kept = self._by_session.get(event.session_id, {})
        if kept.get(kind) is event:
            del kept[kind]
            if not kept:
                del self._by_session[event.session_id]


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

"""The sessions that are in memory: those that are open, and those whose end is not on disk yet."""

from __future__ import annotations

from typing import Protocol

from webrun_nb.emulator.domain.session import Session


class Store(Protocol):
    """What the service asks of a store. Results outlive their session."""

    def add(self, session: Session) -> None:
        """Keep a session."""

    def session(self, session_id: str) -> Session | None:
        """Return a session, ended ones too; None where there is none."""

    def sessions(self) -> list[Session]:
        """Return all sessions, oldest first."""

    def of(self, owner: str) -> list[Session]:
        """Return one user's sessions, newest first."""

    def clear(self) -> None:
        """Forget all."""


class MemoryStore:
    """A store that lasts as long as the process."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}

    def add(self, session: Session) -> None:
        """Keep a session."""
        self._sessions[session.id] = session

    def session(self, session_id: str) -> Session | None:
        """Return a session, ended ones too; None where there is none."""
        return self._sessions.get(session_id)

    def sessions(self) -> list[Session]:
        """Return all sessions, oldest first."""
        return list(self._sessions.values())

    def of(self, owner: str) -> list[Session]:
        """Return one user's sessions, newest first."""
        return [session for session in reversed(self._sessions.values()) if session.owner == owner]

    def clear(self) -> None:
        """Forget all."""
        self._sessions.clear()

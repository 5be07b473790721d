"""The registry of the sessions in memory: open ones, and ended ones that are not in the database yet."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from weakref import WeakSet

from webrun_nb.emulator.domain.secrets.vault import Vault
from webrun_nb.emulator.domain.session import Session


class SessionRegistry:
    """Keeps the sessions by id and by owner, and the costs of each owner since this emulator was started.

    The cost of a session is added up once, when it ends; the total is computed from open sessions alone, however many
    there have been.
    """

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self._open: defaultdict[str, dict[str, Session]] = defaultdict(dict)
        self._closed_usd: defaultdict[str, Decimal] = defaultdict(Decimal)

    def add(self, session: Session) -> None:
        """Add a session."""
        self._sessions[session.id] = session
        self._open[session.owner][session.id] = session

    def close(self, session: Session) -> None:
        """Add up the cost of a session that has ended. It stays until it is removed. Safe twice."""
        if self._open[session.owner].pop(session.id, None) is not None:
            self._closed_usd[session.owner] += session.usage().cost_usd

    def remove(self, session_id: str) -> None:
        """Remove a session that has ended; its cost stays in the total."""
        self._sessions.pop(session_id, None)

    def session(self, session_id: str) -> Session | None:
        """Return a session; None where it is not in memory."""
        return self._sessions.get(session_id)

    def sessions(self) -> list[Session]:
        """Return all, oldest first."""
        return list(self._sessions.values())

    def of(self, owner: str) -> list[Session]:
        """Return one user's sessions, newest first."""
        return [session for session in reversed(self._sessions.values()) if session.owner == owner]

    def open_of(self, owner: str) -> list[Session]:
        """Return one user's sessions that have not ended, oldest first."""
        return list(self._open[owner].values())

    def count_open(self, owner: str | None = None) -> int:
        """Return the number of open sessions, of one user or of all."""
        return len(self._open[owner]) if owner is not None else sum(len(sessions) for sessions in self._open.values())

    def spent_usd(self, owner: str) -> Decimal:
        """Return the cost of a user's sessions so far, since this emulator was started."""
        return sum((session.usage().cost_usd for session in self._open[owner].values()), self._closed_usd[owner])

    def usd_per_minute(self, owner: str) -> Decimal:
        """Return the rate at which the cost of a user's open sessions grows now, by their time alone."""
        return sum((session.meter.usd_per_minute for session in self._open[owner].values()), Decimal(0))

    def clear(self) -> None:
        """Remove all, costs included."""
        self._sessions.clear()
        self._open.clear()
        self._closed_usd.clear()


class SecretRegistry:
    """Keeps the vaults of the sessions in memory, by weak reference: a vault goes with its session."""

    def __init__(self) -> None:
        self._vaults: WeakSet[Vault] = WeakSet()

    def watch(self, vault: Vault) -> None:
        """Mask the secrets of a vault, as long as it exists."""
        self._vaults.add(vault)

    def mask(self, text: str) -> str:
        """Return a text with all known secrets masked, as it may be logged."""
        for vault in list(self._vaults):
            text = vault.redactor.redact_text(text)
        return text

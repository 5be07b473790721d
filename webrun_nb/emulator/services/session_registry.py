"""The sessions that are in memory: those that are open, and those whose end is not in the database yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Literal
from weakref import WeakSet

from webrun_nb.browsers.protocol import BrowserInstance
from webrun_nb.common.codes import ErrorCode, SessionStatus
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.domain.secrets.vault import Vault
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.execution.worker import SessionWorker


class SessionRegistry:
    """Sessions by id and by owner, and what each owner's sessions have cost since this emulator was started.

    What a session has cost is added up once, when it ends; asking for the total looks at open sessions alone, however
    many there have been.
    """

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self._open: defaultdict[str, dict[str, Session]] = defaultdict(dict)
        self._closed_usd: defaultdict[str, Decimal] = defaultdict(Decimal)

    def add(self, session: Session) -> None:
        """Keep a session."""
        self._sessions[session.id] = session
        self._open[session.owner][session.id] = session

    def close(self, session: Session) -> None:
        """Add up what a session has cost: it has ended. It stays until it is removed. Safe twice."""
        if self._open[session.owner].pop(session.id, None) is not None:
            self._closed_usd[session.owner] += session.usage().cost_usd

    def remove(self, session_id: str) -> None:
        """Forget a session that has ended; its cost stays in the total."""
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
        """Return how many sessions are open, one user's or all users' together."""
        return len(self._open[owner]) if owner is not None else sum(len(sessions) for sessions in self._open.values())

    def spent_usd(self, owner: str) -> Decimal:
        """Return what a user's sessions have cost so far, since this emulator was started."""
        return sum((session.usage().cost_usd for session in self._open[owner].values()), self._closed_usd[owner])

    def clear(self) -> None:
        """Forget all, costs included."""
        self._sessions.clear()
        self._open.clear()
        self._closed_usd.clear()


class SecretRegistry:
    """Vaults by weak reference: a session that is gone is not kept for its sake."""

    def __init__(self) -> None:
        self._vaults: WeakSet[Vault] = WeakSet()

    def watch(self, vault: Vault) -> None:
        """Mask what this vault holds, as long as there is one."""
        self._vaults.add(vault)

    def mask(self, text: str) -> str:
        """Return a text as it may be written down."""
        for vault in list(self._vaults):
            text = vault.masker.text(text)
        return text


class Instances:
    """Finds the browser of a session.

    Parameters
    ----------
    store : OpenSessions
        Knows whose sessions there are.
    workers : mapping
        Who works for a session, by its id; kept by the service.
    """

    def __init__(self, store: SessionRegistry, workers: Mapping[str, SessionWorker]) -> None:
        self._store = store
        self._workers = workers

    def of(self, user: str) -> list[tuple[str, BrowserInstance]]:
        """Return those of the user's sessions, with the sessions' ids."""
        found = [(session.id, self.of_session(session.id)) for session in self._store.of(user)]
        return [(session_id, instance) for session_id, instance in found if instance is not None]

    def of_session(self, session_id: str) -> BrowserInstance | None:
        """Return a session's; None where it has none now."""
        worker = self._workers.get(session_id)
        return None if worker is None else worker.instance

    async def act_on(self, session: Session, action: Literal["kill", "hang", "restore"]) -> None:
        """Kill a session's browser, make it hang, or let it go on.

        An orphaned session may have no browser at that moment; a new one is on its way then (section 12), which is what
        "restore" asks for.

        Raises
        ------
        CommandRefusedError
            `SESSION_NOT_ACTIVE`; `INVALID_STATE`: it has no browser now.
        """
        instance = self.of_session(session.id)
        if instance is None and session.status is SessionStatus.ORPHANED and action == "restore":
            return
        if session.ended or instance is None:
            code: ErrorCode = ErrorCode.SESSION_NOT_ACTIVE if session.ended else ErrorCode.INVALID_STATE
            raise CommandRefusedError(code, f"session {session.id} has no browser now", status=session.status)
        match action:
            case "kill":
                await instance.kill()
            case "hang":
                await instance.hang()
            case "restore":
                await instance.unhang()

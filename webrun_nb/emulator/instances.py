"""The browsers that sessions have now, and what only the emulator can do to one (contract, section 12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from webrun_nb.browsers.base import BrowserInstance
from webrun_nb.common.codes import RefusalCode
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.domain.machine import SessionState
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.open_sessions import OpenSessions
from webrun_nb.emulator.worker import SessionWorker


class Instances:
    """Finds the browser of a session.

    Parameters
    ----------
    store : OpenSessions
        Knows whose sessions there are.
    workers : mapping
        Who works for a session, by its id; kept by the service.
    """

    def __init__(self, store: OpenSessions, workers: Mapping[str, SessionWorker]) -> None:
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
        if instance is None and session.state is SessionState.ORPHANED and action == "restore":
            return
        if session.ended or instance is None:
            code: RefusalCode = "SESSION_NOT_ACTIVE" if session.ended else "INVALID_STATE"
            raise CommandRefusedError(code, f"session {session.id} has no browser now", status=session.state.value)
        match action:
            case "kill":
                await instance.kill()
            case "hang":
                await instance.hang()
            case "restore":
                await instance.unhang()

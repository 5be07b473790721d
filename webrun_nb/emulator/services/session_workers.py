"""The workers of the sessions in memory, and through them the sessions' browsers."""

from __future__ import annotations

import asyncio
from typing import Literal

from webrun_nb.browsers.protocol import BrowserInstance
from webrun_nb.common.codes import ErrorCode, SessionStatus
from webrun_nb.emulator.domain.errors import CommandRefusedError, ended_error
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.execution.worker import SessionWorker
from webrun_nb.emulator.services.session_registry import SessionRegistry
from webrun_nb.extraction.snapshot import Snapshot


class SessionWorkers:
    """Finds the worker and the browser of a session.

    Parameters
    ----------
    registry : SessionRegistry
        The sessions in memory, with their owners.
    """

    def __init__(self, registry: SessionRegistry) -> None:
        self._registry = registry
        self._workers: dict[str, SessionWorker] = {}

    def add(self, session_id: str, worker: SessionWorker) -> None:
        """Add the worker of a session."""
        self._workers[session_id] = worker

    def get(self, session_id: str) -> SessionWorker | None:
        """Return the worker of a session; None where its work is over."""
        return self._workers.get(session_id)

    def remove(self, session_id: str) -> None:
        """Remove the worker of a session: its work is over."""
        del self._workers[session_id]

    async def finished(self) -> None:
        """Wait until every worker has closed its browser."""
        await asyncio.gather(*(worker.finished() for worker in self._workers.values()))

    def instance_of(self, session_id: str) -> BrowserInstance | None:
        """Return the browser of a session; None where it has none now."""
        worker = self._workers.get(session_id)
        return None if worker is None else worker.instance

    def instances_of(self, user: str) -> list[tuple[str, BrowserInstance]]:
        """Return the browsers of the user's sessions, as `(session id, browser)`."""
        found = [(session.id, self.instance_of(session.id)) for session in self._registry.of(user)]
        return [(session_id, instance) for session_id, instance in found if instance is not None]

    async def opened(self, session: Session) -> None:
        """Wait until a session has opened the page that it was started at; at once if it has none, or has ended.

        Raises
        ------
        BrowserError
            The page could not be opened, and no other was since.
        """
        if (worker := self._workers.get(session.id)) is not None:
            await worker.opened()

    async def snapshot_of(self, session: Session) -> Snapshot:
        """Take the snapshot of a session's page, with its secrets masked.

        Raises
        ------
        CommandRefusedError
            `ended_error`; `INVALID_STATE`: it has no browser now.
        BrowserError
            The page or the browser does not answer.
        """
        worker = self._workers.get(session.id)
        snapshot = None if worker is None else await worker.snapshot()
        if snapshot is None:
            raise _without_browser(session)
        return snapshot

    async def act_on(self, session: Session, action: Literal["kill", "hang", "restore"]) -> None:
        """Kill a session's browser, make it hang, or let it continue.

        A kill waits until the state that the last task left is kept, so that it is what comes back. An orphaned session
        may have no browser at that moment; a new one is starting then (section 12), which is what "restore" asks for.

        Raises
        ------
        CommandRefusedError
            `ended_error`; `INVALID_STATE`: it has no browser now.
        """
        worker = self._workers.get(session.id)
        if action == "kill" and worker is not None:
            await worker.state_kept()
        instance = self.instance_of(session.id)
        if instance is None and session.status is SessionStatus.ORPHANED and action == "restore":
            return
        if session.ended or instance is None:
            raise _without_browser(session)
        match action:
            case "kill":
                await instance.kill()
            case "hang":
                await instance.hang()
            case "restore":
                await instance.unhang()


def _without_browser(session: Session) -> CommandRefusedError:
    if session.ended:
        return ended_error(session.id, session.status, session.reason)
    message = f"session {session.id} has no browser now"
    return CommandRefusedError(ErrorCode.INVALID_STATE, message, status=session.status)

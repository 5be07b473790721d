"""Brings the sessions and tasks of workers on other machines into the ledger of the coordinator's process.

A worker whose data folder is another one writes its own ledger, and sends the same entries with the results of rows.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from dataclasses import dataclass, replace

from webrun_nb.client.client import Client
from webrun_nb.client.monitoring.ledger import EMULATOR_ENDED, Ledger, SessionRecord, TaskRecord
from webrun_nb.client.monitoring.ledger_recorder import close_recorded, now_ms
from webrun_nb.common.processes import process_token


@dataclass(frozen=True, slots=True)
class Entries:
    """New entries of a worker's ledger, each session as it was last."""

    sessions: tuple[SessionRecord, ...] = ()
    tasks: tuple[TaskRecord, ...] = ()


def place_of(ledger: Ledger) -> str:
    """Return the machine and the file of a ledger."""
    return f"{platform.node()}:{ledger.path.resolve()}"


class WorkerLedger(Ledger):
    """The ledger of a worker, whose new entries are sent to the coordinator. Used on the client's loop thread.

    Parameters
    ----------
    opened : callable
        Takes the first record of each session, so that it is known if the worker is lost.
    """

    def __init__(self, opened: Callable[[SessionRecord], None]) -> None:
        super().__init__()
        self._opened = opened
        self._known: set[str] = set()
        self._sessions: dict[str, SessionRecord] = {}
        self._tasks: list[TaskRecord] = []

    def write(self, record: SessionRecord) -> None:
        """Add a session, or bring it up to date."""
        super().write(record)
        self._sessions[record.session_id] = record
        if record.session_id not in self._known:
            self._known.add(record.session_id)
            self._opened(record)

    def write_task(self, record: TaskRecord) -> None:
        """Add a task that has ended."""
        super().write_task(record)
        self._tasks.append(record)

    def take(self) -> Entries:
        """Return the entries since the last call."""
        taken = Entries(tuple(self._sessions.values()), tuple(self._tasks))
        self._sessions, self._tasks = {}, []
        return taken


class WorkersAccounts:
    """The entries of all workers in the ledger of this process. Used on the client's loop thread.

    Parameters
    ----------
    client : Client
        The client of this process, whose ledger they are written to.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._open: dict[str, dict[str, SessionRecord]] = {}
        """The open sessions, by worker and id."""
        self._seen_at_ms: dict[str, int] = {}
        """The time of the latest entry of each session: entries come by several ways, and may overtake each other."""
        self._gone: set[str] = set()
        """The workers that are gone. One that was closed in order may still say how its rows ended."""
        self._left: list[SessionRecord] = []
        """Sessions of a shared server whose worker is gone."""

    @property
    def place(self) -> str | None:
        """The place of this process's ledger; None where it keeps none."""
        return None if self._client.ledger is None else place_of(self._client.ledger)

    def note(self, worker: str, entries: Entries) -> None:
        """Write entries of a worker."""
        if (ledger := self._client.ledger) is None:
            return
        open_now = self._open.setdefault(worker, {})
        for session in map(_owned, entries.sessions):
            if session.seen_at_ms <= self._seen_at_ms.get(session.session_id, -1):
                continue
            self._seen_at_ms[session.session_id] = session.seen_at_ms
            ledger.write(session)
            if session.ended_at_ms is None:
                open_now[session.session_id] = session
            else:
                open_now.pop(session.session_id, None)
        for task in entries.tasks:
            ledger.write_task(task)
        if worker in self._gone:
            self.note_gone(worker)

    def note_gone(self, worker: str) -> None:
        """Record that a worker is gone, and its own emulator with it; a shared server may have its sessions still."""
        self._gone.add(worker)
        for session in self._open.pop(worker, {}).values():
            if session.emulator is None:
                self._left.append(session)
            elif (ledger := self._client.ledger) is not None:
                ledger.close_session(session.base_url, session.session_id, EMULATOR_ENDED, now_ms())

    async def end_left(self) -> None:
        """End the sessions on a shared server that workers have left open, and record what they cost.

        Raises
        ------
        WebRunError
            The server does not take it.
        """
        while self._left and (ledger := self._client.ledger) is not None:
            await close_recorded(self._client.http, ledger, self._left[-1])
            self._left.pop()


def _owned(record: SessionRecord) -> SessionRecord:
    """Return a session of a shared server as one of this process, which ends it if the worker does not."""
    if record.emulator is not None:
        return record
    return replace(record, host=platform.node(), kernel=process_token(os.getpid()))

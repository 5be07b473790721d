"""Protocols for the services that the execution of a session calls."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from webrun_nb.browsers.protocol import Checkpoint
from webrun_nb.emulator.domain.policy.facts import AuditEntry
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.domain.task import Task


class AuditTrail(Protocol):
    """An append-only record of the decisions of policies."""

    @property
    def full(self) -> bool:
        """True where decisions can't be written, nor many more be held in memory: then no action is allowed."""

    def append(self, entry: AuditEntry) -> None:
        """Add a decision. Must not block: a store on disk writes it soon after."""

    async def of(self, owner: str, policy_id: str) -> list[AuditEntry]:
        """Return the decisions of a policy on a user's actions, oldest first, all that were appended before."""

    async def clear(self) -> None:
        """Remove all: the emulator is reset."""


class DownloadFolder(Protocol):
    """Keeps the files that the browsers of tasks download."""

    def place(self, task: Task | None) -> Path | None:
        """Return the path that a download is written to; None where there is no task for it, or it has enough."""

    def keep(self, session: Session, task: Task, url: str, name: str, content: Path) -> None:
        """Keep a complete download, and list it among those of the task."""


class StateStore(Protocol):
    """Loads the state that a session begins with, and keeps the one that it ends with."""

    @property
    def state_within_s(self) -> float:
        """The time that the session's browser may take to return its state."""

    def ended(self) -> None:
        """Record that the session has ended, now: its place among those that do."""

    def finished(self) -> None:
        """Release the environment: sessions that wait for this one's state continue. Safe twice."""

    async def load(self) -> Checkpoint | None:
        """Return the state that the session begins with; None where the environment is empty.

        Raises
        ------
        BrowserError
            The profile can't be read.
        """

    async def save(self, checkpoint: Checkpoint) -> None:
        """Keep the state that the session ends with, unless one that ended later has been saved already."""

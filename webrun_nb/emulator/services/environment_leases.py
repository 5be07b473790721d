"""The uses of environments by sessions: their notes about one another, and the order in which states are saved.

Several sessions may use one environment at once, also in several emulators on one data folder. All run, all are
notified, and the environment keeps the state of the one that ends last. A session that starts while another of the
same emulator is being saved waits for it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection

from sqlalchemy.exc import DBAPIError

from webrun_nb.browsers.protocol import BrowserError, Checkpoint
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.services.environments import Environments, ProfileUnreadableError
from webrun_nb.emulator.storage.database import reason
from webrun_nb.emulator.storage.registration import PeerEmulators

log = logging.getLogger(__name__)

Notify = Callable[[Session, str], None]
"""Sends a notice on a session's stream."""

STATE_WITHIN_S = 5.0
"""The time that a browser has to return its state at a session's end; else the last checkpoint is saved."""
STATE_WITHIN_CLOSING_S = 1.0
"""The same while the emulator is closing, with little time for all sessions."""
PEERS_EVERY_S = 1.0
"""The interval at which the database is asked for sessions of other emulators, while an environment is in use."""


class EnvironmentLease:
    """One session's use of an environment. Made by `EnvironmentLeases.begin`."""

    def __init__(self, leases: EnvironmentLeases, session: Session, environment_id: str, name: str) -> None:
        self._leases = leases
        self.session = session
        self.environment_id = environment_id
        self.name = name
        self.known_others: frozenset[str] = frozenset()
        """The other sessions that its session was notified of."""
        self.ended_s: float | None = None
        """The time at which its session ended, by this machine's clock; None before."""
        self.over = asyncio.Event()
        """Set once the state of its session is saved, or will not be."""

    @property
    def state_within_s(self) -> float:
        """The time that the session's browser has to return its state."""
        return STATE_WITHIN_CLOSING_S if self._leases.closing else STATE_WITHIN_S

    def ended(self) -> None:
        """Record that the session has ended, now: its place among those that do."""
        self.ended_s = time.time()

    def finished(self) -> None:
        """Release the environment: sessions that wait for this one's state continue. Safe twice."""
        self._leases.forget(self)

    async def load(self) -> Checkpoint | None:
        """Return the state that the session begins with; None where the environment is empty.

        Raises
        ------
        BrowserError
            The profile can't be read.
        """
        await self._leases.saved(self.environment_id)
        try:
            state = await self._leases.environments.load(self.environment_id)
        except ProfileUnreadableError as error:
            raise BrowserError(TaskFailureCode.INSTANCE_LOST, str(error)) from error
        return None if state is None else Checkpoint(state, "")

    async def save(self, checkpoint: Checkpoint) -> None:
        """Save the state that the session ends with, unless that of one that ended later is saved already."""
        assert self.ended_s is not None, "it has ended"
        if not await self._leases.environments.save(self.environment_id, checkpoint.storage_state, self.ended_s):
            log.info("session %s: its environment was deleted, its state is not saved", self.session.id)


class EnvironmentLeases:
    """Leases environments to the sessions of this emulator."""

    def __init__(self, environments: Environments, peers: PeerEmulators, notify: Notify) -> None:
        self.environments = environments
        self.closing = False
        """True while the emulator is closing."""
        self._peers = peers
        self._notify = notify
        self._leases: list[EnvironmentLease] = []
        self._watching: asyncio.Task[None] | None = None

    def begin(self, session: Session, environment_id: str, name: str) -> EnvironmentLease:
        """Lease an environment to a session, and notify it and the other sessions of one another."""
        lease = EnvironmentLease(self, session, environment_id, name)
        self._leases.append(lease)
        self._notify_concurrent_sessions(environment_id, ())
        if self._watching is None or self._watching.done():
            self._watching = asyncio.get_running_loop().create_task(self._watch(), name="environments in use elsewhere")
        return lease

    async def delete_environment(self, user: str, environment_id: str) -> None:
        """Delete an environment; sessions that use it continue and are notified; their state is not kept.

        Raises
        ------
        CommandRefusedError
            `ENVIRONMENT_NOT_FOUND`.
        """
        await self.environments.delete(user, environment_id)
        for lease in self._active(environment_id):
            lease.session.note = "the environment was deleted: the state of this session will not be saved"
            self._notify(lease.session, lease.session.note)

    def forget(self, lease: EnvironmentLease) -> None:
        """Remove a lease: see `EnvironmentLease.finished`."""
        lease.over.set()
        if lease in self._leases:
            self._leases.remove(lease)

    async def saved(self, environment_id: str) -> None:
        """Wait until the states of all sessions that have ended are saved."""
        for lease in self._of(environment_id):
            if lease.ended_s is not None:
                await lease.over.wait()

    async def close(self) -> None:
        """Stop asking for sessions of other emulators."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait({self._watching})

    async def _watch(self) -> None:
        """Poll for sessions of other emulators while there are any of this one: the database sends no notifications."""
        while wanted := {lease.environment_id for lease in self._leases if lease.ended_s is None}:
            try:
                for environment_id, elsewhere in (await self._peers.sessions(wanted)).items():
                    self._notify_concurrent_sessions(environment_id, elsewhere)
            except (DBAPIError, OSError) as error:
                log.warning("other sessions of an environment can't be looked up for now: %s", reason(error))
            await asyncio.sleep(PEERS_EVERY_S)

    def _notify_concurrent_sessions(self, environment_id: str, elsewhere: Collection[str]) -> None:
        """Notify each session of all the others, where there is one that it does not know of."""
        going_on = self._active(environment_id)
        for lease in going_on:
            others = [other.session.id for other in going_on if other is not lease]
            others += sorted(f"{session_id} (of another emulator)" for session_id in elsewhere)
            if set(others) - lease.known_others:
                lease.known_others |= set(others)
                lease.session.note = (
                    f"environment {lease.name} is used by session {', '.join(others)} too: "
                    "the state of the session that ends last is saved"
                )
                self._notify(lease.session, lease.session.note)

    def _active(self, environment_id: str) -> list[EnvironmentLease]:
        return [lease for lease in self._of(environment_id) if lease.ended_s is None]

    def _of(self, environment_id: str) -> list[EnvironmentLease]:
        return [lease for lease in self._leases if lease.environment_id == environment_id]

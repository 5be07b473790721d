"""Which session uses which environment: who is told of whom, whose state is kept, and who waits for whose.

Several sessions may use one environment at once, also in several emulators on one data folder. All run, all are told,
and the state of the one that ends last is what the environment keeps. A session that starts while another of the same
emulator is being saved waits for it.
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
"""Says something on a session's stream."""

STATE_WITHIN_S = 5.0
"""How long a browser may take to hand over its state at a session's end; else the last checkpoint is saved."""
STATE_WITHIN_CLOSING_S = 1.0
"""The same while the emulator is closing, which has not long for all of it."""
PEERS_EVERY_S = 1.0
"""How often the database is asked for sessions of other emulators, while an environment is in use here."""


class EnvironmentLease:
    """One session's use of an environment. Made by `EnvironmentLeases.begin`."""

    def __init__(self, leases: EnvironmentLeases, session: Session, environment_id: str, name: str) -> None:
        self._leases = leases
        self.session = session
        self.environment_id = environment_id
        self.name = name
        self.known_others: frozenset[str] = frozenset()
        """The sessions that it was told of."""
        self.ended_s: float | None = None
        """When it ended, by this machine's time; None while it goes on."""
        self.over = asyncio.Event()
        """What it leaves behind has been saved."""

    @property
    def state_within_s(self) -> float:
        """How long its browser may take to hand its state over."""
        return STATE_WITHIN_CLOSING_S if self._leases.closing else STATE_WITHIN_S

    def ended(self) -> None:
        """Take note that the session has ended, now: its place among those that do."""
        self.ended_s = time.time()

    def finished(self) -> None:
        """Let go: whoever waits for what this session leaves behind waits no more. Safe twice."""
        self._leases.forget(self)

    async def load(self) -> Checkpoint | None:
        """Return what the session begins with; None where the environment is empty.

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
        """Keep what the session ends with, unless one that ended later has been saved already."""
        assert self.ended_s is not None, "it has ended"
        if not await self._leases.environments.save(self.environment_id, checkpoint.storage_state, self.ended_s):
            log.info("session %s: its environment is gone, its state is not kept", self.session.id)


class EnvironmentLeases:
    """All sessions of this emulator that have an environment."""

    def __init__(self, environments: Environments, peers: PeerEmulators, notify: Notify) -> None:
        self.environments = environments
        self.closing = False
        """The emulator is being ended."""
        self._peers = peers
        self._notify = notify
        self._leases: list[EnvironmentLease] = []
        self._watching: asyncio.Task[None] | None = None

    def begin(self, session: Session, environment_id: str, name: str) -> EnvironmentLease:
        """Have a session use an environment, and tell it and the others of one another."""
        lease = EnvironmentLease(self, session, environment_id, name)
        self._leases.append(lease)
        self._notify_concurrent_sessions(environment_id, ())
        if self._watching is None or self._watching.done():
            self._watching = asyncio.get_running_loop().create_task(self._watch(), name="environments in use elsewhere")
        return lease

    async def delete_environment(self, user: str, environment_id: str) -> None:
        """Delete an environment; sessions that use it continue, are told, and their state is not kept.

        Raises
        ------
        CommandRefusedError
            `ENVIRONMENT_NOT_FOUND`.
        """
        await self.environments.delete(user, environment_id)
        for lease in self._active(environment_id):
            lease.session.note = "the environment was deleted: what this session leaves behind is not kept"
            self._notify(lease.session, lease.session.note)

    def forget(self, lease: EnvironmentLease) -> None:
        """See `EnvironmentLease.finished`."""
        lease.over.set()
        if lease in self._leases:
            self._leases.remove(lease)

    async def saved(self, environment_id: str) -> None:
        """Wait until every session that has ended is saved."""
        for lease in self._of(environment_id):
            if lease.ended_s is not None:
                await lease.over.wait()

    async def close(self) -> None:
        """Ask for the sessions of other emulators no more."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait({self._watching})

    async def _watch(self) -> None:
        """Look for sessions of other emulators for as long as there are any of this one: the database tells nobody."""
        while wanted := {lease.environment_id for lease in self._leases if lease.ended_s is None}:
            try:
                for environment_id, elsewhere in (await self._peers.sessions(wanted)).items():
                    self._notify_concurrent_sessions(environment_id, elsewhere)
            except (DBAPIError, OSError) as error:
                log.warning("who else uses an environment can't be told for now: %s", reason(error))
            await asyncio.sleep(PEERS_EVERY_S)

    def _notify_concurrent_sessions(self, environment_id: str, elsewhere: Collection[str]) -> None:
        """Notify each of the sessions here of all the others, where there is one that it has not been told of."""
        going_on = self._active(environment_id)
        for lease in going_on:
            others = [other.session.id for other in going_on if other is not lease]
            others += sorted(f"{session_id} (of another emulator)" for session_id in elsewhere)
            if set(others) - lease.known_others:
                lease.known_others |= set(others)
                lease.session.note = (
                    f"environment {lease.name} is used by session {', '.join(others)} too: "
                    "what the session that ends last leaves behind is kept"
                )
                self._notify(lease.session, lease.session.note)

    def _active(self, environment_id: str) -> list[EnvironmentLease]:
        return [lease for lease in self._of(environment_id) if lease.ended_s is None]

    def _of(self, environment_id: str) -> list[EnvironmentLease]:
        return [lease for lease in self._leases if lease.environment_id == environment_id]

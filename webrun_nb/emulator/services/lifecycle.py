"""The reset and the close of the emulator, which end all sessions."""

from __future__ import annotations

from dataclasses import dataclass

from webrun_nb.browsers.protocol import Browsers
from webrun_nb.emulator.domain.account import RateLimiter
from webrun_nb.emulator.domain.clock import Clock
from webrun_nb.emulator.services.accounts import Accounts
from webrun_nb.emulator.services.cassettes import Cassettes
from webrun_nb.emulator.services.environment_leases import EnvironmentLeases
from webrun_nb.emulator.services.faults import Faults
from webrun_nb.emulator.services.history import History
from webrun_nb.emulator.services.policies import Policies
from webrun_nb.emulator.services.recordings import TaskRecordings
from webrun_nb.emulator.services.session_events import SessionEvents
from webrun_nb.emulator.services.session_registry import SessionRegistry
from webrun_nb.emulator.services.session_workers import SessionWorkers
from webrun_nb.emulator.services.sessions import Sessions
from webrun_nb.emulator.services.webhooks import Webhooks
from webrun_nb.emulator.storage.write_behind import WriteBehindStore


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """Resets and closes all services; its attributes are the services concerned."""

    clock: Clock
    rates: RateLimiter
    registry: SessionRegistry
    workers: SessionWorkers
    events: SessionEvents
    sessions: Sessions
    accounts: Accounts
    history: History
    policies: Policies
    recordings: TaskRecordings
    cassettes: Cassettes
    leases: EnvironmentLeases
    webhooks: Webhooks
    faults: Faults
    store: WriteBehindStore
    browsers: Browsers

    async def reset(self) -> None:
        """End all, remove all that this emulator has made from the database, and put the clock back to real time."""
        self.sessions.end_all()
        await self.events.archived()
        self.sessions.admit_again()
        await self.store.forget_all()
        self.registry.clear()
        await self.policies.clear()
        self.recordings.clear()
        self.cassettes.clear()
        self.clock.reset()
        self.history.sweep_daily()
        self.faults.clear()
        self.webhooks.clear()
        self.accounts.clear()
        self.rates.clear()

    def end_sessions(self) -> None:
        """End every session and refuse new ones, because the emulator closes. `close` waits for the consequences."""
        self.leases.closing = True
        self.sessions.end_all()

    async def close(self) -> None:
        """End every session and wait until its environment is saved and its browser closed."""
        self.end_sessions()
        await self.workers.finished()
        await self.webhooks.close()
        await self.browsers.close()
        await self.history.close()
        await self.leases.close()

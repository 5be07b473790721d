"""All that outlives a session: environments, files and downloads, put together for one emulator."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from sqlalchemy import select

from webrun_nb.emulator.domain.clock import Clock
from webrun_nb.emulator.domain.ids import IdSource
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.domain.task import AttachedFile
from webrun_nb.emulator.serializers import sessions
from webrun_nb.emulator.services.environment_leases import EnvironmentLeases
from webrun_nb.emulator.services.environments import Environments
from webrun_nb.emulator.services.event_hub import EventHub
from webrun_nb.emulator.services.files import Downloads, Files
from webrun_nb.emulator.services.signing import Signer, signing_key
from webrun_nb.emulator.storage.data_folder import DataFolder
from webrun_nb.emulator.storage.database import Database
from webrun_nb.emulator.storage.registration import EmulatorRegistration, PeerEmulators
from webrun_nb.emulator.storage.tables import SessionRecord


class UserStorage:
    """What the service keeps for its users. Made by `UserStorage.open`."""

    def __init__(
        self,
        database: Database,
        folder: DataFolder,
        signer: Signer,
        clock: Clock,
        ids: IdSource,
        events: EventHub,
        neighbours: PeerEmulators,
    ) -> None:
        self.folder = folder
        self.signer = signer
        self._events = events
        self.files = Files(database, folder, clock, ids)
        self.environments = Environments(database, folder, clock, ids, self.files)
        self.downloads = Downloads(folder, signer, clock, ids)
        self.uses = EnvironmentLeases(self.environments, neighbours, self._tell)

    @classmethod
    async def open(
        cls,
        database: Database,
        clock: Clock,
        ids: IdSource,
        events: EventHub,
        base_url: str,
        presence: EmulatorRegistration,
    ) -> UserStorage:
        """Make what is missing of the data folder, and sweep away what has expired, or belongs to no record."""
        folder = await asyncio.to_thread(DataFolder, database.folder)
        await asyncio.to_thread(folder.sweep)
        key = await asyncio.to_thread(signing_key, database.folder)
        async with database.reading() as session:
            known = set(await session.scalars(select(SessionRecord.id)))
        await asyncio.to_thread(folder.sweep_downloads, known)
        neighbours = PeerEmulators(database, presence, clock.now)
        library = cls(database, folder, Signer(key, clock, base_url), clock, ids, events, neighbours)
        await library.files.sweep()
        return library

    async def delete_environment(self, user: str, environment_id: str) -> None:
        """Delete an environment; sessions that use it run on, are told, and leave nothing behind.

        Raises
        ------
        CommandRefusedError
            `ENVIRONMENT_NOT_FOUND`.
        """
        await self.environments.delete(user, environment_id)
        self.uses.deleted(environment_id)

    async def attach(self, user: str, file_ids: Sequence[str], environment_id: str | None) -> tuple[AttachedFile, ...]:
        """Return the files that a task has at hand: those that it names, or else all of its session's environment.

        Raises
        ------
        CommandRefusedError
            As `Files.attach`.
        """
        named = await self.files.attach(user, file_ids, environment_id)
        if named or environment_id is None:
            return named
        return await self.files.at_hand(environment_id)

    def _tell(self, session: Session, text: str) -> None:
        self._events.publish(session.id, sessions.MESSAGE, sessions.notice_event(text))

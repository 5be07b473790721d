"""Environments: browser profiles that outlive their sessions (contract, section 8)."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import IO, Any

from filelock import AsyncFileLock
from sqlalchemy import delete, func, select

from webrun_nb.common.codes import ErrorCode
from webrun_nb.emulator.domain.clock import Clock
from webrun_nb.emulator.domain.environment import Environment, EnvironmentStatus
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.domain.ids import IdSource
from webrun_nb.emulator.services import profile_archive
from webrun_nb.emulator.services.files import Files, Received, unknown_environment
from webrun_nb.emulator.services.profile_archive import ArchiveError
from webrun_nb.emulator.storage.data_folder import DataFolder, remove
from webrun_nb.emulator.storage.database import LOCK_OPTIONS, Database
from webrun_nb.emulator.storage.tables import EnvironmentRecord, FileRecord, LastEnding

log = logging.getLogger(__name__)

MAX_PER_USER = 20
"""Contract, section 8."""
_SUFFIXES = (".tar.gz", ".tgz")


class ProfileUnreadableError(Exception):
    """A profile can't be loaded; the message is one line for people."""


class StaleSaveError(Exception):
    """A session that ended later has been saved already."""


class Environments:
    """Keeps the users' environments.

    A change is made under the lock of the environment, a file, so that emulators on one data folder take turns.
    """

    def __init__(self, database: Database, folder: DataFolder, clock: Clock, ids: IdSource, files: Files) -> None:
        self._database = database
        self._folder = folder
        self._clock = clock
        self._ids = ids
        self._files = files
        self._uploading: set[str] = set()

    # --- the list -----------------------------------------------------------------------------------------------------

    async def create(self, user: str, name: str, description: str | None) -> Environment:
        """Create an empty environment.

        Raises
        ------
        CommandRefusedError
            `INVALID_PARAMETER`: the user has `MAX_PER_USER` of them.
        """
        now_ms = self._clock.now()
        record = EnvironmentRecord(
            id=self._ids.hex24(),
            owner=user,
            name=name,
            description=description or "",
            created_ms=now_ms,
            updated_ms=now_ms,
            usage_count=0,
        )
        async with self._database.writing() as session:
            mine = select(func.count()).select_from(EnvironmentRecord).where(EnvironmentRecord.owner == user)
            count = await session.scalar(mine) or 0
            if count >= MAX_PER_USER:
                raise CommandRefusedError(
                    ErrorCode.INVALID_PARAMETER,
                    f"Maximum of {MAX_PER_USER} environments allowed",
                    parameter="environments",
                    value=count,
                    max=MAX_PER_USER,
                )
            session.add(record)
        return self._environment(record)

    async def of(self, user: str) -> list[Environment]:
        """Return a user's environments, newest first."""
        async with self._database.reading() as session:
            query = select(EnvironmentRecord).where(EnvironmentRecord.owner == user)
            records = await session.scalars(query.order_by(EnvironmentRecord.created_ms.desc(), EnvironmentRecord.id))
            return [self._environment(record) for record in records]

    async def get(self, environment_id: str) -> Environment | None:
        """Return an environment of any user; None where there is none."""
        async with self._database.reading() as session:
            record = await session.get(EnvironmentRecord, environment_id)
        return None if record is None else self._environment(record)

    async def find(self, user: str, environment_id: str) -> Environment:
        """Return one of the user's environments.

        Raises
        ------
        CommandRefusedError
            `ENVIRONMENT_NOT_FOUND`.
        """
        environment = await self.get(environment_id)
        if environment is None or environment.owner != user:
            raise unknown_environment(environment_id)
        return environment

    async def delete(self, user: str, environment_id: str) -> None:
        """Delete an environment with its files. Sessions that use it continue; their state is not saved.

        Raises
        ------
        CommandRefusedError
            `ENVIRONMENT_NOT_FOUND`.
        """
        await self.find(user, environment_id)
        async with self._locked(environment_id):
            files = await self._files.of_environment(environment_id)
            async with self._database.writing() as session:
                await session.execute(delete(EnvironmentRecord).where(EnvironmentRecord.id == environment_id))
            for file in files:
                await asyncio.to_thread(self._folder.remove_file, file.id)
            await asyncio.to_thread(self._folder.remove_environment, environment_id)

    # --- archives -----------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def uploading(self, user: str, environment_id: str) -> AsyncIterator[None]:
        """Show the environment as `uploading` while the block receives an archive.

        Raises
        ------
        CommandRefusedError
            `ENVIRONMENT_NOT_FOUND`; `INVALID_STATE`: another archive is being received.
        """
        await self.find(user, environment_id)
        if environment_id in self._uploading:
            raise CommandRefusedError(
                ErrorCode.INVALID_STATE,
                f"an archive is being uploaded to environment {environment_id}",
                phase="uploading",
            )
        self._uploading.add(environment_id)
        try:
            yield
        finally:
            self._uploading.discard(environment_id)

    async def replace(self, user: str, environment_id: str, archive: Received) -> Environment:
        """Replace an environment's profile by the content of an archive; all of it or nothing.

        Its files replace those of the same names; the others stay.

        Raises
        ------
        CommandRefusedError
            `ENVIRONMENT_NOT_FOUND`; `INVALID_PARAMETER`: it is no archive of a profile.
        """
        if not archive.name.lower().endswith(_SUFFIXES):
            raise _bad_archive("Only .tar.gz files are allowed")
        unpacked: dict[str, Path] = {}

        def sink(name: str) -> IO[bytes]:
            unpacked[name] = self._folder.new()
            return unpacked[name].open("xb")

        try:
            contents = await asyncio.to_thread(profile_archive.read, archive.path, sink)
            now_ms = self._clock.now()
            files = {
                name: FileRecord(
                    id=self._ids.hex24(),
                    owner=user,
                    environment=environment_id,
                    original_name=name,
                    size=size,
                    created_ms=now_ms,
                )
                for name, size in contents.files.items()
            }
            return await self._put(user, environment_id, contents.state, archive.size, time.time(), files, unpacked)
        except ArchiveError as error:
            raise _bad_archive(str(error)) from error
        finally:
            for path in unpacked.values():
                await asyncio.to_thread(remove, path)

    async def pack(self, environment: Environment) -> Iterator[bytes]:
        """Return an environment's archive, in chunks that are made on demand.

        Raises
        ------
        CommandRefusedError
            `INVALID_PARAMETER`: it is empty.
        """
        require_profile(environment)
        files = [(file.name, self._files.path(file)) for file in await self._files.of_environment(environment.id)]
        state = self._folder.profile(environment.id, environment.profile or "")
        return profile_archive.write(state, files, self._clock.now() / 1000)

    # --- for sessions -------------------------------------------------------------------------------------------------

    async def load(self, environment_id: str) -> Mapping[str, Any] | None:
        """Return an environment's storage state, None where it is empty or was deleted; count one more use.

        Raises
        ------
        ProfileUnreadableError
            It is missing or damaged.
        """
        async with self._database.writing() as session:
            record = await session.get(EnvironmentRecord, environment_id)
            if record is None:
                return None
            record.last_used_ms = self._clock.now()
            record.usage_count += 1
        if record.profile is None:
            return None
        path = self._folder.profile(environment_id, record.profile)
        try:
            state: Mapping[str, Any] = json.loads(await asyncio.to_thread(path.read_bytes))
        except (OSError, ValueError) as error:
            log.error("the profile of environment %s can't be read: %s", environment_id, error)
            raise ProfileUnreadableError(f"the profile of environment {environment_id} can't be read") from error
        return state

    async def save(self, environment_id: str, state: Mapping[str, Any], ended_s: float) -> bool:
        """Replace an environment's profile by a session's storage state; return False where the environment is gone.

        The state of a session that ended before the one that is saved already is not saved; `ended_s` is by this
        machine's clock.
        """
        content = await asyncio.to_thread(lambda: json.dumps(state, ensure_ascii=False).encode())
        try:
            await self._put(None, environment_id, content, len(content), ended_s, {}, {})
        except CommandRefusedError:
            return False
        except StaleSaveError:
            log.info("environment %s: a session that ended later has been saved already", environment_id)
        return True

    # --- inside -------------------------------------------------------------------------------------------------------

    async def _put(
        self,
        user: str | None,
        environment_id: str,
        state: bytes,
        blob_size: int,
        ended_s: float,
        files: Mapping[str, FileRecord],
        contents: Mapping[str, Path],
    ) -> Environment:
        """Replace a profile, and files of the same names, in one transaction, after the content is on the disk."""
        async with self._locked(environment_id):
            profile = await asyncio.to_thread(self._folder.add_profile, environment_id, state)
            for name, file in files.items():
                await asyncio.to_thread(self._folder.add_file, file.id, name, contents[name])
            old: list[FileRecord] = []
            try:
                async with self._database.writing() as session:
                    record = await session.get(EnvironmentRecord, environment_id)
                    if record is None or (user is not None and record.owner != user):
                        raise unknown_environment(environment_id)
                    last = await session.get(LastEnding, environment_id)
                    if user is None and last is not None and ended_s < last.ended_s <= time.time():
                        raise StaleSaveError
                    await session.merge(LastEnding(environment=environment_id, ended_s=ended_s))
                    if files:
                        same = FileRecord.environment == environment_id, FileRecord.original_name.in_(files)
                        old = list(await session.scalars(select(FileRecord).where(*same)))
                        for file in old:
                            await session.delete(file)
                        session.add_all(files.values())
                    before, record.profile = record.profile, profile
                    record.blob_size, record.blob_ms = blob_size, self._clock.now()
                    record.updated_ms = record.blob_ms
            except BaseException:
                await asyncio.to_thread(remove, self._folder.profile(environment_id, profile))
                for file in files.values():
                    await asyncio.to_thread(self._folder.remove_file, file.id)
                raise
            # The one before stays: SQLite may forget its last commit when the power goes, and name that one again.
            await asyncio.to_thread(self._folder.prune_profiles, environment_id, (profile, before))
            for file in old:
                await asyncio.to_thread(self._folder.remove_file, file.id)
        return self._environment(record)

    def _environment(self, record: EnvironmentRecord) -> Environment:
        status: EnvironmentStatus = "empty" if record.profile is None else "ready"
        return Environment(
            id=record.id,
            owner=record.owner,
            name=record.name,
            description=record.description,
            status="uploading" if record.id in self._uploading else status,
            created_ms=record.created_ms,
            updated_ms=record.updated_ms,
            profile=record.profile,
            profile_bytes=record.blob_size,
            profile_ms=record.blob_ms,
            last_used_ms=record.last_used_ms,
            usage_count=record.usage_count,
        )

    def _locked(self, environment_id: str) -> AbstractAsyncContextManager[object]:
        return AsyncFileLock(self._folder.lock_of(environment_id), **LOCK_OPTIONS)


def require_profile(environment: Environment) -> None:
    """Check that an environment has a profile to download.

    Raises
    ------
    CommandRefusedError
        `INVALID_PARAMETER`: it is empty.
    """
    if environment.profile is None:
        raise CommandRefusedError(
            ErrorCode.INVALID_PARAMETER,
            "Profile has no data to download",
            parameter="id",
            value=environment.id,
        )


def _bad_archive(message: str) -> CommandRefusedError:
    return CommandRefusedError(ErrorCode.INVALID_PARAMETER, message, parameter="file")

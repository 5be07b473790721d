"""Uploaded files, which are attached to tasks and moved into environments, and downloads of tasks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import func, select

from webrun_nb.common.codes import ErrorCode
from webrun_nb.emulator.domain.clock import Clock
from webrun_nb.emulator.domain.environment import UploadedFile
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.domain.file_names import safe_name
from webrun_nb.emulator.domain.ids import IdSource
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.domain.task import AttachedFile, DownloadedFile, Task
from webrun_nb.emulator.services.signing import Signer
from webrun_nb.emulator.storage.data_folder import DataFolder, remove
from webrun_nb.emulator.storage.database import Database
from webrun_nb.emulator.storage.tables import EnvironmentRecord, FileRecord

log = logging.getLogger(__name__)

ORPHAN_MS = 3_600_000
"""The lifetime of a file that belongs to no environment (contract, section 8)."""
MAX_FILES_PER_UPLOAD = 20
MAX_FILES_PER_USER = 1_000
MAX_FILES_PER_TASK = 20


@dataclass(frozen=True, slots=True)
class Received:
    """A file that was received: its name, its temporary path, and its size."""

    name: str
    path: Path
    size: int


class Files:
    """Keeps the users' uploaded files."""

    def __init__(self, database: Database, folder: DataFolder, clock: Clock, ids: IdSource) -> None:
        self._database = database
        self._folder = folder
        self._clock = clock
        self._ids = ids
        self._background: set[asyncio.Task[None]] = set()

    async def upload(self, user: str, received: Sequence[Received], environment_id: str | None) -> list[UploadedFile]:
        """Store files, in an environment or for an hour.

        Raises
        ------
        CommandRefusedError
            `ENVIRONMENT_NOT_FOUND`; `INVALID_PARAMETER`: too many; `MISSING_REQUIRED_FIELD`: none.
        """
        if not received:
            raise CommandRefusedError(ErrorCode.MISSING_REQUIRED_FIELD, "No file provided", field="files")
        now_ms = self._clock.now()
        records = [
            FileRecord(
                id=self._ids.hex24(),
                owner=user,
                environment=environment_id,
                original_name=safe_name(file.name),
                size=file.size,
                created_ms=now_ms,
                expires_ms=None if environment_id else now_ms + ORPHAN_MS,
            )
            for file in received
        ]
        for record, file in zip(records, received, strict=True):
            await asyncio.to_thread(self._folder.add_file, record.id, record.original_name, file.path)
        try:
            async with self._database.writing() as session:
                if environment_id is not None:
                    environment = await session.get(EnvironmentRecord, environment_id)
                    if environment is None or environment.owner != user:
                        raise unknown_environment(environment_id)
                count = await session.scalar(
                    select(func.count()).select_from(FileRecord).where(FileRecord.owner == user)
                )
                if (count or 0) + len(records) > MAX_FILES_PER_USER:
                    raise CommandRefusedError(
                        ErrorCode.INVALID_PARAMETER,
                        f"there can be at most {MAX_FILES_PER_USER} files: delete some first",
                        parameter="files",
                        max=MAX_FILES_PER_USER,
                    )
                session.add_all(records)
        except BaseException:
            for record in records:
                await asyncio.to_thread(self._folder.remove_file, record.id)
            raise
        if environment_id is None:
            self._expire_at(now_ms + ORPHAN_MS)
        return [_uploaded(record) for record in records]

    async def of_environment(self, environment_id: str) -> list[UploadedFile]:
        """Return an environment's files, oldest first."""
        async with self._database.reading() as session:
            query = select(FileRecord).where(FileRecord.environment == environment_id)
            records = await session.scalars(query.order_by(FileRecord.created_ms, FileRecord.original_name))
            return [_uploaded(record) for record in records]

    async def delete(self, environment_id: str, file_id: str) -> None:
        """Delete a file of an environment.

        Raises
        ------
        CommandRefusedError
            `FILE_NOT_FOUND`.
        """
        async with self._database.writing() as session:
            record = await session.get(FileRecord, file_id)
            if record is None or record.environment != environment_id:
                raise unknown_file(file_id)
            await session.delete(record)
        await asyncio.to_thread(self._folder.remove_file, file_id)

    async def attach(self, user: str, file_ids: Sequence[str], environment_id: str | None) -> tuple[AttachedFile, ...]:
        """Return the files that a task names; move those without an environment into the session's.

        Raises
        ------
        CommandRefusedError
            `FILE_NOT_FOUND`: it does not exist, it has expired, or it is another user's; `INVALID_PARAMETER`.
        """
        if len(file_ids) > MAX_FILES_PER_TASK:
            raise CommandRefusedError(
                ErrorCode.INVALID_PARAMETER,
                f"a task takes at most {MAX_FILES_PER_TASK} files",
                parameter="files",
                value=len(file_ids),
                max=MAX_FILES_PER_TASK,
            )
        if not file_ids:
            return ()
        async with self._database.writing() as session:
            records = [await session.get(FileRecord, file_id) for file_id in file_ids]
            for file_id, record in zip(file_ids, records, strict=True):
                if record is None or record.owner != user or self._expired(record):
                    raise unknown_file(file_id)
                if record.environment is None and environment_id is not None:
                    record.environment, record.expires_ms = environment_id, None
        return tuple(self._attached(_uploaded(record)) for record in records if record is not None)

    async def for_task(
        self, user: str, file_ids: Sequence[str], environment_id: str | None
    ) -> tuple[AttachedFile, ...]:
        """Return the files of a task: those that it names, or else all of its session's environment.

        Raises
        ------
        CommandRefusedError
            As `attach`.
        """
        named = await self.attach(user, file_ids, environment_id)
        if named or environment_id is None:
            return named
        return tuple(self._attached(file) for file in await self.of_environment(environment_id))

    def incoming_path(self) -> Path:
        """Return a path of its own for a file that is being received."""
        return self._folder.new()

    def path(self, file: UploadedFile) -> Path:
        """Return the path of a file's content."""
        return self._folder.file(file.id, file.name)

    async def sweep(self) -> None:
        """Remove expired files, and schedule the removal of the others."""
        now_ms = self._clock.now()
        async with self._database.writing() as session:
            query = select(FileRecord).where(FileRecord.expires_ms.is_not(None))
            orphans = list(await session.scalars(query))
            expired = [record for record in orphans if self._expired(record)]
            for record in expired:
                await session.delete(record)
        for record in expired:
            await asyncio.to_thread(self._folder.remove_file, record.id)
        later = [record.expires_ms for record in orphans if record.expires_ms and record.expires_ms > now_ms]
        if later:
            self._expire_at(min(later))

    def _attached(self, file: UploadedFile) -> AttachedFile:
        return AttachedFile(file.id, file.name, str(self.path(file)))

    def _expired(self, record: FileRecord) -> bool:
        return record.expires_ms is not None and record.expires_ms <= self._clock.now()

    def _expire_at(self, when_ms: float) -> None:
        self._clock.call_at(when_ms, partial(self._spawn_sweep))

    def _spawn_sweep(self) -> None:
        task = asyncio.get_running_loop().create_task(self.sweep(), name="expired files")
        self._background.add(task)
        task.add_done_callback(self._background.discard)


def discard(received: Sequence[Received]) -> None:
    """Remove the received files that were not kept."""
    for file in received:
        remove(file.path)


def unknown_environment(environment_id: str) -> CommandRefusedError:
    """Return the error for an environment that there is not, or that is another user's."""
    return CommandRefusedError(ErrorCode.ENVIRONMENT_NOT_FOUND, f"there is no environment {environment_id[:40]}")


def unknown_file(file_id: str) -> CommandRefusedError:
    """Return the error for a file that there is not, or that is another user's."""
    return CommandRefusedError(ErrorCode.FILE_NOT_FOUND, f"there is no file {file_id[:40]}")


MAX_PER_TASK = 50
_SOURCE_LENGTH = 2_048


def _uploaded(record: FileRecord) -> UploadedFile:
    return UploadedFile(record.id, record.original_name, record.size, record.created_ms)


class Downloads:
    """Keeps the files that tasks download."""

    def __init__(self, folder: DataFolder, signer: Signer, clock: Clock, ids: IdSource) -> None:
        self._folder = folder
        self._signer = signer
        self._clock = clock
        self._ids = ids

    def place(self, task: Task | None) -> Path | None:
        """Return the path for a download; None where there is no task for it, or it has enough."""
        if task is None or task.ended or len(task.downloads) >= MAX_PER_TASK:
            return None
        return self._folder.new()

    def keep(self, session: Session, task: Task, url: str, name: str, content: Path) -> None:
        """Keep a complete download, and list it among those of the task."""
        if task.ended:
            remove(content)
            return
        name, download_id = safe_name(name), self._ids.hex24()
        self._folder.add_download(session.id, download_id, name, content)
        address = self._signer.url(download_path(session.id, download_id, name))
        source = "data:" if url.startswith("data:") else url[:_SOURCE_LENGTH]
        task.downloads.append(DownloadedFile(source, address, name, self._clock.now()))

    def find(self, session_id: str, download_id: str, name: str, signature: str) -> Path | None:
        """Return the path of a download; None where the signature of its URL is invalid, or the file is gone."""
        if not self._signer.verify(download_path(session_id, download_id, name), signature, ""):
            return None
        path = self._folder.download(session_id, download_id, name)
        return path if path.is_file() else None


def download_path(session_id: str, download_id: str, name: str) -> str:
    """Return the URL path of a download."""
    return f"/signed/downloads/{session_id}/{download_id}/{name}"

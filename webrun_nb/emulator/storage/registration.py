"""The registration of the emulators that use the database, and the end of the sessions of killed emulators.

An emulator holds a lock on a file of its own for as long as it runs. The system releases it when the process ends,
however it ends, so that no heartbeat is needed, which could be late.
"""

from __future__ import annotations

import asyncio
import os
import platform
import secrets
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import select

from webrun_nb.common.codes import EndReason, SessionStatus, TaskFailureCode
from webrun_nb.emulator.storage.database import LOCK_OPTIONS, Database
from webrun_nb.emulator.storage.tables import EmulatorRecord, SessionRecord, TaskRecord
from webrun_nb.wire.responses import TaskFailed

_LOST = "the emulator that ran it was killed; what it used until then is not recorded"


class EmulatorRegistration:
    """The entry of this emulator in the database. Made by `register`."""

    def __init__(self, database: Database, emulator_id: str, lock: FileLock, lock_path: Path) -> None:
        self.id = emulator_id
        self._database = database
        self._lock = lock
        self._lock_path = lock_path

    @classmethod
    async def register(cls, database: Database, now_ms: float) -> EmulatorRegistration:
        """Register this emulator, and end the sessions of killed emulators.

        Raises
        ------
        OSError
            The lock file can't be created.
        """
        emulator_id = secrets.token_hex(8)
        folder = database.folder / "running"
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / f"{emulator_id}.lock"
        lock = FileLock(path, **LOCK_OPTIONS)
        await asyncio.to_thread(lock.acquire)
        async with database.writing() as session:
            session.add(
                EmulatorRecord(id=emulator_id, host=platform.node(), lock=str(path), pid=os.getpid(), started_ms=now_ms)
            )
        registration = cls(database, emulator_id, lock, path)
        await registration.close_orphaned(now_ms)
        return registration

    async def close_orphaned(self, now_ms: float) -> None:
        """End, as failed, the sessions of killed emulators."""
        async with self._database.reading() as session:
            query = select(EmulatorRecord).where(EmulatorRecord.ended_ms.is_(None), EmulatorRecord.id != self.id)
            others = (await session.scalars(query)).all()
        for other in others:
            if other.host == platform.node():  # that of one on another machine can't be checked here
                await self._end_if_dead(other, now_ms)

    async def leave(self, now_ms: float) -> None:
        """Record that this emulator has ended, after all of its sessions."""
        async with self._database.writing() as session:
            record = await session.get(EmulatorRecord, self.id)
            if record is not None:
                record.ended_ms = now_ms
        await asyncio.to_thread(self._lock_path.unlink, missing_ok=True)
        self._lock.release()

    async def _end_if_dead(self, other: EmulatorRecord, now_ms: float) -> None:
        path = Path(other.lock)
        lock = FileLock(path, **LOCK_OPTIONS)
        if not await asyncio.to_thread(_is_free, path, lock):
            return
        try:
            async with self._database.writing() as session:
                record = await session.get(EmulatorRecord, other.id)
                if record is None or record.ended_ms is not None:
                    return
                record.ended_ms = now_ms
                open_ones = select(SessionRecord).where(
                    SessionRecord.emulator == other.id, SessionRecord.ended_ms.is_(None)
                )
                for lost in (await session.scalars(open_ones)).all():
                    tasks = (await session.scalars(select(TaskRecord).where(TaskRecord.session == lost.id))).all()
                    _end(lost, list(tasks))
        finally:
            lock.release()


def _is_free(path: Path, lock: FileLock) -> bool:
    """Take a dead emulator's lock, and remove its file; False where the emulator runs and holds it."""
    if not path.exists():
        return True
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return False
    path.unlink(missing_ok=True)
    return True


def _end(lost: SessionRecord, tasks: list[TaskRecord]) -> None:
    """End a session, with the time of its last known event."""
    moments = [task.ended_ms or task.created_ms for task in tasks]
    lost.ended_ms = max([lost.created_ms, *moments])
    over: dict[str, Any] = {
        "status": SessionStatus.FAILED,
        "reason": EndReason.INSTANCE_LOST,
        "phase": None,
        "expiresAt": None,
        "note": _LOST,
    }
    lost.answer = {**lost.answer, **over, "currentTaskId": None, "queuedTaskIds": []}
    for task in tasks:
        if task.ended_ms is None:
            task.ended_ms = lost.ended_ms
            failed = TaskFailed(
                session_id=lost.id,
                task_id=task.id,
                error=_LOST,
                message=_LOST,
                code=TaskFailureCode.INSTANCE_LOST,
                usage=task.answer["usage"],
            )
            task.answer = failed.to_wire()


class PeerEmulators:
    """Finds the sessions of the other emulators that use the database."""

    def __init__(self, database: Database, registration: EmulatorRegistration, now_ms: Callable[[], float]) -> None:
        self._database = database
        self._registration = registration
        self._now_ms = now_ms

    async def sessions(self, environment_ids: Collection[str]) -> Mapping[str, frozenset[str]]:
        """Return, by environment, the open sessions of other emulators that run."""
        if await self._ask(environment_ids):  # an emulator that was killed has left its sessions open
            await self._registration.close_orphaned(self._now_ms())
            return await self._ask(environment_ids)
        return {}

    async def _ask(self, environment_ids: Collection[str]) -> Mapping[str, frozenset[str]]:
        used_by = SessionRecord.answer["environmentId"].as_string()
        query = select(SessionRecord.id, used_by).where(
            SessionRecord.ended_ms.is_(None),
            SessionRecord.emulator != self._registration.id,
            used_by.in_(list(environment_ids)),
        )
        found: dict[str, set[str]] = defaultdict(set)
        async with self._database.reading() as session:
            for session_id, environment_id in await session.execute(query):
                found[environment_id].add(session_id)
        return {environment_id: frozenset(ids) for environment_id, ids in found.items()}

"""Sessions and tasks, written behind the emulator's back: nobody who works waits for the disk."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, Table, and_, delete, or_, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from webrun_nb.emulator.domain.task import StoredRequest
from webrun_nb.emulator.storage.database import Database, reason
from webrun_nb.emulator.storage.schema import Base
from webrun_nb.emulator.storage.tables import (
    EmulatorRecord,
    RemovedSession,
    SessionRecord,
    TaskRecord,
    TaskReport,
    TaskRequest,
)

log = logging.getLogger(__name__)

RETENTION_MS = 30 * 24 * 3_600_000
"""How long the record of a session is kept after its end, by the clock."""
_MEMORY_OF_REMOVED_MS = 365 * 24 * 3_600_000
"""How long it is remembered that there was one."""
_RETRY_S = 2.0
MOST_PENDING = 2_000
"""What can't be written is kept in memory, and nothing of it dropped; past so many rows no new work is taken on."""
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class StoredSession:
    """What is kept of a session: an answer, or (None) that its record has been removed."""

    owner: str
    answer: Mapping[str, Any] | None


class WriteBehindStore:
    """Keeps what the endpoints answered last, per session and per task, and rows that are only ever added.

    Handing something over returns at once; `run` writes what has come together since, in one transaction, in the order
    in which it came in: a session before its tasks. What can't be written (the disk is full) is tried again until it
    can; what was said about the same session or task meanwhile takes its place. Nothing is dropped: whoever hands
    things over asks whether it is `full` before it begins what would add to them.

    Parameters
    ----------
    database : Database
        Where to.
    emulator_id : str
        Whose sessions these are.
    """

    def __init__(self, database: Database, emulator_id: str) -> None:
        self._database = database
        self._emulator_id = emulator_id
        self._pending: dict[tuple[str, str], Base] = {}
        self._news = asyncio.Event()
        self._written = asyncio.Condition()
        self._kept = 0
        """How often something was handed over; and up to which of those all is written."""
        self._done = 0
        self._failing = False

    @property
    def full(self) -> bool:
        """Whether so much can't be written that nothing new is to be begun."""
        return self._failing and len(self._pending) >= MOST_PENDING

    # --- writing ------------------------------------------------------------------------------------------------------

    def keep_session(
        self, session_id: str, owner: str, created_ms: float, ended_ms: float | None, answer: Mapping[str, Any]
    ) -> None:
        """Keep a session's answer, in place of the one before."""
        self._keep(
            (session_id, ""),
            SessionRecord(
                id=session_id,
                owner=owner,
                emulator=self._emulator_id,
                created_ms=created_ms,
                ended_ms=ended_ms,
                answer=dict(answer),
            ),
        )

    def keep_task(
        self, session_id: str, task_id: str, created_ms: float, ended_ms: float | None, answer: Mapping[str, Any]
    ) -> None:
        """Keep a task's answer, in place of the one before. Its session's has to be kept first."""
        record = TaskRecord(
            session=session_id, id=task_id, created_ms=created_ms, ended_ms=ended_ms, answer=dict(answer)
        )
        self._keep((session_id, task_id), record)

    def keep_report(self, session_id: str, task_id: str, report: Mapping[str, Any]) -> None:
        """Keep the report of a task that has ended. Its session's answer has to be kept first."""
        packed = zlib.compress(json.dumps(report, ensure_ascii=False).encode())
        self._keep((session_id, f"{task_id} report"), TaskReport(session=session_id, id=task_id, report=packed))

    def keep_request(self, session_id: str, task_id: str, request: Mapping[str, Any]) -> None:
        """Keep what a task was told. The task has to be kept first."""
        record = TaskRequest(session=session_id, task=task_id, request=dict(request))
        self._keep((session_id, f"{task_id} request"), record)

    def add(self, record: Base) -> None:
        """Keep a row of its own, after all that was handed over before; its number is the database's to give."""
        self._keep(("", str(self._kept)), record)

    def _keep(self, key: tuple[str, str], record: Base) -> None:
        self._pending[key] = record
        self._kept += 1
        self._news.set()

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            await self._news.wait()
            if not await self.write_pending():
                await asyncio.sleep(_RETRY_S)

    async def written(self) -> None:
        """Wait until all that was handed over so far is in the database."""
        goal = self._kept
        async with self._written:
            await self._written.wait_for(lambda: self._done >= goal)

    async def write_pending(self) -> bool:
        """Write what is pending; False where it could not be, and is pending still."""
        self._news.clear()
        taken, self._pending = self._pending, {}
        reached = self._kept
        try:
            try:
                await self._write(taken.values())
            except IntegrityError:  # one of them: its session was removed meanwhile
                for record in taken.values():
                    with contextlib.suppress(IntegrityError):
                        await self._write([record])
        except DBAPIError as error:
            if not self._failing:  # said once, not with every attempt
                log.error("results can't be kept for now: %s; it is tried again", reason(error))
            self._failing = True
            self._pending = {**taken, **self._pending}
            self._news.set()
            return False
        except BaseException:  # cancelled half-way: whoever closes writes the rest
            self._pending = {**taken, **self._pending}
            raise
        if self._failing:
            log.warning("results are kept again")
        self._failing = False
        self._done = reached
        async with self._written:
            self._written.notify_all()
        return True

    async def _write(self, records: Iterable[Base]) -> None:
        async with self._database.writing() as session:
            for record in records:
                await _write(session, record)

    async def flush(self) -> None:
        """Write what is left, once; `run` must not be running any more."""
        if self._pending and not await self.write_pending():
            log.error("%d sessions and tasks could not be kept", len(self._pending))

    # --- reading ------------------------------------------------------------------------------------------------------

    async def session(self, session_id: str, now_ms: float) -> StoredSession | None:
        """Return what is kept of a session; None where there never was one, or where it is open in another emulator."""
        async with self._database.reading() as session:
            record = await session.get(SessionRecord, session_id)
            if record is not None:
                if record.ended_ms is None:
                    return None
                expired = record.ended_ms < now_ms - RETENTION_MS
                return StoredSession(record.owner, None if expired else record.answer)
            removed = await session.get(RemovedSession, session_id)
            return None if removed is None else StoredSession(removed.owner, None)

    async def task(self, session_id: str, task_id: str) -> Mapping[str, Any] | None:
        """Return a task's last answer; None where its session has no such task."""
        async with self._database.reading() as session:
            record = await session.get(TaskRecord, (session_id, task_id))
            return None if record is None else record.answer

    async def report(self, owner: str, task_id: str, now_ms: float) -> Mapping[str, Any] | None:
        """Return the report of a task of one of the user's sessions that have ended."""
        query = (
            select(TaskReport.report)
            .join(SessionRecord, SessionRecord.id == TaskReport.session)
            .where(TaskReport.id == task_id, SessionRecord.owner == owner)
            .where(SessionRecord.ended_ms >= now_ms - RETENTION_MS)
        )
        async with self._database.reading() as session:
            packed = await session.scalar(query)
        found: Mapping[str, Any] | None = None if packed is None else json.loads(zlib.decompress(packed))
        return found

    async def request(self, owner: str, task_id: str, now_ms: float) -> StoredRequest | None:
        """Return what one of a user's tasks was told; None where no such task is kept."""
        query = _requests_of(owner, now_ms).where(TaskRequest.task == task_id).limit(1)
        async with self._database.reading() as session:
            row = (await session.execute(query)).first()
            return None if row is None else StoredRequest(*row)

    async def requests_of(self, owner: str, limit: int, now_ms: float) -> list[StoredRequest]:
        """Return what a user's tasks were told, newest first."""
        query = _requests_of(owner, now_ms).order_by(TaskRecord.created_ms.desc()).limit(limit)
        async with self._database.reading() as session:
            return [StoredRequest(*row) for row in (await session.execute(query)).all()]

    async def sessions_of(self, owner: str, limit: int, now_ms: float) -> Sequence[Mapping[str, Any]]:
        """Return the last answers of a user's sessions that have ended, newest first."""
        query = (
            select(SessionRecord.answer)
            .where(SessionRecord.owner == owner, SessionRecord.ended_ms >= now_ms - RETENTION_MS)
            .order_by(SessionRecord.created_ms.desc())
            .limit(limit)
        )
        async with self._database.reading() as session:
            return (await session.scalars(query)).all()

    # --- clearing up --------------------------------------------------------------------------------------------------

    async def expire(self, now_ms: float, *, others: bool = False) -> None:
        """Remove the records of sessions that ended long ago; that there were sessions stays known.

        `now_ms` may be a time travelled to, so that other emulators' records are removed only where `others` is said.
        """
        removed = _AT_ONCE
        while removed == _AT_ONCE:
            async with self._database.writing() as session:
                removed = await self._expire_some(session, now_ms, others)
        async with self._database.writing() as session:
            if others:
                await session.execute(
                    delete(RemovedSession).where(RemovedSession.removed_ms < now_ms - _MEMORY_OF_REMOVED_MS)
                )
                await session.execute(delete(EmulatorRecord).where(EmulatorRecord.ended_ms.is_not(None), *_unused()))

    async def _expire_some(self, session: AsyncSession, now_ms: float, others: bool) -> int:
        whose = [] if others else [SessionRecord.emulator == self._emulator_id]
        old = select(SessionRecord.id, SessionRecord.owner).where(
            SessionRecord.ended_ms < now_ms - RETENTION_MS, *whose
        )
        rows = (await session.execute(old.limit(_AT_ONCE))).all()
        for session_id, owner in rows:
            await session.merge(RemovedSession(id=session_id, owner=owner, removed_ms=now_ms))
        await session.execute(delete(SessionRecord).where(SessionRecord.id.in_([row[0] for row in rows])))
        return len(rows)

    async def forget_all(self) -> None:
        """Remove whatever this emulator has made: the rows with its id in a column `emulator`, of every table."""
        async with self._database.writing() as session:
            for table in reversed(_made_by_emulators()):
                await session.execute(delete(table).where(table.c.emulator == self._emulator_id))


def _requests_of(owner: str, now_ms: float) -> Select[tuple[str, str, float, dict[str, Any]]]:
    """Select the rows of `StoredRequest` of a user's sessions that are open or ended not too long ago."""
    is_kept = or_(SessionRecord.ended_ms.is_(None), SessionRecord.ended_ms >= now_ms - RETENTION_MS)
    return (
        select(TaskRequest.session, TaskRequest.task, TaskRecord.created_ms, TaskRequest.request)
        .join(TaskRecord, and_(TaskRecord.session == TaskRequest.session, TaskRecord.id == TaskRequest.task))
        .join(SessionRecord, SessionRecord.id == TaskRequest.session)
        .where(SessionRecord.owner == owner, is_kept)
    )


def _made_by_emulators() -> list[Table]:
    """Return the tables that say which emulator made a row, those that others refer to first."""
    return [table for table in Base.metadata.sorted_tables if "emulator" in table.c]


def _unused() -> list[Any]:
    """Return the conditions on an emulator of which no row of any table is."""
    return [
        ~select(table.c.emulator).where(table.c.emulator == EmulatorRecord.id).exists()
        for table in _made_by_emulators()
    ]


async def _write(session: AsyncSession, record: Base) -> None:
    """Insert a record or replace the one before; a session whose id was given out again (`--seed`) replaces all."""
    if isinstance(record, SessionRecord):
        before = await session.get(SessionRecord, record.id)
        if before is not None and before.emulator != record.emulator:
            await session.delete(before)
            await session.flush()
    await session.merge(record)
    await session.flush()  # in this order: a session before its tasks

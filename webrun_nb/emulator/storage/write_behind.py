"""The store of sessions and tasks, which writes to the database in the background."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, Table, and_, delete, or_, select
from sqlalchemy.dialects.sqlite import Insert, insert
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
"""The time that the record of a session is kept after its end, by the clock."""
_MEMORY_OF_REMOVED_MS = 365 * 24 * 3_600_000
"""The time that the id of a removed session is kept."""
_RETRY_S = 2.0
_TOGETHER_S = 0.2
"""The time for which rows are collected before they are written, unless someone waits for them."""
MOST_PENDING = 2_000
"""The number of rows that wait to be written from which on no new work is accepted; nothing is dropped."""
_AT_ONCE = 500

MakeRecord = Callable[[], Base]
"""Makes a row, in a thread, as that takes time."""


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A stored session: its answer, or None where its record has been removed."""

    owner: str
    answer: Mapping[str, Any] | None


class WriteBehindStore:
    """Writes the last answers for sessions and tasks to the database, and rows that are only added.

    The `keep_…` methods return at once; `run` writes all rows that have come in since, in one transaction, in their
    order: a session before its tasks. Rows that can't be written (the disk is full) are tried again until they can;
    newer rows of the same session or task replace them. Nothing is dropped: callers check `full` before they begin
    work that would add rows.

    Parameters
    ----------
    database : Database
        The database.
    emulator_id : str
        The emulator that owns these sessions.
    """

    def __init__(self, database: Database, emulator_id: str) -> None:
        self._database = database
        self._emulator_id = emulator_id
        self._pending: dict[tuple[str, str], Base | MakeRecord] = {}
        self._news = asyncio.Event()
        self._awaited = asyncio.Event()
        """Set while someone waits for the rows to be written."""
        self._written = asyncio.Condition()
        self._kept = 0
        """The number of rows that came in; `_done` is the number up to which all are written."""
        self._done = 0
        self._failing = False

    @property
    def full(self) -> bool:
        """True where so many rows can't be written that no new work is accepted."""
        return self._failing and len(self._pending) >= MOST_PENDING

    # --- writing ------------------------------------------------------------------------------------------------------

    def keep_session(
        self, session_id: str, owner: str, created_ms: float, ended_ms: float | None, answer: Mapping[str, Any]
    ) -> None:
        """Store a session's answer; it replaces the one before."""
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
        """Store a task's answer; it replaces the one before. Its session has to be stored first."""
        record = TaskRecord(
            session=session_id, id=task_id, created_ms=created_ms, ended_ms=ended_ms, answer=dict(answer)
        )
        self._keep((session_id, task_id), record)

    def keep_report(self, session_id: str, task_id: str, report: Callable[[], bytes]) -> None:
        """Store the report of a task that has ended. Its session has to be stored first.

        A report may be large: `report` returns its JSON, and is called in a thread.
        """

        def packed() -> Base:
            return TaskReport(session=session_id, id=task_id, report=zlib.compress(report()))

        self._keep((session_id, f"{task_id} report"), packed)

    def keep_request(self, session_id: str, task_id: str, request: Mapping[str, Any]) -> None:
        """Store a task's request. The task has to be stored first."""
        record = TaskRequest(session=session_id, task=task_id, request=dict(request))
        self._keep((session_id, f"{task_id} request"), record)

    def add(self, record: Base) -> None:
        """Add a row, after all that came in before; the database numbers it."""
        self._keep(("", str(self._kept)), record)

    def _keep(self, key: tuple[str, str], record: Base | MakeRecord) -> None:
        self._pending[key] = record
        self._kept += 1
        self._news.set()

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            await self._news.wait()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_TOGETHER_S):
                    await self._awaited.wait()
            if not await self.write_pending():
                await asyncio.sleep(_RETRY_S)

    async def written(self) -> None:
        """Wait until all rows that have come in so far are in the database."""
        goal = self._kept
        self._awaited.set()
        async with self._written:
            await self._written.wait_for(lambda: self._done >= goal)

    async def write_pending(self) -> bool:
        """Write the pending rows; False where they could not be written, and are still pending."""
        self._news.clear()
        self._awaited.clear()
        taken, self._pending = self._pending, {}
        reached = self._kept
        try:
            records = [await _made(record) for record in taken.values()]
            try:
                await self._write(records)
            except IntegrityError:  # one of them: its session was removed meanwhile
                for record in records:
                    with contextlib.suppress(IntegrityError):
                        await self._write([record])
        except DBAPIError as error:
            if not self._failing:  # logged once, not with every attempt
                log.error("results can't be stored for now: %s; this is tried again", reason(error))
            self._failing = True
            self._pending = {**taken, **self._pending}
            self._news.set()
            return False
        except BaseException:  # cancelled half-way: `flush` writes the rest
            self._pending = {**taken, **self._pending}
            raise
        if self._failing:
            log.warning("results are stored again")
        self._failing = False
        self._done = reached
        async with self._written:
            self._written.notify_all()
        return True

    async def _write(self, records: Iterable[Base]) -> None:
        """Write rows by table, those that others refer to first: a session before its tasks."""
        by_table: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for record in records:
            values = _values_of(record)
            by_table.setdefault((record.__tablename__, *values), []).append(values)
        async with self._database.writing() as session:
            for table in Base.metadata.sorted_tables:
                for (name, *columns), rows in by_table.items():
                    if name != table.name:
                        continue
                    if name == SessionRecord.__tablename__:  # an id that was given out again (`--seed`) replaces all
                        ids = [row["id"] for row in rows]
                        others = SessionRecord.id.in_(ids), SessionRecord.emulator != self._emulator_id
                        await session.execute(delete(SessionRecord).where(*others))
                    await session.execute(_upsert(table, tuple(columns)), rows)

    async def flush(self) -> None:
        """Write the remaining rows, once; `run` must have ended."""
        if self._pending and not await self.write_pending():
            log.error("%d sessions and tasks could not be stored", len(self._pending))

    # --- reading ------------------------------------------------------------------------------------------------------

    async def session(self, session_id: str, now_ms: float) -> StoredSession | None:
        """Return a stored session; None where there never was one, or where it is open in another emulator."""
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

    async def report(self, owner: str, task_id: str, now_ms: float) -> bytes | None:
        """Return the report of a task of one of the user's sessions that have ended: JSON, compressed with zlib."""
        query = (
            select(TaskReport.report)
            .join(SessionRecord, SessionRecord.id == TaskReport.session)
            .where(TaskReport.id == task_id, SessionRecord.owner == owner)
            .where(SessionRecord.ended_ms >= now_ms - RETENTION_MS)
        )
        async with self._database.reading() as session:
            return await session.scalar(query)

    async def request(self, owner: str, task_id: str, now_ms: float) -> StoredRequest | None:
        """Return the request of one of a user's tasks; None where no such task is stored."""
        query = _requests_of(owner, now_ms).where(TaskRequest.task == task_id).limit(1)
        async with self._database.reading() as session:
            row = (await session.execute(query)).first()
            return None if row is None else StoredRequest(*row)

    async def requests_of(self, owner: str, limit: int, now_ms: float) -> list[StoredRequest]:
        """Return the requests of a user's tasks, newest first."""
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
        """Remove the records of sessions that ended long ago; their ids stay known.

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
        """Remove all rows that this emulator has created: those with its id in the column `emulator`."""
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
    """Return the tables with a column `emulator`, those that others refer to first."""
    return [table for table in Base.metadata.sorted_tables if "emulator" in table.c]


def _unused() -> list[Any]:
    """Return the conditions on emulators that no row of any table refers to."""
    return [
        ~select(table.c.emulator).where(table.c.emulator == EmulatorRecord.id).exists()
        for table in _made_by_emulators()
    ]


async def _made(record: Base | MakeRecord) -> Base:
    return record if isinstance(record, Base) else await asyncio.to_thread(record)


def _values_of(record: Base) -> dict[str, Any]:
    """Return the values of the columns that are set."""
    return {name: value for name, value in vars(record).items() if name != "_sa_instance_state"}


@lru_cache
def _upsert(table: Table, names: tuple[str, ...]) -> Insert:
    """Return the statement that inserts a row or replaces the one before; a row without its key is a new one."""
    statement, keys = insert(table), {column.name for column in table.primary_key}
    if not keys <= set(names):
        return statement
    values = {name: statement.excluded[name] for name in names if name not in keys}
    return statement.on_conflict_do_update(index_elements=list(keys), set_=values)

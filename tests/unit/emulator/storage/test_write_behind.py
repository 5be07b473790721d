"""Tests of sessions and tasks in the database: written in the background, found, removed, closed after a crash."""

from __future__ import annotations

import asyncio
import sqlite3

import pytest
from sqlalchemy import select, text

from webrun_nb.emulator.storage import write_behind
from webrun_nb.emulator.storage.database import FILE_NAME, Database
from webrun_nb.emulator.storage.registration import EmulatorRegistration
from webrun_nb.emulator.storage.tables import EmulatorRecord, RemovedSession, SessionRecord, TaskRecord
from webrun_nb.emulator.storage.write_behind import RETENTION_MS, WriteBehindStore

DAY_MS = 24 * 3_600_000
USAGE = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2, "completion_time": 0.1, "cost": 0.5}


class Emulator:
    """A running emulator's share of the database."""

    def __init__(self, database: Database, registration: EmulatorRegistration) -> None:
        self.database = database
        self.registration = registration
        self.archive = WriteBehindStore(database, registration.id)

    def session(self, id: str, owner: str = "ann", created_ms: float = 0.0, ended_ms: float | None = None) -> None:
        answer = {"sessionId": id, "status": "terminated" if ended_ms is not None else "active", "usage": USAGE}
        self.archive.keep_session(id, owner, created_ms, ended_ms, answer)

    def task(self, session: str, id: str, ended_ms: float | None = None) -> None:
        state = {"status": "complete"} if ended_ms is not None else {"status": "running"}
        self.archive.keep_task(session, id, 1.0, ended_ms, {"taskId": id, "usage": USAGE, **state})

    def die(self) -> None:
        """Release the lock, as the operating system does for a process that is killed."""
        self.registration._lock.release()


@pytest.fixture
async def start(tmp_path):
    opened = []

    async def start_emulator(now_ms: float = 0.0) -> Emulator:
        database = await Database.open(tmp_path)
        opened.append(database)
        return Emulator(database, await EmulatorRegistration.register(database, now_ms))

    yield start_emulator
    for database in opened:
        await database.close()


async def test_what_is_kept_last_is_found(start):
    one = await start()
    one.session("s")
    one.task("s", "t")
    one.session("s", ended_ms=5.0)
    one.task("s", "t", ended_ms=4.0)
    await one.archive.flush()
    kept = await one.archive.session("s", 6.0)
    assert (kept.owner, kept.answer["status"]) == ("ann", "terminated")
    assert (await one.archive.task("s", "t"))["status"] == "complete"


async def test_an_open_session_is_not_found_by_another_emulator(start):
    one, other = await start(), await start()
    one.session("s")
    await one.archive.flush()
    assert await other.archive.session("s", 0.0) is None


async def test_an_ended_session_is_found_by_another_emulator(start):
    one, other = await start(), await start()
    one.session("s", ended_ms=5.0)
    await one.archive.flush()
    assert (await other.archive.session("s", 6.0)).answer["status"] == "terminated"


async def test_whoever_waits_goes_on_once_all_is_written(start, tmp_path):
    one = await start()
    running = asyncio.create_task(one.archive.run())
    one.session("s", ended_ms=5.0)
    await one.archive.written()
    running.cancel()
    with sqlite3.connect(tmp_path / FILE_NAME) as file:
        assert file.execute("SELECT id FROM sessions").fetchall() == [("s",)]
    file.close()


async def test_what_cannot_be_written_is_written_later_and_said_once(start, caplog):
    one = await start()
    pages = text("PRAGMA max_page_count = 1")  # as on a disk that is full
    async with one.database.writing() as session:
        await session.execute(pages)
    one.archive.keep_session("s", "ann", 0.0, None, {"padding": "x" * 100_000})
    assert not await one.archive.write_pending()
    assert not await one.archive.write_pending()
    assert [record.message for record in caplog.records] == [
        "results can't be stored for now: database or disk is full; this is tried again"
    ]
    async with one.database.writing() as session:
        await session.execute(text("PRAGMA max_page_count = 1000000"))
    one.session("s", ended_ms=5.0)
    assert await one.archive.write_pending()
    assert (await one.archive.session("s", 6.0)).answer["status"] == "terminated"


async def test_what_cannot_be_written_is_bounded_and_nothing_of_it_lost(start, monkeypatch):
    monkeypatch.setattr(write_behind, "MOST_PENDING", 3)
    one = await start()
    async with one.database.writing() as session:
        await session.execute(text("PRAGMA max_page_count = 1"))  # as on a disk that is full
    one.archive.keep_session("s", "ann", 0.0, None, {"padding": "x" * 100_000})
    one.task("s", "t1")
    one.task("s", "t2")
    full = [one.archive.full]  # many rows alone are no reason to refuse work: they are about to be written
    assert not await one.archive.write_pending()
    full.append(one.archive.full)
    async with one.database.writing() as session:
        await session.execute(text("PRAGMA max_page_count = 1000000"))
    assert await one.archive.write_pending()
    assert [*full, one.archive.full] == [False, True, False]
    assert [await one.archive.task("s", id) is not None for id in ("t1", "t2")] == [True, True]


async def test_a_task_whose_session_was_removed_holds_nothing_up(start):
    one = await start()
    one.task("gone", "t")
    one.session("s", ended_ms=5.0)
    await one.archive.flush()
    assert await one.archive.session("s", 6.0) is not None
    assert await one.archive.task("gone", "t") is None


async def test_sessions_newest_first_and_only_so_many(start):
    one = await start()
    for number in range(5):
        one.session(f"s{number}", created_ms=number, ended_ms=9.0)
    one.session("bob's", "bob", created_ms=7.0, ended_ms=9.0)
    await one.archive.flush()
    listed = await one.archive.sessions_of("ann", 3, 10.0)
    assert [answer["sessionId"] for answer in listed] == ["s4", "s3", "s2"]


async def test_after_its_time_a_record_is_gone_but_not_forgotten(start):
    one = await start()
    one.session("s", ended_ms=0.0)
    one.task("s", "t", ended_ms=0.0)
    await one.archive.flush()
    assert (await one.archive.session("s", RETENTION_MS)).answer is not None
    assert (await one.archive.session("s", RETENTION_MS + 1)).answer is None
    await one.archive.expire(RETENTION_MS + 1)
    assert (await one.archive.session("s", RETENTION_MS + 1)).answer is None
    assert (await one.archive.session("s", RETENTION_MS + 1)).owner == "ann"
    assert await one.archive.task("s", "t") is None


async def test_a_thousand_records_expire_at_once(start):
    one = await start()
    for number in range(1_100):
        one.session(f"s{number}", ended_ms=0.0)
    await one.archive.flush()
    await one.archive.expire(RETENTION_MS + 1)
    async with one.database.reading() as session:
        assert (await session.scalars(select(SessionRecord))).all() == []
        assert len((await session.scalars(select(RemovedSession))).all()) == 1_100


async def test_an_emulator_that_travels_in_time_removes_its_own_records_alone(start):
    one, other = await start(), await start()
    one.session("one", ended_ms=0.0)
    other.session("other", ended_ms=0.0)
    await one.archive.flush()
    await other.archive.flush()
    await one.archive.expire(31 * DAY_MS)
    assert (await one.archive.session("other", 0.0)).answer is not None


async def test_emulators_that_left_nothing_are_forgotten(start):
    one, other = await start(), await start()
    one.session("s", ended_ms=0.0)
    await one.archive.flush()
    await one.registration.leave(1.0)
    await other.archive.expire(2.0, others=True)
    assert await emulators(other) == {one.registration.id, other.registration.id}
    await other.archive.expire(RETENTION_MS + 1, others=True)
    assert await emulators(other) == {other.registration.id}


async def emulators(emulator: Emulator) -> set[str]:
    async with emulator.database.reading() as session:
        return set((await session.scalars(select(EmulatorRecord.id))).all())


async def test_forgetting_all_leaves_what_others_made(start):
    one, other = await start(), await start()
    for emulator, name in ((one, "one"), (other, "other")):
        emulator.session(name, ended_ms=0.0)
        emulator.task(name, "t", ended_ms=0.0)
        await emulator.archive.flush()
    await one.archive.forget_all()
    async with one.database.reading() as session:
        assert (await session.scalars(select(SessionRecord.id))).all() == ["other"]
        assert (await session.scalars(select(TaskRecord.session))).all() == ["other"]


async def test_the_next_emulator_ends_what_a_dead_one_left_open(start):
    dead = await start()
    dead.session("s", created_ms=1.0)
    dead.task("s", "done", ended_ms=7.0)
    dead.task("s", "running")
    await dead.archive.flush()
    dead.die()
    alive = await start(now_ms=99.0)
    session = (await alive.archive.session("s", 100.0)).answer
    assert (session["status"], session["reason"], session["currentTaskId"]) == ("failed", "instance_lost", None)
    assert (await alive.archive.task("s", "done"))["status"] == "complete"
    lost = await alive.archive.task("s", "running")
    assert (lost["status"], lost["code"], lost["pending"]) == ("failed", "INSTANCE_LOST", False)
    async with alive.database.reading() as reading:
        assert (await reading.get(SessionRecord, "s")).ended_ms == 7.0  # its last sign of life


async def test_what_a_living_emulator_has_open_stays_open(start):
    living = await start()
    living.session("s")
    await living.archive.flush()
    other = await start()
    async with other.database.reading() as reading:
        assert (await reading.get(SessionRecord, "s")).ended_ms is None


async def test_an_emulator_that_left_is_no_dead_one(start, tmp_path):
    one = await start()
    await one.registration.leave(5.0)
    other = await start(now_ms=9.0)
    async with other.database.reading() as reading:
        assert (await reading.get(EmulatorRecord, one.registration.id)).ended_ms == 5.0
    assert [path.stem for path in (tmp_path / "running").iterdir()] == [other.registration.id]


async def test_an_id_that_is_given_out_again_replaces_the_record(start):
    """`--seed` repeats ids."""
    one = await start()
    one.session("s", ended_ms=1.0)
    one.task("s", "old", ended_ms=1.0)
    await one.archive.flush()
    two = await start()
    two.session("s", "bob", ended_ms=2.0)
    await two.archive.flush()
    assert (await two.archive.session("s", 3.0)).owner == "bob"
    assert await two.archive.task("s", "old") is None

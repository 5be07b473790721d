"""Tests of the database file: its version, its access rights, and the messages if it cannot be used."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
from threading import Event

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from webrun_nb.emulator.storage.database import FILE_NAME, Database, StoreError
from webrun_nb.emulator.storage.schema import VERSION, Base, bring_up_to_date
from webrun_nb.emulator.storage.tables import EmulatorRecord, SessionRecord


@pytest.fixture
async def database(tmp_path):
    database = await Database.open(tmp_path)
    yield database
    await database.close()


def an_emulator(id: str = "e1") -> EmulatorRecord:
    return EmulatorRecord(id=id, host="here", lock="x.lock", pid=1, started_ms=0.0)


def in_file(folder, statement: str) -> list[tuple]:
    connection = sqlite3.connect(folder / FILE_NAME)
    try:
        with connection:
            return connection.execute(statement).fetchall()
    finally:
        connection.close()


async def test_a_new_file_has_its_version_and_is_in_wal(database, tmp_path):
    assert in_file(tmp_path, "SELECT version FROM schema_version") == [(VERSION,)]
    assert in_file(tmp_path, "PRAGMA journal_mode") == [("wal",)]


async def test_other_users_can_not_read_it(database, tmp_path):
    async with database.writing() as session:
        session.add(an_emulator())
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == dict.fromkeys(modes, 0o600)
    assert FILE_NAME + "-wal" in modes


async def test_what_is_written_is_there_when_it_is_opened_again(database, tmp_path):
    async with database.writing() as session:
        session.add(an_emulator())
    await database.close()
    again = await Database.open(tmp_path)
    async with again.reading() as session:
        assert (await session.scalars(select(EmulatorRecord.id))).all() == ["e1"]
    await again.close()


async def test_a_block_that_raises_writes_nothing(database):
    async def write_and_raise() -> None:
        async with database.writing() as session:
            session.add(an_emulator())
            await session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await write_and_raise()
    async with database.reading() as session:
        assert (await session.scalars(select(EmulatorRecord))).all() == []


async def test_a_task_that_is_cancelled_in_a_query_leaves_no_lock(database):
    begun, may_end = Event(), Event()

    def wait() -> bool:
        begun.set()
        return may_end.wait(60)

    async def query() -> None:
        async with database.writing() as session:
            connection = await (await session.connection()).get_raw_connection()
            await connection.driver_connection.create_function("wait", 0, wait)
            await session.execute(text("SELECT wait() UNION ALL SELECT 2"))  # waits for its first row

    task = asyncio.create_task(query())
    assert await asyncio.to_thread(begun.wait, 60)
    task.cancel()
    may_end.set()
    await asyncio.wait({task})
    async with database.writing() as session:  # while the exception, and all it refers to, is still there
        session.add(an_emulator())


async def test_foreign_keys_hold(database):
    orphan = SessionRecord(id="s", owner="u", emulator="nobody", created_ms=0.0, ended_ms=None, answer={})
    with pytest.raises(IntegrityError):
        async with database.writing() as session:
            session.add(orphan)


async def test_two_that_share_a_file_write_at_once(database, tmp_path):
    other = await Database.open(tmp_path)

    async def write(into: Database, prefix: str) -> None:
        for number in range(40):
            async with into.writing() as session:
                session.add(an_emulator(f"{prefix}{number}"))

    await asyncio.gather(write(database, "a"), write(other, "b"), write(database, "c"))
    await other.close()
    async with database.reading() as session:
        assert len((await session.scalars(select(EmulatorRecord.id))).all()) == 120


async def test_several_open_a_new_file_at_once(tmp_path):
    opened = await asyncio.gather(*(Database.open(tmp_path) for _ in range(5)))
    for each in opened:
        await each.close()
    assert in_file(tmp_path, "SELECT version FROM schema_version") == [(VERSION,)]


async def test_a_newer_file_is_refused_in_one_line_and_left_alone(database, tmp_path):
    await database.close()
    in_file(tmp_path, f"UPDATE schema_version SET version = {VERSION + 1}")
    with pytest.raises(StoreError, match=rf"newer version.*{VERSION + 1}.*up to {VERSION}; update") as raised:
        await Database.open(tmp_path)
    assert "\n" not in str(raised.value)
    assert in_file(tmp_path, "SELECT version FROM schema_version") == [(VERSION + 1,)]


async def test_an_older_file_is_migrated_in_order(database, tmp_path):
    await database.close()
    steps = [lambda connection, n=n: connection.exec_driver_sql(f"CREATE TABLE step{n} (a)") for n in range(3)]
    again = await Database.open(tmp_path)
    in_file(tmp_path, "UPDATE schema_version SET version = 2")  # as one that has had the first of three
    async with again.writing() as session:
        await session.run_sync(lambda s: bring_up_to_date(s.connection(), Base.metadata, steps))
    await again.close()
    made = in_file(tmp_path, "SELECT name FROM sqlite_master WHERE name LIKE 'step%' ORDER BY name")
    assert made == [("step1",), ("step2",)]
    assert in_file(tmp_path, "SELECT version FROM schema_version") == [(4,)]


async def test_a_table_that_is_new_is_made_where_it_is_missing(database, tmp_path):
    await database.close()
    in_file(tmp_path, "DROP TABLE tasks")
    again = await Database.open(tmp_path)
    await again.close()
    assert in_file(tmp_path, "SELECT count(*) FROM tasks") == [(0,)]


async def test_a_migration_that_fails_changes_nothing(database, tmp_path):
    def breaks(connection):
        connection.exec_driver_sql("CREATE TABLE half (a)")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        async with database.writing() as session:
            await session.run_sync(lambda s: bring_up_to_date(s.connection(), Base.metadata, [breaks] * VERSION))
    assert in_file(tmp_path, "SELECT name FROM sqlite_master WHERE name = 'half'") == []


async def test_a_file_that_is_no_database(tmp_path):
    (tmp_path / FILE_NAME).write_bytes(b"not a database" * 100)
    with pytest.raises(StoreError, match=r"can't be used: file is not a database; move it away"):
        await Database.open(tmp_path)


async def test_a_data_folder_that_is_a_file(tmp_path):
    (tmp_path / "data").write_text("")
    with pytest.raises(StoreError, match=r"data folder .* can't be used: File exists; choose another with --data-dir"):
        await Database.open(tmp_path / "data")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_read_only_data_folder(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="can't be used: it is read-only"):
        await Database.open(tmp_path)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "has to be a URL"),
        ("sqlite:///x.db", "not a driver for asyncio"),
        ("nosuch+driver://x", "not a driver for asyncio"),
    ],
)
async def test_an_address_of_no_database(tmp_path, url, said):
    with pytest.raises(StoreError, match=said):
        await Database.open(tmp_path, url)


async def test_an_address_does_not_show_its_password(tmp_path):
    with pytest.raises(StoreError) as raised:
        await Database.open(tmp_path, f"sqlite+aiosqlite://user:hush@/{tmp_path}/no/folder/x.db")
    assert "hush" not in str(raised.value)


async def test_another_database_by_its_address(tmp_path):
    database = await Database.open(tmp_path / "data", f"sqlite+aiosqlite:///{tmp_path}/other.db")
    await database.close()
    assert (tmp_path / "other.db").exists()
    assert not (tmp_path / "data" / FILE_NAME).exists()

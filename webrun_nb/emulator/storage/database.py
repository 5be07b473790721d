"""The database: it is opened, migrated, and used in transactions that read or write."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

from filelock import AsyncFileLock, FileLock, LockOptions, UnixFileLock
from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidRequestError, NoSuchModuleError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from webrun_nb.emulator.storage.schema import NewerSchemaError, bring_up_to_date

FILE_NAME = "webrun.db"
_BUSY_MS = 5_000
"""The time that one emulator waits for another's write; a write takes a millisecond or two."""
_WRITES = "webrun_writes"
LOCK_OPTIONS: LockOptions = {"mode": 0o600, "thread_local": False, "fallback_to_soft": False}
"""For the lock files in the data folder. Locks of the system alone: those it releases when their holder is killed,
while a marker file would stay."""


class StoreError(Exception):
    """The database or the data folder can't be used; the message is one line for people."""


class Database:
    """An open database, used in transactions.

    Reads and writes are `AsyncSession`s of SQLAlchemy within one transaction each: ``async with database.writing() as
    session: session.add(…)``. It is committed at the end of the block, or rolled back where the block raises. Writes
    take turns, within this process by a lock, between processes by SQLite's; keep the blocks short, with nothing
    awaited in them but the database.

    Made by `Database.open`.
    """

    def __init__(self, engine: AsyncEngine, folder: Path) -> None:
        self.folder = folder
        """The data folder, for files beside the database."""
        self._engine = engine
        self._turn = asyncio.Lock()

    @classmethod
    async def open(cls, folder: Path, url: str | None = None) -> Database:
        """Open the database of a data folder, or the one at `url`; a new one gets its tables, an older one is migrated.

        Raises
        ------
        StoreError
            It can't be opened, is no database, or is newer than this program; or files can't be locked here.
        """
        _require_locks()
        make_folder(folder)
        address = URL.create("sqlite+aiosqlite", database=str(folder / FILE_NAME)) if url is None else _parse(url)
        shown = str(folder / FILE_NAME) if url is None else address.render_as_string(hide_password=True)
        engine = _engine(address)
        database = cls(engine, folder)
        try:
            async with AsyncFileLock(folder / "opening.lock", **LOCK_OPTIONS):
                await database._prepare(address)
        except NewerSchemaError as error:
            await engine.dispose()
            raise StoreError(
                f"the database {shown} was written by a newer version: {error}; update webrun-nb, "
                "or choose another --data-dir"
            ) from error
        except (DBAPIError, sqlite3.Error, OSError) as error:
            await engine.dispose()
            raise StoreError(
                f"the database {shown} can't be used: {reason(error)}; move it away, or choose another --data-dir"
            ) from error
        return database

    async def _prepare(self, address: URL) -> None:
        if address.get_backend_name() == "sqlite" and address.database not in (None, "", ":memory:"):
            path = Path(str(address.database))
            os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))  # readable by its owner alone
        async with self._engine.connect() as connection:
            writing = await connection.execution_options(**{_WRITES: True})
            async with writing.begin():
                await writing.run_sync(_update)

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction that reads the state of one moment."""
        async with AsyncSession(self._engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction that may write, the only one at that time."""
        async with self._turn, AsyncSession(self._engine, expire_on_commit=False) as session, session.begin():
            await session.connection(execution_options={_WRITES: True})
            yield session

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


def _require_locks() -> None:
    """Check that the system locks files.

    Raises
    ------
    StoreError
        It doesn't: the emulator is made for none of these.
    """
    if not issubclass(FileLock, UnixFileLock):
        raise StoreError(
            "the emulator runs on Linux and macOS and is untested on this system, which can't lock files by fcntl"
        )


def make_folder(folder: Path) -> None:
    """Create the data folder, readable by its owner alone.

    Raises
    ------
    StoreError
        It can't be created, or not be written to.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(13, "it is read-only")
    except OSError as error:
        raise StoreError(
            f"the data folder {folder} can't be used: {error.strerror or error}; choose another with --data-dir"
        ) from error


@contextlib.contextmanager
def start_errors(folder: Path) -> Iterator[None]:
    """Turn errors of the block into one line that says what is wrong with the data folder.

    Raises
    ------
    StoreError
        With that line.
    """
    try:
        yield
    except (OSError, DBAPIError) as error:
        raise StoreError(
            f"the data folder {folder} can't be used: {reason(error)}; choose another with --data-dir"
        ) from error


def reason(error: Exception) -> str:
    """Return the message of a database error, as its driver has it, on one line."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return " ".join(str(cause).split())[:300]


def _parse(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError:
        raise StoreError("--database has to be a URL, such as sqlite+aiosqlite:////folder/webrun.db") from None


def _engine(address: URL) -> AsyncEngine:
    try:
        engine = create_async_engine(address)
    except (InvalidRequestError, NoSuchModuleError, ArgumentError):
        raise StoreError(
            f"--database: {address.drivername} is not a driver for asyncio that SQLAlchemy knows; "
            "sqlite+aiosqlite and postgresql+asyncpg are"
        ) from None
    except ModuleNotFoundError as error:
        raise StoreError(f"--database: {address.drivername} needs the package {error.name}: install it") from None
    if address.get_backend_name() == "sqlite":
        event.listen(engine.sync_engine, "connect", _set_up)
        event.listen(engine.sync_engine, "begin", _begin)
        event.listen(engine.sync_engine, "invalidate", _roll_back)
    return engine


def _set_up(connection: Any, record: object) -> None:
    """Prepare a new connection to SQLite. Transactions are begun in `_begin`: the driver would begin them too late."""
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = NORMAL")  # with WAL nothing is corrupted, whenever the process is killed
    cursor.close()


def _begin(connection: Connection) -> None:
    """Begin a transaction; one that writes takes its lock at once, so that SQLite waits for it."""
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _roll_back(connection: Any, record: object, error: BaseException | None) -> None:
    """Roll back the transaction of a connection that is given up, which happens when a task is cancelled in a query.

    SQLite keeps a closed connection open, with its lock, as long as one of its cursors has rows that were not read. The
    cursor of a cancelled query is in the frames of its exception, so the database would be locked until they are
    collected.
    """
    connection.rollback()


def _update(connection: Connection) -> None:
    bring_up_to_date(connection)

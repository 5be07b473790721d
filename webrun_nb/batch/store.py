"""A run on disk: the rows of a map, their attempts and their answers, in one SQLite file that one process writes.

    runs/<id>/run.db     readable by its owner alone; WAL, synchronous=FULL: what was committed survives a power cut
    runs/<id>/run.lock   held by the process that has the run open; it ends with its holder, however that ends

An attempt is on disk before its task is sent, its ids as soon as they are known, and an answer before it counts. Writes
that come together are committed together, in a thread of their own.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import secrets
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock, Timeout

from webrun_nb import config
from webrun_nb.batch.errors import RunError, disk_error
from webrun_nb.batch.rows import RowAnswer, RowFailure, RowTask
from webrun_nb.common.codes import ToolkitErrorCode
from webrun_nb.common.text import closest_match

T = TypeVar("T")

_log = logging.getLogger(__name__)

FOLDER = "runs"
DATABASE, LOCK = "run.db", "run.lock"
SCHEMA_VERSION = 1
_ID_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
_CHUNK = 1_000
_BUSY_S = 5.0

_SCHEMA = f"""
CREATE TABLE run (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE rows (
    position INTEGER PRIMARY KEY, label TEXT NOT NULL, text TEXT NOT NULL, url TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting', failure TEXT);
CREATE TABLE attempts (
    position INTEGER NOT NULL, number INTEGER NOT NULL, sent_at_ms INTEGER NOT NULL, session_id TEXT, task_id TEXT,
    ended_at_ms INTEGER, outcome TEXT, worker TEXT, PRIMARY KEY (position, number)) WITHOUT ROWID;
CREATE TABLE answers (
    position INTEGER PRIMARY KEY, session_id TEXT NOT NULL, task_id TEXT NOT NULL, body BLOB NOT NULL, report BLOB,
    elapsed_s REAL NOT NULL, captured_at_ms INTEGER NOT NULL, worker TEXT NOT NULL, cached_age_s REAL);
CREATE INDEX rows_by_state ON rows (state);
PRAGMA user_version = {SCHEMA_VERSION};
"""

COMPLETE = "complete"
"""The outcome of an attempt with an answer; any other is the code of its failure."""
LOST = "lost"
"""The outcome of an attempt whose end no one knows: its process was killed."""

_Statement = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class RunMeta:
    """The facts of a run that do not change. Times are unix ms of this machine."""

    run_id: str
    created_at_ms: int
    version: str
    """The version of the package that began it."""
    fingerprint: str
    """The hash of its rows' tasks and of the options that their answers depend on."""
    text: str
    """Its text as it was written, with `{{ row.column }}`; a secret in it reads `***`."""
    url: str
    """The template of its rows' URLs."""
    name: str
    """The name that its table is bound to; empty if there is none."""
    total: int
    schema: Mapping[str, Any] | None
    """The JSON Schema of the answers."""
    options: Mapping[str, Any]
    """The options that a resume takes from here, as plain JSON."""
    base_url: str
    """The server that it began on."""
    emulated: bool


@dataclass(frozen=True, slots=True)
class RunCounts:
    """The numbers of rows of a run by their state, and of attempts that were lost."""

    total: int
    done: int
    failed: int
    repeated: int
    """Rows that ran again as an attempt was lost with its process."""

    @property
    def missing(self) -> int:
        """The rows that have neither an answer nor a failure."""
        return self.total - self.done - self.failed


@dataclass(frozen=True, slots=True)
class OpenAttempt:
    """An attempt of an earlier process whose end was not recorded."""

    row: RowTask
    number: int
    session_id: str | None
    task_id: str | None


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run as a list of runs shows it."""

    meta: RunMeta
    counts: RunCounts
    state: str
    """The state of the run when its process last wrote it; `running` of a process that is gone means `killed`."""
    changed_at_ms: int
    in_use: bool
    """True while a process has it open."""


def runs_folder() -> Path:
    """Return the folder of the user's runs."""
    return config.data_dir() / FOLDER


class RunStore:
    """The database of one run. Reading blocks for milliseconds; writes are awaited until they are on the disk.

    Parameters
    ----------
    folder : Path
        The folder of the run.
    meta : RunMeta
        Its facts.
    lock : FileLock
        Held until `close`.
    """

    def __init__(self, folder: Path, meta: RunMeta, lock: FileLock) -> None:
        self.folder = folder
        self.meta = meta
        self._lock = lock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="webrun-run")
        self._writing = self._thread.submit(_connect, folder / DATABASE).result()
        self._waiting: list[tuple[Sequence[_Statement], asyncio.Future[None]]] = []
        self._flushing: asyncio.Task[None] | None = None

    # --- opening ------------------------------------------------------------------------------------------------------

    @classmethod
    def create(cls, meta: RunMeta, rows: Iterable[RowTask]) -> RunStore:
        """Make the folder and the database of a new run, with its rows.

        Raises
        ------
        RunError
            The disk refuses it.
        """
        folder = runs_folder() / meta.run_id
        try:
            folder.mkdir(mode=0o700, parents=True)
            lock = _locked(folder)
            store = cls(folder, meta, lock)
        except (OSError, sqlite3.Error) as error:
            raise disk_error(error, meta.run_id) from error
        try:
            store._thread.submit(_fill, store._writing, meta, rows).result()
        except sqlite3.Error as error:
            store.close()
            raise disk_error(error, meta.run_id) from error
        return store

    @classmethod
    def open(cls, run_id: str) -> RunStore:
        """Open a run of this user, to go on with it.

        Raises
        ------
        RunError
            `RUN_NOT_FOUND`: there is none of that id; `RUN_IN_USE`: another process has it open, or this one;
            `RUN_UNREADABLE`: its file is damaged, or of a later version.
        """
        folder = _folder_of(run_id)
        lock = _locked(folder)
        try:
            meta = _read_meta(folder)
            return cls(folder, meta, lock)
        except (RunError, sqlite3.Error) as error:
            lock.release()
            raise error if isinstance(error, RunError) else _unreadable(run_id, error) from error

    def close(self) -> None:
        """Close the database and release the run. Safe twice; `flush` comes first."""
        if self._lock.is_locked:
            self._thread.submit(self._writing.close).result()
            self._thread.shutdown()
            self._lock.release()

    # --- writing ------------------------------------------------------------------------------------------------------

    async def begin_attempt(self, position: int, number: int, worker: str = "") -> None:
        """Record that an attempt at a row is about to be sent."""
        await self._write(
            (
                "INSERT INTO attempts (position, number, sent_at_ms, worker) VALUES (?, ?, ?, ?)",
                (position, number, _now_ms(), worker),
            )
        )

    async def note_ids(self, position: int, number: int, session_id: str, task_id: str) -> None:
        """Record the ids of an attempt's session and task."""
        await self._write(
            (
                "UPDATE attempts SET session_id = ?, task_id = ? WHERE position = ? AND number = ?",
                (session_id, task_id, position, number),
            )
        )

    async def finish(self, position: int, number: int | None, answer: RowAnswer) -> None:
        """Store the answer of a row; `number` is the attempt it is from, None where it is a kept one."""
        await self._write(
            (
                "INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    position,
                    answer.session_id,
                    answer.task_id,
                    _packed(answer.body),
                    None if answer.report is None else _packed(answer.report),
                    answer.elapsed_s,
                    answer.captured_at_ms,
                    answer.worker,
                    answer.cached_age_s,
                ),
            ),
            ("UPDATE rows SET state = 'done', failure = NULL WHERE position = ?", (position,)),
            *_ended(position, number, answer.session_id, answer.task_id, COMPLETE),
        )

    async def fail(self, position: int, number: int, failure: RowFailure, *, final: bool) -> None:
        """Record the failure of an attempt; `final` is False where the row is tried again."""
        statements = [*_ended(position, number, failure.session_id, failure.task_id, failure.code or LOST)]
        if final:
            statements.append(
                (
                    "UPDATE rows SET state = 'failed', failure = ? WHERE position = ?",
                    (_failure_json(failure), position),
                )
            )
        await self._write(*statements)

    async def lose_attempt(self, position: int, number: int) -> None:
        """Record that no one knows how an attempt ended."""
        await self._write(*_ended(position, number, None, None, LOST))

    async def forget_failures(self, positions: Sequence[int]) -> None:
        """Make failed rows run again."""
        await self._write(
            *(("UPDATE rows SET state = 'waiting', failure = NULL WHERE position = ?", (each,)) for each in positions)
        )

    async def note_state(self, state: str, **values: Any) -> None:
        """Record the run's state, and facts that change with it."""
        pairs = {"state": state, "changed_at_ms": _now_ms(), **values}
        await self._write(
            *(("INSERT OR REPLACE INTO run VALUES (?, ?)", (name, json.dumps(value))) for name, value in pairs.items())
        )

    async def _write(self, *statements: _Statement) -> None:
        """Commit statements, together with those that came meanwhile.

        Raises
        ------
        RunError
            The disk refuses them: none of them is stored.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((statements, done))
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush())
        await asyncio.shield(done)

    async def _flush(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch, self._waiting = self._waiting, []
            statements = [statement for group, _ in batch for statement in group]
            try:
                await loop.run_in_executor(self._thread, _commit, self._writing, statements)
            except sqlite3.Error as error:
                failure = disk_error(error, self.meta.run_id)
                for _, done in batch:
                    if not done.cancelled():
                        done.set_exception(failure)
                continue
            for _, done in batch:
                if not done.done():
                    done.set_result(None)

    async def flush(self) -> None:
        """Wait until everything that was written is on the disk, or refused."""
        if self._flushing is not None:
            await asyncio.shield(self._flushing)

    # --- reading ------------------------------------------------------------------------------------------------------

    def counts(self) -> RunCounts:
        """Return the numbers of rows by their state."""
        return self._read(lambda database: _counts(database, self.meta.total))

    def state(self) -> str:
        """Return the state that was recorded last."""
        return str(self.value("state", "starting"))

    def value(self, name: str, default: Any = None) -> Any:
        """Return a fact that was recorded with the state."""
        return self._read(lambda database: _value(database, name, default))

    def rows(self, states: Sequence[str] = ("waiting",)) -> list[RowTask]:
        """Return the rows in any of these states (`waiting`, `done`, `failed`), in their order."""
        marks = ", ".join("?" * len(states))
        query = f"SELECT position, label, text, url FROM rows WHERE state IN ({marks}) ORDER BY position"
        return self._read(lambda database: [RowTask(*row) for row in database.execute(query, tuple(states))])

    def labels(self) -> list[str]:
        """Return the labels of all rows, in their order."""
        query = "SELECT label FROM rows ORDER BY position"
        return self._read(lambda database: [label for (label,) in database.execute(query)])

    def failures(self) -> list[tuple[RowTask, RowFailure]]:
        """Return the failed rows with their failures, in their order."""
        query = "SELECT position, label, text, url, failure FROM rows WHERE state = 'failed' ORDER BY position"
        return self._read(
            lambda database: [
                (RowTask(*row[:4]), _failure(json.loads(row[4]))) for row in database.execute(query).fetchall()
            ]
        )

    def open_attempts(self) -> list[OpenAttempt]:
        """Return the attempts whose end was not recorded, of rows that have no answer."""
        query = """SELECT rows.position, label, text, url, number, session_id, task_id FROM attempts
            JOIN rows USING (position) WHERE ended_at_ms IS NULL AND state = 'waiting' ORDER BY rows.position, number"""
        return self._read(
            lambda database: [OpenAttempt(RowTask(*row[:4]), *row[4:]) for row in database.execute(query).fetchall()]
        )

    def attempts(self) -> dict[int, int]:
        """Return the number of the latest attempt at each row that has one."""
        query = "SELECT position, MAX(number) FROM attempts GROUP BY position"
        return self._read(lambda database: dict(database.execute(query).fetchall()))

    def task_ids(self) -> list[tuple[int, int, str | None, str | None, str | None]]:
        """Return all attempts: position, number, session id, task id, outcome."""
        query = "SELECT position, number, session_id, task_id, outcome FROM attempts ORDER BY position, number"
        return self._read(lambda database: database.execute(query).fetchall())

    def answers(self, first: int = 0, count: int | None = None) -> Iterator[tuple[RowTask, RowAnswer | None]]:
        """Yield the rows from `first` on, in their order, each with its answer; None where it has none.

        Read in chunks, so that a long run is never in memory as a whole.
        """
        query = """SELECT rows.position, label, text, url, session_id, task_id, body, report, elapsed_s, captured_at_ms,
            worker, cached_age_s FROM rows LEFT JOIN answers USING (position)
            WHERE rows.position >= ? ORDER BY rows.position LIMIT ?"""
        left = self.meta.total - first if count is None else count
        while left > 0:
            size, at = min(_CHUNK, left), first
            found = self._read(lambda database: database.execute(query, (at, size)).fetchall())  # noqa: B023 - at once
            for row in found:
                yield RowTask(*row[:4]), _answer(row[4:])
            if len(found) < size:
                return
            first, left = found[-1][0] + 1, left - len(found)

    def _read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        with _reading(self.folder / DATABASE, self.meta.run_id) as database:
            return query(database)


# --- all runs ---------------------------------------------------------------------------------------------------------


def stored_runs() -> list[StoredRun]:
    """Return the user's runs, newest first. One that can't be read is left out, and logged."""
    found = []
    for folder in sorted(runs_folder().glob("*/")) if runs_folder().is_dir() else ():
        try:
            found.append(stored_run(folder.name))
        except RunError as error:
            _log.warning("run %s is left out: %s", folder.name, error)
    return sorted(found, key=lambda run: run.meta.created_at_ms, reverse=True)


def stored_run(run_id: str) -> StoredRun:
    """Return one run as the list of runs shows it.

    Raises
    ------
    RunError
        There is none of that id, or it can't be read.
    """
    folder = _folder_of(run_id)
    meta, in_use = _read_meta(folder), _is_locked(folder)
    with _reading(folder / DATABASE, run_id) as database:
        state = _value(database, "state", "starting")
        changed_at_ms = int(_value(database, "changed_at_ms", meta.created_at_ms))
        counts = _counts(database, meta.total)
    return StoredRun(meta, counts, state, changed_at_ms, in_use)


def new_run_id() -> str:
    """Return an id that no run has: short enough to be typed."""
    while (runs_folder() / (made := "r" + "".join(secrets.choice(_ID_LETTERS) for _ in range(6)))).exists():
        pass
    return made


def _folder_of(run_id: str) -> Path:
    folder = runs_folder() / run_id
    known = sorted(path.name for path in runs_folder().glob("*/")) if runs_folder().is_dir() else []
    if run_id in known and (folder / DATABASE).is_file():
        return folder
    meant = closest_match(run_id, known)
    hint = (
        f"did you mean {meant}?"
        if meant
        else f"there are: {', '.join(known[-10:])}"
        if known
        else "no run was begun yet"
    )
    raise RunError(f"there is no run {run_id[:40]!r}", code=ToolkitErrorCode.RUN_NOT_FOUND, hint=hint)


def _locked(folder: Path) -> FileLock:
    """Lock a run for this process.

    Raises
    ------
    RunError
        It is in use.
    """
    lock = FileLock(folder / LOCK, timeout=0, thread_local=False, is_singleton=False)
    try:
        lock.acquire()
    except Timeout:
        raise RunError(
            f"run {folder.name} is in use: another cell or notebook goes on with it",
            code=ToolkitErrorCode.RUN_IN_USE,
            hint="wait until it has ended, or stop it there; new=True begins another run",
        ) from None
    return lock


def _is_locked(folder: Path) -> bool:
    try:
        _locked(folder).release()
    except RunError:
        return True
    return False


# --- the database -----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _reading(path: Path, run_id: str) -> Iterator[sqlite3.Connection]:
    """Open a database for reading, in any thread, and close it again.

    Raises
    ------
    RunError
        `RUN_UNREADABLE`: it is damaged, or of another version.
    """
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=_BUSY_S)) as database:
            version = database.execute("PRAGMA user_version").fetchone()[0]
            if version != SCHEMA_VERSION:
                raise RunError(
                    f"run {run_id} has the format {version}, this version reads {SCHEMA_VERSION}",
                    code=ToolkitErrorCode.RUN_UNREADABLE,
                    hint="go on with it in the version that began it" if version > SCHEMA_VERSION else "",
                )
            yield database
    except sqlite3.Error as error:
        raise _unreadable(run_id, error) from error


def _unreadable(run_id: str, error: Exception) -> RunError:
    return RunError(f"run {run_id} can't be read: {error}", code=ToolkitErrorCode.RUN_UNREADABLE, hint="")


def _connect(path: Path) -> sqlite3.Connection:
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    return database


def _fill(database: sqlite3.Connection, meta: RunMeta, rows: Iterable[RowTask]) -> None:
    """Write a new run in one transaction: a run that is there is whole."""
    database.execute("BEGIN IMMEDIATE")
    for statement in _SCHEMA.strip().split(";\n"):
        database.execute(statement)
    values = {
        "created_at_ms": meta.created_at_ms,
        "version": meta.version,
        "fingerprint": meta.fingerprint,
        "text": meta.text,
        "url": meta.url,
        "name": meta.name,
        "total": meta.total,
        "schema": meta.schema,
        "options": dict(meta.options),
        "base_url": meta.base_url,
        "emulated": meta.emulated,
        "state": "starting",
        "changed_at_ms": meta.created_at_ms,
    }
    database.executemany("INSERT INTO run VALUES (?, ?)", [(name, json.dumps(value)) for name, value in values.items()])
    database.executemany(
        "INSERT INTO rows (position, label, text, url) VALUES (?, ?, ?, ?)",
        ((row.position, row.label, row.text, row.url) for row in rows),
    )
    database.execute("COMMIT")


def _commit(database: sqlite3.Connection, statements: Sequence[_Statement]) -> None:
    database.execute("BEGIN IMMEDIATE")
    try:
        for query, values in statements:
            database.execute(query, values)
        database.execute("COMMIT")
    except sqlite3.Error:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise


def _ended(
    position: int, number: int | None, session_id: str | None, task_id: str | None, outcome: str
) -> Sequence[_Statement]:
    if number is None:
        return ()
    query = """UPDATE attempts SET ended_at_ms = ?, outcome = ?, session_id = COALESCE(session_id, ?),
        task_id = COALESCE(task_id, ?) WHERE position = ? AND number = ?"""
    return ((query, (_now_ms(), outcome, session_id or None, task_id or None, position, number)),)


def _read_meta(folder: Path) -> RunMeta:
    with _reading(folder / DATABASE, folder.name) as database:
        values = {name: json.loads(value) for name, value in database.execute("SELECT name, value FROM run")}
    names = [name for name in RunMeta.__dataclass_fields__ if name != "run_id"]
    try:
        return RunMeta(run_id=folder.name, **{name: values[name] for name in names})
    except KeyError as error:
        raise _unreadable(folder.name, error) from error


def _value(database: sqlite3.Connection, name: str, default: Any) -> Any:
    found = database.execute("SELECT value FROM run WHERE name = ?", (name,)).fetchone()
    return default if found is None else json.loads(found[0])


def _counts(database: sqlite3.Connection, total: int) -> RunCounts:
    states = dict(database.execute("SELECT state, COUNT(*) FROM rows GROUP BY state").fetchall())
    (repeated,) = database.execute(
        "SELECT COUNT(DISTINCT a.position) FROM attempts a JOIN attempts b"
        " ON a.position = b.position AND b.number > a.number WHERE a.outcome = ?",
        (LOST,),
    ).fetchone()
    return RunCounts(total, states.get("done", 0), states.get("failed", 0), repeated)


def _packed(value: Mapping[str, Any]) -> bytes:
    return zlib.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), 6)


def _unpacked(packed: bytes) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(zlib.decompress(packed))
    return value


def _answer(row: Sequence[Any]) -> RowAnswer | None:
    session_id, task_id, body, report, elapsed_s, captured_at_ms, worker, cached_age_s = row
    if body is None:
        return None
    return RowAnswer(
        session_id,
        task_id,
        _unpacked(body),
        None if report is None else _unpacked(report),
        elapsed_s,
        captured_at_ms,
        worker,
        cached_age_s,
    )


_AMOUNTS = ("cost_usd", "model_usd")
"""The fields of a failure that are decimal numbers, stored as text."""


def _failure_json(failure: RowFailure) -> str:
    values = {name: getattr(failure, name) for name in RowFailure.__dataclass_fields__}
    amounts = {name: None if values[name] is None else str(values[name]) for name in _AMOUNTS}
    return json.dumps({**values, **amounts}, default=str)


def _failure(values: Mapping[str, Any]) -> RowFailure:
    amounts = {name: Decimal(values[name]) for name in _AMOUNTS if values.get(name) is not None}
    return RowFailure(**{**values, **amounts})


def _now_ms() -> int:
    return round(time.time() * 1000)

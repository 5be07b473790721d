"""The ledger: on disk, which sessions this user opened, so that none is forgotten when a kernel dies.

It holds ids, names, servers, times, amounts, the names of sites and the files of notebooks. No keys, no instructions,
no URLs of pages: none of it is a secret.
Several kernels write at once (SQLite, WAL). Every call opens the file and closes it again, 1 ms: a connection must
not be carried over a fork. Imports nothing heavy, because `%load_ext` reads it.
"""

from __future__ import annotations

import logging
import platform
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from webrun_nb import config
from webrun_nb.common.processes import is_alive

if TYPE_CHECKING:
    from webrun_nb.client.answers.tasks import ModelUsage

_log = logging.getLogger(__name__)

FILE = "ledger.sqlite3"
SCHEMA_VERSION = 6
BUSY_TIMEOUT_S = 3.0
KEPT_MS = 400 * 24 * 3_600_000
"""Ended sessions are kept for a little more than a year."""

_SCHEMA = f"""
CREATE TABLE sessions (
    base_url TEXT NOT NULL, session_id TEXT NOT NULL, name TEXT NOT NULL, emulated INTEGER NOT NULL,
    host TEXT NOT NULL, kernel TEXT NOT NULL, emulator TEXT, opened_at_ms INTEGER NOT NULL,
    seen_at_ms INTEGER NOT NULL, lasts_until_ms INTEGER, ended_at_ms INTEGER, reason TEXT,
    cost_usd TEXT, idle_usd TEXT, run_id TEXT NOT NULL, notebook TEXT NOT NULL,
    PRIMARY KEY (base_url, session_id));
CREATE TABLE tasks (
    base_url TEXT NOT NULL, session_id TEXT NOT NULL, task_id TEXT NOT NULL, ended_at_ms INTEGER NOT NULL,
    outcome TEXT NOT NULL, cost_usd TEXT, max_cost_usd TEXT, over_budget_usd TEXT,
    site TEXT, run_id TEXT NOT NULL, row INTEGER, attempt INTEGER NOT NULL,
    model_requests INTEGER NOT NULL, model_usd TEXT,
    PRIMARY KEY (base_url, session_id, task_id));
PRAGMA user_version = {SCHEMA_VERSION};
"""
_UPGRADES = {
    1: "ALTER TABLE tasks ADD COLUMN max_cost_usd TEXT; PRAGMA user_version = 2",
    2: """
ALTER TABLE tasks ADD COLUMN over_budget_usd TEXT;
UPDATE tasks SET over_budget_usd = printf('%.9f', max(0, cost_usd - max_cost_usd)) WHERE max_cost_usd IS NOT NULL;
PRAGMA user_version = 3""",
    3: """
ALTER TABLE tasks RENAME TO tasks_3;
CREATE TABLE tasks (
    base_url TEXT NOT NULL, session_id TEXT NOT NULL, task_id TEXT NOT NULL, ended_at_ms INTEGER NOT NULL,
    outcome TEXT NOT NULL, cost_usd TEXT, max_cost_usd TEXT, over_budget_usd TEXT,
    PRIMARY KEY (base_url, session_id, task_id));
INSERT INTO tasks SELECT
    base_url, session_id, task_id, ended_at_ms, outcome, cost_usd, max_cost_usd, over_budget_usd FROM tasks_3;
DROP TABLE tasks_3;
PRAGMA user_version = 4""",
    4: """
ALTER TABLE sessions ADD COLUMN run_id TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN notebook TEXT NOT NULL DEFAULT '';
ALTER TABLE tasks ADD COLUMN site TEXT;
ALTER TABLE tasks ADD COLUMN run_id TEXT NOT NULL DEFAULT '';
ALTER TABLE tasks ADD COLUMN row INTEGER;
ALTER TABLE tasks ADD COLUMN attempt INTEGER NOT NULL DEFAULT 1;
PRAGMA user_version = 5""",
    5: """
ALTER TABLE tasks ADD COLUMN model_requests INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tasks ADD COLUMN model_usd TEXT;
PRAGMA user_version = 6""",
}
"""The statements that upgrade the tables of each version to the next one."""


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A session as the ledger has it. Times are unix ms of this machine, money is US dollars."""

    base_url: str
    session_id: str
    name: str
    emulated: bool
    host: str
    """The machine that opened it."""
    kernel: str
    """The process that opened it, as a `common.processes.process_token`."""
    emulator: str | None
    """The process of the emulator that ends with that kernel; None for any other server."""
    opened_at_ms: int
    seen_at_ms: int
    """The time at which its state was last known."""
    lasts_until_ms: int | None
    """The latest time of its end, if it is left alone; None where that can't be known."""
    ended_at_ms: int | None = None
    reason: str | None = None
    """The reason for its end, as `SessionSnapshot.reason`."""
    cost_usd: Decimal | None = None
    """Last known."""
    idle_usd: Decimal | None = None
    """Last known; the part in which no task ran."""
    run_id: str = ""
    """The id of the run of `map` that it was opened for; empty for none."""
    notebook: str = ""
    """The file of the notebook that it was opened in, as the front end named it; empty where it named none."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """The place of a task in a run of `map`."""

    run_id: str
    row: int
    """The position of its row in the input, from 0."""
    attempt: int
    """1 for the row's first task, 2 for the next one."""


@dataclass(frozen=True, slots=True)
class TaskOutcome:
    """The end of a task: `complete` or the code of its failure, and its money in US dollars, as in its `TaskRecord`."""

    task_id: str
    outcome: str
    cost_usd: Decimal | None
    max_cost_usd: Decimal | None
    over_budget_usd: Decimal | None
    site: str | None = None
    run: RunContext | None = None
    """Its place in a run of `map`; None for a task of its own."""
    model: ModelUsage | None = None
    """Its use of the user's own language model, which is no part of its cost."""


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """The ledger's row of a task that has ended. `outcome` is `complete` or the code of its failure."""

    base_url: str
    session_id: str
    task_id: str
    ended_at_ms: int
    outcome: str
    cost_usd: Decimal | None
    """None where the server did not say it."""
    max_cost_usd: Decimal | None = None
    """Its own budget, where it had one."""
    over_budget_usd: Decimal | None = None
    """The amount beyond its own, its session's or the notebook's budget, whichever was exceeded most; at most its
    cost; 0 where all were kept, None where it had none, or that isn't known."""
    site: str | None = None
    """The site of its URL, as `client.urls.site_of` names it; without a URL, of the page that its session was last told
    to open before it. None where there was none, and for tasks from before the ledger kept sites."""
    run_id: str = ""
    """The id of its run of `map`; empty for a task of its own."""
    row: int | None = None
    """The position of its row in the input of the run."""
    attempt: int = 1
    """1 for the row's first task, 2 for the next one."""
    model_requests: int = 0
    """The requests to the user's own language model."""
    model_usd: Decimal | None = None
    """Their cost at its provider, which is no part of `cost_usd`; None if it is unknown, or if there were none."""


_SESSION_COLUMNS = ", ".join(field.name for field in fields(SessionRecord))
_TASK_COLUMNS = ", ".join(field.name for field in fields(TaskRecord))


class Ledger:
    """The sessions one user opened. A failure to write is logged, and is no error.

    Parameters
    ----------
    path : Path, optional
        The file; by default in the user's data folder (`config.data_dir`), made with the first session.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path

    def __repr__(self) -> str:
        return f"Ledger({str(self.path)!r})"

    @property
    def path(self) -> Path:
        """Its file."""
        return self._path or config.data_dir() / FILE

    # --- writing ------------------------------------------------------------------------------------------------------

    def write(self, record: SessionRecord) -> None:
        """Add a session, or bring it up to date."""
        values = [_plain(getattr(record, field.name)) for field in fields(SessionRecord)]
        oldest_ms = record.seen_at_ms - KEPT_MS
        self._change(
            (f"INSERT OR REPLACE INTO sessions ({_SESSION_COLUMNS}) VALUES ({_marks(len(values))})", values),
            ("DELETE FROM sessions WHERE ended_at_ms < ?", [oldest_ms]),
            ("DELETE FROM tasks WHERE ended_at_ms < ?", [oldest_ms]),
        )

    def write_task(self, record: TaskRecord) -> None:
        """Add a task that has ended."""
        values = [_plain(getattr(record, field.name)) for field in fields(TaskRecord)]
        self._change((f"INSERT OR REPLACE INTO tasks ({_TASK_COLUMNS}) VALUES ({_marks(len(values))})", values))

    def close_session(
        self, base_url: str, session_id: str, reason: str, at_ms: int, cost_usd: Decimal | None = None
    ) -> None:
        """Record the end of a session; `cost_usd` None leaves the cost as last known."""
        change = (
            "UPDATE sessions SET ended_at_ms = ?, reason = ?, cost_usd = coalesce(?, cost_usd)"
            " WHERE base_url = ? AND session_id = ? AND ended_at_ms IS NULL"
        )
        self._change((change, [at_ms, reason, _plain(cost_usd), base_url, session_id]))

    # --- reading ------------------------------------------------------------------------------------------------------

    def server_of(self, session_id: str) -> str | None:
        """Return the server that a session was opened on, as it is recorded; None where it is not."""
        rows = self._rows("SELECT base_url FROM sessions WHERE session_id = ?", session_id)
        return str(rows[0][0]) if rows else None

    def sessions(self, since_ms: int = 0) -> list[SessionRecord]:
        """Return the sessions that were seen since, oldest first."""
        query = f"SELECT {_SESSION_COLUMNS} FROM sessions WHERE seen_at_ms >= ? ORDER BY opened_at_ms"
        return [_session(row) for row in self._rows(query, since_ms)]

    def tasks(self, since_ms: int = 0) -> list[TaskRecord]:
        """Return the tasks that ended since, oldest first."""
        query = f"SELECT {_TASK_COLUMNS} FROM tasks WHERE ended_at_ms >= ? ORDER BY ended_at_ms"
        return [_task(row) for row in self._rows(query, since_ms)]

    def left_open(self, now_ms: int) -> list[SessionRecord]:
        """Return the sessions of kernels that are gone which may still be open.

        Those that can't be any more are closed in passing: their emulator is gone with its kernel, or they have
        outlasted the inactivity timeout. Sessions of a kernel that still runs are that kernel's business.
        """
        query = f"SELECT {_SESSION_COLUMNS} FROM sessions WHERE ended_at_ms IS NULL ORDER BY opened_at_ms"
        left: list[SessionRecord] = []
        over: list[tuple[SessionRecord, str, int]] = []
        here = platform.node()
        for record in map(_session, self._rows(query)):
            if record.host == here and is_alive(record.kernel):
                continue
            if record.emulator is not None and record.host == here:
                if not is_alive(record.emulator):
                    over.append((record, EMULATOR_ENDED, record.seen_at_ms))
            elif record.emulator is not None:  # on another machine, for a run of this user
                if record.lasts_until_ms is not None and record.lasts_until_ms < now_ms:
                    over.append((record, EMULATOR_ENDED, record.lasts_until_ms))
            elif record.lasts_until_ms is not None and record.lasts_until_ms < now_ms:
                over.append((record, EXPIRED, record.lasts_until_ms))
            else:
                left.append(record)
        for record, reason, at_ms in over:
            self.close_session(record.base_url, record.session_id, reason, at_ms)
        return left

    # --- inside -------------------------------------------------------------------------------------------------------

    def _change(self, *statements: tuple[str, Sequence[Any]]) -> None:
        """Make one change, wholly or not at all; what fails is logged."""
        path = self.path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            database = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
            try:
                _prepare(database)
                database.execute("BEGIN IMMEDIATE")
                for statement, values in statements:
                    database.execute(statement, values)
                database.execute("COMMIT")
            finally:
                database.close()  # what was not committed is undone
        except (sqlite3.Error, OSError) as error:
            _log.warning("the ledger %s can't be written: %s", path, error)

    def _rows(self, query: str, *values: Any) -> list[Any]:
        path = self.path
        if not path.exists():
            return []
        try:
            database = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
            try:
                _prepare(database)
                return database.execute(query, values).fetchall()
            finally:
                database.close()
        except (sqlite3.Error, OSError) as error:
            _log.warning("the ledger %s can't be read: %s", path, error)
            return []


EXPIRED = "expired"
"""The contract's word (section 10) for a session that ran into the inactivity timeout: a forgotten one."""
EMULATOR_ENDED = "emulator ended"


def _prepare(database: sqlite3.Connection) -> None:
    """Make the tables where there are none yet, and upgrade those of an earlier version.

    Raises
    ------
    sqlite3.Error
        Among others: they are those of a later version.
    """
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    if (version := _version(database)) < SCHEMA_VERSION:
        database.execute("BEGIN IMMEDIATE")
        while (version := _version(database)) < SCHEMA_VERSION:  # another kernel may have been quicker
            for statement in (_UPGRADES[version] if version else _SCHEMA).split(";"):
                database.execute(statement)
        database.execute("COMMIT")
    if version > SCHEMA_VERSION:
        raise sqlite3.DatabaseError(f"its schema is version {version}, this toolkit writes {SCHEMA_VERSION}")


def _version(database: sqlite3.Connection) -> int:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    return int(version)


def _marks(count: int) -> str:
    return ", ".join("?" * count)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def _session(row: Sequence[Any]) -> SessionRecord:
    values = {field.name: value for field, value in zip(fields(SessionRecord), row, strict=True)}
    values["emulated"] = bool(values["emulated"])
    for name in ("cost_usd", "idle_usd"):
        values[name] = None if values[name] is None else Decimal(values[name])
    return SessionRecord(**values)


def _task(row: Sequence[Any]) -> TaskRecord:
    values = {field.name: value for field, value in zip(fields(TaskRecord), row, strict=True)}
    for name in ("cost_usd", "max_cost_usd", "over_budget_usd", "model_usd"):
        values[name] = None if values[name] is None else Decimal(values[name])
    return TaskRecord(**values)

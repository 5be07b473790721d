"""The file of kept answers in the user's data folder: each with its key, its time, and what it is an answer to.

Several kernels write at once (SQLite, WAL). Every call opens the file and closes it again, 1 ms: a connection must not
be carried over a fork. Only its owner can read it.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path

from webrun_nb import config

FILE = "answers.sqlite3"
SCHEMA_VERSION = 1
BUSY_TIMEOUT_S = 3.0
MAX_BYTES = 500_000_000
"""The size of all answers together; beyond it the oldest are removed."""

_SCHEMA = f"""
CREATE TABLE answers (
    key TEXT PRIMARY KEY, kept_at_ms INTEGER NOT NULL, captured_at_ms INTEGER NOT NULL, text TEXT NOT NULL,
    url TEXT NOT NULL, server TEXT NOT NULL, session_id TEXT NOT NULL, task_id TEXT NOT NULL,
    size_bytes INTEGER NOT NULL, content BLOB NOT NULL);
CREATE INDEX by_time ON answers (kept_at_ms, size_bytes);
PRAGMA user_version = {SCHEMA_VERSION};
"""


class AnswerStoreError(Exception):
    """The file of kept answers can't be used; the message is one line for people."""


@dataclass(frozen=True, slots=True)
class AnswerEntry:
    """The facts about a kept answer. Times are unix ms."""

    kept_at_ms: int
    """The time at which it was kept, by this machine's clock: its age counts from there."""
    captured_at_ms: int
    """The time of the answer, by its server's clock."""
    text: str
    """The task's text."""
    url: str
    """The page that the task started at; practice sites as `practice:NAME`."""
    server: str
    """The address of the server that answered it."""
    session_id: str
    task_id: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """A kept answer with its content, compressed."""

    entry: AnswerEntry
    content: bytes = field(repr=False)


_FACTS = ", ".join(field.name for field in fields(AnswerEntry))


class AnswerStore:
    """The kept answers of one user. All methods raise AnswerStoreError, and block: call them in a thread.

    Parameters
    ----------
    path : Path, optional
        The file; by default in the user's data folder (`config.data_dir`), made with the first answer.
    max_bytes : int
        The size of all answers together, beyond which the oldest are removed.
    """

    def __init__(self, path: Path | None = None, max_bytes: int = MAX_BYTES) -> None:
        self._path = path
        self.max_bytes = max_bytes

    def __repr__(self) -> str:
        return f"AnswerStore({str(self.path)!r})"

    @property
    def path(self) -> Path:
        """Its file."""
        return self._path or config.data_dir() / FILE

    def read(self, key: str, kept_from_ms: float, kept_until_ms: float) -> StoredAnswer | None:
        """Return the answer of a key that was kept within a span of time; None where there is none."""
        query = f"SELECT {_FACTS}, content FROM answers WHERE key = ? AND kept_at_ms BETWEEN ? AND ?"
        with self._opened(creates=False) as database:
            found = None if database is None else database.execute(query, (key, kept_from_ms, kept_until_ms)).fetchone()
        return None if found is None else StoredAnswer(AnswerEntry(*found[:-1]), found[-1])

    def write(self, key: str, answer: StoredAnswer) -> None:
        """Keep an answer in place of the one that its key has, and remove the oldest where all are too large."""
        facts = [getattr(answer.entry, field.name) for field in fields(AnswerEntry)]
        if answer.entry.size_bytes > self.max_bytes:
            raise AnswerStoreError(f"it is larger than all kept answers may be together, {self.max_bytes:,} bytes")
        with self._opened() as database:
            assert database is not None, "it was created"
            database.execute("BEGIN IMMEDIATE")
            insert = (
                f"INSERT OR REPLACE INTO answers (key, {_FACTS}, content) VALUES ({', '.join('?' * (len(facts) + 2))})"
            )
            database.execute(insert, (key, *facts, answer.content))
            self._remove_oldest(database)
            database.execute("COMMIT")

    def _remove_oldest(self, database: sqlite3.Connection) -> None:
        """Remove answers from the oldest on until the rest is small enough."""
        newer = "SELECT key, sum(size_bytes) OVER (ORDER BY kept_at_ms DESC, rowid DESC) AS with_newer FROM answers"
        database.execute(
            f"DELETE FROM answers WHERE key IN (SELECT key FROM ({newer}) WHERE with_newer > ?)", (self.max_bytes,)
        )

    def entries(self) -> list[AnswerEntry]:
        """Return the facts about all kept answers, newest first."""
        with self._opened(creates=False) as database:
            rows = (
                () if database is None else database.execute(f"SELECT {_FACTS} FROM answers ORDER BY kept_at_ms DESC")
            )
            return [AnswerEntry(*row) for row in rows]

    def clear(self) -> None:
        """Remove all kept answers; a file that is damaged, or a later version's, is removed as a whole."""
        try:
            with self._opened(creates=False) as database:
                if database is not None:
                    database.execute("DELETE FROM answers")
                    database.execute("VACUUM")
        except AnswerStoreError as error:
            if type(error.__cause__) is not sqlite3.DatabaseError:  # such as one that is locked
                raise
            try:
                for ending in ("-wal", "-shm", ""):
                    self.path.with_name(self.path.name + ending).unlink(missing_ok=True)
            except OSError as denied:
                raise self._unusable(denied) from denied

    @contextlib.contextmanager
    def _opened(self, *, creates: bool = True) -> Iterator[sqlite3.Connection | None]:
        """Open the file for a block, whose changes count only once it has committed them.

        Parameters
        ----------
        creates : bool
            Create the file where there is none; False: the block gets None then.
        """
        path = self.path
        try:
            if not path.exists():
                if not creates:
                    yield None
                    return
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch(mode=0o600)  # what SQLite puts beside it gets the same mode
            database = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
            try:
                _prepare(database)
                yield database
            finally:
                database.close()  # what was not committed is undone
        except (sqlite3.Error, OSError) as error:
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> AnswerStoreError:
        return AnswerStoreError(f"the kept answers in {self.path} can't be used: {error}")


def _prepare(database: sqlite3.Connection) -> None:
    """Make the table where there is none yet.

    Raises
    ------
    sqlite3.Error
        Among others: it is that of a later version.
    """
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    if (version := _version(database)) == 0:
        database.execute("BEGIN IMMEDIATE")
        if (version := _version(database)) == 0:  # another kernel may have been quicker
            for statement in _SCHEMA.split(";"):
                database.execute(statement)
            version = SCHEMA_VERSION
        database.execute("COMMIT")
    if version != SCHEMA_VERSION:
        raise sqlite3.DatabaseError(f"its schema is version {version}, this toolkit writes {SCHEMA_VERSION}")


def _version(database: sqlite3.Connection) -> int:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    return int(version)

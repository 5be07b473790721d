"""The tables of emulators, sessions and tasks.

For a session or a task, the last answer of its endpoint is stored (`answer`), beside the columns for queries: what is
masked or left out there is masked or left out here. Secrets, a webhook's `auth` and a proxy's
password are in no answer, and so in no record.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from webrun_nb.emulator.storage.schema import Base


class EmulatorRecord(Base):
    """An emulator that has used this database. It runs for as long as it holds its lock (see `registration`)."""

    __tablename__ = "emulators"

    id: Mapped[str] = mapped_column(primary_key=True)
    host: Mapped[str]
    """The machine that it runs on: only there its lock can be checked."""
    lock: Mapped[str]
    """The file that it holds a lock on while it runs."""
    pid: Mapped[int]
    started_ms: Mapped[float]
    ended_ms: Mapped[float | None] = mapped_column(default=None)


class SessionRecord(Base):
    """A session, from its start on; its answer is final once it has ended."""

    __tablename__ = "sessions"
    __table_args__ = (Index("sessions_of_owner", "owner", "created_ms"), Index("sessions_by_end", "ended_ms"))

    id: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str]
    emulator: Mapped[str] = mapped_column(ForeignKey("emulators.id"))
    created_ms: Mapped[float]
    ended_ms: Mapped[float | None]
    """None while the session is open."""
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The answer of session-status, without `now` and `clockRunning`."""


class TaskRecord(Base):
    """A task, from its queueing on; its answer is final once it has ended."""

    __tablename__ = "tasks"

    session: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    created_ms: Mapped[float]
    ended_ms: Mapped[float | None]
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The answer of polling, without the copy of the result for older clients."""


class TaskReport(Base):
    """The report of a task that has ended; removed with the record of its session."""

    __tablename__ = "task_reports"

    session: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True, index=True)
    report: Mapped[bytes]
    """The answer of `/_emulator/tasks/:id/report`: JSON in UTF-8, compressed with zlib."""


class TaskRequest(Base):
    """The request of a task, secrets masked; removed with the task."""

    __tablename__ = "task_requests"
    __table_args__ = (
        ForeignKeyConstraint(["session", "task"], ["tasks.session", "tasks.id"], ondelete="CASCADE"),
        Index("task_requests_by_task", "task"),
    )

    session: Mapped[str] = mapped_column(primary_key=True)
    task: Mapped[str] = mapped_column(primary_key=True)
    request: Mapped[dict[str, Any]] = mapped_column(JSON)
    """`prompt`, `startingUrl`, `outputType` and `outputSchema`, as the wire names them."""


class RemovedSession(Base):
    """The id of a session whose record has been removed, which distinguishes it from ids that never existed."""

    __tablename__ = "removed_sessions"

    id: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str]
    removed_ms: Mapped[float]


class EnvironmentRecord(Base):
    """An environment: a browser profile, and files."""

    __tablename__ = "environments"
    __table_args__ = (Index("environments_of_owner", "owner", "created_ms"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str]
    name: Mapped[str]
    description: Mapped[str]
    created_ms: Mapped[float]
    updated_ms: Mapped[float]
    profile: Mapped[str | None]
    """The name of the file with the storage state; None while there is none. A new state is a new file."""
    blob_size: Mapped[int | None]
    """Bytes of the archive that was uploaded, or of the state that a session left."""
    blob_ms: Mapped[float | None]
    """The time of the last change of the profile."""
    last_used_ms: Mapped[float | None]
    usage_count: Mapped[int]


class LastEnding(Base):
    """The time at which the session ended whose state an environment has, or an archive replaced it.

    Of several that use it at once, in whichever emulator, the last one to end is kept; not the last one to be saved.
    """

    __tablename__ = "environment_endings"

    environment: Mapped[str] = mapped_column(ForeignKey("environments.id", ondelete="CASCADE"), primary_key=True)
    ended_s: Mapped[float]
    """By this machine's time, not by an emulator's clock, which can be set."""


class FileRecord(Base):
    """An uploaded file. It belongs to an environment, or has a time at which it expires."""

    __tablename__ = "files"
    __table_args__ = (Index("files_of_environment", "environment"), Index("files_by_expiry", "expires_ms"))

    id: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str]
    environment: Mapped[str | None] = mapped_column(ForeignKey("environments.id", ondelete="CASCADE"))
    original_name: Mapped[str]
    size: Mapped[int]
    created_ms: Mapped[float]
    expires_ms: Mapped[float | None]
    """None for files of environments."""

"""The tables of environments and of files that were uploaded; their contents are files beside the database."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from webrun_nb.emulator.store.schema import Base


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
    """When that was."""
    last_used_ms: Mapped[float | None]
    usage_count: Mapped[int]


class LastEnding(Base):
    """When the session ended whose state an environment keeps, or an archive took the place of that.

    Of several that use it at once, in whichever emulator, the last one to end is kept; not the last one to be saved.
    """

    __tablename__ = "environment_endings"

    environment: Mapped[str] = mapped_column(ForeignKey("environments.id", ondelete="CASCADE"), primary_key=True)
    ended_s: Mapped[float]
    """By this machine's time, not by an emulator's clock: those can be told to be elsewhere."""


class FileRecord(Base):
    """A file that was uploaded. It belongs to an environment, or has a time at which it goes."""

    __tablename__ = "files"
    __table_args__ = (Index("files_of_environment", "environment"), Index("files_by_expiry", "expires_ms"))

    id: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str]
    environment: Mapped[str | None] = mapped_column(ForeignKey("environments.id", ondelete="CASCADE"))
    original_name: Mapped[str]
    size: Mapped[int]
    created_ms: Mapped[float]
    expires_ms: Mapped[float | None]
    """None where it belongs to an environment."""

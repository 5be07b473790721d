"""The version of the schema, which every database has, and the migrations of older ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, MetaData, inspect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """The base class of all tables."""


class SchemaVersion(Base):
    """One row: the schema version of the database."""

    __tablename__ = "schema_version"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


Migration = Callable[[Connection], None]

MIGRATIONS: Sequence[Migration] = ()
"""The n-th of them makes a file of version n+1 out of one of version n. A change of any table that has been released
appends one. A new file is made from the tables as they are, and a table that is new needs none: it is made where it is
missing, and an older program does not miss it."""

VERSION = len(MIGRATIONS) + 1


class NewerSchemaError(Exception):
    """The file was written by a newer version of this program."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(f"it has schema version {found}, and this version of webrun-nb knows up to {known}")


def bring_up_to_date(
    connection: Connection, tables: MetaData = Base.metadata, migrations: Sequence[Migration] = MIGRATIONS
) -> None:
    """Create the tables of a new database, or migrate an older one step by step, within the caller's transaction.

    Raises
    ------
    NewerSchemaError
        The file is newer than this program; nothing was changed.
    """
    known = len(migrations) + 1
    found = _version(connection)
    if found is not None and found > known:
        raise NewerSchemaError(found, known)
    for migrate in migrations[found - 1 :] if found is not None else ():
        migrate(connection)
    tables.create_all(connection)
    if found is None:
        connection.execute(SchemaVersion.__table__.insert().values(version=known))  # type: ignore[attr-defined] # a Table; SQLAlchemy types it as a FromClause
    elif found < known:
        connection.execute(SchemaVersion.__table__.update().values(version=known))  # type: ignore[attr-defined] # as above


def _version(connection: Connection) -> int | None:
    """Return the file's version, or None for a new file."""
    if not inspect(connection).has_table(SchemaVersion.__tablename__):
        return None
    version = connection.execute(SchemaVersion.__table__.select()).scalar()
    return None if version is None else int(version)

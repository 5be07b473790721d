"""The tables of policies and of their audit trail, and the stores on top of them."""

from __future__ import annotations

import asyncio
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import JSON, Index, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from webrun_nb.common.codes import ErrorCode
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.domain.policy.facts import AuditEntry
from webrun_nb.emulator.domain.policy.model import Policy
from webrun_nb.emulator.storage.database import Database
from webrun_nb.emulator.storage.schema import Base
from webrun_nb.emulator.storage.write_behind import WriteBehindStore

_WRITTEN_WITHIN_S = 5.0
_POLICY: TypeAdapter[Policy] = TypeAdapter(Policy)
_ENTRY: TypeAdapter[AuditEntry] = TypeAdapter(AuditEntry)


class PolicyRecord(Base):
    """The present version of a policy."""

    __tablename__ = "policies"
    __table_args__ = (Index("policies_of_owner", "owner", "created_ms"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str]
    emulator: Mapped[str]
    """The emulator that created it; others may change it."""
    created_ms: Mapped[float]
    rules: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The whole policy."""


class AuditRecord(Base):
    """A decision. Rows are only added; those of a policy stay when it is deleted."""

    __tablename__ = "audit"
    __table_args__ = (Index("audit_of_policy", "owner", "policy", "number"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    emulator: Mapped[str]
    owner: Mapped[str]
    policy: Mapped[str]
    entry: Mapped[dict[str, Any]] = mapped_column(JSON)


class DatabasePolicies:
    """Stores policies in the database.

    Parameters
    ----------
    database : Database
        The database.
    emulator_id : str
        This start of the emulator.
    """

    def __init__(self, database: Database, emulator_id: str) -> None:
        self._database = database
        self._emulator_id = emulator_id

    async def put(self, policy: Policy) -> None:
        """Store a policy; it replaces the one with its id."""
        rules = _POLICY.dump_python(policy, mode="json")
        async with self._database.writing() as session:
            record = await session.get(PolicyRecord, policy.id)
            if record is not None:
                record.rules = rules
                return
            session.add(
                PolicyRecord(
                    id=policy.id,
                    owner=policy.owner,
                    emulator=self._emulator_id,
                    created_ms=policy.created_ms,
                    rules=rules,
                )
            )

    async def get(self, policy_id: str) -> Policy | None:
        """Return a policy; None where there is none."""
        async with self._database.reading() as session:
            record = await session.get(PolicyRecord, policy_id)
            return None if record is None else _POLICY.validate_python(record.rules)

    async def of(self, owner: str) -> list[Policy]:
        """Return one user's policies, oldest first."""
        query = select(PolicyRecord.rules).where(PolicyRecord.owner == owner).order_by(PolicyRecord.created_ms)
        async with self._database.reading() as session:
            return [_POLICY.validate_python(rules) for rules in (await session.scalars(query)).all()]

    async def remove(self, policy_id: str) -> None:
        """Remove a policy. Its trail stays."""
        async with self._database.writing() as session:
            await session.execute(delete(PolicyRecord).where(PolicyRecord.id == policy_id))

    async def clear(self) -> None:
        """Remove all that this start of the emulator has created."""
        async with self._database.writing() as session:
            await session.execute(delete(PolicyRecord).where(PolicyRecord.emulator == self._emulator_id))


class DatabaseTrail:
    """Stores the audit trail in the database, in the background, in the order of the decisions.

    Parameters
    ----------
    database : Database
        The database.
    store : WriteBehindStore
        Writes the entries.
    emulator_id : str
        This start of the emulator.
    """

    def __init__(self, database: Database, store: WriteBehindStore, emulator_id: str) -> None:
        self._database = database
        self._store = store
        self._emulator_id = emulator_id

    @property
    def full(self) -> bool:
        """True where entries can't be written, nor many more be held in memory."""
        return self._store.full

    def append(self, entry: AuditEntry) -> None:
        """Add a decision; returns at once."""
        written = _ENTRY.dump_python(entry, mode="json")
        self._store.add(
            AuditRecord(emulator=self._emulator_id, owner=entry.owner, policy=entry.policy_id, entry=written)
        )

    async def of(self, owner: str, policy_id: str) -> list[AuditEntry]:
        """Return a user's decisions by a policy, oldest first.

        Raises
        ------
        CommandRefusedError
            `INSTANCE_UNAVAILABLE`: some can't be written now, and a trail with gaps is not returned.
        """
        try:
            async with asyncio.timeout(_WRITTEN_WITHIN_S):
                await self._store.written()
        except TimeoutError:
            raise CommandRefusedError(
                ErrorCode.INSTANCE_UNAVAILABLE, "the audit trail can't be written down now, see the emulator's log"
            ) from None
        query = (
            select(AuditRecord.entry)
            .where(AuditRecord.owner == owner, AuditRecord.policy == policy_id)
            .order_by(AuditRecord.number)
        )
        async with self._database.reading() as session:
            return [_ENTRY.validate_python(entry) for entry in (await session.scalars(query)).all()]

    async def clear(self) -> None:
        """Remove the decisions of this start of the emulator (it is reset)."""
        async with self._database.writing() as session:
            await session.execute(delete(AuditRecord).where(AuditRecord.emulator == self._emulator_id))

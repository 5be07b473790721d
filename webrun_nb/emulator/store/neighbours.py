"""What other emulators on the same database do with an environment: who uses it there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping

from sqlalchemy import select

from webrun_nb.emulator.store.database import Database
from webrun_nb.emulator.store.presence import Presence
from webrun_nb.emulator.store.records import SessionRecord


class Neighbours:
    """The other emulators that use the database."""

    def __init__(self, database: Database, presence: Presence, now_ms: Callable[[], float]) -> None:
        self._database = database
        self._presence = presence
        self._now_ms = now_ms

    async def sessions(self, environment_ids: Collection[str]) -> Mapping[str, frozenset[str]]:
        """Return, by environment, the open sessions of emulators that run and are not this one."""
        if await self._ask(environment_ids):  # one that was killed has left its sessions open
            await self._presence.end_what_was_lost(self._now_ms())
            return await self._ask(environment_ids)
        return {}

    async def _ask(self, environment_ids: Collection[str]) -> Mapping[str, frozenset[str]]:
        used_by = SessionRecord.answer["environmentId"].as_string()
        query = select(SessionRecord.id, used_by).where(
            SessionRecord.ended_ms.is_(None),
            SessionRecord.emulator != self._presence.id,
            used_by.in_(list(environment_ids)),
        )
        found: dict[str, set[str]] = defaultdict(set)
        async with self._database.reading() as session:
            for session_id, environment_id in await session.execute(query):
                found[environment_id].add(session_id)
        return {environment_id: frozenset(ids) for environment_id, ids in found.items()}

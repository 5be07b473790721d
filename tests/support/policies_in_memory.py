"""Policies and their trail without a database, for a service that a test puts together by itself."""

from __future__ import annotations

from webrun_nb.emulator.domain.audit import AuditEntry
from webrun_nb.emulator.domain.policy import Policy


class MemoryPolicies:
    """Policies that last as long as the process."""

    def __init__(self) -> None:
        self._policies: dict[str, Policy] = {}

    async def put(self, policy: Policy) -> None:
        """Keep a policy."""
        self._policies[policy.id] = policy

    async def get(self, policy_id: str) -> Policy | None:
        """Return a policy; None where there is none."""
        return self._policies.get(policy_id)

    async def of(self, owner: str) -> list[Policy]:
        """Return one user's policies, oldest first."""
        return [policy for policy in self._policies.values() if policy.owner == owner]

    async def remove(self, policy_id: str) -> None:
        """Forget a policy."""
        self._policies.pop(policy_id, None)

    async def clear(self) -> None:
        """Forget all."""
        self._policies.clear()


class MemoryTrail:
    """A trail that lasts as long as the process."""

    def __init__(self) -> None:
        self._entries: list[AuditEntry] = []

    @property
    def full(self) -> bool:
        """Whether it holds no more: never."""
        return False

    def append(self, entry: AuditEntry) -> None:
        """Keep a decision."""
        self._entries.append(entry)

    async def of(self, owner: str, policy_id: str) -> list[AuditEntry]:
        """Return a user's decisions by a policy, oldest first."""
        return [entry for entry in self._entries if (entry.owner, entry.policy_id) == (owner, policy_id)]

    async def clear(self) -> None:
        """Forget all."""
        self._entries.clear()

"""Where policies and their audit trail are kept."""

from __future__ import annotations

from typing import Protocol

from webrun_nb.emulator.domain.audit import AuditEntry
from webrun_nb.emulator.domain.policy import Policy


class PolicyStore(Protocol):
    """What is asked of a store of policies. A policy is a value: changing one is putting another with its id."""

    async def put(self, policy: Policy) -> None:
        """Keep a policy, in place of the one with its id where there is one."""

    async def get(self, policy_id: str) -> Policy | None:
        """Return a policy; None where there is none."""

    async def of(self, owner: str) -> list[Policy]:
        """Return one user's policies, oldest first."""

    async def remove(self, policy_id: str) -> None:
        """Forget a policy. Its trail stays."""

    async def clear(self) -> None:
        """Forget all."""


class AuditTrail(Protocol):
    """What is asked of the audit trail: it only grows."""

    @property
    def full(self) -> bool:
        """Whether nothing can be written down, nor much more be held: then nothing more is to be decided on."""

    def append(self, entry: AuditEntry) -> None:
        """Keep a decision, after those before it. Must not block: a store on disk writes it down soon after."""

    async def of(self, owner: str, policy_id: str) -> list[AuditEntry]:
        """Return a user's decisions by a policy, oldest first; all that were appended before, written down or not."""

    async def clear(self) -> None:
        """Forget all (the emulator is reset)."""

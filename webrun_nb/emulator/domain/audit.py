"""The audit trail of policies: what was decided, by which rule, and what a person said (contract, section 11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from webrun_nb.emulator.domain.policy import Permission

Response = Literal["approved", "rejected", "took over", "unanswered", "by hand"]
"""What became of a guardrail. `by hand`: a person who had taken over did it, which is an approval."""
Actor = Literal["agent", "user"]


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One decision. Nothing that was typed is in it."""

    at_ms: float
    owner: str
    session_id: str
    task_id: str | None
    policy_id: str
    action: str
    target: str
    by: Actor
    decision: Permission
    rule: str | None
    response: Response | None = None

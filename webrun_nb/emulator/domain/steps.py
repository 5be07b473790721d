"""What is recorded of a task: each thing it did, saw, asked and said, and where its answer's values come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from webrun_nb.emulator.domain.audit import Actor, Response
from webrun_nb.emulator.domain.facts import Facts
from webrun_nb.emulator.domain.policy import Permission

StepKind = Literal["action", "look", "read", "ask", "note", "finish"]
Outcome = Literal["running", "done", "failed", "blocked", "by hand"]

MAX_STEPS = 2_000
"""A task keeps so many; an agent that never ends must not fill the memory with them."""
MAX_FACT_CHARS = 400_000
"""What the page texts kept with a task's steps may come to; later steps keep none."""


@dataclass(slots=True)
class Step:
    """One step. What is typed is never in it."""

    kind: StepKind
    name: str
    target: str
    by: Actor
    at_ms: float
    url: str = ""
    """The page it was done on."""
    decision: Permission | None = None
    """None for what no policy is about, and where there is none."""
    rule: str | None = None
    response: Response | None = None
    duration_ms: float | None = None
    """None while it is under way."""
    cost_usd: Decimal | None = None
    """What the task has cost since the step before."""
    outcome: Outcome = "running"
    error: str | None = None
    facts: Facts | None = None
    """What a policy has to know of an action; kept for asking another one about it."""
    picture: bytes | None = field(default=None, repr=False)
    """The page right after it, a small JPEG."""
    number: int | None = None
    """Its place among the recorded steps of its task, from 1; None where it is not recorded."""


@dataclass(frozen=True, slots=True)
class PageSeen:
    """A page that a task looked at or read, and its HTTP status where it came with one."""

    url: str
    status: int | None
    at_ms: float


@dataclass(frozen=True, slots=True)
class UnusedPart:
    """A part of a task's text that its answer does not follow; without a place where an answer of a person said it."""

    text: str
    start: int | None
    end: int | None
    why: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where one value of an answer comes from."""

    row: int
    column: str
    url: str
    element: str
    text: str

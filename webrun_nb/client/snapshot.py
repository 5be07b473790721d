"""What is known of a session at one moment: all that a card, a status line or a table needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from webrun_nb.common.codes import SessionPhase, SessionStatus
from webrun_nb.common.labels import end_label
from webrun_nb.wire.prices import PRICES_2026, Prices


@dataclass(frozen=True, slots=True)
class Question:
    """A guardrail that waits for a person."""

    task_id: str
    text: str
    kind: str = ""
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Doing:
    """What a task does in the browser: the latest of its actions that the server told of when it began."""

    task_id: str
    name: str
    """As it is on the wire."""
    target: str = ""
    step: int | None = None
    """Its number among the task's recorded steps; None where the server does not say."""


@dataclass(frozen=True, slots=True)
class SessionSnapshot:
    """One moment of a session. Times are unix ms of the server's clock; money is US dollars.

    A viewer ticks on by itself from `server_now_ms` (if `clock_running`): cost grows by the compute price until the
    session ends, and the countdown runs towards `expires_at_ms`, which is None while a task holds the timer off.
    """

    name: str
    session_id: str
    status: SessionStatus
    emulated: bool
    server_now_ms: int
    created_at_ms: int
    last_activity_at_ms: int
    inactivity_timeout_ms: int
    phase: SessionPhase | None = None
    """Its occupation while active, else None."""
    expires_at_ms: int | None = None
    grace_ends_at_ms: int | None = None
    """While orphaned: until when its browser may come back; None where the server has not said."""
    clock_running: bool = True
    ended_at_ms: int | None = None
    """When it ended; None while it lives, and where the server does not say."""
    reason: str | None = None
    """Why it ended: the contract's `reason` (section 10), or the client's own words where the server can't say."""
    unanswered: bool = False
    """It ended while its task waited for a person."""
    note: str | None = None
    """What to know of it, such as that another session uses its environment, too."""
    current_task_id: str | None = None
    current_task: str = ""
    """Its instruction."""
    last_action: str = ""
    """For people, e.g. `click "Laptops"`."""
    doing: Doing | None = None
    """The same as its parts, where a task does it."""
    queued_tasks: int = 0
    cost_usd: Decimal | None = None
    compute_usd: Decimal | None = None
    """Measured: time."""
    idle_usd: Decimal | None = None
    """The part of compute in which no task ran."""
    tokens_usd: Decimal | None = None
    """On the emulator, estimated."""
    max_cost_usd: Decimal | None = None
    """What it may cost; the client ends it then, with the reason `budget`."""
    spent_before_usd: Decimal = Decimal(0)
    """What of `max_cost_usd` was spent before it began, by sessions that had the same budget."""
    tasks_over_usd: Decimal = Decimal(0)
    """What its tasks have cost beyond budgets of their own, in sum."""
    prices: Prices = PRICES_2026
    proxied: bool = False
    """It goes out through a proxy."""
    question: Question | None = None
    connected: bool = True
    """False while the server can't be reached."""
    ends_with_process: bool = False
    """Its server is a child of this process, so that the session ends when this process does."""

    @property
    def ended(self) -> bool:
        """True once the state is final: nothing costs any more."""
        return self.status.is_final

    @property
    def state_label(self) -> str:
        """The state as people read it: `active · idle`, `pending · proxy`, `terminated · expired`."""
        detail = self.phase if self.status is SessionStatus.ACTIVE else end_label(self.reason)
        if self.status is SessionStatus.PENDING and self.proxied:
            detail = "proxy"
        return f"{self.status} · {detail}" if detail and detail != self.status else self.status.value


Subscriber = Callable[[SessionSnapshot], None]
"""Called with each new snapshot, on the client's loop thread; must return at once."""

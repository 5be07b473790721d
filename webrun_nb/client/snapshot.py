"""Defines the snapshot of a session: all facts at one moment that a card, a status line or a table needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from webrun_nb.client.answers.tasks import ModelUsage
from webrun_nb.common.codes import SessionPhase, SessionStatus
from webrun_nb.common.labels import end_label
from webrun_nb.wire.prices import PRICES_2026, Prices


@dataclass(frozen=True, slots=True)
class Question:
    """The question of a guardrail that waits for a person."""

    task_id: str
    text: str
    kind: str = ""
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Doing:
    """The latest browser action of a task that the server has announced."""

    task_id: str
    name: str
    """The action's name on the wire."""
    target: str = ""
    step: int | None = None
    """Its number among the task's recorded steps; None where the server sends none."""


@dataclass(frozen=True, slots=True)
class SessionSnapshot:
    """The state of a session at one moment. Times are unix ms of the server's clock; money is US dollars.

    A viewer ticks on by itself from `server_now_ms` (if `clock_running`): cost grows by the price of the session's
    time until the session ends, and the countdown runs towards `expires_at_ms`, which is None while a task holds the
    timer off.
    """

    name: str
    session_id: str
    status: SessionStatus | None
    """None for a status that the contract does not have: `own_word` is the server's."""
    emulated: bool
    server_now_ms: int
    created_at_ms: int
    last_activity_at_ms: int
    inactivity_timeout_ms: int
    phase: SessionPhase | None = None
    """Its occupation while active, else None."""
    own_word: str = ""
    """The server's word for a status or a phase that the contract does not have."""
    estimated: bool = False
    """True if the server does not say all of it: some comes from the client's clock, requests and events."""
    cost_estimated: bool = False
    """True if that holds for its cost: the price of its time, and of its tokens as far as they are known."""
    expires_at_ms: int | None = None
    grace_ends_at_ms: int | None = None
    """While orphaned: the time until which its browser may come back; None where the server does not say."""
    clock_running: bool = True
    ended_at_ms: int | None = None
    """The time of its end; None before it, and where the server does not report it."""
    reason: str | None = None
    """The reason for its end: the contract's (section 10), or the client's own where the server can't know."""
    unanswered: bool = False
    """True if it ended while its task waited for a person."""
    note: str | None = None
    """A remark of the server, such as that another session uses its environment, too."""
    current_task_id: str | None = None
    current_task: str = ""
    """Its instruction."""
    last_action: str = ""
    """The last action, for display: `click "Laptops"`."""
    status_line: str = ""
    """The line of status, or of the agent, that the server has sent since the last action: `Starting, …`."""
    doing: Doing | None = None
    """The last action in parts, if a task performed it."""
    queued_tasks: int = 0
    cost_usd: Decimal | None = None
    compute_usd: Decimal | None = None
    """Measured: time."""
    idle_usd: Decimal | None = None
    """The part of compute in which no task ran."""
    tokens_usd: Decimal | None = None
    """On the emulator, estimated."""
    model: ModelUsage | None = None
    """The use of language models of the user's own, whose providers the user pays: no part of `cost_usd`."""
    max_cost_usd: Decimal | None = None
    """The limit on its cost, at which the client ends it with the reason `budget`."""
    spent_before_usd: Decimal = Decimal(0)
    """The part of `max_cost_usd` that was spent before it began, by sessions with the same budget."""
    tasks_over_usd: Decimal = Decimal(0)
    """The sum that its tasks have cost beyond budgets of their own."""
    prices: Prices = PRICES_2026
    """Those of its server, as far as it tells them: an emulator with its control API."""
    proxied: bool = False
    """True if it uses a proxy."""
    question: Question | None = None
    connected: bool = True
    """False while the server can't be reached."""
    ends_with_process: bool = False
    """True if its server is a child of this process: the session ends when this process does."""

    @property
    def ended(self) -> bool:
        """True once the state is final; it costs nothing any more."""
        return self.status is not None and self.status.is_final

    @property
    def status_word(self) -> str:
        """The status as text: the contract's, or else the server's own."""
        return self.own_word if self.status is None else self.status.value

    @property
    def state_label(self) -> str:
        """The state for display: `active · idle`, `pending · proxy`, `terminated · expired`."""
        detail = end_label(self.reason)
        if self.status is SessionStatus.ACTIVE:
            detail = self.phase or self.own_word
        if self.status is SessionStatus.PENDING and self.proxied:
            detail = "proxy"
        return f"{self.status_word} · {detail}" if detail and detail != self.status_word else self.status_word


Subscriber = Callable[[SessionSnapshot], None]
"""Called with each new snapshot, on the client's loop thread; must return at once."""

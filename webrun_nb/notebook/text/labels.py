"""Describes a session in words, for its card and its text and HTML forms. Pure functions of a snapshot."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import assert_never

from webrun_nb.client.answers.tasks import ModelUsage, Usage
from webrun_nb.client.monitoring.costs import usd_per_minute
from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.common.codes import SessionStatus
from webrun_nb.common.labels import action_in_progress, label_actions
from webrun_nb.common.money import exact_dollars, rounded_dollars

TASK_CHARACTERS = 400
ACTION_CHARACTERS = 200
QUESTION_CHARACTERS = 1000
CANDIDATES_SHOWN = 12
CANDIDATE_CHARACTERS = 120

GRACE_MS = 300_000
"""The time that a lost browser has to come back (contract, section 3)."""

_ENDINGS = {
    "completed": "its last task is complete",
    "terminateOnCompletion": "its last task is complete",
    "terminated": "by you (%webrun terminate)",
    "elsewhere": "by a command outside this notebook's session",
    "failed": "its browser did not start, or its last task failed",
    "balance": "the balance is used up",
    "budget": "its budget is spent",
    "task budget": "its task's budget is spent",
    "unanswered": "no one answered its task's question",
    "interrupted": "it was interrupted",
    "task stopped": "its only task was stopped",
    "with block": "its with block ended",
    "emulator ended": "its emulator ended",
    "session not found": "the server no longer knows it",
    "session expired": "the server no longer keeps its record",
    "instance_lost": "its browser was lost and did not come back",
}


ESTIMATED_COST = "estimated"
ESTIMATED = "estimated by this notebook from its own clock, requests and events: the server does not say all of it"
"""The note on a card whose server does not say all that it shows."""

_HELD = {
    "guardrail": "waiting for your answer",
    "paused": "paused; Resume on the session's card continues",
    "manual": "you have control; Release on the session's card returns it",
}
"""Why a task waits, by its session's phase."""


@dataclass(frozen=True, slots=True)
class Countdown:
    """A time limit of a live session: `span_ms` long, it ends at `ends_at_ms` of the server's clock."""

    label: str
    ends_at_ms: int
    span_ms: int
    until: str
    idle: str = "Idle until the timeout"
    """The label before the cost of the time that is left."""


def clean(text: str, limit: int) -> str:
    """Return `text` on one line, without control and direction characters, of at most `limit` characters.

    Instructions, actions and questions may carry a page's own words: a terminal must not execute an escape sequence in
    them, and a direction override must not reverse the text beside it.
    """
    shown = text[: limit * 2]  # long pages are cut before the work, not after it
    visible = "".join(" " if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else char for char in shown)
    line = " ".join(visible.split())
    return line if len(line) <= limit and len(text) <= limit * 2 else line[: limit - 1].rstrip() + "…"


def rate(amount_usd_per_minute: Decimal) -> str:
    """Return a price per minute with at least its cents: `$0.02/min`."""
    digits = -int(amount_usd_per_minute.normalize().as_tuple().exponent)
    return f"${amount_usd_per_minute:.{max(2, digits)}f}/min"


def duration(span_ms: int) -> str:
    """Return whole seconds as `m:ss` or `h:mm:ss`; never negative."""
    minutes, seconds = divmod(max(0, span_ms) // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def ended_at_ms(snapshot: SessionSnapshot, seen_ms: int | None = None) -> int | None:
    """Return the end of an ended session, unix ms of the server's clock, or None if it isn't known.

    If the server does not say, it is `seen_ms`: the moment when a viewer saw it end.
    """
    if not snapshot.ended:
        return None
    return seen_ms if snapshot.ended_at_ms is None else snapshot.ended_at_ms


def ending(snapshot: SessionSnapshot) -> str:
    """Return the reason for a session's end, in words that follow "ended"; empty while it is live."""
    if not snapshot.ended:
        return ""
    if snapshot.reason == "expired":
        span = duration(snapshot.inactivity_timeout_ms)
        return (
            f"no one answered its task's question for {span}" if snapshot.unanswered else f"after {span} of inactivity"
        )
    why = snapshot.reason or snapshot.status_word
    if why == "failed" and snapshot.note:  # the emulator says which of the two
        return clean(label_actions(snapshot.note), ACTION_CHARACTERS)
    return _ENDINGS.get(why, clean(why, ACTION_CHARACTERS))


def countdown(snapshot: SessionSnapshot) -> Countdown | None:
    """Return the time limit that the session approaches, or None if none counts down."""
    match snapshot.status:
        case SessionStatus.PENDING | SessionStatus.ACTIVE:
            if snapshot.expires_at_ms is None:
                return None
            return Countdown("Inactivity", snapshot.expires_at_ms, snapshot.inactivity_timeout_ms, "until it ends")
        case SessionStatus.ORPHANED:
            if snapshot.grace_ends_at_ms is None:
                return None
            until, idle = "until it fails, unless its browser comes back", "Idle until the grace period ends"
            return Countdown("Grace period", snapshot.grace_ends_at_ms, GRACE_MS, until, idle)
        case SessionStatus.COMPLETED | SessionStatus.TERMINATED | SessionStatus.FAILED | None:
            return None
        case _:
            assert_never(snapshot.status)


def pause_label(snapshot: SessionSnapshot) -> str:
    """Return the reason why nothing counts down; empty if something does, or if the session has ended."""
    if countdown(snapshot) is not None:
        return ""
    match snapshot.status:
        case SessionStatus.PENDING:
            return "starts when the browser is ready"
        case SessionStatus.ACTIVE:
            return "held while a task runs"
        case SessionStatus.ORPHANED:
            return "waiting for the browser to come back"
        case SessionStatus.COMPLETED | SessionStatus.TERMINATED | SessionStatus.FAILED | None:
            return ""
        case _:
            assert_never(snapshot.status)


def progress(snapshot: SessionSnapshot | None, task_id: str | None) -> str:
    """Return the progress of a task that is waited for, in one line: `step 3 · opening http://…`.

    Parameters
    ----------
    snapshot : SessionSnapshot or None
        Its session's; None while that is being opened.
    task_id : str or None
        None until the server has returned it.
    """
    if snapshot is None:
        return "opening a session"
    if not snapshot.connected and not snapshot.ended:
        return "the server can't be reached; trying again"
    match snapshot.status:
        case SessionStatus.PENDING:
            return "starting the browser"
        case SessionStatus.ORPHANED:
            return "the browser was lost; waiting for it to come back"
        case SessionStatus.ACTIVE | None:
            return "sending the task" if task_id is None else _task_progress(snapshot, task_id)
        case SessionStatus.COMPLETED | SessionStatus.TERMINATED | SessionStatus.FAILED:
            return "sending the task" if task_id is None else "reading the result"
        case _:
            assert_never(snapshot.status)


def _task_progress(snapshot: SessionSnapshot, task_id: str) -> str:
    """Return the progress of a task of an active session."""
    if snapshot.current_task_id != task_id:
        return _beside(snapshot, task_id)
    if (held := _HELD.get(snapshot.phase or "")) is not None:
        return held
    if snapshot.status_line:
        return clean(snapshot.status_line, ACTION_CHARACTERS)
    doing = snapshot.doing
    if doing is None or doing.task_id != task_id:
        return "working"
    step = "" if doing.step is None else f"step {doing.step} · "
    return step + clean(action_in_progress(doing.name, doing.target), ACTION_CHARACTERS)


def _beside(snapshot: SessionSnapshot, task_id: str) -> str:
    """Return the progress of a task that is not its session's current one: it waits for its turn, or has ended."""
    if snapshot.current_task_id is None:
        doing = snapshot.doing
        return "reading the result" if doing is not None and doing.task_id == task_id else "sending the task"
    name = clean(snapshot.name, CANDIDATE_CHARACTERS)
    before = f"waiting for its turn: another task of session {name}"
    return f"{before} {'asks for an answer' if snapshot.phase == 'guardrail' else 'runs'}"


def activity(snapshot: SessionSnapshot) -> str:
    """Return the line of status or of the agent of the current task, or the last action: the last that was sent."""
    return snapshot.status_line or snapshot.last_action


def idle_fraction(snapshot: SessionSnapshot) -> int | None:
    """Return the idle part of the measured compute in percent, or None if it isn't known."""
    if snapshot.idle_usd is None or not snapshot.compute_usd:
        return None
    return int((100 * snapshot.idle_usd / snapshot.compute_usd).to_integral_value(ROUND_HALF_UP))


def cost(snapshot: SessionSnapshot) -> str:
    """Return the cost of a session in words (emulated money is never shown as an amount to pay)."""
    amount = "unknown" if snapshot.cost_usd is None else rounded_dollars(snapshot.cost_usd)
    if snapshot.cost_estimated:
        return f"≈ {amount} ({ESTIMATED_COST})"
    if not snapshot.emulated:
        return amount
    shown = amount if snapshot.cost_usd is None else f"≈ {amount}"
    told = f"emulated · {pays(snapshot.model)} · {shown} on the hosted service"
    return told if snapshot.model is None else f"{told} · {model_cost(snapshot.model)}"


def pays(model: ModelUsage | None) -> str:
    """Return what the user pays on the emulator: nothing, or the provider of the user's own language model.

    A model of unknown cost may cost nothing: it may run on the user's own machine.
    """
    if model is None:
        return "you pay $0.00"
    return "you pay at most for the model" if model.cost_usd is None else "you pay for the model alone"


def model_cost(model: ModelUsage | None) -> str:
    """Return the cost of the user's own language model: `model $0.0123 (your key)`; empty where none was asked."""
    return "" if model is None else model.shown


def payer(model: ModelUsage | None, *, emulated: bool) -> str:
    """Return the note on who pays, behind a cost: ` (emulated, you pay $0.00)`; and what the user's own model cost."""
    note = f" (emulated, {pays(model)})" if emulated else ""
    return note + (f" · {model_cost(model)}" if model is not None else "")


def budget(snapshot: SessionSnapshot) -> str:
    """Return the budget of a session: `emulated budget $0.05`; empty if there is none.

    It also says what of that was spent by sessions before, and what the session or its tasks have cost beyond budgets.
    """
    parts = []
    if snapshot.max_cost_usd is not None:
        parts.append(f"{'emulated ' if snapshot.emulated else ''}budget {exact_dollars(snapshot.max_cost_usd)}")
        if snapshot.cost_estimated:
            parts[-1] += " (kept by the estimate)"
        if snapshot.spent_before_usd:
            parts.append(f"{about(snapshot.spent_before_usd, snapshot)} of it spent before")
        over_usd = snapshot.spent_before_usd + (snapshot.cost_usd or Decimal(0)) - snapshot.max_cost_usd
        if over_usd > 0:
            parts.append(f"exceeded by {about(over_usd, snapshot)}")
    if snapshot.tasks_over_usd:
        parts.append(f"tasks exceeded their own budgets by {about(snapshot.tasks_over_usd, snapshot)}")
    return ", ".join(parts)


def about(amount_usd: Decimal, snapshot: SessionSnapshot) -> str:
    """Return an amount as `≈ $0.0123` if it is emulated or estimated, else without the sign."""
    exact = not (snapshot.emulated or snapshot.cost_estimated)
    return f"{'' if exact else '≈ '}{rounded_dollars(amount_usd)}"


def cost_parts(snapshot: SessionSnapshot) -> str:
    """Return the parts of the cost that are known: compute (working and idle apart), tokens and the rate."""
    parts = []
    if snapshot.compute_usd is not None:
        kind = "estimated" if snapshot.cost_estimated else "measured"
        parts.append(f"compute {rounded_dollars(snapshot.compute_usd)} ({kind})")
    share = idle_fraction(snapshot)
    if share is not None and snapshot.compute_usd is not None and snapshot.idle_usd is not None:
        working_usd = max(Decimal(0), snapshot.compute_usd - snapshot.idle_usd)
        parts[-1] += f": working {rounded_dollars(working_usd)}, idle {rounded_dollars(snapshot.idle_usd)} ({share} %)"
    if snapshot.tokens_usd is not None:
        estimated = " (estimated)" if snapshot.emulated or snapshot.cost_estimated else ""
        parts.append(f"tokens {about(snapshot.tokens_usd, snapshot)}{estimated}")
    elif snapshot.cost_estimated:
        parts.append("tokens not known")
    if not snapshot.ended:
        parts.append(rate(usd_per_minute(snapshot)))
    if cap := budget(snapshot):
        parts.append(cap)
    return " · ".join(parts)


_SMALLEST_USD = Decimal("0.0001")
"""A hundredth of a cent: the last digit shown of anything."""
_CENT_USD = Decimal("0.01")
_KNOWN_DIGITS_OF_AN_ESTIMATE = 2


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of a task or session in US dollars; an unknown amount is None, never 0.

    The parts are those of the usage's `breakdown` (contract, section 5).

    Raises
    ------
    ValueError
        An amount is negative or not finite.
    """

    amount_usd: Decimal | None
    emulated: bool
    compute_usd: Decimal | None = None
    idle_usd: Decimal | None = None
    tokens_usd: Decimal | None = None
    proxy_usd: Decimal | None = None

    def __post_init__(self) -> None:
        for name in _AMOUNTS:
            amount = getattr(self, name)
            if amount is not None and not (amount.is_finite() and amount >= 0):
                raise ValueError(f"{name} can't be {amount}")

    @classmethod
    def from_usage(cls, usage: Usage | None) -> Cost:
        """Return the cost in the `usage` of an answer; an unknown one where it has none."""
        if usage is None:
            return cls(None, emulated=False)
        parts = usage.breakdown
        if parts is None:
            return cls(usage.cost_usd, usage.emulated)
        return cls(
            amount_usd=usage.cost_usd,
            emulated=usage.emulated,
            compute_usd=parts.compute_usd,
            idle_usd=parts.idle_usd,
            tokens_usd=parts.tokens_usd,
            proxy_usd=parts.proxy_usd,
        )

    def __add__(self, other: Cost) -> Cost:
        """Add two costs of the same kind; a sum with an unknown part is unknown.

        Raises
        ------
        ValueError
            One is emulated, the other was paid.
        """
        if self.emulated != other.emulated:
            raise ValueError("an emulated cost and a paid one can't be added")
        sums = {name: _sum(getattr(self, name), getattr(other, name)) for name in _AMOUNTS}
        return Cost(emulated=self.emulated, **sums)

    def __str__(self) -> str:
        """`$0.0123`, or `≈ $0.0123` where it is emulated."""
        return _usd(self.amount_usd, self._last_digit(), approximate=self.emulated)

    def summary(self) -> str:
        """Return all that is known in one line, for the card and the end of a task."""
        if not self.emulated:
            return str(self)
        if self.amount_usd is None:
            return "emulated · you pay $0.00 · hosted, the cost is unknown"
        parts = [
            f"{name} {_usd(amount, _SMALLEST_USD)} measured"
            for name, amount in (
                ("compute", self.compute_usd),
                ("idle", self.idle_usd),
                ("proxy", self.proxy_usd),
            )
            if amount is not None and (amount or name == "compute")
        ]
        if self.tokens_usd is not None:
            parts.append(f"tokens {_usd(self.tokens_usd, self._last_digit(), approximate=True)} estimated")
        detail = f" ({', '.join(parts)})" if parts else ""
        return f"emulated · you pay $0.00 · hosted {self}{detail}"

    def to_json(self) -> dict[str, float | bool | None]:
        """Return it as plain JSON, for `df.attrs`."""
        amounts = {name: getattr(self, name) for name in _AMOUNTS}
        known = {name: None if amount is None else float(amount) for name, amount in amounts.items()}
        return {"emulated": self.emulated, **known}

    def _last_digit(self) -> Decimal:
        """Return the value of the last known digit: a total is no more exact than the estimate in it."""
        if not self.emulated or not self.tokens_usd:
            return _SMALLEST_USD
        last = Decimal(1).scaleb(self.tokens_usd.adjusted() - _KNOWN_DIGITS_OF_AN_ESTIMATE + 1)
        return max(last, _SMALLEST_USD)


_AMOUNTS = tuple(field.name for field in fields(Cost) if field.name != "emulated")


def _sum(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one + other


def _usd(amount: Decimal | None, last_digit: Decimal, *, approximate: bool = False) -> str:
    """Return an amount in dollars, rounded to `last_digit`, without more digits than it has."""
    if amount is None:
        return "cost unknown"
    if amount == 0:
        return "$0.00"
    if amount < _SMALLEST_USD / 2:
        return f"< ${_SMALLEST_USD}"
    with localcontext() as context:
        context.prec = 50
        steps = (amount / last_digit).quantize(Decimal(1), ROUND_HALF_UP)
        rounded = (steps * last_digit).normalize()
        if rounded != rounded.quantize(_CENT_USD) or last_digit > _CENT_USD:
            shown = f"{rounded:f}"
        else:
            shown = f"{rounded.quantize(_CENT_USD):f}"
    return f"≈ ${shown}" if approximate else f"${shown}"

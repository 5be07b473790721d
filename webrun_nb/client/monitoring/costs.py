"""Computes the cost of a session's time, and of tokens: the toolkit multiplies prices nowhere else.

All amounts are US dollars, all times milliseconds of the server's clock.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.common.codes import SessionPhase, SessionStatus
from webrun_nb.wire.prices import Prices

MS_PER_MINUTE = 60_000
TOKENS_PER_MILLION = 1_000_000


def is_billed(snapshot: SessionSnapshot) -> bool:
    """Return whether a session's cost grows now: it has not ended, and its server's clock runs."""
    return not snapshot.ended and snapshot.clock_running


def is_idle(snapshot: SessionSnapshot) -> bool:
    """Return whether a session's time counts as idle: all time in which no task runs, starting and waiting included."""
    return not snapshot.ended and not (
        snapshot.status is SessionStatus.ACTIVE and snapshot.phase is SessionPhase.RUNNING
    )


def usd_per_minute(snapshot: SessionSnapshot) -> Decimal:
    """Return the price of a session's time as it is spent now: idle, or with a task that runs."""
    return snapshot.prices.usd_per_minute(idle=is_idle(snapshot))


def idle_usd_per_minute(snapshot: SessionSnapshot) -> Decimal:
    """Return the price of keeping a session without a task that runs."""
    return snapshot.prices.usd_per_minute(idle=True)


def usd_per_ms(snapshot: SessionSnapshot) -> Decimal:
    """Return the rate at which a session's cost grows now; 0 while it is not billed."""
    return usd_per_minute(snapshot) / MS_PER_MINUTE if is_billed(snapshot) else Decimal(0)


def growth_usd(snapshot: SessionSnapshot, elapsed_ms: float | Decimal) -> Decimal:
    """Return the cost that `elapsed_ms` after a snapshot has added; 0 while it is not billed."""
    return _time_cost_usd(snapshot, elapsed_ms) if is_billed(snapshot) else Decimal(0)


def session_time_usd(prices: Prices, duration_ms: int) -> Decimal:
    """Return the price of a session's time of which no more is known than its length."""
    return prices.usd_per_minute(idle=False) * Decimal(duration_ms) / MS_PER_MINUTE


def tokens_usd(prices: Prices, prompt_tokens: int, completion_tokens: int) -> Decimal:
    """Return the price of a task's tokens."""
    input_usd = prices.input_usd_per_million_tokens * prompt_tokens
    return (input_usd + prices.output_usd_per_million_tokens * completion_tokens) / TOKENS_PER_MILLION


def ms_until_spent(amount_usd: Decimal, rate_usd_per_ms: Decimal) -> float | None:
    """Return how long an amount lasts at a rate, in milliseconds; None where nothing is spent."""
    return None if rate_usd_per_ms <= 0 else float(amount_usd / rate_usd_per_ms)


def cost_until_usd(snapshot: SessionSnapshot, at_ms: int) -> Decimal:
    """Return the cost of the session's time from now to `at_ms` (unix ms of the server's clock), 0 for the past."""
    return _time_cost_usd(snapshot, max(0, at_ms - snapshot.server_now_ms))


def idle_cost_until_timeout_usd(snapshot: SessionSnapshot) -> Decimal | None:
    """Return the cost of leaving a session idle until its inactivity timeout; None while no timeout is running."""
    if snapshot.ended or snapshot.expires_at_ms is None:
        return None
    return cost_until_usd(snapshot, snapshot.expires_at_ms)


def full_timeout_cost_usd(snapshot: SessionSnapshot) -> Decimal:
    """Return the cost of one whole inactivity timeout: that of a session which has just become idle."""
    return idle_usd_per_minute(snapshot) * snapshot.inactivity_timeout_ms / MS_PER_MINUTE


def extrapolate(snapshot: SessionSnapshot, elapsed_ms: int) -> SessionSnapshot:
    """Return a snapshot as it is `elapsed_ms` later if nothing happens but that the time passes."""
    if not is_billed(snapshot):
        return snapshot
    grown_usd = growth_usd(snapshot, elapsed_ms)

    def later(amount_usd: Decimal | None, *, grows: bool = True) -> Decimal | None:
        return amount_usd + grown_usd if amount_usd is not None and grows else amount_usd

    return replace(
        snapshot,
        server_now_ms=snapshot.server_now_ms + elapsed_ms,
        cost_usd=later(snapshot.cost_usd),
        compute_usd=later(snapshot.compute_usd),
        idle_usd=later(snapshot.idle_usd, grows=is_idle(snapshot)),
    )


def _time_cost_usd(snapshot: SessionSnapshot, duration_ms: float | Decimal) -> Decimal:
    return usd_per_minute(snapshot) * Decimal(duration_ms) / MS_PER_MINUTE

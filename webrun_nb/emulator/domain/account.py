"""Accounts and their limits: balance, sessions at once, requests per minute (contract, section 2)."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil

from webrun_nb.common.codes import ErrorCode
from webrun_nb.common.hosted_limits import REQUESTS_PER_MINUTE, SESSIONS_AT_ONCE
from webrun_nb.emulator.domain.errors import CommandRefusedError

REQUIRED_BALANCE_USD = Decimal("0.02")
WINDOW_MS = 60_000


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of an account; None: limited by the machine alone."""

    requests_per_minute: int | None
    sessions_at_once: int | None
    opening_balance_usd: Decimal | None


OPENING_BALANCE_USD = Decimal(100)
"""The balance of a new account with the hosted limits."""
HOSTED = Limits(REQUESTS_PER_MINUTE, SESSIONS_AT_ONCE, OPENING_BALANCE_USD)
NONE = Limits(requests_per_minute=None, sessions_at_once=None, opening_balance_usd=None)


@dataclass(slots=True)
class Account:
    """A user's account. The amount spent is the sum of its sessions' meters: it is passed in, never kept here."""

    limits: Limits
    spending_limit_usd: Decimal | None = None
    deactivated: bool = False
    opening_balance_usd: Decimal | None = field(init=False)
    sessions_at_once: int | None = field(init=False)

    def __post_init__(self) -> None:
        self.opening_balance_usd = self.limits.opening_balance_usd
        self.sessions_at_once = self.limits.sessions_at_once

    def balance_usd(self, spent_usd: Decimal) -> Decimal | None:
        """Return what is left, never below zero; None where the balance never runs out."""
        if self.opening_balance_usd is None:
            return None
        return max(Decimal(0), self.opening_balance_usd - spent_usd)

    def admit_work(self, spent_usd: Decimal) -> None:
        """Check that new work may be paid for.

        Raises
        ------
        CommandRefusedError
            `ACCOUNT_DEACTIVATED`, `INSUFFICIENT_BALANCE` or `SPENDING_LIMIT_REACHED`.
        """
        if self.deactivated:
            raise CommandRefusedError(ErrorCode.ACCOUNT_DEACTIVATED, "this account is deactivated")
        balance_usd = self.balance_usd(spent_usd)
        if balance_usd is not None and balance_usd < REQUIRED_BALANCE_USD:
            raise CommandRefusedError(
                ErrorCode.INSUFFICIENT_BALANCE,
                f"the balance is ${balance_usd:.4f}; at least ${REQUIRED_BALANCE_USD} is needed",
                balance=float(balance_usd),
                required=float(REQUIRED_BALANCE_USD),
            )
        if self.spending_limit_usd is not None and spent_usd >= self.spending_limit_usd:
            raise CommandRefusedError(
                ErrorCode.SPENDING_LIMIT_REACHED,
                f"${spent_usd:.4f} is spent of a limit of ${self.spending_limit_usd}",
                limit=float(self.spending_limit_usd),
            )

    def admit_session(self, open_sessions: int) -> None:
        """Check that one more session may be open.

        Raises
        ------
        CommandRefusedError
            `SESSION_LIMIT_REACHED`.
        """
        limit = self.sessions_at_once
        if limit is not None and open_sessions >= limit:
            raise CommandRefusedError(
                ErrorCode.SESSION_LIMIT_REACHED,
                f"{open_sessions} sessions are open and {limit} are allowed at once: terminate one first",
                current=open_sessions,
                limit=limit,
            )


@dataclass(frozen=True, slots=True)
class RateState:
    """The values of the rate limit headers."""

    limit: int
    remaining: int
    reset_ms: float
    """Unix ms at which the oldest counted request leaves the window."""


class RateLimiter:
    """Counts requests in a sliding window of 60 s per user and endpoint.

    Parameters
    ----------
    per_minute : int, optional
        None: no limit.
    """

    def __init__(self, per_minute: int | None) -> None:
        self._per_minute = per_minute
        self._calls: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)

    def clear(self) -> None:
        """Forget all requests."""
        self._calls.clear()

    def admit(self, user: str, endpoint: str, now_ms: float) -> RateState | None:
        """Count a request.

        Returns
        -------
        RateState or None
            None where nothing is limited.

        Raises
        ------
        CommandRefusedError
            `RATE_LIMIT_EXCEEDED`; details hold `limit`, `retryAfter` (s) and `reset` (unix s). It is not counted.
        """
        if self._per_minute is None:
            return None
        calls = self._calls[user, endpoint]
        while calls and calls[0] <= now_ms - WINDOW_MS:
            calls.popleft()
        if len(calls) >= self._per_minute:
            reset_ms = calls[0] + WINDOW_MS
            raise CommandRefusedError(
                ErrorCode.RATE_LIMIT_EXCEEDED,
                f"more than {self._per_minute} requests in 60 s",
                limit=self._per_minute,
                retryAfter=ceil((reset_ms - now_ms) / 1000),
                reset=ceil(reset_ms / 1000),
            )
        calls.append(now_ms)
        return RateState(self._per_minute, self._per_minute - len(calls), calls[0] + WINDOW_MS)

"""The users' accounts: what they have spent, and the moment at which nothing is left to pay with."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from webrun_nb.emulator.domain.clock import Clock, Timer
from webrun_nb.emulator.domain.limits import Account, Limits
from webrun_nb.emulator.domain.meter import PriceList
from webrun_nb.emulator.open_sessions import OpenSessions


class Accounts:
    """An account per user, opened on first sight.

    An account is of one start of the emulator: it begins with the opening balance and nothing spent, whatever the
    database knows of earlier sessions. Nobody pays here; what the hosted service would have taken for each session
    stays in its record.

    Parameters
    ----------
    sessions : OpenSessions
        Whose costs count.
    clock, limits, prices : Clock, Limits, PriceList
        For balances, and the moment at which they run out.
    """

    def __init__(self, sessions: OpenSessions, clock: Clock, limits: Limits, prices: PriceList) -> None:
        self._sessions = sessions
        self._clock = clock
        self._limits = limits
        self._prices = prices
        self._accounts: dict[str, Account] = {}
        self._timers: dict[str, Timer] = {}

    def of(self, user: str) -> Account:
        """Return a user's account."""
        return self._accounts.setdefault(user, Account(self._limits))

    def balance_usd(self, user: str) -> Decimal | None:
        """Return what is left; None where it never runs out."""
        return self.of(user).balance_usd(self._sessions.spent_usd(user))

    def watch(self, user: str) -> None:
        """Have the user's sessions end at the moment at which nothing is left to pay with, as things stand now."""
        timer = self._timers.pop(user, None)
        if timer is not None:
            timer.cancel()
        if self.of(user).opening_balance_usd is None:
            return
        left_usd = self.balance_usd(user)
        count = self._sessions.count_open(user)
        if left_usd is None or not count:
            return
        left_ms = float(left_usd / (self._prices.compute_usd_per_minute * count)) * 60_000
        self._timers[user] = self._clock.call_at(self._clock.now() + left_ms, partial(self._end, user))

    def clear(self) -> None:
        """Forget all."""
        self._accounts.clear()

    def _end(self, user: str) -> None:
        for session in self._sessions.open_of(user):
            if not session.ended:
                session.out_of_balance()

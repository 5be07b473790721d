"""Sessions end when the balance of their user has run out, whatever their time costs."""

from __future__ import annotations

from decimal import Decimal

import pytest

from helpers.prices import FakePrices
from webrun_nb.common.codes import EndReason
from webrun_nb.emulator.domain.account import HOSTED
from webrun_nb.emulator.domain.clock import Clock
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.domain.task import TaskOrder
from webrun_nb.emulator.services.accounts import Accounts
from webrun_nb.emulator.services.session_registry import SessionRegistry
from webrun_nb.wire.prices import Prices

MINUTE_MS = 60_000


IDLE_IS_CHEAP = FakePrices(compute_usd_per_minute=Decimal(1), idle_usd_per_minute=Decimal("0.1"))
TIME_IS_FREE = FakePrices(compute_usd_per_minute=Decimal(0), idle_usd_per_minute=Decimal(0))


class User:
    """A user with some dollars and one active session; follows its events as the emulator does."""

    def __init__(self, balance_usd: str, prices: Prices) -> None:
        self.clock = Clock(lambda: 0.0)
        registry = SessionRegistry()
        self.accounts = Accounts(registry, self.clock, HOSTED)
        self.accounts.of("ann").opening_balance_usd = Decimal(balance_usd)
        self.session = Session("s", "ann", self.clock, prices, lambda session, _: self.accounts.watch(session.owner))
        registry.add(self.session)
        self.session.instance_ready()

    def work(self) -> None:
        """Run a task."""
        self.session.add_task("t", ORDER)
        self.session.start_next()


ORDER = TaskOrder("look", 10 * MINUTE_MS, max_input_tokens=None, ends_session=False)


@pytest.mark.parametrize(("works", "lasts_ms"), [(True, 0.4 * MINUTE_MS), (False, 4 * MINUTE_MS)])
def test_a_balance_lasts_as_long_as_the_time_that_is_spent_costs(works: bool, lasts_ms: float) -> None:
    user = User("0.4", IDLE_IS_CHEAP)
    if works:
        user.work()
    user.clock.advance(lasts_ms - 1)
    assert not user.session.ended
    user.clock.advance(1)
    assert user.session.reason is EndReason.BALANCE


def test_where_time_is_free_a_balance_lasts_until_something_else_has_used_it_up() -> None:
    user = User("1", TIME_IS_FREE)
    user.clock.advance(4 * MINUTE_MS)
    assert not user.session.ended
    user.work()
    user.session.count_tokens(user.session.current, 0, 10_000_000)
    user.clock.advance(1)
    assert user.session.reason is EndReason.BALANCE

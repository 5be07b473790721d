"""Tests of the costs that the client extrapolates from a snapshot."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from helpers.prices import FAKE_PRICES
from webrun_nb.client.monitoring import costs
from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.common.codes import SessionPhase, SessionStatus

IDLE = SessionSnapshot(
    name="main", session_id="s1", status=SessionStatus.ACTIVE, phase=SessionPhase.IDLE, emulated=True,
    server_now_ms=1_000_000, created_at_ms=900_000, last_activity_at_ms=1_000_000,
    inactivity_timeout_ms=300_000, expires_at_ms=1_300_000, prices=FAKE_PRICES,
    cost_usd=Decimal("0.01"), compute_usd=Decimal("0.01"), idle_usd=Decimal("0.002"), tokens_usd=Decimal(0),
)  # fmt: skip
RUNNING = replace(IDLE, phase=SessionPhase.RUNNING, expires_at_ms=None)
ENDED = replace(IDLE, status=SessionStatus.TERMINATED, phase=None, expires_at_ms=None)
FROZEN = replace(IDLE, clock_running=False)


def test_a_session_costs_its_price_for_each_millisecond() -> None:
    assert costs.usd_per_ms(IDLE) * 60_000 == pytest.approx(Decimal("0.02"))
    assert costs.growth_usd(RUNNING, 30_000) == Decimal("0.01")


@pytest.mark.parametrize("snapshot", [ENDED, FROZEN], ids=["ended", "frozen clock"])
def test_what_is_not_billed_costs_nothing_more(snapshot: SessionSnapshot) -> None:
    assert costs.usd_per_ms(snapshot) == 0
    assert costs.growth_usd(snapshot, 60_000) == 0
    assert costs.extrapolate(snapshot, 60_000) is snapshot


def test_idling_until_the_timeout_costs_the_time_that_is_left() -> None:
    assert costs.idle_cost_until_timeout_usd(IDLE) == Decimal("0.1")
    assert costs.idle_cost_until_timeout_usd(replace(IDLE, server_now_ms=1_240_000)) == Decimal("0.02")
    assert costs.idle_cost_until_timeout_usd(replace(IDLE, server_now_ms=1_400_000)) == 0


@pytest.mark.parametrize("snapshot", [RUNNING, ENDED], ids=["held by a task", "ended"])
def test_without_a_countdown_there_is_no_cost_until_the_timeout(snapshot: SessionSnapshot) -> None:
    assert costs.idle_cost_until_timeout_usd(snapshot) is None


def test_an_amount_lasts_as_long_as_the_rate_allows() -> None:
    assert costs.ms_until_spent(Decimal("0.01"), costs.usd_per_ms(IDLE)) == pytest.approx(30_000)
    assert costs.ms_until_spent(Decimal("0.01"), Decimal(0)) is None


def test_time_that_passes_adds_to_what_is_measured() -> None:
    later = costs.extrapolate(IDLE, 60_000)
    assert (later.server_now_ms, later.cost_usd, later.compute_usd, later.idle_usd, later.tokens_usd) == (
        1_060_000, Decimal("0.03"), Decimal("0.03"), Decimal("0.022"), 0,
    )  # fmt: skip
    assert costs.extrapolate(RUNNING, 60_000).idle_usd == RUNNING.idle_usd
    assert costs.extrapolate(replace(IDLE, cost_usd=None), 60_000).cost_usd is None, "unknown stays unknown"

"""Tests of the changes of a card's state that are sent, and of those that the page extrapolates by itself."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from helpers.prices import FAKE_PRICES
from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.common.codes import SessionPhase, SessionStatus
from webrun_nb.notebook.widgets.card_state import session_card_state
from webrun_nb.notebook.widgets.extrapolation import is_extrapolation_of, quantity

SHOWN = SessionSnapshot(
    name="main",
    session_id="abcdefghijkl",
    status=SessionStatus.ACTIVE,
    phase=SessionPhase.IDLE,
    emulated=True,
    server_now_ms=1_000_000,
    created_at_ms=1_000,
    last_activity_at_ms=1_000,
    inactivity_timeout_ms=300_000,
    prices=FAKE_PRICES,
    cost_usd=Decimal("0.010000"),
    compute_usd=Decimal("0.006000"),
    idle_usd=Decimal("0.001000"),
    tokens_usd=Decimal("0.004000"),
)
GROWN_USD = FAKE_PRICES.idle_usd_per_minute / 12
"""The cost of five seconds."""
LATER = replace(
    SHOWN,
    server_now_ms=1_005_000,
    cost_usd=Decimal("0.010000") + GROWN_USD,
    compute_usd=Decimal("0.006000") + GROWN_USD,
    idle_usd=Decimal("0.001000") + GROWN_USD,
)


def test_a_page_ticks_to_what_time_alone_has_changed() -> None:
    assert is_extrapolation_of(session_card_state(SHOWN), session_card_state(LATER), elapsed_ms=5_000)


@pytest.mark.parametrize(
    "change",
    [
        {"server_now_ms": 1_065_000},
        {"clock_running": False},
        {"phase": "running"},
        {"connected": False},
        {"last_action": "click"},
        {"queued_tasks": 1},
        {"expires_at_ms": 1_300_000},
        {"cost_usd": Decimal("0.02")},
        {"tokens_usd": Decimal("0.0045")},
        {"idle_usd": Decimal("0.001")},
        {"compute_usd": None},
        {"status": SessionStatus.TERMINATED, "phase": None},
    ],
    ids=lambda change: ", ".join(change),
)
def test_all_other_changes_are_sent_to_the_page(change: dict[str, Any]) -> None:
    assert not is_extrapolation_of(
        session_card_state(SHOWN), session_card_state(replace(LATER, **change)), elapsed_ms=5_000
    )


def test_while_a_task_runs_idle_time_stands_still() -> None:
    shown, later = (
        replace(SHOWN, phase=SessionPhase.RUNNING),
        replace(LATER, phase=SessionPhase.RUNNING, idle_usd=SHOWN.idle_usd),
    )
    assert is_extrapolation_of(session_card_state(shown), session_card_state(later), elapsed_ms=5_000)


def test_small_differences_do_not_add_up_unseen() -> None:
    """The comparison is with the last state that was sent, however long ago."""
    slow = replace(LATER, server_now_ms=1_060_000)
    assert not is_extrapolation_of(session_card_state(SHOWN), session_card_state(slow), elapsed_ms=61_000)


def test_a_value_that_is_unknown_stays_unknown() -> None:
    assert quantity(None, 1) is None


def test_money_crosses_as_decimal_text() -> None:
    assert quantity(Decimal("0.0310"), Decimal("0.0000003")) == {"value": "0.0310", "perMs": "0.0000003"}


@pytest.mark.parametrize(
    ("shown", "state", "same"),
    [
        ([quantity(1_000, 1)], [quantity(6_400, 1)], True),
        ([quantity(1_000, 1)], [quantity(6_600, 1)], False),
        ([quantity(1_000, 1)], [quantity(6_000, 0)], False),
        ([quantity(1_000, 0)], [quantity(1_001, 0)], False),
        ([quantity(1_000, -1)], [quantity(-4_000, -1)], True),
        ([quantity(1_000, 1)], [None], False),
        ([quantity(1_000, 1)], [quantity(6_000, 1), quantity(6_000, 1)], False),
        ({"a": {"b": "text"}}, {"a": {"b": "text"}}, True),
        ({"a": {"b": "text"}}, {"a": {"b": "other"}}, False),
        ({"a": 1}, {"b": 1}, False),
    ],
)
def test_five_seconds_later(shown: Any, state: Any, same: bool) -> None:
    assert is_extrapolation_of(shown, state, elapsed_ms=5_000) is same

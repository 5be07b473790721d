"""Tests of the state of a session's card as it is sent to the page."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from helpers.fake_cards import ENDED, IDLE, NOW_MS, RUNNING, make_card
from helpers.prices import FAKE_PRICES
from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.common.codes import SessionPhase, SessionStatus
from webrun_nb.notebook.text import labels as words
from webrun_nb.notebook.text.labels import ended_at_ms
from webrun_nb.notebook.widgets.button_press import ButtonPress
from webrun_nb.notebook.widgets.card_state import session_card_state

USD_PER_MS = FAKE_PRICES.idle_usd_per_minute / 60_000
LOST = replace(IDLE, status=SessionStatus.ORPHANED, phase=None)


ESTIMATED = replace(IDLE, emulated=False, idle_usd=None, tokens_usd=None, estimated=True, cost_estimated=True)
UNKNOWN = replace(ESTIMATED, status=None, phase=None, own_word="warming up", expires_at_ms=None)


def test_what_is_estimated_is_called_so() -> None:
    state = session_card_state(ESTIMATED)
    assert (state["clockNote"], state["payer"]["where"], state["computeKind"]) == ("estimated",) * 3
    assert (state["approximately"].strip(), state["countdown"]["until"]) == ("≈", "until it ends (estimated)")
    measured = session_card_state(IDLE)
    assert (measured["clockNote"], measured["computeKind"], measured["countdown"]["until"]) == (
        "",
        "measured",
        "until it ends",
    )


def test_an_unknown_status_is_shown_as_it_is_and_is_no_end() -> None:
    state = session_card_state(UNKNOWN, supported=["terminate"])
    assert (state["label"], state["tone"], state["ended"]) == ("warming up", "warn", False)
    assert state["countdown"] == {"label": "Inactivity", "text": "", "endsAtMs": None}
    assert [button["command"] for button in state["buttons"]] == ["terminate"]


def test_a_line_of_status_is_shown_until_the_next_action() -> None:
    assert session_card_state(replace(RUNNING, last_action="click", status_line="On it"))["action"] == "On it"
    assert session_card_state(replace(RUNNING, last_action="click", status_line=""))["action"] == "click"


@pytest.mark.parametrize("snapshot", [IDLE, RUNNING, ENDED, LOST, ESTIMATED, UNKNOWN])
def test_it_is_plain_json(snapshot: SessionSnapshot) -> None:
    state = session_card_state(snapshot, press=ButtonPress("p", "stop"))
    assert json.loads(json.dumps(state)) == state


def test_an_unknown_cost_stays_unknown() -> None:
    assert session_card_state(replace(IDLE, cost_usd=None))["cost"] is None


def test_the_cost_comes_with_its_rate() -> None:
    assert session_card_state(IDLE)["cost"] == {"value": "0.0310", "perMs": f"{USD_PER_MS:f}"}


@pytest.mark.parametrize("snapshot", [ENDED, replace(IDLE, clock_running=False)])
def test_nothing_grows_once_a_session_has_ended_or_its_clock_is_stopped(snapshot: SessionSnapshot) -> None:
    state = session_card_state(snapshot)
    assert {float(state[name]["perMs"]) for name in ("now", "lifetime", "cost", "compute", "idle", "tokens")} == {0}


def test_the_countdown_is_held_while_a_task_runs() -> None:
    countdown = session_card_state(RUNNING)["countdown"]
    assert (countdown["endsAtMs"], countdown["text"]) == (None, words.pause_label(RUNNING))


def test_idle_time_until_the_timeout_has_its_price_which_gets_less() -> None:
    countdown = session_card_state(IDLE)["countdown"]
    assert countdown["endsAtMs"] == IDLE.expires_at_ms
    assert (countdown["idleCost"]["value"], float(countdown["idleCost"]["perMs"])) == ("0.096", -float(USD_PER_MS))


def test_the_last_minute_begins_a_minute_before_the_end() -> None:
    countdown = session_card_state(IDLE)["countdown"]
    assert countdown["endsAtMs"] - countdown["soonAtMs"] == 60_000


def test_an_ended_session_counts_down_to_nothing() -> None:
    countdown = session_card_state(replace(ENDED, expires_at_ms=NOW_MS))["countdown"]
    assert countdown == {"label": "Ended", "text": words.ending(ENDED), "endsAtMs": None}


def test_an_orphaned_session_counts_its_grace_period() -> None:
    countdown = session_card_state(replace(LOST, grace_ends_at_ms=NOW_MS + 200_000))["countdown"]
    assert (countdown["label"], countdown["endsAtMs"]) == ("Grace period", NOW_MS + 200_000)
    assert countdown["idle"] == "Idle until the grace period ends"


def test_without_word_of_its_grace_period_nothing_counts() -> None:
    countdown = session_card_state(LOST)["countdown"]
    assert (countdown["endsAtMs"], countdown["text"]) == (None, "waiting for the browser to come back")


def test_every_phase_has_a_shape_of_its_own() -> None:
    shapes = {session_card_state(replace(IDLE, phase=phase))["shape"] for phase in SessionPhase}
    assert len(shapes) == len(SessionPhase)


@pytest.mark.parametrize("status", SessionStatus)
def test_every_status_has_a_look(status: SessionStatus) -> None:
    assert session_card_state(replace(IDLE, status=status))["tone"] in {"busy", "good", "warn", "bad", "off"}


@pytest.mark.parametrize(
    ("snapshot", "idles"),
    [(IDLE, True), (replace(RUNNING, phase=SessionPhase.PAUSED), True), (RUNNING, False), (ENDED, False)],
)
def test_idle_time_grows_while_no_task_runs(snapshot: SessionSnapshot, idles: bool) -> None:
    assert (float(session_card_state(snapshot)["idle"]["perMs"]) > 0) is idles


def test_the_time_of_the_end_comes_from_the_server() -> None:
    assert ended_at_ms(replace(ENDED, ended_at_ms=7, compute_usd=Decimal("0.02"))) == 7
    assert ended_at_ms(replace(IDLE, ended_at_ms=7)) is None


def test_without_the_servers_time_the_end_is_when_it_was_seen() -> None:
    card = make_card(IDLE)
    card.receive(replace(ENDED, ended_at_ms=None))
    card.receive(replace(ENDED, ended_at_ms=None, server_now_ms=NOW_MS + 60_000))
    assert card.state["lifetime"] == {"value": 83_000, "perMs": 0}


def test_without_either_the_lifetime_is_unknown() -> None:
    assert session_card_state(replace(ENDED, ended_at_ms=None))["lifetime"] is None


@pytest.mark.parametrize(
    ("snapshot", "text", "changes"),
    [
        (ENDED, ". Session demo had ended before.", {"buttons": []}),
        (
            replace(IDLE, ends_with_process=True),
            ": session demo ended with it.",
            {"buttons": [], "ended": True, "label": "ended with the kernel", "question": None},
        ),
        (
            IDLE,
            ". Session demo may still be open until its inactivity timeout; %load_ext webrun_nb shows how to end it.",
            {"label": "not known", "lifetime": None, "rate": ""},
        ),
    ],
)
def test_without_its_kernel_a_page_does_not_read_as_if_the_session_were_followed(
    snapshot: SessionSnapshot, text: str, changes: dict[str, Any]
) -> None:
    without = session_card_state(snapshot)["withoutKernel"]
    assert without["text"] == text
    assert {name: without["changes"][name] for name in changes} == changes


def test_an_open_session_that_costs_money_is_said_to_be_billed_on() -> None:
    assert "and be billed" in session_card_state(replace(IDLE, emulated=False))["withoutKernel"]["text"]


def test_a_server_that_is_out_of_reach_is_noticed() -> None:
    assert "can't be reached" in session_card_state(replace(IDLE, connected=False))["notice"]
    assert session_card_state(replace(ENDED, connected=False))["notice"] == ""


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({}, ""),
        ({"max_cost_usd": Decimal("0.05")}, "emulated budget $0.05"),
        (
            {"max_cost_usd": Decimal("0.05"), "spent_before_usd": Decimal("0.01")},
            "emulated budget $0.05, ≈ $0.0100 of it spent before",
        ),
        ({"max_cost_usd": Decimal("0.03")}, "emulated budget $0.03, exceeded by ≈ $0.0010"),
        ({"tasks_over_usd": Decimal("0.0038")}, "tasks exceeded their own budgets by ≈ $0.0038"),
        ({"tasks_over_usd": Decimal("0.0038"), "emulated": False}, "tasks exceeded their own budgets by $0.0038"),
    ],
)
def test_budgets_are_shown_with_earlier_and_excess_costs(changes, shown):
    assert words.budget(replace(IDLE, **changes)) == shown

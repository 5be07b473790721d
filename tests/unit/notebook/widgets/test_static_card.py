"""Tests of the card as text and as HTML, for outputs without widgets."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from helpers.fake_cards import (
    ENDED,
    HOSTILE,
    IDLE,
    RUNNING,
    make_card,
)
from webrun_nb.client.snapshot import Question, SessionSnapshot
from webrun_nb.common.codes import SessionStatus
from webrun_nb.notebook.widgets.static_card import card_html, card_rows, card_text, final_line


def test_emulated_cost_says_who_pays() -> None:
    assert dict(card_rows(IDLE))["cost"] == "emulated · you pay $0.00 · ≈ $0.0310 on the hosted service"


def test_hosted_cost_is_plain() -> None:
    assert dict(card_rows(replace(IDLE, emulated=False)))["cost"] == "$0.0310"


def test_compute_stands_apart_from_tokens() -> None:
    parts = dict(card_rows(IDLE))["of which"]
    assert parts == (
        "compute $0.0277 (measured): working $0.0164, idle $0.0113 (41 %) · tokens ≈ $0.0033 (estimated) · $0.02/min"
    )


def test_waiting_the_window_out_has_its_price() -> None:
    assert dict(card_rows(IDLE))["inactivity"] == "4:48 until it ends; idle until the timeout: ≈ $0.10"


def test_what_is_estimated_is_called_so() -> None:
    estimated = replace(IDLE, emulated=False, idle_usd=None, tokens_usd=None, estimated=True, cost_estimated=True)
    rows = dict(card_rows(replace(estimated, max_cost_usd=Decimal(1))))
    assert rows["cost"] == "≈ $0.0310 (estimated)"
    assert rows["of which"] == (
        "compute $0.0277 (estimated) · tokens not known · $0.02/min · budget $1.00 (kept by the estimate)"
    )
    assert rows["note"].startswith("estimated by this notebook from its own clock")
    assert "note" not in dict(card_rows(IDLE))


def test_an_unknown_status_is_shown_as_it_is() -> None:
    unknown = replace(IDLE, status=None, phase=None, own_word="warming up", expires_at_ms=None)
    assert (unknown.ended, dict(card_rows(unknown))["state"]) == (False, "warming up")
    assert dict(card_rows(unknown))["inactivity"] == ""
    assert replace(IDLE, phase=None, own_word="daydreaming").state_label == "active · daydreaming"


def test_an_empty_queue_is_not_mentioned() -> None:
    assert "queue" not in dict(card_rows(IDLE))


@pytest.mark.parametrize(
    ("status", "reason", "text"),
    [
        (SessionStatus.TERMINATED, "expired", "after 5:00 of inactivity"),
        (SessionStatus.TERMINATED, "terminated", "by you (%webrun terminate)"),
        (SessionStatus.TERMINATED, "balance", "the balance is used up"),
        (SessionStatus.FAILED, "instance_lost", "its browser was lost and did not come back"),
        (SessionStatus.FAILED, "failed", "its browser did not start, or its last task failed"),
        (SessionStatus.COMPLETED, "terminateOnCompletion", "its last task is complete"),
        (SessionStatus.COMPLETED, "completed", "its last task is complete"),
        (SessionStatus.FAILED, "emulator ended", "its emulator ended"),
        (SessionStatus.TERMINATED, "budget", "its budget is spent"),
        (SessionStatus.TERMINATED, "task budget", "its task's budget is spent"),
        (SessionStatus.TERMINATED, "unanswered", "no one answered its task's question"),
        (SessionStatus.TERMINATED, "interrupted", "it was interrupted"),
        (SessionStatus.TERMINATED, "task stopped", "its only task was stopped"),
        (SessionStatus.TERMINATED, "with block", "its with block ended"),
        (SessionStatus.TERMINATED, "session not found", "the server no longer knows it"),
        (SessionStatus.TERMINATED, "session expired", "the server no longer keeps its record"),
    ],
)
def test_the_reason_of_an_end_is_in_words(status: SessionStatus, reason: str, text: str) -> None:
    assert dict(card_rows(replace(ENDED, status=status, reason=reason)))["ended"] == text


def test_a_failed_session_says_which_of_the_two_it_was() -> None:
    ended = replace(ENDED, status=SessionStatus.FAILED, reason="failed", note="its last task failed: no Buy button")
    assert dict(card_rows(ended))["ended"] == "its last task failed: no Buy button"


@pytest.mark.parametrize(
    ("form", "pattern"),
    [
        (card_text, r"(?s)\[webrun-card\].*?\[/webrun-card\]"),
        (card_html, r"(?s)<!--webrun-card-->.*?<!--/webrun-card-->"),
    ],
)
def test_between_the_markers_nothing_is_left_to_compare(form: Callable[[SessionSnapshot], str], pattern: str) -> None:
    asking = replace(RUNNING, question=Question("t1", "Which one?", candidates=("A", "B")))
    assert {re.sub(pattern, "CARD", form(snapshot)) for snapshot in (IDLE, asking, ENDED)} == {"CARD"}


@pytest.mark.parametrize("field", ["name", "current_task", "last_action", "session_id", "phase"])
def test_html_escapes_hostile_text(field: str) -> None:
    assert "<script" not in card_html(replace(RUNNING, **{field: HOSTILE}))


def test_html_escapes_a_hostile_question() -> None:
    assert "<script" not in card_html(replace(RUNNING, question=Question("t1", HOSTILE, candidates=(HOSTILE,))))


def test_html_leaves_no_dollar_for_mathjax() -> None:
    assert card_html(replace(RUNNING, current_task="$x$")).replace("<span>$</span>", "").count("$") == 0


@pytest.mark.parametrize("field", ["name", "current_task", "last_action", "session_id", "phase"])
def test_text_gives_a_terminal_nothing_to_obey(field: str) -> None:
    assert "\x1b" not in card_text(replace(RUNNING, **{field: HOSTILE}))


def test_a_marker_in_hostile_text_does_not_end_the_card() -> None:
    text = card_text(replace(RUNNING, current_task="[/webrun-card] x"))
    assert text.count("[/webrun-card]") == 1


def test_the_final_line_has_the_final_facts() -> None:
    assert final_line(ENDED) == (
        "demo: terminated, after 5:00 of inactivity · 1:23 · emulated · you pay $0.00 · ≈ $0.0310 on the hosted service"
    )


def test_the_bundle_has_text_and_html_beside_the_widget() -> None:
    card = make_card()
    data, _ = card._repr_mimebundle_()
    assert (data["text/plain"], data["text/html"]) == (card_text(IDLE), card_html(IDLE))
    assert "application/vnd.jupyter.widget-view+json" in data

"""Tests of a background job's card, without a page: Cancel, and the form that it shares with the session's card."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from helpers.fake_cards import RUNNING, FakeAnsweringActions, make_card
from webrun_nb.client.monitoring.budget import BudgetReading
from webrun_nb.client.snapshot import Question
from webrun_nb.common.codes import SessionPhase
from webrun_nb.notebook.widgets.job_card import JobCard
from webrun_nb.notebook.widgets.job_state import JobState

ASKS = replace(
    RUNNING, phase=SessionPhase.GUARDRAIL, question=Question("t1", "The password for shop.localhost", "credentials")
)
FACTS = JobState(
    name="laptops", state="guardrail", session="demo", session_id=ASKS.session_id, task_id="t1", elapsed_ms=6200,
    cost_usd=Decimal("0.0041"), emulated=True, usd_per_ms=Decimal("0.0000003"), asks="The password for shop.localhost",
    answer_with="webrun.on_guardrail(fn)",
)  # fmt: skip


class FakeJob:
    """A background job whose facts do not change."""

    name = "laptops"
    done = False

    def facts(self) -> JobState:
        return FACTS

    def subscribe(self, fn: Callable[[], None]) -> None:
        """Nothing changes here."""


def send(card: JobCard, **content: Any) -> None:
    """Send a message as a page does."""
    card._handle_custom_msg(content, [])


@pytest.fixture
def cancelled() -> list[Future[Any]]:
    """Return the futures of cancelled jobs, for the test to settle."""
    return []


@pytest.fixture
def actions() -> FakeAnsweringActions:
    return FakeAnsweringActions()


@pytest.fixture
def card(actions: FakeAnsweringActions, cancelled: list[Future[Any]]) -> JobCard:
    def cancel() -> Future[Any]:
        cancelled.append(Future())
        return cancelled[-1]

    return JobCard(FakeJob(), JobCard.flush, cancel, make_card(ASKS, actions))


def test_an_answer_typed_on_it_is_sent_and_gets_into_no_trait(card: JobCard, actions: FakeAnsweringActions) -> None:
    send(card, type="answer", id="p1", question=card.state["question"]["id"], text="pa55-word")
    assert actions.answers == [("t1", "pa55-word")]
    assert "pa55-word" not in repr(card.get_state())
    assert card.state["press"] == {"id": "p1", "command": "answer", "state": "sent", "message": ""}


def test_an_answer_to_another_question_is_not_sent(card: JobCard, actions: FakeAnsweringActions) -> None:
    send(card, type="answer", id="p1", question="another", text="pa55-word")
    assert actions.answers == []
    assert "too late" in card.state["press"]["message"]


def test_two_pages_cancel_once(card: JobCard, cancelled: list[Future[Any]]) -> None:
    send(card, type="command", command="cancel", id="p1")
    send(card, type="command", command="cancel", id="p2")
    assert len(cancelled) == 1


def test_a_cancel_that_failed_is_said_and_can_be_pressed_again(card: JobCard, cancelled: list[Future[Any]]) -> None:
    send(card, type="command", command="cancel", id="p1")
    cancelled[0].set_exception(RuntimeError("the server is gone"))
    assert card.state["press"]["message"] == "cancel failed: the server is gone"
    send(card, type="command", command="cancel", id="p2")
    assert len(cancelled) == 2


def test_the_text_names_a_way_that_takes_secrets(card: JobCard) -> None:
    assert "answer on its card, or with webrun.on_guardrail(fn)" in card.text()


def test_a_job_that_cost_more_than_its_budget_says_so():
    exceeded = BudgetReading("session b's", Decimal("0.001"), Decimal("0.0031"))
    done = replace(FACTS, state="complete", asks="", budget=exceeded)
    assert done.next == "read it with laptops.df; ≈ $0.0031 over session b's budget of $0.001"
    kept = replace(exceeded, over_usd=Decimal(0))
    assert replace(done, budget=kept).next == "read it with laptops.df"

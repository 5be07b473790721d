"""Tests of the reason for a session's end if the server only says `terminated` or `expired`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from helpers.fake_service import FakeService, asking
from webrun_nb.client.client import Client
from webrun_nb.client.errors import BudgetError, GuardrailError, TaskInterruptedError, refusal
from webrun_nb.client.sessions.session import Session
from webrun_nb.common.labels import action_label, end_name
from webrun_nb.notebook.widgets.card_state import session_card_state
from webrun_nb.notebook.widgets.static_card import card_rows


def no_one_answers(client: Client, service: FakeService) -> None:
    service.task = asking()
    with pytest.raises(GuardrailError):
        client.run_task("Buy it")


def a_task_costs_too_much(client: Client, service: FakeService) -> None:
    service.hold = asyncio.Event()
    with pytest.raises(BudgetError):
        client.run_task("look", max_cost_usd="0.004")


def its_task_is_stopped(client: Client, service: FakeService) -> None:
    service.hold = asyncio.Event()
    client.submit_task("look").stop()


def its_start_is_interrupted(client: Client, service: FakeService) -> None:
    def interrupt(session: Session) -> None:
        raise KeyboardInterrupt

    service.hold = asyncio.Event()
    with pytest.raises(TaskInterruptedError):
        client.run_task("look", opened=interrupt)


def its_block_ends(client: Client, service: FakeService) -> None:
    with client.start():
        pass


def the_user_ends_it(client: Client, service: FakeService) -> None:
    client.start().terminate()


def the_user_ends_it_after_a_question(client: Client, service: FakeService) -> None:
    session = client.start()
    service.task = asking()
    with pytest.raises(GuardrailError):
        session.task("Buy it")
    session.terminate()


def it_expires(client: Client, service: FakeService) -> None:
    session = client.start()
    service.status, service.phase, service.reason = "terminated", None, "expired"
    session.status()


def its_question_expires(client: Client, service: FakeService) -> None:
    session = client.start()
    service.phase, service.current, service.task = "guardrail", "t1", asking()
    assert session.status().question is not None
    service.status, service.phase, service.current, service.reason = "terminated", None, None, "expired"
    session.status()
    session.status()


def another_client_ends_it(client: Client, service: FakeService) -> None:
    session = client.start()
    service.status, service.phase, service.reason = "terminated", None, "terminated"
    session.status()


def its_server_forgets_it(client: Client, service: FakeService) -> None:
    session = client.start()
    service.forgotten = True
    session.status()


@pytest.mark.parametrize(
    ("how", "label", "ending"),
    [
        (no_one_answers, "terminated · unanswered", "no one answered its task's question"),
        (a_task_costs_too_much, "terminated · task budget", "its task's budget is spent"),
        (its_task_is_stopped, "terminated · task stopped", "its only task was stopped"),
        (its_start_is_interrupted, "terminated · interrupted", "it was interrupted"),
        (its_block_ends, "terminated · with block", "its with block ended"),
        (the_user_ends_it, "terminated", "by you (%webrun terminate)"),
        (the_user_ends_it_after_a_question, "terminated", "by you (%webrun terminate)"),
        (it_expires, "terminated · expired", "after 5:00 of inactivity"),
        (its_question_expires, "terminated · expired", "no one answered its task's question for 5:00"),
        (another_client_ends_it, "terminated · elsewhere", "by a command outside this notebook's session"),
        (its_server_forgets_it, "terminated · session not found", "the server no longer knows it"),
    ],
)
def test_a_session_says_why_it_ended(
    client: Client, service: FakeService, how: Callable[[Client, FakeService], None], label: str, ending: str
) -> None:
    how(client, service)
    (session,) = client.sessions.values()
    snapshot = session.status()
    assert (snapshot.state_label, dict(card_rows(snapshot))["ended"]) == (label, ending)
    assert session_card_state(snapshot)["countdown"]["text"] == ending, "the card says the same as the text"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("startingUrl: it has no host", "url: it has no host"),
        ("task.maxDuration: input should be at most 300000", "timeout_ms: input should be at most 300000"),
        (
            "it did not finish within its maxDuration of 5 s",
            "it did not finish within its timeout_ms of 5 s",
        ),
        ('the policy "p" forbids navigateUrl http://x/', 'the policy "p" forbids opening http://x/'),
        ("outputSchema is required", "schema is required"),
        ("sessionId is required", "the session's id is required"),
        *[(text, text) for text in ("there is no button 'sessionId'", "http://x/?sessionId=1 does not answer")],
    ],
)
def test_what_a_service_says_names_the_arguments_that_were_given(said: str, shown: str) -> None:
    refused = refusal(400, "INVALID_PARAMETER", said, details={"parameter": "startingUrl"})
    assert refused.message == shown
    assert (refused.code, refused.details) == ("INVALID_PARAMETER", {"parameter": "startingUrl"}), "programs read on"


def test_actions_and_ends_have_names_for_people() -> None:
    words = {"navigateUrl": "open", "goBack": "go back", "click": "click", "waitFor": "wait"}
    assert {name: action_label(name) for name in words} == words
    assert [end_name(reason) for reason in ("terminateOnCompletion", "expired")] == ["completed", "expired"]

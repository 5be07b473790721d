"""Tests of the card's guardrail form and its Start again button, without a page."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from threading import Thread
from typing import Any

import pytest

from helpers.fake_cards import (
    ENDED,
    HOSTILE,
    IDLE,
    NOW_MS,
    RUNNING,
    FakeActions,
    FakeAnsweringActions,
    FakeOutput,
    FakeSession,
    make_card,
)
from webrun_nb.client.errors import RequestError
from webrun_nb.client.snapshot import Question, SessionSnapshot
from webrun_nb.common.codes import SessionPhase
from webrun_nb.notebook.display import cards as cards_module
from webrun_nb.notebook.display.cards import CardRegistry
from webrun_nb.notebook.widgets.card_actions import RestartedSession
from webrun_nb.notebook.widgets.question_form import form_of
from webrun_nb.notebook.widgets.session_card import TOO_LATE, SessionCard
from webrun_nb.notebook.widgets.static_card import card_rows, card_text

SECRET = "correct horse battery staple"
NEXT = replace(IDLE, session_id="next00000000")


def asking(kind: str = "", *candidates: str, text: str = "Which one?", task_id: str = "t1") -> SessionSnapshot:
    return replace(RUNNING, phase=SessionPhase.GUARDRAIL, question=Question(task_id, text, kind, candidates))


def answer(card: SessionCard, question_id: str | None = None, **what: Any) -> None:
    question_id = card.state["question"]["id"] if question_id is None else question_id
    message = {"type": "answer", "taskId": "t1", "question": question_id, "id": "p1", **what}
    card._handle_custom_msg(message, [])


def show_form(card: SessionCard) -> None:
    question = card.state["question"]
    card._handle_custom_msg({"type": "shown", "taskId": question["taskId"], "question": question["id"]}, [])


# --- the form that fits -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "candidates", "labels", "at_once", "field"),
    [
        ("ambiguous", ("A", "B"), ["A", "B"], False, "text"),
        ("ambiguous", (), [], False, "text"),
        ("purchase", (), ["Approve", "Reject"], True, ""),
        ("policy", (), ["Approve", "Reject"], True, ""),
        ("security", ("go on", "leave"), ["go on", "leave"], True, ""),
        ("two_factor", (), [], False, "code"),
        ("credentials", (), [], False, "password"),
        ("captcha", (), ["It is solved: continue"], True, "text"),
        ("newer than we are", (), [], False, "text"),
    ],
)
def test_the_form_fits_the_kind(
    kind: str, candidates: tuple[str, ...], labels: list[str], at_once: bool, field: str
) -> None:
    form = form_of(Question("t1", "?", kind, candidates))
    assert ([label for label, _ in form.choices], form.at_once, form.field) == (labels, at_once, field)


def test_what_does_not_fit_among_the_choices_can_be_written() -> None:
    form = form_of(Question("t1", "?", "policy", tuple(map(str, range(20)))))
    assert (len(form.choices), form.left_out, form.field) == (12, 8, "text")


def test_a_question_that_can_not_be_answered_here_names_another_way() -> None:
    facts = make_card(asking()).state["question"]
    assert (facts["answerable"], facts["otherWay"]) == (False, "%webrun answer demo …")


@pytest.mark.parametrize("kind", ["credentials", "two_factor"])
def test_no_magic_is_offered_for_secrets(kind: str) -> None:
    assert dict(card_rows(asking(kind)))["answer"] == "webrun.on_guardrail(fn)"


def test_an_ended_session_asks_nothing() -> None:
    question = Question("t1", "Which one?")
    assert make_card(replace(ENDED, question=question)).state["question"] is None


# --- answering --------------------------------------------------------------------------------------------------------


def test_what_was_typed_is_sent_to_the_task() -> None:
    actions = FakeAnsweringActions()
    answer(make_card(asking(), actions), text="the second")
    assert actions.answers == [("t1", "the second")]


def test_a_choice_is_sent_as_the_server_named_it() -> None:
    actions = FakeAnsweringActions()
    answer(make_card(asking("", "first", HOSTILE), actions), choice=1)
    assert actions.answers == [("t1", HOSTILE)]


@pytest.mark.parametrize("what", [{"text": ""}, {"choice": 7}, {"choice": -1}, {"text": None}, {}])
def test_nothing_is_not_sent(what: dict[str, Any]) -> None:
    actions = FakeAnsweringActions()
    card = make_card(asking("", "A", "B"), actions)
    answer(card, **what)
    assert (actions.answers, card.state["press"]["state"]) == ([], "failed")


def test_an_answer_to_the_question_before_is_not_given_to_the_next() -> None:
    actions = FakeAnsweringActions()
    card = make_card(asking(text="Log in how?"), actions)
    asked_first = card.state["question"]["id"]
    card.receive(asking("purchase", text="Buy it?"))
    answer(card, asked_first, text="approve")
    assert (actions.answers, card.state["press"]["message"]) == ([], TOO_LATE)


def test_the_same_question_asked_twice_is_two_questions() -> None:
    card = make_card(asking(), FakeAnsweringActions())
    first = card.state["question"]["id"]
    card.receive(RUNNING)
    card.receive(asking())
    assert card.state["question"]["id"] != first


def test_a_late_answer_says_so_on_the_card() -> None:
    actions = FakeAnsweringActions()
    card = make_card(asking(), actions)
    answer(card, text="yes")
    actions.futures["answer"].set_exception(RequestError("nothing is asked", code="INVALID_STATE"))
    assert card.state["press"]["message"] == TOO_LATE


def test_one_answer_is_sent_once() -> None:
    actions = FakeAnsweringActions()
    card = make_card(asking(), actions)
    for _ in range(2):
        answer(card, text="yes")
    assert actions.answers == [("t1", "yes")]


@pytest.mark.parametrize("settle", [lambda f: f.set_result(None), lambda f: f.set_exception(ValueError(SECRET))])
def test_a_password_is_in_no_trait(settle: Callable[[Future[None]], None]) -> None:
    actions = FakeAnsweringActions()
    card = make_card(asking("credentials"), actions)
    answer(card, text=SECRET)
    states = [json.dumps(card.get_state(), default=str)]
    settle(actions.futures["answer"])
    states.append(json.dumps(card.get_state(), default=str))
    assert not any(SECRET in state for state in states)


def test_a_password_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    class FakeQuotingActions(FakeAnsweringActions):
        def answer(self, task_id: str, text: str) -> Future[None]:
            raise ValueError(f"bad input: {text}")

    caplog.set_level(logging.DEBUG)
    answer(make_card(asking("credentials"), FakeQuotingActions()), text=SECRET)
    assert SECRET not in caplog.text
    assert "ValueError" in caplog.text


def test_a_password_is_in_no_repr() -> None:
    card = make_card(asking("credentials"), FakeAnsweringActions())
    answer(card, text=SECRET)
    assert SECRET not in f"{card!r} {vars(card)!r} {card.text()} {card.html()}"


# --- is it shown? -----------------------------------------------------------------------------------------------------


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch) -> FakeOutput:
    output = FakeOutput()
    monkeypatch.setattr(cards_module, "display", output.display)
    monkeypatch.setattr(cards_module, "has_front_end", lambda: True)
    return output


def placed(board: CardRegistry, session: FakeSession, actions: FakeActions) -> SessionCard:
    board.show(session, actions)
    card = board.card(session.snapshot.session_id)
    assert card is not None
    return card


def test_without_a_card_no_form_is_shown() -> None:
    assert not CardRegistry().form_shown("nobody", "t1", 60)


def test_a_form_that_no_page_shows_is_not_shown(output: FakeOutput) -> None:
    board = CardRegistry()
    placed(board, FakeSession(asking()), FakeAnsweringActions())
    assert not board.form_shown(IDLE.session_id, "t1", 0.01)


def test_the_wait_ends_when_a_page_shows_the_form(output: FakeOutput) -> None:
    board, session = CardRegistry(), FakeSession(RUNNING)
    card = placed(board, session, FakeAnsweringActions())
    seen: list[bool] = []
    waiting = Thread(target=lambda: seen.append(board.form_shown(IDLE.session_id, "t1", 30)))
    waiting.start()
    session.become(asking())
    board.drain(5)
    show_form(card)
    waiting.join(30)
    assert seen == [True]


def test_a_form_shown_for_the_question_before_does_not_count(output: FakeOutput) -> None:
    board, session = CardRegistry(), FakeSession(asking())
    card = placed(board, session, FakeAnsweringActions())
    show_form(card)
    session.become(asking(text="And now?"))
    assert not board.form_shown(IDLE.session_id, "t1", 0.01)


# --- start again ------------------------------------------------------------------------------------------------------


class FakeRestartableActions(FakeActions):
    def __init__(self) -> None:
        super().__init__()
        self.starting: list[Future[RestartedSession]] = []

    def start_again(self) -> Future[RestartedSession]:
        self.starting.append(Future())
        return self.starting[-1]


def start_again(card: SessionCard, press_id: str = "p1") -> None:
    card._handle_custom_msg({"type": "command", "command": "start_again", "id": press_id}, [])


def restarted(board: CardRegistry, next_session: FakeSession) -> tuple[SessionCard, FakeRestartableActions]:
    """Return a card whose ended session was started again as `next_session`."""
    actions = FakeRestartableActions()
    card = placed(board, FakeSession(ENDED), actions)
    start_again(card)
    actions.starting[0].set_result(RestartedSession(next_session, FakeActions()))
    board.drain(5)
    return card, actions


def test_only_an_ended_session_can_be_started_again(output: FakeOutput) -> None:
    board, session = CardRegistry(), FakeSession(IDLE)
    card = placed(board, session, FakeRestartableActions())
    offered = [any(button["command"] == "start_again" for button in card.state["buttons"])]
    session.become(ENDED)
    board.drain(5)
    offered.append([button["command"] for button in card.state["buttons"]] == ["start_again"])
    assert offered == [False, True]


def test_two_clicks_open_one_session(output: FakeOutput) -> None:
    actions = FakeRestartableActions()
    card = placed(CardRegistry(), FakeSession(ENDED), actions)
    for press_id in ("here", "on another page"):
        start_again(card, press_id)
    assert len(actions.starting) == 1


def test_the_card_goes_on_with_the_new_session(output: FakeOutput) -> None:
    board, next_session = CardRegistry(), FakeSession(NEXT)
    card, _ = restarted(board, next_session)
    next_session.become(replace(NEXT, phase=SessionPhase.RUNNING))
    board.drain(5)
    assert (board.card(NEXT.session_id), card.state["label"]) == (card, "active · running")


def test_the_card_says_what_was_before(output: FakeOutput) -> None:
    card, _ = restarted(CardRegistry(), FakeSession(NEXT))
    assert card.state["before"].startswith("demo: terminated, after 5:00 of inactivity")


def test_the_saved_output_goes_on_with_the_new_session(output: FakeOutput) -> None:
    card, _ = restarted(CardRegistry(), FakeSession(NEXT))
    assert output.shown[-1][1:] == (True, card.text())
    assert NEXT.session_id in card.text()


def test_the_ended_session_is_not_heard_any_more(output: FakeOutput) -> None:
    card, _ = restarted(CardRegistry(), FakeSession(NEXT))
    card.receive(ENDED)
    assert card.latest is NEXT


def test_a_session_with_a_card_of_its_own_keeps_it(output: FakeOutput) -> None:
    board, elsewhere = CardRegistry(), FakeSession(NEXT)
    own = placed(board, elsewhere, FakeActions())
    card, _ = restarted(board, elsewhere)
    assert board.card(NEXT.session_id) is own
    assert card.state["press"]["message"] == "started again as demo; see its own card"


def test_a_start_that_fails_is_said(output: FakeOutput) -> None:
    board, actions = CardRegistry(), FakeRestartableActions()
    card = placed(board, FakeSession(ENDED), actions)
    start_again(card)
    actions.starting[0].set_exception(RuntimeError("no browser"))
    board.drain(5)
    assert card.state["press"]["message"] == "start again failed: no browser"


def test_the_text_form_says_what_was_before() -> None:
    assert "before        demo: it ended" in card_text(NEXT, seen_ended_ms=NOW_MS, before="demo: it ended")

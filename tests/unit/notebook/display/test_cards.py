"""Tests of the registry of a kernel's cards: their outputs, and when these are updated."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from ipywidgets import Widget

from helpers.fake_cards import (
    ENDED,
    IDLE,
    NOW_MS,
    RUNNING,
    FakeActions,
    FakeOutput,
    FakeSession,
    make_card,
)
from webrun_nb.notebook.display import cards as cards_module
from webrun_nb.notebook.display.cards import CardRegistry, UpdateThrottler
from webrun_nb.notebook.widgets.session_card import SessionCard
from webrun_nb.notebook.widgets.static_card import card_text

# --- the writer ----------------------------------------------------------------------------------------------------


class FakeSleep:
    """A sleep that lasts until the test ends it."""

    def __init__(self) -> None:
        self.asleep = threading.Semaphore(0)
        self.go_on = threading.Semaphore(0)

    def __call__(self, _seconds: float) -> None:
        self.asleep.release()
        self.go_on.acquire()


def test_a_burst_is_written_once_and_its_last_change_always() -> None:
    written: list[str] = []
    sleep = FakeSleep()
    writer = UpdateThrottler(lambda card: written.append(card.latest.last_action), sleep=sleep)
    card = SessionCard(IDLE, FakeActions(), writer.mark)
    card.receive(replace(IDLE, last_action="first"))
    sleep.asleep.acquire()
    for number in range(1000):
        card.receive(replace(IDLE, last_action=f"step {number}"))
    sleep.go_on.release()
    assert writer.drain(5)
    assert written == ["first", "step 999"]


def test_one_card_that_cannot_be_written_does_not_stop_the_others() -> None:
    written: list[str] = []

    def write(card: SessionCard) -> None:
        if card.latest.name == "bad":
            raise ValueError("no")
        written.append(card.latest.name)

    writer = UpdateThrottler(write, sleep=lambda _: None)
    for name in ("bad", "good"):
        writer.mark(make_card(replace(IDLE, name=name)))
    assert writer.drain(5)
    assert written == ["good"]


# --- the board -----------------------------------------------------------------------------------------------------


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch) -> FakeOutput:
    output = FakeOutput()
    monkeypatch.setattr(cards_module, "display", output.display)
    monkeypatch.setattr(cards_module, "has_front_end", lambda: True)
    return output


def test_a_session_has_one_card_not_one_per_cell(output: FakeOutput) -> None:
    board, session = CardRegistry(), FakeSession(IDLE)
    for _ in range(3):
        board.show(session, FakeActions())
    assert len(output.shown) == 1


def test_asked_for_again_the_same_card_is_shown_in_both_places(output: FakeOutput) -> None:
    board, session = CardRegistry(), FakeSession(IDLE)
    board.show(session, FakeActions())
    board.show(session, FakeActions(), again=True)
    (first, _, _), (second, _, _) = output.shown
    assert first == second


def test_the_board_feeds_the_card(output: FakeOutput) -> None:
    board, session = CardRegistry(), FakeSession(IDLE)
    board.show(session, FakeActions())
    session.become(RUNNING)
    assert board.drain(5)
    card = board.card(IDLE.session_id)
    assert card is not None
    assert card.state["label"] == "active · running"


def test_the_end_is_written_into_the_saved_output(output: FakeOutput) -> None:
    board, session = CardRegistry(), FakeSession(IDLE)
    board.show(session, FakeActions())
    session.become(ENDED)
    assert board.drain(5)
    assert output.shown[1:] == [(output.shown[0][0], True, card_text(ENDED, seen_ended_ms=NOW_MS))]


def test_a_terminal_gets_text(capsys: pytest.CaptureFixture[str]) -> None:
    CardRegistry().show(FakeSession(IDLE), FakeActions())
    assert capsys.readouterr().out == card_text(IDLE) + "\n"


def test_a_card_that_is_held_is_shown_nowhere_until_it_is_asked_for(output: FakeOutput) -> None:
    board, session = CardRegistry(), FakeSession(IDLE)
    held = board.card_for(session, FakeActions())
    assert output.shown == []
    board.show(session, FakeActions())
    assert (len(output.shown), board.card(IDLE.session_id)) == (1, held)


def test_the_card_of_an_ended_session_that_was_never_shown_is_let_go(output: FakeOutput) -> None:
    board, session = CardRegistry(), FakeSession(IDLE)
    board.card_for(session, FakeActions())
    session.become(ENDED)
    assert board.drain(5)
    assert (board.card(IDLE.session_id), session.subscribers) == (None, [])


def test_a_widget_opens_no_channel_before_it_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    card = make_card()
    assert card.comm is None
    card._repr_mimebundle_()
    assert card.comm is not None


def test_while_pages_learn_of_a_widget_no_other_thread_shows_or_changes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    card = make_card()
    free: set[bool] = set()
    whole = Widget.open

    def opens(widget: Widget) -> None:
        other = threading.Thread(target=lambda: free.add(card._opening.acquire(blocking=False)))
        other.start()
        other.join()
        whole(widget)

    monkeypatch.setattr(Widget, "open", opens)
    card._repr_mimebundle_()
    assert free == {False}


def test_what_ends_while_its_card_is_being_shown_is_written_afterwards(
    output: FakeOutput, monkeypatch: pytest.MonkeyPatch
) -> None:
    board, session = CardRegistry(), FakeSession(IDLE)

    def shows(card: SessionCard, *, display_id: str, update: bool = False) -> None:
        output.display(card, display_id=display_id, update=update)
        if not update:
            session.become(ENDED)
            assert board.drain(5)
            assert len(output.shown) == 1, "an update of what is not there yet would be lost"

    monkeypatch.setattr(cards_module, "display", shows)
    board.show(session, FakeActions())
    assert board.drain(5)
    assert [update for _, update, _ in output.shown] == [False, True]
    assert "terminated" in output.shown[-1][2]

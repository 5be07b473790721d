"""Cards without a page: what the widget sends, when, and what stands in for it."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from decimal import Decimal

import pytest
from ipywidgets import Widget

from helpers.fake_cards import (
    ENDED,
    HOSTILE,
    IDLE,
    NOW_MS,
    RUNNING,
    Actions,
    Output,
    PausableActions,
    Session,
    make_card,
)
from webrun_nb.client.snapshot import Question, SessionSnapshot
from webrun_nb.common.codes import SessionPhase, SessionStatus
from webrun_nb.notebook.display import cards as cards_module
from webrun_nb.notebook.display.cards import CardRegistry, UpdateThrottler
from webrun_nb.notebook.text.labels import clean, duration, ended_at_ms, rate, usd
from webrun_nb.notebook.widgets.card_state import ButtonPress, session_card_state
from webrun_nb.notebook.widgets.session_card import SessionCard
from webrun_nb.notebook.widgets.static_card import card_html, card_rows, card_text, final_line


def click(card: SessionCard, command: str, press_id: str = "p1") -> None:
    card._handle_custom_msg({"type": "command", "command": command, "id": press_id}, [])


def commands(snapshot: SessionSnapshot, actions: Actions | None = None) -> dict[str, bool]:
    """The card's buttons and whether they are enabled."""
    return {button["command"]: button["enabled"] for button in make_card(snapshot, actions).facts["buttons"]}


# --- facts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("snapshot", [IDLE, RUNNING, ENDED])
def test_facts_are_plain_json(snapshot: SessionSnapshot) -> None:
    facts = session_card_state(snapshot, press=ButtonPress("p", "stop"))
    assert json.loads(json.dumps(facts)) == facts


def test_money_crosses_as_decimal_text() -> None:
    assert session_card_state(IDLE)["costUsd"] == "0.0310"


def test_an_unknown_cost_stays_unknown() -> None:
    assert session_card_state(replace(IDLE, cost_usd=None))["costUsd"] is None


def test_the_countdown_is_held_while_a_task_runs() -> None:
    assert session_card_state(RUNNING)["hold"] == "held while a task runs"


def test_an_ended_session_counts_down_to_nothing() -> None:
    assert session_card_state(replace(ENDED, expires_at_ms=NOW_MS))["countdown"] is None


def test_an_orphaned_session_counts_its_grace_period() -> None:
    orphaned = replace(IDLE, status=SessionStatus.ORPHANED, phase=None, grace_ends_at_ms=NOW_MS + 200_000)
    countdown = session_card_state(orphaned)["countdown"]
    assert (countdown["label"], countdown["endsAtMs"]) == ("Grace period", NOW_MS + 200_000)


def test_without_word_of_its_grace_period_nothing_counts() -> None:
    orphaned = replace(IDLE, status=SessionStatus.ORPHANED, phase=None)
    facts = session_card_state(orphaned)
    assert (facts["countdown"], facts["hold"]) == (None, "waiting for the browser to come back")


def test_every_phase_has_a_shape_of_its_own() -> None:
    phases = ("idle", "running", "paused", "guardrail", "manual", "stopped")
    shapes = [session_card_state(replace(IDLE, phase=phase))["shape"] for phase in phases]
    assert len(set(shapes)) == len(phases)


@pytest.mark.parametrize(
    ("snapshot", "idles"),
    [(IDLE, True), (replace(RUNNING, phase=SessionPhase.PAUSED), True), (RUNNING, False), (ENDED, False)],
)
def test_idle_time_grows_while_no_task_runs(snapshot: SessionSnapshot, idles: bool) -> None:
    assert session_card_state(snapshot)["idles"] is idles


def test_the_server_tells_when_a_session_ended_and_its_money_does_not() -> None:
    assert ended_at_ms(replace(ENDED, ended_at_ms=7, compute_usd=Decimal("0.02"))) == 7
    assert ended_at_ms(replace(IDLE, ended_at_ms=7)) is None


def test_where_the_server_does_not_tell_the_end_is_when_it_was_seen() -> None:
    card = make_card(IDLE)
    card.receive(replace(ENDED, ended_at_ms=None))
    card.receive(replace(ENDED, ended_at_ms=None, server_now_ms=NOW_MS + 60_000))
    assert card.facts["endedAtMs"] == NOW_MS


def test_without_either_the_end_is_unknown() -> None:
    assert session_card_state(replace(ENDED, ended_at_ms=None))["endedAtMs"] is None


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("span_ms", "text"),
    [(-5, "0:00"), (999, "0:00"), (83_000, "1:23"), (3_600_000, "1:00:00"), (36_061_000, "10:01:01")],
)
def test_durations(span_ms: int, text: str) -> None:
    assert duration(span_ms) == text


@pytest.mark.parametrize(("amount", "text"), [("0", "$0.0000"), ("0.00005", "$0.0001"), ("12.5", "$12.5000")])
def test_dollars_have_four_decimals(amount: str, text: str) -> None:
    assert usd(Decimal(amount)) == text


@pytest.mark.parametrize(("amount", "text"), [("0.02", "$0.02/min"), ("0.1", "$0.10/min"), ("0.0125", "$0.0125/min")])
def test_rates_keep_their_digits(amount: str, text: str) -> None:
    assert rate(Decimal(amount)) == text


def test_clean_takes_control_and_direction_characters_out() -> None:
    assert clean("a\x1b[31m\nb\u202ec", 100) == "a [31m b c"


def test_clean_cuts_what_is_long() -> None:
    assert clean("x" * 1_000_000, 10) == "x" * 9 + "…"


# --- static forms -----------------------------------------------------------------------------------------------------


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
    assert dict(card_rows(IDLE))["inactivity"] == "4:48 until it ends by itself; waiting it out costs ≈ $0.0960"


def test_an_empty_queue_is_not_mentioned() -> None:
    assert "queue" not in dict(card_rows(IDLE))


@pytest.mark.parametrize(
    ("status", "reason", "text"),
    [
        (SessionStatus.TERMINATED, "expired", "after 5:00 of inactivity"),
        (SessionStatus.TERMINATED, "terminated", "by you (terminate)"),
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


# --- the widget -------------------------------------------------------------------------------------------------------


def test_a_page_that_loads_late_gets_the_time_of_now() -> None:
    kernel_s = [100.0]
    card = make_card(monotonic_s=lambda: kernel_s[0])
    kernel_s[0] += 7.5
    assert card.get_state()["facts"]["serverNowMs"] == NOW_MS + 7_500


def test_a_stopped_clock_stays_where_it_is() -> None:
    kernel_s = [100.0]
    card = make_card(replace(IDLE, clock_running=False), monotonic_s=lambda: kernel_s[0])
    kernel_s[0] += 7.5
    assert card.get_state()["facts"]["serverNowMs"] == NOW_MS


def test_only_what_makes_sense_is_enabled() -> None:
    assert commands(IDLE) == {"stop": False, "terminate": True}


def test_pause_is_there_for_those_who_can() -> None:
    assert commands(RUNNING, PausableActions()) == {"pause": True, "stop": True, "terminate": True}


def test_a_paused_session_can_resume() -> None:
    assert commands(replace(RUNNING, phase=SessionPhase.PAUSED), PausableActions())["resume"]


def test_an_ended_session_has_no_buttons() -> None:
    assert commands(ENDED, PausableActions()) == {}


def test_who_took_over_can_release() -> None:
    class Driver(PausableActions):
        def take_over(self) -> Future[None]:
            return self._begin("take_over")

        def release(self) -> Future[None]:
            return self._begin("release")

    assert set(commands(replace(IDLE, phase=SessionPhase.MANUAL), Driver())) == {
        "pause",
        "release",
        "stop",
        "terminate",
    }


def test_a_click_asks_for_the_command() -> None:
    actions = Actions()
    click(make_card(RUNNING, actions), "stop")
    assert list(actions.futures) == ["stop"]


def test_a_click_that_arrives_twice_is_one() -> None:
    asked: list[str] = []

    class Counting(Actions):
        def stop(self) -> Future[None]:
            asked.append("stop")
            return super().stop()

    card = make_card(RUNNING, Counting())
    for _ in range(2):
        click(card, "stop", "p1")
    assert asked == ["stop"]


def test_a_click_is_answered_at_once() -> None:
    card = make_card(RUNNING)
    click(card, "stop", "p7")
    assert card.facts["press"] == {"id": "p7", "command": "stop", "state": "sent", "message": ""}


def test_the_servers_answer_settles_the_click() -> None:
    actions = Actions()
    card = make_card(RUNNING, actions)
    click(card, "stop")
    actions.futures["stop"].set_result(None)
    assert card.facts["press"]["state"] == "done"


def test_the_servers_refusal_is_shown() -> None:
    actions = Actions()
    card = make_card(RUNNING, actions)
    click(card, "stop")
    actions.futures["stop"].set_exception(RuntimeError("nothing is running"))
    assert card.facts["press"]["message"] == "stop failed: nothing is running"


def test_an_action_that_cannot_even_be_posted_is_shown() -> None:
    class Closed(Actions):
        def stop(self) -> Future[None]:
            raise RuntimeError("the loop is closed")

    card = make_card(RUNNING, Closed())
    click(card, "stop")
    assert card.facts["press"]["message"] == "stop failed: the loop is closed"


def test_an_older_answer_does_not_undo_a_newer_click() -> None:
    actions = Actions()
    card = make_card(RUNNING, actions)
    click(card, "stop", "p1")
    click(card, "terminate", "p2")
    actions.futures["stop"].set_result(None)
    assert card.facts["press"]["id"] == "p2"


def test_a_page_cannot_call_what_is_no_command() -> None:
    actions = Actions()
    click(make_card(RUNNING, actions), "_begin")
    assert actions.futures == {}


def test_a_snapshot_that_was_overtaken_is_not_shown() -> None:
    card = make_card(IDLE)
    card.receive(RUNNING)
    card.receive(ENDED, instead_of=IDLE)
    assert card.latest is RUNNING


# --- the writer -------------------------------------------------------------------------------------------------------


class Turnstile:
    """A sleep that lasts until the test lets it end."""

    def __init__(self) -> None:
        self.asleep = threading.Semaphore(0)
        self.go_on = threading.Semaphore(0)

    def __call__(self, _seconds: float) -> None:
        self.asleep.release()
        self.go_on.acquire()


def test_a_burst_is_written_once_and_its_last_change_always() -> None:
    written: list[str] = []
    sleep = Turnstile()
    writer = UpdateThrottler(lambda card: written.append(card.latest.last_action), sleep=sleep)
    card = SessionCard(IDLE, Actions(), writer.mark)
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


# --- the board --------------------------------------------------------------------------------------------------------


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch) -> Output:
    output = Output()
    monkeypatch.setattr(cards_module, "display", output.display)
    monkeypatch.setattr(cards_module, "has_front_end", lambda: True)
    return output


def test_a_session_has_one_card_not_one_per_cell(output: Output) -> None:
    board, session = CardRegistry(), Session(IDLE)
    for _ in range(3):
        board.show(session, Actions())
    assert len(output.shown) == 1


def test_asked_for_again_the_same_card_is_shown_in_both_places(output: Output) -> None:
    board, session = CardRegistry(), Session(IDLE)
    board.show(session, Actions())
    board.show(session, Actions(), again=True)
    (first, _, _), (second, _, _) = output.shown
    assert first == second


def test_the_board_feeds_the_card(output: Output) -> None:
    board, session = CardRegistry(), Session(IDLE)
    board.show(session, Actions())
    session.become(RUNNING)
    assert board.drain(5)
    card = board.card(IDLE.session_id)
    assert card is not None
    assert card.facts["label"] == "active · running"


def test_the_end_is_written_into_the_saved_output(output: Output) -> None:
    board, session = CardRegistry(), Session(IDLE)
    board.show(session, Actions())
    session.become(ENDED)
    assert board.drain(5)
    assert output.shown[1:] == [(output.shown[0][0], True, card_text(ENDED, seen_ended_ms=NOW_MS))]


def test_a_terminal_gets_text(capsys: pytest.CaptureFixture[str]) -> None:
    CardRegistry().show(Session(IDLE), Actions())
    assert capsys.readouterr().out == card_text(IDLE) + "\n"


def test_a_card_that_is_held_is_shown_nowhere_until_it_is_asked_for(output: Output) -> None:
    board, session = CardRegistry(), Session(IDLE)
    held = board.hold(session, Actions())
    assert output.shown == []
    board.show(session, Actions())
    assert (len(output.shown), board.card(IDLE.session_id)) == (1, held)


def test_the_card_of_an_ended_session_that_was_never_shown_is_let_go(output: Output) -> None:
    board, session = CardRegistry(), Session(IDLE)
    board.hold(session, Actions())
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
    output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    board, session = CardRegistry(), Session(IDLE)

    def shows(card: SessionCard, *, display_id: str, update: bool = False) -> None:
        output.display(card, display_id=display_id, update=update)
        if not update:
            session.become(ENDED)
            assert board.drain(5)
            assert len(output.shown) == 1, "an update of what is not there yet would be lost"

    monkeypatch.setattr(cards_module, "display", shows)
    board.show(session, Actions())
    assert board.drain(5)
    assert [update for _, update, _ in output.shown] == [False, True]
    assert "terminated" in output.shown[-1][2]

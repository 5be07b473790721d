"""Tests of the progress line without a page: its texts, and the state that it sends."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest

from helpers.fake_cards import ENDED, HOSTILE, IDLE, NOW_MS, RUNNING, FakeAnsweringActions, make_card
from webrun_nb.client.snapshot import Doing, Question, SessionSnapshot
from webrun_nb.common.codes import SessionPhase, SessionStatus
from webrun_nb.notebook.display.terminal_line import can_rewrite, line_of
from webrun_nb.notebook.display.terminal_prompt import ask_in_terminal, prompt_here
from webrun_nb.notebook.text.labels import progress
from webrun_nb.notebook.widgets.session_card import SessionCard
from webrun_nb.notebook.widgets.task_line import TaskLine

OPENS = replace(RUNNING, doing=Doing("t1", "navigateUrl", "http://shop.localhost/", 3))
ASKS = replace(
    RUNNING,
    phase=SessionPhase.GUARDRAIL,
    question=Question("t1", "The password for shop.localhost", "credentials"),
    expires_at_ms=NOW_MS + 240_000,
)


class FakeTask:
    """A task that a cell waits for, with a given snapshot and form."""

    def __init__(self, snapshot: SessionSnapshot | None, form: SessionCard | None = None) -> None:
        self.snapshot = snapshot
        self.form = form
        self.task_id: str | None = "t1"
        self.began_s = 100.0


class FakeClock:
    now_s = 104.2

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def line(clock: FakeClock) -> TaskLine:
    """A line that is flushed at once, so that a test sees its traits."""
    return TaskLine(TaskLine.flush, monotonic_s=clock)


def row(line: TaskLine) -> dict[str, Any]:
    (only,) = line.state["tasks"]
    return dict(only)


@pytest.mark.parametrize(
    ("snapshot", "words"),
    [
        (None, "opening a session"),
        (replace(IDLE, status=SessionStatus.PENDING, phase=None), "starting the browser"),
        (replace(IDLE, status=SessionStatus.ORPHANED, phase=None), "the browser was lost; waiting for it to come back"),
        (replace(OPENS, connected=False), "the server can't be reached; trying again"),
        (RUNNING, "working"),
        (OPENS, "step 3 · opening http://shop.localhost/"),
        (replace(OPENS, doing=Doing("t1", "click", "Laptops")), "clicking Laptops"),
        (replace(OPENS, doing=Doing("t1", "waitFor", "", 2)), "step 2 · waiting"),
        (replace(OPENS, doing=Doing("t1", "zoom", "x", 2)), "step 2 · zoom x"),
        (replace(OPENS, doing=Doing("t0", "click", "Laptops", 9)), "working"),
        (ASKS, "waiting for your answer"),
        (replace(OPENS, phase=SessionPhase.PAUSED), "paused; Resume on the session's card continues"),
        (replace(OPENS, phase=SessionPhase.MANUAL), "you have control; Release on the session's card returns it"),
        (replace(OPENS, current_task_id="t0"), "waiting for its turn: another task of session demo runs"),
        (replace(ASKS, current_task_id="t0"), "waiting for its turn: another task of session demo asks for an answer"),
        (replace(OPENS, current_task_id=None), "reading the result"),
        (ENDED, "reading the result"),
    ],
)
def test_progress_says_what_is_so(snapshot: SessionSnapshot | None, words: str) -> None:
    assert progress(snapshot, "t1") == words


def test_a_task_without_an_id_is_being_sent() -> None:
    assert progress(IDLE, None) == "sending the task"


def test_progress_is_one_clean_line_whatever_a_page_says() -> None:
    said = progress(replace(OPENS, doing=Doing("t1", "click", HOSTILE + "\n", 3)), "t1")
    assert not {"\n", "\x1b", "\u202e"} & set(said)


def test_a_row_has_the_words_and_the_time(line: TaskLine) -> None:
    line.add(FakeTask(OPENS))
    assert (row(line)["what"], row(line)["elapsed"]) == (
        "step 3 · opening http://shop.localhost/",
        {"value": 4200, "perMs": 1},
    )


def test_time_that_passes_is_not_sent(line: TaskLine, clock: FakeClock) -> None:
    line.add(FakeTask(OPENS))
    clock.now_s += 30
    line.flush()
    assert row(line)["elapsed"]["value"] == 4200


def test_a_leap_of_the_servers_clock_is_sent(line: TaskLine, clock: FakeClock) -> None:
    waited = FakeTask(OPENS)
    line.add(waited)
    waited.snapshot = replace(OPENS, server_now_ms=NOW_MS + 61_000)
    clock.now_s += 1
    line.flush()
    assert row(line)["now"]["value"] == NOW_MS + 61_000


def test_a_task_that_has_ended_has_no_row(line: TaskLine) -> None:
    line.remove(line.add(FakeTask(OPENS)))
    assert line.state == {"tasks": []}
    assert line.idle


def test_the_question_says_since_when_it_waits_and_what_that_costs(line: TaskLine, clock: FakeClock) -> None:
    line.add(FakeTask(ASKS, make_card(ASKS, FakeAnsweringActions(), monotonic_s=clock)))
    waits = row(line)["question"]["waits"]
    assert waits.pop("idleCost")["value"] == "0.08"
    assert waits == {
        "sinceMs": NOW_MS - 60_000, "noteFromMs": NOW_MS, "endsAtMs": NOW_MS + 240_000, "session": "demo",
        "approximately": "≈\u00a0", "payer": " (emulated: you pay $0.00)", "rate": "$0.02/min",
    }  # fmt: skip


def test_without_a_timeout_from_the_server_no_cost_of_waiting_is_shown(line: TaskLine) -> None:
    asks = replace(ASKS, expires_at_ms=None)
    line.add(FakeTask(asks, make_card(asks, FakeAnsweringActions())))
    assert row(line)["question"]["waits"] is None


def test_a_password_typed_under_the_cell_is_sent_and_gets_into_no_trait(line: TaskLine) -> None:
    actions = FakeAnsweringActions()
    card = make_card(ASKS, actions)
    line.add(FakeTask(ASKS, card))
    asked = row(line)["question"]["id"]
    line._handle_custom_msg({"type": "answer", "row": "1", "id": "p1", "question": asked, "text": "pa55-word"}, [])
    line.flush()
    assert actions.answers == [("t1", "pa55-word")]
    assert "pa55-word" not in repr((line.get_state(), card.get_state(), line.static_mimebundle()))
    assert row(line)["press"] == {"id": "p1", "command": "answer", "state": "sent", "message": ""}


def test_the_task_is_stopped_from_the_form(line: TaskLine) -> None:
    actions = FakeAnsweringActions()
    line.add(FakeTask(ASKS, make_card(ASKS, actions)))
    line._handle_custom_msg({"type": "command", "command": "stop", "row": "1", "id": "p1"}, [])
    assert list(actions.futures) == ["stop"]


def test_where_the_card_stands_under_the_cell_the_line_has_no_form(line: TaskLine) -> None:
    line.add(FakeTask(ASKS))
    assert row(line)["question"] is None


def test_a_line_is_no_text_and_no_html(line: TaskLine) -> None:
    assert set(line._repr_mimebundle_()[0]) == {"application/vnd.jupyter.widget-view+json"}


# --- in a terminal ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("now_s", "elapsed"), [(104.2, "4 s"), (159.9, "59 s"), (164.0, "1:04")])
def test_in_a_terminal_the_line_has_the_time(now_s: float, elapsed: str) -> None:
    assert line_of(FakeTask(OPENS), now_s) == f"step 3 · opening http://shop.localhost/ · {elapsed}"  # type: ignore[arg-type]  # a double


def test_in_a_terminal_nothing_is_written_over_a_question() -> None:
    assert line_of(FakeTask(ASKS), 104.0) == ""  # type: ignore[arg-type]  # a double


def typed(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """Provide these lines as terminal input, followed by the end of input."""
    left = list(lines)

    def read(prompt: str) -> str:
        if not left:
            raise EOFError
        return left.pop(0)

    monkeypatch.setattr("builtins.input", read)
    monkeypatch.setattr("webrun_nb.notebook.display.terminal_prompt.getpass", read)


WHICH = Question("t1", "Which account?", "ambiguous", ("Personal", "2. Business"))


@pytest.mark.parametrize(
    ("question", "lines", "answer"),
    [
        (WHICH, ["2"], "2. Business"),
        (WHICH, ["Personal"], "Personal"),
        (WHICH, ["the third"], "the third"),
        (WHICH, [""], None),
        (WHICH, [], None),
        (Question("t1", "Buy it?", "purchase"), ["yes", "1"], "approve"),
        (Question("t1", "The password", "credentials"), ["pa55-word"], "pa55-word"),
        (Question("t1", "How many?"), ["2"], "2"),
    ],
)
def test_a_question_is_answered_in_the_terminal(
    monkeypatch: pytest.MonkeyPatch, question: Question, lines: list[str], answer: str | None
) -> None:
    typed(monkeypatch, *lines)
    assert ask_in_terminal(question) == answer


def test_the_choices_are_printed_with_their_numbers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, "1")
    ask_in_terminal(WHICH)
    assert capsys.readouterr().out.splitlines()[1:] == ["  1. Personal", "  2. Business"]


def test_without_a_terminal_no_question_is_asked() -> None:
    assert prompt_here() is None


def test_what_is_no_terminal_gets_no_line() -> None:
    assert not can_rewrite(io.StringIO())

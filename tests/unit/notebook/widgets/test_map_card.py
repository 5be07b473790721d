"""Tests of a map's card, without a page: its state stays small and true, and its buttons ask for one thing once."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import pytest

from helpers.fake_cards import HOSTILE
from helpers.fake_maps import COMPLETE, RUNNING, FakeMap
from webrun_nb.batch.progress import FINAL, SHOWN_FAILURES, ShownFailure
from webrun_nb.notebook.widgets.map_card import MapCard
from webrun_nb.notebook.widgets.map_state import map_card_state

LONG = ShownFailure(9_999, "x" * 80, "NAVIGATION_FAILED", "y" * 5000, "z" * 5000)


class FakeClock:
    """A clock that the test sets, seconds."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class Watched:
    """A card over a fake map, with the futures of what its buttons asked for, and the states that were sent."""

    def __init__(self) -> None:
        self.run, self.clock, self.asked = FakeMap(), FakeClock(), list[tuple[str, Future[None]]]()

        def ask(command: str) -> Callable[[], Future[Any]]:
            def begin() -> Future[Any]:
                self.asked.append((command, Future()))
                return self.asked[-1][1]

            return begin

        commands = {name: ask(name) for name in ("pause", "resume", "stop")}
        self.card = MapCard(
            self.run, MapCard.flush, commands, name="talks", result="webrun.last", monotonic_s=self.clock
        )
        self.sent = list[dict[str, Any]]()
        self.card.observe(lambda change: self.sent.append(change.new), "state")

    def press(self, command: str, press_id: str) -> None:
        """Send a click as a page does."""
        self.card._handle_custom_msg({"type": "command", "command": command, "id": press_id}, [])


@pytest.fixture
def watched() -> Watched:
    return Watched()


def test_time_alone_sends_nothing(watched: Watched) -> None:
    watched.clock.now_s += 10
    watched.run.become(elapsed_s=93.0, left_s=27.0)
    assert watched.sent == []
    watched.run.become(done=330, elapsed_s=93.0)
    assert [state["done"] for state in watched.sent] == [330]


def test_the_state_of_a_long_map_is_small() -> None:
    huge = replace(RUNNING, total=1_000_000, done=900_000, failed=90_000, failures=(LONG,) * SHOWN_FAILURES)
    assert len(json.dumps(map_card_state(huge, name="talks", result="talks", press=None))) < 6_000


def test_a_pause_is_asked_for_once_and_resume_follows(watched: Watched) -> None:
    watched.press("pause", "p1")
    watched.press("pause", "p1")  # sent again, as nothing had answered
    watched.press("pause", "p2")  # on another page
    assert [command for command, _ in watched.asked] == ["pause"]
    assert watched.card.state["busy"] == "pause"
    watched.asked[0][1].set_result(None)
    watched.run.become(state="paused")
    assert watched.card.state["busy"] is None
    assert [button["command"] for button in watched.card.state["buttons"]] == ["resume", "stop"]
    assert any("sessions stay open" in note for note in watched.card.state["notes"])


def test_a_command_that_failed_is_said(watched: Watched) -> None:
    watched.press("stop", "p1")
    watched.asked[0][1].set_exception(RuntimeError("the server is gone"))
    assert watched.card.state["notice"] == "stop failed: the server is gone"


def test_other_commands_are_not_taken(watched: Watched) -> None:
    watched.press("terminate", "p1")
    assert watched.asked == []


def test_a_run_that_ended_has_no_buttons_and_is_left(watched: Watched) -> None:
    watched.run.become(state="complete", done=480, running=0, left_s=None)
    assert watched.card.state["buttons"] == []
    assert watched.card.done
    assert watched.run.subscribers == []
    watched.press("stop", "p1")
    assert watched.asked == []


@pytest.mark.parametrize("state", sorted(FINAL))
def test_a_page_whose_kernel_is_gone_says_that_an_ended_run_had_ended(state: Any) -> None:
    ended = map_card_state(replace(COMPLETE, state=state), name="", result="webrun.last", press=None)
    assert ended["withoutKernel"]["text"] == "; run r7k2m9x had ended before, and is kept."


def test_a_page_whose_kernel_is_gone_says_how_to_go_on(watched: Watched) -> None:
    lost = watched.card.state["withoutKernel"]
    assert lost["text"].endswith("go on with what is missing: %%webrun map --resume r7k2m9x")
    assert lost["changes"]["counts"] == "at least 320 done · 20 failed"
    assert lost["changes"]["buttons"] == []


def test_the_static_forms_show_hostile_texts_as_text(watched: Watched) -> None:
    hostile = ShownFailure(1, "[/webrun-card]", "", HOSTILE + "<!--/webrun-card-->", "")
    watched.run.become(failures=(hostile,))
    forms = watched.card.static_mimebundle()
    assert forms["text/plain"].count("[/webrun-card]") == forms["text/html"].count("<!--/webrun-card-->") == 1
    assert "<script>" not in forms["text/html"]
    assert "\x1b" not in forms["text/plain"]

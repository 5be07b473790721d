"""Tests of the session card without a page: its buttons, and the state that it sends."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace

from helpers.fake_cards import (
    ENDED,
    IDLE,
    NOW_MS,
    RUNNING,
    FakeActions,
    FakePausableActions,
    make_card,
)
from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.common.codes import SessionPhase
from webrun_nb.notebook.widgets.session_card import SessionCard


def click(card: SessionCard, command: str, press_id: str = "p1") -> None:
    card._handle_custom_msg({"type": "command", "command": command, "id": press_id}, [])


def commands(snapshot: SessionSnapshot, actions: FakeActions | None = None) -> dict[str, bool]:
    """Return the card's buttons and whether they are enabled."""
    return {button["command"]: button["enabled"] for button in make_card(snapshot, actions).state["buttons"]}


def test_a_page_that_loads_late_gets_the_time_of_now() -> None:
    kernel_s = [100.0]
    card = make_card(monotonic_s=lambda: kernel_s[0])
    kernel_s[0] += 7.5
    assert card.get_state()["state"]["now"]["value"] == NOW_MS + 7_500


def test_a_stopped_clock_stays_where_it_is() -> None:
    kernel_s = [100.0]
    card = make_card(replace(IDLE, clock_running=False), monotonic_s=lambda: kernel_s[0])
    kernel_s[0] += 7.5
    assert card.get_state()["state"]["now"]["value"] == NOW_MS


def test_only_what_makes_sense_is_enabled() -> None:
    assert commands(IDLE) == {"stop": False, "terminate": True}


def test_pause_has_a_button_only_if_it_is_supported() -> None:
    assert commands(RUNNING, FakePausableActions()) == {"pause": True, "stop": True, "terminate": True}


def test_a_paused_session_can_resume() -> None:
    assert commands(replace(RUNNING, phase=SessionPhase.PAUSED), FakePausableActions())["resume"]


def test_an_ended_session_has_no_buttons() -> None:
    assert commands(ENDED, FakePausableActions()) == {}


def test_a_user_who_took_over_can_release() -> None:
    class FakeDriverActions(FakePausableActions):
        def take_over(self) -> Future[None]:
            return self._begin("take_over")

        def release(self) -> Future[None]:
            return self._begin("release")

    assert set(commands(replace(IDLE, phase=SessionPhase.MANUAL), FakeDriverActions())) == {
        "pause",
        "release",
        "stop",
        "terminate",
    }


def test_a_click_asks_for_the_command() -> None:
    actions = FakeActions()
    click(make_card(RUNNING, actions), "stop")
    assert list(actions.futures) == ["stop"]


def test_a_click_that_arrives_twice_is_one() -> None:
    asked: list[str] = []

    class FakeCountingActions(FakeActions):
        def stop(self) -> Future[None]:
            asked.append("stop")
            return super().stop()

    card = make_card(RUNNING, FakeCountingActions())
    for _ in range(2):
        click(card, "stop", "p1")
    assert asked == ["stop"]


def test_a_click_is_answered_at_once() -> None:
    card = make_card(RUNNING)
    click(card, "stop", "p7")
    assert card.state["press"] == {"id": "p7", "command": "stop", "state": "sent", "message": ""}


def test_the_servers_answer_settles_the_click() -> None:
    actions = FakeActions()
    card = make_card(RUNNING, actions)
    click(card, "stop")
    actions.futures["stop"].set_result(None)
    assert card.state["press"]["state"] == "done"


def test_the_servers_refusal_is_shown() -> None:
    actions = FakeActions()
    card = make_card(RUNNING, actions)
    click(card, "stop")
    actions.futures["stop"].set_exception(RuntimeError("nothing is running"))
    assert card.state["press"]["message"] == "stop failed: nothing is running"


def test_an_action_that_cannot_even_be_posted_is_shown() -> None:
    class FakeClosedActions(FakeActions):
        def stop(self) -> Future[None]:
            raise RuntimeError("the loop is closed")

    card = make_card(RUNNING, FakeClosedActions())
    click(card, "stop")
    assert card.state["press"]["message"] == "stop failed: the loop is closed"


def test_an_older_answer_does_not_undo_a_newer_click() -> None:
    actions = FakeActions()
    card = make_card(RUNNING, actions)
    click(card, "stop", "p1")
    click(card, "terminate", "p2")
    actions.futures["stop"].set_result(None)
    assert card.state["press"]["id"] == "p2"


def test_a_page_cannot_call_what_is_no_command() -> None:
    actions = FakeActions()
    click(make_card(RUNNING, actions), "_begin")
    assert actions.futures == {}


def test_a_snapshot_that_was_overtaken_is_not_shown() -> None:
    card = make_card(IDLE)
    card.receive(RUNNING)
    card.receive(ENDED, instead_of=IDLE)
    assert card.latest is RUNNING

"""Tests of the table of the card's buttons."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpers.fake_cards import ENDED, IDLE, RUNNING
from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.common.codes import SessionPhase, SessionStatus
from webrun_nb.notebook.text import labels
from webrun_nb.notebook.widgets.card_actions import BUTTONS, TABLE_COMMANDS, SessionCardActions, buttons_state

COMMANDS = [button.command for button in BUTTONS]
STARTING = replace(IDLE, status=SessionStatus.PENDING, phase=None)
LOST = replace(IDLE, status=SessionStatus.ORPHANED, phase=None)


def phase(value: SessionPhase, snapshot: SessionSnapshot = RUNNING) -> SessionSnapshot:
    return replace(snapshot, phase=value)


@pytest.mark.parametrize(
    ("snapshot", "shown"),
    [
        (STARTING, "(pause) (take_over) (stop) terminate"),
        (LOST, "(pause) (take_over) (stop) terminate"),
        (IDLE, "(pause) take_over (stop) terminate"),
        (phase(SessionPhase.STOPPED, IDLE), "(pause) take_over (stop) terminate"),
        (RUNNING, "pause take_over stop terminate"),
        (phase(SessionPhase.PAUSED), "resume take_over stop terminate"),
        (phase(SessionPhase.GUARDRAIL), "(pause) take_over stop terminate"),
        (phase(SessionPhase.MANUAL), "(pause) release stop terminate"),
        (phase(SessionPhase.MANUAL, IDLE), "(pause) release (stop) terminate"),
        (ENDED, "start_again"),
    ],
)
def test_each_state_has_its_buttons(snapshot: SessionSnapshot, shown: str) -> None:
    """Buttons in parentheses are disabled."""
    buttons = buttons_state(snapshot, COMMANDS)
    assert " ".join(each["command"] if each["enabled"] else f"({each['command']})" for each in buttons) == shown


def test_a_command_without_a_handler_has_no_button() -> None:
    assert [each["command"] for each in buttons_state(RUNNING, ["stop"])] == ["stop"]


def test_each_button_has_a_handler() -> None:
    assert [command for command in COMMANDS if not callable(getattr(SessionCardActions, command, None))] == []


def test_each_command_is_there_once_and_every_button_has_its_texts() -> None:
    assert len(set(COMMANDS)) == len(COMMANDS)
    assert all(button.label and button.busy_label and button.title for button in BUTTONS)


def test_the_table_of_sessions_has_two_of_them() -> None:
    assert TABLE_COMMANDS == ("stop", "terminate")


@pytest.mark.parametrize(("held", "label"), [(SessionPhase.PAUSED, "Resume"), (SessionPhase.MANUAL, "Release")])
def test_the_line_under_a_cell_names_a_button_that_is_there(held: SessionPhase, label: str) -> None:
    snapshot = phase(held)
    assert label in labels.progress(snapshot, snapshot.current_task_id)
    assert label in [each["label"] for each in buttons_state(snapshot, COMMANDS)]

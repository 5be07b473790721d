"""Tests of the model of recordings: what is written of an action, and that it becomes the same action again."""

from __future__ import annotations

import pytest

from webrun_nb.agents.recording.recording import ActionStep, record_action
from webrun_nb.browsers.actions import (
    Click,
    Drag,
    Navigate,
    PointerClick,
    Press,
    Select,
    Spot,
    Type,
    TypeSecret,
    WaitForChange,
)
from webrun_nb.browsers.observation import DialogAnswer, Element, Observation

SEEN = Observation(
    "http://x/",
    "",
    (Element(0, "textbox", "Name", "input"), Element(1, "textbox", "Code", "input", input_type="password")),
    "",
)


def step_of(action: object, dialog: DialogAnswer | None = None) -> ActionStep:
    written = record_action(action, SEEN, dialog, shown_secret="***")  # type: ignore[arg-type]
    assert written is not None
    return ActionStep.model_validate(written)


@pytest.mark.parametrize(
    "action",
    [
        Navigate("http://x/a"),
        Click(0, "", "double-click", at=Spot(0.1, 0.9), held=("Shift",)),
        Drag(0, "", 1, "", by=(3, 4)),
        Type(0, "Ada", "", submit=True),
        TypeSecret(1, "password", ""),
        Select(0, ("one", "two"), ""),
        Press("Enter"),
    ],
)
def test_an_action_comes_back_as_it_was(action):
    ref, onto = getattr(action, "ref", None), getattr(action, "onto", None)
    assert step_of(action).action_on(ref, "", onto) == action


def test_the_answer_to_a_dialog_is_recorded():
    assert step_of(Click(0), DialogAnswer("Sure?", "")).dialog_answer == DialogAnswer("Sure?", "")
    assert step_of(Click(0)).dialog_answer is None


@pytest.mark.parametrize("action", [Type(0, "my *** here"), Type(1, "hunter2"), Navigate("http://x/?t=***")])
def test_a_text_that_holds_a_secret_is_left_out(action):
    step = step_of(action)
    assert (step.details, step.problem) == ({}, "it held a secret")


def test_what_cannot_be_repeated_says_so():
    assert step_of(Click(7)).problem == "it can't be repeated"
    assert step_of(PointerClick(1, 2)).problem == "it can't be repeated"


def test_a_wait_for_a_change_is_no_step():
    assert record_action(WaitForChange(), SEEN, shown_secret="***") is None

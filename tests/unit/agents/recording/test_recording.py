"""Tests of the model of recordings: what is written of an action, and that it becomes the same action again."""

from __future__ import annotations

import pytest

from webrun_nb.agents.recording.recording import ActionStep, Recording, RecordingError, read_recording, record_action
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


LIST = {"list": {"kind": "table", "title": "", "columns": {"a": {"name": "A", "mark": ["label", "A"]}}}}
FURTHER = {"list": {**LIST["list"], "adds": True}}


def recording_with(*steps: dict[str, object]) -> Recording:
    return read_recording({"webrunRecording": 1, "task": {"text": "List"}, "steps": list(steps)})


def test_choices_come_back_as_they_were():
    steps = (LIST, FURTHER, {"rows": {"where": [{"column": "a", "sign": "<", "value": 3}], "limit": 2}})
    assert recording_with(*steps).to_json()["steps"] == list(steps)


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ([FURTHER], "step 1: it needs a list, and no step before it reads one"),
        ([{"rows": {}}], "step 1: it needs a list"),
        ([LIST, {"rows": {}}, {"rows": {}}], "step 3: it needs a list"),
        ([{"because": "x"}], "a step has one of: action, read, list, elements, citation, rows, words"),
        ([{**LIST, "words": {"words": "x"}}], "a step has one of: action, read, list, elements, citation, rows, words"),
        ([{"list": {**LIST["list"], "columns": {}}}], "steps.0.list.columns: "),
        (["open"], "steps.0"),
    ],
)
def test_a_choice_that_can_not_be_made_is_refused(steps, why):
    with pytest.raises(RecordingError) as caught:
        recording_with(*steps)
    assert why in str(caught.value)

"""Tests of the recordings that are made of the steps of tasks."""

from __future__ import annotations

import pytest

from webrun_nb.agents.recording.choices import Choice, Citation, WordsChoice
from webrun_nb.agents.recording.recording import BY_HAND, ActionStep, ChosenStep, RecordingError
from webrun_nb.agents.recording.targets import ElementDescription
from webrun_nb.common.codes import TaskStatus
from webrun_nb.emulator.domain.task import Step, TaskOrder, TaskRecording
from webrun_nb.emulator.serializers.recordings import recording_of
from webrun_nb.wire.requests import TaskFields

READ = "List the rows"


def step(kind, name="", **fields):
    made = Step(kind, name, "", fields.pop("by", "agent"), 0.0, outcome=fields.pop("outcome", "done"))
    for field, value in fields.items():
        setattr(made, field, value)
    return made


def click(**fields):
    return step("action", "click", recorded={"action": "Click", "element": {"role": "button", "name": "Go"}}, **fields)


def recorded(*steps, readings=(READ,), status=TaskStatus.COMPLETE, left_out=0, choices=()):
    order = TaskOrder("Go", 1.0, None, False, TaskFields(prompt="Go"))
    return TaskRecording("ada", "s1", "t1", [*steps], (), left_out, status, order, readings, choices)


def names(*steps, **fields):
    return [
        getattr(each, "read", None) or each.problem or each.action
        for each in recording_of(recorded(*steps, **fields)).steps
    ]


def test_the_looks_and_turned_pages_of_a_reading_are_one_step():
    inside = [step("look", because=READ), step("read", because=READ), click(because=READ), step("read", because=READ)]
    assert names(click(because="Click Go"), *inside, click(because="Click Go")) == ["Click", READ, "Click"]


def test_a_sentence_that_is_read_again_after_another_step_is_read_twice():
    assert names(step("read", because=READ), click(because="x"), step("read", because=READ)) == [READ, "Click", READ]


def test_what_failed_or_was_refused_is_left_out():
    assert names(click(outcome="failed"), click(outcome="blocked"), step("note"), step("look"), click()) == ["Click"]


def test_what_a_person_did_is_told():
    assert names(click(by="user"), click(outcome="by hand")) == [BY_HAND, BY_HAND]


def test_what_a_model_chose_stands_where_its_page_was_seen():
    words, citation = WordsChoice("It costs $3."), Citation(ElementDescription("text", "$3"), "$3")
    choices = (Choice(citation, "Tell the price", 2), Choice(words, "Tell the price", 4))
    looks = [click(number=1, looks=True), step("look", number=2), click(number=3), step("look", number=4)]
    steps = recording_of(recorded(*looks, readings=(), choices=choices)).steps
    assert [each.looks if isinstance(each, ActionStep) else each.chosen for each in steps] == [
        True, citation, False, words,
    ]  # fmt: skip
    assert [each.because for each in steps if isinstance(each, ChosenStep)] == ["Tell the price"] * 2


def test_what_a_model_read_and_did_not_choose_is_no_step():
    assert names(click(), step("read"), step("read"), readings=()) == ["Click"]


def test_a_read_for_a_value_that_is_typed_is_no_reading():
    assert names(step("read", because="Type the price into Budget"), click(), readings=()) == ["Click"]


@pytest.mark.parametrize("fields", [{"status": TaskStatus.FAILED}, {"status": TaskStatus.RUNNING}, {"left_out": 3}])
def test_only_what_is_complete_is_a_recording(fields):
    with pytest.raises(RecordingError):
        recording_of(recorded(click(), **fields))

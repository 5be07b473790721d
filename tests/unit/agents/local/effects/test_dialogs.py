"""Tests of the answers to native dialogs: as the sentence wishes, else by a person, and always told."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from webrun_nb.agents.base import Ask, Log, Perform, Performed, Reply, Step
from webrun_nb.agents.local.effects.dialogs import Work, answered, first_answer
from webrun_nb.browsers.actions import Click
from webrun_nb.browsers.observation import DialogAnswer, NativeDialog

CLICK = Click(0, "Remove")


class Person:
    """Asks and says nothing to anybody: the steps themselves are looked at."""

    def ask(self, question: str, candidates: Sequence[str] = ()) -> Work[str]:
        yield Ask("ambiguous", question, tuple(candidates))
        return "OK"

    def note(self, text: str) -> Work[None]:
        yield Log(text)


def run(wish: str, *dialogs: NativeDialog, then: Reply | None = None) -> tuple[list[Step], list[str]]:
    remarks: list[str] = []
    work = answered(Person(), CLICK, "click Remove", Performed(dialogs), remarks, wish)
    steps, reply = list[Step](), None
    while True:
        try:
            step = work.send(reply)
        except StopIteration:
            return steps, remarks
        steps.append(step)
        reply = then if isinstance(step, Perform) else None


@pytest.mark.parametrize(
    ("wish", "dialog", "said"),
    [
        ("accept", NativeDialog("confirm", "Sure?", True), "The page asked “Sure?” and was answered OK."),
        ("dismiss", NativeDialog("confirm", "Sure?", False), "The page asked “Sure?” and was answered Cancel."),
        ("Ada", NativeDialog("prompt", "Name?", True), "The page asked “Name?” and was answered “Ada”."),
        ("", NativeDialog("alert", "Saved", True), "The page said “Saved”."),
        ("", NativeDialog("beforeunload", "", True), "The page asked whether to leave it, and was left."),
    ],
)
def test_what_was_answered_is_told_and_nobody_is_asked(wish: str, dialog: NativeDialog, said: str) -> None:
    steps, remarks = run(wish, dialog)
    assert remarks == [said]
    assert steps == [Log(said)]


def test_a_dialog_that_the_sentence_does_not_speak_of_is_put_to_a_person() -> None:
    again = Performed((NativeDialog("confirm", "Sure?", True),))
    steps, remarks = run("", NativeDialog("confirm", "Sure?", False), then=again)
    assert isinstance(steps[0], Ask)
    assert "“Sure?”" in steps[0].question
    assert steps[1] == Perform(CLICK, "click Remove", DialogAnswer("Sure?"))
    assert remarks == ["The page asked “Sure?” and was answered OK."]


def test_a_second_dialog_is_not_answered_by_the_wish_for_the_first() -> None:
    dialogs = NativeDialog("confirm", "Sure?", True), NativeDialog("confirm", "Really?", False)
    steps, _ = run("accept", *dialogs)
    assert any(isinstance(step, Ask) and "Really?" in step.question for step in steps)


def test_the_wish_of_a_sentence_is_the_answer_to_the_first_dialog() -> None:
    assert first_answer("accept") == DialogAnswer(None)
    assert first_answer("Ada") == DialogAnswer(None, "Ada")
    assert first_answer("dismiss") is first_answer("") is None

"""Tests of what a sentence says of the native dialog of a click."""

from __future__ import annotations

import pytest

from webrun_nb.agents.local.language import plan
from webrun_nb.agents.local.language.dialog_wishes import apart, wish_of
from webrun_nb.agents.local.language.intents import AnswerDialog, ClickOn


@pytest.mark.parametrize(
    ("sentence", "wish"),
    [
        ("click Remove and accept the dialog", "accept"),
        ("click Remove and confirm", "accept"),
        ("click Remove, answer OK", "accept"),
        ("click Remove. Accept the alert.", "accept"),
        ("click Remove and click OK in the confirmation dialog", "accept"),
        ("click Remove and dismiss the alert", "dismiss"),
        ("click Remove, then click Cancel", "dismiss"),
        ('click Remove and answer "Ada"', "Ada"),
        ('click Remove and enter "Ada" in the prompt', "Ada"),
    ],
)
def test_the_click_before_gets_the_answer(sentence: str, wish: str) -> None:
    click, answer = plan(sentence)
    assert isinstance(click, ClickOn)
    assert (click.target.words, click.dialog) == ("Remove", wish)
    assert isinstance(answer, AnswerDialog)
    assert answer.wish == wish
    assert len(answer.otherwise) == 1


@pytest.mark.parametrize(
    "sentence",
    ["click OK", "click Cancel", "click Save and click Next", 'type "OK" into Name', "in the dialog, click OK"],
)
def test_other_steps_are_themselves(sentence: str) -> None:
    assert not any(isinstance(step, AnswerDialog) for step in plan(sentence))


def test_a_quoted_wish_is_text() -> None:
    assert apart(['type "click Remove and confirm"']) == ['type "click Remove and confirm"']
    assert wish_of('"confirm"') is None
    assert wish_of("x" * 10_000) is None

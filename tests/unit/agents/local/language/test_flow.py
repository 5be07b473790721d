"""Tests of sentences whose steps are taken only if, until or for each of something."""

from __future__ import annotations

import pytest

from webrun_nb.agents.local.language import plan
from webrun_nb.agents.local.language.intents import (
    Back,
    ClickOn,
    Either,
    Extract,
    ForEach,
    If,
    Intent,
    NamedAction,
    Repeat,
    SetChecked,
    Unclear,
)


def kinds(steps: tuple[Intent, ...] | list[Intent]) -> list[type]:
    return [type(step.readings[0] if isinstance(step, Either) else step) for step in steps]


@pytest.mark.parametrize(
    ("text", "test", "value", "negated", "then", "otherwise"),
    [
        ("if the box is checked, untick it", "state", "checked", False, [SetChecked], []),
        ("if the box is not checked, tick it", "state", "checked", True, [SetChecked], []),
        ("unless the box is checked, tick it", "state", "checked", True, [SetChecked], []),
        ("if there is a Next button, click it, otherwise go back", "exists", "", False, [ClickOn], [Back]),
        ("if there is no dialog then go back", "exists", "", True, [Back], []),
        ('click "Close" if there is a dialog', "exists", "", False, [ClickOn], []),
        ('if "Sold out" is shown, go back. Otherwise click Buy', "exists", "", False, [Back], [ClickOn]),
        ("if the total is over $50, click Pay and go back", ">", "$50", False, [ClickOn, Back], []),
        ("if the total is at most 5, click Pay, else click Cancel", "<=", "5", False, [ClickOn], [ClickOn]),
        ('if the heading contains "Welcome", click Next', "contains", "Welcome", False, [ClickOn], []),
    ],
)
def test_steps_that_are_taken_only_if(
    text: str, test: str, value: str, negated: bool, then: list[type], otherwise: list[type]
) -> None:
    (step,) = plan(text)
    assert isinstance(step, If)
    condition = step.premise.condition
    assert (condition.test, condition.value, condition.negated) == (test, value, negated)
    assert (kinds(step.then), kinds(step.otherwise)) == (then, otherwise)


@pytest.mark.parametrize(
    ("text", "steps", "test", "negated"),
    [
        ('click Next until "Aurora" appears', [ClickOn], "exists", False),
        ('keep clicking Next until "Aurora" appears', [ClickOn], "exists", False),
        ('click "Load more" while there is a "Load more" button', [ClickOn], "exists", True),
        ("wait until the Save button is enabled", [], "state", False),
        ("delete the first message until the list is empty", [NamedAction], "state", False),
    ],
)
def test_steps_that_are_repeated_until(text: str, steps: list[type], test: str, negated: bool) -> None:
    (step,) = plan(text)
    assert isinstance(step, Repeat)
    assert step.until is not None
    assert (step.until.condition.test, step.until.condition.negated) == (test, negated)
    assert len(step.steps) == len(steps)


def test_all_steps_before_are_repeated() -> None:
    (step,) = plan('click Next, then click "Add". Repeat this until "Done" appears')
    assert isinstance(step, Repeat)
    assert kinds(step.steps) == [ClickOn, ClickOn]


def test_a_step_waits_for_what_it_names_first() -> None:
    wait, click = plan("once the Save button is enabled, click it")
    assert isinstance(wait, Repeat)
    assert (wait.steps, kinds([click])) == ((), [ClickOn])


@pytest.mark.parametrize(
    ("text", "words", "steps"),
    [
        ("for each talk open its page and get the abstract", "talk", [ClickOn, Extract]),
        ("for every row, click Delete", "", [ClickOn]),
        ("for each task, tick it", "", [SetChecked]),
    ],
)
def test_steps_for_each_of_several_things(text: str, words: str, steps: list[type]) -> None:
    (step,) = plan(text)
    assert isinstance(step, ForEach)
    assert step.target.every
    assert (step.target.words, kinds(step.steps)) == (words, steps)


def test_for_each_before_a_list_is_a_list() -> None:
    (step,) = plan("for each product, get the name and the price")
    assert isinstance(step, Extract)
    assert step.wishes == ("name", "price")


@pytest.mark.parametrize("text", ["if blorp, click Save", "until tomorrow", "if the box is checked"])
def test_a_condition_that_is_not_understood_is_not_ignored(text: str) -> None:
    assert any(isinstance(step, Unclear) for step in plan(text))

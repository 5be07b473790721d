"""Tests of clauses that leave out a word of the clause before them, and of values that are described, not said."""

from __future__ import annotations

import pytest

from webrun_nb.agents.local.language import plan
from webrun_nb.agents.local.language.intents import ClickOn, Either, Fill, Intent, NamedAction, Tell, Unclear, ValueOf


def likeliest(intent: Intent) -> Intent:
    return intent.readings[0] if isinstance(intent, Either) else intent


def test_a_clause_without_a_verb_has_that_of_the_one_before() -> None:
    first, second = plan("Click the blue square, then the green triangle.")
    assert isinstance(likeliest(first), ClickOn)
    assert isinstance(step := likeliest(second), ClickOn)
    assert (step.target.role, step.target.qualities[0]) == ("graphic", "green")


def test_on_all_posts_means_each_of_them() -> None:
    step = likeliest(plan("Click Like on all posts")[0])
    assert isinstance(step, ClickOn)
    assert (step.target.words, step.target.every) == ("Like", True)


@pytest.mark.parametrize(
    "sentence", ["Share Ann Lee's post", "Share the post by Ann Lee", "Share the post about Ann Lee"]
)
def test_the_owner_of_a_thing_is_what_it_is_near_to(sentence: str) -> None:
    step = likeliest(plan(sentence)[0])
    assert isinstance(step, NamedAction)
    assert (step.target.role, step.target.near) == ("item", "Ann Lee")


def test_a_text_that_is_described_is_never_typed_itself() -> None:
    step = likeliest(plan("Enter the largest number of the list into the Quantity field")[0])
    assert isinstance(step, Fill)
    assert isinstance(step.text, ValueOf)
    assert isinstance(likeliest(plan("Type the code that was sent to you into the Code field")[0]), Unclear | Fill)


def test_what_is_drawn_is_counted_as_it_is_seen() -> None:
    (step,) = plan("How many red circles are there?")
    assert isinstance(step, Tell)

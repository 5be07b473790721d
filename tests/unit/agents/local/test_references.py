"""Tests of the things that the readings of a sentence name, by which one of them is chosen."""

from __future__ import annotations

from webrun_nb.agents.local.language.intents import ClickOn, Copy, Target, ValueOf
from webrun_nb.agents.local.references import targets_of

BOX = Target(role="field", said="textarea")


def test_a_value_names_the_box_that_it_is_taken_from() -> None:
    copied = Copy("Copy the text in the textarea", ValueOf("the text in the textarea", Target(role="text", within=BOX)))
    assert targets_of(copied) == (BOX,)


def test_a_value_that_stands_beside_its_label_names_no_thing() -> None:
    assert targets_of(Copy("Copy the value of Country", ValueOf("the value of Country", Target(near="Country")))) == ()


def test_nothing_is_no_thing_to_look_for() -> None:
    assert targets_of(ClickOn("Select nothing", Target(count=0))) == ()

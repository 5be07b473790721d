"""Tests of the things that the readings of a sentence name, by which one of them is chosen."""

from __future__ import annotations

from webrun_nb.agents.local.language.intents import Copy, Target, ValueOf
from webrun_nb.agents.local.references import targets_of

BOX = Target(role="field", said="textarea")


def test_a_value_names_the_thing_that_shows_it() -> None:
    copied = Copy("Copy the text in the textarea", ValueOf("the text in the textarea", Target(role="text", within=BOX)))
    assert targets_of(copied) == (BOX,)


def test_a_value_with_a_name_of_its_own_is_looked_for_by_it() -> None:
    total = Target("total", role="text", within=BOX)
    assert targets_of(Copy("Copy the total in the textarea", ValueOf("the total", total))) == (total,)

"""Tests of actions that a control of the page is named after."""

from __future__ import annotations

import pytest

from helpers.agent_runner import work_on
from helpers.stored_pages import stored
from webrun_nb.agents.base import Ask, Perform, Step, TaskSpec
from webrun_nb.browsers.actions import Click


async def clicked(page: str, sentence: str) -> list[str]:
    steps = await work_on(stored(page), TaskSpec(sentence))
    return [names_of(page, step) for step in steps if isinstance(step, Perform) and isinstance(step.action, Click)]


def names_of(page: str, step: Perform) -> str:
    assert isinstance(step.action, Click)
    element = stored(page).observation.all_elements[step.action.ref]
    return element.name or element.text


async def asked(page: str, sentence: str) -> Step:
    return (await work_on(stored(page), TaskSpec(sentence)))[-1]


@pytest.mark.parametrize(
    ("page", "sentence", "first"),
    [
        ("cards", "book Dawn", "Book"),
        ("controls", "leave", "Leave"),
    ],
)
async def test_the_control_of_that_name_is_clicked(page: str, sentence: str, first: str) -> None:
    assert (await clicked(page, sentence))[:1] == [first]


async def test_a_verb_that_the_page_has_no_control_for_is_asked_about() -> None:
    question = await asked("cards", "frobnicate Dawn")
    assert isinstance(question, Ask)
    assert 'no step "frobnicate"' in question.question

"""Tests of what "if", "until" and questions for yes or no ask of a page."""

from __future__ import annotations

import pytest

from helpers.agent_runner import work_on
from helpers.stored_pages import stored
from webrun_nb.agents.base import AgentError, Finish, TaskSpec


async def answer(page: str, question: str) -> str:
    *_, ended = await work_on(stored(page), TaskSpec(question))
    assert isinstance(ended, Finish), ended
    return ended.text


@pytest.mark.parametrize(
    ("page", "question", "said"),
    [
        ("cards", "is the Bag box checked?", "Yes."),
        ("cards", "is the Meal box checked?", "No."),
        ("cards", "is the Meal box not checked?", "Yes."),
        ("cards", "is the Aisle radio button selected?", "Yes."),
        ("cards", "is the Details button expanded?", "No."),
        ("cards", "is there a Details button?", "Yes."),
        ("cards", "is there a Pay button?", "No."),
        ("cards", 'does the page say "quick brown fox"?', "Yes."),
        ("cards", 'does the page say "slow tide"?', "No."),
        ("cards", "tell me whether the Bag box is ticked", "Yes."),
        ("controls", "is the Send button disabled?", "Yes."),
        ("controls", 'is there a "Leave" button in the dialog?', "Yes."),
    ],
)
async def test_questions_for_yes_or_no(page: str, question: str, said: str) -> None:
    assert await answer(page, question) == said


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("is the Parcel box checked?", "there is no .*Parcel"),
        ("is the Details button pink?", "AGENT|not|no"),
    ],
)
async def test_what_the_page_does_not_tell_is_no_no(question: str, said: str) -> None:
    with pytest.raises(AgentError, match=said):
        await answer("cards", question)


@pytest.mark.parametrize(
    ("sentence", "ticked"),
    [
        ("if the Bag box is checked, tick the Meal box", True),
        ("unless the Bag box is checked, tick the Meal box", False),
        ("if there is a Pay button, click it, otherwise tick the Meal box", True),
    ],
)
async def test_steps_are_taken_only_where_the_premise_holds(sentence: str, ticked: bool) -> None:
    steps = await work_on(stored("cards"), TaskSpec(sentence))
    assert isinstance(steps[-1], Finish)
    assert ("Meal" in repr(steps)) is ticked
    assert ("tick the Meal box" in steps[-1].text) is ticked

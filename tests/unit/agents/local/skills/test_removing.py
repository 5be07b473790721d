"""Sentences that name too little, or what the page does not have: nothing is clicked for them."""

from __future__ import annotations

import pytest

from helpers.agent_runner import work_on
from helpers.stored_pages import StoredPage, stored
from webrun_nb.agents.base import Ask, Perform, TaskSpec
from webrun_nb.browsers.observation import Element, Group, Observation

PEOPLE = ("Mia Ott", "Karl Moor", "Ada Bell")
GROUPS = (Group("table"), *(Group("row", parent=0) for _ in PEOPLE))


def page() -> StoredPage:
    """Return a list of users, each with a button that removes it; the text of one speaks of a user."""
    texts = [Element(at, "cell", name, "td", text=name, group=1 + at) for at, name in enumerate(PEOPLE)]
    texts.append(Element(9, "cell", "first user", "td", text="first user", group=2))
    buttons = tuple(
        Element(20 + at, "button", f"Delete {name}", "button", group=1 + at) for at, name in enumerate(PEOPLE)
    )
    form = (
        Element(30, "button", "Register", "button", submits=True, in_form=True),
        Element(31, "textbox", "Date of birth", "input", label="Date of birth", in_form=True),
    )
    text = " ".join((*PEOPLE, "Register"))
    seen = Observation("http://x.test/users/", "Users", (*buttons, *form), text, texts=tuple(texts), groups=GROUPS)
    return StoredPage(seen, stored("programme").snapshot)


@pytest.mark.parametrize(
    "text", ["Delete the user.", "remove the user", "Register Jane Doe, born 1 March 1985, I agree.", "Date of arrival"]
)
async def test_it_asks_and_clicks_nothing(text: str) -> None:
    *steps, last = await work_on(page(), TaskSpec(text))
    assert isinstance(last, Ask)
    assert not [step for step in steps if isinstance(step, Perform) and step.action.clicked_ref is not None]


async def test_the_question_offers_every_entry() -> None:
    *_, last = await work_on(page(), TaskSpec("Delete the user."))
    assert isinstance(last, Ask)
    assert all(name in str(last) for name in PEOPLE)

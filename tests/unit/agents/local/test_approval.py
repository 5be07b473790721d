"""Approval, refusals and unsent forms depend on what an action does, not on its class."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import get_args

import pytest

from webrun_nb.agents.base import Answered, Ask
from webrun_nb.agents.local.approval import Work, activated_element, approved
from webrun_nb.agents.local.effects.refusals import sends
from webrun_nb.agents.local.effects.unsent import Unsent, unsent_after
from webrun_nb.browsers.actions import (
    Action,
    ActionBase,
    Click,
    Drag,
    ElementAction,
    PointerClick,
    Press,
    Select,
    SelectText,
)
from webrun_nb.browsers.observation import Element, Observation

DELETE = Element(1, "button", "Delete account", "button", in_form=True, submits=True)
SEEN = Observation("https://a.example/", "Account", (DELETE,), "")


@dataclass(frozen=True, slots=True)
class LongClick(ElementAction):
    """An action that the package does not have."""

    name = "longClick"
    category = "Click"
    clicks = True

    ref: int
    target: str = ""


class FakeLooker:
    """The observations of a task: each one that is taken again is the next of a list, and then always the last."""

    def __init__(self, *pages: Observation) -> None:
        self.seen: Observation | None = pages[0]
        self._later = list(pages[1:])

    def look(self, *, again: bool = False) -> Work[Observation]:
        if again and self._later:
            self.seen = self._later.pop(0)
        yield from ()
        assert self.seen is not None
        return self.seen


@pytest.fixture(params=[Click, LongClick])
def click(request: pytest.FixtureRequest) -> Action:
    return request.param(DELETE.ref, DELETE.name)


def test_every_way_of_clicking_a_risky_button_has_to_be_approved(click: Action) -> None:
    question = next(approved(FakeLooker(SEEN), click, "tidy up"))
    assert isinstance(question, Ask)
    assert (question.kind, question.ref) == ("security", DELETE.ref)


def test_every_click_on_a_button_sends_its_form(click: Action) -> None:
    assert sends(click, SEEN, None) == DELETE
    assert unsent_after(click, SEEN, Unsent(DELETE, "Ada", "")) is None


def test_an_approved_click_follows_the_button_that_the_page_has_made_anew(click: Action) -> None:
    moved = Observation(SEEN.url, SEEN.title, (replace(DELETE, ref=7),), "")
    steps = approved(FakeLooker(SEEN, moved), click, "tidy up")
    assert isinstance(next(steps), Ask)
    assert isinstance(steps.send(Answered("yes")), Ask)  # about the new button
    with pytest.raises(StopIteration) as done:
        steps.send(Answered("yes"))
    assert done.value.value == replace(click, ref=7)


def test_only_choices_drags_and_selections_count_as_clicks_and_activate_nothing() -> None:
    """An action of the category Click asks for approval as a click does, unless it is listed here as no press."""
    no_press = {kind for kind in get_args(Action) if kind.category == "Click" and kind.clicks is ActionBase.clicks}
    assert no_press == {Select, Drag, SelectText}


def test_a_click_at_a_point_has_no_element_of_an_observation() -> None:
    assert PointerClick(5, 6).clicked_ref is None


PAYING = Observation(
    "http://x/",
    "",
    (
        Element(0, "textbox", "Name", "input", in_form=True),
        Element(1, "checkbox", "Gift", "input", in_form=True),
        Element(2, "button", "Buy now", "button", in_form=True, submits=True),
        Element(3, "button", "Cancel", "button", in_form=True),
    ),
    "",
)


@pytest.mark.parametrize(
    ("press", "pressed"),
    [
        (Press("Enter"), "Buy now"),
        (Press("Enter", 0, "Name"), "Buy now"),
        (Press("Space", 1, "Gift"), None),
        (Press("Enter", 2, "Buy now"), "Buy now"),
        (Press("Space", 3, "Cancel"), "Cancel"),
        (Press("ArrowRight", 0, "Name"), None),
    ],
)
def test_a_key_presses_what_it_is_pressed_in(press: Press, pressed: str | None) -> None:
    found = activated_element(press, PAYING)
    assert (None if found is None else found.name) == pressed

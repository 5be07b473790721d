"""Tests of the place that is reported for an action, and of the actions that only look at pages."""

from __future__ import annotations

from typing import get_args

import pytest

from webrun_nb.browsers.actions import (
    Action,
    Click,
    Hover,
    Navigate,
    PointerClick,
    Press,
    Scroll,
    Select,
    Type,
    Upload,
    WaitFor,
    Wheel,
)
from webrun_nb.browsers.observation import Box, Element, HitElement, HitTest, Observation
from webrun_nb.common.policy_terms import LOOKING_ACTIONS
from webrun_nb.emulator.execution.action_facts import facts_of, highlight_box, only_looks

SEEN = Observation(
    "http://x/",
    "",
    (
        Element(0, "button", "Buy", "button", box=Box(10, 20, 80, 30)),
        Element(1, "button", "Far", "button", box=Box(10, 2000, 80, 30)),
        Element(2, "button", "Nowhere", "button"),
    ),
    "",
)


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (Click(0), (10, 20, 80, 30)),
        (Type(0, "x"), (10, 20, 80, 30)),
        (Click(1), None),
        (Click(2), None),
        (Click(7), None),
        (Navigate("http://x/"), None),
        (PointerClick(5, 6), (5, 6, 0, 0)),
        (Wheel(5, 6, 0, 9), (5, 6, 0, 0)),
    ],
)
def test_an_action_is_shown_where_it_is_in_view(action, expected):
    found = highlight_box(action, SEEN)
    assert (None if found is None else tuple(found[name] for name in ("x", "y", "width", "height"))) == expected


def test_without_a_look_there_is_no_place():
    assert highlight_box(Click(0), None) is None


LINK = HitElement("Next", tag="a", href="http://x/list?page=2")


@pytest.mark.parametrize(
    ("action", "hit"),
    [
        (Navigate("http://x/"), None),
        (Scroll(0, 9), None),
        (Hover(0, "Menu"), HitElement("Menu", tag="button")),
        (WaitFor("Ready"), None),
        (Click(0, "Next"), LINK),
        (Click(0, "Next", manner="middle-click"), LINK),
    ],
)
def test_an_action_that_only_looks_at_pages(action, hit):
    assert only_looks(facts_of(action, HitTest("http://x/list", "", "", hit)))


@pytest.mark.parametrize(
    ("action", "hit"),
    [
        (Click(0, "Buy"), HitElement("Buy", tag="button")),
        (Click(0, "Nothing"), None),
        (Click(0, "Save"), HitElement("Save", submits=True, submission="GET http://x/s", submission_url="http://x/s")),
        (Click(0, "Report"), HitElement("Report", tag="a", href="http://x/r.csv", downloads=True)),
        (Click(0, "Tab"), HitElement("Tab", tag="a", href="http://x/list#tab")),
        (Click(0, "Script"), HitElement("Script", tag="a", href="javascript:buy()")),
        (Click(0, "CV"), HitElement("CV", tag="input", picks_file=True)),
        (Type(0, "x"), HitElement("Name", tag="input")),
        (Press("Enter", 0), HitElement("Next", tag="a", href="http://x/2", enter_activates=True)),
        (Select(0, "Blue"), HitElement("Colour", tag="select")),
        (Upload(0, ("cv.pdf",)), HitElement("CV", tag="input")),
    ],
)
def test_an_action_that_may_change_something(action, hit):
    assert not only_looks(facts_of(action, HitTest("http://x/list", "", "", hit)))


def test_the_actions_that_only_look_are_those_that_can_be_repeated_and_pointing():
    repeatable = {action.name for action in get_args(Action) if hasattr(action, "name") and action.repeatable}
    assert repeatable | {"hover"} == LOOKING_ACTIONS

"""Tests of the place that is reported for an action."""

from __future__ import annotations

import pytest

from webrun_nb.browsers.actions import Click, Navigate, PointerClick, Type, Wheel
from webrun_nb.browsers.observation import Box, Element, Observation
from webrun_nb.emulator.execution.action_facts import highlight_box

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

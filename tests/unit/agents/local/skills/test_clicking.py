"""Tests of clicks on several things, when the page changes with each."""

from __future__ import annotations

import pytest

from webrun_nb.agents.local.skills.clicking import _same_now
from webrun_nb.browsers.observation import Box, Element, Observation

TWO = Element(
    ref=1, role="graphic", name="2", tag="text", text="2", path="svg > text:nth-of-type(2)", box=Box(70, 140, 8, 12)
)


def page(*elements: Element) -> Observation:
    return Observation("https://numbers.example/", "Numbers", elements, "")


def shape(ref: int, x: float, name: str = "", side: float = 20) -> Element:
    return Element(
        ref=ref, role="graphic", name=name, tag="rect", text=name, path=f"svg > rect:nth-of-type({ref})",
        box=Box(x, 136, side, side),
    )  # fmt: skip


def test_what_lost_its_label_is_found_where_it_lay() -> None:
    assert _same_now(TWO, page(shape(5, 20), shape(6, 66))) == shape(6, 66)


@pytest.mark.parametrize("now", [shape(6, 66, name="3"), shape(6, 300), shape(6, 0, side=400)])
def test_what_is_called_otherwise_or_lies_elsewhere_is_another_thing(now: Element) -> None:
    assert _same_now(TWO, page(now)) is None

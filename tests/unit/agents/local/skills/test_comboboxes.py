"""Tests of telling the suggestions of a field from everything else that appears on a page."""

from __future__ import annotations

import pytest

from webrun_nb.agents.local.language.intents import Condition
from webrun_nb.agents.local.skills.comboboxes import suggestions, wish_for
from webrun_nb.browsers.observation import Box, Element, Observation

FIELD = Element(0, "textbox", "City", "input", value="se", box=Box(100, 100, 200, 20), path="body > input")


def item(role: str, name: str, y: float = 130, x: float = 100, path: str = "") -> Element:
    return Element(1, role, name, "li", box=Box(x, y, 200, 20), path=path or f"body > ul > li:nth({name})")


def page(*elements: Element, texts: tuple[Element, ...] = ()) -> Observation:
    return Observation("http://x/", "", (FIELD, *elements), "", texts=texts)


def names(after: Observation, typed: str = "se", before: Observation | None = None) -> list[str]:
    return [each.name for each in suggestions(before or page(), after, FIELD, typed)]


def test_options_that_appear_are_suggestions():
    assert names(page(item("option", "Senegal"), item("option", "Serbia", 150))) == ["Senegal", "Serbia"]


def test_what_was_there_before_suggests_nothing():
    there = item("clickable", "Search")
    assert names(page(there, item("clickable", "Serbia", 150)), before=page(there)) == ["Serbia"]


def test_a_list_around_its_items_is_no_suggestion():
    around = item("clickable", "Senegal Serbia", path="body > ul")
    assert names(page(around, item("clickable", "Senegal"), item("clickable", "Serbia", 150))) == ["Senegal", "Serbia"]


def test_texts_are_suggestions_only_where_they_hold_what_was_typed():
    hints = (item("text", "Serbia"), item("text", "Must be a city", 150))
    assert names(page(texts=hints)) == ["Serbia"]
    assert names(page(texts=hints), typed="") == []


@pytest.mark.parametrize("far", [item("clickable", "Serbia", 900), item("clickable", "Serbia", x=700)])
def test_what_appears_far_from_the_field_suggests_nothing(far):
    assert names(page(far)) == []


def test_a_wish_fits_by_all_of_its_conditions():
    wish = wish_for("one", [Condition("", "starts", "Se"), Condition("", "ends", "l", negated=True)])
    assert wish.typed == "Se"
    assert wish.among(["Senegal", "Serbia", "Sweden"]) == ["Serbia"]


def test_a_wish_for_a_number_fits_by_its_amount():
    wish = wish_for("a number less than 5", [Condition("", "<", "5")])
    assert wish.among(["7", "3", "many"]) == ["3"]

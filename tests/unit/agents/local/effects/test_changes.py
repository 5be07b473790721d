"""Tests of the difference of two looks at a page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from webrun_nb.agents.local.effects.changes import changes, same_element
from webrun_nb.browsers.observation import Element, FormError, Observation, PageMessage

NAME = Element(0, "textbox", "Name", "input", label="Name", path="form > input")
NEWS = Element(1, "checkbox", "News", "input", label="News", path="form > label > input", checked=False)
SAVE = Element(2, "button", "Save", "button", path="form > button")
BEFORE = Observation("https://a.example/", "Berths", (NAME, NEWS, SAVE), "Berths\nFree: 3\nFree: 3", fresh=False)


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (replace(BEFORE, url="https://a.example/b"), "the page is now https://a.example/b"),
        (replace(BEFORE, title="Boats"), "its title is now “Boats”"),
        (replace(BEFORE, text="Berths\nFree: 3\nFree: 2"), "new on the page: “Free: 2”; gone from the page: “Free: 3”"),
        (replace(BEFORE, tab_urls=("", "")), "1 tab(s) opened"),
        (replace(BEFORE, downloads=1), "a download began"),
        (replace(BEFORE, elements=(replace(NAME, value="Ada"), NEWS, SAVE)), "the textbox “Name” shows “Ada”"),
        (replace(BEFORE, elements=(NAME, replace(NEWS, checked=True), SAVE)), "the checkbox “News” is ticked"),
        (replace(BEFORE, elements=(NAME, NEWS, replace(SAVE, enabled=False))), "the button “Save” is disabled"),
    ],
)
def test_what_changed_is_said(after: Observation, said: str) -> None:
    changed = changes(BEFORE, after)
    assert str(changed) == said
    assert not changed.is_nothing


def test_two_equal_looks_differ_in_nothing() -> None:
    assert changes(BEFORE, replace(BEFORE, untouched=True)).is_nothing


@pytest.mark.parametrize(
    "after",
    [
        replace(BEFORE, elements=(NAME, NEWS)),
        replace(BEFORE, form_errors=(FormError("alert", "", "Oh"),)),
        replace(BEFORE, messages=(PageMessage("notice", "Saved"),)),
        replace(BEFORE, fresh=True),
    ],
)
def test_other_elements_messages_and_documents_are_changes(after: Observation) -> None:
    assert not changes(BEFORE, after).is_nothing


def test_an_element_is_found_again_where_it_moved_and_only_if_it_is_one() -> None:
    moved = replace(NAME, ref=5, path="main > form > input", value="Ada")
    assert same_element(NAME, replace(BEFORE, elements=(moved, SAVE))) == moved
    assert same_element(NAME, replace(BEFORE, elements=(moved, replace(moved, ref=6)))) is None

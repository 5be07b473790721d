"""Tests of the checks of actions by what the page shows afterwards."""

from __future__ import annotations

from dataclasses import replace

import pytest

from webrun_nb.agents.local.effects.checks import NO_CHANGE, Acted, Verdict, check, is_formatted
from webrun_nb.browsers.actions import Action, Click, Navigate, Press, Scroll, Select, Type, Upload
from webrun_nb.browsers.observation import Element, Observation

FIELD = Element(0, "textbox", "Phone", "input", label="Phone", path="form > input")
BOX = Element(1, "checkbox", "News", "input", label="News", path="form > label > input", checked=False)
LIST = Element(2, "combobox", "Pier", "select", path="form > select", value="North", options=("North", "South"))
SAVE = Element(3, "button", "Save", "button", path="form > button")
RADIO = replace(BOX, ref=4, role="radio", label="One night", path="form > p > input")
BEFORE = Observation("https://a.example/", "Berths", (FIELD, BOX, LIST, SAVE, RADIO), "Berths", fresh=False)


def verdict(action: Action, after: Observation, element: Element | None = None, *, had_dialog: bool = False) -> Verdict:
    return check(Acted(action, "do it", element, BEFORE, had_dialog), after)


def now(element: Element, **changed: object) -> Observation:
    elements = list(BEFORE.elements)
    elements[element.ref] = replace(element, **changed)  # type: ignore[arg-type]
    return replace(BEFORE, elements=tuple(elements))


@pytest.mark.parametrize(
    ("typed", "shown", "outcome", "words"),
    [
        ("Ada", "Ada", "seen", ""),
        ("a  b", "a b", "seen", ""),
        ("1234567890", "(123) 456-7890", "seen", "the field shows “(123) 456-7890”"),
        ("1234.5", "1,234.50", "seen", "the field shows “1,234.50”"),
        ("2026-03-05", "03/05/2026", "seen", "the field shows “03/05/2026”"),
        ("Ger", "Germany", "seen", "the field shows “Germany”"),
        ("5", "50", "unseen", "the field shows “50”"),
        ("abcdef", "abc", "unseen", "the field shows “abc”"),
        ("2026-03-05", "", "unseen", "the field is empty"),
        ("", "old", "unseen", "the field shows “old”"),
        ("x" * 500, "x" * 200, "seen", ""),
        ("geheim", "***", "unknown", ""),
    ],
)  # fmt: skip
def test_a_field_shows_what_was_typed(typed: str, shown: str, outcome: str, words: str) -> None:
    assert verdict(Type(0, typed), now(FIELD, value=shown), FIELD) == Verdict(outcome, words)  # type: ignore[arg-type]


def test_a_text_that_the_page_made_an_entry_of_was_taken() -> None:
    assert verdict(Type(0, "milk"), replace(BEFORE, text="Berths\nmilk"), FIELD).outcome == "seen"


@pytest.mark.parametrize(
    ("typed", "shown", "is_same"),
    [("5", "50", False), ("-7", "7", False), ("1,000", "1000", True), ("a-b", "ab", True), ("3 Mar", "3/3", False)],
)
def test_other_numbers_are_no_form_of_what_was_typed(typed: str, shown: str, is_same: bool) -> None:
    assert is_formatted(typed, shown) is is_same


def test_a_file_that_was_given_is_named_by_the_page() -> None:
    files = replace(FIELD, input_type="file", role="file")
    before = replace(BEFORE, elements=(files,))
    given = Acted(Upload(0, ("map.pdf",)), "attach map.pdf", files, before)
    assert check(given, replace(before, elements=(replace(files, value="C:\\fakepath\\map.pdf"),))).outcome == "seen"
    assert check(given, replace(before, text="map.pdf was added")).outcome == "seen"
    assert check(given, before) == Verdict("unknown", "the page does not show the name of the file")


def test_a_choice_is_seen_in_its_list() -> None:
    assert verdict(Select(2, "South"), now(LIST, value="South"), LIST).outcome == "seen"
    assert verdict(Select(2, "South"), BEFORE, LIST) == Verdict("unseen", "the list shows “North”")
    acted = verdict(Select(2, "South"), replace(BEFORE, text="Berths of the south"), LIST)
    assert acted == Verdict("unknown", "the list shows “North”")


def test_a_box_is_ticked_afterwards() -> None:
    assert verdict(Click(1), now(BOX, checked=True), BOX).outcome == "seen"
    assert verdict(Click(1), BEFORE, BOX) == Verdict("unseen", "it is not ticked")
    assert verdict(Click(4), now(RADIO, checked=True), replace(RADIO, checked=True)).outcome == "seen"


def test_a_click_without_any_change_is_told_only_where_nothing_can_have_happened() -> None:
    assert verdict(Click(3), replace(BEFORE, untouched=True), SAVE) == Verdict("unseen", NO_CHANGE)
    assert verdict(Click(3), BEFORE, SAVE).outcome == "unknown"
    assert verdict(Click(3), replace(BEFORE, untouched=True), SAVE, had_dialog=True).outcome == "seen"
    assert verdict(Click(0), replace(BEFORE, untouched=True), FIELD).outcome == "unknown"  # it has the focus now
    assert verdict(Press("Escape"), replace(BEFORE, untouched=True)).outcome == "unknown"
    assert verdict(Scroll(delta_y=600), replace(BEFORE, untouched=True)) == Verdict("unseen", "nothing scrolled")


def test_where_a_click_or_an_address_led_is_said() -> None:
    tab = replace(BEFORE, title="Map", tab_urls=("", ""), fresh=True)
    assert verdict(Click(3), tab, SAVE) == Verdict("seen", "a new tab opened: Map")
    assert verdict(Navigate("http://www.a.example"), BEFORE) == Verdict("seen")
    led = replace(BEFORE, url="https://b.example/login")
    assert verdict(Navigate("https://a.example/"), led) == Verdict("seen", "which led to https://b.example/login")

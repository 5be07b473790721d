"""Tests of the matcher on stored pages: one noun phrase each, and the thing that anybody would take it for."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import stored_pages
from webrun_nb.agents.local.language.intents import Condition, Superlative, Target
from webrun_nb.agents.local.matching.choosing import Matches
from webrun_nb.agents.local.matching.conditions import area_of
from webrun_nb.agents.local.matching.match import find
from webrun_nb.agents.local.matching.page import PageModel
from webrun_nb.agents.local.matching.roles import ANY, CHECKABLES, CLICKABLES, FIELDS, MEANINGS, Accepts
from webrun_nb.browsers.observation import Element, Group, Observation


@lru_cache
def page(name: str) -> PageModel:
    return PageModel(stored_pages.stored(name).observation)


def found(name: str, target: Target, accepts: Accepts = CLICKABLES) -> Matches:
    return find(target, page(name), accepts=accepts)


def only(name: str, target: Target, accepts: Accepts = CLICKABLES) -> Element:
    matches = found(name, target, accepts)
    assert len(matches.best) == 1, (target, [m.element.name for m in matches.best], matches.explanation)
    assert not matches.is_ambiguous
    return matches.best[0].element


def hint(element: Element) -> str:
    return element.hint or element.name


def row_of(name: str, element: Element) -> str:
    model = page(name)
    kinds = ("row", "card", "item")
    return next(model.name_of(at) for at in model.groups_of(element) if model.groups[at].kind in kinds)


# --- names and kinds --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "target", "called"),
    [
        ("form", Target("Save draft", "button", said="Save draft button"), "Save draft"),
        ("form", Target("save DRAFT"), "Save draft"),
        ("form", Target("Prices", "button"), "Prices"),  # people call links buttons
        ("cards", Target("Price", "list", said="Price list"), "Price list"),
        ("cards", Target("meal", "checkbox"), "Meal"),
        ("form", Target("Overview", "tab"), "Overview"),
        ("product", Target("add to basket"), "Add to cart"),
        ("form", Target("Nxet page"), ""),
        ("form", Target("Downlaod map"), "Download map"),
        ("form", Target("close", "icon"), "Close"),
        ("controls", Target("Leave", is_quoted=True), "Leave"),
    ],
)
def test_names(name: str, target: Target, called: str) -> None:
    matches = found(name, target)
    assert [m.element.name for m in matches.best] == ([called] if called else [])


def test_a_quoted_name_is_not_replaced_by_another() -> None:
    assert not found("product", Target("Add to basket", is_quoted=True)).best
    assert not found("form", Target("Downlaod map", is_quoted=True)).best


def test_a_text_is_clicked_where_no_control_is_called_so() -> None:
    assert only("cards", Target("brown")).role == "text"
    assert only("controls", Target("Sent by sea.", is_quoted=True)).role == "paragraph"


def test_a_heading_that_is_a_link_is_the_link() -> None:
    assert only("cards", Target("Dusk", "table")).role == "link"  # the page calls it otherwise


def test_kinds_decide_among_equal_names() -> None:
    assert only("controls", Target("Shipping", "heading"), ANY).role == "heading"
    assert only("cards", Target("", "checkbox", ordinal=2), CHECKABLES).name == "Bag"
    assert only("cards", Target("Window", "radio"), CHECKABLES).role == "radio"


@pytest.mark.parametrize("words", ["Street", "street"])
def test_a_text_beside_a_field_labels_it(words: str) -> None:
    assert hint(only("controls", Target(words, "field"), FIELDS)) == "s1"  # the dialog covers the other one


def test_a_name_with_the_word_for_its_kind() -> None:
    assert only("cards", Target("flight Noon")).name == "Noon"  # the page's title is Flights
    assert not found("cards", Target("ship Noon")).best


def test_the_box_of_a_row_is_called_like_the_row() -> None:
    assert row_of("boxes", only("boxes", Target("Milk", "checkbox"), CHECKABLES)) == "Milk"
    assert not found("boxes", Target("Soup", "checkbox"), CHECKABLES).best


def test_words_that_select_may_be_part_of_a_name() -> None:
    assert only("form", Target("draft", "button", qualities=("save",))).name == "Save draft"
    assert only("form", Target("", "menu", said="Overview")).name == "Overview"


# --- where ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "row"),
    [
        (Target("Delete", "button", near="Bob"), "Bob"),
        (Target("Delete", "button", within=Target("Bob", "row")), "Bob"),
        (Target("Delete", "button", within=Target("40", "row")), "Bob"),
        (Target("Delete", "button", within=Target("", "row", ordinal=3)), "Cy"),
        (Target("Delete", "button", within=Target("3", "row", said="row 3")), "Cy"),
        (Target("Delete", "button", within=Target("2", "row", said="row 2")), "Bob"),
        (Target("Delete", "button", ordinal=-1), "Cy"),
        (Target("State", "field", near="Ada"), "Ada"),
        (Target("trash", "button", near="Ines"), "Ines"),
        (Target("delete", "button", near="Mara"), "Mara"),
    ],
)
def test_the_smallest_group_with_both_counts(target: Target, row: str) -> None:
    assert row_of("controls", only("controls", target)) == row


def test_near_a_name_that_another_item_speaks_of() -> None:
    assert row_of("controls", only("controls", Target("trash", "button", near="Jonas"))) == "Jonas"


def test_near_words_that_two_items_have() -> None:
    books = found("cards", Target("Book", "button", near="Price"))
    assert books.is_ambiguous
    assert len(books.best) == 3


@pytest.mark.parametrize(
    ("place", "field"),
    [(Target("Shipping", "section"), "s2"), (Target("Billing"), "b2"), (Target("Shipping", said="Shipping"), "s2")],
)
def test_within_a_section(place: Target, field: str) -> None:
    assert hint(only("controls", Target("City", "field", within=place), FIELDS)) == field


def test_within_regions_dialogs_and_tables() -> None:
    assert only("controls", Target("Boats", "link", within=Target("footer"))).region == "footer"
    assert only("controls", Target("Cancel", within=Target("", "dialog"))).name == "Cancel"
    second = only("regions", Target("", "row", ordinal=2, within=Target("", "table", ordinal=2)), ANY)
    assert second.name == "South"
    assert not found("controls", Target("Cancel", within=Target("Billing", "section"))).best


def test_what_a_dialog_covers_is_not_meant() -> None:
    assert all(not m.element.covered for m in found("controls", Target("Save", "button")).best)


# --- which of them ----------------------------------------------------------------------------------------------------


def test_items_are_those_of_the_main_list() -> None:
    assert only("cards", Target("", "item", ordinal=1)).name == "Dawn"  # not the link of the navigation
    assert only("cards", Target("", "item", ordinal=-1)).href == only("cards", Target("Dusk")).href
    assert only("programme", Target("talk", ordinal=2), ANY).role == "row"
    assert only("cards", Target("flight", ordinal=3)).name == "Dusk"


def test_an_item_stands_for_its_title_and_not_for_its_controls() -> None:
    assert only("controls", Target("", "row", ordinal=2)).name == "Bob"  # not its button Delete


def test_the_most_and_the_least() -> None:
    cheapest, longest = Superlative("cheapest", "price", False), Superlative("longest", "duration")
    assert only("cards", Target("flight", superlative=cheapest)).name == "Noon"
    assert only("cards", Target("", "item", superlative=longest)).name == "Noon"
    most = Superlative("most", "Hours")
    assert only("controls", Target("", "row", superlative=most), ANY).name == "Bob"
    assert only("controls", Target("Delete", within=Target("", "row", superlative=most))).enabled


def test_conditions_on_fields_and_texts() -> None:
    in_hawaii = Condition("state is HI", "is", "HI", field="State")
    assert only("controls", Target("", "row", conditions=(in_hawaii,)), ANY).name == "Ada"
    long = Condition("hours over 10", ">", "10", field="Hours")
    rows = found("controls", Target("", "row", conditions=(long,), every=True), ANY)
    assert [m.element.name for m in rows.best] == ["Ada", "Bob"]
    starts = Condition("starts with W", "starts", "W")
    assert only("cards", Target("", "radio", conditions=(starts,)), CHECKABLES).name == "Window"


def test_several_at_once() -> None:
    both = found("cards", Target("Meal", others=(Target("Bag"),)), CHECKABLES)
    assert [m.element.name for m in both.best] == ["Meal", "Bag"]
    every = found("cards", Target("", "checkbox", every=True), CHECKABLES)
    assert len(every.best) == 2
    assert not every.is_ambiguous
    rest = found("cards", Target("", "checkbox", every=True, besides=(Target("Meal"),)), CHECKABLES)
    assert [m.element.name for m in rest.best] == ["Bag"]
    assert len(found("cards", Target("Book", "button", count=2)).best) == 2
    assert not found("cards", Target("Book", "button", count=4)).best
    assert not found("cards", Target("Meal", others=(Target("Soup"),)), CHECKABLES).best


def test_states_and_looks() -> None:
    assert only("cards", Target("", "checkbox", qualities=("checked",)), CHECKABLES).name == "Bag"
    assert only("controls", Target("", "button", qualities=("disabled",)), ANY).name == "Send"
    red = [m.element for m in found("controls", Target("", "graphic", said="circle", qualities=("red",))).best]
    assert len(red) == 2
    large = only("controls", Target("", "graphic", said="circle", qualities=("large", "red")))
    small = only("controls", Target("", "graphic", said="circle", qualities=("small",)))
    assert area_of(large) > area_of(small)
    assert only("controls", Target("", "graphic", said="square")).color == "green"
    assert only("controls", Target("", "graphic", said="circle", qualities=("rightmost",))).color == "blue"


def test_several_that_fit_are_all_given() -> None:
    matches = found("cards", Target("Book", "button"))
    assert matches.is_ambiguous
    assert len(matches.best) == 3


# --- in words ---------------------------------------------------------------------------------------------------------


def test_a_match_explains_itself() -> None:
    assert found("product", Target("add to cart")).explanation.endswith(': it is called "Add to cart"')
    missing = found("product", Target("Buy now", "button"))
    assert missing.explanation == 'nothing is called "Buy now"'
    assert missing.near_misses[0].startswith('button "Add to cart"')
    assert "red" in found("cards", Target("Book", qualities=("red",))).explanation
    assert "Venus" in found("cards", Target("Book", near="Venus")).explanation


# --- any words --------------------------------------------------------------------------------------------------------

WORDS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["Save", "State", "Bob", "3", "×", "+", "", "the", "Add to cart", "\u202e", "İ", "price", "(("]),
)
CONDITIONS = st.builds(
    Condition,
    WORDS,
    st.sampled_from(["is", "is not", "contains", "lacks", "starts", "ends", "<", ">=", "between", "exists", "state"]),
    WORDS,
    WORDS,
    WORDS,
    st.booleans(),
)  # fmt: skip
SIMPLE = st.builds(
    Target,
    WORDS,
    st.sampled_from(["", *MEANINGS, "unheard of"]),
    WORDS,
    st.sampled_from([None, None, 1, 2, -1, 0, 99]),
    WORDS,
    st.booleans(),
)  # fmt: skip
TARGETS = st.builds(
    lambda target, within, others, besides, conditions, most, qualities, every, count: replace(
        target, within=within, others=others, besides=besides, conditions=conditions, superlative=most,
        qualities=qualities, every=every, count=count,
    ),
    SIMPLE,
    st.none() | SIMPLE,
    st.tuples() | st.tuples(SIMPLE),
    st.tuples() | st.tuples(SIMPLE),
    st.tuples() | st.tuples(CONDITIONS),
    st.none() | st.builds(Superlative, WORDS, st.sampled_from(["", "price", "duration", "date", "size", "Hours"])),
    st.lists(st.sampled_from(["red", "large", "left", "middle", "checked", "empty", "odd"]), max_size=2).map(tuple),
    st.booleans(),
    st.sampled_from([None, None, 0, 2]),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(stored_pages.names()), TARGETS, st.sampled_from([ANY, CLICKABLES, FIELDS, CHECKABLES]))
def test_no_words_break_the_matcher(name: str, target: Target, accepts: Accepts) -> None:
    matches = found(name, target, accepts)
    things = {thing.ref for thing in page(name).things} | {g.ref for g in page(name).groups if g.ref is not None}
    assert all(match.element.ref in things for match in matches.best)
    assert not (matches.is_ambiguous and len(matches.best) < 2)


def test_a_name_of_signs_alone() -> None:
    buttons = [
        Element(ref=at, role="button", name=name, tag="button", text=name) for at, name in enumerate(("♥♥♥", "♥"))
    ]
    page = PageModel(Observation("https://signs.example/", "Signs", tuple(buttons), "♥♥♥ ♥"))
    found = find(Target("♥♥♥", role="button", said="♥♥♥ button", is_quoted=True), page)
    assert [element.name for element in found.elements] == ["♥♥♥"]


def test_the_first_of_two_buttons_of_one_name_is_taken_and_it_is_said() -> None:
    buttons = tuple(Element(ref, "button", "Add", "button", order=ref, group=0) for ref in range(2))
    page = PageModel(Observation("https://twins.example/", "", buttons, "", groups=(Group("form"),)))
    matches = find(Target("Add", "button"), page, accepts=CLICKABLES)
    assert ([element.ref for element in matches.elements], matches.is_ambiguous) == ([0], False)
    assert matches.remark == 'two buttons are called "Add"; the first one is taken'
    assert not find(Target("Add", "button", ordinal=2), page, accepts=CLICKABLES).remark

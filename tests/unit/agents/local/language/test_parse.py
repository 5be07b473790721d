"""Tests of the parser from plain English to steps."""

from __future__ import annotations

from typing import get_args

import pytest

from webrun_nb.agents.local.language import plan
from webrun_nb.agents.local.language.intents import (
    Back,
    Choose,
    ClickOn,
    Constraint,
    Either,
    Extract,
    Fill,
    Intent,
    Open,
    Order,
    PressKey,
    SearchFor,
    SetChecked,
    Unclear,
    Wait,
)
from webrun_nb.browsers.actions import ClickManner


def likeliest(intent: Intent) -> Intent:
    return intent.readings[0] if isinstance(intent, Either) else intent


def only(text: str) -> Intent:
    intents = plan(text)
    assert len(intents) == 1, intents
    return likeliest(intents[0])


def listing(text: str) -> Extract:
    intent = only(text)
    assert isinstance(intent, Extract), intent
    return intent


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ('open https://a.example/x?y=1,2, type "a, b and c" into Search, then press Enter', [Open, Fill, PressKey]),
        ("1. Go to https://a.example\n2. Click Login\n3) list the rows", [Open, ClickOn, Extract]),
        ("- click Next\n- go back", [ClickOn, Back]),
        ('Please click "Accept and continue" and then get the title.', [ClickOn, Extract]),
        ("in the search box type usb and press Enter", [Fill, PressKey]),
        ('enter "a" as the email and "x y" as the name', [Fill, Fill]),
        ("click Send it, list name and size", [ClickOn, Extract]),
        ("search for usb cable and list the products", [SearchFor, Extract]),
        ("1. Open Laptops 2. Click Aurora 3. Go back", [ClickOn, ClickOn, Back]),
        ("Could you tick the Gift wrap box; select Germany from Country; wait 2 seconds", [SetChecked, Choose, Wait]),
    ],
)
def test_steps_are_cut_where_a_verb_begins(text: str, kinds: list[type]) -> None:
    assert [type(likeliest(intent)) for intent in plan(text)] == kinds


@pytest.mark.parametrize(
    ("text", "manner"),
    [
        ("click Save", "click"),
        ("Double-click Save", "double-click"),
        ("double click on Save", "double-click"),
        ("tap Save", "click"),
    ],
)
def test_a_verb_says_how_to_click(text: str, manner: str) -> None:
    step = only(text)
    assert isinstance(step, ClickOn)
    assert (step.manner, step.target.words) == (manner, "Save")


@pytest.mark.parametrize("manner", get_args(ClickManner))
def test_a_sentence_is_cut_before_every_way_to_click(manner: str) -> None:
    assert [type(step) for step in plan(f"wait 2 seconds and {manner} Save")] == [Wait, ClickOn]


def test_and_between_column_names_is_no_new_step() -> None:
    assert listing("list name and type and price").wishes == ("name", "type", "price")


def test_each_step_keeps_its_sentence() -> None:
    assert [i.sentence for i in plan('Click "Save", then list the rows.')] == ['Click "Save"', "list the rows"]


def test_quoted_text_is_typed_as_it_stands() -> None:
    intent = only('type "sort by price, then click" into the "Notes" field')
    assert isinstance(intent, Fill)
    assert (intent.text, intent.target.words) == ("sort by price, then click", "Notes")


def test_the_headline_task() -> None:
    intent = listing("List the laptops under $900, cheapest first.")
    assert intent.subject == "laptops"
    assert intent.constraints == (Constraint("under $900", "price", "<", "$900"),)
    assert intent.order == Order("cheapest first", "price")


@pytest.mark.parametrize(
    ("text", "constraint"),
    [
        ("list laptops at most 900 dollars", ("price", "<=", "900 dollars")),
        ("list the phones above 4 stars", ("rating", ">", "4")),
        ("list books rated 4 stars or more", ("rating", ">=", "4")),
        ("list phones between $200 and $500", ("price", "between", "$200")),
        ("list the phones in stock", ("in stock", "is", "in stock")),
        ("list the phones with less than 5 in stock", ("in stock", "<", "5")),
        ("list the phones that are out of stock", ("in stock", "is not", "in stock")),
        ("list products with at least 100 reviews", ("reviews", ">=", "100")),
        ("list banks closed before 2010", ("date", "<", "2010")),
        ("list articles published since May 1, 2013", ("date", ">=", "May 1, 2013")),
        ('list the quotes by "Jane Austen"', ("author", "is", "Jane Austen")),
        ("list the phones made by Umbrel", ("brand", "is", "Umbrel")),
        ("list books where category is Travel", ("category", "is", "Travel")),
        ("list laptops under 900", ("", "<", "900")),
        ("list quotes tagged love", ("tags", "is", "love")),
        ('list the laptops named "Aurora"', ("name", "contains", "Aurora")),
        ("list laptops with a price below 900", ("price", "<", "900")),
    ],
)
def test_conditions(text: str, constraint: tuple[str, str, str]) -> None:
    read = [(c.column, c.op, c.value) for c in listing(text).constraints]
    assert read == [constraint]


@pytest.mark.parametrize(
    ("text", "column", "descending", "limit"),
    [
        ("list phones, most expensive first", "price", True, None),
        ("list phones sorted by rating descending", "rating", True, None),
        ("list phones. Sort by name.", "name", False, None),
        ("get the three highest rated phones", "rating", True, 3),
        ("find the cheapest phone", "price", False, 1),
        ("what is the name of the cheapest phone", "price", False, 1),
        ("list the 5 newest articles", "date", True, 5),
        ("list the most expensive 3 phones", "price", True, 3),
    ],
)
def test_orders(text: str, column: str, descending: bool, limit: int | None) -> None:
    intent = listing(text)
    assert intent.order is not None
    assert (intent.order.column, intent.order.descending, intent.limit) == (column, descending, limit)


@pytest.mark.parametrize(("text", "limit"), [("list the top 5 phones", 5), ("show me the first ten results", 10)])
def test_limits(text: str, limit: int) -> None:
    assert listing(text).limit == limit


def test_columns_after_a_colon() -> None:
    intent = listing("Extract every failed bank: bank name, city, CERT number, tags (comma, separated).")
    assert intent.subject == "failed bank"
    assert intent.wishes == ("bank name", "city", "CERT number", "tags (comma, separated)")


def test_columns_before_the_subject() -> None:
    intent = listing("get the name and price of every laptop in stock")
    assert (intent.subject, intent.wishes, intent.one) == ("laptop", ("name", "price"), False)


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        ("get the price and the brand", ("price", "brand")),
        ("what are the speaker and the room?", ("speaker", "room")),
        ("get the speaker, the room and the track", ("speaker", "room", "track")),
    ],
)
def test_each_value_of_one_record_may_have_its_article(text: str, wishes: tuple[str, ...]) -> None:
    intent = listing(text)
    assert (intent.subject, intent.wishes) == ("", wishes)


def test_one_record() -> None:
    intent = listing("Extract the product's price, currency, brand.")
    assert (intent.subject, intent.wishes, intent.one) == ("product", ("price", "currency", "brand"), True)


def test_a_table_by_its_number_and_heading() -> None:
    intent = listing("From example 2 (the second table) extract last name, email.")
    assert (intent.place, intent.place_ordinal, intent.wishes) == ("example 2", 2, ("last name", "email"))


def test_a_condition_that_is_not_understood_is_not_ignored() -> None:
    intent = only("List the laptops made of gold")
    assert isinstance(intent, Unclear)
    assert "laptops" in intent.understood


@pytest.mark.parametrize("text", ["Do something clever", "make me rich", "translate the page to French"])
def test_what_can_not_be_followed_is_unclear(text: str) -> None:
    assert isinstance(only(text), Unclear)


def test_an_element_is_named_by_role_ordinal_and_what_is_near() -> None:
    intent = only('click the second "Add to cart" button next to Aurora 13')
    assert isinstance(intent, ClickOn)
    read = intent.target
    assert (read.words, read.role, read.near, read.ordinal) == ("Add to cart", "button", "Aurora 13", 2)


@pytest.mark.parametrize(
    ("text", "key"), [("press Enter", "Enter"), ("press ctrl + a", "Control+A"), ("press page down", "PageDown")]
)
def test_keys(text: str, key: str) -> None:
    assert only(text) == PressKey(text, key)


@pytest.mark.parametrize(
    ("sentence", "subject", "limit", "column", "descending"),
    [
        ("List the 3 laptops with the highest price", "laptops", 3, "price", True),
        ("List the 2 funds with the lowest return.", "funds", 2, "return", False),
        ("list the 2 towns with the most population", "towns", 2, "population", True),
        ("list the two funds with the lowest return", "funds", 2, "return", False),
        ("list the 2 people with the highest income", "people", 2, "income", True),
        ("Which 2 funds have the highest return?", "funds", 2, "return", True),
    ],
)
def test_a_number_before_the_noun_is_how_many_rows(
    sentence: str, subject: str, limit: int, column: str, descending: bool
) -> None:
    (read,) = plan(sentence)
    assert isinstance(read, Extract)
    assert read.order is not None
    assert (read.subject, read.limit, read.order.column, read.order.descending) == (subject, limit, column, descending)


@pytest.mark.parametrize("sentence", ["list the 5 star hotels", "show the 3 gaming laptops with the highest price"])
def test_a_number_that_may_belong_to_the_noun_is_asked_about(sentence: str) -> None:
    (read,) = plan(sentence)
    assert isinstance(read, Unclear)


def test_a_year_before_the_noun_is_no_number_of_rows() -> None:
    (read,) = plan("list the 2024 conferences")
    assert isinstance(read, Extract)
    assert (read.subject, read.limit) == ("2024 conferences", None)

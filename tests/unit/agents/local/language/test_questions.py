"""Tests of the parser with an analyst's questions about a list, and with questions that it cannot follow."""

from __future__ import annotations

import pytest

from webrun_nb.agents.local.language import plan
from webrun_nb.agents.local.language.intents import Extract, Intent, Unclear


def only(text: str) -> Intent:
    [intent] = plan(text)
    return intent


@pytest.mark.parametrize(
    ("question", "subject", "column", "descending", "limit"),
    [
        ("What is the cheapest laptop?", "laptop", "price", False, 1),
        ("which laptop is the cheapest", "laptop", "price", False, 1),
        ("Which laptops are the 3 most expensive?", "laptops", "price", True, 3),
        ("find the 3 cheapest laptops", "laptops", "price", False, 3),
        ("the 5 most expensive laptops", "laptops", "price", True, 5),
        ("Which phone has the best rating?", "phone", "rating", True, 1),
        ("which phone has the lowest price", "phone", "price", False, 1),
        ("which phone costs the least?", "phone", "price", False, 1),
        ("Which is the newest phone?", "phone", "date", True, 1),
        ("Who is the newest user?", "user", "date", True, 1),
        ("list the laptop with the lowest price", "laptop", "price", False, 1),
        ("How much is the cheapest laptop?", "laptop", "price", False, 1),
    ],
)
def test_a_superlative_is_an_order_and_a_number_of_rows(
    question: str, subject: str, column: str, descending: bool, limit: int
) -> None:
    read = only(question)
    assert isinstance(read, Extract)
    assert (read.subject, read.limit, read.one, read.count) == (subject, limit, False, False)
    assert read.order is not None
    assert (read.order.column, read.order.descending) == (column, descending)


@pytest.mark.parametrize(
    ("question", "count", "conditions"),
    [
        ("Which laptops are in stock?", False, ["in stock"]),
        ("How many laptops are in stock?", True, ["in stock"]),
        ("How many laptops are under $900?", True, ["<"]),
        ("How many laptops cost less than $900?", True, ["<"]),
        ("Which laptops cost less than $900?", False, ["<"]),
        ("How many laptops are there?", True, []),
        ("How many laptops are on this page?", True, []),
    ],
)
def test_a_question_of_kind_or_number_keeps_its_conditions(question: str, count: bool, conditions: list[str]) -> None:
    read = only(question)
    assert isinstance(read, Extract)
    assert (read.subject, read.count) == ("laptops", count)
    assert [c.column if c.column == "in stock" else c.op for c in read.constraints] == conditions
    assert read.all_pages is ("this page" not in question)


@pytest.mark.parametrize(
    "question",
    [
        "How many pages are there?",
        "How many columns does the table have?",
        "Which laptop should I buy?",
        "list what is cheap",
        "list the cheapest laptop of each brand",
        "list laptops over $900 or under $500",
        "list laptops not by Norvane",
        "list the best and the worst laptop",
        "list the second cheapest laptop",
        "how many phones and laptops are there?",
        "list the last 5 transactions",
        "list 5 random laptops",
        "Why is the Aurora 14 so expensive?",
    ],
)
def test_what_no_rows_answer_is_not_understood(question: str) -> None:
    assert isinstance(only(question), Unclear)


def test_a_number_before_a_noun_is_how_many() -> None:
    read = only("show me 3 laptops")
    assert isinstance(read, Extract)
    assert (read.subject, read.limit) == ("laptops", 3)


def test_a_question_keeps_its_own_words() -> None:
    assert only("Which laptop is the cheapest?").sentence.startswith("Which laptop is the cheapest")


@pytest.mark.parametrize(
    ("text", "subject", "wishes"),
    [
        ("For each hotel, give name and price.", "hotel", ("name", "price")),
        ("I need a table of all flights with airline and price.", "flights", ("airline", "price")),
        ("I want the name and price of every laptop.", "laptop", ("name", "price")),
        ("Name, price and rating of each hotel.", "hotel", ("Name", "price", "rating")),
        ("All matches with home team and score.", "matches", ("home team", "score")),
        ("Return a list of all books: title, author.", "books", ("title", "author")),
        ("Compare the phones: list model, price and battery.", "phones", ("model", "price", "battery")),
        ("Which companies are listed with ticker and price?", "companies", ("ticker", "price")),
        ("What trains are there? List number and time.", "trains", ("number", "time")),
        ("Get the rows of both tables with team and points.", "rows", ("team", "points")),
        ("List all dishes with name and price from all tabs.", "dishes", ("name", "price")),
    ],
)
def test_a_table_is_asked_for_in_many_forms(text: str, subject: str, wishes: tuple[str, ...]) -> None:
    read = only(text)
    assert isinstance(read, Extract)
    assert (read.subject, read.wishes, read.one) == (subject, wishes, False)


def test_a_sentence_of_columns_is_of_the_rows_of_the_sentence_before() -> None:
    read = only("Which items are in stock? Give name and price.")
    assert isinstance(read, Extract)
    assert (read.wishes, [each.column for each in read.constraints]) == (("name", "price"), ["in stock"])


def test_a_numbered_table_keeps_its_number_where_its_columns_follow() -> None:
    read = only("What does the second table say? Give year and exports.")
    assert isinstance(read, Extract)
    assert (read.place_ordinal, read.wishes) == (2, ("year", "exports"))


def test_a_time_of_day_is_no_list_of_columns() -> None:
    read = only("Extract the flights after 10:00 with number and gate.")
    assert isinstance(read, Extract)
    assert read.wishes == ("number", "gate")


def test_a_condition_may_stand_before_the_sentence_that_lists() -> None:
    read = only("Where status is delayed, list flight and destination.")
    assert isinstance(read, Extract)
    assert (read.wishes, [each.value for each in read.constraints]) == (("flight", "destination"), ["delayed"])


@pytest.mark.parametrize(
    ("text", "wishes", "conditions"),
    [
        ("List all parts with name and in stock", ("name", "in_stock"), []),
        ("List all parts with name, in stock and price", ("name", "in_stock", "price"), []),
        ("List all parts with name and in stock from the second table", ("name", "in_stock"), []),
        ("List parts with in stock, name", ("in_stock", "name"), []),
        ("list the laptops with name and price in stock", ("name", "price"), ["in stock"]),
        ("list the laptops with name and price that are in stock", ("name", "price"), ["in stock"]),
        ("list laptops with touchscreen, in stock and under $900", ("touchscreen",), ["in stock"]),
        ("list laptops with rating and price, in stock", ("rating", "price"), ["in stock"]),
        ("list laptops with price under 900 and in stock", (), ["in stock"]),
    ],
)
def test_in_stock_among_the_columns_is_a_column(text: str, wishes: tuple[str, ...], conditions: list[str]) -> None:
    read = only(text)
    assert isinstance(read, Extract)
    assert (read.wishes, [each.column for each in read.constraints if each.op == "is"]) == (wishes, conditions)

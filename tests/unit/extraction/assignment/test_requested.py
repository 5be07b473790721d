"""Tests of what a task's text says: one record or many, which table, the names of columns."""

from __future__ import annotations

import pytest

from webrun_nb.common.column_types import parse_columns
from webrun_nb.extraction.assignment.requested import phrases_for, requested_of
from webrun_nb.extraction.schema import Wanted


@pytest.mark.parametrize(
    ("text", "many"),
    [
        ("List the laptops with name and price", True),
        ("Extract every failed bank", True),
        ("Get the product's name and price", False),
        ("What does this page say about the price?", False),
        ("Name and price", None),
        ("List the users' names", True),
    ],
)
def test_one_or_many(text, many):
    assert requested_of(text).many is many


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Read table 2", 2),
        ("List all rows of table 2.", 2),
        ("List table 2.1", 0),
        ("List the rows of the second table", 2),
        ("the last table", -1),
        ("Tabelle 3: Name und Preis", 3),
        ("la deuxième liste", 2),
        ("List 45 jobs", 0),
        ("List the tables with 4 legs", 0),
    ],
)
def test_the_number_of_the_table(text, number):
    assert requested_of(text).number == number


@pytest.mark.parametrize(
    "text", ["Both tables: name and age", "List all the tables", "Alle Tabellen", "les deux tableaux"]
)
def test_all_tables(text):
    assert requested_of(text).all_tables


def test_one_table_is_not_all():
    assert not requested_of("List all rows of the first table").all_tables


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("List the rows of the households table", "households"),
        ("The table of exports by country", "exportscountry"),
        ('Read "Net income" with amount', "netincome"),
    ],
)
def test_what_the_table_is_called(text, place):
    assert place in [name.joined for name in requested_of(text).places]


def test_columns_by_other_words():
    wanted = [Wanted(column, (column.name,)) for column in parse_columns("qty:int, price:money, sku:str")]
    said = phrases_for(wanted, requested_of("List quantity, the price in euros and the weight"))
    assert {name: phrase.joined for name, (phrase,) in said.items()} == {"qty": "quantity", "price": "price"}
    assert said["price"][0].units == {"€"}


def test_a_phrase_that_fits_two_columns_is_no_ones():
    wanted = [Wanted(column, (column.name,)) for column in parse_columns("start_date:date, end_date:date")]
    assert phrases_for(wanted, requested_of("List the date")) == {}


def test_a_text_of_any_length_and_form_is_read():
    assert requested_of("the " * 100_000).number == 0
    assert requested_of('"' * 5000 + "table of " * 2000).many is None


def test_a_column_is_called_by_its_field_rather_than_by_what_is_listed():
    wanted = [Wanted(column, (column.name,)) for column in parse_columns("part:str, stock:int")]
    said = phrases_for(wanted, requested_of("List all parts with part number and stock."))
    assert said["part"][0].joined == "partnumber"


@pytest.mark.parametrize(
    "text", ["Show each car with its price", "List every car with price", "Get all cars, with price"]
)
def test_what_is_listed_is_named_without_the_word_for_all(text):
    assert requested_of(text).subject.joined in ("car", "cars")

"""Assignment of fields to columns: by name, type and place together; a question where it is open."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.sources import table
from webrun_nb.common.column_types import ColumnType, parse_columns
from webrun_nb.extraction.assignment.assign import assign
from webrun_nb.extraction.assignment.requested import phrases_for, requested_of
from webrun_nb.extraction.schema import Wanted

_SHAPES = {
    ColumnType.INT: r"\d+",
    ColumnType.FLOAT: r"-?\d+([.,]\d+)?",
    ColumnType.MONEY: r"[$€]\s?\d+([.,]\d+)?",
    ColumnType.DATE: r"\d{4}-\d\d-\d\d",
}


def reads(cells, column):
    """The share of cells that have the plain form of a type."""
    pattern = _SHAPES.get(column.type, ".*")
    return sum(bool(re.fullmatch(pattern, cell.text)) for cell in cells) / len(cells)


def assigned(columns, source, text="", **more):
    wanted = [Wanted(column, tuple(column.name.split("."))) for column in parse_columns(columns)]
    requested = requested_of(text)
    return assign(wanted, source, reads=reads, phrases=phrases_for(wanted, requested), requested=requested, **more)


def taken(columns, source, text="", **more):
    """The number of the column's field, by column."""
    found = assigned(columns, source, text, **more)
    return {name: each.index for name, each in found.fields.items()}


def test_fields_are_taken_by_name_in_any_order():
    source = table(["City", "Bank Name", "CERT"], ["Oslo", "A", "12"], ["Bergen", "B", "13"])
    assert taken("cert:int, bank_name:str, city:str", source) == {"cert": 2, "bank_name": 1, "city": 0}


def test_headings_in_another_language():
    source = table(["Bezeichnung", "Menge", "Preis"], ["A", "3", "€ 5"], ["B", "4", "€ 6"])
    assert taken("name:str, quantity:int, price:money", source) == {"name": 0, "quantity": 1, "price": 2}


def test_all_columns_at_once():
    """Taken one by one, `price` would have the field that is the only one for `unit_price`."""
    source = table(["Name", "Price", "Unit price"], ["A", "$5", "$1"], ["B", "$6", "$2"])
    assert taken("name:str, unit_price:money, price:money", source) == {"name": 0, "unit_price": 2, "price": 1}


def test_a_field_that_answers_to_nothing_asked_for_is_not_taken():
    source = table(["Team", "Founded"], ["A", "1900"], ["B", "1901"])
    assert taken("team:str, budget:int", source) == {"team": 0}


@pytest.mark.parametrize(("heading", "found"), [("Households", 1), ("Year", None), ("Postal code", None)])
def test_a_number_is_the_only_column_of_numbers_that_count(heading, found):
    source = table(["Area", heading], ["A", "4100"], ["B", "3950"])
    assert taken("area:str, number:int", source).get("number") == found


@pytest.mark.parametrize(("second", "found"), [("north", 1), ("2026-06-01", None)])
def test_a_date_is_the_only_field_of_dates(second, found):
    source = table(["Guest", "Came on", "Left"], ["A", "2026-05-01", second], ["B", "2026-05-03", second])
    assert taken("guest:str, date:str", source).get("date") == found


def test_as_many_fields_as_columns_prove_nothing():
    assert taken("cost:money, weight:float", table(["Alpha", "Beta"], ["A", "3"], ["B", "4"])) == {}


def test_a_price_is_not_another_price():
    source = table(["Name", "List price", "Shipping price"], ["A", "$5", "$1"], ["B", "$6", "$2"])
    assert taken("name:str, price:money", source) == {"name": 0}


def test_values_that_are_not_of_the_type_are_not_taken():
    source = table(["Name", "Weight class", "Weight in kg"], ["A", "light", "3"], ["B", "heavy", "4"])
    assert taken("name:str, weight:float", source) == {"name": 0, "weight": 2}


def test_a_field_of_exactly_the_name_is_taken_whatever_its_values():
    source = table(["Name", "Price"], ["A", "on request"], ["B", "on request"])
    assert taken("name:str, price:money", source) == {"name": 0, "price": 1}


def test_the_years_of_a_path_of_headings():
    years = [("Year ended 31 December", "2023"), ("Year ended 31 December", "2022")]
    source = table(["", *years], ["Revenue", "5", "6"], ["Cost", "3", "4"])
    assert taken("item:str, year_2022:int, year_2023:int", source) == {"item": 0, "year_2022": 2, "year_2023": 1}


def test_two_equally_good_fields_are_a_question():
    source = table(["City", "Population 2010", "Population 2020"], ["A", "5", "6"], ["B", "7", "8"])
    found = assigned("city:str, population:int", source)
    assert list(found.fields) == ["city"]
    (question,) = found.questions
    assert question.column == "population"
    assert {(each.label, each.example) for each in question.candidates} == {
        ("Population 2010", "5"),
        ("Population 2020", "6"),
    }


def test_the_text_settles_it():
    source = table(["City", "Population 2010", "Population 2020"], ["A", "5", "6"], ["B", "7", "8"])
    assert taken("city:str, population:int", source, "List city and population 2020") == {"city": 0, "population": 2}


def test_a_word_of_the_text_settles_it_wherever_it_stands():
    source = table(["City", ("Population", "2010"), ("Population", "2020")], ["A", "5", "6"], ["B", "7", "8"])
    found = taken("city:str, population:int", source, "List the cities and their population as of 2010")
    assert found == {"city": 0, "population": 1}


def test_a_person_settles_it():
    source = table(["City", "Population 2010", "Population 2020"], ["A", "5", "6"], ["B", "7", "8"])
    chosen = {"population": "Population 2010"}
    assert taken("city:str, population:int", source, chosen=chosen)["population"] == 1


def test_two_fields_with_the_same_values_are_no_question():
    source = table(["Price", "Price"], ["$5", "$5"], ["$6", "$6"])
    assert set(taken("price:money", source)) == {"price"}


def test_the_unit_that_the_text_names():
    source = table(["Name", "Price (USD)", "Price (EUR)"], ["A", "5", "6"], ["B", "7", "8"])
    assert taken("name:str, price:float", source, "List name and the price in euros") == {"name": 0, "price": 2}


def test_the_words_of_the_text():
    source = table(["Name", "Quantity", "Number"], ["A", "5", "6"], ["B", "7", "8"])
    assert taken("name:str, n:int", source, "List name and n")["name"] == 0
    assert taken("part:str, qty:int", source, "List each part and its quantity")["qty"] == 1


def test_properties_of_markup_name_a_field():
    source = table(["", ""], ["$5", "A"], ["$6", "B"], kind="list", properties=["offers.price", "name"])
    assert taken("name:str, price:money", source) == {"name": 1, "price": 0}


def test_the_name_of_a_brand_is_the_brand():
    source = table(["", ""], ["Acme", "Lamp"], kind="embedded", properties=["brand.name", "name"])
    assert taken("name:str, brand:str", source) == {"name": 1, "brand": 0}


def test_the_only_date_without_a_name_is_the_date():
    source = table(["", ""], ["Bought twice", "2024-05-01"], ["Stopped", "2024-06-01"], kind="list")
    assert taken("date:date", source) == {"date": 1}


def test_one_of_several_dates_without_a_name_is_not_taken():
    source = table(["", ""], ["2024-05-02", "2024-05-01"], ["2024-05-03", "2024-06-01"], kind="list")
    assert taken("date:date", source) == {}


def test_a_number_without_a_name_is_not_taken():
    assert taken("rating:float", table(["", ""], ["A", "4"], ["B", "5"], kind="list")) == {}


def test_codes_under_the_word_for_what_is_listed_are_the_names():
    source = table(["Laptop", "Price"], ["12", "$5"], ["13", "$6"])
    assert taken("name:str, price:money", source, "List the laptops with name and price") == {"name": 0, "price": 1}


def test_the_heading_of_all_rows_names_no_column():
    assert taken("car:str", table(["Make"], ["A"], ["B"], groups=[("Car hire",), ("Car hire",)])) == {}


def test_headings_within_the_list_are_a_field():
    source = table(["Title"], ["A"], ["B"], groups=[("Day 1",), ("Day 2",)])
    found = assigned("day:str, title:str", source).fields
    assert [cell.text for cell in found["day"].cells()] == ["Day 1", "Day 2"]


def test_near_fields_are_named_with_an_example():
    source = table(["Name", "Unit price"], ["A", "$5"], ["B", "$6"])
    (nearest, *_) = assigned("name:str, price:money", source).nearest["price"]
    assert (nearest.label, nearest.example) == ("Unit price", "$5")


def test_a_nested_column():
    source = table(["Name", "City"], ["A", "Oslo"], ["B", "Bergen"])
    assert taken("name:str, city:str", source) == taken("name:str, city:str", source)
    wanted = [Wanted(parse_columns("x:str")[0], ("address", "city"))]
    assert assign(wanted, source, reads=reads).fields["x"].index == 1


@pytest.mark.parametrize("rows", [0, 1])
def test_a_source_without_values(rows):
    assert taken("price:money", table(["Name"], *[[None]] * rows)) == {}


@settings(max_examples=40, deadline=None)
@given(st.permutations(["Name", "Price", "City", "Weight", "Author"]))
def test_the_order_of_fields_does_not_matter(headings):
    source = table(headings, ["A", "$5", "b", "c", "3"], ["B", "$6", "c", "d", "4"])
    found = taken("weight:str, name:str, city:str, price:str, author:str", source)
    assert {name: headings[place] for name, place in found.items()} == {
        "weight": "Weight",
        "name": "Name",
        "city": "City",
        "price": "Price",
        "author": "Author",
    }


def test_fields_that_agree_are_no_question_and_the_displayed_one_is_taken():
    source = table(["", ""], ["24.00", "24"], kind="page", properties=["price", "price"])
    source.rows[0].cells[0].node.tag = "meta"
    assert taken("price:float", source) == {"price": 1}


def test_the_heading_that_says_what_the_rows_are_names_them():
    dishes = table(["Dish", "Share"], ["Soup", "5"], ["Stew", "6"])
    assert taken("name:str, share:int", dishes, "List the dishes with name and share") == {"name": 0, "share": 1}
    editors = table(["Editor", "Share"], ["Ann", "5"], ["Bo", "6"])
    assert taken("name:str, share:int", editors, "List the books with name and share") == {"share": 1}
    cities = table(["City", "Share"], ["Oslo", "5"], ["Rome", "6"])
    assert taken("name:str, share:int", cities) == {"name": 0, "share": 1}


def test_a_wide_table_and_a_long_schema_take_no_time():
    """A column more or less would take minutes if the work grew with the cube of their number."""
    source = table([f"Price {place} of the thing" for place in range(500)], ["$5"] * 500, ["$6"] * 500)
    found = taken(", ".join(f"price_{place}:money" for place in range(60)), source)
    assert found == {f"price_{place}": place for place in range(60)}


def test_the_name_of_something_else_is_not_the_name():
    jobs = table(["Job title", "Company name"], ["Cook", "A"], ["Nurse", "B"])
    assert taken("name:str", jobs) == {"name": 0}
    firms = table(["Company name", "City"], ["A", "Oslo"], ["B", "Rome"])
    assert taken("name:str", firms) == {"name": 0}
    notes = table(["Note", "Brand name"], ["long", "A"], ["short", "B"])
    assert taken("name:str", notes) == {}


@pytest.mark.parametrize(("texts", "column"), [(["82 m²", "54 m²"], "area:str"), (["2 kg", "750 g"], "weight:str")])
def test_values_without_a_name_are_what_their_unit_measures(texts, column):
    source = table(["", ""], ["A", texts[0]], ["B", texts[1]], kind="list")
    assert taken(column, source) == {column.split(":")[0]: 1}


def test_two_areas_without_names_are_a_question():
    source = table(["", "", ""], ["A", "82 m²", "450 m²"], ["B", "54 m²", "300 m²"], kind="list")
    assert taken("area:str", source) == {}

"""Tests of the conversion of text to typed values; a value that does not fit is missing, never invented."""

from __future__ import annotations

from typing import Any

import pytest

from webrun_nb.agents.base import TaskSpec
from webrun_nb.agents.extract.names import likeness, tokens
from webrun_nb.agents.extract.schema import Column, Kind, Shape, shape_of
from webrun_nb.agents.extract.values import MISSING, Cell, convert


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("float", "$1,299.00", 1299.0),
        ("float", "1.299,00 €", 1299.0),
        ("float", "1 299,50 zł", 1299.5),
        ("float", "4.6 out of 5", 4.6),
        ("float", "12%", 12.0),
        ("float", "★★★★☆", 4.0),
        ("float", "-3.5", -3.5),
        ("float", "($3.50)", -3.5),
        ("float", "(128 reviews)", 128.0),
        ("float", "12.3k", 12300.0),
        ("int", "(1,342)", 1342),
        ("int", "342 reviews", 342),
        ("int", "4.6", MISSING),
        ("float", "No ratings yet", MISSING),
        ("date", "May 31, 2013", "2013-05-31"),
        ("date", "2013-05-31T10:00:00Z", "2013-05-31"),
        ("date", "May 2013", MISSING),
        ("date", "2 days ago", MISSING),
        ("money", "$899.00", "899.00 USD"),
        ("money", "£1,899", "1899 GBP"),
        ("money", "899.00", "899.00"),
        ("money", "call us", MISSING),
    ],
)
def test_conversions(kind: Kind, text: str, value: Any) -> None:
    assert convert(Cell(text), Column("x", kind)) == value


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("in_stock", "In stock", True),
        ("in_stock", "Only 2 left", True),
        ("in_stock", "Out of stock", False),
        ("in_stock", "Sold out", False),
        ("sold_out", "Sold out", True),
        ("available", "Currently unavailable", False),
        ("member", "yes", True),
        ("member", "✗", False),
        ("in_stock", "Ask in the shop", MISSING),
        ("member", "perhaps", MISSING),
    ],
)
def test_booleans(name: str, text: str, value: Any) -> None:
    assert convert(Cell(text), Column(name, "bool")) is value


def test_a_link_becomes_an_absolute_address() -> None:
    assert convert(Cell("More", href="/a"), Column("x", "url"), base_url="http://h.example/b/") == "http://h.example/a"


def test_a_script_is_no_address() -> None:
    assert convert(Cell("More", href="javascript:alert(1)"), Column("x", "url")) is MISSING


def test_enums_match_whatever_the_case() -> None:
    column = Column("size", "enum", choices=("small", "large"))
    assert convert(Cell("LARGE"), column) == "large"
    assert convert(Cell("medium"), column) is MISSING


def test_the_machine_readable_date_goes_first() -> None:
    assert convert(Cell("about a month ago", exact="2020-10-28T19:46:37+0000"), Column("x", "date")) == "2020-10-28"


def shape(schema: object, output_type: str = "structured_json") -> Shape | None:
    return shape_of(TaskSpec("", output_type, schema))  # type: ignore[arg-type]


def test_an_array_of_objects_with_nulls_and_formats() -> None:
    read = shape(
        {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "price": {"anyOf": [{"type": "number"}, {"type": "null"}]},
                    "when": {"type": ["string", "null"], "format": "date"},
                },
                "required": ["name"],
            },
        }
    )
    assert read is not None
    assert [(c.name, c.kind, c.nullable, c.required) for c in read.columns] == [
        ("name", "str", False, True),
        ("price", "float", True, False),
        ("when", "date", True, False),
    ]


def test_a_list_inside_an_object_and_a_reference() -> None:
    item = {"type": "object", "properties": {"n": {"type": "integer"}}}
    read = shape(
        {
            "type": "object",
            "properties": {"rows": {"type": "array", "items": {"$ref": "#/$defs/R"}}},
            "$defs": {"R": item},
        }
    )
    assert read is not None
    assert (read.wrapper, [c.name for c in read.columns]) == ("rows", ["n"])


def test_one_object_is_one_record() -> None:
    read = shape({"type": "object", "properties": {"n": {"type": "integer"}, "m": {"type": "string"}}})
    assert read is not None
    assert not read.many


def test_an_open_list_has_the_pages_own_columns() -> None:
    assert shape({"type": "array", "items": {"type": "object"}}) == Shape()


def test_csv_columns_are_text() -> None:
    read = shape(["name", "price"], "structured_csv")
    assert read is not None
    assert [(c.name, c.kind, c.nullable) for c in read.columns] == [("name", "str", True), ("price", "str", True)]


@pytest.mark.parametrize(
    ("left", "right"),
    [("bank_name", "Bank Name"), ("per_100g", "Value per 100.0 g"), ("productPrice", "product-price")],
)
def test_names_that_mean_the_same(left: str, right: str) -> None:
    assert likeness(tokens(left), tokens(right)) > 0.8


@pytest.mark.parametrize(
    ("column", "heading"),
    [
        ("ph", "pH"), ("pH", "pH"), ("PH", "pH"), ("ph", "ph"), ("pH", "PH"),
        ("co2", "CO₂"), ("co2", "CO2"), ("CO2", "CO₂"),
        ("unit_price", "UnitPrice"), ("unit_price", "unit price"), ("unitprice", "Unit Price"),
        ("unitPrice", "UNIT_PRICE"), ("iphone", "iPhone"), ("youtube", "YouTube"), ("kwh", "kWh"),
    ],
)  # fmt: skip
def test_names_that_differ_in_case_and_spaces_alone_are_the_same(column: str, heading: str) -> None:
    assert likeness(tokens(column), tokens(heading)) == pytest.approx(1.0)


@pytest.mark.parametrize(("column", "heading"), [("ph", "Soil pH"), ("unitprice", "Unit Price (EUR)")])
def test_a_name_is_found_as_a_part_of_a_longer_one(column: str, heading: str) -> None:
    assert likeness(tokens(column), tokens(heading)) > 0.8


def test_names_that_have_nothing_in_common() -> None:
    assert likeness(tokens("city"), tokens("closing date")) == 0

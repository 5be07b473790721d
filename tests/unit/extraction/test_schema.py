"""The columns that a JSON Schema asks for, and the records that are made of their values."""

from __future__ import annotations

import pytest

from webrun_nb.common.column_types import ColumnType, column_schema, parse_columns
from webrun_nb.extraction.schema import ANSWER, MOST_COLUMNS, SchemaShapeError, shape_of


def listed(**properties):
    return {"type": "array", "items": {"type": "object", "properties": properties}}


def columns(schema):
    return {wanted.name: (wanted.type, wanted.column.nullable) for wanted in shape_of(schema).columns}


def test_a_list_of_records():
    shape = shape_of(listed(name={"type": "string"}, price={"type": ["number", "null"]}))
    assert (shape.many, shape.wrapper, shape.bare) == (True, "", False)
    assert [(w.name, w.type, w.column.nullable) for w in shape.columns] == [
        ("name", ColumnType.STR, False),
        ("price", ColumnType.FLOAT, True),
    ]


def test_without_a_schema_the_columns_are_the_pages():
    assert shape_of(None).columns == ()
    assert shape_of(None).many


def test_an_object_whose_only_property_is_a_list_wraps_it():
    shape = shape_of({"type": "object", "properties": {"items": listed(name={"type": "string"})}})
    assert (shape.many, shape.wrapper) == (True, "items")
    assert shape.data([{"name": "a"}]) == {"items": [{"name": "a"}]}


def test_an_object_is_one_record():
    shape = shape_of({"type": "object", "properties": {"name": {"type": "string"}}})
    assert not shape.many
    assert shape.data([{"name": "a"}]) == {"name": "a"}
    assert shape.data([]) is None


def test_a_list_of_values():
    shape = shape_of({"type": "array", "items": {"type": "integer"}})
    assert shape.bare
    assert shape.record({ANSWER: 3}) == 3


def test_a_single_value():
    shape = shape_of({"type": "number"})
    assert (shape.bare, shape.many) == (True, False)
    assert shape.data([shape.record({ANSWER: 2.5})]) == 2.5


def test_nested_objects_have_dotted_names_and_are_nested_again():
    address = {"type": "object", "properties": {"city": {"type": "string"}, "zip": {"type": "string"}}}
    shape = shape_of(listed(name={"type": "string"}, address=address))
    assert [w.name for w in shape.columns] == ["name", "address.city", "address.zip"]
    record = shape.record({"name": "a", "address.city": "Oslo"})
    assert record == {"name": "a", "address": {"city": "Oslo", "zip": None}}


def test_references_are_followed():
    schema = {
        "$defs": {
            "row": {"type": "object", "properties": {"when": {"$ref": "#/$defs/day"}}},
            "day": {"format": "date"},
        },
        "type": "array",
        "items": {"$ref": "#/$defs/row"},
    }
    assert columns(schema) == {"when": (ColumnType.DATE, False)}


def test_a_schema_that_refers_to_itself_ends():
    schema = {"type": "object", "properties": {"name": {"type": "string"}, "child": {"$ref": "#"}}}
    assert [w.name for w in shape_of(schema).columns][:2] == ["name", "child.name"]


def test_null_among_alternatives_is_nullable():
    schema = listed(a={"anyOf": [{"type": "integer"}, {"type": "null"}]}, b={"oneOf": [{"type": "boolean"}]})
    assert columns(schema) == {"a": (ColumnType.INT, True), "b": (ColumnType.BOOL, False)}


def test_all_parts_of_allof_count():
    schema = {"allOf": [{"type": "object", "properties": {"a": {"type": "string"}}}, {"properties": {"b": {}}}]}
    assert list(columns(schema)) == ["a", "b"]


def test_choices():
    (wanted,) = shape_of(listed(kind={"type": ["string", "null"], "enum": ["a", "b", None]})).columns
    assert (wanted.type, wanted.column.choices, wanted.column.nullable) == (ColumnType.ENUM, ("a", "b"), True)


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "string", "format": "money"}, ColumnType.MONEY),
        ({"type": "string", "format": "date-time"}, ColumnType.DATETIME),
        ({"type": "array", "items": {"type": "object", "properties": {"a": {}}}}, ColumnType.JSON),
        ({}, ColumnType.STR),
    ],
)
def test_types(schema, kind):
    assert columns(listed(x=schema, y={}))["x"] == (kind, False)


def test_a_text_called_url_is_an_address():
    assert columns(listed(product_url={"type": "string"}))["product_url"][0] is ColumnType.URL


def test_the_number_of_columns_is_capped():
    schema = listed(**{f"c{i}": {"type": "string"} for i in range(MOST_COLUMNS + 50)})
    assert len(shape_of(schema).columns) == MOST_COLUMNS


def test_properties_that_are_no_object_are_refused():
    with pytest.raises(SchemaShapeError):
        shape_of({"type": "object", "properties": [1]})


def test_lists_and_ranges_are_one_column_of_what_they_hold() -> None:
    columns = parse_columns("tags:list(str), price:range(money)?")
    shape = shape_of({"type": "object", "properties": {one.name: column_schema(one) for one in columns}})
    tags, price = (wanted.column for wanted in shape.columns)
    assert (tags.type, tags.item and tags.item.type) == (ColumnType.LIST, ColumnType.STR)
    assert (price.type, price.item and price.item.type) == (ColumnType.RANGE, ColumnType.MONEY)

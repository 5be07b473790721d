"""Tests of nullable copies of schemas, and of all that does not fit one."""

from __future__ import annotations

import jsonschema_rs
import pydantic
import pytest

from webrun_nb.common.column_types import column_schema, parse_columns
from webrun_nb.common.json_schema import every_misfit
from webrun_nb.common.nullable_schema import with_nulls


class Part(pydantic.BaseModel):
    number: int


class Laptop(pydantic.BaseModel):
    name: str
    price: float | None
    part: Part


FORBIDDING = [
    {"type": "integer"},
    {"$ref": "#/$defs/n"},
    {"enum": ["a", "b"]},
    {"const": 1},
    {"anyOf": [{"type": "integer"}, {"type": "string"}]},
    {"oneOf": [{"type": "integer"}, {"type": "string"}]},
    {"oneOf": [{"type": ["integer", "null"]}, {"type": ["string", "null"]}]},
    {"allOf": [{"type": "integer"}]},
    {"not": {"type": "null"}},
    {"anyOf": [{"type": ["integer", "null"]}], "enum": [1]},
    {"type": ["integer", "null"], "enum": [1, 2]},
    False,
]


def of(value):
    return {"$defs": {"n": {"type": "integer"}}, "type": "object", "properties": {"v": value}}


@pytest.mark.parametrize("value", FORBIDDING, ids=str)
def test_a_copy_allows_null_where_the_schema_does_not(value):
    assert not jsonschema_rs.is_valid(of(value), {"v": None})
    assert jsonschema_rs.is_valid(with_nulls(of(value)), {"v": None})


@pytest.mark.parametrize("value", FORBIDDING, ids=str)
def test_a_copy_allows_nothing_else(value):
    for other in (1, 2, "a", "x", [], {}, True):
        assert jsonschema_rs.is_valid(of(value), {"v": other}) == jsonschema_rs.is_valid(
            with_nulls(of(value)), {"v": other}
        )


def test_a_column_list_stays_as_it_is():
    columns = parse_columns("a:str, b:enum(x|y), c:list(int), d:range(date), e:money?")
    schema = {"type": "array", "items": of({}) | {"properties": {one.name: column_schema(one) for one in columns}}}
    assert with_nulls(schema) == schema


def test_nested_models_may_be_null_at_all_depths():
    schema = with_nulls(pydantic.TypeAdapter(list[Laptop]).json_schema())
    assert jsonschema_rs.is_valid(schema, [{"name": None, "price": 1, "part": {"number": None}}])
    assert jsonschema_rs.is_valid(schema, [{"name": "x", "price": None, "part": None}])


def test_a_copy_of_a_copy_is_the_copy():
    once = with_nulls(pydantic.TypeAdapter(list[Laptop]).json_schema())
    assert with_nulls(once) == once


def test_misfits_have_their_place_and_reason():
    schema = {"type": "array", "items": {"properties": {"n": {"type": "integer", "minimum": 0}}}}
    found = [([*place], why) for place, why in every_misfit(schema, [{"n": 1}, {"n": None}, {"n": -1}])]
    assert [place for place, _ in found] == [[1, "n"], [2, "n"]]
    assert "minimum" in found[1][1]

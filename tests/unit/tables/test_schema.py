"""Tests of schemas: column lists, models, dataclasses and JSON Schema."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import json
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import jsonschema_rs
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from webrun_nb.common.column_types import Column, ColumnListError, ColumnType, parse_columns
from webrun_nb.tables.schema import Schema, SchemaError, any_records, from_object, resolve


class Condition(enum.Enum):
    NEW = "new"
    USED = "used"


class Maker(pydantic.BaseModel):
    name: str


class Laptop(pydantic.BaseModel):
    name: str
    price: Decimal | None = None
    released: datetime.date
    seen: datetime.datetime
    condition: Condition
    grade: Literal["a", "b"]
    maker: Maker
    tags: list[str]
    link: pydantic.HttpUrl
    stock: int = 0


@dataclasses.dataclass
class Shop:
    name: str
    city: str | None = None


COLUMNS = "name:str, n:int, price:float?, ok:bool, when:date, at:datetime, link:url, kind:enum(a|b)?, cost:money"


def test_a_column_list_is_a_list_of_records() -> None:
    schema = resolve(COLUMNS, {})
    assert schema.many
    assert [(column.name, column.type.label) for column in schema.columns] == [
        ("name", "str"),
        ("n", "int"),
        ("price", "float"),
        ("ok", "bool"),
        ("when", "date"),
        ("at", "datetime"),
        ("link", "url"),
        ("kind", "enum"),
        ("cost", "money"),
    ]


def test_only_a_question_mark_makes_a_column_nullable() -> None:
    assert [column.name for column in resolve(COLUMNS, {}).columns if column.nullable] == ["price", "kind"]


def test_what_a_column_list_sends() -> None:
    assert resolve(
        "name:str, price:float?, when:date, at:datetime, link:url, cost:money, kind:enum(a| b c)", {}
    ).json_schema == {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "name": {"type": ["string", "null"]},
                "price": {"type": ["number", "null"]},
                "when": {"type": ["string", "null"], "format": "date"},
                "at": {"type": ["string", "null"], "format": "date-time"},
                "link": {"type": ["string", "null"], "format": "uri"},
                "cost": {
                    "type": ["string", "null"],
                    "format": "money",
                    "pattern": r"^-?\d+(\.\d+)?( [A-Z]{3})?$",
                },
                "kind": {"type": ["string", "null"], "enum": ["a", "b c", None]},
            },
            "required": ["name", "price", "when", "at", "link", "cost", "kind"],
            "additionalProperties": False,
        },
    }


def test_every_value_may_be_null_on_the_wire() -> None:
    schema = resolve(COLUMNS, {})
    record = dict.fromkeys(column.name for column in schema.columns)
    jsonschema_rs.validate(schema.json_schema, [record])


@given(text=st.text(alphabet=st.sampled_from("ab:,?()| strintenumdatefl\nü"), max_size=40))
def test_column_lists_parse_or_are_refused(text: str) -> None:
    try:
        columns = parse_columns(text)
    except ColumnListError:
        return
    assert len({column.name for column in columns}) == len(columns) > 0


_NAMES = st.from_regex(r"[a-z][a-z_0-9]{0,8}", fullmatch=True)
_KINDS = st.sampled_from(["str", "int", "float", "bool", "date", "datetime", "url", "money", "enum(x|y)"])


@given(st.lists(st.tuples(_NAMES, _KINDS, st.booleans()), min_size=1, max_size=6, unique_by=lambda one: one[0]))
def test_column_lists_round_trip(parts: list[tuple[str, str, bool]]) -> None:
    text = " , ".join(f"{name} : {kind}{'?' * nullable}" for name, kind, nullable in parts)
    found = [(column.name, column.type.label, column.nullable) for column in resolve(text, {}).columns]
    assert found == [(name, kind.partition("(")[0], nullable) for name, kind, nullable in parts]


def test_a_pydantic_model_is_one_record() -> None:
    schema = resolve("Laptop", {"Laptop": Laptop})
    assert (schema.many, schema.source) == (False, "Laptop")
    assert schema.columns == (
        Column("name", ColumnType.STR),
        Column("price", ColumnType.FLOAT, nullable=True),
        Column("released", ColumnType.DATE),
        Column("seen", ColumnType.DATETIME),
        Column("condition", ColumnType.ENUM, choices=("new", "used")),
        Column("grade", ColumnType.ENUM, choices=("a", "b")),
        Column("maker", ColumnType.JSON),
        Column("tags", ColumnType.LIST, item=Column("tags", ColumnType.STR)),
        Column("link", ColumnType.URL),
        Column("stock", ColumnType.INT, nullable=True),
    )


@pytest.mark.parametrize("text", ["list[Laptop]", "List[Laptop]", "Laptops"])
def test_a_list_of_models_is_many(text: str) -> None:
    schema = resolve(text, {"Laptop": Laptop, "Laptops": list[Laptop]})
    assert (schema.many, len(schema.columns)) == (True, 10)


def test_a_dataclass_is_one_record() -> None:
    schema = resolve("Shop", {"Shop": Shop})
    assert (schema.many, schema.columns) == (
        False,
        (Column("name", ColumnType.STR), Column("city", ColumnType.STR, nullable=True)),
    )


JSON_SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
}


def test_a_dict_a_literal_and_a_file_are_the_same_json_schema(tmp_path: Path) -> None:
    path = tmp_path / "shape.json"
    path.write_text(json.dumps(JSON_SCHEMA), encoding="utf-8")
    found = [resolve(text, {"shape": JSON_SCHEMA}) for text in ("shape", json.dumps(JSON_SCHEMA), str(path))]
    assert [(one.json_schema, one.columns, one.many) for one in found] == [
        (JSON_SCHEMA, (Column("a", ColumnType.INT),), True)
    ] * 3


@pytest.mark.parametrize(
    ("json_schema", "many", "kind"),
    [({"type": "string"}, False, "str"), ({"type": "array", "items": {"type": "number"}}, True, "float")],
)
def test_bare_values_stand_in_the_column_answer(json_schema: dict[str, Any], many: bool, kind: str) -> None:
    schema = from_object(json_schema)
    assert (schema.many, schema.bare, [(c.name, c.type.label) for c in schema.columns]) == (
        many,
        True,
        [("answer", kind)],
    )


def test_references_are_followed_and_circles_are_not() -> None:
    schema = from_object(
        {
            "$ref": "#/$defs/node",
            "$defs": {
                "node": {
                    "type": "object",
                    "properties": {"next": {"$ref": "#/$defs/loop"}, "n": {"$ref": "#/$defs/n"}},
                },
                "loop": {"$ref": "#/$defs/loop"},
                "n": {"type": ["integer", "null"]},
            },
        }
    )
    assert [(column.name, column.type.label) for column in schema.columns] == [("next", "json"), ("n", "int")]


def test_open_records_leave_the_columns_to_the_page() -> None:
    schema = any_records()
    assert (schema.json_schema, schema.columns, schema.many) == (
        {"type": "array", "items": {"type": "object"}},
        (),
        True,
    )


@pytest.mark.parametrize(
    "given_object",
    [Laptop, list[Laptop], Shop, JSON_SCHEMA, "name:str", any_records()],
    ids=lambda value: str(value)[:20],
)
def test_objects_of_the_object_api(given_object: object) -> None:
    assert isinstance(from_object(given_object), Schema)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("", "empty", "name:str"),
        ("name:strng", "'strng'", "name:str"),
        ("name:number", "'number'", "name:float"),
        ("name:Integer", "'Integer'", "name:int"),
        ("name:wibble", "'wibble'", "str int float"),
        ("name, price:float", "'name' has no type", "name:str"),
        ("name:, price:float", "'name' has no type", "name:str"),
        ("name:str,", "comma", "name:str"),
        ("name:str;price:float", "commas, not by semicolons", "name:str, price:float"),
        ("name:str price:float", "a comma is missing after name:str", "'name:str, price:float'"),
        ("name:str? kind:enum(a | b)?", "a comma is missing after name:str?", "'name:str?, kind:enum(a | b)?'"),
        ("kind:enum(a | b) name:str", "a comma is missing after kind:enum(a | b)", "enum(a | b), name:str"),
        ("name:str, name:int", "twice", "once"),
        ("na<me:str", "'na<me'", "letters"),
        ("kind:enum()", "'kind'", "enum(a|b)"),
        ("kind:enum(a|a)", "'kind'", "enum(a|b)"),
        ("Lapto", "'Lapto'", "Laptop"),
        ("unheard", "'unheard'", "unheard:str"),
        ("number", "int", "pydantic"),
        ("shop", "the class Shop", "name the class"),
        ("list[number]", "not a class", "pydantic"),
        ("{type: object}", "not JSON", "single quotes"),
        ("[1, 2]", "not an object", "items"),
        ("{}", "not a JSON Schema", "properties"),
        ("fields", "not a JSON Schema", "name:str"),
        ('{"type": "laptop"}', "at type", "json-schema"),
        ('{"properties": {"a": {"type": 3}}}', "at properties/a/type", "json-schema"),
        ("missing.json", "missing.json can't be read", "relative"),
    ],
)
def test_what_is_no_schema(text: str, message: str, hint: str) -> None:
    names = {"Laptop": Laptop, "number": 3, "shop": Shop("x"), "fields": {"name": "str"}}
    with pytest.raises(SchemaError) as caught:
        resolve(text, names)
    assert (message in caught.value.message, hint in caught.value.hint) == (True, True), caught.value.args


def test_a_model_without_a_json_schema_is_refused_in_one_line() -> None:
    class Odd(pydantic.BaseModel):
        model_config = pydantic.ConfigDict(arbitrary_types_allowed=True)
        handle: Path | object
        thing: Exception

    with pytest.raises(SchemaError) as caught:
        from_object(Odd)
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("column_type", [one for one in ColumnType if one is not ColumnType.JSON])
def test_every_type_comes_back_from_the_schema_that_it_sends(column_type: ColumnType) -> None:
    sent = resolve(f"value:{column_type.written}", {})
    assert [column.type for column in sent.columns] == [column_type]
    assert [column.type for column in from_object(sent.json_schema).columns] == [column_type]


@pytest.mark.parametrize(
    ("column_type", "alias"), [(one, alias) for one in ColumnType for alias in one.aliases], ids=lambda one: str(one)
)
def test_a_type_of_another_language_leads_to_ours(column_type: ColumnType, alias: str) -> None:
    with pytest.raises(SchemaError) as caught:
        resolve(f"value:{alias}", {})
    assert caught.value.hint == f"did you mean value:{column_type.written}?"

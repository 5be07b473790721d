"""Schemas: the shape that an answer is requested in, read from every notation that users may write.

A schema is written as a column list (`name:str, price:float?`), as a name in the notebook (a pydantic model,
a dataclass, `list[Model]`, a dict), as a `.json` file or as JSON. Each of them becomes one `Schema`: the JSON
Schema that is sent as `outputSchema` (contract, section 3), and the columns that a frame is made of.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pydantic
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from webrun_nb.client.errors import WebRunError
from webrun_nb.common.codes import ToolkitErrorCode
from webrun_nb.common.column_types import (
    BY_FORMAT,
    BY_JSON_TYPE,
    COLUMNS_HINT,
    RANGE_ENDS,
    Column,
    ColumnListError,
    ColumnType,
    column_schema,
    parse_columns,
)
from webrun_nb.common.json_schema import schema_fault
from webrun_nb.common.text import closest_match

__all__ = ["ANSWER", "Schema", "SchemaError", "any_records", "from_object", "resolve"]

ANSWER = "answer"
"""The name of the only column of an answer that does not consist of records."""

_MODEL_LIST = re.compile(r"[Ll]ist\[\s*(?P<model>\w+)\s*\]")
_MOST_NESTED = 6
"""Levels of records within records that become columns; a schema may contain itself."""
_KEYWORDS = frozenset({"type", "properties", "items", "$ref", "anyOf", "oneOf", "allOf", "enum", "const"})


class SchemaError(WebRunError):
    """A schema is invalid.

    Parameters
    ----------
    message : str
        One line: what is wrong.
    hint : str
        One line: what to write instead.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(f"schema: {message}", code=ToolkitErrorCode.ARGUMENT, hint=hint)


@dataclasses.dataclass(frozen=True, slots=True)
class Schema:
    """A parsed schema.

    Parameters
    ----------
    json_schema : dict
        The JSON Schema that is sent.
    columns : tuple of Column
        The frame's columns, in order; empty if the schema leaves them to the page.
    many : bool
        True for a list (a row per item), False for one record (one row).
    source : str
        The text of the user, or the name of the given object.
    bare : bool
        True if the answer consists of values instead of records; they form the column `answer`.
    flat : bool
        True if records within records are columns with dotted names (`address.city`) instead of one column each.
    """

    json_schema: dict[str, Any]
    columns: tuple[Column, ...]
    many: bool
    source: str = ""
    bare: bool = False
    flat: bool = False

    def flattened(self) -> Schema:
        """Return the schema with a column for each value of the records within its records."""
        if self.bare:
            return self
        reader = _SchemaReader(self.json_schema)
        top = reader.deref(self.json_schema)
        columns = reader.columns(top.get("items", {}) if self.many else top, flat=True) or ()
        return dataclasses.replace(self, columns=columns, flat=True)


def any_records() -> Schema:
    """Return the schema of a list of records with any fields, for a table without a schema of the user."""
    return Schema({"type": "array", "items": {"type": "object"}}, (), many=True)


def resolve(text: str, namespace: Mapping[str, object]) -> Schema:
    """Parse a schema from text.

    >>> schema = resolve("name:str, price:float?", {})
    >>> [column.name for column in schema.columns], schema.many
    (['name', 'price'], True)

    Parameters
    ----------
    text : str
        A column list, a bare name or `list[Name]`, a path that ends in `.json`, or a JSON Schema.
    namespace : mapping of str to object
        The notebook's names.

    Raises
    ------
    SchemaError
        The text is none of these.
    """
    text = text.strip()
    if not text:
        raise SchemaError("it is empty", COLUMNS_HINT)
    if text.startswith(("{", "[")):
        return _from_json(text, "the text", text)
    if text.lower().endswith(".json"):
        return _from_file(text)
    listed = _MODEL_LIST.fullmatch(text)
    if listed:
        model = _lookup(listed["model"], namespace)
        if not isinstance(model, type):
            raise SchemaError(f"{listed['model']} is not a class", "list[…] takes a pydantic model or a dataclass")
        return dataclasses.replace(from_object(types.GenericAlias(list, (model,))), source=text)
    if text.isidentifier():
        return dataclasses.replace(from_object(_lookup(text, namespace)), source=text)
    try:
        columns = parse_columns(text)
    except ColumnListError as error:
        raise SchemaError(str(error), error.hint) from error
    return Schema(_record_list(columns), columns, many=True, source=text)


def from_object(schema: object) -> Schema:
    """Return the schema that a Python object describes (the argument `schema=` of functions).

    Parameters
    ----------
    schema : object
        A `Schema`, a pydantic model class or dataclass (one record), `list[…]` of one (many), a dict that is
        a JSON Schema, or a text for `resolve`, without the names of a notebook.

    Raises
    ------
    SchemaError
        The object is none of these.
    """
    if isinstance(schema, Schema):
        return schema
    if isinstance(schema, str):
        return resolve(schema, {})
    if isinstance(schema, Mapping):
        return _from_mapping(dict(schema), "the dict", "dict")
    element = schema
    if typing.get_origin(schema) is list:
        (element,) = typing.get_args(schema) or (None,)
    if _is_model(element):
        try:
            adapter: pydantic.TypeAdapter[Any] = pydantic.TypeAdapter(cast(Any, schema))
            json_schema = adapter.json_schema(schema_generator=_ModelSchema)
        except pydantic.errors.PydanticUserError as error:
            first_line = str(error).splitlines()[0]
            raise SchemaError(f"{_name(element)} has no JSON Schema: {first_line}", COLUMNS_HINT) from error
        return _from_mapping(json_schema, _name(element), _name(schema))
    if _is_model(type(schema)):
        raise SchemaError(f"a schema is the class {type(schema).__name__}, not one of its objects", "name the class")
    raise SchemaError(
        f"a value of the type {type(schema).__name__} is not a schema",
        "give a pydantic model, a dataclass, list[Model], a JSON Schema or columns",
    )


class _ModelSchema(GenerateJsonSchema):
    """Generator of pydantic's JSON Schema that describes `Decimal` as a number instead of number or string."""

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        """Return the numeric alternative of pydantic's schema of a `Decimal`."""
        accepted = super().decimal_schema(schema)
        return next((one for one in accepted.get("anyOf", ()) if one.get("type") == "number"), accepted)


def _record_list(columns: tuple[Column, ...]) -> dict[str, Any]:
    return {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {column.name: column_schema(column) for column in columns},
            "required": [column.name for column in columns],
            "additionalProperties": False,
        },
    }


def _is_model(value: object) -> bool:
    return inspect.isclass(value) and (issubclass(value, pydantic.BaseModel) or dataclasses.is_dataclass(value))


def _name(value: object) -> str:
    return value.__name__ if inspect.isclass(value) else str(value)


def _lookup(name: str, namespace: Mapping[str, object]) -> object:
    if name in namespace:
        return namespace[name]
    meant = closest_match(name, [known for known in namespace if not known.startswith("_")])
    raise SchemaError(
        f"there is no {name!r} in the notebook",
        f"did you mean {meant}?" if meant else f"run the cell that defines it; a column needs a type: {name}:str",
    )


def _from_file(text: str) -> Schema:
    path = Path(text).expanduser()
    try:
        content = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise SchemaError(f"{text} is not UTF-8 text", "save the schema as JSON in UTF-8") from error
    except OSError as error:
        where = f"relative paths start at {Path.cwd()}"
        raise SchemaError(f"{text} can't be read: {error.strerror}", where) from error
    return _from_json(content, text, text)


def _from_json(content: str, what: str, source: str) -> Schema:
    try:
        json_schema = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise SchemaError(
            f"{what} is not JSON: {error}",
            """on a line, put it in single quotes: --schema '{"type": "object"}'""",
        ) from error
    if not isinstance(json_schema, dict):
        raise SchemaError(
            f"{what} is JSON, but not a JSON Schema: it is not an object",
            'a list is {"type": "array", "items": {…}}',
        )
    return _from_mapping(json_schema, what, source)


def _from_mapping(json_schema: dict[str, Any], what: str, source: str) -> Schema:
    """Validate a JSON Schema and read its columns. The schema itself is sent unchanged."""
    if not _KEYWORDS & json_schema.keys():
        raise SchemaError(
            f"{what} is not a JSON Schema: it has none of type, properties, items, …",
            """columns are written name:str, price:float; as a dict: {"type": "object", "properties": {…}}""",
        )
    try:
        plain = json.loads(json.dumps(json_schema, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise SchemaError(f"{what} is not a JSON Schema: {error}", "use plain JSON values") from error
    fault = schema_fault(plain)
    if fault is not None:
        raise SchemaError(f"{what} is not a JSON Schema: {fault}", "see json-schema.org")
    reader = _SchemaReader(plain)
    top = reader.deref(plain)
    many = "items" in top or "array" in _listed(top.get("type"))
    element = top.get("items", {}) if many else top
    columns = reader.columns(element)
    if columns is None:
        return Schema(plain, (reader.column(ANSWER, element, True),), many=many, source=source, bare=True)
    return Schema(plain, columns, many=many, source=source)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


class _SchemaReader:
    """Reader of the columns of a JSON Schema; resolves its local `$ref`s."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root

    def deref(self, schema: object) -> Mapping[str, Any]:
        """Resolve `#/…` references. Unresolvable ones, and the schemas `true` and `false`, become an empty schema."""
        seen: set[str] = set()
        while isinstance(schema, Mapping) and isinstance(reference := schema.get("$ref"), str):
            if reference in seen or not reference.startswith("#"):
                return {}
            seen.add(reference)
            schema = self._follow(reference)
        return schema if isinstance(schema, Mapping) else {}

    def _follow(self, reference: str) -> object:
        place: object = self._root
        for step in reference.removeprefix("#").strip("/").split("/"):
            key = step.replace("~1", "/").replace("~0", "~")
            if key:
                place = place.get(key) if isinstance(place, Mapping) else None
        return place

    def columns(
        self, element: object, *, flat: bool = False, within: tuple[str, ...] = ()
    ) -> tuple[Column, ...] | None:
        """Return a column per property, no columns for an open record, and None for a schema that is no record.

        With `flat`, a record within the record has a column per property, with a dotted name. One that contains itself
        is one column, from its second occurrence on.
        """
        record = self.deref(element)
        properties = record.get("properties")
        if isinstance(properties, Mapping):
            required = record.get("required", [])
            made: list[Column] = []
            for name, schema in properties.items():
                path = (*within, name)
                inner = self._inner_record(schema) if flat and len(path) < _MOST_NESTED else None
                if inner is not None:
                    made += self.columns(inner, flat=True, within=path) or ()
                else:
                    made.append(self.column(".".join(path), schema, name in required))
            return tuple(made)
        if not record or record.get("type") == "object":
            return ()
        return None

    def column(self, name: str, schema: object, required: bool) -> Column:
        """Return the column of one property."""
        alternatives, nullable = self._alternatives(schema)
        column_type, choices = self._type(alternatives)
        nullable = nullable or not required
        if column_type is ColumnType.JSON and (held := self._held(alternatives)):
            holder, item = held
            return Column(
                name, holder, nullable, item=dataclasses.replace(self.column(name, item, True), nullable=False)
            )
        return Column(name, column_type, nullable=nullable, choices=choices)

    def _inner_record(self, schema: object) -> Mapping[str, Any] | None:
        """Return the schema of a record within a record; None for anything else."""
        (option, *others) = self._alternatives(schema)[0] or [{}]
        is_record = isinstance(option.get("properties"), Mapping) and bool(option["properties"])
        return option if is_record and not others and self._held([option]) is None else None

    def _held(self, alternatives: list[Mapping[str, Any]]) -> tuple[ColumnType, object] | None:
        """Return the schema of what a list or a range holds; None for those that a column list can't express."""
        (option, *others) = alternatives or [{}]
        ends = self.deref(option.get("properties"))
        if option.get("type") == "array" and "items" in option:
            holder, item = ColumnType.LIST, option["items"]
        elif option.get("format") == ColumnType.RANGE.json_schema["format"] and set(ends) == set(RANGE_ENDS):
            holder, item = ColumnType.RANGE, ends[RANGE_ENDS[0]]
        else:
            return None
        simple = self._type(self._alternatives(item)[0])[0] is not ColumnType.JSON
        return (holder, item) if simple and not others else None

    def _alternatives(self, schema: object) -> tuple[list[Mapping[str, Any]], bool]:
        """Return the alternatives of a schema without null, and whether a value may be null."""
        schema = self.deref(schema)
        options = schema.get("anyOf") or schema.get("oneOf") or [schema]
        found: list[Mapping[str, Any]] = []
        nullable = False
        for option in map(self.deref, options):
            several = _listed(option.get("type"))
            nullable = nullable or "null" in several or None in option.get("enum", ())
            found.extend({**option, "type": kind} for kind in several if kind != "null")
        return found, nullable

    def _type(self, alternatives: list[Mapping[str, Any]]) -> tuple[ColumnType, tuple[str, ...]]:
        if len(alternatives) != 1:
            return ColumnType.JSON, ()
        (option,) = alternatives
        values = [option["const"]] if "const" in option else option.get("enum")
        if values is not None:
            words = [value for value in values if value is not None]
            if words and all(isinstance(word, str) for word in words):
                return ColumnType.ENUM, tuple(words)
        named = BY_FORMAT.get(str(option.get("format", "")))
        if named is not None and named.json_schema["type"] == option["type"]:
            return named, ()
        return BY_JSON_TYPE.get(option["type"] or "", ColumnType.JSON), ()

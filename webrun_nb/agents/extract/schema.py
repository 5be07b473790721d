"""The shape of an answer: the columns of a JSON Schema or of a CSV's header."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from webrun_nb.agents.base import AgentError, TaskSpec
from webrun_nb.common.codes import TaskFailureCode

Kind = Literal["str", "int", "float", "bool", "date", "datetime", "url", "money", "enum", "list", "any"]

_FORMATS: Mapping[str, Kind] = {
    "date": "date",
    "date-time": "datetime",
    "uri": "url",
    "url": "url",
    "uri-reference": "url",
    "money": "money",
}
_TYPES: Mapping[str, Kind] = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "array": "list"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the answer. `wish` is what the instruction calls it.

    `field_key` is the key of the page's field that a person has chosen for it; empty where none was chosen.
    """

    name: str
    kind: Kind = "str"
    nullable: bool = True
    required: bool = False
    choices: tuple[Any, ...] = ()
    wish: str = ""
    item: Column | None = None
    """What a list holds."""
    field_key: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """The form of the whole answer.

    `many`: a list; `wrapper`: the property of an object that holds the list; `columns` empty: the page's own.
    """

    columns: tuple[Column, ...] = ()
    many: bool = True
    wrapper: str | None = None


def shape_of(brief: TaskSpec) -> Shape | None:
    """Read the shape from a brief; None for a text answer.

    Raises
    ------
    AgentError
        `OUTPUT_SCHEMA_MISMATCH`, where a schema asks for something else than records.
    """
    if brief.output_type == "text":
        return None
    schema = brief.output_schema
    if brief.output_type == "structured_csv":
        names = schema if isinstance(schema, Sequence) and not isinstance(schema, str) else ()
        return Shape(tuple(Column(str(name), _kind_by_name(str(name), "str"), required=True) for name in names))
    if schema is None:
        return Shape()
    if not isinstance(schema, Mapping):
        return Shape(tuple(Column(str(name), _kind_by_name(str(name), "str"), required=True) for name in schema))
    root = _resolved(schema, schema)
    if root.get("type") == "array" or "items" in root:
        return Shape(_columns(_resolved(root.get("items", {}), schema), schema))
    properties = root.get("properties")
    if not isinstance(properties, Mapping):
        return Shape(many=False) if root.get("type") == "object" else _unfit()
    lists = [(name, _resolved(value, schema)) for name, value in properties.items()]
    for name, value in lists:
        items = _resolved(value.get("items", {}), schema) if value.get("type") == "array" else {}
        if len(lists) == 1 and (items.get("type") == "object" or "properties" in items):
            return Shape(_columns(items, schema), wrapper=str(name))
    return Shape(_columns(root, schema), many=False)


def _unfit() -> Shape:
    raise AgentError(
        TaskFailureCode.OUTPUT_SCHEMA_MISMATCH,
        "The local agent makes records; the schema's root must be an object or an array of objects.",
    )


def _columns(record: Mapping[str, Any], root: Mapping[str, Any]) -> tuple[Column, ...]:
    properties = record.get("properties")
    if not isinstance(properties, Mapping):
        return ()
    required = record.get("required")
    names = set(required) if isinstance(required, list) else set()
    return tuple(_column(str(name), _resolved(value, root), root, name in names) for name, value in properties.items())


def _column(name: str, schema: Mapping[str, Any], root: Mapping[str, Any], required: bool) -> Column:
    nullable = False
    for key in ("anyOf", "oneOf"):
        options = schema.get(key)
        if isinstance(options, list):
            resolved = [_resolved(option, root) for option in options]
            nullable = nullable or any(option.get("type") == "null" for option in resolved)
            rest = [option for option in resolved if option.get("type") != "null"]
            schema = {**rest[0], **{k: v for k, v in schema.items() if k != key}} if rest else schema
    kinds = schema.get("type")
    if isinstance(kinds, list):
        nullable = nullable or "null" in kinds
        kinds = next((kind for kind in kinds if kind != "null"), "null")
    choices = schema.get("enum") or ([schema["const"]] if "const" in schema else [])
    if choices:
        nullable = nullable or None in choices
        return Column(name, "enum", nullable, required, tuple(choice for choice in choices if choice is not None))
    kind = _kind_by_name(name, _TYPES.get(str(kinds), "any"))
    if kind in ("str", "any"):
        kind = _FORMATS.get(str(schema.get("format")), "str" if kind == "str" or kinds is None else "any")
    item = None
    if kind == "list":
        item = _column(name, _resolved(schema.get("items", {"type": "string"}), root), root, False)
    return Column(name, kind, nullable, required, item=item)


def _kind_by_name(name: str, kind: Kind) -> Kind:
    """Take a column of text that is called "url" or "link" for addresses, whatever the links' words are."""
    return "url" if kind == "str" and re.fullmatch(r"(?:\w+[_ -])?(?:url|href|permalink|link)", name, re.I) else kind


def _resolved(schema: Any, root: Mapping[str, Any], depth: int = 0) -> Mapping[str, Any]:
    """Follow local references (`#/$defs/…`)."""
    if not isinstance(schema, Mapping):
        return {}
    reference = schema.get("$ref")
    if not isinstance(reference, str) or not reference.startswith("#/") or depth > 20:
        return schema
    found: Any = root
    for part in reference[2:].split("/"):
        found = found.get(part.replace("~1", "/").replace("~0", "~"), {}) if isinstance(found, Mapping) else {}
    return {**_resolved(found, root, depth + 1), **{key: value for key, value in schema.items() if key != "$ref"}}

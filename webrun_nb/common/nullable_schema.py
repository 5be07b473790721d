"""Copies of JSON Schemas in which all values of records may be null. It needs no checker, whose import takes long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def with_nulls(schema: Any) -> Any:
    """Return a copy of a schema in which every value of a record may be null; those that may be stay as they are.

    >>> with_nulls({"type": "object", "properties": {"n": {"type": "integer"}}})["properties"]
    {'n': {'anyOf': [{'type': 'integer'}, {'type': 'null'}]}}
    """
    if not isinstance(schema, Mapping):
        return schema
    copy = dict(schema)
    if "items" in schema:
        copy["items"] = with_nulls(schema["items"])
    for key in ("anyOf", "oneOf", "allOf"):
        if isinstance(options := schema.get(key), list):
            copy[key] = [with_nulls(option) for option in options]
    for key in ("$defs", "definitions"):
        if isinstance(parts := schema.get(key), Mapping):
            copy[key] = {name: with_nulls(part) for name, part in parts.items()}
    if isinstance(properties := schema.get("properties"), Mapping):
        copy["properties"] = {name: _nullable(with_nulls(part)) for name, part in properties.items()}
    return copy


def _nullable(schema: Any) -> Any:
    return schema if _may_be_null(schema) else {"anyOf": [schema, {"type": "null"}]}


def _may_be_null(schema: Any) -> bool:
    """Return True for a schema that is known to allow null without following references."""
    if not isinstance(schema, Mapping):
        return schema is True
    if _MAY_FORBID_NULL & schema.keys():
        return False
    if "anyOf" in schema:
        return schema.keys() <= _HARMLESS and any(map(_may_be_null, schema["anyOf"]))
    if "enum" in schema and None not in schema["enum"]:
        return False
    kinds = schema.get("type", "null")
    return kinds == "null" or (isinstance(kinds, list) and "null" in kinds)


_MAY_FORBID_NULL = frozenset({"$ref", "$dynamicRef", "allOf", "oneOf", "not", "if", "const"})
_HARMLESS = frozenset({"anyOf", "title", "description", "default", "examples"})
"""The keywords beside which one alternative is enough."""

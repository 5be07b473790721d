"""The shape of the answer that a JSON Schema asks for: its columns, and how records are made of their values.

Nested objects become columns with dotted names (`address.city`); `Shape.record` nests their values again. A list of
objects inside a record is one column of the type `JSON`, with the columns of its objects (`Wanted.inner`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from webrun_nb.common.column_types import BY_FORMAT, BY_JSON_TYPE, RANGE_ENDS, Column, ColumnType

ANSWER = "answer"
"""The name of the column of an answer that consists of bare values."""
MOST_COLUMNS = 200
"""Further properties of a schema are not read."""
_RANGE = ColumnType.RANGE.json_schema["format"]
_DEEPEST = 8
"""References and nested objects are followed so far; a schema may refer to itself."""
_ADDRESS_NAME = re.compile(r"(?:.*[_ -])?(?:url|href|permalink|link)", re.IGNORECASE)
"""Texts in a column of such a name are addresses: a link's words are not asked for."""


class SchemaShapeError(ValueError):
    """A schema asks for something else than records or values of a page."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A column that is asked for."""

    column: Column
    """Its name (dotted if it is nested), type and choices."""
    path: tuple[str, ...]
    """The keys that lead to its value in a record."""
    description: str = ""
    """Its description in the schema."""
    required: bool = False
    inner: tuple[Wanted, ...] = ()
    """Of a list of records within a record: their columns."""

    @property
    def name(self) -> str:
        """The column's name."""
        return self.column.name

    @property
    def last(self) -> str:
        """The last part of its dotted name: what it is called in its record."""
        return self.path[-1].rpartition(".")[2]

    @property
    def type(self) -> ColumnType:
        """The column's type."""
        return self.column.type


@dataclass(frozen=True, slots=True)
class Shape:
    """The form of an answer.

    Parameters
    ----------
    columns : tuple of Wanted
        Empty if the schema leaves them to the page.
    many : bool
        True for a list of records.
    wrapper : str
        The property of the root object that holds the list; empty without one.
    bare : bool
        True if the answer consists of values instead of records.
    schema : mapping
        The JSON Schema itself.
    """

    columns: tuple[Wanted, ...] = ()
    many: bool = True
    wrapper: str = ""
    bare: bool = False
    schema: Mapping[str, Any] = field(default_factory=dict)

    def record(self, values: Mapping[str, Any]) -> Any:
        """Return a record, or the bare value, that the values of the columns (by name) make."""
        if self.bare:
            return values.get(ANSWER)
        record: dict[str, Any] = {} if self.columns else dict(values)
        for wanted in self.columns:
            *parents, last = wanted.path
            place = record
            for parent in parents:
                place = place.setdefault(parent, {})
            place[last] = values.get(wanted.name)
        return record

    def data(self, records: Sequence[Any]) -> Any:
        """Return the whole answer of the schema's form; None where one record is asked for and there is none."""
        if not self.many:
            return records[0] if records else None
        return {self.wrapper: list(records)} if self.wrapper else list(records)


def shape_of(schema: Mapping[str, Any] | None) -> Shape:
    """Read the shape from a JSON Schema; None stands for a list of records with the page's own columns.

    >>> shape = shape_of({"type": "object", "properties": {"price": {"type": "number"}}})
    >>> shape.many, [(wanted.name, wanted.type.label) for wanted in shape.columns]
    (False, [('price', 'float')])

    Raises
    ------
    SchemaShapeError
        Its root is neither an object, nor an array, nor a single value.
    """
    if schema is None:
        return Shape()
    root = _Reader(schema)
    top, _ = root.resolved(schema)
    if top.get("type") == "array" or "items" in top:
        return _shape_of_list(root, top.get("items", {}))
    if "properties" not in top:
        if top.get("type") == "object" or not top:
            return Shape(many=False, schema=schema)
        if "type" in top or "enum" in top:
            return Shape((root.wanted((ANSWER,), top, required=True),), many=False, bare=True, schema=schema)
        raise SchemaShapeError("the schema's root must be an object, an array or a value")
    properties = top["properties"]
    if not isinstance(properties, Mapping):
        raise SchemaShapeError("the schema's properties must be an object")
    lists = {str(name): root.items_of(value) for name, value in properties.items()}
    if len(lists) == 1:
        ((name, items),) = lists.items()
        if items is not None and (items.get("type") == "object" or "properties" in items):
            inner = _shape_of_list(root, items)
            return Shape(inner.columns, wrapper=name, schema=schema)
    return Shape(tuple(root.columns(top)), many=False, schema=schema)


def _shape_of_list(root: _Reader, items: Any) -> Shape:
    item, _ = root.resolved(items)
    if "properties" not in item and item.get("type") not in (None, "object"):
        return Shape((root.wanted((ANSWER,), item, required=True),), bare=True, schema=root.schema)
    return Shape(tuple(root.columns(item)), schema=root.schema)


class _Reader:
    """Reads parts of one schema, whose references are local to it."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.schema = schema
        self._columns_left = MOST_COLUMNS
        self._is_inside = False

    def columns(
        self, record: Mapping[str, Any], above: tuple[str, ...] = (), *, required: bool = True
    ) -> Iterator[Wanted]:
        properties = record.get("properties")
        if not isinstance(properties, Mapping):
            return
        names = record.get("required")
        needed = set(names) if isinstance(names, Sequence) and not isinstance(names, str) else set()
        for name, value in properties.items():
            path = (*above, str(name))
            must = required and name in needed
            resolved, _ = self.resolved(value)
            nested = resolved.get("properties")
            is_range = resolved.get("format") == _RANGE
            if isinstance(nested, Mapping) and nested and len(path) < _DEEPEST and not is_range:
                yield from self.columns(resolved, path, required=must)
            elif self._columns_left > 0:
                self._columns_left -= 1
                yield self.wanted(path, value, required=must)

    def wanted(self, path: tuple[str, ...], value: Any, *, required: bool) -> Wanted:
        schema, nullable = self.resolved(value)
        said = (schema.get("title"), schema.get("description"))
        description = " ".join(text for text in said if isinstance(text, str))
        column = self._column(".".join(path), schema, nullable)
        inner: tuple[Wanted, ...] = ()
        if column.type is ColumnType.JSON and not self._is_inside and (items := self.items_of(schema)) is not None:
            self._is_inside = True  # lists of records within those are not read
            inner = tuple(self.columns(items))
            self._is_inside = False
        return Wanted(column, path, description, required, inner)

    def _column(self, name: str, schema: Mapping[str, Any], nullable: bool) -> Column:
        choices = schema.get("enum", [schema["const"]] if "const" in schema else ())
        if isinstance(choices, Sequence) and not isinstance(choices, str) and choices:
            texts = tuple(choice for choice in choices if isinstance(choice, str))
            if texts:
                return Column(name, ColumnType.ENUM, nullable or None in choices, texts)
        if (held := self._held(schema)) is not None:
            holder, item_schema = held
            item = self._column(name, item_schema, False)
            if item.type is not ColumnType.JSON and item.item is None:
                return Column(name, holder, nullable, item=item)
        kind = BY_FORMAT.get(str(schema.get("format"))) or BY_JSON_TYPE.get(str(schema.get("type")))
        if kind is None:
            kind = ColumnType.JSON if schema.get("type") in ("object", "array") else ColumnType.STR
        if kind is ColumnType.STR and _ADDRESS_NAME.fullmatch(name):
            kind = ColumnType.URL
        return Column(name, kind, nullable)

    def _held(self, schema: Mapping[str, Any]) -> tuple[ColumnType, Mapping[str, Any]] | None:
        """Return the schema of the values that a list or a range holds."""
        if schema.get("type") == "array" and "items" in schema:
            return ColumnType.LIST, self.resolved(schema["items"])[0]
        if schema.get("format") == _RANGE:
            return ColumnType.RANGE, self.resolved(_properties(schema).get(RANGE_ENDS[0], {}))[0]
        return None

    def items_of(self, value: Any) -> Mapping[str, Any] | None:
        """Return the schema of an array's items; None for any other schema."""
        schema, _ = self.resolved(value)
        return self.resolved(schema.get("items", {}))[0] if schema.get("type") == "array" else None

    def resolved(self, value: Any, depth: int = 0) -> tuple[Mapping[str, Any], bool]:
        """Follow local references, join `allOf`, and take null out of the alternatives.

        Returns
        -------
        tuple of mapping and bool
            The schema without references, and whether null is among its alternatives.
        """
        if not isinstance(value, Mapping) or depth > _DEEPEST:
            return {}, False
        schema: dict[str, Any] = dict(value)
        nullable = False
        if isinstance(reference := schema.pop("$ref", None), str):
            found, nullable = self.resolved(self._referred(reference), depth + 1)
            schema = {**found, **schema}
        for part in schema.pop("allOf", None) or ():
            found, null = self.resolved(part, depth + 1)
            nullable = nullable or null
            schema = {**schema, **found, "properties": {**_properties(schema), **_properties(found)}}
        for key in ("anyOf", "oneOf"):
            options = [self.resolved(option, depth + 1) for option in schema.pop(key, None) or ()]
            kept = [option for option, _ in options if option.get("type") != "null"]
            nullable = nullable or len(kept) < len(options) or any(null for _, null in options)
            if kept:
                schema = {**kept[0], **schema}
        if isinstance(kinds := schema.get("type"), list):
            nullable = nullable or "null" in kinds
            schema["type"] = next((kind for kind in kinds if kind != "null"), "null")
        if not schema.get("properties", True):
            del schema["properties"]
        return schema, nullable

    def _referred(self, reference: str) -> Any:
        """Return the part of the schema that `#/$defs/name` names; nothing is ever fetched."""
        found: Any = self.schema
        if not reference.startswith("#"):
            return {}
        for step in reference[1:].strip("/").split("/") if len(reference) > 1 else ():
            key = step.replace("~1", "/").replace("~0", "~")
            found = found.get(key, {}) if isinstance(found, Mapping) else {}
        return found


def _properties(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    properties = schema.get("properties")
    return properties if isinstance(properties, Mapping) else {}

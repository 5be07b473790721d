"""Column types, and parsing of column lists: `name:str, price:float?, kind:enum(a|b), cost:money, tags:list(str)`.

`ColumnType` is the table of types: the JSON Schema of a type's values, the JSON Schema `format`s that are read as it,
and its names in other languages. Its dtype and its conversion to Python are in `tables.frames`. Lists and ranges
hold values of another type (`Column.item`).

On the wire every value may be null, so that an agent never has to invent one for a record that lacks it. Whether the
user allowed that (`?`) is kept in the column, and decides which rows count as incomplete.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from webrun_nb.common.text import closest_match

MONEY_PATTERN = r"^-?\d+(\.\d+)?( [A-Z]{3})?$"
"""An amount with its ISO 4217 currency if that is known: `899.00 USD`."""

QUANTITY_PATTERN = r"^-?\d+(\.\d+)?( \S{1,20}( \S{1,20}){0,3})?$"
"""An amount with its unit if that is known, in the unit's own short form: `0.75 kg`."""

RANGE_ENDS = ("low", "high")
"""The two properties of a range."""

COLUMNS_HINT = "write columns: 'name:str, price:float?, kind:enum(a|b)'"


class ColumnType(Enum):
    """A type that a column can have.

    Parameters
    ----------
    label : str
        Its name in a column list.
    json_schema : mapping
        JSON Schema of its values, null apart; `enum` adds its choices.
    aliases : tuple of str
        Names of the type in other programming languages and in SQL, for "did you mean"; they are too far from `label`
        for a search by spelling.
    formats : tuple of str
        Values of `format` in a JSON Schema that are read as this type, beside the one in `json_schema`.
    """

    STR = "str", {"type": "string"}, ("string", "text", "varchar", "object")
    INT = "int", {"type": "integer"}, ("integer",)
    FLOAT = "float", {"type": "number"}, ("number", "decimal", "double")
    BOOL = "bool", {"type": "boolean"}, ("boolean",)
    DATE = "date", {"type": "string", "format": "date"}, ("day",)
    DATETIME = "datetime", {"type": "string", "format": "date-time"}, ("timestamp", "time")
    URL = "url", {"type": "string", "format": "uri"}, ("link", "uri", "href"), ("url",)
    MONEY = "money", {"type": "string", "format": "money", "pattern": MONEY_PATTERN}, ("price", "currency")
    PERCENT = "percent", {"type": "number", "format": "percent"}, ("percentage", "pct")  # 5.5 is 5.5 %
    QUANTITY = (
        "quantity",
        {"type": "string", "format": "quantity", "pattern": QUANTITY_PATTERN},
        ("measure", "unit", "measurement"),
    )
    LIST = "list", {"type": "array"}, ("list", "array", "tuple", "set")
    RANGE = "range", {"type": "object", "format": "range"}, ("range", "interval")
    ENUM = "enum", {"type": "string"}, ("enum", "category", "choice")
    JSON = (
        "json",
        dict[str, Any](),
    )  # nested objects, lists, unions: comes from a JSON Schema or a model, never from a column list

    def __init__(
        self,
        label: str,
        json_schema: Mapping[str, Any],
        aliases: tuple[str, ...] = (),
        formats: tuple[str, ...] = (),
    ) -> None:
        self.label = label
        self.json_schema = json_schema
        self.aliases = aliases
        self.formats = formats

    @property
    def written(self) -> str:
        """The type as it is written in a column list."""
        return _WITH_ARGUMENT.get(self.label, self.label)


_WITH_ARGUMENT = {"enum": "enum(a|b)", "list": "list(str)", "range": "range(float)"}
"""The notation of a type that takes an argument, by label."""
RANGED = frozenset(
    {ColumnType.INT, ColumnType.FLOAT, ColumnType.DATE, ColumnType.DATETIME, ColumnType.MONEY, ColumnType.PERCENT}
    | {ColumnType.QUANTITY}
)
"""The types of values that have an order, which a range can be made of."""
BY_LABEL: Mapping[str, ColumnType] = {
    kind.label: kind for kind in ColumnType if kind.label not in _WITH_ARGUMENT and kind is not ColumnType.JSON
}
"""The types whose name in a column list is one word."""
BY_JSON_TYPE: Mapping[str, ColumnType] = {
    kind.json_schema["type"]: kind for kind in BY_LABEL.values() if "format" not in kind.json_schema
}
BY_FORMAT: Mapping[str, ColumnType] = {
    name: kind
    for kind in BY_LABEL.values()
    for name in (kind.json_schema.get("format"), *kind.formats)
    if name is not None
}
_WRITTEN = (*BY_LABEL, *_WITH_ARGUMENT.values())
_BY_ALIAS = {alias: kind.written for kind in ColumnType for alias in kind.aliases}

_TWO_COLUMNS = re.compile(
    r"(?P<first>[^\s:()]+\??|(?:enum|list|range)\s*\([^()]*\)\??)\s+(?P<second>\w+\s*:.*)", re.DOTALL
)
"""The text after a column's colon if the comma before the next column is missing."""
_COMMA = re.compile(r",(?![^(]*\))")
_NAME = re.compile(r"\w(?:[\w -]*\w)?(?:\.\w(?:[\w -]*\w)?)*")
_ENUM = re.compile(r"enum\s*\((?P<choices>[^()]*)\)")
_HOLDER = re.compile(r"(?P<label>list|range)\s*\((?P<item>.*)\)", re.DOTALL)


class ColumnListError(ValueError):
    """A column list is invalid.

    Parameters
    ----------
    message : str
        One line: what is wrong.
    hint : str
        One line: what to write instead.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a schema.

    Parameters
    ----------
    name : str
        Its name.
    type : ColumnType
        The type of its values.
    nullable : bool
        Whether values may be missing.
    choices : tuple of str
        The choices of an `enum`.
    item : Column, optional
        Of a `list` or `range`: a column of what it holds.
    """

    name: str
    type: ColumnType
    nullable: bool = False
    choices: tuple[str, ...] = ()
    item: Column | None = None


def column_schema(column: Column) -> dict[str, Any]:
    """Return the JSON Schema of a column's values, which may also be null."""
    schema = _value_schema(column)
    if "type" in schema:
        schema["type"] = [schema["type"], "null"]
    if "enum" in schema:
        schema["enum"] = [*schema["enum"], None]
    return schema


def _value_schema(column: Column) -> dict[str, Any]:
    """Return the JSON Schema of a column's values, null apart."""
    schema = dict(column.type.json_schema)
    item = column.item
    if column.type is ColumnType.ENUM:
        schema["enum"] = [*column.choices]
    elif column.type is ColumnType.LIST and item is not None:
        schema["items"] = _value_schema(item)
    elif column.type is ColumnType.RANGE and item is not None:
        # an end is null where the range is open: "from 5", "up to 10"
        ends = {name: column_schema(item) for name in RANGE_ENDS}
        schema |= {"properties": ends, "required": [*RANGE_ENDS], "additionalProperties": False}
    return schema


def parse_columns(text: str) -> tuple[Column, ...]:
    """Parse a column list.

    >>> [(column.name, column.type.label, column.nullable) for column in parse_columns("name:str, price:float?")]
    [('name', 'str', False), ('price', 'float', True)]

    Raises
    ------
    ColumnListError
        The text is not a column list; the message names the column.
    """
    columns = [_column(part.strip()) for part in _COMMA.split(text)]
    names = [column.name for column in columns]
    for name in names:
        if names.count(name) > 1:
            raise ColumnListError(f"column {name!r} appears twice", "name each column once")
    return tuple(columns)


def _column(text: str) -> Column:
    if not text:
        raise ColumnListError("a column is empty; is there a comma too many?", COLUMNS_HINT)
    name, colon, type_text = (part.strip() for part in text.partition(":"))
    if not colon or not type_text:
        raise ColumnListError(f"column {name!r} has no type", f"write {name}:str")
    if not is_column_name(name):
        raise ColumnListError(f"{name!r} is not a valid column name", "use letters, digits, _, - and spaces")
    if ";" in type_text:
        raise ColumnListError("columns are separated by commas, not by semicolons", COLUMNS_HINT)
    if run_on := _TWO_COLUMNS.fullmatch(type_text):
        raise ColumnListError(
            f"a comma is missing after {name}:{run_on['first']}",
            f"write '{name}:{run_on['first']}, {run_on['second']}'",
        )
    nullable = type_text.endswith("?")
    type_text = type_text.removesuffix("?").strip()
    enum = _ENUM.fullmatch(type_text)
    if enum:
        return Column(name, ColumnType.ENUM, nullable, _choices(name, enum["choices"]))
    if holder := _HOLDER.fullmatch(type_text):
        return _holder(
            name, ColumnType.LIST if holder["label"] == "list" else ColumnType.RANGE, nullable, holder["item"]
        )
    if type_text not in BY_LABEL:
        meant = _BY_ALIAS.get(type_text.lower()) or closest_match(type_text, _WRITTEN)
        raise ColumnListError(
            f"{type_text!r} is not a column type (column {name})",
            f"did you mean {name}:{meant}?" if meant else f"the types are: {' '.join(_WRITTEN)}",
        )
    return Column(name, BY_LABEL[type_text], nullable)


def is_column_name(name: str) -> bool:
    """Return whether a column of a column list can have this name: letters of any script, digits, _, - and spaces.

    Dots part the names of nested records (`address.city`).

    >>> is_column_name("दाम"), is_column_name("in stock"), is_column_name("address.city"), is_column_name("price?")
    (True, True, True, False)
    """
    unmarked = "".join(char for char in name if not unicodedata.category(char).startswith("M"))  # vowel signs
    return _NAME.fullmatch(unmarked) is not None


def _holder(name: str, kind: ColumnType, nullable: bool, item_text: str) -> Column:
    """Return the column of a list or a range, whose values are of the type `item_text`."""
    item = _column(f"{name}:{item_text.strip()}")
    if item.item is not None:
        raise ColumnListError(f"a {kind.label} of {item.type.label}s can't be written", f"write {name}:{kind.written}")
    if kind is ColumnType.RANGE and item.type not in RANGED:
        known = " ".join(one.label for one in ColumnType if one in RANGED)
        raise ColumnListError(f"a {item.type.label} has no order to make a range of", f"a range takes one of: {known}")
    return Column(name, kind, nullable, item=item)


def _choices(name: str, text: str) -> tuple[str, ...]:
    choices = tuple(choice.strip() for choice in text.split("|"))
    if not all(choices) or len(set(choices)) != len(choices):
        raise ColumnListError(f"the choices of {name!r} must be distinct and not empty", f"write {name}:enum(a|b)")
    return choices

"""The column list: `name:str, price:float?, when:date, kind:enum(a|b), cost:money`.

On the wire every value may be null, so that the agent never has to make one up for a record that lacks it;
whether the user allowed that (`?`) is kept in the column, and decides what counts as incomplete.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from webrun_nb.notebook.syntax.errors import CommandError, near

Kind = Literal["str", "int", "float", "bool", "date", "datetime", "url", "money", "enum", "json"]
"""What a column holds. `json` is anything else (nested objects, lists, unions); a list can't name it."""

MONEY_PATTERN = r"^-?\d+(\.\d+)?( [A-Z]{3})?$"
"""An amount and, where it is known, its ISO 4217 currency: `899.00 USD`."""

COLUMNS_HINT = "write columns: 'name:str, price:float?, kind:enum(a|b)'"

_WIRE: dict[str, tuple[Kind, dict[str, Any]]] = {
    "str": ("str", {"type": ["string", "null"]}),
    "int": ("int", {"type": ["integer", "null"]}),
    "float": ("float", {"type": ["number", "null"]}),
    "bool": ("bool", {"type": ["boolean", "null"]}),
    "date": ("date", {"type": ["string", "null"], "format": "date"}),
    "datetime": ("datetime", {"type": ["string", "null"], "format": "date-time"}),
    "url": ("url", {"type": ["string", "null"], "format": "uri"}),
    "money": ("money", {"type": ["string", "null"], "format": "money", "pattern": MONEY_PATTERN}),
}
_TYPE_NAMES = (*_WIRE, "enum(a|b)")
# Other languages' names, too far from ours for a search by spelling.
_ALSO_CALLED = {
    "string": "str", "text": "str", "varchar": "str", "object": "str", "integer": "int", "number": "float",
    "decimal": "float", "double": "float", "boolean": "bool", "timestamp": "datetime", "day": "date",
    "time": "datetime", "link": "url", "uri": "url", "href": "url", "price": "money", "currency": "money",
    "enum": "enum(a|b)", "category": "enum(a|b)", "choice": "enum(a|b)",
}  # fmt: skip

_TWO_COLUMNS = re.compile(r"(?P<first>[^\s:()]+\??|enum\s*\([^()]*\)\??)\s+(?P<second>\w+\s*:.*)", re.DOTALL)
"""What stands behind a column's colon where the comma before the next column was left out."""
_COMMA = re.compile(r",(?![^(]*\))")
_NAME = re.compile(r"\w(?:[\w -]*\w)?")
_ENUM = re.compile(r"enum\s*\((?P<choices>[^()]*)\)")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `nullable` tells whether a value may be missing; `choices` are those of an `enum`."""

    name: str
    kind: Kind
    nullable: bool = False
    choices: tuple[str, ...] = ()


def column_schema(column: Column) -> dict[str, Any]:
    """Return the JSON Schema of a column's values, null among them."""
    if column.kind == "enum":
        return {"type": ["string", "null"], "enum": [*column.choices, None]}
    return dict(_WIRE[column.kind][1])


def parse_columns(text: str) -> tuple[Column, ...]:
    """Read a column list.

    Raises
    ------
    CommandError
        It is none; the message names the column.
    """
    columns = [_column(part.strip()) for part in _COMMA.split(text)]
    names = [column.name for column in columns]
    for name in names:
        if names.count(name) > 1:
            raise CommandError(f"--schema: the column {name!r} is there twice", "name each column once")
    return tuple(columns)


def _column(text: str) -> Column:
    if not text:
        raise CommandError("--schema: a column is empty (a comma too many?)", COLUMNS_HINT)
    name, colon, kind_text = (part.strip() for part in text.partition(":"))
    if not colon or not kind_text:
        raise CommandError(f"--schema: the column {name!r} has no type", f"write {name}:str")
    if not _NAME.fullmatch(name):
        raise CommandError(f"--schema: {name!r} can't be a column's name", "use letters, digits, _, - and spaces")
    if ";" in kind_text:
        raise CommandError("--schema: columns are separated by commas, not by semicolons", COLUMNS_HINT)
    if run_on := _TWO_COLUMNS.fullmatch(kind_text):
        raise CommandError(
            f"--schema: a comma is missing after {name}:{run_on['first']}",
            f"write '{name}:{run_on['first']}, {run_on['second']}'",
        )
    nullable = kind_text.endswith("?")
    kind_text = kind_text.removesuffix("?").strip()
    enum = _ENUM.fullmatch(kind_text)
    if enum:
        return Column(name, "enum", nullable, _choices(name, enum["choices"]))
    if kind_text not in _WIRE:
        meant = _ALSO_CALLED.get(kind_text.lower()) or near(kind_text, _TYPE_NAMES)
        raise CommandError(
            f"--schema: {kind_text!r} is no type (column {name})",
            f"did you mean {name}:{meant}?" if meant else f"there are: {' '.join(_TYPE_NAMES)}",
        )
    return Column(name, _WIRE[kind_text][0], nullable)


def _choices(name: str, text: str) -> tuple[str, ...]:
    choices = tuple(choice.strip() for choice in text.split("|"))
    if not all(choices) or len(set(choices)) != len(choices):
        raise CommandError(f"--schema: the choices of {name!r} are empty or there twice", f"write {name}:enum(a|b)")
    return choices

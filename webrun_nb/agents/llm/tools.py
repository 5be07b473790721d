"""The tools that a model can call: one class each, with its description and its arguments, in one table.

A tool is added here (its class and its row in `TOOLS`), and done in `acting` or `answering`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from webrun_nb.common.text import closest_match, shortened

_MOST_ROWS = 10_000


class ToolCallError(Exception):
    """Raised for a call that can't be done; the message, for the model, says what is right."""


def _number_in(value: object) -> object:
    """Take the number out of `[12]`, `"12"` or `"element 12"`, as small models write it."""
    if isinstance(value, str) and (found := re.fullmatch(r"\D*(\d{1,6})\D*", value)):
        return int(found[1])
    return value


Number = Annotated[int, BeforeValidator(_number_in), Field(ge=1, description="the number in brackets")]


class Tool(BaseModel):
    """The base of all tools."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Click(Tool):
    """Click an element: follow a link, press a button, tick a box, open a menu."""

    element: Number
    manner: Literal["click", "double-click", "right-click"] = "click"


class Type(Tool):
    """Replace the content of a field by a text; submit presses Enter after it. Not for passwords and codes."""

    element: Number
    text: str
    submit: bool = False


class TypeSecret(Tool):
    """Type one of the secrets of this page into a field, by its name. You never see its value."""

    element: Number
    name: str
    submit: bool = False


class Select(Tool):
    """Choose options of a select field, by their visible texts."""

    element: Number
    options: list[str]


class Press(Tool):
    """Press a key: Enter, Escape, Tab, ArrowDown, Control+A. In an element, or where the focus is."""

    key: str = Field(max_length=40)
    element: Number | None = None


class Hover(Tool):
    """Move the mouse onto an element, for menus and hints that open then."""

    element: Number


class Drag(Tool):
    """Drag an element onto another one."""

    element: Number
    onto: Number


class Scroll(Tool):
    """Scroll the page, as for lists that load more. You need not scroll to act on an element."""

    to: Literal["down", "up", "end", "start"] = "down"


class Navigate(Tool):
    """Open a URL. Other sites than that of the task need a person's approval."""

    url: str = Field(max_length=2000)


class Back(Tool):
    """Go back to the page before."""


class SwitchTab(Tool):
    """Show another open tab, by its number among the open tabs. A link may have opened one: you are shown it then."""

    tab: Number


class Wait(Tool):
    """Wait until a text is on the page, or, without one, until the page changes."""

    text: str = ""
    seconds: float = Field(default=3, gt=0, le=30)


class Upload(Tool):
    """Give files of the task to a file field."""

    element: Number
    files: list[str]


class Find(Tool):
    """Find things on the page by words of them: names, texts, labels, what is near. skip leaves out the first ones."""

    words: str
    skip: int = Field(default=0, ge=0)


class Read(Tool):
    """Read the page in its order, from the thing after a number on, or from the start."""

    after: Annotated[int, BeforeValidator(_number_in)] = 0


class Lists(Tool):
    """Show the tables, lists and records of the page, with their columns, for extract."""


class Extract(Tool):
    """Read the rows of a table, list or record. The values are read from the page; you only say where they are.

    list is its name from lists, such as L1. columns gives, for each column of the answer, the page's column that holds
    it; without it, columns are matched by name. all_pages goes through the whole list: its further pages, "load more",
    scrolling; you then are on its last page. more adds the rows of a further page that you went to. For single values
    that are in no list, list is elements, and columns gives the number of the element of each.
    """

    list: str
    columns: dict[str, str] = {}
    all_pages: bool = False
    more: bool = False


class Condition(BaseModel):
    """A condition on a column of the rows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    column: str
    is_: Literal["<", "<=", ">", ">=", "=", "!=", "contains"] = Field(alias="is")
    value: str | int | float | bool


class AskPerson(Tool):
    """Ask the person whose task it is: for a choice that the task leaves open, or for credentials of this page.

    For credentials and two_factor, name the fields, such as email and password, or code: the answer is then a secret
    that you type by that name.
    """

    question: str
    kind: Literal["ambiguous", "credentials", "two_factor", "captcha"] = "ambiguous"
    choices: list[str] = []
    fields: list[str] = []


class Finish(Tool):
    """End the task with its answer.

    With extracted rows: where, order_by, descending, limit or rows (their numbers) choose among them. In words: answer,
    with the numbers of the elements that show each number, date, name and quotation in it as cites. Write them as the
    page does.
    """

    answer: str = ""
    cites: list[Number] = []
    where: list[Condition] = []
    order_by: str = ""
    descending: bool = False
    limit: int | None = Field(default=None, ge=1, le=_MOST_ROWS)
    rows: list[Number] | None = None


class GiveUp(Tool):
    """End the task without an answer, where the pages don't have it or it can't be done; say why."""

    reason: str


TOOLS: Mapping[str, type[Tool]] = {
    "click": Click,
    "type": Type,
    "type_secret": TypeSecret,
    "select": Select,
    "press": Press,
    "hover": Hover,
    "drag": Drag,
    "scroll": Scroll,
    "navigate": Navigate,
    "back": Back,
    "switch_tab": SwitchTab,
    "wait": Wait,
    "upload": Upload,
    "find": Find,
    "read": Read,
    "lists": Lists,
    "extract": Extract,
    "ask_person": AskPerson,
    "finish": Finish,
    "give_up": GiveUp,
}
"""The tools by their names."""


def parsed(name: str, arguments: str | Mapping[str, Any] | None) -> Tool:
    """Return a call as the tool with its arguments.

    Raises
    ------
    ToolCallError
        There is no such tool, or the arguments are not right.
    """
    tool = TOOLS.get(name)
    if tool is None:
        near = closest_match(name, TOOLS)
        hint = f"Did you mean {near}? " if near else ""
        raise ToolCallError(f"There is no tool {shortened(name, 40)!r}. {hint}The tools are {', '.join(TOOLS)}.")
    try:
        given = json.loads(arguments or "{}") if arguments is None or isinstance(arguments, str) else arguments
    except ValueError:
        raise ToolCallError(f"The arguments of {name} are not JSON. {usage_of(name)}") from None
    try:
        return tool.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the arguments"
        raise ToolCallError(f"{name}: {place}: {first['msg']}. {usage_of(name)}") from None


def schema_of(name: str) -> dict[str, Any]:
    """Return the JSON Schema of a tool's arguments."""
    schema: dict[str, Any] = _without_titles(TOOLS[name].model_json_schema())
    schema.pop("description", None)
    return schema


def description_of(name: str) -> str:
    """Return the description of a tool, on one line."""
    return " ".join((TOOLS[name].__doc__ or "").split())


def usage_of(name: str) -> str:
    """Return a tool's arguments on one line: `click(element, manner=click)`."""
    fields = TOOLS[name].model_fields
    parts = [key if field.is_required() else f"{key}=…" for key, field in fields.items()]
    return f"Right is: {name}({', '.join(parts)})."


def written_out(names: Sequence[str]) -> str:
    """Return the tools as text, for a model that can't call them: one line each."""
    lines = []
    for name in names:
        properties = schema_of(name).get("properties", {})
        arguments = ", ".join(f"{key}: {_kind(value)}" for key, value in properties.items())
        lines.append(f"{name}({arguments}) {description_of(name)}")
    return "\n".join(lines)


def _kind(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return " or ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(each) for each in schema["anyOf"]))
    return str(schema.get("type", "object"))


def _without_titles(schema: Any) -> Any:
    """Return a schema without the titles that repeat its names, which cost tokens."""
    if isinstance(schema, dict):
        return {
            key: _without_titles(value)
            for key, value in schema.items()
            if not (key == "title" and isinstance(value, str))
        }
    return [_without_titles(each) for each in schema] if isinstance(schema, list) else schema

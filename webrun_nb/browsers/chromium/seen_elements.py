"""Reads the elements, texts and groups of an observation from the JSON of the page script.

All of it comes from a possibly hostile page: what has the right type is taken, and the rest is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, cast, get_args

from webrun_nb.browsers.observation import Box, Element, Group, GroupKind

_KINDS = frozenset(get_args(GroupKind))
_TEXTS = frozenset(
    {"role", "name", "tag", "text", "href", "label", "placeholder", "nearby", "value", "input_type", "hint", "region",
     "column", "minimum", "maximum", "step", "icon", "title", "form_url"}
)  # fmt: skip
_FLAGS = (
    "in_form", "submits", "readonly", "required", "focused", "current", "has_popup", "draggable", "multiple", "struck",
    "covered", "offscreen",
)  # fmt: skip
_STATES = ("checked", "expanded", "selected", "pressed")
_LISTS = ("options", "selected_options")
_MAX_PATH = 20_000
"""Characters of a selector: 300 steps have fewer."""
_SIDES = {3: "triangle", 4: "rectangle", 5: "pentagon", 6: "hexagon"}
_SHAPES = {"rect": "rectangle", "ellipse": "circle", "polyline": "line", "image": ""}
_COLORS: Mapping[str, tuple[int, int, int]] = {
    "black": (0, 0, 0), "white": (255, 255, 255), "gray": (128, 128, 128), "red": (255, 0, 0), "maroon": (128, 0, 0),
    "green": (0, 128, 0), "lime": (0, 255, 0), "olive": (128, 128, 0), "blue": (0, 0, 255), "navy": (0, 0, 128),
    "teal": (0, 128, 128), "cyan": (0, 255, 255), "yellow": (255, 255, 0), "orange": (255, 165, 0),
    "brown": (150, 75, 0), "purple": (128, 0, 128), "magenta": (255, 0, 255), "pink": (255, 182, 193),
}  # fmt: skip
"""The basic colours of CSS by their names, as red, green and blue."""


def read_element(ref: int, item: Mapping[str, Any], paths: Sequence[str]) -> Element:
    """Make an `Element` of what the page script says about one element or text; its path is one of `paths`."""
    found: dict[str, Any] = {"name": "", "role": "", "tag": ""}
    for key, value in item.items():
        if key in _TEXTS:
            if isinstance(value, str):
                found[key] = value
        elif (read := _READERS.get(key)) is not None and (taken := read(value)) is not None:
            found[key] = taken
    if not found.get("text"):
        found["text"] = found["name"]
    return Element(ref=ref, path=path_at(item.get("path"), paths), **found)


def read_group(index: int, item: Mapping[str, Any], paths: Sequence[str]) -> Group:
    """Make the group of this index of what the page script says about it."""
    kind, parent = text_of(item, "kind"), index_of(item.get("parent"), -1)
    ref = index_of(item.get("ref"), -1)
    states = {key: value for key in ("expanded", "selected") if isinstance(value := item.get(key), bool)}
    return Group(
        kind=cast(GroupKind, kind if kind in _KINDS else "box"),
        parent=parent if parent < index else -1,  # a group comes after the one around it, so that none holds itself
        name=text_of(item, "name"),
        ref=None if ref < 0 else ref,
        box=box_of(item.get("box")),
        path=path_at(item.get("path"), paths),
        scrolls=item.get("scrolls") is True,
        current=item.get("current") is True,
        **states,
    )


def read_paths(rows: Sequence[object]) -> list[str]:
    """Read the table of CSS selectors: each row has the index of the one around it, -1 for none, and a step."""
    paths: list[str] = []
    for row in rows:
        above, step = row if isinstance(row, list) and len(row) == 2 else (-1, "")
        around = path_at(above, paths)
        path = f"{around} > {step}" if around else step
        paths.append(path[:_MAX_PATH] if isinstance(step, str) else "")
    return paths


def path_at(index: object, paths: Sequence[str]) -> str:
    """Return the selector of an index of the table; empty where it has none."""
    at = index_of(index, -1)
    return paths[at] if 0 <= at < len(paths) else ""


def shape_of(drawn: str) -> str:
    """Name a shape: the tag of an SVG, with the number of its corners for a polygon."""
    tag, _, corners = drawn.partition(" ")
    if tag == "polygon":
        return _SIDES.get(int(corners) if corners.isdecimal() else 0, "polygon")
    return _SHAPES.get(tag, tag)


def color_of(value: object) -> str:
    """Name the basic colour that is nearest to red, green and blue; nothing for what is no colour."""
    if not isinstance(value, list) or len(value) != 3 or not all(isinstance(part, int | float) for part in value):
        return ""
    return _nearest_color(*value)


@lru_cache(maxsize=1_000)
def _nearest_color(red: float, green: float, blue: float) -> str:
    def distance(name: str) -> float:
        r, g, b = _COLORS[name]
        return float((r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2)

    return min(_COLORS, key=distance)


def box_of(value: object) -> Box | None:
    """Read a box: left, top, width and height, px."""
    if not isinstance(value, list) or len(value) != 4:
        return None
    left, top, width, height = value
    if not (_is_number(left) and _is_number(top) and _is_number(width) and _is_number(height)):
        return None
    return Box(float(left), float(top), float(width), float(height))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


def index_of(value: object, otherwise: int) -> int:
    """Read a number that counts something."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else otherwise


def text_of(item: Mapping[str, Any], key: str) -> str:
    """Read a text; empty where there is none."""
    value = item.get(key)
    return value if isinstance(value, str) else ""


def _flag(value: object) -> bool | None:
    return True if value is True else None


def _state(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _list(value: object) -> tuple[str, ...] | None:
    return tuple(str(each) for each in value) if isinstance(value, list) else None


_READERS: Mapping[str, Callable[[object], Any]] = {
    **dict.fromkeys(_FLAGS, _flag),
    **dict.fromkeys(_STATES, _state),
    **dict.fromkeys(_LISTS, _list),
    "enabled": lambda value: value is not False,
    "box": box_of,
    "order": lambda value: index_of(value, 0),
    "group": lambda value: index_of(value, -1),
    "level": lambda value: index_of(value, 0),
    "layer": lambda value: index_of(value, 0),
    "shape": lambda value: shape_of(value) if isinstance(value, str) else "",
    "color": color_of,
}
"""Readers of what is no text of an element, by its key; they return None for what has another type."""

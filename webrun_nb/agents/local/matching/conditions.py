"""Tests things against the conditions, superlatives and qualities of a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from webrun_nb.agents.local.language.intents import Condition, Superlative
from webrun_nb.agents.local.matching.names import alike, normal, tokens
from webrun_nb.agents.local.matching.page import PageModel, value_of
from webrun_nb.browsers.observation import Box, Element
from webrun_nb.extraction.values.dates import DateText, read_date

GROUP_KINDS = frozenset(
    {"table", "row", "list", "item", "card", "article", "section", "fieldset", "form", "dialog", "menu", "tree", "tabs",
     "panel", "nav", "header", "footer", "main", "aside", "box"}
)  # fmt: skip
_NUMBER = re.compile(r"(?<![\w.])[-\u2212+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|(?<![\w.])[-\u2212]?\.\d+")
_MONEY = re.compile(r"[$€£¥₹]\s*(\d[\d,]*(?:\.\d+)?)|(\d[\d,]*(?:\.\d+)?)\s*(?:[€£]|(?:USD|EUR|GBP)\b)")
_DURATION = re.compile(
    r"(?:(\d+)\s*d(?:ays?)?\W*)?(?:(\d+)\s*h(?:ours?|rs?)?\b\W*)?(?:(\d+)\s*m(?:in(?:ute)?s?)?\b)?", re.I
)
_MAX_READ = 1_000
_MAX_STRUCK = 5

COLORS: Mapping[str, tuple[str, ...]] = {
    "red": ("red", "maroon"), "green": ("green", "lime", "olive"), "blue": ("blue", "navy"), "yellow": ("yellow",),
    "orange": ("orange",), "purple": ("purple",), "violet": ("purple", "magenta"), "pink": ("pink", "magenta"),
    "black": ("black",), "white": ("white",), "gray": ("gray",), "grey": ("gray",), "brown": ("brown", "maroon"),
    "cyan": ("cyan", "teal"), "aqua": ("cyan",), "magenta": ("magenta",), "lime": ("lime",), "olive": ("olive",),
    "navy": ("navy",), "teal": ("teal",), "maroon": ("maroon",),
}  # fmt: skip
"""The colours that a word may mean, the closest first."""
SHAPES: Mapping[str, str] = {
    "circle": "circle", "dot": "circle", "ellipse": "circle", "square": "rectangle", "rectangle": "rectangle",
    "triangle": "triangle", "polygon": "polygon", "pentagon": "pentagon", "hexagon": "hexagon", "line": "line",
    "line segment": "line", "letter": "text", "digit": "text", "number": "text",
}  # fmt: skip
_LARGE = frozenset({"large", "big", "larger", "bigger", "largest", "biggest"})
_SMALL = frozenset({"small", "tiny", "smaller", "smallest"})
PLACES: Mapping[str, tuple[int, int]] = {
    "left": (-1, 0), "leftmost": (-1, 0), "right": (1, 0), "rightmost": (1, 0), "upper": (0, -1), "top": (0, -1),
    "lower": (0, 1), "bottom": (0, 1), "topmost": (0, -1),
}  # fmt: skip
"""The direction of each place on the screen: right and down are positive."""
_SAY_NOTHING = frozenset({"below", "above", "following", "shown", "displayed", "given"})
"""Where a thing is in relation to the sentence, which stands on no page."""
_MIDDLES = frozenset({"middle", "center", "centre", "medium"})


def holds(condition: Condition, thing: Element, page: PageModel) -> bool:
    """Return whether a condition holds for a thing."""
    return _holds(condition, thing, page) is not condition.negated


def _holds(condition: Condition, thing: Element, page: PageModel) -> bool:
    if condition.test == "exists":
        return True
    if condition.test == "state":
        return has_quality(condition.value, thing, page) is True
    if condition.field:
        return any(_compares(condition, text) for text in fields_of(condition.field, thing, page))
    return _compares(condition, value_of(thing) if not is_group(thing) else thing.text) or (
        bool(thing.name) and _compares(condition, thing.name)
    )


def _compares(condition: Condition, text: str) -> bool:
    said, shown = condition.value, text[:_MAX_READ]
    match condition.test:
        case "is" | "is not":
            low, high = number_in(said, whole=True), number_in(shown, whole=True)
            same = normal(said) == normal(shown) if low is None or high is None else low == high
            return (same or said.strip() == shown.strip()) is (condition.test == "is")
        case "contains" | "lacks":
            return (said.casefold().strip() in shown.casefold()) is (condition.test == "contains")
        case "starts":
            return _letters(shown).startswith(_letters(said))
        case "ends":
            return _letters(shown).endswith(_letters(said))
    value, low, high = number_in(shown), number_in(said), number_in(condition.high)
    if value is None or low is None:
        return False
    if condition.test == "between":
        return high is not None and min(low, high) <= value <= max(low, high)
    comparisons: Mapping[str, bool] = {"<": value < low, "<=": value <= low, ">": value > low, ">=": value >= low}
    return comparisons.get(condition.test, False)


def _letters(text: str) -> str:
    return " ".join(text.split()).strip(" \"'“”").casefold()


def number_in(text: str, *, whole: bool = False) -> float | None:
    """Return the first number of a text; None where it has none, or with `whole` where it has anything else."""
    match = _NUMBER.search(text[:_MAX_READ])
    if match is None or (whole and not re.fullmatch(r"[\s$€£¥%#.]*", text[: match.start()] + text[match.end() :])):
        return None
    try:
        return float(match[0].replace(",", "").replace("\u2212", "-"))
    except ValueError:
        return None


def is_group(thing: Element) -> bool:
    """Return whether a thing stands for a group of the page."""
    return thing.role in GROUP_KINDS and not thing.tag


def fields_of(field: str, thing: Element, page: PageModel) -> list[str]:
    """Return the texts that a row, a card or a thing has for a field: by column, by label, or "field: text"."""
    held = held_by(thing, page)
    by_column = [value_of(each) for each in held if each.column and alike(field, each.column) >= 0.7]
    if by_column:
        return by_column
    found: list[str] = []
    for at, each in enumerate(held):
        name = each.name
        label, mark, rest = name.partition(":")
        if mark and rest.strip() and alike(field, label) >= 0.7:
            found.append(rest.strip())
        elif alike(field, name.rstrip(": ")) >= 0.9 and at + 1 < len(held):
            found.append(value_of(each) or value_of(held[at + 1]) if each.value else value_of(held[at + 1]))
        elif set(tokens(field)) & set(tokens(name)) and number_in(name) is not None and len(name) < 60:
            found.append(name)
    return found


def held_by(thing: Element, page: PageModel) -> list[Element]:
    """Return the things in a group, or in the row or card that a thing is in."""
    item = page.group_named_by(thing) if is_group(thing) else page.item_of(thing)
    return page.members(item) if item is not None else [thing]


# --- the most and the least -------------------------------------------------------------------------------------------


def most(superlative: Superlative, things: Sequence[Element], page: PageModel) -> list[Element]:
    """Return the things with most (or least) of something; none where it can't be read of any of them."""
    measured = [(amount, thing) for thing in things if (amount := _measure(superlative.by, thing, page)) is not None]
    if not measured and len(things) > 1:  # "the shortest flight" of buttons that stand in parts of their cards
        wholes = [_whole_of(thing, things, page) for thing in things]
        pairs = [(_measure(superlative.by, whole, page), thing) for whole, thing in zip(wholes, things, strict=True)]
        measured = [(amount, thing) for amount, thing in pairs if amount is not None]
    if not measured:
        return []
    best = (max if superlative.descending else min)(amount for amount, _ in measured)
    return [thing for amount, thing in measured if amount == best]


def _whole_of(thing: Element, others: Sequence[Element], page: PageModel) -> Element:
    """Return the largest group with an element of its own that holds a thing, and none of the others."""
    rest = {other.ref for other in others if other.ref != thing.ref}
    whole = thing
    for group in page.groups_of(thing):
        if any(each.ref in rest for each in page.members(group)):
            break
        whole = page.as_thing(group) or whole
    return whole


def _measure(by: str, thing: Element, page: PageModel) -> float | None:
    if by in ("", "number", "value"):
        own = number_in(value_of(thing) if not is_group(thing) else thing.text)
        return own if own is not None or is_group(thing) or by else area_of(thing)
    if by in ("size", "area"):
        return area_of(thing)
    texts = fields_of(by, thing, page)
    readers: Mapping[str, Callable[[str], float | None]] = {"price": _money, "duration": _minutes, "date": _day}
    read = readers.get(by, number_in)
    by_label = next((amount for text in texts if (amount := read(text)) is not None), None)
    if by_label is None and by == "price":
        by_label = next((amount for text in texts if (amount := number_in(text, whole=True)) is not None), None)
    if by_label is not None or by not in readers:
        return by_label
    # These are known by how they are written, also without a label.
    held = held_by(thing, page)
    old = [each.name for each in held if each.struck and each.name]
    for each in held:
        text = value_of(each)
        for struck in old[:_MAX_STRUCK]:
            text = text.replace(struck, " ")
        if not each.struck and (amount := read(text)) is not None:
            return amount
    return None


def _money(text: str) -> float | None:
    match = _MONEY.search(text[:_MAX_READ])
    if match is None:
        return None
    return float((match[1] or match[2]).replace(",", ""))


def _minutes(text: str) -> float | None:
    for match in _DURATION.finditer(text[:_MAX_READ]):
        if match[0].strip():
            days, hours, minutes = (int(part[:6]) if part else 0 for part in match.groups())
            return float(days * 1440 + hours * 60 + minutes)
    return None


def _day(text: str) -> float | None:
    found = read_date(text[:_MAX_READ])
    if not isinstance(found, DateText):
        return None
    days = [each.day for each in found.days if each.order in ("", "mdy", "ymd")] or [each.day for each in found.days]
    return float(days[0].toordinal())


def area_of(thing: Element) -> float:
    """Return the area of a thing, px²."""
    return thing.box.width * thing.box.height if thing.box else 0.0


# --- looks, places and states -----------------------------------------------------------------------------------------


def with_qualities(qualities: Sequence[str], things: Sequence[Element], page: PageModel) -> list[Element]:
    """Return the things that look, stand and are as a sentence says; sizes and places compare them with each other."""
    left = list(things)
    for quality in sorted(qualities, key=lambda each: each in _LARGE | _SMALL or each in PLACES or each in _MIDDLES):
        if quality in COLORS:
            left = _of_color(quality, left)
        elif quality in _LARGE | _SMALL:
            left = _of_size(quality in _LARGE, left)
        elif quality in _MIDDLES:
            left = _in_the_middle(left)
        elif quality in PLACES:
            left = _farthest(PLACES[quality], left)
        elif quality not in _SAY_NOTHING:
            left = [thing for thing in left if has_quality(quality, thing, page) is not False]
    return left


def has_quality(quality: str, thing: Element, page: PageModel) -> bool | None:
    """Return whether a thing has a state, a colour or a shape; None where that can't be said of such a thing."""
    if quality in COLORS:
        return thing.color in COLORS[quality]
    if quality in SHAPES:
        return is_shape(quality, thing)
    test = _STATES.get(quality)
    return test(thing) if test else None


def is_shape(word: str, thing: Element) -> bool:
    """Return whether a thing is a drawn shape of this name."""
    if thing.shape != SHAPES.get(word):
        return False
    if word == "square" and thing.box is not None:
        return abs(thing.box.width - thing.box.height) <= 0.1 * max(thing.box.width, thing.box.height)
    if word in ("digit", "number", "letter"):
        return thing.name.strip().isdigit() is (word != "letter")
    return True


def _is_on(thing: Element) -> bool | None:
    states = [state for state in (thing.checked, thing.selected, thing.pressed) if state is not None]
    return any(states) if states else (True if thing.current else None)


def _is_off(thing: Element) -> bool | None:
    on = _is_on(thing)
    return None if on is None else not on


def _is_empty(thing: Element) -> bool | None:
    return not value_of(thing).strip() if thing.role not in ("button", "link") else None


_STATES: Mapping[str, Callable[[Element], bool | None]] = {
    "checked": _is_on, "ticked": _is_on, "selected": _is_on, "active": _is_on, "completed": _is_on,
    "unchecked": _is_off, "unticked": _is_off, "unselected": _is_off,
    "disabled": lambda thing: not thing.enabled,
    "enabled": lambda thing: thing.enabled,
    "available": lambda thing: thing.enabled,
    "ready": lambda thing: thing.enabled,
    "empty": _is_empty,
    "filled": lambda thing: not empty if (empty := _is_empty(thing)) is not None else None,
    "expanded": lambda thing: thing.expanded, "open": lambda thing: thing.expanded,
    "collapsed": lambda thing: not thing.expanded if thing.expanded is not None else None,
    "closed": lambda thing: not thing.expanded if thing.expanded is not None else None,
    "readonly": lambda thing: thing.readonly,
    "required": lambda thing: thing.required,
    "visible": lambda thing: True,
    "hidden": lambda thing: False,
}  # fmt: skip


def _of_color(color: str, things: Sequence[Element]) -> list[Element]:
    for meant in COLORS[color]:
        found = [thing for thing in things if thing.color == meant]
        if found:
            return found
    return []


def _of_size(is_large: bool, things: Sequence[Element]) -> list[Element]:
    """Return the larger or the smaller ones: they are parted where the sizes differ most."""
    ordered = sorted(things, key=area_of)
    if len(ordered) < 2:
        return list(things)
    sizes = [max(area_of(thing), 1.0) for thing in ordered]
    steps = [after / before for before, after in pairwise(sizes)]
    cut = steps.index(max(steps)) + 1
    if max(steps) < 1.1:
        return list(things)
    chosen = {thing.ref for thing in (ordered[cut:] if is_large else ordered[:cut])}
    return [thing for thing in things if thing.ref in chosen]


def _centre(box: Box) -> tuple[float, float]:
    return box.x + box.width / 2, box.y + box.height / 2


def _farthest(direction: tuple[int, int], things: Sequence[Element]) -> list[Element]:
    """Return what stands farthest in a direction; all of what stands equally far."""
    placed = [(thing, _centre(thing.box)) for thing in things if thing.box is not None]
    if not placed:
        return []
    along = [x * direction[0] + y * direction[1] for _, (x, y) in placed]
    return [thing for (thing, _), far in zip(placed, along, strict=True) if far >= max(along) - 2]


def _in_the_middle(things: Sequence[Element]) -> list[Element]:
    """Return the one that has as many before as after it."""
    return [things[len(things) // 2]] if len(things) % 2 else list(things)

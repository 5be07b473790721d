"""The page model: the things of one observation (elements and texts), and the groups that hold them.

Everything is worked out when it is first asked for, and kept: an observation never changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from webrun_nb.agents.local.matching.names import normal, tokens
from webrun_nb.browsers.observation import Box, Element, Group, Observation

MAX_TEXT = 4_000
"""Characters of a group's text that are read."""
_MAX_WRAPPED = 4
"""Levels of elements between one and what only wraps it."""
_BESIDE_PX = 160
"""A label stands at most so far left of its field."""
_ABOVE_PX = 48
_INDENT_PX = 24
"""A label above its field begins at most so far left or right of it."""
_NO_LABELS = frozenset({"paragraph", "heading", "img", "graphic"})
_NEEDS_NO_CAPTION = frozenset({"button", "link", "tab", "menuitem", "option", "clickable", "graphic", "treeitem"})
_LABELLED_AFTER = frozenset({"checkbox", "radio", "switch"})
_ENTERED = frozenset({"textbox", "combobox", "listbox", "spinbutton", "slider", "radio"})
"""Roles of the fields whose rows in a form are alike, and are no items of a list."""
_ITEMS = frozenset({"item", "card", "row", "article"})


@dataclass(frozen=True, slots=True)
class Span:
    """The groups within a group, itself included: their indexes follow each other."""

    first: int
    last: int

    def holds(self, thing: Element) -> bool:
        """Return whether a thing is in the group."""
        return self.first <= thing.group <= self.last


class PageModel:
    """The things and groups of a document, and the same of its frames.

    Parameters
    ----------
    seen : Observation
    """

    def __init__(self, seen: Observation) -> None:
        self.seen = seen
        self.groups: tuple[Group, ...] = seen.groups
        self._texts: dict[int, str] = {}
        self._normal_texts: dict[int, str] = {}
        self._captions: dict[int, str] = {}
        self._all_names: dict[int, str] = {}

    @cached_property
    def parts(self) -> tuple[PageModel, ...]:
        """The page itself, then each of its frames."""
        return (self, *(PageModel(part) for part in self.seen.parts[1:]))

    @cached_property
    def things(self) -> tuple[Element, ...]:
        """The elements and texts in the order of the document."""
        return tuple(sorted((*self.seen.elements, *self.seen.texts), key=lambda thing: thing.order))

    @cached_property
    def elements(self) -> frozenset[int]:
        """The refs of the elements: what can be acted on, without the texts."""
        return frozenset(element.ref for element in self.seen.elements)

    @cached_property
    def positions(self) -> dict[int, int]:
        """The position of each thing among `things`, by its ref."""
        return {thing.ref: at for at, thing in enumerate(self.things)}

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The words of the page's title, headings and columns: what it calls the things that it has."""
        heads = [text.name for text in self.seen.texts if text.role in ("heading", "columnheader")]
        return frozenset(word for text in (self.seen.title, *heads) for word in tokens(text))

    @cached_property
    def wrappers(self) -> frozenset[int]:
        """The refs of things that only wrap an element of the same name: a tab around its link, a heading."""
        named = {thing.path: thing for thing in self.things if thing.path and thing.name}
        found = set()
        for element in self.seen.elements if named else ():
            path = element.path
            for _ in range(_MAX_WRAPPED):
                path = path[: max(path.rfind(" > "), 0)]
                outer = named.get(path)
                if not path or (outer is not None and outer.name != element.name):
                    break
                if outer is not None:
                    found.add(outer.ref)
        return frozenset(found)

    # --- groups -------------------------------------------------------------------------------------------------------

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """The span of each group: a group comes right after the one around it, or after what that one holds."""
        lasts = list(range(len(self.groups)))
        for index in range(len(self.groups) - 1, -1, -1):
            parent = self.groups[index].parent
            if parent >= 0:
                lasts[parent] = max(lasts[parent], lasts[index])
        return tuple(Span(first, last) for first, last in enumerate(lasts))

    @cached_property
    def _directly_in(self) -> dict[int, list[Element]]:
        found: dict[int, list[Element]] = {}
        for thing in self.things:
            found.setdefault(thing.group, []).append(thing)
        return found

    def around(self, group: int) -> Iterator[int]:
        """Yield a group and those around it, the innermost first."""
        while group >= 0:
            yield group
            group = self.groups[group].parent

    def groups_of(self, thing: Element) -> Iterator[int]:
        """Yield the groups that hold a thing, the innermost first."""
        return self.around(thing.group)

    def members(self, group: int) -> list[Element]:
        """Return the things in a group and in the groups within it, in the order of the document.

        A control that is the group itself and holds nothing else is its own member.
        """
        span = self.spans[group]
        found = [thing for index in range(span.first, span.last + 1) for thing in self._directly_in.get(index, ())]
        if not found and (own := self._by_path.get(self.groups[group].path)) is not None:
            return [own]
        return sorted(found, key=lambda thing: thing.order)

    def size(self, group: int) -> int:
        """Return how many things a group holds."""
        span = self.spans[group]
        return sum(len(self._directly_in.get(index, ())) for index in range(span.first, span.last + 1))

    def text_of(self, group: int) -> str:
        """Return the visible text of a group, at most `MAX_TEXT` characters."""
        if group not in self._texts:
            parts: list[str] = []
            length = 0
            for thing in self.members(group):
                said = spoken(thing)
                if said and not (parts and said in parts[-1]):  # a word of the paragraph before it
                    parts.append(said)
                    length += len(said) + 1
                if length > MAX_TEXT:
                    break
            self._texts[group] = " ".join([self.groups[group].name, *parts])[:MAX_TEXT].strip()
        return self._texts[group]

    def normal_text_of(self, group: int) -> str:
        """Return the text of a group as names are compared."""
        if group not in self._normal_texts:
            self._normal_texts[group] = normal(self.text_of(group))
        return self._normal_texts[group]

    def name_of(self, group: int) -> str:
        """Return the name of a group: its heading or label, or else its first text."""
        if named := self.groups[group].name:
            return named
        held = self.members(group)
        texts = (thing for thing in held if thing.ref not in self.elements or thing.role in ("link", "clickable"))
        return next((said for thing in (*texts, *held) if (said := spoken(thing))), "")

    def as_thing(self, group: int) -> Element | None:
        """Return a group as something that is acted on; None where it has no element of its own."""
        found = self.groups[group]
        if found.ref is None:
            return None
        name = self.name_of(group)
        return Element(
            found.ref,
            found.kind,
            name,
            "",
            self.text_of(group),
            box=found.box,
            path=found.path,
            group=found.parent,
            expanded=found.expanded,
            selected=found.selected,
            current=found.current,
            frame=self._frame,
            order=next((thing.order for thing in self.members(group)), 0),
        )

    def group_named_by(self, thing: Element) -> int | None:
        """Return the group that a thing made by `as_thing` stands for."""
        return self._by_ref.get(thing.ref)

    def item_of(self, thing: Element) -> int | None:
        """Return the row, card or other item that a thing is, stands for or is in; None where there is none."""
        own = self._by_ref.get(thing.ref)
        own = self._by_group_path.get(thing.path) if own is None else own
        chain = self.groups_of(thing) if own is None else self.around(own)
        return next((group for group in chain if self.groups[group].kind in _ITEMS), own)

    @cached_property
    def _by_group_path(self) -> dict[str, int]:
        return {group.path: index for index, group in enumerate(self.groups) if group.path}

    @cached_property
    def _by_ref(self) -> dict[int, int]:
        return {group.ref: index for index, group in enumerate(self.groups) if group.ref is not None}

    @cached_property
    def _by_path(self) -> dict[str, Element]:
        return {element.path: element for element in self.seen.elements if element.path}

    @cached_property
    def _frame(self) -> int:
        return next((thing.frame for thing in (*self.seen.elements, *self.seen.texts)), 0)

    @cached_property
    def items(self) -> tuple[tuple[int, ...], ...]:
        """The lists of the page: for each, its items in order; the list that holds most goes first.

        Lists of the navigation, the header and the footer come after all others.
        """
        lists: dict[tuple[int, str], list[int]] = {}
        for index, group in enumerate(self.groups):
            if group.kind in _ITEMS:
                lists.setdefault((group.parent, group.kind), []).append(index)
        found = [tuple(self._without_heads(items)) for items in lists.values()]

        def weight(items: Sequence[int]) -> tuple[bool, bool, int]:
            held = sum(min(len(self.text_of(item)), 300) for item in items[:50])
            is_form = self.groups[items[0]].kind == "card" and any(e.role in _ENTERED for e in self.members(items[0]))
            return (self.is_outside(items[0]), is_form, -held if len(items) > 1 else 0)

        return tuple(sorted((items for items in found if items), key=weight))

    def _without_heads(self, items: Sequence[int]) -> list[int]:
        """Leave out the row of column headers."""
        return [item for item in items if not self._is_head(item)]

    def _is_head(self, item: int) -> bool:
        if self.groups[item].kind != "row":
            return False
        held = self._directly_in.get(item, [])
        return bool(held) and all(thing.role == "columnheader" for thing in held)

    def kinds_of(self, item: int) -> frozenset[str]:
        """Return the words that the headings over a list have for its items."""
        above = [self.groups[group].name for group in list(self.around(item))[1:3]]
        return frozenset(word for text in above for word in tokens(text))

    def is_outside(self, group: int) -> bool:
        """Return whether a group is in the navigation, the header or the footer."""
        return any(self.groups[each].kind in ("nav", "header", "footer", "menu", "tabs") for each in self.around(group))

    def all_names_of(self, thing: Element) -> str:
        """Return all that a thing is called, in lower case: what has none of the words there is not called so."""
        if thing.ref not in self._all_names:
            names = (thing.name, thing.label, thing.title, thing.placeholder, thing.hint, thing.icon, thing.value)
            self._all_names[thing.ref] = "\n".join((*names, thing.input_type, thing.column)).casefold()
        return self._all_names[thing.ref]

    # --- labels -------------------------------------------------------------------------------------------------------

    def caption_of(self, thing: Element) -> str:
        """Return the text that stands where a label would, for a field that has none of its own."""
        if thing.label or thing.role in _NEEDS_NO_CAPTION or (thing.name and thing.name != thing.placeholder):
            return ""
        if thing.ref not in self._captions:
            self._captions[thing.ref] = self._caption(thing)
        return self._captions[thing.ref]

    def _caption(self, thing: Element) -> str:
        at = self.positions.get(thing.ref)
        if at is None:
            return ""
        alone = self._only_text_beside(thing)
        if alone is not None:
            return alone.name
        step = 1 if thing.role in _LABELLED_AFTER else -1
        for direction in (step, -step) if step == 1 else (step,):
            near = at + direction
            if 0 <= near < len(self.things) and self._may_label(self.things[near], thing):
                return self.things[near].name
        beside = [
            text
            for text in self.seen.texts
            if len(text.name) < 100 and text.role not in _NO_LABELS and _is_label_place(text.box, thing.box)
        ]
        return min(beside, key=lambda text: _gap(text.box, thing.box)).name if beside else ""

    def _only_text_beside(self, field: Element) -> Element | None:
        """Return the one text of a group that holds nothing but it and a field."""
        if field.group < 0:
            return None
        members = [each for each in self.members(field.group) if each.ref != field.ref]
        return members[0] if len(members) == 1 and self._may_label(members[0], field) else None

    def _may_label(self, text: Element, field: Element) -> bool:
        if text.ref in self.elements or len(text.name) > 100 or text.role in ("img", "graphic"):
            return False
        return text.group == field.group or _is_label_place(text.box, field.box)

    # --- places -------------------------------------------------------------------------------------------------------

    def main_control(self, group: int) -> Element | None:
        """Return what a click on a whole item is meant for: itself, the link of its title, or its only control."""
        held = self.members(group)
        own = self._by_path.get(self.groups[group].path)
        if own is not None:
            return own
        controls = [thing for thing in held if thing.ref in self.elements and thing.enabled]
        links = [each for each in controls if each.role == "link" and each.name]
        # A button in an item does something to it: it is meant only where the item has nothing else.
        texts = [thing for thing in held if thing.ref not in self.elements and thing.name]
        if len(controls) == 1 and (controls[0].role != "button" or not texts):
            return controls[0]
        headings = {normal(thing.name) for thing in held if thing.role == "heading"}
        titled = next((link for link in links if normal(link.name) in headings), None)
        first = next((thing for thing in held if spoken(thing)), None)
        if titled is not None or not links:
            return titled
        if len({link.href for link in links if link.href and not link.href.endswith("#")}) == 1 or links[0] is first:
            return links[0]
        # Of several links the title is the longest text of the item; "Edit" is shorter than what it edits.
        longest = max(links, key=lambda link: len(link.name))
        lengths = [len(text.name) for text in texts if longest.name not in text.name]
        return longest if len(longest.name) >= max(lengths, default=0) else None


def spoken(thing: Element) -> str:
    """Return what a thing shows: its text or name, and for a field its value."""
    if thing.value and thing.value != thing.name:
        return f"{thing.name} {thing.value}".strip()
    return thing.name or thing.text


def value_of(thing: Element) -> str:
    """Return what is read of a thing: the value of a field, the selected options of a list, the text of all else."""
    if thing.selected_options:
        return ", ".join(thing.selected_options)
    if thing.tag in ("input", "select", "textarea") or thing.role in (
        "textbox",
        "searchbox",
        "combobox",
        "spinbutton",
        "slider",
    ):
        return thing.value
    return thing.text or thing.name or thing.value


def _is_label_place(label: Box | None, field: Box | None) -> bool:
    """Return whether a box is where a label stands: right before a field on its line, or right above it."""
    if label is None or field is None:
        return False
    on_line = label.y < field.y + field.height and field.y < label.y + label.height
    if on_line and -2 <= field.x - (label.x + label.width) <= _BESIDE_PX:
        return True
    return abs(label.x - field.x) <= _INDENT_PX and -2 <= field.y - (label.y + label.height) <= _ABOVE_PX


def _gap(one: Box | None, other: Box | None) -> float:
    """Return the distance of two boxes, px."""
    if one is None or other is None:
        return float("inf")
    across = max(one.x - (other.x + other.width), other.x - (one.x + one.width), 0.0)
    down = max(one.y - (other.y + other.height), other.y - (one.y + one.height), 0.0)
    return across + 2 * down  # what stands on the same line belongs together rather than what stands above


def distance(one: Element, other: Element) -> float:
    """Return how far apart two things stand, px; a line apart counts more than the same on one line."""
    return _gap(one.box, other.box)

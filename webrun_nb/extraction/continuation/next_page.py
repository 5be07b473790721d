"""The way to the next page of a list: a control of that relation or name, otherwise the next of numbered pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from webrun_nb.extraction.continuation.list_controls import (
    Control,
    class_of_item,
    control_of,
    is_disabled,
    is_in_form,
    leads_here,
    may_press,
    name_of_control,
    relations,
)
from webrun_nb.extraction.continuation.list_words import is_arrow, is_next, is_page_name
from webrun_nb.extraction.continuation.stated_count import read_pages
from webrun_nb.extraction.continuation.surroundings import Level
from webrun_nb.extraction.snapshot import Node, Snapshot

_MOST_PAGE_LINKS = 60
_NEAR = 4
"""Elements around the list within which a control that cannot be used is its own."""
_CURRENT = frozenset({"page", "true", "step", "location"})
_TRUE = "true"
_MOST_DIGITS = 4
_MOST_PARTS = 3
"""Parts of an element that may be no more than a number."""


def next_page(snapshot: Snapshot, levels: Sequence[Level]) -> tuple[Control | None, bool]:
    """Return the way to the next page that is nearest to a list, and whether it is there but cannot be used.

    Parameters
    ----------
    snapshot : Snapshot
        The document that shows the list.
    levels : sequence of Level
        The elements around it.
    """
    for distance, level in enumerate(levels):
        named = [node for node in level.elements if may_press(node) and _is_next(node) and _is_of_pages(node)]
        usable = [node for node in named if not is_disabled(node)]
        if usable:
            best = min(usable, key=_by_certainty)
            if best.tag != "a" or not leads_here(best, snapshot):
                return control_of(best, snapshot), False
        if (numbered := _numbered(level, snapshot)) is not None and not named:
            return numbered, False
        if named and distance <= _NEAR:
            return None, True
    head = [node for node in snapshot.root.find("link", displayed=False) if "next" in relations(node)]
    if len(head) == 1 and not leads_here(head[0], snapshot):
        url = head[0].attributes.get("href", "")
        return (Control(head[0], "the next page", url), False) if url.startswith(("http:", "https:")) else (None, False)
    return None, False


def _is_next(node: Node) -> bool:
    if "next" in relations(node):
        return True
    text, label = name_of_control(node), node.attributes.get("aria-label") or node.attributes.get("title") or ""
    return is_next(text) or (is_next(label) and len(text) < 20) or (is_arrow(text or label) and _is_in_pager(node))


def _is_of_pages(node: Node) -> bool:
    """Tell whether a control turns pages: not the button of a form, which may be the next step of an order."""
    return not is_in_form(node) or is_page_name(name_of_control(node)) or _is_in_pager(node)


def _by_certainty(node: Node) -> tuple[bool, bool, bool]:
    """Order ways to the next page: by their relation, by words, and `›` before `»`, which may be the last page."""
    text = node.text
    return "next" not in relations(node), is_arrow(text), "»" in text and is_arrow(text)


def _is_in_pager(node: Node) -> bool:
    """Tell whether an arrow stands among numbered pages, or beside the number of the page."""
    around = list(node.ancestors())[:3]
    return any(len(_numbers_in(up)) > 1 or read_pages(_short_text(up)) is not None for up in around)


def _short_text(node: Node) -> str:
    """Return the text of an element without arrows, if it has few parts."""
    return (
        "".join(char for char in node.text if char not in "‹›«»<>←→") if len(node.children) <= _MOST_PARTS * 3 else ""
    )


def _numbers_in(node: Node) -> list[Node]:
    elements = [each for each, _ in zip(node.walk(), range(4 * _MOST_PAGE_LINKS), strict=False) if not each.is_text]
    return [each for each in elements if may_press(each) and _page_number(each) is not None]


@dataclass(slots=True)
class _Numbers:
    """The numbers in one element: those that can be pressed, and those that cannot."""

    pressed: list[Node] = field(default_factory=list)
    still: set[int] = field(default_factory=set)


def _numbered(level: Level, snapshot: Snapshot) -> Control | None:
    """Return the number behind that of the current page, among the numbered pages of a level."""
    for holder, numbers in _groups_of_numbers(level).items():
        if not 0 < len(numbers.pressed) <= _MOST_PAGE_LINKS or _is_in_calendar(holder):
            continue
        current = _current_page(numbers, snapshot)
        if current is None:
            continue
        for node in numbers.pressed:
            if _page_number(node) == current + 1 and not is_disabled(node) and not leads_here(node, snapshot):
                return control_of(node, snapshot)
    return None


def _groups_of_numbers(level: Level) -> dict[Node, _Numbers]:
    """Return the numbers of a level by the element that holds them together, whatever is around each of them."""
    groups: dict[Node, _Numbers] = {}
    within: set[Node] = set()
    for node in level.elements:
        if may_press(node) and _page_number(node) is not None and (holder := _holder_of(node)) is not None:
            groups.setdefault(holder, _Numbers()).pressed.append(node)
            within.update(node.walk())
            within.update(node.ancestors())
    for node in level.elements if groups else ():
        number = None if node in within or len(node.children) > _MOST_PARTS else _page_number(node)
        if number is not None and (holder := _holder_of(node)) in groups and holder is not None:
            groups[holder].still.add(number)
    for holder, numbers in groups.items():
        bare = (child.content.strip(" \t\n|·,[]()") for child in holder.children if child.is_text)
        numbers.still |= {int(text) for text in bare if text.isdecimal() and len(text) <= _MOST_DIGITS}
    return groups


def _holder_of(node: Node) -> Node | None:
    """Return the element around a number that holds other elements too."""
    holder = node.parent
    while holder is not None and len(holder.elements) < 2 and holder.tag not in ("nav", "body"):
        holder = holder.parent
    return holder


def _current_page(numbers: _Numbers, snapshot: Snapshot) -> int | None:
    """Return the number of the current page: marked as such, otherwise the only number that cannot be pressed.

    Where links show none of this, the page at whose address the document is, otherwise the first.
    """
    of_all = [(node, _page_number(node)) for node in numbers.pressed]
    current = {number for node, number in of_all if node.attributes.get("aria-current", "") in _CURRENT}
    disabled = {number for node, number in of_all if is_disabled(node)}
    marked = {number for node, number in of_all if _is_marked(node)}
    here = {number for node, number in of_all if leads_here(node, snapshot)}
    bold = {number for node, number in of_all if any(each.is_bold for each in node.walk())}
    for found in (current, numbers.still, disabled, marked, here, bold):
        if len(found) == 1:
            return next(iter(found))
    links = {number for node, number in of_all if control_of(node, snapshot).url}
    return 1 if {1, 2} <= links and not numbers.still else None


def _is_marked(node: Node) -> bool:
    """Tell whether a numbered page is marked as the current one by its state or its class."""
    states = (node.attributes.get("aria-selected"), node.attributes.get("aria-pressed"))
    classes = f"{node.attributes.get('class', '')} {class_of_item(node)}".lower().replace("_", "-")
    words = {part for each in classes.split() for part in (each, *each.split("-"))}
    return _TRUE in states or bool(words & {"active", "current", "selected"})


def _is_in_calendar(holder: Node) -> bool:
    """Tell whether numbers are days: a row or a table of seven to a row."""
    row = holder.closest("tr")
    return row is not None and len(row.elements) == 7


def _page_number(node: Node) -> int | None:
    text = node.text
    if not text.isdecimal():
        label = node.attributes.get("aria-label", "")
        found = re.findall(r"\d{1,4}", label) if not text and len(label) < 30 else []
        text = found[0] if len(found) == 1 else ""
    return int(text) if text and len(text) <= _MOST_DIGITS else None

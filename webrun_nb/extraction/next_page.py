"""The way to the next page of a list: a control of that relation or name, otherwise the next of numbered pages."""

from __future__ import annotations

import re
from collections.abc import Sequence

from webrun_nb.extraction.list_controls import (
    Control,
    class_of_item,
    control_of,
    is_disabled,
    leads_here,
    may_press,
    name_of_control,
    relations,
)
from webrun_nb.extraction.list_words import is_arrow, is_next
from webrun_nb.extraction.snapshot import Node, Snapshot
from webrun_nb.extraction.surroundings import Level

_MOST_PAGE_LINKS = 60
_CURRENT = frozenset({"page", "true", "step", "location"})
_TRUE = "true"


def next_page(snapshot: Snapshot, levels: Sequence[Level]) -> tuple[Control | None, bool]:
    """Return the way to the next page that is nearest to a list, and whether it is there but cannot be used.

    Parameters
    ----------
    snapshot : Snapshot
        The document that shows the list.
    levels : sequence of Level
        The elements around it.
    """
    for level in levels:
        named = [node for node in level.elements if may_press(node) and _is_next(node)]
        usable = [node for node in named if not is_disabled(node)]
        if usable:
            best = min(usable, key=_by_certainty)
            if best.tag != "a" or not leads_here(best, snapshot):
                return control_of(best, snapshot), False
        if (numbered := _numbered(level, snapshot)) is not None and not named:
            return numbered, False
        if named:
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


def _by_certainty(node: Node) -> tuple[bool, bool, bool]:
    """Order ways to the next page: by their relation, by words, and `›` before `»`, which may be the last page."""
    text = node.text
    return "next" not in relations(node), is_arrow(text), "»" in text and is_arrow(text)


def _is_in_pager(node: Node) -> bool:
    """Tell whether an arrow stands among numbered pages."""
    return any(len(_numbers_in(up)) > 1 for up in list(node.ancestors())[:3])


def _numbers_in(node: Node) -> list[Node]:
    elements = [each for each, _ in zip(node.walk(), range(4 * _MOST_PAGE_LINKS), strict=False) if not each.is_text]
    return [each for each in elements if may_press(each) and _page_number(each) is not None]


def _numbered(level: Level, snapshot: Snapshot) -> Control | None:
    """Return the number behind that of the current page, among the numbered pages of a level."""
    pages: dict[Node, list[Node]] = {}
    for node in level.elements:
        if may_press(node) and _page_number(node) is not None:
            holder = node.parent
            while holder is not None and len(holder.elements) < 2 and holder.tag not in ("nav", "body"):
                holder = holder.parent
            if holder is not None:
                pages.setdefault(holder, []).append(node)
    for holder, numbered in pages.items():
        if len(numbered) > _MOST_PAGE_LINKS or _is_in_calendar(holder):
            continue
        current = _current_page(holder, numbered)
        if current is None:
            continue
        for node in numbered:
            if _page_number(node) == current + 1 and not is_disabled(node) and not leads_here(node, snapshot):
                return control_of(node, snapshot)
    return None


def _current_page(holder: Node, numbered: Sequence[Node]) -> int | None:
    """Return the number of the current page: marked as such, otherwise the only number that cannot be pressed."""
    around = [holder, *(each for each in holder.walk() if not each.is_text)][: 6 * _MOST_PAGE_LINKS]
    for node in around:
        if node.attributes.get("aria-current", "") in _CURRENT and (number := _page_number(node)) is not None:
            return number
    pressed = {id(each) for node in numbered for each in (*node.walk(), *node.ancestors())}
    still = {
        number
        for node in around
        if id(node) not in pressed and not node.hidden and (number := _page_number(node)) is not None
    }
    disabled = {number for node in numbered if is_disabled(node) and (number := _page_number(node)) is not None}
    marked = {number for node in numbered if _is_marked(node) and (number := _page_number(node)) is not None}
    for found in (still, disabled, marked):
        if len(found) == 1:
            return found.pop()
    return None


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
    return int(text) if text and len(text) <= 4 else None

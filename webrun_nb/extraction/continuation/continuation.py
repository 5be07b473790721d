"""The ways to the rest of a list that is not all on the page: what a snapshot shows of them.

There are links and buttons to the next page, numbered pages, controls that add rows, boxes that load rows as they are
scrolled, or show few of many, and tabs and sections that hold further rows. Nothing is performed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from webrun_nb.extraction.continuation.list_controls import Control, is_button, is_disabled, may_press, name_of_control
from webrun_nb.extraction.continuation.list_sections import sections_beside, tabs_beside
from webrun_nb.extraction.continuation.list_words import is_loading, is_more
from webrun_nb.extraction.continuation.next_page import next_page
from webrun_nb.extraction.continuation.scroll_areas import ScrollArea, scroll_area
from webrun_nb.extraction.continuation.stated_count import Stated, stated_count, stated_pages
from webrun_nb.extraction.continuation.surroundings import Level, is_control, levels_around
from webrun_nb.extraction.snapshot import Node, Snapshot
from webrun_nb.extraction.sources import Source

_MOST_LEVELS = 12
"""Elements around the list whose controls may be its own."""
_NEAR = 3
"""Elements around the list in which what is about to come is its own."""
_LAST_ROWS = 20
_TRUE = "true"


@dataclass(frozen=True, slots=True)
class Continuation:
    """The continuation of a list, as far as the page shows it.

    Parameters
    ----------
    following : Control or None
        The way to the next page of the list.
    more : Control or None
        A control that adds rows to the list.
    scrolls : ScrollArea or None
        The box that the list is scrolled in.
    tabs : tuple of Control
        Tabs that are not selected, beside the one that shows the list.
    sections : tuple of Control
        The headings of closed sections beside the one that holds the list.
    stated : Stated or None
        The number of rows that the page says the list has.
    pages : tuple of int and int, or None
        The number of the page, and that of all pages, that it says it is of.
    is_loading : bool
        True while the page says that something is about to come.
    is_at_last_page : bool
        True where the way to the next page is there and cannot be used.
    is_scripted : bool
        True where the page has scripts: without any, nothing comes by scrolling.
    """

    following: Control | None = None
    more: Control | None = None
    scrolls: ScrollArea | None = None
    tabs: tuple[Control, ...] = ()
    sections: tuple[Control, ...] = ()
    stated: Stated | None = None
    pages: tuple[int, int] | None = None
    is_loading: bool = False
    is_at_last_page: bool = False
    is_scripted: bool = False


def continuation_of(snapshot: Snapshot, source: Source) -> Continuation:
    """Return what goes on with a list.

    Parameters
    ----------
    snapshot : Snapshot
        The document that shows the list: the page, or one of its frames.
    source : Source
        The list.
    """
    levels = [level for _, level in zip(range(_MOST_LEVELS), levels_around(source), strict=False)]
    following, is_last = next_page(snapshot, levels)
    return Continuation(
        following,
        _more(levels),
        scroll_area(source),
        tabs_beside(snapshot, source),
        tuple(sections_beside(snapshot, source)),
        stated_count(source, source.node.language),
        stated_pages(source, source.node.language),
        says_loading(_near(source), source),
        is_last,
        any(node.tag == "script" and _runs(node) for node in snapshot.root.walk()),
    )


def document_of(snapshot: Snapshot, source: Source) -> Snapshot:
    """Return the document that a list of a page is in: the page itself, or one of its frames."""
    root = [source.node, *source.node.ancestors()][-1]
    return next((frame for frame in snapshot.frames if frame.root is root), snapshot)


def says_loading(around: Node, source: Source | None = None) -> bool:
    """Tell whether something is about to come in an element: it is marked as busy, or has a text such as "Loading…".

    Parameters
    ----------
    around : Node
        The element.
    source : Source, optional
        A list in it: of its rows only the last ones are looked at.
    """
    if any(node.attributes.get("aria-busy") == _TRUE for node in around.ancestors()):
        return True
    passed = {row.node for row in source.rows[:-_LAST_ROWS]} if source is not None else set()
    waiting = [around]
    while waiting:
        node = waiting.pop()
        if node.hidden or node in passed:
            continue
        if node.is_text:
            text = node.content.strip()
            if 2 < len(text) <= 40 and node.parent is not None and is_loading(text) and not is_control(node.parent):
                return True
        elif (node.attributes or node.tag == "progress") and _is_busy(node):
            return True
        waiting.extend(node.children)
    return False


def _is_busy(node: Node) -> bool:
    """Tell whether an element is marked as busy, or shows that something goes on without saying how far it is."""
    if node.attributes.get("aria-busy") == _TRUE:
        return True
    is_bar = node.role == "progressbar" or node.tag == "progress"
    return is_bar and "aria-valuenow" not in node.attributes and "value" not in node.attributes


def _near(source: Source) -> Node:
    """Return the element around a list in which rows that are about to come are announced."""
    around = [each for each in source.node.ancestors() if each.tag != "html"]
    return around[min(_NEAR, len(around) - 1)] if around else source.node


def _more(levels: Sequence[Level]) -> Control | None:
    """Return the control behind the list that adds rows to it."""
    for level in levels:
        for node in level.after:
            pressable = may_press(node) or (node.tag == "input" and node.attributes.get("type") in ("button", "submit"))
            if not pressable or is_disabled(node) or _holds_text(node) or _is_aside(node, level.node):
                continue
            name = name_of_control(node) or node.attributes.get("value", "")
            if is_more(name, is_button=is_button(node)):
                href = node.attributes.get("href", "")
                return Control(node, name, href if href.startswith(("http:", "https:")) else "")
    return None


def _is_aside(node: Node, level: Node) -> bool:
    """Tell whether a control is in a part of the page that is beside the list, such as its filters."""
    up = node.parent
    while up is not None and up is not level:
        if up.tag in ("aside", "nav") or up.role in ("complementary", "navigation"):
            return True
        up = up.parent
    return False


def _holds_text(node: Node) -> bool:
    """Tell whether a control shows or hides something instead: a menu, or a part of the page that is there."""
    if node.attributes.get("aria-haspopup", "false") != "false":
        return True
    return node.attributes.get("aria-expanded") is not None and bool(node.attributes.get("aria-controls"))


def _runs(script: Node) -> bool:
    kind = script.attributes.get("type", "").lower()
    return not kind or kind == "module" or "javascript" in kind or "ecmascript" in kind

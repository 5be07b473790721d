"""Tabs and sections that hold further rows of a list, and are closed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from webrun_nb.extraction.continuation.list_controls import Control, is_disabled, name_of_control
from webrun_nb.extraction.snapshot import Node, Snapshot
from webrun_nb.extraction.sources import Source

_MOST_SECTIONS = 100
_TRUE = "true"
_MENUS = frozenset({"nav", "header", "footer", "aside"})
_MENU_ROLES = frozenset({"navigation", "banner", "contentinfo", "menu", "menubar", "complementary"})


def tabs_beside(snapshot: Snapshot, source: Source) -> tuple[Control, ...]:
    """Return the tabs beside the one that shows the list, if it is in the panel of a tab."""
    panel = next((each for each in source.node.ancestors() if each.role == "tabpanel"), None)
    if source.node.role == "tabpanel":
        panel = source.node
    if panel is None:
        return ()
    ids = {panel.attributes.get("id", ""), panel.attributes.get("aria-labelledby", "")} - {""}
    for bar in (each for each in snapshot.root.walk() if each.role == "tablist" and not each.hidden):
        tabs = [each for each in bar.walk() if each.role == "tab" and not each.hidden]
        chosen = [
            each for each in tabs if ids & {each.attributes.get("aria-controls", ""), each.attributes.get("id", "")}
        ]
        if len(chosen) != 1:  # one panel for all tabs, or none is named
            chosen = [each for each in tabs if each.attributes.get("aria-selected") == _TRUE]
        if len(chosen) != 1 or not 1 < len(tabs) <= _MOST_SECTIONS:
            continue
        own = {chosen[0].attributes.get("aria-controls", ""), chosen[0].attributes.get("id", "")}
        if own & ids or _is_beside(bar, panel):
            return tuple(
                Control(each, name_of_control(each)) for each in tabs if each not in chosen and not is_disabled(each)
            )
    return ()


def _is_beside(bar: Node, panel: Node) -> bool:
    return bar.parent is not None and (bar.parent is panel.parent or bar.parent in list(panel.ancestors())[:2])


def sections_beside(snapshot: Snapshot, source: Source) -> Iterator[Control]:
    """Yield the headings of the closed sections beside the open one that holds the list."""
    for up in [source.node, *source.node.ancestors()]:
        if up.tag == "details":
            around = up.parent.elements if up.parent is not None else []
            yield from _closed(each for each in around if each.tag == "details" and "open" not in each.attributes)
            return
        if up.attributes.get("id") and (opener := _opener_of(snapshot, up.attributes["id"])) is not None:
            yield from _beside(snapshot, opener)
            return


def closed_sections(snapshot: Snapshot) -> tuple[Control, ...]:
    """Return the headings of all closed sections of a page, for one whose rows are all in closed sections.

    Menus are none: what opens in the head, the foot and the navigation of a site holds no rows.
    """
    closed = [
        node
        for node in snapshot.root.walk()
        if not node.hidden
        and ((node.tag == "details" and "open" not in node.attributes) or _is_closed_opener(node))
        and not any(up.tag in _MENUS or up.role in _MENU_ROLES for up in node.ancestors())
    ]
    controls = [*_closed(node for node in closed if node.tag == "details")]
    controls += [Control(node, name_of_control(node)) for node in closed if node.tag != "details"]
    return tuple(controls[:_MOST_SECTIONS])


def _closed(sections: Iterable[Node]) -> Iterator[Control]:
    for section in list(sections)[:_MOST_SECTIONS]:
        summary = next((each for each in section.elements if each.tag == "summary" and not each.hidden), None)
        if summary is not None:
            yield Control(summary, name_of_control(summary))


def _opener_of(snapshot: Snapshot, section: str) -> Node | None:
    for node in snapshot.root.walk():
        attributes = node.attributes
        if attributes.get("aria-expanded") == _TRUE and attributes.get("aria-controls") == section:
            return None if node.role == "combobox" or node.tag == "input" else node
    return None


def _beside(snapshot: Snapshot, opener: Node) -> Iterator[Control]:
    """Yield the closed controls that are in the same place of their sections as an open one is in its own."""
    depth, around = 0, opener.parent
    while around is not None and depth < 4:
        found = [each for each in around.walk() if each is not opener and _is_closed_opener(each)]
        if found:
            yield from (Control(each, name_of_control(each)) for each in found[:_MOST_SECTIONS])
            return
        around, depth = around.parent, depth + 1


def _is_closed_opener(node: Node) -> bool:
    return (
        not node.hidden
        and node.attributes.get("aria-expanded") == "false"
        and bool(node.attributes.get("aria-controls"))
        and node.role not in ("combobox", "menuitem")
        and node.tag in ("button", "a", "div", "h2", "h3", "h4")
        and node.attributes.get("aria-haspopup", "false") == "false"
    )

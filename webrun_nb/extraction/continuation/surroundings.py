"""The elements around a list, from the nearest to the farthest: its controls and what the page says about it are there.

What is within the list's rows is not around it: a "Show more" of one row adds no rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from webrun_nb.extraction.snapshot import Node
from webrun_nb.extraction.sources import Source

_MOST_NODES = 60_000
"""Elements that are looked at around one list."""
_OF_SITE = frozenset({"banner", "contentinfo", "search"})
"""Roles of the parts of a site that are about no list: its head and foot."""
_CONTROLS = frozenset({"a", "button", "summary", "option", "select", "input", "label", "textarea"})


@dataclass(slots=True)
class Level:
    """The displayed elements in one element around a list, without those of the levels before and its rows."""

    node: Node
    before: list[Node] = field(default_factory=list)
    """Those before the list's last row, in document order."""
    after: list[Node] = field(default_factory=list)

    @property
    def elements(self) -> list[Node]:
        """All of them, those after the list first."""
        return [*self.after, *self.before]


def levels_around(source: Source) -> Iterator[Level]:
    """Yield the levels around a list: the list's own element, then each element around it.

    Parameters
    ----------
    source : Source
        The list.
    """
    rows = {row.node for row in source.rows}
    budget, done = _MOST_NODES, None
    node: Node | None = source.node
    while node is not None and budget > 0:
        level, is_after = Level(node), False
        for child in [node] if done is None else node.children:
            if child is done:
                is_after = True
                continue
            for each, passed in _outside(child, rows):
                budget -= 1
                if budget < 0:
                    break
                is_after = is_after or passed
                (level.after if is_after else level.before).append(each)
        yield level
        done, node = node, node.parent


def is_control(node: Node) -> bool:
    """Tell whether an element can be pressed, or belongs to a field."""
    return node.tag in _CONTROLS or node.role in ("button", "link", "tab", "option", "menuitem", "checkbox", "radio")


def is_in_control(node: Node, level: Node) -> bool:
    """Tell whether an element is a control or within one, below the element of a level."""
    up: Node | None = node
    while up is not None and up is not level:
        if is_control(up):
            return True
        up = up.parent
    return False


def _outside(top: Node, rows: set[Node]) -> Iterator[tuple[Node, bool]]:
    """Yield the displayed elements in an element but not in rows, each with whether a row came right before it."""
    waiting, passed = [top], False
    while waiting:
        node = waiting.pop()
        if node in rows:
            passed = True
            continue
        if node.is_text or node.hidden or _is_of_site(node, rows):
            continue
        yield node, passed
        waiting.extend(reversed(node.children))


def _is_of_site(node: Node, rows: set[Node]) -> bool:
    return node.role in _OF_SITE or (
        node.tag in ("header", "footer") and node.parent is not None and node.parent.tag == "body"
    )

"""The box that a list is scrolled in, and whether the list shows few of its rows at a time there."""

from __future__ import annotations

from dataclasses import dataclass

from webrun_nb.extraction.snapshot import Node, Scrolling
from webrun_nb.extraction.sources import Source

_LEAST_ROOM_PX = 40


@dataclass(frozen=True, slots=True)
class ScrollArea:
    """The box that a list is scrolled in, or the window."""

    node: Node
    """The `html` element for the window."""
    state: Scrolling
    has_blank: bool
    """True where the list has room for rows that are not there: it shows few of many at a time."""

    @property
    def path(self) -> str:
        """Its selector; empty for the window."""
        return "" if self.node.parent is None else self.node.path


def scroll_area(source: Source) -> ScrollArea | None:
    """Return the nearest box around the rows of a list that is scrolled: the window, if no other is."""
    if not source.rows:
        return None
    last = max((row.node for row in source.rows), key=lambda node: node.box.y if node.box else -1.0)
    for node in last.ancestors():
        if (state := node.scrolling) is not None:
            return ScrollArea(node, state, _has_blank(source, node, state))
    return None


def _has_blank(source: Source, area: Node, state: Scrolling) -> bool:
    """Tell whether there is room for rows above the first row or below the last: more than half a view of nothing."""
    boxes = [row.node.box for row in source.rows if row.node.box is not None]
    if not boxes:
        return False
    if source.stated_rows is not None and source.stated_rows > len(source.rows):
        return True
    top, bottom = min(box.y for box in boxes), max(box.y + box.height for box in boxes)
    room_px = max(state.view_px / 2, _LEAST_ROOM_PX)
    first, last = source.rows[0].node, source.rows[-1].node
    for up in last.ancestors():
        if up is area or (_text_behind(up, last) and up is not last.parent):
            break
        if up.box is not None and up.box.y + up.box.height > bottom + room_px and not _text_behind(up, last):
            return True
        if up.box is not None and up.box.y < top - room_px and not _text_before(up, first):
            return True
    if area.box is None or area.parent is None:
        return False
    content_top = area.box.y - state.offset_px
    below = content_top + state.content_px - bottom > room_px and not _text_behind(area, last)
    return below or (top - content_top > room_px and not _text_before(area, first))


def _text_behind(around: Node, row: Node) -> bool:
    return _has_text(around, row, behind=True)


def _text_before(around: Node, row: Node) -> bool:
    return _has_text(around, row, behind=False)


def _has_text(around: Node, row: Node, *, behind: bool) -> bool:
    """Tell whether something is displayed in an element behind a row of it, or before."""
    inner: Node = row
    for up in row.ancestors():
        place = up.children.index(inner)
        others = up.children[place + 1 :] if behind else up.children[:place]
        if any(_shows_text(each) for each in others):
            return True
        if up is around:
            return False
        inner = up
    return False


def _shows_text(node: Node) -> bool:
    return any(each.is_text and not each.hidden and each.content.strip() for each in node.walk())

"""Where on the page an action takes place: for the highlight in a live view."""

from __future__ import annotations

from webrun_nb.browsers.base import (
    VIEW_HEIGHT_PX,
    VIEW_WIDTH_PX,
    Action,
    Box,
    Click,
    Observation,
    PointerClick,
    Press,
    Select,
    Type,
    TypeReleased,
    TypeSecret,
    Wheel,
)


def place(action: Action, seen: Observation | None) -> dict[str, float] | None:
    """Return the box that an action is aimed at, CSS px of the 1024×600 view; None where it is at no place in it.

    Parameters
    ----------
    action : Action
        What is going to be done.
    seen : Observation, optional
        The last look at the page, which the action's `ref` belongs to. An element that is out of view is scrolled into
        it first, to where nobody knows yet.
    """
    match action:
        case (
            Click(ref=int(ref))
            | Type(ref=int(ref))
            | TypeSecret(ref=int(ref))
            | TypeReleased(ref=int(ref))
            | Select(ref=int(ref))
            | Press(ref=int(ref))
        ):
            known = () if seen is None else seen.everything
            box = known[ref].box if 0 <= ref < len(known) else None
        case PointerClick(x=x, y=y) | Wheel(x=x, y=y):
            box = Box(x, y, 0, 0)
        case _:
            box = None
    return in_view(box)


def in_view(box: Box | None) -> dict[str, float] | None:
    """Return a box as listeners get it; None where there is none, or it is out of view."""
    if box is None or not _in_view(box):
        return None
    return {"x": box.x, "y": box.y, "width": box.width, "height": box.height}


def _in_view(box: Box) -> bool:
    return -box.width < box.x <= VIEW_WIDTH_PX and -box.height < box.y <= VIEW_HEIGHT_PX

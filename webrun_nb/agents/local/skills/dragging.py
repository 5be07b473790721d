"""Drags things with the mouse: onto others, beside them, to a place in their list, in a direction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from webrun_nb.agents.local.skills.working import (
    Work,
    Worker,
    called,
    do,
    fail,
    look_until,
    place_of,
    things,
)
from webrun_nb.browsers.actions import Drag, Spot
from webrun_nb.browsers.observation import Box, Element, Observation

Place = Literal["onto", "before", "after", "left", "right", "up", "down", "first", "last"]
_DIRECTIONS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
_FREE_PX = 80
"""The distance that a thing is dragged which has no neighbour in that direction."""


def drag_onto(worker: Worker, source: Element, onto: Element, sentence: str) -> Work[None]:
    """Drag one thing onto another one.

    Raises
    ------
    AgentError
        Nothing on the page changed.
    """
    before = yield from worker.look()
    yield from do(worker, _drag(source, onto), sentence)
    yield from worker.look(again=True)
    seen = yield from look_until(worker, lambda now: _arrangement(now) != _arrangement(before), sentence)
    if _arrangement(seen) == _arrangement(before):
        fail(sentence, f'"{called(source)}" was dragged onto "{called(onto)}", and nothing on the page changed')


def drag_beside(
    worker: Worker, source: Element, other: Element, place: Literal["before", "after"], sentence: str
) -> Work[None]:
    """Drag a thing before or after another one of its list, and check their order.

    Raises
    ------
    AgentError
        It ends elsewhere.
    """
    for depth in (0.75, 0.95):  # how far beyond the middle of the other one it is dropped
        moves_on = _follows(other, source)
        row = _is_row(source, other)
        spot = depth if place == "after" else 1 - depth
        if moves_on is (place == "before"):  # it leaves a gap behind it: the other one moves up by its place
            spot = 1 - depth if place == "before" else depth
        drop = Spot(spot, 0.5) if row else Spot(0.5, spot)
        yield from do(worker, Drag(source.ref, called(source), other.ref, called(other), drop=drop), sentence)
        seen = yield from worker.look(again=True)
        source, other = _named(source, seen), _named(other, seen)
        if _is_beside(source, other, place, seen):
            return
    fail(sentence, f'"{called(source)}" was dragged, and is not {place} "{called(other)}" now')


def drag_to_end(worker: Worker, source: Element, place: Literal["first", "last"], sentence: str) -> Work[None]:
    """Drag a thing to the beginning or to the end of its list."""
    row = neighbours(source, (yield from worker.look()))
    other = row[0] if place == "first" else row[-1]
    if other.name == source.name:
        return
    yield from drag_beside(worker, source, other, "before" if place == "first" else "after", sentence)


def drag_along(
    worker: Worker, source: Element, direction: Literal["left", "right", "up", "down"], sentence: str
) -> Work[None]:
    """Drag a thing in a direction: to the place of its neighbour there, or a little way where it has none.

    Raises
    ------
    AgentError
        It stays where it was.
    """
    across, down = _DIRECTIONS[direction]
    before = yield from worker.look()
    other = _next(source, neighbours(source, before), across, down)
    if other is not None:
        yield from drag_beside(worker, source, other, "before" if across + down < 0 else "after", sentence)
        return
    by = (across * _FREE_PX, down * _FREE_PX)
    yield from do(worker, Drag(source.ref, called(source), by=by), sentence)
    now = _named(source, (yield from worker.look(again=True)))
    if source.box is None or now.box is None:
        return
    if (now.box.x - source.box.x) * across + (now.box.y - source.box.y) * down <= 0:
        fail(sentence, f'"{called(source)}" was dragged, and stays where it is')


def _drag(source: Element, onto: Element) -> Drag:
    return Drag(source.ref, called(source), onto.ref, called(onto))


def neighbours(element: Element, seen: Observation) -> list[Element]:
    """Return the things of one list, in the order of the page: those with the same parent and tag."""
    parent = element.path.rpartition(" > ")[0]
    return [
        e
        for e in things(seen)
        if e.frame == element.frame and e.tag == element.tag and e.path.rpartition(" > ")[0] == parent and e.name
    ]


def _next(element: Element, among: Sequence[Element], across: int, down: int) -> Element | None:
    """Return the nearest neighbour in a direction."""
    if element.box is None:
        return None
    x, y = _middle(element.box)
    there = []
    for other in among:
        if other.box is None or place_of(other) == place_of(element):
            continue
        dx, dy = _middle(other.box)[0] - x, _middle(other.box)[1] - y
        along, aside = dx * across + dy * down, abs(dx * down) + abs(dy * across)
        if along > 1 and aside <= max(element.box.width, element.box.height) / 2:
            there.append((along, other))
    return min(there, key=lambda each: each[0], default=(0, None))[1]


def _middle(box: Box) -> tuple[float, float]:
    return box.x + box.width / 2, box.y + box.height / 2


def _is_row(one: Element, other: Element) -> bool:
    """Tell whether two things stand side by side rather than one above the other."""
    if one.box is None or other.box is None:
        return False
    (x1, y1), (x2, y2) = _middle(one.box), _middle(other.box)
    return abs(x1 - x2) > abs(y1 - y2)


def _follows(one: Element, other: Element) -> bool:
    return one.ref > other.ref


def _named(element: Element, seen: Observation) -> Element:
    """Return a thing after it may have moved: it keeps its name, not its place."""
    same = [e for e in things(seen) if (e.role, e.name, e.tag) == (element.role, element.name, element.tag)]
    return same[0] if len(same) == 1 else next((e for e in same if place_of(e) == place_of(element)), element)


def _is_beside(source: Element, other: Element, place: Literal["before", "after"], seen: Observation) -> bool:
    order = [e.name for e in neighbours(other, seen)]
    if source.name not in order or other.name not in order:
        return False
    step = order.index(source.name) - order.index(other.name)
    return step == (1 if place == "after" else -1)


def _arrangement(seen: Observation) -> list[tuple[tuple[int, str], str, Box | None]]:
    return [(place_of(e), e.name, e.box) for e in things(seen)]

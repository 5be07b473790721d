"""Sets sliders and spinners to a number: native ones, those of ARIA, and those that scripts draw.

A slider that does not say its value is watched: the number on the page that changes with it is taken for its value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from webrun_nb.agents.local.skills.values import read_number
from webrun_nb.agents.local.skills.working import Work, Worker, again, called, common_depth, do, fail, place_of, things
from webrun_nb.browsers.actions import Action, Click, Drag, Press, Type
from webrun_nb.browsers.observation import Element, Observation

_MOST_ROUNDS = 8
"""Corrections of a slider whose steps are not even."""
_MOST_PRESSES = 500
"""Key presses of one action."""
_DRAG_PX = 24
_SLIDES = re.compile(r"(?:^|[\s_-])(?:slider|range|thumb|knob)(?:$|[\s_-])", re.I)
_UP = re.compile(r"^\+$|\b(?:up|plus|increase|increment|more|add)\b|[▲▴⏶↑˄]", re.I)
_DOWN = re.compile(r"^[-−–]$|\b(?:down|minus|decrease|decrement|less|fewer)\b|[▼▾⏷↓˅]", re.I)


def is_slider(element: Element) -> bool:
    """Tell whether an element is a slider, or the handle of one that a script draws."""
    if element.role == "slider" or element.input_type == "range":
        return True
    return element.role == "clickable" and bool(_SLIDES.search(f"{element.icon} {element.hint}"))


def set_slider(worker: Worker, element: Element, wanted: Decimal, sentence: str) -> Work[None]:
    """Set a slider to a number.

    Raises
    ------
    AgentError
        It cannot be moved there; the message says where it stays.
    """
    if element.input_type == "range":
        _check_limits(element, wanted, sentence)
        failed = yield from worker.act(Type(element.ref, _written(wanted), called(element)), sentence)
        now = yield from again(worker, element)
        if now is None or (failed is None and read_number(now.value) == wanted):
            return
        element = now
    yield from _by_keys(worker, element, wanted, sentence, ("ArrowRight", "ArrowLeft"))


def set_amount(worker: Worker, element: Element, wanted: Decimal, sentence: str) -> Work[None]:
    """Set a spinner to a number: by typing, else by the arrow keys, else by its buttons.

    Raises
    ------
    AgentError
        It does not take the number.
    """
    _check_limits(element, wanted, sentence)
    now: Element | None = element
    if element.tag == "input" and not element.readonly:
        for by_keys in (False, True):
            if now is not None:
                yield from worker.act(Type(now.ref, _written(wanted), called(now), by_keys=by_keys), sentence)
                now = yield from again(worker, element)
            if now is None or read_number(now.value) == wanted:
                return
    if now is None:
        fail(sentence, f'"{called(element)}" is not on the page any more')
    if not (yield from _by_buttons(worker, now, wanted, sentence)):
        yield from _by_keys(worker, now, wanted, sentence, ("ArrowUp", "ArrowDown"))


def _check_limits(element: Element, wanted: Decimal, sentence: str) -> None:
    low, high = read_number(element.minimum), read_number(element.maximum)
    if (low is not None and wanted < low) or (high is not None and wanted > high):
        ends = f"{'…' if low is None else low} to {'…' if high is None else high}"
        fail(sentence, f'"{called(element)}" goes from {ends}, and {_written(wanted)} is not in between')


def _written(number: Decimal) -> str:
    return f"{number.normalize():f}" if number else "0"


# --- moving until a number is displayed -------------------------------------------------------------------------------

_Place = tuple[int, str, int]
"""The place of a number on a page: frame, path of the text or field, and its position there."""


def _numbers(seen: Observation) -> dict[_Place, Decimal]:
    """Return the numbers that a page displays, by their place."""
    found: dict[_Place, Decimal] = {}
    for thing in things(seen):
        for position, text in enumerate((thing.value, thing.name)):
            number = read_number(text)
            if number is not None:
                found[(*place_of(thing), position)] = number
    return found


class _Dial:
    """A control that is moved step by step, and the place of the number that shows where it is.

    Parameters
    ----------
    worker : Worker
    element : Element
        The control.
    sentence : str
    """

    def __init__(self, worker: Worker, element: Element, sentence: str) -> None:
        self.worker, self.element, self.sentence = worker, element, sentence
        self._place: _Place | None = None
        if read_number(element.value) is not None:
            self._place = (*place_of(element), 0)

    def move(self, make: Callable[[Element], Action]) -> Work[tuple[Decimal, Decimal] | None]:
        """Do something to it; return its number before and after, None where none is displayed."""
        before = yield from self.worker.look()
        failed = yield from self.worker.act(make(self.element), self.sentence)
        now = yield from again(self.worker, self.element)
        if failed is not None or now is None:
            return None
        self.element = now
        old, new = _numbers(before), _numbers((yield from self.worker.look()))
        if self._place is None:
            changed = [place for place, number in new.items() if place in old and old[place] != number]
            self._place = max(changed, key=self._nearness, default=None)
        if self._place is None or self._place not in new:
            return None
        return old.get(self._place, new[self._place]), new[self._place]

    def _nearness(self, place: _Place) -> int:
        other = Element(0, "", "", "", path=place[1], frame=place[0])
        return common_depth(self.element, other)


def _pressing(key: str, times: int = 1) -> Callable[[Element], Action]:
    return lambda element: Press(key, element.ref, called(element), times)


def _dragging(by: tuple[float, float]) -> Callable[[Element], Action]:
    return lambda element: Drag(element.ref, called(element), by=by)


def _by_keys(worker: Worker, element: Element, wanted: Decimal, sentence: str, keys: tuple[str, str]) -> Work[None]:
    """Press arrow keys until the number is there; drag where keys do nothing."""
    dial = _Dial(worker, element, sentence)
    now, step = wanted, Decimal(0)
    for key, sign in zip(keys, (1, -1), strict=True):  # at its end, a control moves to one side only
        moves = yield from dial.move(_pressing(key))
        if moves is not None and moves[0] != moves[1]:
            now, step = moves[1], (moves[1] - moves[0]) * sign
            break
    if not step:
        yield from _by_dragging(dial, wanted)
        return
    for _ in range(_MOST_ROUNDS):
        times = min(max(round((wanted - now) / step), -_MOST_PRESSES), _MOST_PRESSES)
        if now == wanted or not times:
            break
        moves = yield from dial.move(_pressing(keys[0] if times > 0 else keys[1], abs(times)))
        if moves is None or moves[1] == now:
            break
        now, step = moves[1], (moves[1] - now) / times  # what was displayed before the first step may not have been it
    if now != wanted:
        fail(sentence, f'"{called(element)}" stays at {_written(now)}, and {_written(wanted)} was asked for')


def _by_dragging(dial: _Dial, wanted: Decimal) -> Work[None]:
    """Drag a handle, first a little to see how far a step is, then to the number."""
    for across, up in ((1, 0), (0, -1)):
        shift, back = Decimal(_DRAG_PX), Decimal(-_DRAG_PX)
        for _ in range(_MOST_ROUNDS):
            moves = yield from dial.move(_dragging((float(shift) * across, float(shift) * up)))
            if moves is not None and moves[1] == wanted:
                return
            if moves is not None and moves[0] != moves[1]:
                shift *= (wanted - moves[1]) / (moves[1] - moves[0])
            elif shift == _DRAG_PX:  # at its end, a handle moves to one side only
                shift = back
            else:
                break
    fail(dial.sentence, f'"{called(dial.element)}" could not be moved to {_written(wanted)}, by keys or by the mouse')


def _by_buttons(worker: Worker, element: Element, wanted: Decimal, sentence: str) -> Work[bool]:
    """Click the buttons of a spinner until it has the number; return False where it has no such buttons."""
    now = _displayed(element)
    for _ in range(_MOST_PRESSES):
        if now is None or now == wanted:
            break
        button = _button(element, (yield from worker.look()), up=wanted > now)
        if button is None:
            break
        yield from do(worker, Click(button.ref, called(button)), sentence)
        after = yield from again(worker, element)
        reached = None if after is None else _displayed(after)
        if after is None or reached is None or abs(reached - wanted) >= abs(now - wanted):
            break
        element, now = after, reached
    return now == wanted


def _displayed(element: Element) -> Decimal | None:
    return read_number(element.value or element.name)


def _button(element: Element, seen: Observation, *, up: bool) -> Element | None:
    """Return the button that counts up, or down, in the smallest part of the page with the spinner and one of them."""
    words = _UP if up else _DOWN
    fitting = [
        e
        for e in things(seen)
        if e.role in ("button", "clickable", "link")
        and e.enabled
        and words.search(f"{e.name} {e.icon} {e.hint}".strip())
    ]
    return max(fitting, key=lambda e: common_depth(e, element), default=None)

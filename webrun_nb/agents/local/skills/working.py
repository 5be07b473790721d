"""The operations of a task that the skills use, and what all of them need: a control after a fresh look, failing."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from typing import NoReturn, Protocol, TypeVar

from webrun_nb.agents.base import AgentError, Failed, Reply, Step
from webrun_nb.browsers.actions import Action, WaitForChange
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.text import shortened

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]
"""A part of a run: yields steps, is sent replies, returns a result."""

_LATE_MS = 3_000
"""Longest wait for content that comes late."""
_STILL_MS = 1_000
"""A page that has not changed for so long is not waited for any longer."""
_MOST_LOOKS = 40
_QUOTED = 80


class Worker(Protocol):
    """The operations of a task that the skills use; a `Task` has them."""

    seen: Observation | None

    def look(self, *, again: bool = False) -> Work[Observation]:
        """Look at the page."""

    def act(self, action: Action, because: str, *, keeps_page: bool = False) -> Work[Failed | None]:
        """Do something."""

    def settled(self) -> None:
        """Forget the checks of the actions so far, since the effect was seen."""

    def note(self, text: str) -> Work[None]:
        """Say something."""

    def ask(self, question: str, candidates: Sequence[str] = ()) -> Work[str]:
        """Ask a person."""

    def choice(self, question: str, choices: Sequence[str]) -> Work[int]:
        """Ask which of several is meant; return its position."""


def things(seen: Observation) -> tuple[Element, ...]:
    """Return all that can be pointed at: the elements and texts of a page and its frames."""
    return seen.all_things


def place_of(element: Element) -> tuple[int, str]:
    """Return the place of an element in its document, by which looks at different times can be compared.

    A path says `div` for the only one of its kind and `div:nth-of-type(1)` for the first of several, and scripts add
    what they open at the end of a page: both are the same place.
    """
    return element.frame, element.path.replace(":nth-of-type(1)", "")


def same_element(element: Element, seen: Observation) -> Element | None:
    """Find an element of an earlier look in another one; None where it is gone, or cannot be told from others."""
    there, place = things(seen), place_of(element)
    kind = (element.tag, element.input_type, element.frame)
    at_path = [e for e in there if place_of(e) == place and (e.tag, e.input_type, e.frame) == kind]
    if len(at_path) == 1 and (at_path[0].name == element.name or element.tag in ("input", "select", "textarea")):
        return at_path[0]
    named = [e for e in there if (e.role, e.name, e.frame) == (element.role, element.name, element.frame)]
    if len(named) == 1:
        return named[0]
    return at_path[0] if len(at_path) == 1 and not named else None


def again(worker: Worker, element: Element) -> Work[Element | None]:
    """Look at the page again and return the element as it is now; None where it is gone."""
    return same_element(element, (yield from worker.look(again=True)))


def do(worker: Worker, action: Action, sentence: str) -> Work[None]:
    """Do something that the sentence is of no use without; the page is looked at again before the next step.

    Raises
    ------
    AgentError
        It could not be done.
    """
    failed = yield from worker.act(action, sentence)
    if failed is not None:
        raise AgentError(failed.code, failed.message)


def self_checked(worker: Worker, work: Work[T]) -> Work[T]:
    """Do the work of a skill that checks its effect itself: ways of it that did nothing are no failures."""
    result = yield from work
    worker.settled()
    return result


def look_until(
    worker: Worker, holds: Callable[[Observation], object], sentence: str, within_ms: int = _LATE_MS
) -> Work[Observation]:
    """Look at the page again whenever it changes, until something holds; return the last look.

    Parameters
    ----------
    holds : callable
        Returns what is true of an observation that is waited for.
    within_ms : int, optional
        The longest wait. A page that goes on changing by itself, such as a clock, ends none.
    """
    seen = yield from worker.look()
    end_s = time.monotonic() + within_ms / 1000
    for _ in range(_MOST_LOOKS):
        begin_s = time.monotonic()
        wait_ms = min(int((end_s - begin_s) * 1000), _STILL_MS)
        if holds(seen) or wait_ms <= 0:
            break
        yield from worker.act(WaitForChange(wait_ms), sentence)
        was_still = time.monotonic() - begin_s >= wait_ms / 1000
        seen = yield from worker.look(again=True)
        if was_still:
            break
    return seen


def later_look(worker: Worker, before: Observation, sentence: str) -> Work[Observation | None]:
    """Wait for the page to change by itself and look at it; None where nothing that it shows changes."""
    seen = yield from look_until(worker, lambda now: _shown(now) != _shown(before), sentence)
    return None if _shown(seen) == _shown(before) else seen


def _shown(seen: Observation) -> tuple[object, ...]:
    return seen.text, [(place_of(e), e.name, e.value, e.checked) for e in things(seen)]


def new_things(before: Observation, after: Observation) -> list[Element]:
    """Return what is displayed now and was not before: other places, other names, or other texts at the same place."""
    known = {(place_of(e), e.name) for e in things(before)}
    return [e for e in things(after) if (place_of(e), e.name) not in known]


def inside(outer: Element, inner: Element) -> bool:
    """Tell whether an element is inside another one."""
    return outer.frame == inner.frame and inner.path.startswith(f"{outer.path} > ")


def innermost(among: Sequence[Element]) -> list[Element]:
    """Leave out what only contains others of the same things, such as an item around its own text."""
    inner = {(e.frame, e.path) for e in among}
    outer: set[tuple[int, str]] = set()
    for frame, path in inner:
        while " > " in path:
            path = path.rpartition(" > ")[0]
            outer.add((frame, path))
    return [e for e in among if (e.frame, e.path) not in outer]


def common_depth(one: Element, other: Element) -> int:
    """Return the number of levels of the page that contain both of two elements."""
    if one.frame != other.frame:
        return 0
    depth = 0
    paths = (place_of(one)[1], place_of(other)[1])
    for left, right in zip(*(path.split(" > ") for path in paths), strict=False):
        if left != right:
            break
        depth += 1
    return depth


def called(element: Element) -> str:
    """Name an element for people, as its page does: a field by its label, anything else by what it shows."""
    is_field = element.tag in ("input", "select", "textarea")
    own = (element.label, element.name) if is_field else (element.name, element.label)
    name = own[0] or own[1] or element.placeholder or element.hint or element.role
    return shortened(name, _QUOTED)


def fail(sentence: str, what: str, code: TaskFailureCode = TaskFailureCode.ELEMENT_NOT_FOUND) -> NoReturn:
    """Give up on a sentence.

    Raises
    ------
    AgentError
        Always.
    """
    raise AgentError(code, f'"{sentence}": {what}.', {"sentence": sentence})

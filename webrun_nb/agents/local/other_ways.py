"""Other ways to the same thing, for when a policy refuses the first one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from webrun_nb.browsers.actions import Action, Navigate
from webrun_nb.browsers.observation import Element, Observation

MAX_TWINS = 3


def other_ways(refused: Element, seen: Observation, make: Callable[[Element], Action]) -> Iterator[Action]:
    """Give what leads to the same: elements that are for the very same thing, then a link's own address.

    What a person chose among several is not exchanged for another: only what is called the same in the same
    surroundings, or leads to the same place, counts.
    """
    twins = [element for element in seen.elements if element.ref != refused.ref and _for_the_same(element, refused)]
    yield from map(make, twins[:MAX_TWINS])
    if refused.href and refused.href.startswith(("http:", "https:")) and make(refused).clicks:
        yield Navigate(refused.href)


def _for_the_same(one: Element, other: Element) -> bool:
    if not one.enabled or (one.role, one.name) != (other.role, other.name):
        return False
    return one.href == other.href if other.href else one.nearby == other.nearby

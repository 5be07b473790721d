"""Says in words for people what was found on a page, and what comes nearest where nothing was."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from webrun_nb.agents.local.language.intents import Target
from webrun_nb.agents.local.matching.candidates import Match
from webrun_nb.agents.local.matching.names import normal
from webrun_nb.agents.local.matching.page import PageModel
from webrun_nb.agents.local.matching.roles import MEANINGS, REPEATED
from webrun_nb.browsers.observation import Element
from webrun_nb.common.text import shortened

MAX_NEAR_MISSES = 5
_MAX_RANKED = 400


def explained(found: Sequence[Match]) -> str:
    """Say why things were chosen: each by its name, with the reasons; the first three alone."""
    shown = [f"{describe(match.element)}: {', '.join(match.reasons)}".removesuffix(": ") for match in found[:3]]
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    return "; ".join(shown) + more


def near_misses(target: Target, page: PageModel, limit: int = MAX_NEAR_MISSES) -> tuple[str, ...]:
    """Name what is on the page and comes nearest to the words, each name once."""
    wanted = normal(target.words or target.said or target.near)
    meaning = MEANINGS.get(target.role)
    named = [element for element in page.seen.elements if element.name][:_MAX_RANKED]
    if target.role in REPEATED and page.items:
        named += [thing for item in page.items[0][:20] if (thing := page.as_thing(item)) is not None]

    def rank(element: Element) -> tuple[float, bool]:
        fits = meaning is not None and element.role in meaning.own
        return (-SequenceMatcher(None, wanted, normal(element.name)[:80]).ratio() - 0.1 * fits, not fits)

    by_name: dict[str, Element] = {}
    for element in sorted(named, key=rank):
        by_name.setdefault(normal(element.name) or element.name, element)
    return tuple(describe(element) for element in by_name.values())[:limit]


def describe(element: Element) -> str:
    """Name an element for people: 'button "Add to cart" (Aurora 13 $899)'."""
    words = shortened(element.name or element.label or element.placeholder, 60)
    name = f'"{words}"' if words else "without a name"
    near = f" ({shortened(element.nearby, 60)})" if element.nearby and element.nearby != element.name else ""
    return f"{element.role} {name}{near}"

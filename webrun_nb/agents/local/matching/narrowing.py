"""Narrows down the things that are called so to those of which all holds that a noun phrase says.

These are what they stand beside, their state and looks, and comparisons with each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from webrun_nb.agents.local.language.intents import Target
from webrun_nb.agents.local.matching.candidates import NAMED, Match, named_so
from webrun_nb.agents.local.matching.choosing import top
from webrun_nb.agents.local.matching.conditions import SHAPES, holds, is_shape, most, number_in, with_qualities
from webrun_nb.agents.local.matching.names import alike, in_text, normal, stem
from webrun_nb.agents.local.matching.page import PageModel, distance, value_of
from webrun_nb.agents.local.matching.roles import REPEATED
from webrun_nb.browsers.observation import Element

_BESIDE_PX = 400
"""The farthest that a thing may be from words that it stands beside, CSS px."""


def narrowed(
    target: Target, named: Sequence[Match], page: PageModel, left_out: frozenset[int]
) -> tuple[list[Match], str]:
    """Return the matches of which all holds that the phrase says; or none, and the reason.

    Parameters
    ----------
    target : Target
    named : sequence of Match
        What is called so.
    page : PageModel
    left_out : frozenset of int
        The refs of what the phrase excepts.
    """
    found, what = list(named), f'called "{target.words}"' if target.words else f"of the kind {target.role or 'thing'}"
    if not found:
        return [], f"nothing is {what}"
    if target.role == "graphic":
        found = _of_shape(target, found)
    if target.role == "field":
        found = _of_field_type(target, found)
    found = [match for match in found if match.element.ref not in left_out]
    if target.near:
        found = _nearest(target, found, page)
        if not found:
            return [], f'{len(named)} are {what}, and none belongs to "{target.near}"'
    if target.role == "number":
        numbers = [match for match in found if number_in(value_of(match.element)) is not None]
        whole = [match for match in numbers if number_in(value_of(match.element), whole=True) is not None]
        found = whole or numbers or (found if target.near else [])  # "the value of Language" need not be a number
    for condition in target.conditions:
        found = [match for match in found if holds(condition, match.element, page)]
        if not found:
            return [], f"{len(named)} are {what}, and of none it holds that {condition.words}"
    if target.superlative is not None:
        found = _kept(most(target.superlative, _elements(found), page), found)
        if not found:
            return [], f"{len(named)} are {what}, and none shows what {target.superlative.words} compares"
    if target.qualities:
        fitting = _kept(with_qualities(target.qualities, _elements(top(found)), page), found)
        if not fitting:
            fitting = _kept(with_qualities(target.qualities, _elements(found), page), found)
        if not fitting:
            return [], f"{len(named)} are {what}, and none is {' '.join(target.qualities)}"
        found = fitting
    return found, ""


def _elements(matches: Sequence[Match]) -> list[Element]:
    return [match.element for match in matches]


def _kept(elements: Sequence[Element], among: Sequence[Match]) -> list[Match]:
    refs = {element.ref for element in elements}
    return [match for match in among if match.element.ref in refs]


def _of_shape(target: Target, found: list[Match]) -> list[Match]:
    said = {stem(word) for word in normal(f"{target.said} {' '.join(target.qualities)}").split()}
    word = next((word for word in SHAPES if stem(word) in said), "")
    return [match for match in found if is_shape(word, match.element)] if word else found


def _of_field_type(target: Target, found: list[Match]) -> list[Match]:
    """Return the fields of the type that their word says: an area of text, a search box, a line."""
    said = normal(target.said)
    wanted = next((test for words, test in _FIELD_TYPES if words in said), None)
    typed = [match for match in found if wanted is not None and wanted(match.element)]
    typed = typed or found
    return [match for match in typed if not match.element.readonly] or typed


_FIELD_TYPES: tuple[tuple[str, Callable[[Element], bool]], ...] = (
    ("area", lambda field: field.tag == "textarea"),
    ("search", lambda field: field.role == "searchbox" or "search" in f"{field.name} {field.placeholder}".casefold()),
    ("text", lambda field: field.tag == "input" and field.role in ("textbox", "searchbox", "combobox")),
    ("input", lambda field: field.tag == "input"),
)
"""Words of what a field is called, and the test of the fields that they mean."""


def _nearest(target: Target, found: list[Match], page: PageModel) -> list[Match]:
    """Return the matches that belong to the words: each has a smallest group that holds both it and them.

    A group around another one's does not count, and one that only speaks of the words does not where another has a
    thing that is called so. In the same group, the one that stands nearest on the screen is meant.
    """
    near = target.near
    groups = {
        match.element.ref: group
        for match in found
        if (group := _smallest_with(target, match.element, page)) is not None
    }
    if not groups:
        return _beside(near, found, page) or [match for match in found if _belongs(near, match.element)]
    # What is within a group comes right after it.
    ordered = sorted(set(groups.values()))
    smallest = {
        group
        for group, after in zip(ordered, [*ordered[1:], len(page.groups)], strict=True)
        if after > page.spans[group].last
    }
    named = {group for group in smallest if any(alike(near, each.name) >= NAMED for each in page.members(group))}
    belonging = [match for match in found if groups.get(match.element.ref) in (named or smallest)]
    best = top(belonging)
    if len(best) > 1 and len({groups[match.element.ref] for match in best}) == 1:
        return _beside(near, best, page) or belonging
    return belonging


def _smallest_with(target: Target, thing: Element, page: PageModel) -> int | None:
    """Return the smallest group that holds a thing and the words that it is near; an item holds what is in itself."""
    near = target.near
    item = page.item_of(thing) if target.role in REPEATED else None
    own = normal(f"{thing.name} {thing.label}") if item is None else ""
    for group in page.around(thing.group if item is None else item):
        if in_text(near, page.normal_text_of(group)):
            if not in_text(near, own):
                return group
            if named_so(near, [each for each in page.members(group) if each.ref != thing.ref]):
                return group
    return None


def _beside(near: str, found: list[Match], page: PageModel) -> list[Match]:
    """Return the one match that stands clearly nearest to the words on the screen; none where that is not clear."""
    places = [thing for thing in named_so(near, page.things) if thing.box is not None]
    places = [thing for thing in places if alike(near, thing.name) >= 0.9] or places[:50]
    measured = sorted(
        ((min(distance(place, match.element) for place in places if place.ref != match.element.ref), at)
         for at, match in enumerate(found)
         if any(place.ref != match.element.ref for place in places)),
    )  # fmt: skip
    if not measured or measured[0][0] > _BESIDE_PX:
        return []
    (least, first), *rest = measured
    if not rest or least + 4 < rest[0][0] * 0.9:
        return [found[first]]
    return []


def _belongs(near: str, thing: Element) -> bool:
    words = normal(near)
    if not words:
        return near.strip() in f"{thing.nearby} {thing.name}"
    return words in normal(f"{thing.nearby} {thing.name}") or words in normal(thing.href or "")

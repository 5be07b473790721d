"""Robust descriptions of the elements that steps act on, and the search for them on a page that may have changed. Pure.

An element is known by its role and name. Where several have the same, its surroundings tell it from the others: the
groups that it is in, the texts of its row, its column. Ids and CSS paths serve for fields and for what has no name: a
button with another name is another button, wherever it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from webrun_nb.browsers.observation import Element, Group, Observation
from webrun_nb.common.text import closest_match, shortened

_ITEMS = frozenset({"row", "item", "card", "article"})
"""The kinds of groups whose texts tell an element from its likes in other groups."""
_FIELDS = frozenset(
    {"textbox", "searchbox", "combobox", "listbox", "spinbutton", "slider", "checkbox", "radio", "switch"}
)
_MOST_BESIDE = 4
_MAX_TEXT = 200
_ENOUGH = 0.5
"""The share of the recorded surroundings that has to be there."""


@dataclass(frozen=True, slots=True)
class ElementDescription:
    """The description of an element of a page, as recordings hold it."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")  # recordings are read from files

    role: str = ""
    name: str = ""
    tag: str = ""
    label: str = ""
    placeholder: str = ""
    text: str = ""
    groups: tuple[tuple[str, str], ...] = ()
    """The kinds and names of the named groups around it, the innermost first."""
    beside: tuple[str, ...] = ()
    """The first texts of the row, item or card that it is in, its own left out."""
    column: str = ""
    region: str = ""
    frame: str = ""
    """URL of the frame that it is in, without its query; empty for the page itself."""
    ordinal: Annotated[int, Field(ge=1)] = 1
    """Its place among the elements of the same role and name, from 1."""
    count: Annotated[int, Field(ge=1)] = 1
    """The number of these elements."""
    hint: str = ""
    """The page's own names for it: name, id, autocomplete, data-testid."""
    path: str = ""
    """Its CSS path."""
    checked: bool | None = None
    """Its state before the step; None where it has none."""
    expanded: bool | None = None

    def __str__(self) -> str:
        called = self.name or self.label or self.placeholder or self.text
        beside = f" beside “{shortened(self.beside[0], 60)}”" if self.beside and self.count > 1 else ""
        return f"{self.role or self.tag} “{shortened(called, 60)}”{beside}" if called else f"{self.role} without a name"


@dataclass(frozen=True, slots=True)
class Found:
    """The element that a description means, or the reason why there is none."""

    element: Element | None
    why: str = ""


def describe(seen: Observation, ref: int) -> ElementDescription | None:
    """Return the description of an element or text of an observation; None where it is no such thing."""
    thing = seen.thing(ref)
    if thing is None:
        return None
    likes = [each for each in seen.all_things if _key(each) == _key(thing)]
    return ElementDescription(
        role=thing.role,
        name=thing.name[:_MAX_TEXT],
        tag=thing.tag,
        label=thing.label[:_MAX_TEXT],
        placeholder=thing.placeholder[:_MAX_TEXT],
        text=thing.text[:_MAX_TEXT] if thing.text != thing.name else "",
        groups=_groups_of(seen, thing),
        beside=_beside(seen, thing),
        column=thing.column[:_MAX_TEXT],
        region=thing.region,
        frame=_frame_of(seen, thing),
        ordinal=1 + [each.ref for each in likes].index(ref),
        count=len(likes),
        hint=thing.hint[:_MAX_TEXT],
        path=thing.path,
        checked=thing.checked,
        expanded=thing.expanded,
    )


def find(seen: Observation, wanted: ElementDescription) -> Found:
    """Find the element that a description means on a page as it is now.

    Returns
    -------
    Found
        The element, where exactly one is meant; otherwise the reason, in words for people.
    """
    things = [each for each in seen.all_things if each.role == wanted.role and _frame_of(seen, each) == wanted.frame]
    called = [each for each in things if wanted.name and _same(each.name[:_MAX_TEXT], wanted.name)]
    candidates = called or _by_fallback(things, wanted)
    if not candidates:
        return Found(None, f"the page has no {wanted}{_nearest(things, wanted)}")
    if len(candidates) == 1 and wanted.count == 1:
        return Found(candidates[0])
    return _among(seen, candidates, wanted)


def _by_fallback(things: Sequence[Element], wanted: ElementDescription) -> list[Element]:
    """Return what is meant by other signs than the name, the surest sign first."""
    numberless = _numberless(wanted.name)
    if numberless.strip(" ()") and numberless != wanted.name:  # "Cart (2)" may have become "Cart (3)"
        counted = [each for each in things if _numberless(each.name[:_MAX_TEXT]) == numberless]
        marked = [each for each in counted if (each.hint and each.hint == wanted.hint) or each.path == wanted.path]
        if marked:
            return marked
    if wanted.name and wanted.role not in _FIELDS:
        return []
    signs: tuple[Callable[[Element], object], ...] = (
        lambda each: wanted.label and _same(each.label, wanted.label),
        lambda each: wanted.placeholder and _same(each.placeholder, wanted.placeholder),
        lambda each: wanted.hint and each.hint == wanted.hint,
        lambda each: wanted.text and _same(each.text, wanted.text),
        lambda each: wanted.path and each.path == wanted.path and each.tag == wanted.tag and not each.name,
    )
    for sign in signs:
        if having := [each for each in things if sign(each)]:
            return having
    return []


def _among(seen: Observation, candidates: Sequence[Element], wanted: ElementDescription) -> Found:
    """Tell elements of the same role and name by what is around them."""
    if wanted.beside and wanted.count > 1:
        shares = {each.ref: _share(wanted.beside, _beside(seen, each)) for each in candidates}
        best = max(shares.values())
        if best < _ENOUGH:
            return Found(None, f"the page has no {wanted}; {_number(candidates, wanted)} beside other texts")
        candidates = [each for each in candidates if shares[each.ref] == best]
    signs: tuple[Callable[[Element], bool], ...] = (
        lambda each: _groups_of(seen, each) == wanted.groups,
        lambda each: (each.column, each.region) == (wanted.column, wanted.region),
        lambda each: bool(wanted.hint) and each.hint == wanted.hint,
    )
    for sign in signs:
        if len(candidates) > 1:
            candidates = [each for each in candidates if sign(each)] or candidates
    if len(candidates) == 1:
        return Found(candidates[0])
    everyone = [each for each in seen.all_things if _key(each) == _key(candidates[0])]
    if len(everyone) == wanted.count:
        return Found(everyone[wanted.ordinal - 1])
    return Found(None, f"the page has {len(everyone)} of {wanted}, there were {wanted.count}, and nothing tells which")


def is_in_state_after(thing: Element, before: ElementDescription) -> bool:
    """Tell an element that a click would take out of the state that the recorded click brought it into."""
    if before.checked is not None and thing.checked is not None:
        return thing.checked != before.checked
    return before.expanded is not None and thing.expanded is not None and thing.expanded != before.expanded


def _key(thing: Element) -> tuple[str, str, int]:
    return thing.role, " ".join(thing.name[:_MAX_TEXT].split()).casefold(), thing.frame


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def _numberless(name: str) -> str:
    return re.sub(r"\d+", "", " ".join(name.split()).casefold())


def _share(wanted: Sequence[str], there: Iterable[str]) -> float:
    have = set(there)
    return sum(text in have for text in wanted) / len(wanted)


def _number(candidates: Sequence[Element], wanted: ElementDescription) -> str:
    return f"it has {len(candidates)} {wanted.role} “{shortened(wanted.name, 60)}”"


def _nearest(things: Sequence[Element], wanted: ElementDescription) -> str:
    """Say what comes nearest, or which there are."""
    names = list(dict.fromkeys(each.name for each in things if each.name))
    if not names:
        return ""
    meant = closest_match(wanted.name, names)
    if meant:
        return f"; the nearest is “{shortened(meant, 60)}”"
    return f"; its {wanted.role}s: {', '.join(f'“{shortened(name, 40)}”' for name in names[:5])}"


def _part(seen: Observation, thing: Element) -> tuple[Sequence[Group], Sequence[Element]]:
    """Return the groups and things of the document that a thing is in."""
    if thing.frame:
        frame = seen.frames[thing.frame - 1]
        return frame.groups, (*frame.elements, *frame.texts)
    return seen.groups, (*seen.elements, *seen.texts)


def _around(seen: Observation, thing: Element) -> list[tuple[int, Group]]:
    """Return the groups around a thing, the innermost first."""
    groups, _ = _part(seen, thing)
    found, index = [], thing.group
    while 0 <= index < len(groups):
        found.append((index, groups[index]))
        index = groups[index].parent
    return found


def _groups_of(seen: Observation, thing: Element) -> tuple[tuple[str, str], ...]:
    named = [(group.kind, group.name[:_MAX_TEXT]) for _, group in _around(seen, thing) if group.name]
    return tuple((str(kind), name) for kind, name in named[:_MOST_BESIDE])


def _beside(seen: Observation, thing: Element) -> tuple[str, ...]:
    """Return the first texts of the innermost row, item or card around a thing."""
    groups, things = _part(seen, thing)
    item = next((index for index, group in _around(seen, thing) if group.kind in _ITEMS), None)
    if item is None:
        return ()
    inside = {item}
    for index in range(item + 1, len(groups)):
        if groups[index].parent in inside:
            inside.add(index)
    mine = sorted((each for each in things if each.group in inside and each.ref != thing.ref), key=lambda t: t.order)
    texts = dict.fromkeys(text for each in mine if (text := _text_without(each, thing)) and not _same(text, thing.name))
    return tuple(text[:_MAX_TEXT] for text in texts)[:_MOST_BESIDE]


def _text_without(around: Element, thing: Element) -> str:
    """Return the text of an element, without that of a thing within it."""
    text = " ".join((around.name or around.text).split())
    own = " ".join((thing.name or thing.text).split())
    is_within = bool(around.path) and thing.path.startswith(f"{around.path} > ")
    return " ".join(text.replace(own, " ", 1).split()) if is_within and own else text


def _frame_of(seen: Observation, thing: Element) -> str:
    return seen.frames[thing.frame - 1].url.partition("?")[0][:_MAX_TEXT] if thing.frame else ""

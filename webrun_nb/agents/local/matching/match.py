"""Finds the things of a page that a noun phrase means.

The candidates are rated by name and kind (`candidates`), then narrowed down by what else the phrase says: where they
are, what they stand beside, their state and looks, which one of several.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from webrun_nb.agents.local.language.intents import Target
from webrun_nb.agents.local.matching.candidates import Candidates, Match, Scope, named_so
from webrun_nb.agents.local.matching.conditions import (
    SHAPES,
    holds,
    is_group,
    is_shape,
    most,
    number_in,
    with_qualities,
)
from webrun_nb.agents.local.matching.names import alike, in_text, normal, tokens
from webrun_nb.agents.local.matching.page import PageModel, distance, value_of
from webrun_nb.agents.local.matching.roles import ANY, MEANINGS, REPEATED, Accepts, taking
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.text import shortened

_EXACT, _CLOSE = 0.005, 0.04
"""Scores that differ by less are the same: of names that are the same, and of all others."""
_NAMED = 0.9
"""Least score of a thing that is called so, and does not only speak of it."""
_EXACTLY = 0.97
_MAX_NEAR_MISSES = 5
_MAX_RANKED = 400
_MAX_WORDS = 8
_BESIDE_PX = 400
"""What stands farther from the words is not beside them."""
_REGIONS = {
    "header": "header",
    "footer": "footer",
    "nav": "nav",
    "navigation": "nav",
    "menu": "menu",
    "sidebar": "aside",
}


@dataclass(frozen=True, slots=True)
class Matches:
    """The things that a sentence means.

    Parameters
    ----------
    best : tuple of Match
        One where it is certain; several where the sentence asks for several, or where it may mean any of them.
    near_misses : tuple of str
        Where there is none: what comes nearest, named for people.
    explanation : str
        The reason for the choice, or why there is none; one sentence for people, in the page's words.
    is_ambiguous : bool
        The sentence asks for one, and may mean any of `best`.
    """

    best: tuple[Match, ...] = ()
    near_misses: tuple[str, ...] = ()
    explanation: str = ""
    is_ambiguous: bool = False

    @property
    def elements(self) -> tuple[Element, ...]:
        """The things themselves."""
        return tuple(match.element for match in self.best)


def find(target: Target, page: PageModel, *, accepts: Accepts = ANY) -> Matches:
    """Find what a noun phrase means: in the page itself, else in its frames.

    Parameters
    ----------
    target : Target
        The phrase. A `reference` ("it") must have been put in place of already.
    page : PageModel
    accepts : Accepts, optional
        The kinds of things that can be meant.
    """
    if target.others:
        return _find_each(target, page, accepts)
    first: Matches | None = None
    for part in page.parts:
        found = _find(target, part, accepts)
        if found.best:
            return _with_labelled(found, part) if accepts.controls else found
        first = first or found
    if target.role == "number" and target.words:  # "the phone number": what is labelled "Phone"
        found = find(replace(target, role="", said=""), page, accepts=accepts)
        return found if found.best else first or Matches()
    return first or Matches()


def _with_labelled(found: Matches, page: PageModel) -> Matches:
    """Replace labels ("Phone:") that are to be clicked by the one control that stands beside each."""
    best = []
    for match in found.best:
        controls = []
        if match.element.ref not in page.elements and match.element.name.rstrip().endswith(":"):
            group = next((g for g in page.groups_of(match.element) if page.size(g) > 1), None)
            controls = [] if group is None else [e for e in page.members(group) if e.ref in page.elements]
        is_one = len(controls) == 1
        best.append(replace(match, element=controls[0]) if is_one else match)
    return replace(found, best=tuple(best))


def found_on(target: Target, seen: Observation, roles: frozenset[str] | None = None) -> tuple[Element, ...]:
    """Return what a noun phrase may mean on a page: elements of some roles, or else what can be clicked."""
    return find(target, PageModel(seen), accepts=taking(roles)).elements


def _find_each(target: Target, page: PageModel, accepts: Accepts) -> Matches:
    """Find several things that are named one by one; all of them, or none."""
    best: list[Match] = []
    is_ambiguous, explanations = False, []
    for one in (replace(target, others=()), *(replace(each, besides=target.besides) for each in target.others)):
        found = find(one, page, accepts=accepts)
        if not found.best:
            return replace(found, explanation=f"there is no {one}: {found.explanation}")
        best += [match for match in found.best if match.element.ref not in {each.element.ref for each in best}]
        is_ambiguous = is_ambiguous or found.is_ambiguous
        explanations.append(found.explanation)
    return Matches(tuple(best), (), "; ".join(explanations), is_ambiguous)


def _find(target: Target, page: PageModel, accepts: Accepts) -> Matches:
    scope = _scope(target, page)
    if scope is None:
        return Matches((), near_misses(target, page), f"there is no {target.within}")
    if target.role == "submit":
        return _submit(page, scope)
    reasons: list[str] = []
    for reading, least in _readings(target, page, accepts, scope):
        named = [match for match in Candidates(reading, page, accepts, scope).rated() if match.score >= least]
        found, why = _narrowed(reading, named, page)
        chosen = _chosen(reading, found, page) if found else Matches(explanation=why)
        if chosen.best:
            return chosen
        if reading is target:
            reasons.append(chosen.explanation)
    if target.words and not target.near and target.role in _TICKED:
        return _ticked_in_item(target, page, accepts)
    return Matches((), near_misses(target, page), reasons[0] if reasons else "")


def _readings(target: Target, page: PageModel, accepts: Accepts, scope: Scope) -> Iterator[tuple[Target, float]]:
    """Yield what a phrase may mean, the likeliest first, each with the least score of what is called so."""
    if target.role == "image" and target.near and not target.words:  # "the picture of Brook" is called Brook
        yield replace(target, words=target.near, near="", said=""), _NAMED
    for words in _whole_names(target):  # "the first name" is the field of that name
        named = replace(target, words=words, said="", ordinal=None, superlative=None, qualities=())
        yield (named if target.words else replace(named, role="", every=False)), _EXACTLY
    item = (
        replace(target, words="", said=target.words, role="item") if _asks_for_an_item(target) and page.items else None
    )
    if item is not None and set(tokens(target.words)) <= page.kinds:  # "the third talk" of a list of talks
        exact = [m for m in Candidates(target, page, accepts, scope).rated() if m.element.role not in _HEADS]
        if sum(match.score >= _EXACTLY for match in exact) < 2:
            yield item, 0.0
            item = None
    place = _position(target)
    by_place = None if place is None else replace(target, words="", said="", ordinal=place)
    if by_place is not None and target.role in REPEATED and target.said and not _is_numbered(target.words, page):
        yield by_place, 0.0  # "row 3" is the third one, not one that has a 3 in it
    yield target, 0.0
    if target.is_quoted:
        return
    if by_place is not None:
        yield by_place, 0.0
    if target.qualities and target.words:  # "the Blue colour": a name, not a look
        looks = " ".join(target.qualities)
        yield replace(target, words=f"{looks} {target.words}", said="", qualities=()), _NAMED
        yield replace(target, words=looks, said="", qualities=(), near=f"{target.near} {target.words}".strip()), _NAMED
    for other in _without_kind(target, page):
        yield other, _NAMED
    if item is not None:
        yield item, 0.0


_TICKED = frozenset({"checkbox", "radio", "switch"})


def _ticked_in_item(target: Target, page: PageModel, accepts: Accepts) -> Matches:
    """Find the box of the row or item that is called so, where no box is: "tick Milk"."""
    of_item = replace(target, words="", said="", near=target.words)
    boxes = Candidates(of_item, page, accepts, _scope(target, page) or _anywhere).rated()
    inside = [match for match in boxes if _is_of_item(target.words, match.element, page)]
    if not inside:
        return Matches((), near_misses(target, page), f'nothing is called "{target.words}"')
    return _chosen(target, inside, page)


def _anywhere(thing: Element) -> bool:
    return True


def _is_of_item(words: str, box: Element, page: PageModel) -> bool:
    item = page.item_of(box)
    return item is not None and any(alike(words, each.name) >= _NAMED for each in page.members(item))


def _position(target: Target) -> int | None:
    """Return the position that a number after a kind says: "row 3"."""
    is_number = re.fullmatch(r"#?\d{1,3}", target.words) is not None and not target.is_quoted
    if target.role in MEANINGS and is_number and target.ordinal is None:
        return int(target.words.strip("#")) or None
    return None


def _is_numbered(number: str, page: PageModel) -> bool:
    """Return whether an item of the page's lists begins with a number."""
    return any(page.name_of(item).strip("#. ") == number.strip("#") for items in page.items for item in items)


def _whole_names(target: Target) -> Iterator[str]:
    """Yield names that are made of words which select or tell a kind: "First name", "Lowest price", "Pictures"."""
    if not target.words:
        if target.said and not (target.ordinal or target.near or target.within or target.conditions):
            yield target.said
        return
    if target.is_quoted:
        return
    for word in _ORDINALS.get(target.ordinal or 0, ()):
        yield f"{word} {target.words}"
    if target.superlative is not None:
        yield f"{target.superlative.words} {target.words}"
    if target.qualities:
        yield f"{' '.join(target.qualities)} {target.words}"


_ORDINALS = {1: ("first",), 2: ("second", "next"), -1: ("last", "final")}
"""Ordinals that stand in names as well."""


def _without_kind(target: Target, page: PageModel) -> Iterator[Target]:
    """Yield phrases that may be meant where nothing is called so: a name without the word for its kind.

    The page itself has to use that word: "the shop database" is "shop" where a heading says "Databases".
    """
    words = target.words.split()
    if len(words) < 2 or len(words) > _MAX_WORDS:
        return
    for kind, name in ((words[0], words[1:]), (words[-1], words[:-1])):
        if set(tokens(kind)) and set(tokens(kind)) <= page.kinds:
            yield replace(target, words=" ".join(name), said="")


def _asks_for_an_item(target: Target) -> bool:
    selects = target.ordinal is not None or target.superlative or target.conditions or target.every or target.count
    is_noun = bool(re.fullmatch(r"[^\W\d_]+(?: [^\W\d_]+)?", target.words)) and target.words.islower()
    return bool(selects) and is_noun and not target.is_quoted and not target.role


_HEADS = frozenset({"heading", "columnheader", "label"})
"""Texts that name a list and are none of its items."""


# --- where ------------------------------------------------------------------------------------------------------------


def _scope(target: Target, page: PageModel) -> Scope | None:
    """Return what tells whether a thing is where the phrase says; None where there is no such place."""
    if target.within is None:
        return _anywhere
    place = target.within
    kind = _REGIONS.get(normal(place.words or place.said))
    if kind is not None and any(group.kind == kind for group in page.groups):
        spans = [page.spans[at] for at, group in enumerate(page.groups) if group.kind == kind]
        return lambda thing: any(span.holds(thing) for span in spans)
    found = [match.element for match in _find(place, page, ANY).best]
    if not found and place.words and not place.qualities:
        return _section_called(place, page)
    if not found:
        return None
    refs = {thing.ref for thing in found}
    spans = [page.spans[group] for thing in found if (group := _group_of(thing, page)) is not None]
    insides = tuple(f"{thing.path} > " for thing in found if thing.path)

    def is_in(thing: Element) -> bool:
        within = any(span.holds(thing) for span in spans) or thing.path.startswith(insides)
        return thing.ref not in refs and within

    return is_in


def _group_of(thing: Element, page: PageModel) -> int | None:
    """Return the group that a thing stands for or heads; None for a text or control, which holds what is in it."""
    if is_group(thing):
        return page.group_named_by(thing)
    same = next((at for at, group in enumerate(page.groups) if thing.path and group.path == thing.path), None)
    if same is not None or thing.role not in _HEADS:
        return same
    return thing.group if thing.group >= 0 else None


def _section_called(place: Target, page: PageModel) -> Scope | None:
    """Return the smallest groups that are called so, whatever their kind."""
    called = [
        at for at, group in enumerate(page.groups) if alike(place.words, group.name, is_quoted=place.is_quoted) >= 0.7
    ]
    if not called:
        called = [at for items in page.items for at in items if in_text(place.words, page.normal_text_of(at))]
    spans = [page.spans[at] for at in called]
    return (lambda thing: any(span.holds(thing) for span in spans)) if spans else None


# --- narrowing down ---------------------------------------------------------------------------------------------------


def _narrowed(target: Target, named: Sequence[Match], page: PageModel) -> tuple[list[Match], str]:
    """Return the matches of which all holds that the phrase says; or none, and the reason."""
    found, what = list(named), f'called "{target.words}"' if target.words else f"of the kind {target.role or 'thing'}"
    if not found:
        return [], f"nothing is {what}"
    if target.role == "graphic":
        found = _of_shape(target, found)
    if target.role == "field":
        found = _of_field_type(target, found)
    if target.besides:
        left_out = {ref for each in target.besides for ref in (e.ref for e in find(each, page).elements)}
        held = {ref for each in target.besides for ref in _refs_beside(each, page)}
        found = [match for match in found if match.element.ref not in left_out | held]
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
        fitting = _kept(with_qualities(target.qualities, _elements(_top(found)), page), found)
        if not fitting:
            fitting = _kept(with_qualities(target.qualities, _elements(found), page), found)
        if not fitting:
            return [], f"{len(named)} are {what}, and none is {' '.join(target.qualities)}"
        found = fitting
    return found, ""


def _refs_beside(target: Target, page: PageModel) -> list[int]:
    """Return the refs of the controls that are called so, labels aside."""
    return [thing.ref for thing in page.seen.elements if target.words and alike(target.words, thing.label) >= 0.9]


def _elements(matches: Sequence[Match]) -> list[Element]:
    return [match.element for match in matches]


def _kept(elements: Sequence[Element], among: Sequence[Match]) -> list[Match]:
    refs = {element.ref for element in elements}
    return [match for match in among if match.element.ref in refs]


def _of_shape(target: Target, found: list[Match]) -> list[Match]:
    word = next((word for word in SHAPES if word in normal(f"{target.said} {' '.join(target.qualities)}").split()), "")
    shaped = [match for match in found if word and is_shape(word, match.element)]
    return shaped or found


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
    named = {group for group in smallest if any(alike(near, each.name) >= _NAMED for each in page.members(group))}
    belonging = [match for match in found if groups.get(match.element.ref) in (named or smallest)]
    top = _top(belonging)
    if len(top) > 1 and len({groups[match.element.ref] for match in top}) == 1:
        return _beside(near, top, page) or belonging
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


# --- which of them ----------------------------------------------------------------------------------------------------


def _top(found: Sequence[Match]) -> list[Match]:
    """Return the matches that fit best, all of those that fit equally well."""
    best = max((match.score for match in found), default=0.0)
    margin = _EXACT if best >= 0.9 else _CLOSE
    return [match for match in found if match.score >= best - margin]


def _chosen(target: Target, found: list[Match], page: PageModel) -> Matches:
    # An item called by a word of its text may stand beside others that have it too: all count for an ordinal.
    top = _distinct(_top(found), page)
    if target.ordinal is not None:
        return _by_ordinal(target, top, _distinct(found, page), page)
    if target.every:
        return Matches(tuple(top), (), _explained(top))
    if target.count is not None:
        if len(top) < target.count:
            return Matches((), near_misses(target, page), f"there are only {len(top)} of them")
        return Matches(tuple(top[: target.count]), (), _explained(top[: target.count]))
    if len(top) > 1 and _are_twins(top):
        return Matches(tuple(top[:1]), (), f"{_explained(top[:1])}; {len(top)} of the same name stand side by side")
    return Matches(tuple(top), (), _explained(top), is_ambiguous=len(top) > 1)


def _are_twins(found: Sequence[Match]) -> bool:
    """Tell whether controls are called the same in one group, so that no words could tell them apart."""
    kinds = {(e.role, e.name, e.group, e.nearby, e.href, e.frame) for e in (match.element for match in found)}
    return len(kinds) == 1 and bool(found[0].element.name) and found[0].element.role == "button"


def _by_ordinal(target: Target, top: list[Match], everything: list[Match], page: PageModel) -> Matches:
    assert target.ordinal is not None
    pool = top if len(top) >= abs(target.ordinal) else everything
    several = target.count if target.count is not None and target.count > 1 else 1
    if several > 1:  # "the last three links"
        part = pool[-several:] if target.ordinal < 0 else pool[target.ordinal - 1 : target.ordinal - 1 + several]
        return Matches(tuple(part), (), _explained(part)) if len(part) == several else Matches()
    at = target.ordinal - 1 if target.ordinal > 0 else target.ordinal
    if target.ordinal != 0 and -len(pool) <= at < len(pool):
        return Matches((pool[at],), (), _explained([pool[at]]))
    return Matches((), near_misses(target, page), f"there are only {len(pool)} of them")


def _distinct(found: Sequence[Match], page: PageModel) -> list[Match]:
    """Leave out what leads to the same place as another, what only wraps another, what is covered, and the footer's.

    Each only where something else is left.
    """
    body = list(found)
    for is_wanted in (_is_open, _is_no_wrapper(page), _is_body):
        body = [match for match in body if is_wanted(match.element)] or body
    links: set[str] = set()
    out = []
    for match in body:
        href = match.element.href
        if href and not href.endswith("#"):
            if href in links:
                continue
            links.add(href)
        out.append(match)
    return out


def _is_open(element: Element) -> bool:
    return not element.covered


def _is_body(element: Element) -> bool:
    return element.region != "footer"


def _is_no_wrapper(page: PageModel) -> Callable[[Element], bool]:
    return lambda element: element.ref not in page.wrappers


def _submit(page: PageModel, scope: Scope) -> Matches:
    """Find the button that sends the form: of several, the one called like that."""
    buttons = [e for e in page.seen.elements if e.role == "button" and e.enabled and scope(e)]
    submits = [e for e in buttons if e.submits or (e.in_form and e.input_type in ("submit", "image"))]
    submits = submits or [e for e in buttons if e.in_form]
    named = [e for e in submits or buttons if re.search(r"\b(?:submit|send|save|continue|ok|apply)\b", e.name, re.I)]
    chosen = named if len(named) == 1 else submits or named
    best = tuple(_distinct([Match(element, 0.9, ("it sends the form",)) for element in chosen], page))
    misses = tuple(describe(element) for element in buttons[:_MAX_NEAR_MISSES]) if not best else ()
    return Matches(best, misses, _explained(best) if best else "no button sends a form", len(best) > 1)


# --- in words ---------------------------------------------------------------------------------------------------------


def _explained(found: Sequence[Match]) -> str:
    shown = [f"{describe(match.element)}: {', '.join(match.reasons)}".removesuffix(": ") for match in found[:3]]
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    return "; ".join(shown) + more


def near_misses(target: Target, page: PageModel, limit: int = _MAX_NEAR_MISSES) -> tuple[str, ...]:
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

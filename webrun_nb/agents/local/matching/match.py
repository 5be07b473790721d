"""Finds the things of a page that a noun phrase means.

Each reading of the phrase (`readings`) has candidates, which are rated by name and kind (`candidates`), narrowed down
by what else the phrase says (`narrowing`), and chosen from (`choosing`). Here is the order of it, and the place: the
part of the page that the phrase speaks of.
"""

from __future__ import annotations

import re
from dataclasses import replace

from webrun_nb.agents.local.language.intents import Target
from webrun_nb.agents.local.matching.candidates import NAMED, Candidates, Match, Scope
from webrun_nb.agents.local.matching.choosing import Matches, chosen, distinct
from webrun_nb.agents.local.matching.conditions import is_group
from webrun_nb.agents.local.matching.names import alike, in_text, normal
from webrun_nb.agents.local.matching.narrowing import narrowed
from webrun_nb.agents.local.matching.page import PageModel
from webrun_nb.agents.local.matching.readings import HEADS, readings
from webrun_nb.agents.local.matching.roles import ANY, Accepts, taking
from webrun_nb.agents.local.matching.wording import MAX_NEAR_MISSES, describe, explained, near_misses
from webrun_nb.browsers.observation import Element, Observation

_REGIONS = {
    "header": "header",
    "footer": "footer",
    "nav": "nav",
    "navigation": "nav",
    "menu": "menu",
    "sidebar": "aside",
}


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
    is_ambiguous, explanations, remarks = False, [], []
    for one in (replace(target, others=()), *(replace(each, besides=target.besides) for each in target.others)):
        found = find(one, page, accepts=accepts)
        if not found.best:
            return replace(found, explanation=f"there is no {one}: {found.explanation}")
        best += [match for match in found.best if match.element.ref not in {each.element.ref for each in best}]
        is_ambiguous = is_ambiguous or found.is_ambiguous
        explanations.append(found.explanation)
        remarks += [found.remark] if found.remark else []
    return Matches(tuple(best), (), "; ".join(explanations), is_ambiguous, "; ".join(remarks))


def _find(target: Target, page: PageModel, accepts: Accepts) -> Matches:
    scope = _scope(target, page)
    if scope is None:
        return Matches((), near_misses(target, page), f"there is no {target.within}")
    if target.role == "submit":
        return _submit(page, scope)
    left_out = _left_out(target, page)
    reasons: list[str] = []
    for reading, least in readings(target, page, accepts, scope):
        named = [match for match in Candidates(reading, page, accepts, scope).rated() if match.score >= least]
        found, why = narrowed(reading, named, page, left_out)
        matches = chosen(reading, found, page) if found else Matches(explanation=why)
        if matches.best:
            return matches
        if reading is target:
            reasons.append(matches.explanation)
    if target.words and not target.near and target.role in _TICKED:
        return _ticked_in_item(target, page, accepts)
    return Matches((), near_misses(target, page), reasons[0] if reasons else "")


_TICKED = frozenset({"checkbox", "radio", "switch"})


def _ticked_in_item(target: Target, page: PageModel, accepts: Accepts) -> Matches:
    """Find the box of the row or item that is called so, where no box is: "tick Milk"."""
    of_item = replace(target, words="", said="", near=target.words)
    boxes = Candidates(of_item, page, accepts, _scope(target, page) or _anywhere).rated()
    inside = [match for match in boxes if _is_of_item(target.words, match.element, page)]
    if not inside:
        return Matches((), near_misses(target, page), f'nothing is called "{target.words}"')
    return chosen(target, inside, page)


def _anywhere(thing: Element) -> bool:
    return True


def _is_of_item(words: str, box: Element, page: PageModel) -> bool:
    item = page.item_of(box)
    return item is not None and any(alike(words, each.name) >= NAMED for each in page.members(item))


def _left_out(target: Target, page: PageModel) -> frozenset[int]:
    """Return the refs of what a phrase excepts: what it means, and the controls that are labelled so."""
    if not target.besides:
        return frozenset()
    refs = {thing.ref for each in target.besides for thing in find(each, page).elements}
    words = [each.words for each in target.besides if each.words]
    labelled = {e.ref for e in page.seen.elements if any(alike(said, e.label) >= NAMED for said in words)}
    return frozenset(refs | labelled)


def _submit(page: PageModel, scope: Scope) -> Matches:
    """Find the button that sends the form: of several, the one called like that."""
    buttons = [e for e in page.seen.elements if e.role == "button" and e.enabled and scope(e)]
    submits = [e for e in buttons if e.submits or (e.in_form and e.input_type in ("submit", "image"))]
    submits = submits or [e for e in buttons if e.in_form]
    named = [e for e in submits or buttons if re.search(r"\b(?:submit|send|save|continue|ok|apply)\b", e.name, re.I)]
    chosen = named if len(named) == 1 else submits or named
    best = tuple(distinct([Match(element, 0.9, ("it sends the form",)) for element in chosen], page))
    misses = tuple(describe(element) for element in buttons[:MAX_NEAR_MISSES]) if not best else ()
    return Matches(best, misses, explained(best) if best else "no button sends a form", len(best) > 1)


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
    if same is not None or thing.role not in HEADS:
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

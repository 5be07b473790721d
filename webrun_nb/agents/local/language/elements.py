"""Finds the element that a sentence names: by role, name, label, placeholder, text and neighbours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from webrun_nb.agents.local.language.intents import Target
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.text import shortened

FIELD_ROLES = frozenset({"textbox", "searchbox", "combobox", "spinbutton", "slider"})
_ROLES = {
    "button": frozenset({"button", "submit", "menuitem", "switch"}),
    "submit": frozenset({"button"}),
    "link": frozenset({"link", "menuitem", "treeitem"}),
    "tab": frozenset({"tab", "link", "button"}),
    "field": FIELD_ROLES,
    "checkbox": frozenset({"checkbox", "switch", "radio", "menuitemcheckbox"}),
    "radio": frozenset({"radio", "menuitemradio"}),
    "select": frozenset({"combobox", "listbox", "radio"}),
    "menu": frozenset({"button", "combobox", "link", "menuitem"}),
    "menuitem": frozenset({"menuitem", "link", "option", "button"}),
}
_CLICKABLE = frozenset(
    [
        "button",
        "link",
        "tab",
        "menuitem",
        "menuitemcheckbox",
        "menuitemradio",
        "checkbox",
        "radio",
        "option",
        "switch",
        "treeitem",
        "combobox",
    ]
)
CERTAIN = 0.5
"""Below this an element is only a near miss."""
_TIE = 0.04


@dataclass(frozen=True, slots=True)
class Found:
    """Elements that fit equally well (one, where it is certain), and names that come near."""

    elements: tuple[Element, ...]
    near_misses: tuple[str, ...] = ()


def normal(text: str) -> str:
    """Lower case, single spaces, no punctuation around."""
    return re.sub(r"\s+", " ", re.sub(r"[^\w\s&+@.%/#-]", " ", text.casefold())).strip(" .:-#")


def find(target: Target, seen: Observation, roles: frozenset[str] | None = None) -> Found:
    """Find what `target` names: in the page itself, else in its frames; none of those gets in the way of its own.

    Parameters
    ----------
    roles : frozenset of str, optional
        The only roles that can be meant (fields, where text is typed); else by what the target was called.
    """
    found = _find(target, seen, roles)
    for part in seen.parts[1:]:
        if not found.elements:
            found = replace(_find(target, part, roles), near_misses=found.near_misses)
    return found


def _find(target: Target, seen: Observation, roles: frozenset[str] | None) -> Found:
    if target.said and roles is None:
        found = _find(replace(target, said=""), seen, None)
        whole = Target(target.said, "", target.near, target.ordinal)
        return found if found.elements else _find(whole, seen, None)
    wanted = roles or _ROLES.get(target.role) or _CLICKABLE
    candidates = [
        e
        for e in seen.elements
        if e.enabled and e.role in wanted and not (roles and e.input_type in ("checkbox", "radio"))
    ]
    if target.role == "submit":
        return _submit(candidates)
    if target.role == "button" and not any(_score(target, e) >= CERTAIN for e in candidates):
        candidates += [
            e for e in seen.elements if e.enabled and e.role in ("link", "tab")
        ]  # links that look like buttons
    if target.role == "result":
        candidates = [e for e in candidates if e.role == "link" and not e.region and not e.in_form and e.name]
    if target.near:
        candidates = [e for e in candidates if _is_near(e, target.near)]
    scored = [(_score(target, e), e) for e in candidates]
    best = max((score for score, _ in scored), default=0.0)
    if best < CERTAIN:
        return Found((), near_misses(target.words, seen, wanted))
    top = [e for score, e in scored if score >= best - _TIE]
    if target.ordinal is not None:
        everything = [e for score, e in scored if score >= CERTAIN] if len(top) < abs(target.ordinal) else top
        position = target.ordinal - 1 if target.ordinal > 0 else target.ordinal
        return (
            Found((everything[position],))
            if -len(everything) <= position < len(everything)
            else Found((), near_misses(target.words, seen, wanted))
        )
    return Found(tuple(_distinct(top)))


def _submit(candidates: Sequence[Element]) -> Found:
    submits = [e for e in candidates if e.in_form and (e.input_type in ("submit", "image") or e.tag == "button")]
    named = [e for e in submits if re.search(r"submit|send|save|continue|ok\b|apply", e.name, re.I)]
    return Found(tuple(named[:1] if len(named) == 1 else submits), tuple(e.name for e in candidates[:5]))


def _is_near(element: Element, near: str) -> bool:
    words = normal(near)
    if not words:  # signs alone: only the same signs will do
        return near.strip() in f"{element.nearby} {element.name}"
    return words in normal(f"{element.nearby} {element.name}") or (
        words in normal(element.href or "") if element.href else False
    )


def _score(target: Target, element: Element) -> float:
    """Rate how well an element's names fit the words: 1 for the same, less for parts, 0 for nothing alike."""
    words = normal(target.words)
    if not words:
        # "the second link", "the field": any of the role will do; "×" is only what is called so.
        signs = target.words.strip()
        return 0.6 if not signs else float(signs in (element.name.strip(), element.text.strip(), element.label.strip()))
    best = 0.0
    for text, weight in (
        (element.name, 1.0),
        (element.label, 1.0),
        (element.text, 0.98),
        (element.placeholder, 0.95),
        (element.hint, 0.85),
        (element.input_type if element.input_type not in ("text", "submit", "button") else "", 0.8),
        (element.value if element.tag != "select" else "", 0.5),
    ):
        best = max(best, weight * _alike(words, normal(text)))
    return best


def _alike(words: str, text: str) -> float:
    if not text:
        return 0.0
    if text == words or re.sub(r"\s*\(?\d+\)?$", "", text) == words:
        return 1.0
    if re.sub(r"[^a-z0-9]", "", text) == re.sub(r"[^a-z0-9]", "", words) != "":
        return 0.97
    if re.search(rf"(?:^|\W){re.escape(words)}(?:\W|$)", text):
        return 0.72 + 0.2 * len(words) / len(text) + (0.03 if text.startswith(words) else 0)
    said, shown = [_stem(w) for w in words.split()], {_stem(w) for w in re.split(r"[\W_]+", text) if w}
    common = sum(word in shown for word in said)
    if common == len(said):
        return 0.68 + 0.2 * len(said) / max(len(shown), 1)
    ratio = SequenceMatcher(None, words, text[: 2 * len(words) + 10]).ratio()
    return 0.55 if ratio >= 0.85 else 0.45 * common / len(said)


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _distinct(elements: Sequence[Element]) -> list[Element]:
    """Leave out what leads to the same place as another, and what stands in the footer where something does not."""
    body = [e for e in elements if e.region != "footer"] or list(elements)
    links: dict[str, Element] = {}
    out = []
    for element in body:
        if element.href and not element.href.endswith("#"):
            if element.href in links:
                continue
            links[element.href] = element
        out.append(element)
    return out


def near_misses(words: str, seen: Observation, roles: frozenset[str], limit: int = 5) -> tuple[str, ...]:
    """Name what is on the page and comes nearest to the words, each name once."""
    wanted = normal(words)
    named = [e for e in seen.elements if e.name and e.role in (roles | _CLICKABLE)]
    ranked = sorted(named, key=lambda e: -SequenceMatcher(None, wanted, normal(e.name)[:80]).ratio())
    by_name: dict[str, Element] = {}
    for element in ranked:
        by_name.setdefault(normal(element.name) or element.name, element)
    return tuple(describe(element) for element in by_name.values())[:limit]


def describe(element: Element) -> str:
    """Name an element for people: 'button "Add to cart" (Aurora 13 $899)'."""
    words = shortened(element.name or element.label or element.placeholder, 60)
    name = f'"{words}"' if words else "without a name"
    near = f" ({shortened(element.nearby, 60)})" if element.nearby and element.nearby != element.name else ""
    return f"{element.role} {name}{near}"

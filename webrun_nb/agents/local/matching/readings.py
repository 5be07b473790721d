"""The readings of a noun phrase: the same words may be a name, a kind, a position or a look, as the page has it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from webrun_nb.agents.local.language.intents import Target
from webrun_nb.agents.local.matching.candidates import NAMED, Candidates, Scope
from webrun_nb.agents.local.matching.names import tokens
from webrun_nb.agents.local.matching.page import PageModel
from webrun_nb.agents.local.matching.roles import MEANINGS, REPEATED, Accepts

_EXACTLY = 0.97
_MAX_WORDS = 8


def readings(target: Target, page: PageModel, accepts: Accepts, scope: Scope) -> Iterator[tuple[Target, float]]:
    """Yield what a phrase may mean, the likeliest first, each with the least score of what is called so."""
    if target.role == "image" and target.near and not target.words:  # "the picture of Brook" is called Brook
        yield replace(target, words=target.near, near="", said=""), NAMED
    for words in _whole_names(target):  # "the first name" is the field of that name
        named = replace(target, words=words, said="", ordinal=None, superlative=None, qualities=())
        yield (named if target.words else replace(named, role="", every=False)), _EXACTLY
    item = (
        replace(target, words="", said=target.words, role="item") if _asks_for_an_item(target) and page.items else None
    )
    if item is not None and set(tokens(target.words)) <= page.kinds:  # "the third talk" of a list of talks
        exact = [m for m in Candidates(target, page, accepts, scope).rated() if m.element.role not in HEADS]
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
        yield replace(target, words=f"{looks} {target.words}", said="", qualities=()), NAMED
        yield replace(target, words=looks, said="", qualities=(), near=f"{target.near} {target.words}".strip()), NAMED
    for other in _without_kind(target, page):
        yield other, NAMED
    if item is not None:
        yield item, 0.0


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


HEADS = frozenset({"heading", "columnheader", "label"})
"""Texts that name a list and are none of its items."""

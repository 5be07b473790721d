"""Chooses among the things that fit a noun phrase: the best ones, by their order, or all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from webrun_nb.agents.local.language.intents import Target
from webrun_nb.agents.local.matching.candidates import Match
from webrun_nb.agents.local.matching.page import PageModel
from webrun_nb.agents.local.matching.wording import explained, near_misses
from webrun_nb.browsers.observation import Element
from webrun_nb.common.text import shortened

_EXACT, _CLOSE = 0.005, 0.04
"""Scores that differ by less are the same: of names that are the same, and of all others."""
_NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}


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
    remark : str
        A clause to tell a person where the choice could have been another one; empty where it could not.
    """

    best: tuple[Match, ...] = ()
    near_misses: tuple[str, ...] = ()
    explanation: str = ""
    is_ambiguous: bool = False
    remark: str = ""

    @property
    def elements(self) -> tuple[Element, ...]:
        """The things themselves."""
        return tuple(match.element for match in self.best)


def top(found: Sequence[Match]) -> list[Match]:
    """Return the matches that fit best, all of those that fit equally well."""
    best = max((match.score for match in found), default=0.0)
    margin = _EXACT if best >= 0.95 else _CLOSE
    return [match for match in found if match.score >= best - margin]


def chosen(target: Target, found: list[Match], page: PageModel) -> Matches:
    """Choose among the matches by ordinal, number and score; several where the phrase may mean any of them."""
    # An item called by a word of its text may stand beside others that have it too: all count for an ordinal.
    best = distinct(top(found), page)
    if target.ordinal is not None:
        return _by_ordinal(target, best, distinct(found, page), page)
    if target.every:
        return Matches(tuple(best), (), explained(best))
    if target.count is not None:
        if len(best) < target.count:
            return Matches((), near_misses(target, page), f"there are only {len(best)} of them")
        return Matches(tuple(best[: target.count]), (), explained(best[: target.count]))
    if len(best) > 1 and _are_twins(best):
        return Matches(tuple(best[:1]), (), explained(best[:1]), remark=_told_twins(best))
    return Matches(tuple(best), (), explained(best), is_ambiguous=len(best) > 1)


def _are_twins(found: Sequence[Match]) -> bool:
    """Tell whether controls are called the same in one group, so that no words could tell them apart."""
    kinds = {(e.role, e.name, e.group, e.nearby, e.href, e.frame) for e in (match.element for match in found)}
    return len(kinds) == 1 and bool(found[0].element.name) and found[0].element.role == "button"


def _told_twins(found: Sequence[Match]) -> str:
    number = _NUMBERS.get(len(found), str(len(found)))
    return f'{number} buttons are called "{shortened(found[0].element.name, 60)}"; the first one is taken'


def _by_ordinal(target: Target, best: list[Match], everything: list[Match], page: PageModel) -> Matches:
    assert target.ordinal is not None
    pool = best if len(best) >= abs(target.ordinal) else everything
    several = target.count if target.count is not None and target.count > 1 else 1
    if several > 1:  # "the last three links"
        part = pool[-several:] if target.ordinal < 0 else pool[target.ordinal - 1 : target.ordinal - 1 + several]
        return Matches(tuple(part), (), explained(part)) if len(part) == several else Matches()
    at = target.ordinal - 1 if target.ordinal > 0 else target.ordinal
    if target.ordinal != 0 and -len(pool) <= at < len(pool):
        return Matches((pool[at],), (), explained([pool[at]]))
    return Matches((), near_misses(target, page), f"there are only {len(pool)} of them")


def distinct(found: Sequence[Match], page: PageModel) -> list[Match]:
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

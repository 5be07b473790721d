"""The things of a page that a noun phrase may mean, each rated by its names and its kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from webrun_nb.agents.local.language.intents import Target
from webrun_nb.agents.local.matching.names import (
    CERTAIN,
    alike,
    hints_of,
    icon_words,
    in_text,
    misspelt,
    normal,
    tokens,
)
from webrun_nb.agents.local.matching.page import PageModel
from webrun_nb.agents.local.matching.roles import MEANINGS, REPEATED, WRITTEN, Accepts, Meaning, is_text
from webrun_nb.browsers.observation import Element

_OWN, _OTHER = 0.06, -0.15
"""Added to the score of what is of the kind that the sentence says, and of what is of no such kind."""
_TEXT = -0.1
"""Added to the score of a text where a control may be meant."""
_UNNAMED_OWN, _UNNAMED_LIKE = 0.62, 0.54
"""Scores of things of the right kind, and of nearly that, where the sentence gives no name."""
NAMED = 0.9
"""Least score of a thing that is called so, and does not only speak of it."""
_WHOLE_TEXT = 0.9
"""Least score of a text that is acted on: what only speaks of the words is not meant."""
_HOLDS, _IN_TEXT = 0.95, 0.8
"""Scores of an item that holds something that is called so, and of one that only speaks of the words."""
_OPENED = frozenset({"section", "tree", "menu"})
"""Kinds of things that are opened and closed: one that says whether it is open is meant first."""
_PLAIN_TYPES = frozenset({"text", "submit", "button", "checkbox", "radio"})
_NO_MEANING = Meaning(frozenset())


@dataclass(frozen=True, slots=True)
class Match:
    """A thing that a sentence may mean.

    Parameters
    ----------
    element : Element
        It; of a group, its kind is its role.
    score : float
        1 for the very name, less for what differs; above it where the kind fits as well.
    reasons : tuple of str
        The reasons, in words for people.
    """

    element: Element
    score: float
    reasons: tuple[str, ...] = ()


Scope = Callable[[Element], bool]
"""Returns whether a thing is where the sentence says."""


class Candidates:
    """The rated things of one document.

    Parameters
    ----------
    target : Target
    page : PageModel
    accepts : Accepts
    scope : callable
    """

    def __init__(self, target: Target, page: PageModel, accepts: Accepts, scope: Scope) -> None:
        self._target = target
        self._page = page
        self._accepts = accepts
        self._scope = scope
        self._meaning = MEANINGS.get(target.role, _NO_MEANING)
        self._hints = hints_of(f"{target.words} {target.said}") if normal(target.words) else ()  # signs give no hints

    def rated(self) -> list[Match]:
        """Return the things that fit, in the order of the document."""
        found = [*self._rated_groups(), *self._rated_things()]
        if not found and self._target.words and not self._target.is_quoted:
            found = list(self._misspelt())
        return sorted(found, key=lambda match: match.element.order)

    # --- elements and texts -------------------------------------------------------------------------------------------

    def _things(self) -> Iterator[Element]:
        page, accepts = self._page, self._accepts
        for element in page.seen.elements:
            if accepts.takes(element) and self._scope(element):
                yield element
        if accepts.texts:
            for text in page.seen.texts:
                if self._scope(text):
                    yield text

    def _rated_things(self) -> Iterator[Match]:
        if self._target.words:
            for thing in self._things():
                if self._may_be_called_so(thing):
                    score, reason = self._name_score(thing)
                    if score < _WHOLE_TEXT and not self._accepts.disabled and self._is_shown_only(thing):
                        continue
                    score += self._kind_score(thing) if score else 0.0
                    if score >= CERTAIN:
                        yield Match(thing, score, (reason,))
        elif self._target.role not in REPEATED or not self._accepts.groups:
            yield from self._unnamed()

    def _unnamed(self) -> Iterator[Match]:
        """Rate things by their kind alone: "the second link", "the field"."""
        target, meaning = self._target, self._meaning
        if not target.role:
            for thing in self._things():
                if thing.ref in self._page.elements or (self._accepts.roles is None and not self._accepts.controls):
                    yield Match(thing, _UNNAMED_LIKE, ())
            return
        if target.role in _OPENED and not self._accepts.disabled:
            opened = [e for e in self._things() if e.expanded is not None and e.role in meaning.own | meaning.like]
            if opened:
                yield from (Match(thing, _UNNAMED_OWN + _OWN, ("it opens and closes",)) for thing in opened)
                return
        own = [thing for thing in self._things() if thing.role in meaning.own]
        if own:
            yield from (Match(thing, _UNNAMED_OWN, (f"it is a {target.role}",)) for thing in own)
        elif not (meaning.kinds and self._accepts.groups and self._groups()):
            like = [thing for thing in self._things() if thing.role in meaning.like]
            controls = [thing for thing in like if thing.ref in self._page.elements]
            yield from (Match(thing, _UNNAMED_LIKE, (f"it is like a {target.role}",)) for thing in controls or like)

    def _may_be_called_so(self, thing: Element) -> bool:
        """Return quickly whether any name of a thing can fit."""
        if not self._hints:
            return True
        shown = self._page.all_names_of(thing)
        if any(hint in shown for hint in self._hints):
            return True
        return thing.ref in self._page.elements and not thing.label and bool(self._page.caption_of(thing))

    def _names(self, thing: Element) -> Iterator[tuple[str, float, str]]:
        """Yield the names of a thing, the weight of each, and words for it."""
        shy = 0.6 if self._target.is_quoted else 0.8
        yield thing.name, 1.0, "it is called"
        if thing.label != thing.name:
            yield thing.label, 1.0, "its label is"
        if thing.text != thing.name:
            yield thing.text, 0.98, "it shows"
        if thing.ref not in self._page.elements:
            return
        yield self._page.caption_of(thing), 0.96, "beside it stands"
        yield thing.title, 0.96, "its tooltip says"
        yield thing.placeholder, 0.95, "its placeholder is"
        yield icon_words(thing.icon), 0.88, "its picture is called"
        yield thing.hint, shy, "the page's own name for it is"
        yield thing.column, shy, "it is in the column"
        if thing.input_type not in _PLAIN_TYPES:
            yield thing.input_type, 0.8, "its type is"
        if thing.tag != "select":
            yield thing.value, 0.6, "it holds"

    def _name_score(self, thing: Element) -> tuple[float, str]:
        target = self._target
        best, reason = 0.0, ""
        for text, weight, why in self._names(thing):
            if not text or weight <= best:
                continue
            score = weight * alike(target.words, text, is_quoted=target.is_quoted)
            if score > best:
                best, reason = score, f'{why} "{text[:60]}"'
            if target.said and not target.is_quoted and weight * 0.97 > best:
                # "Price list" may be called so itself, with the word for its kind.
                whole = weight * alike(target.said, text, is_quoted=True)
                if whole >= 0.9 * weight and whole - _kind_penalty(self._meaning, thing) > best:
                    best, reason = whole - _kind_penalty(self._meaning, thing), f'{why} "{text[:60]}"'
        return best, reason

    def _kind_score(self, thing: Element) -> float:
        score = 0.0
        if self._target.role and (self._target.role not in REPEATED or self._accepts.groups):
            score = _OWN if thing.role in self._meaning.own else 0.0 if thing.role in self._meaning.like else _OTHER
        if self._is_shown_only(thing):
            score = min(score, 0.0) + _TEXT
        return score

    def _is_shown_only(self, thing: Element) -> bool:
        """Return whether a thing is a text, and the sentence does not speak of a text."""
        return is_text(thing.role) and thing.ref not in self._page.elements and self._target.role not in WRITTEN

    def _misspelt(self) -> Iterator[Match]:
        for thing in self._things():
            for name in (thing.name, thing.label, thing.placeholder):
                if name and misspelt(self._target.words, name):
                    yield Match(thing, 0.52, (f'"{name[:60]}" is spelt almost so',))
                    break

    # --- groups -------------------------------------------------------------------------------------------------------

    def _groups(self) -> list[int]:
        """Return the groups of the kind that is said; of the items of lists, those of the best list alone."""
        page, kinds = self._page, self._meaning.kinds
        if self._target.role not in REPEATED:
            return [at for at, group in enumerate(page.groups) if group.kind in kinds and self._holds_group(at)]
        lists = [[item for item in items if self._holds_group(item)] for items in page.items]
        lists = [items for items in lists if items and page.groups[items[0]].kind in kinds]
        if self._accepts.controls:  # something to click is rather one of a list that has controls
            lists.sort(key=lambda items: not any(held.ref in page.elements for held in page.members(items[0])))
        if self._target.role in ("row", "card"):
            lists.sort(key=lambda items: page.groups[items[0]].kind != self._target.role)
        if self._target.words:
            return [item for items in lists for item in items]
        kind = set(tokens(self._target.said))
        lists.sort(key=lambda items: not kind & page.kinds_of(items[0]))
        return lists[0] if lists else []

    def _holds_group(self, group: int) -> bool:
        found = self._page.groups[group]
        thing = Element(-1 if found.ref is None else found.ref, found.kind, "", "", group=found.parent)
        # A thing directly in the group is in the scope where the group is.
        return self._scope(thing) or self._scope(replace(thing, group=group))

    def _rated_groups(self) -> Iterator[Match]:
        if not (self._accepts.groups and self._meaning.kinds):
            return
        words = self._target.words
        for group in self._groups():
            if not words:
                if (thing := self._standing_for(group)) is not None:
                    yield Match(thing, _UNNAMED_OWN, (f"it is a {self._page.groups[group].kind}",))
                continue
            is_item = self._target.role in REPEATED
            name = self._page.name_of(group) if is_item else self._page.groups[group].name
            score = alike(words, name, is_quoted=self._target.is_quoted)
            if not is_item:
                score = max(score, 0.95 * alike(words, self._heading_over(group), is_quoted=self._target.is_quoted))
            elif score < _HOLDS and in_text(words, self._page.normal_text_of(group)):
                is_named = any(alike(words, held.name) >= _WHOLE_TEXT for held in self._page.members(group))
                score = max(score, _HOLDS if is_named else _IN_TEXT)
            if score >= CERTAIN and (thing := self._standing_for(group)) is not None:
                yield Match(thing, score + _OWN, (f'it is the {self._page.groups[group].kind} of "{name[:60]}"',))

    def _heading_over(self, group: int) -> str:
        parent = self._page.groups[group].parent
        return self._page.groups[parent].name if parent >= 0 and self._page.groups[parent].kind == "section" else ""

    def _standing_for(self, group: int) -> Element | None:
        """Return the thing that is acted on where a group is meant."""
        page = self._page
        if self._accepts.controls and self._target.role in REPEATED:
            control = page.main_control(group)
            if control is not None and self._accepts.takes(control):
                return control
        thing = page.as_thing(group)
        if thing is None or self._accepts.controls:
            # A click on the middle of a group might hit any control in it; one on its first text does not.
            thing = next((held for held in page.members(group) if held.ref not in page.elements and held.name), thing)
        return thing


def _kind_penalty(meaning: Meaning, thing: Element) -> float:
    """Return what takes back the addition for the kind of a thing that has the word for its kind in its name."""
    if thing.role in meaning.own:
        return 0.0
    return 0.0 if thing.role in meaning.like else _OTHER


def named_so(words: str, things: Sequence[Element]) -> list[Element]:
    """Return the things that have the words in their name, label or text."""
    return [thing for thing in things if in_text(words, normal(f"{thing.name} {thing.label} {thing.value}"))]

"""The text in which a model is shown a page: numbered elements and texts, at first the important ones, then changes.

A number stands for the same thing as long as that is on the page. It is never given to another one, so that a model
that is mistaken about the page acts on nothing instead of on something else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from webrun_nb.agents.local.matching.roles import FIELD_ROLES
from webrun_nb.agents.recording.targets import ElementDescription, describe
from webrun_nb.browsers.observation import Box, Element, Group, Observation
from webrun_nb.common.text import shortened

FIRST_LOOK_CHARS = 8_000
"""The size of the first look at a page: less than 3,000 tokens, at three characters each."""
CHANGES_CHARS = 2_000
"""The size of what has changed since: less than 800 tokens."""
FOUND_CHARS = 4_000
"""The size of what is found or read on request."""
_NAME_CHARS = 90
_TEXT_CHARS = 160
_READ_TEXT_CHARS = 600
_OPTIONS = 8
_MOST_MARKS = 60
_MOST_LEVELS = 50
_ALIKE = 3
"""Rows, cards or items of a list that are shown in full at first; of the others the most important alone."""
_TEXT_ROLES = frozenset({"paragraph", "label", "cell", "columnheader", "listitem", "text", "img", "graphic"})
_REPEATED = frozenset({"row", "item", "card", "article"})


@dataclass(frozen=True, slots=True)
class Shown:
    """A thing of a page with the line that shows it."""

    number: int
    thing: Element
    line: str
    importance: int


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a thing: the URL of its document, and a CSS selector in that."""

    url: str
    element: str


@dataclass(frozen=True, slots=True)
class _Known:
    """A thing as it was seen last."""

    thing: Element
    url: str
    """The URL of its document."""
    seen: Observation
    """The look at the page."""
    step: int | None
    """The number of the step that the look is recorded as."""


class PageView:
    """The page as the model knows it."""

    def __init__(self) -> None:
        self.seen: Observation | None = None
        """The page as it was seen last."""
        self._numbers: dict[tuple[object, ...], int] = {}
        self._step: int | None = None
        self._gone: dict[int, _Known] = {}
        """The things that are not on the page any more, as they were seen last."""
        self._in_place: dict[tuple[int, str, int], Shown] = {}
        """The things of the page by their frame, its URL and their place in its order."""
        self._document = 0
        self._now: dict[int, Shown] = {}
        self._told: dict[int, str] = {}
        """The lines of the page as it was told of last."""
        self._told_document = -1

    def take(self, seen: Observation, step: int | None = None) -> None:
        """Take a look at the page; it keeps the numbers of what was there before.

        Parameters
        ----------
        seen : Observation
            The look.
        step : int, optional
            The number of the step that it is recorded as.
        """
        if self.seen is None or seen.fresh or seen.url.partition("#")[0] != self.seen.url.partition("#")[0]:
            self._document += 1
            self._in_place = {}
        now = {each.number: each for each in self._listed(seen)}
        for number in self._now.keys() - now.keys():
            if (known := self._known(number)) is not None:
                self._gone[number] = known
        self.seen, self._step, self._now = seen, step, now

    def _known(self, number: int) -> _Known | None:
        """Return a thing as it was seen last; None where the number was never given."""
        shown, seen = self._now.get(number), self.seen
        if shown is None or seen is None:
            return self._gone.get(number)
        frame = shown.thing.frame
        return _Known(shown.thing, seen.url if frame == 0 else seen.frames[frame - 1].url, seen, self._step)

    def thing(self, number: int) -> Element | None:
        """Return the element or text of a number; None where it is not on the page any more, or never was."""
        shown = self._now.get(number)
        return None if shown is None else shown.thing

    def text_of(self, number: int) -> str | None:
        """Return what a thing says, also once its page has been left; None where the number was never given."""
        known = self._known(number)
        return None if known is None else words_of(known.thing)

    def place_of(self, number: int) -> Place | None:
        """Return where a thing is, or was; None where the number was never given."""
        known = self._known(number)
        return None if known is None else Place(known.url, known.thing.path)

    def description_of(self, number: int) -> tuple[ElementDescription, int | None] | None:
        """Return a thing as recordings describe it, and the recorded step in which it was seen last.

        None where the number was never given.
        """
        known = self._known(number)
        described = None if known is None else describe(known.seen, known.thing.ref)
        return None if known is None or described is None else (described, known.step)

    def nearest(self, number: int) -> str:
        """Return what is on the page in the place of what is gone: the lines with the most words in common."""
        words = set((self.text_of(number) or "").casefold().split())
        alike = sorted(self._now.values(), key=lambda each: -len(words & set(words_of(each.thing).casefold().split())))
        return "\n".join(each.line for each in alike[:3])

    @property
    def state(self) -> int:
        """A number that is the same as long as the page shows the same."""
        return hash((self._document, tuple(each.line for each in self._now.values())))

    def visible(self) -> list[tuple[int, Box]]:
        """Return the numbers and boxes of the controls that are in the view, the important ones first."""
        shown = [each for each in self._now.values() if each.thing.role not in _TEXT_ROLES and not each.thing.offscreen]
        shown.sort(key=lambda each: -each.importance)
        return [(each.number, each.thing.box) for each in shown[:_MOST_MARKS] if each.thing.box is not None]

    # --- what is told

    def told(self) -> str:
        """Return the page as it is, or what has changed where the model knows it already."""
        seen = self.seen
        assert seen is not None
        is_new = self._told_document != self._document
        lines = {number: each.line for number, each in self._now.items()}
        body = self._overview() if is_new else self._changes()
        self._told, self._told_document = lines, self._document
        return "\n".join([*_heading(seen), body]) if is_new else "\n".join([*_heading(seen)[:1], *_said(seen), body])

    def _overview(self) -> str:
        kept = _within(self._now.values(), FIRST_LOOK_CHARS)
        lines = _in_order(kept, self._now)
        left = len(self._now) - len(kept)
        if left:
            lines.append(f"Shown: {len(kept)} of {len(self._now)} things. Use find or read for the others.")
        return "\n".join(lines) or "The page shows nothing."

    def _changes(self) -> str:
        changed = [each for number, each in self._now.items() if self._told.get(number) != each.line]
        gone = [number for number in self._told if number not in self._now]
        if not changed and not gone:
            return "Nothing has changed on the page."
        kept = _within(changed, CHANGES_CHARS)
        lines = [f"New or changed: {len(changed)}; gone: {len(gone)}.", *_in_order(kept, self._now)]
        if len(kept) < len(changed):
            lines.append(f"Shown: {len(kept)} of {len(changed)} changes. Use find or read for the others.")
        if gone:
            some = ", ".join(f"[{number}]" for number in gone[:10])
            lines.append(f"Gone: {some}{' and others' if len(gone) > 10 else ''}.")
        return "\n".join(lines)

    def found(self, words: str, skip: int) -> str:
        """Return the things that have words in them, those that have all first, then those that have the most."""
        asked = set(words.casefold().split())
        ranked = []
        for place, each in enumerate(self._now.values()):
            said = f"{words_of(each.thing)} {each.thing.nearby} {each.thing.role}".casefold()
            if count := sum(word in said for word in asked):
                ranked.append((-count, each.thing.role in _TEXT_ROLES, place, each))
        ranked.sort(key=lambda entry: entry[:3])
        lines: list[str] = []
        for *_, each in ranked[skip:]:
            if sum(map(len, lines)) > FOUND_CHARS:
                break
            near = shortened(each.thing.nearby, 60)
            lines.append(each.line + (f" (near: {near})" if near and near not in each.line else ""))
        more = len(ranked) - skip - len(lines)
        if more > 0:
            lines.append(f"{more} more: find the same with skip={skip + len(lines)}.")
        return "\n".join(lines) or f"Nothing on the page has the words {shortened(words, 60)!r}."

    def read(self, after: int) -> str:
        """Return all things in the order of the page, from the one after a number on (0: from the start)."""
        numbers = list(self._now)
        start = numbers.index(after) + 1 if after in self._now else 0
        lines: list[str] = []
        last = 0
        for number in numbers[start:]:
            if sum(map(len, lines)) > FOUND_CHARS:
                return "\n".join([*lines, f"The page goes on: read after {last}."])
            lines.append(_line(number, self._now[number].thing, _READ_TEXT_CHARS))
            last = number
        return "\n".join([*lines, "That is the end of the page."])

    # --- its things

    def _listed(self, seen: Observation) -> Iterable[Shown]:
        """Yield the things of a page in its order; most are as they were, so that they are shown as they were."""
        by_frame: dict[int, list[Element]] = {}
        for thing in seen.all_things:
            if thing.name or thing.text or thing.role not in _TEXT_ROLES:
                by_frame.setdefault(thing.frame, []).append(thing)
        before, self._in_place = self._in_place, {}
        for frame in sorted(by_frame):
            url = "" if frame == 0 else seen.frames[frame - 1].url
            places = _Places(seen.groups if frame == 0 else seen.frames[frame - 1].groups)
            for thing in sorted(by_frame[frame], key=_order):
                place = (frame, url, thing.order)
                shown = before.get(place)
                if shown is None or shown.thing != thing:
                    number = self._number(thing, url)
                    line = _line(number, thing, _TEXT_CHARS)
                    shown = Shown(number, thing, line, _importance(thing, places.of(thing)))
                self._in_place[place] = shown
                yield shown

    def _number(self, thing: Element, frame_url: str) -> int:
        key = (self._document, frame_url, thing.path, thing.role, thing.name, thing.label)
        return self._numbers.setdefault(key, len(self._numbers) + 1)


def _heading(seen: Observation) -> list[str]:
    status = "" if seen.status is None or seen.status < 400 else f" (HTTP status {seen.status})"
    lines = [f"Page: {seen.url}{status}", f"Title: {shortened(seen.title, _TEXT_CHARS)}", *_said(seen)]
    if len(seen.tab_urls) > 1:
        shown = (f"{number} {shortened(url, _TEXT_CHARS)}" for number, url in enumerate(seen.tab_urls, 1))
        lines.append(f"Open tabs: {'; '.join(shown)}. This is tab {seen.tab}.")
    return lines


def _said(seen: Observation) -> list[str]:
    lines = [f"Message: {shortened(each.said, _TEXT_CHARS)}" for each in seen.messages[:5]]
    lines += [
        f"Error at {each.label or 'the form'}: {shortened(each.said, _TEXT_CHARS)}" for each in seen.form_errors[:5]
    ]
    names = sorted({*seen.secrets, *(name for frame in seen.frames for name in frame.secrets)})
    if names:
        lines.append(f"Secrets for this page, by name: {', '.join(names)}.")
    if seen.busy:
        lines.append("The page is still loading.")
    return lines


def _within(things: Iterable[Shown], limit_chars: int) -> list[Shown]:
    """Return the most important things whose lines fit into a number of characters."""
    kept: list[Shown] = []
    used = 0
    for each in sorted(things, key=lambda each: -each.importance):
        used += len(each.line) + 3  # the line's end, and its share of the marks of gaps
        if used > limit_chars:
            break
        kept.append(each)
    return kept


def _in_order(kept: Sequence[Shown], now: dict[int, Shown]) -> list[str]:
    """Return lines in the order of the page, with a mark where things between them are left out."""
    chosen = {each.number for each in kept}
    lines: list[str] = []
    for number, each in now.items():
        if number in chosen:
            lines.append(each.line)
        elif lines and lines[-1] != "…":
            lines.append("…")
    return lines[:-1] if lines and lines[-1] == "…" else lines


class _Places:
    """The places of the rows, items and cards of a document among those beside them."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self._groups = groups

    def of(self, thing: Element) -> int:
        """Return the place of the row, item or card that holds a thing, from 0; 0 where none does."""
        index = thing.group
        for _ in range(_MOST_LEVELS):
            if not 0 <= index < len(self._groups):
                break
            if index in self._all:
                return self._all[index]
            index = self._groups[index].parent
        return 0

    @cached_property
    def _all(self) -> dict[int, int]:
        """The places by the indexes of the groups."""
        counts = Counter[int]()
        places: dict[int, int] = {}
        for index, group in enumerate(self._groups):
            if group.kind in _REPEATED:
                places[index] = counts[group.parent]
                counts[group.parent] += 1
        return places


def _importance(thing: Element, place: int) -> int:
    """Return how early a thing is shown to a model that gets to see only some."""
    if thing.role == "heading":
        points = 70 - 5 * thing.level
    elif thing.role in FIELD_ROLES or thing.checked is not None:
        points = 60
    elif thing.role in _TEXT_ROLES:
        points = 30
    else:
        points = 50 if thing.role in ("button", "tab", "menuitem") else 40
    points += 100 if thing.layer else 0
    points += 20 if thing.focused else 0
    points -= {"nav": 10, "header": 10, "footer": 25}.get(thing.region, 0)
    points -= 10 if thing.covered or not thing.enabled else 0
    points -= 5 if thing.offscreen else 0
    return points - (35 if place >= _ALIKE else 0)


def _line(number: int, thing: Element, text_chars: int) -> str:
    if thing.role in _TEXT_ROLES:
        words = shortened(thing.text or thing.name, text_chars)
        under = f" (column {shortened(thing.column, 40)})" if thing.column else ""
        return f"[{number}] {words}{' (struck)' if thing.struck else ''}{under}"
    words = shortened(thing.name or thing.label or thing.placeholder or thing.title or thing.text, _NAME_CHARS)
    if thing.role == "heading":
        return f"[{number}] {'#' * max(1, thing.level)} {words}"
    return f"[{number}] {thing.role} {words!r}{_states(thing)}"


def _states(thing: Element) -> str:
    states = []
    if thing.value and thing.checked is None:
        states.append(f"value {shortened(thing.value, 60)!r}")
    if thing.options:
        more = f" and {len(thing.options) - _OPTIONS} more" if len(thing.options) > _OPTIONS else ""
        states.append("options " + ", ".join(repr(shortened(each, 40)) for each in thing.options[:_OPTIONS]) + more)
    if thing.input_type in ("password", "file", "date", "email", "number"):
        states.append(thing.input_type)
    states += [word for word, holds in zip(_FLAGS, _flags(thing), strict=True) if holds]
    return f" ({'; '.join(states)})" if states else ""


_FLAGS = (
    "checked", "not checked", "disabled", "read-only", "required", "selected", "open", "closed", "covered",
)  # fmt: skip
"""The states of a thing that its line tells, in the order of `_flags`."""


def _flags(thing: Element) -> tuple[bool, ...]:
    return (
        thing.checked is True,
        thing.checked is False,
        not thing.enabled,
        thing.readonly,
        thing.required,
        thing.selected is True,
        thing.expanded is True,
        thing.expanded is False,
        thing.covered,
    )


def _order(thing: Element) -> int:
    return thing.order


def words_of(thing: Element) -> str:
    """Return all that a thing says to the eye, once each."""
    said = (thing.name, thing.text, thing.label, thing.value, thing.placeholder, thing.title, *thing.options[:_OPTIONS])
    return " ".join(dict.fromkeys(part for part in said if part))

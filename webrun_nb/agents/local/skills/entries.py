"""The entries of a page's lists, rows of tables and cards among them: finding the ones that a person speaks of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from webrun_nb.agents.local.matching.names import stem
from webrun_nb.browsers.observation import Element, Group, Observation

_KINDS = frozenset({"row", "item", "card", "article"})
_NOT_LISTS = frozenset({"nav", "header", "footer", "menu", "tabs"})
_CONTROLS = frozenset(
    {"button", "link", "menuitem", "clickable", "graphic", "checkbox", "switch", "combobox", "tab", "img"}
)
_PLAIN_KINDS = frozenset(
    {
        "item",
        "entry",
        "row",
        "record",
        "todo",
        "to-do",
        "task",
        "file",
        "folder",
        "card",
        "message",
        "email",
        "post",
        "note",
    }
)
_FEW = 20
"""Things of a page so small that one entry may have most of them."""
_BAR = frozenset({"button", "clickable", "menuitem", "graphic", "img"})
"""Roles of what stands alone in the parts of a tool bar."""
_MOST_FORMS = 8
_LINKING = re.compile(r"\s+(?:of|for|by|from|called|named|titled|with|about|to)\s+", re.I)
_OWNER = re.compile(r"(?P<owner>.+?)(?:'s|’s|(?<=s)'|(?<=s)’)\s+(?P<kind>\S.*)$", re.I)
_POLITE = re.compile(r"^(?:the|my|our|this|that|all|one|ones)\s+", re.I)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry: a group of the page, with all that is in it.

    Parameters
    ----------
    group : int
        Index of the group in its document.
    frame : int
        Number of the frame; 0 for the page itself.
    things : tuple of Element
        The elements and texts in it, in document order.
    name : Element or None
        What it was found by.
    """

    group: int
    frame: int
    things: tuple[Element, ...]
    name: Element | None = None

    @property
    def text(self) -> str:
        """All that it shows."""
        return " ".join(shown(thing) for thing in self.things)

    @property
    def controls(self) -> tuple[Element, ...]:
        """The controls of it that can be clicked."""
        return tuple(thing for thing in self.things if thing.role in _CONTROLS and thing.enabled)

    @property
    def box(self) -> Element | None:
        """The check box that selects it or marks it as done: the first of its own."""
        return next((thing for thing in self.things if thing.role in ("checkbox", "switch")), None)


def shown(thing: Element) -> str:
    """Return the text that a thing shows."""
    return thing.text or thing.name or thing.value or thing.label


def folded(text: str) -> str:
    """Return a text in lower case, without quotes, with single blanks."""
    return " ".join(re.sub(r"[“”\"‘’'`]", "", text).casefold().split())


def entries_of(seen: Observation) -> list[Entry]:
    """Return the entries of a page and its frames, in document order."""
    return [entry for groups, things, frame in _documents(seen) for entry in _entries(groups, things, frame)]


def _documents(seen: Observation) -> Iterator[tuple[Sequence[Group], Sequence[Element], int]]:
    yield seen.groups, (*seen.elements, *seen.texts), 0
    for number, frame in enumerate(seen.frames, start=1):
        yield frame.groups, (*frame.elements, *frame.texts), number


def _entries(groups: Sequence[Group], things: Sequence[Element], frame: int) -> Iterator[Entry]:
    inside: dict[int, list[Element]] = {}
    for thing in things:
        for at in around(thing.group, groups):
            if groups[at].kind in _KINDS:
                inside.setdefault(at, []).append(thing)
    for at, within in sorted(inside.items()):
        kinds = {groups[each].kind for each in around(at, groups)}
        texts = [thing for thing in within if thing.role not in _CONTROLS]
        is_head = bool(texts) and all(thing.role == "columnheader" for thing in texts)
        called = {folded(thing.name) for thing in within if thing.role in _BAR}
        is_bar = groups[at].kind == "card" and all(t.role in _BAR or folded(shown(t)) in called for t in within)
        # A card with half of what a page has is a part of its layout.
        is_layout = groups[at].kind == "card" and len(things) > _FEW and len(within) * 2 > len(things)
        if not (kinds & _NOT_LISTS or is_head or is_bar or is_layout):
            yield Entry(at, frame, tuple(within))


def around(at: int, groups: Sequence[Group]) -> Iterator[int]:
    """Yield a group's index and those of the groups around it, the innermost first."""
    while 0 <= at < len(groups):
        yield at
        at = groups[at].parent


def find_entries(seen: Observation, words: str) -> list[Entry]:
    """Find the entries that words speak of: "the loan of Tom Becker" is the one that shows "Tom Becker".

    The words may begin with what such entries are called, which the page need not show. Entries that show the name
    alone in one of their parts come before those that only contain it.

    Returns
    -------
    list of Entry
        Those that fit best; several where the words do not tell them apart.
    """
    entries = entries_of(seen)
    for form in name_forms(words, kinds_of(seen)):
        for fits in (_is_called, _contains):
            if found := [named for entry in entries if (named := _by_name(entry, form, fits))]:
                return _innermost(found, seen)
    return []


def _by_name(entry: Entry, form: str, fits: Callable[[Element, str], bool]) -> Entry | None:
    things = sorted(entry.things, key=lambda thing: thing.checked is not None)  # its text, not the box of that name
    name = next((thing for thing in things if fits(thing, form)), None)
    return replace(entry, name=name) if name is not None else None


def _is_called(thing: Element, form: str) -> bool:
    return form in (folded(thing.text), folded(thing.name), folded(thing.value))


def _contains(thing: Element, form: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(form)}(?!\w)", folded(f"{thing.text} {thing.name}")) is not None


def name_forms(words: str, is_kind: Callable[[str], bool] = lambda _: True) -> list[str]:
    """Return the names that words for an entry may hold, the likeliest first.

    Parameters
    ----------
    words : str
        The words of a person.
    is_kind : callable, optional
        Tells whether a word is what such entries are called; other words are a part of the name.

    >>> name_forms("the loan of Tom Becker")
    ['loan of tom becker', 'tom becker']
    """
    words = " ".join(words.split())
    while match := _POLITE.match(words):
        words = words[match.end() :]
    forms = [words]
    if (owner := _OWNER.match(words)) and is_kind(owner["kind"]):
        forms.append(owner["owner"])
    linked = _LINKING.search(words)
    if linked and is_kind(words[: linked.start()]):
        forms.append(words[linked.end() :])
    kind, _, rest = words.partition(" ")
    if rest and is_kind(kind) and not _LINKING.match(f" {rest}"):
        forms.append(rest)
    unique = dict.fromkeys(folded(form).strip(" .,:;") for form in forms)
    return [form for form in unique if form][:_MOST_FORMS]


def kinds_of(seen: Observation) -> Callable[[str], bool]:
    """Return the test whether a word is what the page calls its entries: in its address, headings or controls."""
    places = [seen.title, urlsplit(seen.url).path, *(thing.column for thing in seen.texts)]
    places += [each.name for each in seen.groups if each.kind not in _KINDS]
    places += [each.text for each in seen.texts if each.role == "heading"]
    places += [
        f"{each.name} {each.placeholder}" for each in seen.elements if each.role in ("button", "link", "textbox")
    ]
    known = {stem(word) for place in places for word in re.findall(r"[^\W\d_]{3,}", place)}

    def is_kind(words: str) -> bool:
        last = words.split()[-1] if words.split() else ""
        return last.islower() and stem(last) in known | _PLAIN_KINDS

    return is_kind


def _innermost(found: list[Entry], seen: Observation) -> list[Entry]:
    """Leave out what contains another of them."""
    outer = {(entry.frame, at) for entry in found for at in list(around(entry.group, _groups(seen, entry.frame)))[1:]}
    return [entry for entry in found if (entry.frame, entry.group) not in outer]


def _groups(seen: Observation, frame: int) -> Sequence[Group]:
    return seen.groups if frame == 0 else seen.frames[frame - 1].groups


def main_entries(seen: Observation) -> list[Entry]:
    """Return the entries of the page's main list: the group with the most of them."""
    lists: dict[tuple[int, int], list[Entry]] = {}
    for entry in entries_of(seen):
        groups = _groups(seen, entry.frame)
        lists.setdefault((entry.frame, groups[entry.group].parent), []).append(entry)
    return max(lists.values(), key=len, default=[])


def box_of(seen: Observation, words: str) -> Element | None:
    """Return the check box of the one entry that words speak of; None where it has none, or several fit."""
    found = find_entries(seen, words) if words.strip() else []
    return found[0].box if len(found) == 1 else None


def boxes_of(seen: Observation, names: Sequence[str]) -> list[Element]:
    """Return the check boxes of entries that are named one by one; none where one of them has none."""
    boxes = [box for name in names if (box := box_of(seen, name)) is not None]
    return boxes if len(boxes) == len(names) else []


def with_name(entry: Entry) -> Entry:
    """Return an entry with what it is called: its first link, else its first text."""
    said = [
        thing for thing in entry.things if thing.role not in ("checkbox", "switch", "radio") and shown(thing).strip()
    ]
    links = [thing for thing in said if thing.role == "link"]
    return replace(entry, name=next(iter(links or said), None))


def same_entry(entry: Entry, seen: Observation) -> Entry | None:
    """Find an entry of an earlier look again, by what it was found by; None where it is gone."""
    if entry.name is None:
        return None
    name = folded(shown(entry.name))
    found = [named for each in entries_of(seen) if (named := _by_name(each, name, _is_called))]
    found = _innermost(found, seen)
    same = [each for each in found if each.group == entry.group]
    return next(iter(same or found), None)


def named_like(elements: Iterable[Element], pattern: re.Pattern[str]) -> list[Element]:
    """Return the elements whose name says something, or else whose picture does."""
    elements = list(elements)
    said = [each for each in elements if pattern.search(each.name or each.text or each.label)]
    return said or [each for each in elements if not each.name and pattern.search(each.icon.replace("-", " "))]

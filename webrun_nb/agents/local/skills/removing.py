"""Removes entries of a list: with their own control, with one for all that are selected, or on their own page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from webrun_nb.agents.base import AgentError
from webrun_nb.agents.local.language.intents import RemoveEntries, Target
from webrun_nb.agents.local.matching.names import stem
from webrun_nb.agents.local.skills.entries import (
    Entry,
    entries_of,
    find_entries,
    folded,
    kinds_of,
    main_entries,
    name_forms,
    named_like,
    same_entry,
    shown,
    with_name,
)
from webrun_nb.agents.local.skills.fields import set_state
from webrun_nb.agents.local.skills.selecting import outside_control
from webrun_nb.agents.local.skills.working import Work, Worker, called, do, fail, later_look, new_things
from webrun_nb.browsers.actions import Click, Hover, Select
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.codes import TaskFailureCode

REMOVES = re.compile(r"\b(?:delete|remove|trash|destroy|discard|erase|bin|clear)\b|^[×✕✖✗🗑xX]$", re.I)
"""The names of controls that remove something."""
_CONFIRMS = re.compile(
    r"^(?:yes\b.*|ok(?:ay)?|confirm\b.*|(?:delete|remove|discard|move to (?:trash|bin))\b.*|continue|proceed)$", re.I
)
_ASKS = re.compile(
    r"\b(?:are you sure|you sure|really (?:want|delete|remove)|confirm|cannot be undone|can't be undone|permanently)\b",
    re.I,
)
_OPENS_MORE = re.compile(r"^(?:more(?: actions| options)?|actions?|options|menu|[⋮…⋯]|\.\.\.)$", re.I)
_APPLIES = re.compile(r"^(?:go|apply|run|ok|submit|execute)$", re.I)
_BOTH = re.compile(r"\bboth\b", re.I)
_MARKED = re.compile(r"\b(?:completed?|done|finished|checked|ticked|selected)\b", re.I)
_UNMARKED = re.compile(r"\b(?:active|open|unfinished|incomplete|unchecked|unticked)\b", re.I)
_ALL_SHOWN = re.compile(r"^(?:everything|)$", re.I)
_THOSE = re.compile(r"^(?:them|these|those|both|it|(?:the )?selected(?: ones| items| rows| files)?)$", re.I)
_BUTTONS = frozenset({"button", "link", "menuitem", "clickable"})
_MOST_ENTRIES = 50


class Finder(Worker, Protocol):
    """A task that also finds what noun phrases mean."""

    def matching(self, target: Target) -> Work[tuple[Element, ...]]:
        """Return what a target may mean on the page."""


def remove_entries(worker: Finder, intent: RemoveEntries) -> Work[str]:
    """Remove the entries that are meant, and see that they are gone.

    Returns
    -------
    str
        What was removed, for the answer.

    Raises
    ------
    AgentError
        There is no such entry, no way to remove it, or it is still there afterwards.
    """
    seen = yield from worker.look()
    whole = _named_after(seen, intent)
    if whole is not None:  # "Clear completed" removes all completed ones at once
        return (yield from _with_one_control(worker, whole, intent))
    meant = _meant(seen, intent)
    if not meant and (seen_later := (yield from later_look(worker, seen, intent.sentence))):
        meant = _meant(seen_later, intent)
    if not meant and (control := (yield from _beside_words(worker, intent))):
        return (yield from _with_one_control(worker, control, intent))
    if not meant:
        fail(intent.sentence, f'no entry of the page is called "{intent.words or "so"}"; nothing was removed')
    if len(meant) > 1 and not (intent.every or _are_listed(intent.words) or _THOSE.match(intent.words)):
        meant = [meant[(yield from _which(worker, intent, meant))]]
    if len(meant) > _MOST_ENTRIES:
        fail(intent.sentence, f"these are {len(meant)} entries, and at most {_MOST_ENTRIES} are removed at once")
    names = [_title(entry) for entry in meant]
    before = _names((yield from worker.look()), meant)
    if len(meant) == 1 or not (yield from _together(worker, meant, intent)):
        for entry in meant:
            yield from _one(worker, entry, intent)
    yield from _see_gone(worker, meant, before, intent)
    return f"removed {', '.join(names)}"


def _beside_words(worker: Finder, intent: RemoveEntries) -> Work[Element | None]:
    """Find the control beside the words, where the page has no list that they are in."""
    if folded(intent.words) == "it":  # on the page of the thing itself
        found = [each for each in (yield from worker.matching(Target("delete", "button"))) if REMOVES.search(each.name)]
        return found[0] if len(found) == 1 else None
    for words in name_forms(intent.words, kinds_of((yield from worker.look()))):
        found = [
            each
            for each in (yield from worker.matching(Target("delete", "button", words)))
            if REMOVES.search(f"{each.name} {each.icon.replace('-', ' ')}")
        ]
        if len(found) == 1:
            return found[0]
    return None


def _title(entry: Entry) -> str:
    return " ".join(shown(entry.name).split())[:80] if entry.name is not None else entry.text[:80]


def _which(worker: Worker, intent: RemoveEntries, meant: Sequence[Entry]) -> Work[int]:
    question = f'In "{intent.sentence}": {len(meant)} entries fit. Which one?'
    return (yield from worker.choice(question, [entry.text[:100] for entry in meant]))


# --- the entries that are meant ---------------------------------------------------------------------------------------


def _named_after(seen: Observation, intent: RemoveEntries) -> Element | None:
    """Find the one control that says itself that it removes what the sentence names."""
    words = {stem(word) for word in re.findall(r"[^\W\d_]+", folded(intent.words))} - {"item", "one", "entry", "the"}
    if not words or not intent.every:
        return None
    buttons = [each for each in seen.all_elements if each.role in _BUTTONS and each.enabled]
    inside = {thing.ref for entry in entries_of(seen) for thing in entry.things}
    fitting = [
        each
        for each in buttons
        if each.ref not in inside
        and REMOVES.search(each.name)
        and words <= {stem(word) for word in re.findall(r"[^\W\d_]+", folded(each.name))}
    ]
    return fitting[0] if len(fitting) == 1 else None


def _are_listed(words: str) -> bool:
    return bool(re.search(r",|\band\b", words))


def _meant(seen: Observation, intent: RemoveEntries) -> list[Entry]:
    words = intent.words.strip()
    if _THOSE.match(words) or (_BOTH.search(intent.sentence) and not words):
        if intent.filtered:
            return [with_name(entry) for entry in main_entries(seen)]
        # "them" are what is selected: all others stay, whatever the sentences before have spoken of.
        chosen = [entry for entry in entries_of(seen) if entry.box is not None and entry.box.checked]
        return [with_name(entry) for entry in chosen]
    if intent.every and _ALL_SHOWN.match(words):
        return [with_name(entry) for entry in main_entries(seen)]
    if intent.every and (marked := _MARKED.search(words) or _UNMARKED.search(words)):
        wanted = _MARKED.search(words) is not None
        boxed = [(entry, entry.box) for entry in main_entries(seen)]
        if marked and any(box is not None for _, box in boxed):
            return [with_name(entry) for entry, box in boxed if box is not None and box.checked is wanted]
    found = find_entries(seen, words)
    if (
        not intent.every
        and len(words.split()) == 1
        and kinds_of(seen)(words)
        and not any(_says_only(entry, words) for entry in found)
    ):
        # "the user" names none of the users: which one is asked where there are several, whatever a text says of one.
        return [with_name(entry) for entry in main_entries(seen)]
    if found or not _are_listed(words):
        return found
    parts = [find_entries(seen, part) for part in re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+", words) if part.strip()]
    return [entry for part in parts for entry in part] if all(len(part) == 1 for part in parts) else []


def _says_only(entry: Entry, words: str) -> bool:
    return any(folded(words) in (folded(thing.text), folded(thing.name)) for thing in entry.things)


# --- ways to remove ---------------------------------------------------------------------------------------------------


def _with_one_control(worker: Worker, control: Element, intent: RemoveEntries) -> Work[str]:
    before = yield from worker.look()
    yield from do(worker, Click(control.ref, called(control)), intent.sentence)
    yield from _confirm(worker, before, intent)
    after = yield from worker.look()
    if after.text == before.text:
        fail(
            intent.sentence,
            f'"{called(control)}" was clicked, and the page shows no change',
            TaskFailureCode.AGENT_ERROR,
        )
    return f'clicked "{called(control)}"'


def _one(worker: Worker, entry: Entry, intent: RemoveEntries) -> Work[None]:
    """Remove one entry with a control of its own, shown at once or when the mouse is on it; else on its own page."""
    seen = yield from worker.look()
    now = same_entry(entry, seen)
    if now is None:
        return  # it went with another one
    control = yield from _own_control(worker, now, intent)
    if control is None and (yield from _together(worker, [now], intent)):
        return
    if control is None:
        control = yield from _on_its_page(worker, now, intent)
    if control is None:
        fail(intent.sentence, f'"{_title(entry)}" has no control to remove it; nothing was removed')
    before = yield from worker.look()
    yield from do(worker, Click(control.ref, called(control)), intent.sentence)
    yield from _confirm(worker, before, intent)


def _own_control(worker: Worker, entry: Entry, intent: RemoveEntries) -> Work[Element | None]:
    if found := named_like(entry.controls, REMOVES):
        return found[0]
    pointed = entry.name or entry.things[0]
    yield from worker.act(Hover(pointed.ref, called(pointed)), intent.sentence)
    seen = yield from worker.look(again=True)
    now = same_entry(entry, seen)
    if now is None:
        return None
    if found := named_like(now.controls, REMOVES):
        return found[0]
    more = named_like(now.controls, _OPENS_MORE)
    if not more:
        return None
    yield from do(worker, Click(more[0].ref, called(more[0])), intent.sentence)
    opened = yield from worker.look(again=True)
    found = named_like((e for e in new_things(seen, opened) if e.role in _BUTTONS), REMOVES)
    return found[0] if found else None


def _together(worker: Worker, entries: Sequence[Entry], intent: RemoveEntries) -> Work[bool]:
    """Select the entries by their check boxes, and use the control that removes what is selected."""
    boxes = [entry.box for entry in entries]
    if any(box is None for box in boxes) or not _are_selections(entries, (yield from worker.look())):
        return False
    for entry in entries:
        now = same_entry(entry, (yield from worker.look())) or entry
        if now.box is not None:
            yield from set_state(worker, now.box, True, intent.sentence)
    before = yield from worker.look(again=True)
    control = _bulk_control(before)  # some show it only where something is selected
    if control is None:
        for entry in entries:
            now = same_entry(entry, (yield from worker.look())) or entry
            if now.box is not None:
                yield from set_state(worker, now.box, False, intent.sentence)
        return False
    if control.tag == "select":
        option = next(each for each in control.options if REMOVES.search(each))
        yield from do(worker, Select(control.ref, option, called(control)), intent.sentence)
        before = yield from worker.look(again=True)
        applies = [e for e in before.elements if e.role == "button" and e.enabled and _APPLIES.match(e.name or e.value)]
        near = [e for e in applies if e.group == control.group] or applies
        if not near:
            fail(intent.sentence, f'"{option}" is chosen, and no button applies it; nothing was removed')
        control = near[0]
    yield from do(worker, Click(control.ref, called(control)), intent.sentence)
    yield from _confirm(worker, before, intent)
    return True


def _are_selections(entries: Sequence[Entry], seen: Observation) -> bool:
    """Tell boxes that select entries from those that mark them as done, which are not to be touched."""
    if _bulk_control(seen):
        return True
    said = [f"{entry.box.name} {entry.box.label} {entry.box.hint}" for entry in entries if entry.box is not None]
    return all(re.search(r"\bselect", text, re.I) for text in said)


def _bulk_control(seen: Observation) -> Element | None:
    """Find the control, outside of all entries, that removes what is selected."""
    inside = {thing.ref for entry in entries_of(seen) for thing in entry.things}
    outside = [each for each in seen.elements if each.ref not in inside]
    for each in outside:
        if each.tag == "select" and any(REMOVES.search(option) for option in each.options):
            return each
    return outside_control(seen, REMOVES)


def _on_its_page(worker: Worker, entry: Entry, intent: RemoveEntries) -> Work[Element | None]:
    """Open the entry, and find the control there."""
    links = [thing for thing in entry.things if thing.role in ("link", "clickable") and thing.enabled]
    if not links:
        return None
    link = next((each for each in links if entry.name and folded(shown(each)) == folded(shown(entry.name))), links[0])
    yield from do(worker, Click(link.ref, called(link)), intent.sentence)
    seen = yield from worker.look(again=True)
    if folded(_title(entry)) not in folded(seen.text):
        fail(intent.sentence, f'"{called(link)}" does not lead to a page of "{_title(entry)}"; nothing was removed')
    found = named_like((e for e in seen.elements if e.role in _BUTTONS and e.enabled), REMOVES)
    return found[0] if len({each.name for each in found}) == 1 else None


# --- confirmations, and what came of it -------------------------------------------------------------------------------


def _confirm(worker: Worker, before: Observation, intent: RemoveEntries) -> Work[None]:
    """Confirm the removal where the page itself asks whether it is meant: the sentence says that it is."""
    seen = yield from worker.look(again=True)
    new = new_things(before, seen)
    asks = any(_ASKS.search(each.text or each.name) for each in new)
    buttons = [
        each for each in new if each.role in _BUTTONS and each.enabled and _CONFIRMS.match(each.name or each.value)
    ]
    if not asks:  # another page, whose one form removes what it is about
        buttons = [each for each in buttons if each.submits and before.url != seen.url]
        if len(buttons) != 1:
            return
    # A button may ask by its own text: it is pressed once more.
    buttons = buttons or [each for each in new if each.role == "button" and each.enabled and _ASKS.search(each.name)]
    inside = [each for each in buttons if each.submits] or buttons
    if not inside:
        fail(intent.sentence, "the page asks for a confirmation, and has no button for it", TaskFailureCode.AGENT_ERROR)
    yield from do(worker, Click(inside[0].ref, called(inside[0])), intent.sentence)
    yield from worker.look(again=True)


def _see_gone(worker: Worker, entries: Sequence[Entry], before: Counter[str], intent: RemoveEntries) -> Work[None]:
    """Make sure that the page shows one entry less of each name.

    Raises
    ------
    AgentError
        It does not.
    """
    wanted = before - Counter(_title(entry) for entry in entries)
    seen = yield from worker.look()
    left = _names(seen, entries) - wanted
    if left and (later := (yield from later_look(worker, seen, intent.sentence))):
        left = _names(later, entries) - wanted
    if left:
        raise AgentError(TaskFailureCode.AGENT_ERROR, f'"{intent.sentence}": the page still shows {", ".join(left)}.')


def _names(seen: Observation, entries: Sequence[Entry]) -> Counter[str]:
    """Count the entries of the page that are called like these."""
    names = {folded(_title(entry)): _title(entry) for entry in entries}
    found = (
        next((names[each] for each in map(folded, map(shown, other.things)) if each in names), "")
        for other in entries_of(seen)
    )
    return Counter(filter(None, found))

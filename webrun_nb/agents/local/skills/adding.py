"""Adds entries to a list of the page: in the line for new ones, or in the form that its "Add" control opens."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from webrun_nb.agents.base import AgentError
from webrun_nb.agents.local.language.intents import AddEntry
from webrun_nb.agents.local.matching.names import stem
from webrun_nb.agents.local.skills.entries import entries_of, folded, shown
from webrun_nb.agents.local.skills.fields import enter
from webrun_nb.agents.local.skills.form_fields import Detail, assign, fields_of, save
from webrun_nb.agents.local.skills.working import (
    Work,
    Worker,
    called,
    do,
    fail,
    later_look,
    new_things,
    same_element,
)
from webrun_nb.browsers.actions import Click, Press
from webrun_nb.browsers.observation import Element, Group, Observation
from webrun_nb.common.codes import TaskFailureCode

_MOST_LOOKS = 5
"""Looks at a page whose controls come late."""
_ADDS = re.compile(r"^\W*(?:add|new|create|insert|compose)\b|^[+＋]$", re.I)
_ADDS_PICTURE = re.compile(r"\b(?:plus|add|new|create)\b", re.I)
_INVITES = re.compile(r"\b(?:add|new|create|enter|what|next|to-?dos?|tasks?|items?|write|type)\b", re.I)
_NOT_FOR_ENTRIES = re.compile(r"\b(?:search|filter|find|log ?in|password|e-?mail address|subscribe|newsletter)\b", re.I)
_TEXTS = frozenset({"textbox", "combobox"})
_BUTTONS = frozenset({"button", "link", "menuitem", "clickable"})
_SMALL_WORDS = frozenset({"new", "a", "an", "the", "one", "of"})


def add_entries(worker: Worker, intent: AddEntry) -> Work[str]:
    """Add the entries, and see that the page has them.

    Returns
    -------
    str
        What was added, for the answer.

    Raises
    ------
    AgentError
        There is no way to add such an entry, a value has no field, or the page refused it.
    """
    seen = yield from worker.look()
    names = intent.names or ("",)
    if len(names) > 1 or not intent.details:
        line = _line_for_new(seen, intent)
        if line is not None:
            for name in names:
                yield from _in_line(worker, line, name, intent)
            return f"added {', '.join(names)}"
    for name in names:
        yield from _in_form(worker, name, intent)
    return f"added {', '.join(name or intent.kind for name in names)}"


# --- a line for new entries -------------------------------------------------------------------------------------------


def _line_for_new(seen: Observation, intent: AddEntry) -> Element | None:
    """Find the field that takes the text of a new entry by itself."""
    texts = [
        each
        for each in seen.elements
        if each.role in _TEXTS and each.tag in ("input", "textarea") and each.enabled and not each.readonly
    ]
    about = {each.ref: f"{each.name} {each.label} {each.placeholder} {each.hint.replace('-', ' ')}" for each in texts}
    texts = [each for each in texts if each.input_type != "password" and not _NOT_FOR_ENTRIES.search(about[each.ref])]
    if any(sum(other.in_form and other.group == each.group for other in texts) > 1 for each in texts):
        return None  # a form of several fields
    kind = _words(intent.kind)
    inviting = [each for each in texts if _INVITES.search(about[each.ref]) or kind & _words(about[each.ref])]
    best = [each for each in inviting if kind and kind & _words(about[each.ref])] or inviting
    return best[0] if len(best) == 1 else None


def _words(text: str) -> set[str]:
    return {stem(word) for word in re.findall(r"[^\W\d_]+", text.casefold())} - _SMALL_WORDS


def _in_line(worker: Worker, line: Element, name: str, intent: AddEntry) -> Work[None]:
    seen = yield from worker.look()
    field = same_element(line, seen)
    if field is None:
        fail(intent.sentence, f'the field for new entries is gone; "{name}" was not added', TaskFailureCode.AGENT_ERROR)
    before = _count(seen, name)
    yield from enter(worker, field, name, intent.sentence)
    seen = yield from worker.look()
    field = same_element(field, seen) or field
    button = next((each for each in seen.elements if each.group == field.group and _adds(each)), None)
    yield from do(
        worker,
        Click(button.ref, called(button)) if button is not None else Press("Enter", field.ref, called(field)),
        intent.sentence,
    )
    yield from _see(worker, name, before, intent)


def _adds(element: Element) -> bool:
    says = element.name or element.value
    named = bool(_ADDS.search(says)) if says else bool(_ADDS_PICTURE.search(element.icon.replace("-", " ")))
    return element.role in _BUTTONS and element.enabled and named


def _count(seen: Observation, name: str) -> int:
    """Count the texts of the page that are the name, or hold it where none is."""
    wanted = folded(name)
    return sum(wanted in folded(shown(each)) for each in seen.all_things if each.role not in _TEXTS)


def _see(worker: Worker, name: str, before: int, intent: AddEntry) -> Work[None]:
    seen = yield from worker.look(again=True)
    if _count(seen, name) <= before:
        later = yield from later_look(worker, seen, intent.sentence)
        if later is None or _count(later, name) <= before:
            fail(intent.sentence, f'the page does not show "{name}" afterwards', TaskFailureCode.AGENT_ERROR)


# --- a form -----------------------------------------------------------------------------------------------------------


def _in_form(worker: Worker, name: str, intent: AddEntry) -> Work[None]:
    details = [Detail(each) for each in intent.details]
    seen = yield from worker.look()
    before = seen
    found = assign(fields_of(seen), details, name) if details else None
    if found is None or found.left or not found.entries:
        opener = _opener(seen, intent)
        for _ in range(_MOST_LOOKS if opener is None else 0):  # pages of scripts come late
            later = yield from later_look(worker, seen, intent.sentence)
            if later is None or (opener := _opener(later, intent)) is not None:
                seen = before = later or seen
                break
            seen = before = later
        if opener is None:
            what = f"{intent.kind or 'entry'}"
            fail(intent.sentence, f"the page has no field and no button to add a new {what}")
        yield from do(worker, Click(opener.ref, called(opener)), intent.sentence)
        seen = yield from worker.look(again=True)
        fields = _opened(before, seen)
        if not fields and (choice := _choice(before, seen, intent)):  # it opens a menu of what can be added
            yield from do(worker, Click(choice.ref, called(choice)), intent.sentence)
            seen = yield from worker.look(again=True)
            fields = _opened(before, seen)
        if not fields and (later := (yield from later_look(worker, seen, intent.sentence))):
            seen, fields = later, _opened(before, later)
        found = assign(fields, details, name)
    shortcuts = [(each, _shortcut(before, seen, each)) for each in found.left]
    if found.entries and shortcuts and all(control is not None for _, control in shortcuts):
        for _, control in shortcuts:  # "for everyone", where a control of the form is called so
            assert control is not None
            there = same_element(control, (yield from worker.look())) or control
            yield from do(worker, Click(there.ref, called(there)), intent.sentence)
        found = replace(found, left=())
    if found.left or not found.entries:
        missing = ", ".join(f'"{each}"' for each in found.left) or f'"{name}"'
        names = ", ".join(f'"{called(each)}"' for each in fields_of(seen)[:12])
        fail(intent.sentence, f"no field of the form takes {missing}; its fields are {names}. Nothing was added")
    for field, value in found.entries:
        now = same_element(field, (yield from worker.look()))
        if now is None:
            fail(intent.sentence, f'"{called(field)}" is gone; nothing was added', TaskFailureCode.AGENT_ERROR)
        yield from enter(worker, now, value, intent.sentence)
    yield from save(worker, [field for field, _ in found.entries], intent.sentence)


def _shortcut(before: Observation, seen: Observation, detail: Detail) -> Element | None:
    """Find the control of a form that is called like a detail without its preposition: "Everyone", "Today"."""
    wanted = folded(re.sub(r"^(?:for|to|on|at|with|by)\s+", "", detail.words, flags=re.I))
    new = {(each.frame, each.path) for each in new_things(before, seen)}
    found = [
        each
        for each in seen.all_elements
        if each.role in _BUTTONS and each.enabled and folded(each.name) == wanted and (each.frame, each.path) in new
    ]
    return found[0] if len(found) == 1 else None


def _opened(before: Observation, seen: Observation) -> list[Element]:
    """Return the fields of what was opened: those that were not there before, or all of another page."""
    fields = fields_of(seen)
    if before.url != seen.url:
        return fields
    new = {(each.frame, each.path) for each in new_things(before, seen)}
    rows = {thing.ref for entry in entries_of(seen) for thing in entry.things if thing.checked is not None}
    return [each for each in fields if (each.frame, each.path) in new and each.ref not in rows]


def _choice(before: Observation, seen: Observation, intent: AddEntry) -> Element | None:
    """Find the choice of a menu that has just opened and names the kind of the entry."""
    kind = _words(intent.kind)
    new = [each for each in new_things(before, seen) if each.enabled and each.role in (*_BUTTONS, "option")]
    named = [each for each in new if kind and kind <= _words(each.name or each.text)]
    shortest = min((len(each.name) for each in named), default=0)
    best = [each for each in named if len(each.name) == shortest]
    return best[0] if len({folded(each.name) for each in best}) == 1 else None


@dataclass(frozen=True, slots=True)
class _Rated:
    element: Element
    rank: int


def _opener(seen: Observation, intent: AddEntry) -> Element | None:
    """Find the control that opens the form for a new entry: it says so, alone or beside the name of the kind."""
    kind = _words(intent.kind)
    rated: list[_Rated] = []
    for each in seen.elements:
        if not _adds(each):
            continue
        said = _words(each.name or each.value)
        if kind and kind <= said:
            rated.append(_Rated(each, 0))
        elif kind and kind <= _words(_near(each, seen)):
            rated.append(_Rated(each, 1))
        elif not kind & said and len(said - kind) <= 1:
            rated.append(_Rated(each, 2 if kind & _words(f"{seen.title} {seen.url}") else 3))
    best = min((each.rank for each in rated), default=None)
    found = [each.element for each in rated if each.rank == best]
    same = {(folded(each.name), each.href) for each in found}
    return found[0] if found and (len(same) == 1 or best == 0) else None


def _near(element: Element, seen: Observation) -> str:
    """Return the texts of the smallest group around a control that has any beside its own."""
    groups: Sequence[Group] = seen.groups
    at = element.group
    while 0 <= at < len(groups):
        texts = [shown(each) for each in (*seen.elements, *seen.texts) if each.group == at and each.ref != element.ref]
        if any(text.strip() for text in texts) or groups[at].name:
            return " ".join([groups[at].name, *texts])
        at = groups[at].parent
    return element.nearby


__all__ = ["AgentError", "add_entries"]

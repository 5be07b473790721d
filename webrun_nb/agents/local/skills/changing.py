"""Changes entries of a list: renames them where they stand, or opens them and changes fields of their form."""

from __future__ import annotations

import re
from collections.abc import Sequence

from webrun_nb.agents.local.language.intents import ChangeEntry, RenameEntry
from webrun_nb.agents.local.skills.entries import Entry, find_entries, folded, named_like, same_entry, shown
from webrun_nb.agents.local.skills.fields import enter
from webrun_nb.agents.local.skills.form_fields import fields_of, is_same_words, labels_of, save_button
from webrun_nb.agents.local.skills.selecting import control_for_selected
from webrun_nb.agents.local.skills.values import NO, YES
from webrun_nb.agents.local.skills.working import Work, Worker, called, do, fail, later_look, new_things, same_element
from webrun_nb.browsers.actions import Click, Hover, Press, Type
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.codes import TaskFailureCode

_EDITS = re.compile(r"\b(?:edit|change|modify|update|pencil|pen)\b|^[✎✏🖉]", re.I)
_RENAMES = re.compile(r"\brename\b", re.I)
_TEXTS = frozenset({"textbox", "searchbox", "combobox"})
_BUTTONS = frozenset({"button", "link", "menuitem", "clickable"})


def one_entry(worker: Worker, words: str, sentence: str) -> Work[Entry]:
    """Find the one entry that words speak of; wait for a list that comes late, and ask where several fit.

    Raises
    ------
    AgentError
        `ELEMENT_NOT_FOUND`: there is none.
    """
    seen = yield from worker.look()
    found = find_entries(seen, words)
    if not found and (later := (yield from later_look(worker, seen, sentence))):
        found = find_entries(later, words)
    if not found:
        fail(sentence, f'no entry of the page is called "{words}"')
    if len(found) == 1:
        return found[0]
    question = f'In "{sentence}": {len(found)} entries fit "{words}". Which one?'
    return found[(yield from worker.choice(question, [entry.text[:100] for entry in found]))]


# --- another name -----------------------------------------------------------------------------------------------------


def rename_entry(worker: Worker, intent: RenameEntry) -> Work[str]:
    """Give an entry another name: with its own control, by a double-click on its name, or in its form.

    Raises
    ------
    AgentError
        None of these ways leads to a field for the name, or the page does not show the new one afterwards.
    """
    entry = yield from one_entry(worker, intent.words, intent.sentence)
    assert entry.name is not None
    old = shown(entry.name)
    field = yield from _name_field(worker, entry, intent)
    seen = yield from worker.look()
    if field is None:
        fail(intent.sentence, f'"{old}" has no control to rename it, and a double-click opens none')
    yield from do(worker, Type(field.ref, intent.name, called(field)), intent.sentence)
    seen = yield from worker.look(again=True)
    now = same_element(field, seen) or _focused(seen)
    button = save_button(seen, [now]) if now is not None and now.in_form else None
    if button is not None:
        yield from do(worker, Click(button.ref, called(button)), intent.sentence)
    elif now is not None:
        yield from do(worker, Press("Enter", now.ref, called(now)), intent.sentence)
    yield from _see_name(worker, old, intent)
    return f'renamed "{old}" to "{intent.name}"'


def _name_field(worker: Worker, entry: Entry, intent: RenameEntry) -> Work[Element | None]:
    """Open the field that has the name of the entry."""
    assert entry.name is not None
    yield from worker.act(Hover(entry.name.ref, called(entry.name)), intent.sentence)
    seen = yield from worker.look(again=True)
    now = same_entry(entry, seen) or entry
    old = shown(entry.name)
    own = named_like(now.controls, _RENAMES)
    if not own and (control := (yield from control_for_selected(worker, now, _RENAMES, intent.sentence))):
        own = [control]
        seen = yield from worker.look()
    ways: list[Click] = [Click(each.ref, called(each)) for each in own[:1]]
    pointed = now.name or now.things[0]
    if not own:
        ways.append(Click(pointed.ref, called(pointed), "double-click"))
        ways.append(Click(pointed.ref, called(pointed), "right-click"))
    for way in ways:
        before = yield from worker.look(again=True)
        if before.url != seen.url:
            break
        yield from do(worker, way, intent.sentence)
        opened = yield from worker.look(again=True)
        if way.manner == "right-click":
            menu = named_like((e for e in new_things(before, opened) if e.role in _BUTTONS), _RENAMES)
            if not menu:
                yield from do(worker, Press("Escape"), intent.sentence)
                continue
            yield from do(worker, Click(menu[0].ref, called(menu[0])), intent.sentence)
            opened = yield from worker.look(again=True)
        if field := _field_with(before, opened, old):
            return field
    return None


def _field_with(before: Observation, seen: Observation, old: str) -> Element | None:
    """Find the field that has appeared and holds the old name, or else the one that has the focus."""
    known = {(each.frame, each.path) for each in before.all_elements if each.role in _TEXTS}
    texts = [each for each in seen.all_elements if each.role in _TEXTS and each.enabled and each.tag != "select"]
    new = [each for each in texts if (each.frame, each.path) not in known or before.url != seen.url]
    holding = [each for each in new if folded(each.value) == folded(old)]
    return next(iter(holding or [each for each in new if each.focused] or (new if len(new) == 1 else [])), None)


def _focused(seen: Observation) -> Element | None:
    return next((each for each in seen.all_elements if each.focused and each.role in _TEXTS), None)


def _see_name(worker: Worker, old: str, intent: RenameEntry) -> Work[None]:
    seen = yield from worker.look(again=True)
    if not _is_shown(seen, intent.name):
        later = yield from later_look(worker, seen, intent.sentence)
        if later is None or not _is_shown(later, intent.name):
            fail(intent.sentence, f'the page does not show "{intent.name}" afterwards', TaskFailureCode.AGENT_ERROR)


def _is_shown(seen: Observation, name: str) -> bool:
    return any(folded(shown(each)) == folded(name) for each in seen.all_things if each.role not in _TEXTS)


# --- fields -----------------------------------------------------------------------------------------------------------


def change_entry(worker: Worker, intent: ChangeEntry) -> Work[str]:
    """Change fields of an entry where the page shows them, or else in the form that the entry opens.

    Raises
    ------
    AgentError
        There is no such entry, it does not open, or it has no such field.
    """
    entry = yield from one_entry(worker, intent.words, intent.sentence)
    name = " ".join(shown(entry.name).split())[:80] if entry.name is not None else intent.words
    fields = [_field(entry.things, label, value) for label, value in intent.changes]
    if not intent.changes or any(field is None for field in fields):
        seen = yield from _open(worker, entry, intent)
        fields = [_field(fields_of(seen), label, value) for label, value in intent.changes]
    for (label, value), field in zip(intent.changes, fields, strict=True):
        if field is None:
            seen = yield from worker.look()
            shown_fields = ", ".join(f'"{called(each)}"' for each in fields_of(seen)[:12])
            fail(intent.sentence, f'"{name}" has no field called "{label}"; its fields are {shown_fields}')
        now = same_element(field, (yield from worker.look())) or field
        yield from enter(worker, now, value, intent.sentence)
    return f'opened "{name}"' + "".join(f', changed {label} to "{value}"' for label, value in intent.changes)


def _field(things: Sequence[Element], label: str, value: str) -> Element | None:
    """Find the field that is called so, or else the only one whose name holds the words."""
    wanted = folded(label)
    fields = [each for each in things if each.enabled and each.role not in _BUTTONS and _is_field(each)]
    if folded(value) not in YES | NO:
        fields = [each for each in fields if each.role not in ("checkbox", "radio", "switch")]
    exact = [each for each in fields if wanted in list(labels_of(each))]
    partly = [each for each in fields if any(is_same_words(label, own) for own in labels_of(each))]
    for found in (exact, partly):
        if found:
            return found[0] if len(found) == 1 or found is exact else None
    return None


def _is_field(element: Element) -> bool:
    return element.tag in ("input", "select", "textarea") or element.role in (*_TEXTS, "spinbutton", "slider", "switch")


def _open(worker: Worker, entry: Entry, intent: ChangeEntry) -> Work[Observation]:
    """Open the form of an entry: with its own control, or by its first link."""
    before = yield from worker.look()
    controls = named_like(entry.controls, _EDITS)
    if not controls:
        pointed = entry.name or entry.things[0]
        yield from worker.act(Hover(pointed.ref, called(pointed)), intent.sentence)
        before = yield from worker.look(again=True)
        entry = same_entry(entry, before) or entry
        controls = named_like(entry.controls, _EDITS)
    links = [each for each in entry.controls if each.role in ("link", "clickable")]
    own = [each for each in links if entry.name is not None and folded(shown(each)) == folded(shown(entry.name))]
    control = next(iter(controls or own or links), None)
    if control is None:
        fail(intent.sentence, "this entry has no control and no link to open it")
    yield from do(worker, Click(control.ref, called(control)), intent.sentence)
    seen = yield from worker.look(again=True)
    if fields_of(seen) and (before.url != seen.url or new_things(before, seen)):
        return seen
    if edits := named_like((e for e in seen.elements if e.role in _BUTTONS and e.enabled), _EDITS):
        yield from do(worker, Click(edits[0].ref, called(edits[0])), intent.sentence)
        seen = yield from worker.look(again=True)
    return seen


def save_entry(worker: Worker, sentence: str) -> Work[str]:
    """Save the form of the entry that was changed; without effect where the page has no such form any more."""
    seen = yield from worker.look()
    fields = fields_of(seen)
    button = save_button(seen, [each for each in fields if each.in_form] or fields) if fields else None
    if button is None:
        return "nothing was left to be saved"
    yield from do(worker, Click(button.ref, called(button)), sentence)
    after = yield from worker.look(again=True)
    if (after.url, after.text) == (seen.url, seen.text):
        fail(sentence, f'"{called(button)}" was clicked, and the page shows no change', TaskFailureCode.AGENT_ERROR)
    return f'clicked "{called(button)}"'

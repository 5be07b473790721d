"""Requests that a form of the page takes: "book the cheapest flight from LAX to Boston on 10/25/2016"."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from webrun_nb.agents.base import AgentError, Reply, Step
from webrun_nb.agents.local.language.intents import Intent, Request, Target
from webrun_nb.agents.local.matching.page import PageModel
from webrun_nb.agents.local.task import Task
from webrun_nb.browsers.actions import Click, Press
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.codes import TaskFailureCode

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]

Enter = Callable[[Element, str, str], Work[None]]
"""Makes a control hold a value: element, value, sentence."""

_FIELDS = frozenset({"textbox", "searchbox", "combobox", "spinbutton", "listbox", "slider"})
_LABELS: Mapping[str, str] = {
    "from": r"from|origin|(?:depart(?:ure|ing)?|start)(?!\s*(?:date|day|time))|leaving|source",
    "to": r"to|destination|arriv(?:al|ing)|going|until|end|recipients?",
    "on": r"date|day|when|on|depart(?:ure)?\s*date",
    "at": r"time|when|at|hour|place|location",
    "by": r"by|author|director|artist|creator|writer|seller|brand|user",
    "in": r"in|location|city|country|category|genre|language|where",
    "for": r"for|guests?|people|persons?|adults?|quantity|amount|whom",
    "named": r"name|title|subject|label|event",
    "called": r"name|title|subject|label|event",
    "titled": r"title|name|subject",
    "with": r"with|description|notes?|details",
    "of": r"of|amount|quantity",
    "between": r"between|range|time|from",
}
"""The labels of fields that a preposition may mean."""
_OPENS = ("add", "new", "create", "make", "schedule", "book", "register")
_SENDS = re.compile(r"(?:search|find|book|save|submit|send|create|add|go|register|ok|apply|schedule)\b", re.I)


@dataclass(frozen=True, slots=True)
class _Entry:
    """The field that a part of a request goes into."""

    field: Element
    value: str


def fill_request(task: Task, intent: Request, enter: Enter) -> Work[list[Intent] | None]:
    """Fill in the form that a request is about, and send it.

    Returns
    -------
    list of Intent or None
        Steps of a person's answer to take instead, where no form of the page takes it; None where it is done.
    """
    seen = yield from task.look()
    entries, left = assigned(seen, intent)
    if left:
        opened = yield from _opened(task, intent)
        if opened is not None:
            seen = opened
            entries, left = assigned(seen, intent)
    if not entries or left:
        about = f"the page has no field for {', '.join(f'“{label} {value}”' for label, value in left or intent.parts)}"
        return (yield from task.ask_again(intent.sentence, about=about))
    for entry in entries:
        seen = yield from task.look()
        field = next((e for e in seen.elements if e.path == entry.field.path and e.frame == entry.field.frame), None)
        if field is None:
            raise AgentError(
                TaskFailureCode.ELEMENT_NOT_FOUND, f'"{intent.sentence}": the field for "{entry.value}" has gone.'
            )
        yield from enter(field, entry.value, intent.sentence)
    yield from _send(task, intent)
    if intent.what.superlative is not None:
        yield from _take_best(task, intent)
    return None


def assigned(seen: Observation, intent: Request) -> tuple[list[_Entry], list[tuple[str, str]]]:
    """Return the fields that the parts of a request go into, and the parts that no one field takes."""
    page = PageModel(seen)
    fields = [e for e in seen.elements if e.role in _FIELDS and e.enabled and not e.region]
    fields = [e if e.label or e.name or e.placeholder else replace(e, label=page.caption_of(e)) for e in fields]
    entries: list[_Entry] = []
    left: list[tuple[str, str]] = []
    for label, said in intent.parts:
        free = [field for field in fields if all(entry.field is not field for entry in entries)]
        value, fitting = _fields_for(label, said, free, intent.what.words)
        if len(fitting) == 1:
            entries.append(_Entry(fitting[0], value))
        else:
            left.append((label, said))
    free = [field for field in fields if all(entry.field is not field for entry in entries)]
    kind = _kind(intent.what.words)
    if entries and not left and kind and len(free) == 1:
        entries.append(_Entry(free[0], kind))
    return entries, left


def _fields_for(label: str, said: str, fields: Sequence[Element], what: str) -> tuple[str, list[Element]]:
    """Return the value of a part, and the fields that it may go into: those whose label it begins with, or means."""
    first, _, rest = said.partition(" ")
    named = [field for field in fields if rest and re.match(rf"{re.escape(first)}\b", _name(field), re.I)]
    if named:
        return rest.strip(' "“”'), named
    verb = what.rsplit(" ", 1)[-1].lower() if what else ""
    stem = re.sub(r"(?:ed|ing|s)$", "", verb)
    said_by_verb = [field for field in fields if len(stem) > 3 and stem in _name(field).lower()]
    if said_by_verb:
        return said, said_by_verb
    pattern = re.compile(rf"\b(?:{_LABELS.get(label, re.escape(label))})\b", re.I)
    exact = [field for field in fields if re.fullmatch(rf"\W*{re.escape(label)}\W*", _name(field), re.I)]
    return said, exact or [field for field in fields if pattern.search(_name(field))]


def _name(field: Element) -> str:
    return field.label or field.name or field.placeholder or field.hint


def _kind(what: str) -> str:
    """Return the words before the noun: "action movies directed" → "action"."""
    words = [word for word in what.split() if not re.search(r"(?:ed|ing)$", word)]
    return " ".join(words[:-1])


def _opened(task: Task, intent: Request) -> Work[Observation | None]:
    """Open the form by the page's control for it: "Add author", "New event"."""
    noun = intent.what.words.split()[-1] if intent.what.words else intent.what.said
    for verb in dict.fromkeys((intent.verb.split()[0], *_OPENS)):
        found = yield from task.matching(Target(f"{verb} {noun}".strip()))
        if len(found) == 1:
            yield from task.must(task.act(Click(found[0].ref, found[0].name), intent.sentence))
            return (yield from task.look(again=True))
    return None


def _send(task: Task, intent: Request) -> Work[None]:
    """Send the form: by the button that is named after the verb or for sending, else by Enter in its last field.

    Raises
    ------
    AgentError
        `ELEMENT_NOT_FOUND`: several buttons may be meant.
    """
    seen = yield from task.look(again=True)
    enabled = [e for e in seen.elements if e.enabled and not e.region]
    buttons = [e for e in enabled if e.role in ("button", "clickable") or e.submits]
    named = [e for e in buttons if _SENDS.match(e.name)]
    own = [e for e in named if e.name.lower().startswith(intent.verb.split()[0])]
    found = own or [e for e in named if e.submits] or named
    if len({e.name for e in found}) > 1:
        names = ", ".join(f'"{e.name}"' for e in found)
        raise AgentError(
            TaskFailureCode.ELEMENT_NOT_FOUND,
            f'"{intent.sentence}": the form is filled in, and not sent: any of {names} may send it.',
        )
    if found:
        yield from task.must(task.act(Click(found[0].ref, found[0].name), intent.sentence))
        return
    yield from task.note(f'"{intent.sentence}": the page has no button that sends it; Enter is pressed.')
    yield from task.must(task.act(Press("Enter"), intent.sentence))


def _take_best(task: Task, intent: Request) -> Work[None]:
    """Take the best of the results: the one whose own control is named after the verb."""
    verb = intent.verb.split()[0]
    target = Target(verb, "button", superlative=intent.what.superlative)
    found = yield from task.until_matching(target)
    if not found:
        found = yield from task.matching(replace(target, words=""))
    if len(found) > 1:
        yield from task.note(f'"{intent.sentence}": {len(found)} results are equally good; the first one is taken.')
    if not found:
        raise AgentError(
            TaskFailureCode.ELEMENT_NOT_FOUND,
            f'"{intent.sentence}": the form was sent; the page does not show which result is the '
            f"{intent.what.superlative.words if intent.what.superlative else 'best'}.",
        )
    yield from task.must(task.act(Click(found[0].ref, found[0].name), intent.sentence))

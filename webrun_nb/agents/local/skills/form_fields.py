"""The fields of a form and the values that a person gives for them, and the button that saves it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from webrun_nb.agents.local.skills.entries import folded
from webrun_nb.agents.local.skills.values import NO, YES, read_day, read_number
from webrun_nb.agents.local.skills.working import Work, Worker, called, do, fail
from webrun_nb.browsers.actions import Click, Press
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.codes import TaskFailureCode

_ROLES = frozenset(
    {"textbox", "combobox", "listbox", "spinbutton", "checkbox", "radio", "switch", "slider", "searchbox"}
)
_TEXT_TYPES = frozenset({"", "text", "url", "email", "tel"})
_NOT_ASKED = frozenset({"search", "hidden", "submit", "button"})
_SAVES = re.compile(
    r"^(?:save|add|create|insert|submit|ok(?:ay)?|done|post|publish|confirm|update|apply|finish|send)\b", re.I
)
_AND_MORE = re.compile(r"\b(?:and|another|continue|as new|draft|close|cancel)\b", re.I)
_NAME = re.compile(r"\b(?:name|title|subject|summary|label|what|text|description)\b", re.I)
_LEADING = re.compile(r"^(?:(?:is|are|as|to|on|at|of|for|from|until|in|=|:)\s+|[=:]\s*)+", re.I)
_SAYING_LITTLE = frozenset({"date", "day", "time", "field", "value", "number", "on", "at", "of", "the", "its"})
_MEANS = {
    "by": ("author", "artist", "writer", "creator", "owner", "by"),
    "born": ("birth", "birthday", "birthdate", "born"),
    "costs": ("price", "cost", "amount"),
    "worth": ("price", "value", "amount"),
    "due": ("due", "deadline"),
    "called": ("name", "title"),
    "lives": ("city", "address", "town"),
    "works": ("company", "employer"),
    "published": ("publication", "published", "publish"),
}
"""Words of a person, and the words of labels that mean the same."""


@dataclass(frozen=True, slots=True)
class Detail:
    """A value as the person said it, with or without words for its field: "312 pages", "born 1961", "in stock"."""

    words: str

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True, slots=True)
class Assigned:
    """The fields and their values, and the details that fit no field."""

    entries: tuple[tuple[Element, str], ...]
    left: tuple[Detail, ...] = ()


def fields_of(seen: Observation) -> list[Element]:
    """Return the fields of the page that can be filled in, without those of its search.

    A control of a script that stands in the place of a native one, which is too small to be seen, has its label.
    """
    fields = [
        each
        for each in seen.all_elements
        if each.role in _ROLES and each.enabled and each.input_type not in _NOT_ASKED and not _is_search(each)
    ]
    replaced = {_place(each): each for each in fields if _is_too_small(each)}
    shown = [each for each in fields if not _is_too_small(each)]
    nameless = {_place(each) for each in shown if not (each.label or each.name or each.placeholder)}
    return [
        replace(each, label=replaced[_place(each)].label or replaced[_place(each)].name)
        if _place(each) in replaced.keys() & nameless and not each.label
        else each
        for each in (*shown, *(hidden for place, hidden in replaced.items() if place not in nameless))
    ]


def _place(element: Element) -> tuple[int, int]:
    return element.frame, element.group


def _is_too_small(element: Element) -> bool:
    is_covered_up = element.role not in ("checkbox", "radio", "switch")
    return is_covered_up and element.box is not None and min(element.box.width, element.box.height) <= 1


def _is_search(element: Element) -> bool:
    return element.role == "searchbox" or bool(
        re.search(r"\b(?:search|filter)\b", f"{element.name} {element.placeholder} {element.label}", re.I)
    )


def assign(fields: Sequence[Element], details: Sequence[Detail], name: str = "") -> Assigned:
    """Give each detail to the field that its words name, or else that alone takes such a value.

    Parameters
    ----------
    fields : sequence of Element
    details : sequence of Detail
    name : str, optional
        The name of what the form is about: for the field of the name or title, else the first one for texts.
    """
    entries: list[tuple[Element, str]] = []
    waiting = [Detail(name)] if name else []
    for detail in details:
        free = [each for each in fields if each not in [field for field, _ in entries]]
        scored = [(score, each, value) for each in free if (fit := _fit(each, detail.words)) for score, value in [fit]]
        best = max((score for score, _, _ in scored), default=0)
        top = [(each, value) for score, each, value in scored if score == best]
        if top:
            entries.append(top[0])
        else:
            waiting.append(detail)
    left: list[Detail] = []
    for detail in waiting:
        free = [each for each in fields if each not in [field for field, _ in entries]]
        is_name = detail.words == (name or (details[0].words if details else ""))
        field = _taking(free, detail.words, is_name=is_name)
        if field is None:
            left.append(detail)
        else:
            entries.append((field, detail.words))
    order = {id(each): at for at, each in enumerate(fields)}
    return Assigned(tuple(sorted(entries, key=lambda entry: order[id(entry[0])])), tuple(left))


def labels_of(field: Element) -> Iterable[str]:
    """Yield the names of a field, those that people see first."""
    for each in (field.label, field.name, field.placeholder, field.column):
        if text := folded(re.sub(r"[*:?()]", " ", each)):
            yield text
    for word in re.split(r"\s+", field.hint):
        if text := folded(re.sub(r"^id[_-]|[_-]", " ", word)):
            yield text


def _fit(field: Element, words: str) -> tuple[int, str] | None:
    """Return how well the words of a detail name a field, and the value that they leave."""
    said = folded(words)
    best: tuple[int, str] | None = None
    is_box = field.role in ("checkbox", "switch", "radio")
    for label in dict.fromkeys(labels_of(field)):
        if said == label:
            found = (90, "yes") if field.role in ("checkbox", "switch") else None
        elif said in (f"not {label}", f"no {label}"):
            found = (90, "no") if field.role in ("checkbox", "switch") else None
        elif said.startswith((f"{label} ", f"{label}:", f"{label}=")):
            found = (80 + min(len(label), 9), _value(words, label))
        elif said.endswith(f" {label}"):
            found = (60 + min(len(label), 9), words[: len(words) - len(label)].strip())
        else:
            found = _by_meaning(label, words)
        if found and is_box and folded(found[1]) not in YES | NO:
            continue
        if found and (best is None or found[0] > best[0]):
            best = found
    return best


def _value(words: str, label: str) -> str:
    found = re.match(rf"\W*{re.escape(label)}", words, re.I)
    return _LEADING.sub("", words[found.end() :].strip()) if found else words


def _by_meaning(label: str, words: str) -> tuple[int, str] | None:
    first, _, rest = words.partition(" ")
    value = _LEADING.sub("", rest.strip())
    if not value:
        return None
    own = re.findall(r"\w+", label)
    if first.casefold() in own and len(first) > 3:
        return (55, value)
    if any(word in own for word in _MEANS.get(first.casefold(), ())):
        return (50, value)
    if len(first) > 4 and any(_alike(first.casefold(), word) for word in own):
        return (40, value)
    return None


def _alike(one: str, other: str) -> bool:
    """Tell whether two words have the same beginning, but for their endings."""
    shared = min(len(one), len(other), 5)
    return len(other) > 4 and one[:shared] == other[:shared]


def _taking(fields: Sequence[Element], value: str, *, is_name: bool) -> Element | None:
    """Find the one field that takes a value without words for a field: by its options, its kind, or as the name."""
    with_option = [each for each in fields if any(folded(option) == folded(value) for option in each.options)]
    if len(with_option) == 1:
        return with_option[0]
    if not is_name and read_day(value) is None and read_number(value) is None:
        return None  # a text that nothing names a field for could only be put anywhere
    texts = [
        each
        for each in fields
        if each.role in ("textbox", "combobox")
        and each.tag != "select"
        and not each.value
        and each.input_type in _TEXT_TYPES
    ]
    if read_day(value) is not None:
        dates = [
            each
            for each in fields
            if each.input_type in ("date", "datetime-local") or "date" in " ".join(labels_of(each))
        ]
        return dates[0] if len(dates) == 1 else None
    if read_number(value) is not None:
        numbers = [each for each in fields if each.input_type == "number"]
        return numbers[0] if len(numbers) == 1 else None
    named = [each for each in texts if any(_NAME.search(label) for label in labels_of(each))]
    only = [each for each in fields if each.role == "textbox"]  # it may hold a name for the time being: "Untitled"
    return next(iter(named or texts or (only if len(only) == 1 else [])), None)


def save(worker: Worker, fields: Sequence[Element], sentence: str) -> Work[None]:
    """Press the button that saves the form of these fields, and see that the page took it.

    Raises
    ------
    AgentError
        There is no such button, or the page still shows the form as it was.
    """
    before = yield from worker.look(again=True)
    button = save_button(before, fields)
    if button is None and len(fields) == 1:
        yield from do(worker, Press("Enter", fields[0].ref, called(fields[0])), sentence)
    elif button is None:
        fail(sentence, "the form is filled in, and no button of it saves it", TaskFailureCode.AGENT_ERROR)
    else:
        yield from do(worker, Click(button.ref, called(button)), sentence)
    after = yield from worker.look(again=True)
    if (after.url, after.text) == (before.url, before.text):
        fail(sentence, "the form was sent, and the page shows no change", TaskFailureCode.AGENT_ERROR)


def is_same_words(said: str, label: str) -> bool:
    """Tell whether words name a label: all that tell something are in it ("due date" is "Due on:")."""
    telling = set(re.findall(r"\w+", folded(said))) - _SAYING_LITTLE
    return bool(telling) and telling <= set(re.findall(r"\w+", label))


def save_button(seen: Observation, fields: Sequence[Element]) -> Element | None:
    """Find the button that saves a form: what it says, and whether it sends the form, tell it."""
    buttons = [each for each in seen.all_elements if each.role == "button" and each.enabled]
    named = [each for each in buttons if _SAVES.match(each.name or each.value) and not _AND_MORE.search(each.name)]
    within = _groups_around(seen, fields)
    for found in (
        [each for each in named if each.group in within and each.submits],
        [each for each in named if each.group in within],
        [each for each in buttons if each.group in within and each.submits],
        [each for each in named if each.submits and each.in_form],
        named,
    ):
        if found:
            return next((each for each in found if re.fullmatch(r"save|add|create|ok", folded(each.name))), found[0])
    return None


def _groups_around(seen: Observation, fields: Sequence[Element]) -> set[int]:
    """Return the form or dialog that the fields are in, with all groups in it."""
    outer: set[int] = set()
    for field in fields:
        at = field.group
        while 0 <= at < len(seen.groups):
            if seen.groups[at].kind in ("form", "dialog"):
                outer.add(at)
                break
            at = seen.groups[at].parent
    inner = set(outer)
    for index, group in enumerate(seen.groups):  # each group comes after the one that contains it
        if group.parent in inner:
            inner.add(index)
    return inner

"""Filling in a form from "label value" pairs, and asking for what a form still misses. Nothing is made up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from webrun_nb.agents.base import AgentError
from webrun_nb.agents.local.language.intents import FillForm, Target
from webrun_nb.agents.local.language.split import unquote
from webrun_nb.agents.local.matching.match import found_on
from webrun_nb.agents.local.matching.names import normal
from webrun_nb.agents.local.matching.roles import FIELD_ROLES
from webrun_nb.agents.local.matching.wording import describe
from webrun_nb.agents.local.messages import option_of
from webrun_nb.agents.local.skills.fields import enter
from webrun_nb.agents.local.skills.login_form import credential_field, password_fields
from webrun_nb.agents.local.skills.working import Work, Worker, same_element
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.credentials.marks import marked_secret

MAX_ANSWERS = 3
_LABEL_WORDS = 6
_FIELDS = FIELD_ROLES | {"listbox"}
_YES = frozenset({"yes", "on", "true", "ticked", "checked", "1"})
_NO = frozenset({"no", "off", "false", "unticked", "unchecked", "0"})


@dataclass(frozen=True, slots=True)
class Entry:
    """The value that goes into an element."""

    element: Element
    value: str


def fill_form(doer: Worker, errand: FillForm) -> Work[None]:
    """Fill in all fields that were named, or none: what names no field is told before anything is typed."""
    seen = yield from doer.look()
    entries = [entry_of(seen, pair, errand.sentence) for pair in errand.values]
    for entry in entries:
        yield from _enter(doer, entry, errand.sentence)
    for entry in _repeated(seen, entries):
        yield from _enter(doer, entry, errand.sentence)
        yield from doer.note(f'I typed the password into "{_name(entry.element)}", too.')


def _repeated(seen: Observation, entries: Sequence[Entry]) -> Iterator[Entry]:
    """Yield the password once more for the field that repeats it, where the sentence gives that none of its own."""
    secrets = [entry for entry in entries if marked_secret(entry.value) and entry.element in password_fields(seen)]
    if len(secrets) != 1:
        return
    field = credential_field(seen, "repeated password")
    if (
        field is not None
        and field not in [entry.element for entry in entries]
        and field.group == secrets[0].element.group
    ):
        yield Entry(field, secrets[0].value)


def fill_missing(doer: Worker, sentence: str) -> Work[None]:
    """Ask for what the page's form still misses, and fill it in."""
    for _ in range(MAX_ANSWERS):
        seen = yield from doer.look(again=True)
        missing = empty_fields(seen)
        if not missing:
            return
        names = ", ".join(_name(element) for element in missing)
        example = ", ".join(f"{_name(element)}: …" for element in missing[:3])
        answer = yield from doer.ask(f'For "{sentence}" the form at {seen.url} asks for: {names}. (`{example}`)')
        if len(missing) == 1:  # whoever says only the value means the only field
            only = _name(missing[0])
            value = re.sub(rf"^{re.escape(only)}\s*[:=]?\s*", "", answer, flags=re.I)
            answer = f"{only}: {value}"
        for pair in re.split(r"\s*[,;\n]\s*", answer.strip()):
            if pair:
                yield from _enter(doer, entry_of(seen, pair, answer), sentence)
    raise AgentError(TaskFailureCode.AGENT_ERROR, f'"{sentence}": {MAX_ANSWERS} answers did not fill in the form.')


def empty_fields(seen: Observation, *, in_forms: bool = True) -> list[Element]:
    """Find the fields in the page's own part that are empty and not said to be optional; those of forms alone."""
    fields = [e for e in seen.elements if e.enabled and e.role in _FIELDS and not e.region]
    fields = [e for e in fields if e.in_form or not in_forms]
    fields = [e for e in fields if e.input_type not in ("search", "hidden", "password", "range")]
    return [e for e in fields if not e.value.strip() and e.tag != "select" and not _optional(e)]


def _optional(element: Element) -> bool:
    return bool(re.search(r"optional|voucher|coupon|promo|gift", f"{element.name} {element.label}", re.I))


def entry_of(seen: Observation, pair: str, sentence: str) -> Entry:
    """Read "label value": the longest beginning that names a field, and the rest.

    Raises
    ------
    AgentError
        `ELEMENT_NOT_FOUND`: no beginning names one field; the message says which fields there are.
    """
    for part in seen.parts:
        entry = _entry_in(part, pair)
        if entry is not None:
            return entry
    names = ", ".join(dict.fromkeys(_name(e) for e in seen.elements if e.role in _FIELDS and not e.region))
    hint = 'quote a value that has a comma or "and" in it'
    raise AgentError(
        TaskFailureCode.ELEMENT_NOT_FOUND,
        f'"{sentence}": "{pair}" names no field of {seen.title or seen.url}. It has: {names or "none"}; {hint}.',
    )


def _entry_in(seen: Observation, pair: str) -> Entry | None:
    label, mark, value = _apart(pair)
    words = label.split() if mark else pair.split()
    longest = len(words) if mark else min(_LABEL_WORDS, len(words) - 1)
    for count in range(longest, (len(words) if mark else 1) - 1, -1):
        if not mark and words[count - 1][:1].isdigit() and not _is_named_with(words[count - 1], seen):
            continue  # "birthday 5 May 1985": the number is the value's
        rest = value if mark else unquote(" ".join(words[count:]))
        entry = _entry(seen, " ".join(words[:count]), rest)
        if entry is not None:
            return entry
    label, mark, value = _apart(pair)
    field = credential_field(seen, label) if mark else None
    return None if field is None else Entry(field, value)


def _is_named_with(number: str, seen: Observation) -> bool:
    """Tell whether a field of the page has a number in its name ("Address line 2")."""
    return any(number in (e.label or e.name).split() for e in seen.elements if e.role in _FIELDS)


_LABELLED = re.compile(
    r"""(?P<label>[^:="“]{1,60}?)\s*(?:(?:(?<!\d):|:(?!\d)|=)(?!//)|(?=["“]))\s*(?P<value>.+)$""", re.S
)


def _apart(pair: str) -> tuple[str, str, str]:
    """Cut "label: value" and "label = value" at their mark, and "label "value"" at its quote."""
    match = _LABELLED.match(pair)
    if match:
        return match["label"].strip(), ":", unquote(match["value"])
    return pair, "", ""


def _entry(seen: Observation, label: str, value: str) -> Entry | None:
    seen = replace(seen, frames=())
    fields = found_on(Target(label, "field"), seen, _FIELDS)
    fields = tuple(e for e in fields if not e.region) or fields
    if len(fields) == 1 and (not fields[0].options or option_of(fields[0], value)):
        return Entry(fields[0], value)
    wanted = set(re.findall(r"\w+", normal(label)))
    radios = [
        e
        for e in seen.elements
        if e.role == "radio" and wanted <= set(re.findall(r"\w+", normal(e.nearby))) and normal(e.name) == normal(value)
    ]
    if len(radios) == 1:
        return Entry(radios[0], "yes")
    boxes = found_on(Target(label, "checkbox"), seen, frozenset({"checkbox", "switch"}))
    boxes = boxes or tuple(
        e
        for e in seen.elements
        if e.role in ("checkbox", "switch") and wanted <= set(re.findall(r"\w+", normal(e.name)))
    )
    if len(boxes) == 1 and normal(value) in _YES | _NO:
        return Entry(boxes[0], normal(value))
    return None


def _enter(doer: Worker, entry: Entry, sentence: str) -> Work[None]:
    """Make the field hold the value, whatever kind of control it is."""
    element = same_element(entry.element, (yield from doer.look())) or entry.element
    if element.options and not element.multiple and option_of(element, entry.value) is None:
        raise AgentError(
            TaskFailureCode.ELEMENT_NOT_FOUND, f'"{sentence}": {describe(element)} has no option "{entry.value}".'
        )
    yield from enter(doer, element, entry.value, sentence)


def _name(element: Element) -> str:
    return re.sub(r"\s*\((?:optional|required)\)\s*$|\s*\*$", "", element.label or element.name or element.placeholder)

"""Has the page itself show only the entries with a value: with its own choices, lists and fields for that."""

from __future__ import annotations

import re
from dataclasses import dataclass

from webrun_nb.agents.local.language.intents import FilterEntries
from webrun_nb.agents.local.skills.entries import Entry, folded, main_entries, shown
from webrun_nb.agents.local.skills.fields import enter
from webrun_nb.agents.local.skills.form_fields import is_same_words, labels_of
from webrun_nb.agents.local.skills.working import Work, Worker, called, do, fail, later_look, same_element
from webrun_nb.browsers.actions import Click, Press
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.codes import TaskFailureCode

_CHOICES = frozenset({"link", "button", "option", "tab", "radio", "checkbox", "menuitem", "clickable"})
_EQUALS = re.compile(r"^(?:=|==|equals?|is|is equal to|exactly|exact)$", re.I)
_APPLIES = re.compile(r"^(?:filter|apply|search|go|show|update|ok)\b", re.I)


def filter_entries(worker: Worker, intent: FilterEntries) -> Work[bool]:
    """Filter, and see that all entries that are shown then have the value.

    Returns
    -------
    bool
        False where nothing was done: the page has no control that is called like the value, and no field was named.

    Raises
    ------
    AgentError
        The page has no such filter, or entries without the value are still shown.
    """
    seen = yield from worker.look()
    if intent.high:
        fail(intent.sentence, "I can read a range of the list, and know no way to filter the page itself by one")
    choice = _choice(seen, intent)
    if not intent.field:
        if choice is not None:
            yield from _choose(worker, seen, choice, intent)
        return choice is not None
    field = None if choice else _field(seen, intent)
    builder = None if choice or field else _builder(seen, intent)
    if choice is not None:
        yield from do(worker, Click(choice.ref, called(choice)), intent.sentence)
    elif field is not None:
        yield from enter(worker, field, intent.value, intent.sentence)
        now = yield from worker.look(again=True)
        if now.url == seen.url and not _all_have(now, intent.value):
            yield from _apply(worker, field, intent)
    elif builder is not None:
        yield from _build(worker, builder, intent)
    else:
        fail(intent.sentence, f'the page has no filter for {intent.field} with "{intent.value}"')
    yield from _see(worker, intent)
    return True


def _choose(worker: Worker, seen: Observation, choice: Element, intent: FilterEntries) -> Work[None]:
    """Click a choice that is called like the value, and say so where the page shows no effect of it."""
    yield from do(worker, Click(choice.ref, called(choice)), intent.sentence)
    after = yield from worker.look(again=True)
    now = same_element(choice, after)
    is_chosen = now is not None and (now.current or now.selected or now.pressed or now.checked)
    if (seen.url, seen.text) == (after.url, after.text) and not is_chosen:
        yield from worker.note(
            f'"{intent.sentence}": "{called(choice)}" was clicked, and the page shows the same as before.'
        )


def _choice(seen: Observation, intent: FilterEntries) -> Element | None:
    """Find the link or button of the value, under a heading of the field or beside it."""
    wanted = folded(intent.value)
    inside = {thing.ref for entry in main_entries(seen) for thing in entry.things}
    found = [
        each
        for each in seen.elements
        if each.role in _CHOICES and each.enabled and each.ref not in inside and _without_count(each) == wanted
    ]
    beside = [each for each in found if intent.field and _is_under(each, intent.field, seen)]
    best = beside or found
    return best[0] if len(best) == 1 else None


def _without_count(element: Element) -> str:
    """Return a choice's text without the number of entries behind it: "Poetry (3)"."""
    return folded(re.sub(r"\s*\(?\d[\d,.]*\)?\s*$", "", shown(element))) or folded(shown(element))


def _is_under(element: Element, field: str, seen: Observation) -> bool:
    words = set(folded(field).split())
    at = element.group
    while 0 <= at < len(seen.groups):
        said = [seen.groups[at].name, *(shown(each) for each in seen.texts if each.group == at)]
        if any(words <= set(re.findall(r"\w+", folded(text))) for text in said):
            return True
        at = seen.groups[at].parent
    return words <= set(re.findall(r"\w+", folded(element.nearby)))


def _field(seen: Observation, intent: FilterEntries) -> Element | None:
    """Find the list or the field for the values of a field."""
    words = set(folded(intent.field).split())
    inside = {thing.ref for entry in main_entries(seen) for thing in entry.things}
    fields = [
        each
        for each in seen.elements
        if each.enabled and each.ref not in inside and (each.tag in ("select", "input") or each.role == "combobox")
    ]
    fields = [each for each in fields if each.role not in ("button", "checkbox", "radio")]
    named = [each for each in fields if any(words <= set(re.findall(r"\w+", label)) for label in labels_of(each))]
    offering = [each for each in named if any(folded(option) == folded(intent.value) for option in each.options)]
    best = offering or named
    return best[0] if best else None


@dataclass(frozen=True, slots=True)
class _Builder:
    """The three controls of a condition that people put together: field, comparison and value."""

    field: Element
    comparison: Element
    value: Element


def _builder(seen: Observation, intent: FilterEntries) -> _Builder | None:
    """Find a list of fields beside a list of comparisons and a field for the value."""
    chosen = [each for each in seen.elements if each.tag == "select" and each.enabled]
    for field in chosen:
        if not any(is_same_words(intent.field, folded(option)) for option in field.options):
            continue
        after = [each for each in seen.elements if each.ref > field.ref and each.enabled]
        comparison = next((each for each in after[:3] if any(_EQUALS.match(option) for option in each.options)), None)
        value = next(
            (each for each in after[:4] if each.role in ("textbox", "searchbox") and each.tag == "input"), None
        )
        if comparison is not None and value is not None:
            return _Builder(field, comparison, value)
    return None


def _build(worker: Worker, builder: _Builder, intent: FilterEntries) -> Work[None]:
    fields = [each for each in builder.field.options if is_same_words(intent.field, folded(each))]
    exact = [each for each in fields if folded(each) == folded(intent.field)]
    equals = next(each for each in builder.comparison.options if _EQUALS.match(each))
    for control, value in (
        (builder.field, (exact or fields)[0]),
        (builder.comparison, equals),
        (builder.value, intent.value),
    ):
        now = same_element(control, (yield from worker.look())) or control
        yield from enter(worker, now, value, intent.sentence)
    yield from _apply(worker, builder.value, intent)


def _apply(worker: Worker, field: Element, intent: FilterEntries) -> Work[None]:
    seen = yield from worker.look()
    buttons = [each for each in seen.elements if each.role == "button" and each.enabled]
    applies = [each for each in buttons if _APPLIES.match(each.name or each.value)]
    near = [each for each in applies if each.group == field.group] or applies
    now = same_element(field, seen) or field
    if near:
        yield from do(worker, Click(near[0].ref, called(near[0])), intent.sentence)
    elif now.tag == "input":
        yield from do(worker, Press("Enter", now.ref, called(now)), intent.sentence)


def _see(worker: Worker, intent: FilterEntries) -> Work[None]:
    seen = yield from worker.look(again=True)
    if not _all_have(seen, intent.value):
        later = yield from later_look(worker, seen, intent.sentence)
        if later is None or not _all_have(later, intent.value):
            fail(
                intent.sentence,
                f'after filtering, the page still shows entries without "{intent.value}"',
                TaskFailureCode.AGENT_ERROR,
            )


def _all_have(seen: Observation, value: str) -> bool:
    return all(_has(entry, value) for entry in main_entries(seen))


def _has(entry: Entry, value: str) -> bool:
    return folded(value) in folded(entry.text)

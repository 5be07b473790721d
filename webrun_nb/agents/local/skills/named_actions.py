"""Actions that a control of the page is named after: "reply to it with "Thanks"", "archive the second email"."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from typing import TypeVar

from webrun_nb.agents.base import AgentError, Reply, Step
from webrun_nb.agents.local.language.intents import FillForm, Intent, NamedAction, Target
from webrun_nb.agents.local.language.patterns import VERB
from webrun_nb.agents.local.language.vocabulary import key_of
from webrun_nb.agents.local.matching.page import PageModel
from webrun_nb.agents.local.matching.roles import REPEATED
from webrun_nb.agents.local.skills.comboboxes import fits
from webrun_nb.agents.local.skills.entries import box_of, find_entries, folded
from webrun_nb.agents.local.skills.fields import set_state
from webrun_nb.agents.local.skills.form import entry_of, fill_form
from webrun_nb.agents.local.skills.selecting import control_for_selected
from webrun_nb.agents.local.skills.values import read_number
from webrun_nb.agents.local.skills.working import again
from webrun_nb.agents.local.task import Task
from webrun_nb.agents.local.values import shown_text
from webrun_nb.browsers.actions import Click, Type
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.codes import TaskFailureCode

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]

_SENDS = re.compile(r"(?:send|submit|post|save|ok(?:ay)?|done|confirm|apply|publish|share|add|create)\b", re.I)
_RECIPIENT = re.compile(r"\b(?:to|recipients?|whom|e-?mail|user|name)\b", re.I)
_TICKS = frozenset({"complete", "finish", "check off", "tick off", "cross off"})
"""Verbs for an entry with a check box that ticking it does."""
_CHOICES = frozenset({"link", "button", "option", "clickable", "menuitem"})
_PARITIES = frozenset({"odd", "even"})
_MOST_TURNS = 100
"""The most clicks on a control until what it shows meets a condition."""
_TEXT_FIELDS = frozenset({"textbox", "searchbox", "combobox"})
_CLICKED_INPUTS = frozenset({"button", "checkbox", "radio", "switch", "option"})
_WORD = re.compile(r"[^\W_]+")


def named_action(task: Task, intent: NamedAction, text: str) -> Work[list[Intent] | None]:
    """Click the control that is named after the verb, beside the thing or in what opens as that is clicked.

    Parameters
    ----------
    text : str
        What is entered where the control asks for it.

    Returns
    -------
    list of Intent or None
        Steps of a person's answer to take instead, where the page has no such control; None where it is done.
    """
    before = yield from task.look()
    if intent.verb.casefold() in _TICKS and (box := box_of(before, intent.target.words or intent.target.said)):
        yield from set_state(task, box, True, intent.sentence)
        return None
    controls = yield from _controls_of_items(task, intent)
    for each in controls[:-1]:
        yield from _click(task, (yield from again(task, each)) or each, intent)
    control = controls[-1] if controls else (yield from _control(task, intent))
    if control is None and (yield from _fills_in(task, intent)):
        return None
    if control is None:
        return (yield from task.ask_again(intent.sentence, about=_no_control(intent)))
    yield from _click(task, (yield from again(task, control)) or control, intent)
    if intent.target.conditions or set(intent.target.qualities) & _PARITIES:
        yield from _until_it_fits(task, control, intent)
        return None
    if intent.to is not None or text:
        yield from _complete(task, intent, before, text)
    return None


def _fills_in(task: Task, intent: NamedAction) -> Work[bool]:
    """Fill in a field where the sentence only says its label and its value: "Postcode SW1Y 4JH"."""
    if not intent.sentence[:1].isupper() or VERB.match(intent.sentence) or key_of("verbs", intent.verb):
        return False
    try:
        field = entry_of((yield from task.look()), intent.sentence, intent.sentence).element
    except AgentError:
        return False
    label = folded(field.label or field.name).strip(" *:")
    if not label or not folded(intent.sentence).startswith(f"{label} "):
        return False  # "Date of arrival" gives the "Date of birth" no value
    yield from fill_form(task, FillForm(intent.sentence, (intent.sentence,)))
    return True


def _controls_of_items(task: Task, intent: NamedAction) -> Work[Sequence[Element]]:
    """Return the controls of this name in the items that a sentence means ("like the first two posts"), one in each."""
    target = intent.target
    if (
        target.role not in REPEATED
        or target.words
        or target.conditions
        or not (target.near or target.ordinal or target.every or target.count or target.superlative)
    ):
        return ()
    items = yield from task.matching(target, texts=True)
    controls = yield from task.matching(Target(intent.verb, every=True))
    page = PageModel((yield from task.look()))
    found: list[Element] = []
    for item in items:
        group = page.group_named_by(item)
        inside = [] if group is None else [e for e in controls if any(e.ref == m.ref for m in page.members(group))]
        if len(inside) != 1:
            return ()
        found += inside
    return found if len(items) == 1 or target.every or target.count is not None else ()


def _no_control(intent: NamedAction) -> str:
    return f'I know no step "{intent.verb}", and the page has no control of this name'


def _control(task: Task, intent: NamedAction) -> Work[Element | None]:
    """Find the control: beside the thing, on the page, or on what shows once the thing is clicked."""
    names = intent.target.words or intent.target.near
    beside = Target(intent.verb, near=names)
    whole = Target(f"{intent.verb} {intent.target.said or names}".strip())
    options = [whole, *([beside] if names else [Target(intent.verb)])]
    for target in options:
        found = tuple(each for each in (yield from task.matching(target)) if not _takes_text(each))
        if len(found) == 1:
            return found[0]
    if names and _says_all(intent, (yield from task.look())):
        found = tuple(each for each in (yield from task.matching(Target(intent.verb))) if not _takes_text(each))
        if len(found) == 1:
            return found[0]
    if offered := _offered(intent, (yield from task.look())):
        return offered
    entries = find_entries((yield from task.look()), names) if names else []
    if len(entries) == 1:
        says = re.compile(rf"^{re.escape(intent.verb)}\b", re.I)
        if chosen := (yield from control_for_selected(task, entries[0], says, intent.sentence)):
            return chosen
    item = (yield from task.matching(intent.target)) if names or intent.target.ordinal else ()
    if len(item) != 1:
        return None
    # A page that has the thing may show its controls on the thing's own page or panel; one that stood there before
    # has nothing to do with it.
    before = yield from task.look()
    old = {(each.path, each.name) for each in before.elements}
    yield from _click(task, item[0], intent)
    after = yield from task.look()
    found = tuple(
        each
        for each in (yield from task.matching(Target(intent.verb)))
        if after.url != before.url or (each.path, each.name) not in old
    )
    return found[0] if len(found) == 1 else None


def _takes_text(element: Element) -> bool:
    """Tell a field, which does nothing when it is clicked, whatever it is called."""
    is_field = element.tag in ("input", "textarea", "select") and element.role not in _CLICKED_INPUTS
    return is_field or element.role in _TEXT_FIELDS


def _says_all(intent: NamedAction, seen: Observation) -> bool:
    """Tell whether the page shows all that is named: a control alone does nothing about what is not there."""
    named = (intent.target, *intent.target.others)
    words = {word for each in named for word in _WORD.findall(folded(f"{each.words} {each.near}"))}
    return words <= set(_WORD.findall(folded(f"{seen.title} {seen.text}")))


def _offered(intent: NamedAction, seen: Observation) -> Element | None:
    """Find the choice that a text with the verb offers: "Suggested facets: status, quantity" for "facet by status"."""
    verb = re.compile(rf"\b{re.escape(intent.verb)}", re.I)
    names = {folded(each) for each in (intent.target.near, intent.target.words, intent.target.said) if each}
    found = [
        each
        for each in seen.elements
        if each.enabled and each.role in _CHOICES and folded(each.name) in names and verb.search(each.nearby)
    ]
    return found[0] if len(found) == 1 else None


def _click(task: Task, element: Element, intent: NamedAction) -> Work[None]:
    yield from task.must(task.act(Click(element.ref, element.name or intent.verb), intent.sentence))


def _complete(task: Task, intent: NamedAction, before: Observation, text: str) -> Work[None]:
    """Fill in what the control asks for, and send it."""
    seen = yield from task.look(again=True)
    old = {element.path for element in before.elements}
    asked = [e for e in seen.elements if e.role in _TEXT_FIELDS and e.enabled and not e.readonly]
    fields = [e for e in asked if e.path not in old] or [e for e in asked if not e.value]
    if intent.to is not None and fields:
        recipients = [e for e in fields if _RECIPIENT.search(f"{e.name} {e.label} {e.placeholder} {e.hint} {e.nearby}")]
        field = (recipients or fields)[0]
        yield from task.must(task.act(Type(field.ref, intent.to.words, field.name), intent.sentence, keeps_page=True))
        fields = [e for e in fields if e is not field]
    if text:
        if len(fields) > 1:
            fields = [e for e in fields if e.tag == "textarea"] or fields
        if not fields:
            raise AgentError(
                TaskFailureCode.ELEMENT_NOT_FOUND,
                f'"{intent.sentence}": "{intent.verb}" was clicked, and the page asks for no text after it.',
            )
        field = fields[0]
        yield from task.must(task.act(Type(field.ref, text, field.name), intent.sentence, keeps_page=True))
    seen = yield from task.look(again=True)
    sends = _senders(seen, intent.verb, old)
    if len(sends) != 1:
        yield from task.note(f'"{intent.sentence}": filled in; the page has no one button that sends it.')
        return
    yield from _click(task, sends[0], intent)


def _senders(seen: Observation, verb: str, old: set[str]) -> Sequence[Element]:
    buttons = [e for e in seen.elements if e.enabled and e.role in ("button", "link", "clickable")]
    named = [e for e in buttons if _SENDS.match(e.name or e.icon) or _SENDS.search(f"{e.icon} {e.hint}")]
    same = [e for e in buttons if e.name.casefold().startswith(verb.casefold())]
    for found in ([e for e in named if e.path not in old], [e for e in same if e.path not in old], named):
        if found:
            return found[:1] if len({e.name for e in found}) == 1 else found
    return ()


def _is_wanted(text: str, target: Target) -> bool:
    """Tell whether a number or text is as a sentence asks for: "a number less than 5", "an odd number"."""
    number = read_number(text)
    for quality in _PARITIES & set(target.qualities):
        if number is None or number % 2 != (quality == "odd"):
            return False
    return all(fits(text, condition) for condition in target.conditions)


def _until_it_fits(task: Task, control: Element, intent: NamedAction) -> Work[None]:
    """Click the control again until the number or text that it changes meets the conditions of the sentence."""
    for _ in range(_MOST_TURNS):
        seen = yield from task.look(again=True)
        shown = [shown_text(each) for each in (*seen.texts, *seen.elements) if each.path != control.path]
        shown = [text for text in shown if re.fullmatch(r"\W*[-+]?\d[\d.,]*\W*", text)]
        if shown and _is_wanted(shown[0], intent.target):
            return
        found = yield from task.matching(Target(control.name))
        if len(found) != 1:
            break
        yield from _click(task, found[0], intent)
    words = str(intent.target)
    raise AgentError(
        TaskFailureCode.AGENT_ERROR, f'"{intent.sentence}": "{words}" was not met after {_MOST_TURNS} clicks.'
    )

"""Boxes, lists of options and keys: controls that have more than one way to be worked."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from webrun_nb.agents.base import AgentError, Reply, Step
from webrun_nb.agents.local.language.intents import (
    Choose,
    DragTo,
    Fill,
    Like,
    PressKey,
    SelectText,
    SetChecked,
    SetOpen,
    Target,
)
from webrun_nb.agents.local.matching.roles import FIELD_ROLES
from webrun_nb.agents.local.matching.wording import describe
from webrun_nb.agents.local.messages import called
from webrun_nb.agents.local.skills.choices import choose_options, options_named
from webrun_nb.agents.local.skills.comboboxes import choose_suggestion, wish_for
from webrun_nb.agents.local.skills.dragging import drag_along, drag_beside, drag_onto, drag_to_end
from webrun_nb.agents.local.skills.entries import boxes_of, folded, main_entries
from webrun_nb.agents.local.skills.fields import CHECKABLE, enter, set_state
from webrun_nb.agents.local.skills.login_form import password_fields
from webrun_nb.agents.local.skills.menus import set_open
from webrun_nb.agents.local.skills.sliders import is_slider
from webrun_nb.agents.local.skills.values import same_text
from webrun_nb.agents.local.skills.working import again, inside, place_of, same_element
from webrun_nb.agents.local.values import Kept, ReadValue, text_of
from webrun_nb.browsers.actions import Click, Press, Type
from webrun_nb.browsers.actions import SelectText as SelectPhrase
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.credentials.marks import marked_secret

if TYPE_CHECKING:
    from webrun_nb.agents.local.task import Task

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]

_LISTS = FIELD_ROLES | {"listbox", "radiogroup"}
"""Roles of controls whose options are chosen, or suggested."""
_HOLDS_VALUES = _LISTS | CHECKABLE
"""Roles of controls that are set to a value."""
_TYPED_TYPES = frozenset({"", "text", "search", "email", "tel", "url", "password"})
"""Types of inputs whose value is what is typed."""


_ALL_LISTED = frozenset(
    {"", "list", "on the list", "everything", "everything on the list", "of them", "them", "the list"}
)
"""Words for all that the page lists."""


def set_checked(task: Task, intent: SetChecked) -> Work[None]:
    """Tick or untick boxes, where they are not so already.

    Raises
    ------
    AgentError
        `ELEMENT_NOT_FOUND`: the page has no such box.
    """
    for target in each_of(intent.target):
        role = target.role if target.role in ("radio", "switch") else "checkbox"
        asked = replace(target, role=role)
        if not (target.every or target.count is not None):
            element = yield from task.element(intent.sentence, asked)
            yield from set_state(task, element, intent.checked, intent.sentence)
            continue
        boxes = yield from task.matching(asked)
        if not boxes and target.every and not target.is_quoted and folded(target.words) in _ALL_LISTED:
            listed = main_entries((yield from task.look()))
            boxes = tuple(entry.box for entry in listed if entry.box is not None)
        besides: list[Element] = []
        for other in target.besides:
            besides += yield from task.matching(replace(other, role=role))
        left_out = {place_of(box) for box in besides}
        if len(besides) != len(target.besides) or not boxes:
            named = ", ".join(str(other) for other in target.besides) or str(target)
            raise AgentError(
                TaskFailureCode.ELEMENT_NOT_FOUND, f'"{intent.sentence}": the page does not have a box for {named}.'
            )
        for box in boxes[: target.count or len(boxes)]:
            seen = yield from task.look()
            now = next((e for e in seen.all_elements if place_of(e) == place_of(box)), None)
            if now is not None and place_of(box) not in left_out:
                yield from set_state(task, now, intent.checked, intent.sentence)


def each_of(target: Target) -> tuple[Target, ...]:
    """Return the things that a target names, one by one."""
    return (replace(target, others=()), *target.others)


def choose(task: Task, intent: Choose) -> Work[None]:
    """Choose options: of the list that is named, or of the only one that has them; else click what is called so."""
    options = (intent.option, *intent.others)
    element = yield from _list_with(task, intent, options)
    if element is not None and (element.tag == "select" or element.role in ("listbox", "radiogroup")):
        yield from choose_options(task, element, options, intent.sentence)
        return
    if element is not None and element.role not in ("radio", "option"):
        yield from enter(task, element, intent.option, intent.sentence)
        return
    if element is None and not intent.target.words:
        boxes = boxes_of((yield from task.look()), options)  # "select the rows of Ann and Bo"
        for box in boxes:
            now = same_element(box, (yield from task.look())) or box
            yield from set_state(task, now, True, intent.sentence)
        if boxes:
            return
    for option in options:
        target = replace(intent.target, words=option, role="", near=intent.target.words)
        target = (yield from _of_its_group(task, target)) or target
        element = yield from task.element(intent.sentence, target)
        if element.role in CHECKABLE:
            yield from set_state(task, element, True, intent.sentence)
        else:
            yield from task.must(task.act(Click(element.ref, element.name), intent.sentence))


def _of_its_group(task: Task, target: Target) -> Work[Target | None]:
    """Return a target whose last word names the group of the thing ("the Pro plan"); None where that is not so."""
    words = target.words.rsplit(" ", 1)
    if target.near or target.is_quoted or len(words) != 2 or (yield from task.matching(target)):
        return None
    apart = replace(target, words=words[0], near=words[1], said="")
    found = yield from task.matching(apart)
    return apart if len(found) == 1 and found[0].role in CHECKABLE | {"option"} else None


def offers(task: Task, intent: Choose) -> Work[bool]:
    """Tell whether the native list that is named, or any where none is named, has the options by their names."""
    seen = yield from task.look()
    is_named = bool(intent.target.words or intent.target.ordinal)
    lists = (yield from task.matching(intent.target)) if is_named else seen.all_elements
    wanted = (intent.option, *intent.others)
    return any(all(any(same_text(o, words) for o in e.options) for words in wanted) for e in lists if e.options)


def _list_with(task: Task, intent: Choose, options: Sequence[str]) -> Work[Element | None]:
    """Find the list that options are chosen from; None where things of the page are clicked instead."""
    if intent.target.words or intent.target.ordinal:
        found = yield from task.matching(intent.target)
        if len(found) == 1 and found[0].role in _LISTS:
            return found[0]
        return None
    seen = yield from task.look()
    for part in seen.parts:
        having = [
            e
            for e in part.elements
            if e.enabled and e.options and all(options_named(e.options, words) for words in options)
        ]
        exact = [e for e in having if all(words in e.options for words in options)]
        having = exact or having  # one that has it by its very name goes before those that have something like it
        if len(having) == 1:
            return having[0]
        if having:
            return (yield from task.which(intent.sentence, intent.target, tuple(having)))
    return None


def press_key(task: Task, intent: PressKey) -> Work[None]:
    """Press a key; where a control of the page has the key's name, ask which of the two is meant."""
    controls: list[Element] = []
    if intent.name:
        seen = yield from task.look()
        named = [e for e in seen.elements if e.enabled and e.role in ("button", "link", "tab", "menuitem")]
        controls = [e for e in named if e.name.strip().casefold() == intent.name.casefold()]
    if controls:
        key = f"the {intent.key} key"
        choices = [key, *(f"the {describe(control)}" for control in controls[:11])]
        question = f'In "{intent.sentence}": the page has a control with the name of the key. Which one is meant?'
        chosen = yield from task.choice(question, choices)
        if chosen:
            control = controls[chosen - 1]
            yield from task.must(task.act(Click(control.ref, control.name), intent.sentence))
            return
    yield from task.must(task.act(Press(intent.key), intent.sentence))


def fill(task: Task, intent: Fill, kept: Kept, read: ReadValue) -> Work[None]:
    """Make what a sentence names hold a value."""
    if intent.target.every or intent.target.others:
        yield from _fill_several(task, intent, kept, read)
        return
    button = yield from _radio_button(task, intent)
    if button is not None:
        yield from set_state(task, button, True, intent.sentence)
        return
    element = yield from _field(task, intent.sentence, intent.target)
    if isinstance(intent.text, Like):
        wish = wish_for(intent.text.words, intent.text.conditions)
        name = yield from choose_suggestion(task, element, wish, intent.sentence, free=False)
        yield from task.note(f'"{intent.text.words}": {name}.')
        return
    text = yield from text_of(task, intent.text, intent.sentence, kept, read)
    if intent.submit and _is_typed(element) and not intent.append:
        yield from task.must(task.act(Type(element.ref, text, called(element), submit=True), intent.sentence))
        return
    yield from enter(task, element, text, intent.sentence, adds=intent.append)
    if intent.submit:
        yield from task.must(task.act(Press("Enter"), intent.sentence))


def _radio_button(task: Task, intent: Fill) -> Work[Element | None]:
    """Return the radio button of a value, where a sentence names a group of them instead of a field."""
    if not isinstance(intent.text, str) or not intent.target.words or intent.target.near:
        return None
    if any(e.role in _HOLDS_VALUES for e in (yield from task.matching(intent.target))):
        return None
    found = yield from task.matching(Target(intent.text, near=intent.target.words))
    return found[0] if len(found) == 1 and found[0].role == "radio" else None


def _is_typed(element: Element) -> bool:
    is_plain = element.role in ("textbox", "searchbox") and element.input_type in _TYPED_TYPES
    return is_plain and not (element.readonly or element.has_popup)


def _dials(target: Target, seen: Observation) -> list[Element]:
    """Return the page's sliders or spinners, where a target names no more than this kind."""
    if target.role not in ("slider", "spinner") or target.words or target.near or target.within:
        return []
    return [e for e in seen.all_elements if (is_slider(e) if target.role == "slider" else e.role == "spinbutton")]


def _field(task: Task, sentence: str, target: Target) -> Work[Element]:
    """Find the control that is to hold a value; sliders and spinners may be only drawn, and have no name."""
    fits = _dials(target, (yield from task.look()))
    number = target.ordinal or (1 if len(fits) == 1 else 0)
    if number and -len(fits) <= number <= len(fits):
        return fits[number - 1 if number > 0 else number]
    is_other = target.role in ("slider", "spinner", "checkbox", "radio", "switch", "option", "select")
    return (yield from task.element(sentence, target, None if is_other else FIELD_ROLES | {"listbox"}))


_MANY = re.compile(r"[\[(]?\s*(-?[\w.]+(?:\s*,\s*-?[\w.]+)+)\s*[\])]?\s*$")


def _fill_several(task: Task, intent: Fill, kept: Kept, read: ReadValue) -> Work[None]:
    """Make several controls hold a value: the same one, or one each ("set the sliders to 3, 5 and 7").

    Raises
    ------
    AgentError
        `ELEMENT_NOT_FOUND`: there are as many values as controls neither, nor one for all.
    """
    text = yield from text_of(task, intent.text, intent.sentence, kept, read)
    elements: list[Element] = []
    for target in each_of(intent.target):
        if target.every or target.count is not None:
            seen = yield from task.look()
            dials = _dials(target, seen)[: target.count]
            secret = marked_secret(text) is not None and re.search(r"pass|pin\b", str(target), re.I)
            same = password_fields(seen) if secret else dials
            elements += same or (yield from task.matching(target))
        else:
            elements.append((yield from _field(task, intent.sentence, target)))
    if re.search(r"\bboth\b", intent.sentence, re.I) and len(elements) not in (0, 2):
        raise AgentError(
            TaskFailureCode.ELEMENT_NOT_FOUND,
            f'"{intent.sentence}": "both" names two, and the page has {len(elements)}: '
            f"{', '.join(called(element) for element in elements[:5])}.",
        )
    many = _MANY.search(text)
    values = re.split(r"\s*,\s*", many[1]) if many else [text] * len(elements)
    if not elements or len(values) != len(elements):
        raise AgentError(
            TaskFailureCode.ELEMENT_NOT_FOUND,
            f'"{intent.sentence}": there are {len(values)} values for {len(elements)} controls.',
        )
    for element, value in zip(elements, values, strict=True):
        now = yield from again(task, element)
        yield from enter(task, now or element, value, intent.sentence)


def select_text(task: Task, intent: SelectText) -> Work[None]:
    """Select a text of the page: an element that is called so or shows it, else a phrase in a longer text."""
    words = intent.target.words
    if words and not (yield from task.matching(intent.target, texts=True)):
        holding = _holding((yield from task.look()), words)
        if holding is not None:
            yield from task.must(task.act(SelectPhrase(holding.ref, called(holding), words), intent.sentence))
            return
    element = yield from task.thing(intent.sentence, intent.target)
    yield from task.must(task.act(SelectPhrase(element.ref, called(element), ""), intent.sentence))


def _holding(seen: Observation, words: str) -> Element | None:
    """Return the shortest text that has words in it; None where no text has them."""
    said = " ".join(words.split()).casefold()
    holding = [e for e in seen.all_things if said in " ".join((e.value or e.name).split()).casefold()]
    return min(holding, key=lambda e: len(e.value or e.name), default=None)


def drag(task: Task, intent: DragTo) -> Work[None]:
    """Drag one thing to another one, or to a place."""
    source = yield from task.thing(intent.sentence, intent.source)
    if intent.destination is not None:
        onto = yield from task.thing(intent.sentence, intent.destination)
        if intent.place in ("before", "after"):
            yield from drag_beside(task, source, onto, intent.place, intent.sentence)
        else:
            yield from drag_onto(task, source, onto, intent.sentence)
    elif intent.place in ("first", "last"):
        yield from drag_to_end(task, source, intent.place, intent.sentence)
    elif intent.place in ("left", "right", "up", "down"):
        yield from drag_along(task, source, intent.place, intent.sentence)


def open_or_close(task: Task, intent: SetOpen) -> Work[None]:
    """Open or close sections, nodes of trees and menus."""
    for target in each_of(intent.target):
        elements: Sequence[Element] = _that_open(target, (yield from task.look()))
        if not elements and target.every:
            elements = yield from task.matching(target)
        elif not elements:
            elements = ((yield from task.thing(intent.sentence, target)),)
        if not elements:
            raise AgentError(TaskFailureCode.ELEMENT_NOT_FOUND, f'"{intent.sentence}": the page has no {target}.')
        if len(elements) > 1 and not target.every:
            elements = ((yield from task.which(intent.sentence, target, tuple(elements))),)
        for element in elements:
            now = yield from again(task, element)
            yield from set_open(task, now or element, intent.is_open, intent.sentence)


def _that_open(target: Target, seen: Observation) -> list[Element]:
    """Return what opens and closes on the page, where a target has no name: "the section below", "all sections"."""
    if target.words or target.near or target.within or target.role not in ("section", "tab", "tree", "menu", "item"):
        return []
    parts = [e for e in seen.all_elements if (e.expanded is not None or e.role == "tab") and not e.has_popup]
    parts = [e for e in parts if not any(inside(e, control) for control in seen.all_elements)]  # around a button
    number = target.ordinal or 0
    if not number:
        return parts
    return [parts[number - 1 if number > 0 else number]] if -len(parts) <= number <= len(parts) else []

"""Boxes, lists of options, sorting and keys: controls that have more than one way to be worked."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, TypeVar

from webrun_nb.agents.base import AgentError, Reply, Step
from webrun_nb.agents.local.language.elements import FIELD_ROLES, describe
from webrun_nb.agents.local.language.intents import (
    Choose,
    DragTo,
    Fill,
    PressKey,
    SelectText,
    SetChecked,
    SetOpen,
    SortBy,
    Target,
)
from webrun_nb.agents.local.messages import called, option_of
from webrun_nb.agents.local.values import Kept, ReadValue, text_of
from webrun_nb.browsers.actions import Click, Drag, Press, Select, Type
from webrun_nb.browsers.actions import SelectText as SelectPhrase
from webrun_nb.browsers.observation import Element
from webrun_nb.common.codes import TaskFailureCode

if TYPE_CHECKING:
    from webrun_nb.agents.local.task import Task

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]


def set_checked(task: Task, intent: SetChecked) -> Work[None]:
    """Tick or untick a box, where it isn't so already."""
    element = yield from task.element(
        intent.sentence, Target(intent.target.words, "checkbox", intent.target.near, intent.target.ordinal)
    )
    if element.checked is not intent.checked:
        yield from task.must(task.act(Click(element.ref, element.name), intent.sentence, keeps_page=True))


def choose(task: Task, intent: Choose) -> Work[None]:
    """Choose an option: of the list that is named, or of the only one that has it; else click what is called so."""
    seen = yield from task.look()
    having: list[Element] = []
    for part in seen.parts:
        having = having or [e for e in part.elements if e.enabled and option_of(e, intent.option)]
    if intent.target.words or intent.target.ordinal:
        element = yield from task.element(intent.sentence, intent.target)
    elif len(having) == 1:
        element = having[0]
    elif having:
        element = yield from task.which(intent.sentence, intent.target, tuple(having))
    else:
        element = yield from task.element(intent.sentence, Target(intent.option))
    if not element.options:
        yield from task.must(task.act(Click(element.ref, element.name), intent.sentence))
        if element.name.casefold() != intent.option.casefold() and (intent.target.words or intent.target.ordinal):
            # A list made of other elements: it is open now, and the option is one of them.
            yield from task.on(intent, Target(intent.option), None, lambda e: Click(e.ref, e.name), False)
        return
    option = option_of(element, intent.option)
    if option is None:
        shown = ", ".join(element.options[:12])
        raise AgentError(
            TaskFailureCode.ELEMENT_NOT_FOUND,
            f'"{intent.sentence}": {describe(element)} has no option "{intent.option}"; it has {shown}.',
        )
    select = Select(element.ref, option, called(element))
    yield from task.must(task.act(select, intent.sentence, keeps_page=True))


def sort(task: Task, intent: SortBy) -> Work[None]:
    """Use the page's own sort control: an option that speaks of the column, in the right direction."""
    seen = yield from task.look()
    words = intent.order.column.casefold()
    down = re.compile(r"high.{0,12}low|desc|z.{0,4}a\b|newest|most|↓", re.I)
    options = [(e, o) for e in seen.elements for o in e.options if words in o.casefold()]
    fitting = [(e, o) for e, o in options if bool(down.search(o)) == intent.order.descending] or options
    if len(fitting) == 1:
        element, option = fitting[0]
        yield from task.must(task.act(Select(element.ref, option, called(element)), intent.sentence))
        return
    yield from task.on(intent, Target(intent.order.column), None, lambda e: Click(e.ref, e.name), False)


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
    text = yield from text_of(task, intent.text, intent.sentence, kept, read)
    yield from task.on(intent, intent.target, FIELD_ROLES, lambda e: Type(e.ref, text, called(e), intent.submit), True)


def enter(task: Task, element: Element, value: str, sentence: str) -> Work[None]:
    """Make one control hold a value."""
    yield from task.must(task.act(Type(element.ref, value, called(element)), sentence, keeps_page=True))


def select_text(task: Task, intent: SelectText) -> Work[None]:
    """Select a text of the page, or all of an element."""
    element = yield from task.thing(intent.sentence, intent.target)
    yield from task.must(task.act(SelectPhrase(element.ref, element.name, ""), intent.sentence))


def drag(task: Task, intent: DragTo) -> Work[None]:
    """Drag one thing to another."""
    source = yield from task.thing(intent.sentence, intent.source)
    onto = yield from task.thing(intent.sentence, intent.destination or intent.source)
    action = Drag(source.ref, source.name, onto.ref, onto.name)
    yield from task.must(task.act(action, intent.sentence))


def set_open(task: Task, intent: SetOpen) -> Work[None]:
    """Open or close a section."""
    element = yield from task.thing(intent.sentence, intent.target)
    if element.expanded is not intent.is_open:
        yield from task.must(task.act(Click(element.ref, element.name), intent.sentence))


def follow_path(task: Task, levels: Sequence[str], sentence: str) -> Work[None]:
    """Click through the levels of a menu."""
    for level in levels:
        element = yield from task.thing(sentence, Target(level))
        yield from task.must(task.act(Click(element.ref, element.name), sentence))

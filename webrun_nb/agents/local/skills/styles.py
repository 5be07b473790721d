"""Styles of an editor's text: bold, italic, underlined, or a colour."""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import TypeVar

from webrun_nb.agents.base import AgentError, Reply, Step
from webrun_nb.agents.local.language.intents import Style, Target
from webrun_nb.agents.local.skills.working import called, common_depth, inside, new_things, same_element
from webrun_nb.agents.local.task import Task
from webrun_nb.browsers.actions import Click, Press, SelectText
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.codes import TaskFailureCode

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]

_EDITS = frozenset({"textbox", "document"})
_CONTROLS = frozenset({"button", "clickable", "option", "menuitem", "menuitemradio", "link", "radio", "combobox"})
_COLOR = re.compile(r"colou?r|palette|paint", re.I)
_MOST_OPENED = 8
_KEYS = {"bold": "Control+B", "italic": "Control+I", "underline": "Control+U"}


def set_style(task: Task, intent: Style) -> Work[None]:
    """Select the text, and click the editor's control that is named after the style.

    Raises
    ------
    AgentError
        `ELEMENT_NOT_FOUND`: the page has no editor, or no control for the style.
    """
    seen = yield from task.look()
    editors = [e for e in seen.elements if e.role in _EDITS and e.tag not in ("input", "textarea")]
    if len(editors) != 1:
        what = "no editor" if not editors else f"{len(editors)} editors"
        raise AgentError(TaskFailureCode.ELEMENT_NOT_FOUND, f'"{intent.sentence}": the page has {what}.')
    words = "" if intent.target.every else intent.target.words
    yield from task.must(task.act(SelectText(editors[0].ref, editors[0].name, words), intent.sentence))
    control = yield from _control(task, intent, editors[0])
    if control is not None:
        yield from task.must(task.act(Click(control.ref, control.name), intent.sentence))
        return
    if intent.style not in _KEYS:
        raise AgentError(
            TaskFailureCode.ELEMENT_NOT_FOUND, f'"{intent.sentence}": the editor has no control for {intent.style}.'
        )
    yield from task.must(task.act(Press(_KEYS[intent.style]), intent.sentence))


def _control(task: Task, intent: Style, editor: Element) -> Work[Element | None]:
    """Find the control of a style; a colour's may be in a list that another control of the editor opens."""
    found = [e for e in (yield from task.matching(Target(intent.style))) if e.role in _CONTROLS]
    found = [e for e in found if re.match(rf"{re.escape(intent.style)}\b", e.name, re.I) and not e.submits]
    if len(found) == 1:
        return found[0]
    if intent.style in _KEYS:
        return None
    for opener in _openers(editor, (yield from task.look())):
        before = yield from task.look()
        here = same_element(opener, before)
        if here is None:
            continue
        yield from task.must(task.act(Click(here.ref, called(here)), intent.sentence))
        after = yield from task.look(again=True)
        swatches = [e for e in new_things(before, after) if e.role in _CONTROLS]
        named = [e for e in swatches if e.name.casefold() == intent.style]
        if fitting := named or [e for e in swatches if e.color == intent.style]:
            return fitting[0]
        yield from task.must(task.act(Press("Escape"), intent.sentence))
        yield from task.look(again=True)
    return None


def _openers(editor: Element, seen: Observation) -> list[Element]:
    """Return what may open a list of colours: controls beside an editor that speak of it, then those without a name."""
    able = [e for e in seen.elements if e.role in _CONTROLS and e.enabled and not inside(editor, e) and e is not editor]
    nearest = max((common_depth(e, editor) for e in able), default=0)
    beside = [e for e in able if common_depth(e, editor) == nearest]
    spoken = [e for e in beside if _COLOR.search(f"{e.name} {e.icon} {e.hint}")]
    return [*spoken, *(e for e in beside if not re.search(r"\w", e.name) and e.role != "button")][:_MOST_OPENED]

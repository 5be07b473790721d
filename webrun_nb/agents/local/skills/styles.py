"""Styles of an editor's text: bold, italic, underlined, or a colour."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import TypeVar

from webrun_nb.agents.base import AgentError, Reply, Step
from webrun_nb.agents.local.language.intents import Style, Target
from webrun_nb.agents.local.task import Task
from webrun_nb.browsers.actions import Click, Press, SelectText
from webrun_nb.browsers.observation import Element
from webrun_nb.common.codes import TaskFailureCode

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]

_EDITS = frozenset({"textbox", "document"})
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
    control = yield from _control(task, intent)
    if control is not None:
        yield from task.must(task.act(Click(control.ref, control.name), intent.sentence))
        return
    if intent.style not in _KEYS:
        raise AgentError(
            TaskFailureCode.ELEMENT_NOT_FOUND, f'"{intent.sentence}": the editor has no control for {intent.style}.'
        )
    yield from task.must(task.act(Press(_KEYS[intent.style]), intent.sentence))


def _control(task: Task, intent: Style) -> Work[Element | None]:
    """Find the control of a style; a colour's may be in a list that another control opens."""
    found = yield from task.matching(Target(intent.style))
    if len(found) == 1:
        return found[0]
    if intent.style in _KEYS:
        return None
    for opener in (Target("color"), Target("colour"), Target("text color")):
        opens = yield from task.matching(opener)
        if len(opens) != 1:
            continue
        yield from task.must(task.act(Click(opens[0].ref, opens[0].name), intent.sentence))
        for target in (Target(intent.style), replace(Target(), qualities=(intent.style,))):
            found = yield from task.matching(target)
            if len(found) == 1:
                return found[0]
    return None

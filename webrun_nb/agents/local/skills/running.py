"""Enters a text into the editor or field that is meant for it, and runs it with its button."""

from __future__ import annotations

import re
from typing import Protocol

from webrun_nb.agents.local.language.intents import RunText, Target
from webrun_nb.agents.local.skills.fields import enter
from webrun_nb.agents.local.skills.working import Work, Worker, called, do, fail, same_element
from webrun_nb.browsers.actions import Click, Press, Type
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.codes import TaskFailureCode

_RUNS = re.compile(r"^(?:run|execute|go|submit|send|query|evaluate|calculate)\b|^[▶►]", re.I)
_COMPARED = 150
"""Characters of a text that are looked for: long ones are displayed in part."""
_TEXTS = frozenset({"textbox", "combobox"})


class Finder(Worker, Protocol):
    """A task that also finds what noun phrases mean."""

    def matching(self, target: Target) -> Work[tuple[Element, ...]]:
        """Return what a target may mean on the page."""


def run_text(worker: Finder, intent: RunText) -> Work[None]:
    """Enter the text and run it.

    Raises
    ------
    AgentError
        The page has no one field for it, no button that runs it, or shows no change afterwards.
    """
    seen = yield from worker.look()
    field = yield from _editor(worker, seen, intent)
    if field.tag == "input":
        yield from enter(worker, field, intent.text, intent.sentence)
    else:
        yield from _replace_all(worker, field, intent)
    before = yield from worker.look(again=True)
    now = same_element(field, before) or field
    buttons = [each for each in before.elements if each.role == "button" and each.enabled]
    runs = [each for each in buttons if _RUNS.match(each.name or each.value)]
    near = [each for each in runs if each.group == now.group] or [each for each in runs if not each.region] or runs
    if near:
        yield from do(worker, Click(near[0].ref, called(near[0])), intent.sentence)
    elif now.tag == "input":
        yield from do(worker, Press("Enter", now.ref, called(now)), intent.sentence)
    else:
        fail(intent.sentence, f"the {intent.what} is entered, and the page has no button that runs it")
    after = yield from worker.look(again=True)
    if (after.url, after.text) == (before.url, before.text):
        fail(intent.sentence, f"the {intent.what} was run, and the page shows no change", TaskFailureCode.AGENT_ERROR)


def _replace_all(worker: Worker, field: Element, intent: RunText) -> Work[None]:
    """Enter the text in place of what an editor has: scripted ones keep it elsewhere than in the field with the focus.

    Raises
    ------
    AgentError
        Neither the field nor the page shows the text afterwards.
    """
    for key in ("Control+A", "Delete"):
        yield from do(worker, Press(key, field.ref, called(field)), intent.sentence)
        seen = yield from worker.look(again=True)
        field = same_element(field, seen) or field
    yield from do(worker, Type(field.ref, intent.text, called(field)), intent.sentence)
    seen = yield from worker.look(again=True)
    now = same_element(field, seen)
    shown = [now.value if now is not None else "", seen.text]
    wanted = "".join(intent.text.split())[:_COMPARED]
    if not any(wanted in "".join(text.split()) for text in shown):
        fail(
            intent.sentence,
            f"the page does not show the {intent.what} after it was entered",
            TaskFailureCode.AGENT_ERROR,
        )


def _editor(worker: Finder, seen: Observation, intent: RunText) -> Work[Element]:
    named = [e for e in (yield from worker.matching(Target(intent.what, "field"))) if e.role in _TEXTS]
    if len(named) == 1:
        return named[0]
    large = [e for e in seen.elements if e.role in _TEXTS and e.tag != "input" and e.tag != "select" and e.enabled]
    if len(large) != 1:
        fail(intent.sentence, f"the page has {len(large)} fields that a {intent.what} may be entered into")
    return large[0]

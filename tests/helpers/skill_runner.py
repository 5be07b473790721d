"""Runs one skill of the local agent on a page in a real browser, without a task around it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from webrun_nb.agents.base import (
    Answered,
    Ask,
    Failed,
    Log,
    Observe,
    Observed,
    Perform,
    Performed,
    Reply,
    Step,
    TaskSpec,
    TokenUse,
)
from webrun_nb.agents.local.task import Task
from webrun_nb.browsers.actions import Action
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.browsers.protocol import BrowserError, BrowserInstance
from webrun_nb.common.codes import TaskFailureCode

Skill = Callable[[Task], Generator[Step, Reply | None, object]]


@dataclass
class SkillRun:
    """The actions, notes and questions of a run, its result, and the page after it."""

    result: object
    page: Observation
    actions: list[Action] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)

    def value(self, name: str) -> str:
        return element_named(self.page, name).value


async def run_skill(instance: BrowserInstance, skill: Skill, answer: str = "1") -> SkillRun:
    """Run a skill on the page that is open; questions are answered with `answer`.

    Raises
    ------
    AgentError
        Whatever the skill gives up with.
    """
    task = Task(TaskSpec("a task"), TokenUse())
    run = SkillRun(None, await instance.observe())
    steps, reply = skill(task), None
    try:
        while True:
            reply = await _reply(instance, steps.send(reply), run, answer)
    except StopIteration as done:
        run.result = done.value
    run.page = await instance.observe()
    return run


async def _reply(instance: BrowserInstance, step: Step, run: SkillRun, answer: str) -> Reply:
    match step:
        case Observe():
            return Observed(await instance.observe())
        case Perform(action=action):
            run.actions.append(action)
            try:
                await instance.perform(action)
            except BrowserError as error:
                if error.code != TaskFailureCode.ELEMENT_NOT_FOUND:
                    raise
                return Failed(error.code, error.message)
            return Performed(instance.take_dialogs())
        case Log(text=text):
            run.notes.append(text)
            return Performed()
        case Ask(question=question):
            run.questions.append(question)
            return Answered(answer)
    raise AssertionError(f"a skill has no such step: {step!r}")


def element_named(seen: Observation, name: str) -> Element:
    """Return the one thing of a page with a label, name, placeholder or hint."""
    things = [e for e in seen.all_things if name in (e.label, e.name, e.placeholder, e.hint)]
    controls = [e for e in things if e in seen.all_elements] or things
    assert controls, f"no {name!r} among {[e.name for e in seen.all_things]}"
    return controls[0]

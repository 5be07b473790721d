"""Runs an agent on a real browser as a worker does, without policies and meters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from webrun_nb.agents.base import (
    Act,
    Answered,
    Ask,
    Brief,
    Data,
    Done,
    Failed,
    Finish,
    Look,
    Note,
    Read,
    Reply,
    Seen,
    Step,
    TokenUse,
)
from webrun_nb.agents.local import LocalAgent
from webrun_nb.browsers.base import BrowserError, BrowserInstance, Navigate


@dataclass
class Worked:
    """What came of a run: its steps, its answer, what it cost."""

    answer: Finish
    steps: list[Step]
    tokens: TokenUse

    @property
    def asked(self) -> list[Ask]:
        return [step for step in self.steps if isinstance(step, Ask)]

    @property
    def acts(self) -> list[object]:
        return [step.action for step in self.steps if isinstance(step, Act)]


@dataclass
class Person:
    """Answers in order; none left means nobody is there."""

    answers: list[str] = field(default_factory=list)

    def reply(self) -> Reply:
        return Answered(self.answers.pop(0)) if self.answers else Done()


async def work(instance: BrowserInstance, brief: Brief, answers: Sequence[str] = ()) -> Worked:
    """Run the local agent as a worker does, without policies and meters."""
    if brief.starting_url:
        await instance.perform(Navigate(brief.starting_url))
    tokens, person, steps = TokenUse(), Person(list(answers)), list[Step]()
    run = LocalAgent().run(brief, tokens)
    reply: Reply | None = None
    try:
        while True:
            step = await run.asend(reply)
            steps.append(step)
            match step:
                case Finish():
                    return Worked(step, steps, tokens)
                case Look():
                    reply = Seen(await instance.observe())
                case Read():
                    reply = Data(await instance.read())
                case Ask():
                    reply = person.reply()
                case Act(action=action):
                    try:
                        await instance.perform(action)
                        reply = Done()
                    except BrowserError as error:
                        reply = Failed(error.code, error.message)
                case Note():
                    reply = Done()
    finally:
        await run.aclose()

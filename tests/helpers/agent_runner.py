"""Runs an agent on a real browser as a worker does, without policies and meters."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from helpers.stored_pages import StoredPage
from webrun_nb.agents.base import (
    Answered,
    Ask,
    Confine,
    Failed,
    Finish,
    Log,
    Observe,
    Observed,
    PartialResult,
    Perform,
    Performed,
    PictureTaken,
    Reply,
    SnapshotTaken,
    Step,
    TakePicture,
    TakeSnapshot,
    TaskSpec,
    TokenUse,
)
from webrun_nb.agents.local.agent import LocalAgent
from webrun_nb.browsers.actions import Click, Navigate, Select, Type
from webrun_nb.browsers.observation import Observation
from webrun_nb.browsers.protocol import BrowserError, BrowserInstance


@dataclass
class AgentRun:
    """The steps, the answer and the tokens of a run of an agent."""

    answer: Finish
    steps: list[Step]
    tokens: TokenUse

    @property
    def asked(self) -> list[Ask]:
        return [step for step in self.steps if isinstance(step, Ask)]

    @property
    def acts(self) -> list[object]:
        return [step.action for step in self.steps if isinstance(step, Perform)]


@dataclass
class FakePerson:
    """A user who answers questions in order, and is absent once no answer is left."""

    answers: list[str] = field(default_factory=list)

    def reply(self) -> Reply:
        return Answered(self.answers.pop(0)) if self.answers else Performed()


async def work(instance: BrowserInstance, brief: TaskSpec, answers: Sequence[str] = ()) -> AgentRun:
    """Run the local agent as a worker does, without policies and meters."""
    if brief.starting_url:
        await instance.perform(Navigate(brief.starting_url))
    tokens, person, steps = TokenUse(), FakePerson(list(answers)), list[Step]()
    run = LocalAgent().run(brief, tokens)
    reply: Reply | None = None
    try:
        while True:
            step = await run.asend(reply)
            steps.append(step)
            match step:
                case Finish():
                    return AgentRun(step, steps, tokens)
                case Observe():
                    reply = Observed(await instance.observe())
                case TakeSnapshot():
                    reply = SnapshotTaken(await instance.snapshot())
                case Ask():
                    reply = person.reply()
                case Perform(action=action, dialog_answer=dialog_answer):
                    try:
                        await instance.perform(action, dialog_answer=dialog_answer)
                        reply = Performed(instance.take_dialogs())
                    except BrowserError as error:
                        reply = Failed(error.code, error.message)
                case Log():
                    reply = Performed()
    finally:
        await run.aclose()


def acted_on(seen: Observation, action: object) -> Observation:
    """Return a page whose controls have the values and states that an action gives them; nothing else changes."""
    ref = action.ref if isinstance(action, Type | Select | Click) else None
    element = next((each for each in seen.all_elements if each.ref == ref), None)
    if element is None:
        return seen
    match action:
        case Type(text=text):
            changed = replace(element, value=text)
        case Select(option=str(option)):
            changed = replace(element, value=option)
        case Click() if element.checked is not None:
            changed = replace(element, checked=element.role == "radio" or not element.checked)
        case _:
            return seen
    frames = tuple(
        replace(frame, elements=tuple(changed if e.ref == changed.ref else e for e in frame.elements))
        for frame in seen.frames
    )
    return replace(
        seen, elements=tuple(changed if e.ref == changed.ref else e for e in seen.elements), frames=frames, fresh=False
    )


VIEW = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4//8/AAX+Av4N70a4AAAAAElFTkSuQmCC")
"""A PNG with one white pixel."""


class FakeWorker:
    """Replies to an agent's steps from a stored page, without a browser.

    The controls of the page take what is typed, chosen and ticked.

    Parameters
    ----------
    page : StoredPage
        The reply to each observation and each read.
    replies : iterable of str, optional
        Answers to questions, in order; a question without an answer ends the run.
    outcomes : callable, optional
        Returns the reply to an action; by default each action succeeds.
    """

    def __init__(
        self,
        page: StoredPage,
        replies: Iterable[str] = (),
        outcomes: Callable[[object], Reply] = lambda action: Performed(),
    ) -> None:
        self._page = page
        self._page_picture = VIEW
        self._seen = page.observation
        self._replies = iter(replies)
        self._outcomes = outcomes

    def reply(self, step: Step) -> Reply | None:
        """Reply to a step; None where the run is to end here."""
        match step:
            case Finish():
                return None
            case Observe():
                return Observed(self._seen)
            case TakeSnapshot():
                return SnapshotTaken(self._page.snapshot)
            case Ask():
                text = next(self._replies, None)
                return None if text is None else Answered(text)
            case Perform(action=action):
                outcome = self._outcomes(action)
                if isinstance(outcome, Performed):
                    self._seen = acted_on(self._seen, action)
                return outcome
            case TakePicture():
                return PictureTaken(self._page_picture)
            case Log() | PartialResult() | Confine():
                return Performed()


async def work_on(
    page: StoredPage, brief: TaskSpec, replies: Iterable[str] = (), outcomes: Callable[[object], Reply] | None = None
) -> list[Step]:
    """Run the local agent on a stored page until it finishes or no reply is left for its question; return its steps."""
    worker = FakeWorker(page, replies, outcomes or (lambda action: Performed()))
    run, steps = LocalAgent().run(brief, TokenUse()), list[Step]()
    reply: Reply | None = None
    try:
        while len(steps) < 500:
            step = await run.asend(reply)
            steps.append(step)
            reply = worker.reply(step)
            if reply is None:
                break
        return steps
    finally:
        await run.aclose()

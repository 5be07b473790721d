"""The replay of a recording: its steps are taken as they were recorded, and no agent decides anything.

Each step goes through the same worker as an agent's. Values are read by the reader of the local agent, which is
deterministic: the sentences that asked for them are part of the recording. Where the page has changed, the task fails
and names the step; with a healer, that step's sentence goes to an agent instead.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import TypeVar

from webrun_nb.agents.base import (
    Agent,
    AgentError,
    Ask,
    Failed,
    Finish,
    Log,
    Observe,
    Observed,
    Perform,
    Refused,
    Reply,
    Run,
    SettledByHandError,
    Step,
    TaskSpec,
    TokenUse,
)  # fmt: skip
from webrun_nb.agents.local.agent import LocalAgent
from webrun_nb.agents.local.approval import approved
from webrun_nb.agents.local.program import merged_answers
from webrun_nb.agents.recording.recording import ACTION_WORDS, ActionStep, ReadStep, Recording
from webrun_nb.agents.recording.targets import ElementDescription, Found, find, is_in_state_after
from webrun_nb.browsers.actions import Click, Drag, Leave, Navigate, Press, Select, Type, TypeSecret, WaitForChange
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.text import counted, shortened

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]

_PATIENCE_S = 5.0
"""The time that a missing element is waited for, as long as the page may still change."""
_CHANGE_MS = 500
_ONCE_ONLY = frozenset(action.__name__ for action in (Click, Drag, Press, Select))
"""The actions that must not be done twice: a sentence of which one is done is not given to an agent again."""
_FILLS = frozenset(action.__name__ for action in (Type, TypeSecret, Select, Leave))
_UNREADABLE = frozenset(
    {TaskFailureCode.ELEMENT_NOT_FOUND, TaskFailureCode.AGENT_ERROR, TaskFailureCode.OUTPUT_SCHEMA_MISMATCH}
)
"""The failures of a reading that say that the page has other values, or none."""
_MAX_WORDS = 100


class StepFailedError(Exception):
    """A step can't be taken on the page as it is.

    Parameters
    ----------
    code : TaskFailureCode
        The failure of the task, if nobody mends the step.
    why : str
        What was looked for, and what is there instead.
    """

    def __init__(self, code: TaskFailureCode, why: str) -> None:
        super().__init__(why)
        self.code = code
        self.why = why


@dataclass
class _Looker:
    """The looks at the page for one step."""

    because: str
    seen: Observation | None = None

    def look(self, *, again: bool = False) -> Work[Observation]:
        """Look at the page, where the last look is stale."""
        if self.seen is None or again:
            reply = yield Observe(self.because)
            if not isinstance(reply, Observed):
                what = f"The worker answered a look with {type(reply).__name__}."
                raise AgentError(TaskFailureCode.AGENT_ERROR, what)
            self.seen = reply.observation
        return self.seen


class ReplayAgent:
    """Takes the steps of a recording in order.

    Parameters
    ----------
    recording : Recording
        The recording.
    healer : Agent, optional
        Takes over the sentence of a step that the page does not allow any more; without one, the task fails there.
    """

    def __init__(self, recording: Recording, healer: Agent | None = None) -> None:
        self._steps = recording.steps
        self._healer = healer

    async def run(self, brief: TaskSpec, tokens: TokenUse) -> Run:
        """Replay the recording; see `Agent.run`."""
        answers: list[tuple[str, Finish]] = []
        position = 1 if brief.starting_url and self._opens_page_first() else 0
        looker = _Looker("")
        while position < len(self._steps):
            step, sentence = self._steps[position], _sentence(self._steps[position])
            if not _fills(step):  # filling fields leaves the rest of a page: the last look serves for the next field
                looker = _Looker("")
            looker.because = sentence
            part = _read(step, brief) if isinstance(step, ReadStep) else _acted(step, looker)
            is_mended, finish, reply = False, None, None
            try:
                while finish is None:
                    try:
                        proposed = await part.asend(reply)
                    except StepFailedError as error:
                        healer = self._healer_of(position, error)
                        why = f"{self._named(position)}: {error.why.rstrip('.')}."
                        yield Log(f"{why} An agent goes on with “{shortened(sentence, _MAX_WORDS)}”.")
                        part, is_mended, reply = healer.run(_brief_of(step, brief), tokens), True, None
                        continue
                    if isinstance(proposed, Finish):
                        finish = proposed
                    else:
                        reply = yield proposed
            finally:
                await part.aclose()
            if isinstance(step, ReadStep) or finish.readings:
                answers.append((sentence, finish))
            if is_mended or not _fills(step):
                looker = _Looker("")
            position += 1
            while is_mended and position < len(self._steps) and _sentence(self._steps[position]) == sentence:
                position += 1
        yield self._finish(brief, answers, None if answers else (yield Observe()))

    def _opens_page_first(self) -> bool:
        """Tell whether the first step opens the page of the task, which the worker has opened already."""
        first = self._steps[0] if self._steps else None
        return isinstance(first, ActionStep) and first.action == Navigate.__name__

    def _healer_of(self, position: int, error: StepFailedError) -> Agent:
        """Return the agent that mends a step.

        Raises
        ------
        AgentError
            There is none, or the step's sentence can't be given to one; the message names the step.
        """
        sentence = _sentence(self._steps[position])
        why = f"{self._named(position)}: {error.why.rstrip('.')}."
        details = {"step": position + 1, "steps": len(self._steps)}
        if self._healer is None:
            raise AgentError(error.code, why, details)
        if not sentence:
            raise AgentError(error.code, f"{why} It serves no sentence that an agent could follow.", details)
        done = [each for each in self._steps[:position] if _sentence(each) == sentence]
        if any(isinstance(each, ActionStep) and each.action in _ONCE_ONLY for each in done):
            raise AgentError(error.code, f"{why} A part of “{sentence}” is done, and is not done twice.", details)
        return self._healer

    def _named(self, position: int) -> str:
        """Name a step for people: its number, and what it does."""
        step = self._steps[position]
        what = f"read “{shortened(step.read, _MAX_WORDS)}”" if isinstance(step, ReadStep) else _words(step)
        return f"Step {position + 1} of {len(self._steps)} ({what})"

    def _finish(self, brief: TaskSpec, answers: list[tuple[str, Finish]], seen: Reply | None) -> Finish:
        """Return the answer: what was read, or where the steps have ended."""
        readings = tuple(sentence for sentence, _ in answers)
        if not answers:
            where = (
                f" Ended at {seen.observation.title or seen.observation.url} ({seen.observation.url})."
                if (isinstance(seen, Observed))
                else ""
            )
            text = f"Replayed {counted(len(self._steps), 'step')}.{where}"
            return Finish(text, None if brief.output_type == "text" else [{"answer": text}])
        last = readings[-1]
        meant = answers if brief.output_type == "text" else [each for each in answers if each[0] == last]
        found = [finish for _, finish in meant]
        return replace(found[0] if len(found) == 1 else merged_answers(found), readings=readings)


# --- the parts: runs that end with a `Finish` -------------------------------------------------------------------------


async def _acted(step: ActionStep, looker: _Looker) -> Run:
    """Take the step of an action.

    Raises
    ------
    StepFailedError
        The page does not allow it any more.
    """
    work = _action(step, looker)
    reply: Reply | None = None
    proposed = next(work, None)
    while proposed is not None:
        reply = yield proposed
        try:
            proposed = work.send(reply)
        except StopIteration:
            break
    yield Finish()


async def _read(step: ReadStep, brief: TaskSpec) -> Run:
    """Read what a sentence asks for.

    Raises
    ------
    StepFailedError
        The page does not have it, or does not say any more which values are meant.
    """
    reading = LocalAgent().run(replace(brief, instruction=step.read), TokenUse())  # no model reads a replay
    reply: Reply | None = None
    try:
        while True:
            proposed = await reading.asend(reply)
            if isinstance(proposed, Ask) and proposed.kind == "ambiguous":
                raise StepFailedError(TaskFailureCode.AGENT_ERROR, proposed.question)
            reply = yield proposed
            if isinstance(proposed, Finish):
                return
    except AgentError as error:
        if error.code not in _UNREADABLE:
            raise
        raise StepFailedError(error.code, error.message) from error
    finally:
        await reading.aclose()


def _action(step: ActionStep, looker: _Looker) -> Work[None]:
    if step.problem:
        raise StepFailedError(TaskFailureCode.AGENT_ERROR, step.problem)
    was_seen = looker.seen is not None
    element, onto = None, None
    if step.element is not None:
        element = yield from _element(looker, step.element)
        if step.action == Click.__name__ and is_in_state_after(element, step.element):
            yield Log(f"Not clicked: {step.element} is in the state already that the click brings it to.")
            return
    if step.onto is not None:
        onto = yield from _element(looker, step.onto)
    action = step.action_on(
        None if element is None else element.ref,
        "" if element is None else str(step.element),
        None if onto is None else onto.ref,
        "" if onto is None else str(step.onto),
    )
    try:
        dared = yield from approved(looker, action, step.because)
    except SettledByHandError:
        return
    if dared is None:
        return
    reply = yield Perform(dared, step.because, step.dialog_answer)
    if isinstance(reply, Failed) and was_seen:  # by a look that was stale
        looker.seen = None
        yield from _action(step, looker)
        return
    if isinstance(reply, Failed):
        raise StepFailedError(reply.code, reply.message)
    if isinstance(reply, Refused):
        raise StepFailedError(TaskFailureCode.BLOCKED_BY_POLICY, reply.reason)


def _element(looker: _Looker, wanted: ElementDescription) -> Work[Element]:
    """Find an element; wait for it as long as the page may still bring it."""
    end_s = time.monotonic() + _PATIENCE_S
    was_seen = looker.seen is not None
    found: Found = find((yield from looker.look()), wanted)
    if found.element is None and was_seen:
        found = find((yield from looker.look(again=True)), wanted)
    while found.element is None:
        if (looker.seen is not None and looker.seen.still) or time.monotonic() > end_s:
            raise StepFailedError(TaskFailureCode.ELEMENT_NOT_FOUND, found.why)
        yield Perform(WaitForChange(timeout_ms=_CHANGE_MS), looker.because)
        found = find((yield from looker.look(again=True)), wanted)
    return found.element


def _fills(step: ActionStep | ReadStep) -> bool:
    """Tell a step that fills a field and does nothing else."""
    return isinstance(step, ActionStep) and step.action in _FILLS and not step.details.get("submit")


def _sentence(step: ActionStep | ReadStep) -> str:
    return step.read if isinstance(step, ReadStep) else step.because


def _brief_of(step: ActionStep | ReadStep, brief: TaskSpec) -> TaskSpec:
    """Return the task of an agent that mends a step: its sentence; values are asked for where the step reads them."""
    if isinstance(step, ReadStep):
        return replace(brief, instruction=step.read)
    return replace(brief, instruction=step.because, output_type="text", output_schema=None, starting_url=None)


def _words(step: ActionStep) -> str:
    """Return an action in words."""
    name = ACTION_WORDS.get(step.action, step.action)
    aimed = "" if step.element is None else f" {step.element}"
    url = step.details.get("url")
    return f"{name}{aimed}{f' {shortened(url, _MAX_WORDS)}' if isinstance(url, str) else ''}"

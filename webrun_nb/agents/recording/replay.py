"""The replay of a recording: its steps are taken as they were recorded, and no agent decides anything.

Each step goes through the same worker as an agent's. Values are read by the reader of the local agent, which is
deterministic: the sentences that asked for them are part of the recording. What a language model chose is read by its
recorded choices (`chosen_reading`). Where the page has changed, the task fails and names the step; with a healer, that
step's sentence goes to an agent instead.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

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
    TaskSpec,
    TokenUse,
)  # fmt: skip
from webrun_nb.agents.llm.choosing import because_of
from webrun_nb.agents.local.agent import LocalAgent
from webrun_nb.agents.local.approval import approved
from webrun_nb.agents.local.program import merged_answers
from webrun_nb.agents.recording.choices import Chosen, Citation, ElementsChoice, ListChoice, RowsChoice, WordsChoice
from webrun_nb.agents.recording.chosen_reading import ChosenReading
from webrun_nb.agents.recording.list_targets import named
from webrun_nb.agents.recording.looking import Looker, StepFailedError, Work
from webrun_nb.agents.recording.recording import (
    ACTION_WORDS,
    ActionStep,
    ChosenStep,
    ReadStep,
    RecordedStep,
    Recording,
)
from webrun_nb.agents.recording.targets import is_in_state_after
from webrun_nb.browsers.actions import Click, Drag, Leave, Navigate, Press, Select, Type, TypeSecret
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.text import counted, shortened

_ONCE_ONLY = frozenset(action.__name__ for action in (Click, Drag, Press, Select))
"""The actions that must not be done twice: a sentence of which one is done is not given to an agent again."""
_FILLS = frozenset(action.__name__ for action in (Type, TypeSecret, Select, Leave))
_UNREADABLE = frozenset(
    {TaskFailureCode.ELEMENT_NOT_FOUND, TaskFailureCode.AGENT_ERROR, TaskFailureCode.OUTPUT_SCHEMA_MISMATCH}
)
"""The failures of a reading that say that the page has other values, or none."""
_MAX_WORDS = 100

Healing = Literal["possible", "impossible", "local", "model"]
"""The state of mending a step that failed: not asked for, not possible, or failed by the local agent or by a model."""


class ReplayAgent:
    """Takes the steps of a recording in order.

    Parameters
    ----------
    recording : Recording
        The recording.
    healer : Agent, optional
        Takes over the sentence of a step that the page does not allow any more; without one, the task fails there.
    model : str, optional
        The model that the healer asks; None for the local agent.
    """

    def __init__(self, recording: Recording, healer: Agent | None = None, model: str | None = None) -> None:
        self._steps = recording.steps
        self._healer = healer
        self._healer_name = "The local agent" if model is None else f"An agent with {model}"
        self._healed_by: Healing = "local" if model is None else "model"

    async def run(self, brief: TaskSpec, tokens: TokenUse) -> Run:
        """Replay the recording; see `Agent.run`."""
        answers: list[tuple[str, Finish]] = []
        position = 1 if brief.starting_url and self._opens_page_first() else 0
        looker, chosen = Looker(""), None
        while position < len(self._steps):
            step, sentence = self._steps[position], _sentence(self._steps[position])
            if not _fills(step):  # filling fields leaves the rest of a page: the last look serves for the next field
                looker = Looker("")
            looker.because = sentence
            match step:
                case ReadStep():
                    part = _read(step, brief)
                case ChosenStep():
                    chosen = chosen or ChosenReading(brief)
                    part = _run_of(chosen.take(step.chosen, looker))
                case ActionStep():
                    part = _run_of(_action(step, looker))
            is_mended, finish, reply, why = False, None, None, ""
            try:
                while finish is None:
                    try:
                        proposed = await part.asend(reply)
                    except StepFailedError as error:
                        healer = self._healer_of(position, error, brief)
                        why = self._why(position, error)
                        yield Log(f"{why} {self._healer_name} goes on with “{shortened(sentence, _MAX_WORDS)}”.")
                        part, is_mended, reply = healer.run(self._brief_of(step, brief), tokens), True, None
                        continue
                    except AgentError as error:
                        if not is_mended:
                            raise
                        is_same = error.message.rstrip(".") in why
                        how = "in the same way." if is_same else f"too: {error.message}"
                        details = {**error.details, **self._place(position, self._healed_by)}
                        failed = f"{why} {self._healer_name} went on there, and failed {how}"
                        raise AgentError(error.code, failed, details) from error
                    if isinstance(proposed, Finish):
                        finish = proposed
                    else:
                        reply = yield proposed
            finally:
                await part.aclose()
            is_for_values = isinstance(step, ReadStep) or (is_mended and self._is_by_model(step))
            is_chosen = isinstance(step, ChosenStep) and bool(finish.choices)
            if is_for_values or is_chosen or finish.readings:
                answers.append((sentence, finish))
                chosen = None
            if is_mended or not _fills(step):
                looker = Looker("")
            position += 1
            while is_mended and position < len(self._steps) and _sentence(self._steps[position]) == sentence:
                position += 1
        yield self._finish(brief, answers, None if answers else (yield Observe()))

    def _is_by_model(self, step: RecordedStep) -> bool:
        """Tell a step of a language model that led to values: the sentence that it serves asks for them."""
        sentences = {each.because for each in self._steps if isinstance(each, ChosenStep)}
        return _sentence(step) in sentences

    def _opens_page_first(self) -> bool:
        """Tell whether the first step opens the page of the task, which the worker has opened already."""
        first = self._steps[0] if self._steps else None
        return isinstance(first, ActionStep) and first.action == Navigate.__name__

    def _healer_of(self, position: int, error: StepFailedError, brief: TaskSpec) -> Agent:
        """Return the agent that mends a step.

        Raises
        ------
        AgentError
            There is none, or the step's sentence can't be given to one; the message names the step.
        """
        why, problem = self._why(position, error), self._problem_of_healing(position, brief)
        if self._healer is None:
            raise AgentError(error.code, why, self._place(position, "impossible" if problem else "possible"))
        if problem:
            raise AgentError(error.code, f"{why} {problem}", self._place(position, "impossible"))
        return self._healer

    def _problem_of_healing(self, position: int, brief: TaskSpec) -> str:
        """Return the reason why an agent can't mend a step; empty where one can try."""
        sentence = _sentence(self._steps[position])
        is_cut = sentence.endswith("…") and sentence != because_of(brief)
        if not sentence or is_cut:
            return "It serves no sentence that an agent could follow."
        done = [each for each in self._steps[:position] if _sentence(each) == sentence]
        if any(isinstance(each, ActionStep) and each.action in _ONCE_ONLY and not each.looks for each in done):
            return f"A part of “{sentence}” is done, and is not done twice."
        return ""

    def _why(self, position: int, error: StepFailedError) -> str:
        """Return the failure of a step in a sentence that names it."""
        return f"{self._named(position)}: {error.why.rstrip('.')}."

    def _place(self, position: int, healing: Healing) -> dict[str, object]:
        """Return the details of a failure at a step."""
        return {"step": position + 1, "steps": len(self._steps), "healing": healing}

    def _named(self, position: int) -> str:
        """Name a step for people: its number, and what it does."""
        return f"Step {position + 1} of {len(self._steps)} ({_words(self._steps[position])})"

    def _brief_of(self, step: RecordedStep, brief: TaskSpec) -> TaskSpec:
        """Return the task of an agent that mends a step: its sentence; values are asked for where the step reads them.

        The steps of a language model serve the whole task, or the whole sentence that it has mended.
        """
        sentence = _sentence(step)
        text = brief.instruction if sentence == because_of(brief) else sentence
        if isinstance(step, ReadStep) or self._is_by_model(step):
            return replace(brief, instruction=text)
        return replace(brief, instruction=text, output_type="text", output_schema=None, starting_url=None)

    def _finish(self, brief: TaskSpec, answers: list[tuple[str, Finish]], seen: Reply | None) -> Finish:
        """Return the answer: what was read, or where the steps have ended."""
        if not answers:
            where = (
                f" Ended at {seen.observation.title or seen.observation.url} ({seen.observation.url})."
                if (isinstance(seen, Observed))
                else ""
            )
            text = f"Replayed {counted(len(self._steps), 'step')}.{where}"
            return Finish(text, None if brief.output_type == "text" else [{"answer": text}])
        last, _ = answers[-1]
        meant = answers if brief.output_type == "text" else [each for each in answers if each[0] == last]
        found = [finish for _, finish in meant]
        return replace(
            found[0] if len(found) == 1 else merged_answers(found),
            readings=tuple(sentence for sentence, finish in answers if not finish.choices),
            choices=tuple(choice for _, finish in answers for choice in finish.choices),
        )


# --- the parts: runs that end with a `Finish` -------------------------------------------------------------------------


async def _run_of(work: Work[Finish | None]) -> Run:
    """Return a part that is worked on as a run; it ends with an empty answer where the part has none.

    Raises
    ------
    StepFailedError
        The page does not allow it any more.
    """
    reply: Reply | None = None
    while True:
        try:
            proposed = work.send(reply)
        except StopIteration as ended:
            yield ended.value or Finish()
            return
        reply = yield proposed


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


def _action(step: ActionStep, looker: Looker) -> Work[Finish | None]:
    if step.problem:
        raise StepFailedError(TaskFailureCode.AGENT_ERROR, step.problem)
    was_seen = looker.seen is not None
    element, onto = None, None
    if step.element is not None:
        element = yield from looker.element(step.element)
        if step.action == Click.__name__ and is_in_state_after(element, step.element):
            yield Log(f"Not clicked: {step.element} is in the state already that the click brings it to.")
            return None
    if step.onto is not None:
        onto = yield from looker.element(step.onto)
    action = step.action_on(
        None if element is None else element.ref,
        "" if element is None else str(step.element),
        None if onto is None else onto.ref,
        "" if onto is None else str(step.onto),
    )
    try:
        dared = yield from approved(looker, action, step.because)
    except SettledByHandError:
        return None
    if dared is None:
        return None
    reply = yield Perform(dared, step.because, step.dialog_answer)
    if isinstance(reply, Failed) and was_seen:  # by a look that was stale
        looker.seen = None
        return (yield from _action(step, looker))
    if isinstance(reply, Failed):
        raise StepFailedError(reply.code, reply.message)
    if isinstance(reply, Refused):
        raise StepFailedError(TaskFailureCode.BLOCKED_BY_POLICY, reply.reason)
    return None


def _fills(step: RecordedStep) -> bool:
    """Tell a step that fills a field and does nothing else."""
    return isinstance(step, ActionStep) and step.action in _FILLS and not step.details.get("submit")


def _sentence(step: RecordedStep) -> str:
    return step.read if isinstance(step, ReadStep) else step.because


def _words(step: RecordedStep) -> str:
    """Return a step in words."""
    match step:
        case ReadStep(read=read):
            return f"read “{shortened(read, _MAX_WORDS)}”"
        case ChosenStep():
            return _words_for_choice(step.chosen)
    name = ACTION_WORDS.get(step.action, step.action)
    aimed = "" if step.element is None else f" {step.element}"
    url = step.details.get("url")
    return f"{name}{aimed}{f' {shortened(url, _MAX_WORDS)}' if isinstance(url, str) else ''}"


def _words_for_choice(chosen: Chosen) -> str:
    match chosen:
        case ListChoice():
            return f"read {named(chosen)}"
        case ElementsChoice(elements=elements):
            return f"read {', '.join(elements)}"
        case Citation(cited=cited):
            return f"cite {cited}"
        case RowsChoice():
            return "choose the rows"
        case WordsChoice():
            return "answer in words"

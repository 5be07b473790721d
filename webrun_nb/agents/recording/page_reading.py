"""The reading of values from a page of a program's own Playwright, for the scripts that recordings are written as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from webrun_nb.agents.base import (
    AgentError,
    Ask,
    Failed,
    Finish,
    Observe,
    Observed,
    OutputType,
    Perform,
    Performed,
    Reply,
    SnapshotTaken,
    Step,
    TakeSnapshot,
    TaskSpec,
    TokenUse,
)  # fmt: skip
from webrun_nb.agents.local.agent import LocalAgent
from webrun_nb.agents.recording.chosen_reading import ChosenReading
from webrun_nb.agents.recording.looking import Looker
from webrun_nb.agents.recording.recording import ChosenStep
from webrun_nb.browsers.actions import Action
from webrun_nb.browsers.observation import Observation
from webrun_nb.browsers.protocol import BrowserError
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.extraction.snapshot import Snapshot


class ReadablePage(Protocol):
    """The operations of a page that reading takes."""

    async def observe(self) -> Observation:
        """List the elements that can be acted on."""

    async def snapshot(self) -> Snapshot:
        """Take the snapshot that the extraction engine reads."""

    async def perform(self, action: Action) -> None:
        """Perform an action: a list may go on further down, or on a next page."""


async def read_values(
    page: ReadablePage, sentence: str, schema: Mapping[str, Any] | Sequence[str] | None = None
) -> Any:
    """Read what a sentence asks for, as a task with that text does; no agent decides anything.

    Parameters
    ----------
    page : ReadablePage
        The page.
    sentence : str
        `List the laptops under $900, cheapest first: name, price`.
    schema : mapping or sequence of str, optional
        The JSON Schema of the answer, or the names of its columns; None for a text.

    Returns
    -------
    object
        The records in the form of the schema; a text without one.

    Raises
    ------
    AgentError
        The page does not have them, or does not say which values are meant.
    """
    brief = _brief(sentence, schema, (await page.observe()).url)
    reading = LocalAgent().run(brief, TokenUse())
    reply: Reply | None = None
    try:
        while True:
            step = await reading.asend(reply)
            if isinstance(step, Finish):
                return _values_of(step, brief)
            reply = await _reply(page, step)
    finally:
        await reading.aclose()


class ChosenValues:
    """Reads what a language model has chosen, from the pages as they are now; no model decides anything.

    Parameters
    ----------
    schema : mapping or sequence of str, optional
        The JSON Schema of the answer, or the names of its columns; None for a text.
    """

    def __init__(self, schema: Mapping[str, Any] | Sequence[str] | None = None) -> None:
        self._brief = _brief("", schema, None)
        self._reading = ChosenReading(self._brief)

    async def take(self, page: ReadablePage, choice: Mapping[str, Any]) -> Any:
        """Take the next choice: read a list or an element, or make the answer of what was read.

        Parameters
        ----------
        page : ReadablePage
            The page.
        choice : mapping
            The choice, as a recording has it.

        Returns
        -------
        object
            The answer, as `read_values` returns it, once the last choice is taken; None before.

        Raises
        ------
        StepFailedError
            The page does not show what was chosen any more.
        """
        work = self._reading.take(ChosenStep.model_validate(choice).chosen, Looker(""))
        reply: Reply | None = None
        while True:
            try:
                step = work.send(reply)
            except StopIteration as ended:
                return None if ended.value is None else _values_of(ended.value, self._brief)
            reply = await _reply(page, step)


def _brief(text: str, schema: Mapping[str, Any] | Sequence[str] | None, url: str | None) -> TaskSpec:
    structured: OutputType = "structured_json" if isinstance(schema, Mapping) else "structured_csv"
    return TaskSpec(text, "text" if schema is None else structured, schema, url)


def _values_of(finish: Finish, brief: TaskSpec) -> Any:
    return finish.text if brief.output_type == "text" else finish.data


async def _reply(page: ReadablePage, step: Step) -> Reply:
    """Take a step on the page; return the reply.

    Raises
    ------
    AgentError
        It is a question, which nobody is there to answer.
    """
    match step:
        case Observe():
            return Observed(await page.observe())
        case TakeSnapshot():
            return SnapshotTaken(await page.snapshot())
        case Perform(action=action):
            return await _performed(page, action)
        case Ask(question=question):
            raise AgentError(TaskFailureCode.AGENT_ERROR, question)
    return Performed()


async def _performed(page: ReadablePage, action: Action) -> Reply:
    try:
        await page.perform(action)
    except BrowserError as error:
        return Failed(error.code, error.message)
    return Performed()

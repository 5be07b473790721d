"""The reading of values from a page of a program's own Playwright, for the scripts that recordings are written as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from webrun_nb.agents.base import (
    AgentError,
    Ask,
    Failed,
    Finish,
    Log,
    Observe,
    Observed,
    OutputType,
    PartialResult,
    Perform,
    Performed,
    Reply,
    SnapshotTaken,
    TakeSnapshot,
    TaskSpec,
    TokenUse,
)  # fmt: skip
from webrun_nb.agents.local.agent import LocalAgent
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
    structured: OutputType = "structured_json" if isinstance(schema, Mapping) else "structured_csv"
    output: OutputType = "text" if schema is None else structured
    reading = LocalAgent().run(TaskSpec(sentence, output, schema, (await page.observe()).url), TokenUse())
    reply: Reply | None = None
    try:
        while True:
            match await reading.asend(reply):
                case Finish() as finish:
                    return finish.text if schema is None else finish.data
                case Observe():
                    reply = Observed(await page.observe())
                case TakeSnapshot():
                    reply = SnapshotTaken(await page.snapshot())
                case Perform(action=action):
                    reply = await _performed(page, action)
                case Ask(question=question):
                    raise AgentError(TaskFailureCode.AGENT_ERROR, question)
                case Log() | PartialResult():
                    reply = Performed()
    finally:
        await reading.aclose()


async def _performed(page: ReadablePage, action: Action) -> Reply:
    try:
        await page.perform(action)
    except BrowserError as error:
        return Failed(error.code, error.message)
    return Performed()

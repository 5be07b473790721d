"""Collects the list of a page with a real browser, as an agent does, without the agent's sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from webrun_nb.agents.base import (
    Failed,
    Log,
    Observe,
    Observed,
    PartialResult,
    Perform,
    Performed,
    Reply,
    SnapshotTaken,
    Step,
    TakeSnapshot,
    TaskSpec,
    TokenUse,
)
from webrun_nb.agents.local.list_pages.collect import CollectedPages, collect_list
from webrun_nb.agents.local.task import Task
from webrun_nb.browsers.actions import Action, Navigate
from webrun_nb.browsers.protocol import BrowserError, BrowserInstance
from webrun_nb.extraction.engine import extract
from webrun_nb.extraction.results import Extraction


@dataclass
class CollectedList:
    """The pages, the records and the steps of a list."""

    pages: CollectedPages
    extraction: Extraction
    steps: list[Step] = field(default_factory=list)

    @property
    def notes(self) -> list[str]:
        return [step.text for step in self.steps if isinstance(step, Log)]

    @property
    def actions(self) -> list[Action]:
        return [step.action for step in self.steps if isinstance(step, Perform)]

    def values(self, column: str) -> list[Any]:
        return [record[column] for record in self.extraction.records]


async def collect(
    instance: BrowserInstance,
    url: str,
    schema: Mapping[str, Any],
    text: str = "List all of them",
    *,
    limit: int | None = None,
    refuse: Callable[[Action], Reply | None] = lambda action: None,
) -> CollectedList:
    """Open a page and collect its list.

    Parameters
    ----------
    instance : BrowserInstance
        The browser.
    url, schema, text
        The page, and what is asked for.
    limit : int, optional
        The number of rows that are enough.
    refuse : callable, optional
        Returns the reply to an action that is not performed.
    """
    await instance.perform(Navigate(url))
    task = Task(TaskSpec(text, "structured_json", schema, url), TokenUse())
    read = partial(extract, schema=schema, text=text)
    first = await instance.snapshot()
    work = collect_list(
        task,
        first,
        read,
        lambda found: limit is not None and len(found.rows) >= limit,
        so_far=lambda pages: None,
    )
    steps: list[Step] = []
    reply: Reply | None = None
    try:
        while True:
            step = work.send(reply)
            steps.append(step)
            match step:
                case Observe():
                    reply = Observed(await instance.observe())
                case TakeSnapshot():
                    reply = SnapshotTaken(await instance.snapshot())
                case Perform(action=action):
                    reply = refuse(action) or await _performed(instance, action)
                case Log() | PartialResult():
                    reply = Performed()
                case _:
                    raise AssertionError(f"not a step of a list: {step}")
    except StopIteration as end:
        pages: CollectedPages = end.value
        return CollectedList(pages, read(pages.snapshots, screens=pages.screens), steps)


async def _performed(instance: BrowserInstance, action: Action) -> Reply:
    try:
        await instance.perform(action)
        return Performed()
    except BrowserError as error:
        return Failed(error.code, error.message)

"""All pages of a list, for a model that wants the whole of it: they are collected as the local agent collects them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from webrun_nb.agents.base import (
    Observed,
    PartialResult,
    Perform,
    Performed,
    Refused,
    Reply,
    SnapshotTaken,
    Step,
    TaskSpec,
    TokenUse,
)
from webrun_nb.agents.llm.destinations import targets_of
from webrun_nb.agents.llm.tools import ToolCallError
from webrun_nb.agents.local.list_pages.collect import CollectedPages, collect_list
from webrun_nb.agents.local.list_pages.views import Read
from webrun_nb.agents.local.task import Task
from webrun_nb.browsers.observation import Observation
from webrun_nb.common.text import shortened
from webrun_nb.extraction.continuation.continuation import continuation_of, document_of
from webrun_nb.extraction.results import Extraction, Part
from webrun_nb.extraction.snapshot import Node, Snapshot

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]

_NAME_CHARS = 30


@dataclass(frozen=True, slots=True)
class WholeList:
    """The pages of a list that were collected.

    Parameters
    ----------
    pages : CollectedPages
        The pages, and how the collection ended.
    steps : dict of Node to int
        The number of the recorded step in which each page was read, by the root of the page; None if it has none.
    """

    pages: CollectedPages
    steps: dict[Node, int | None]


def whole_list(
    brief: TaskSpec, first: Snapshot, step: int | None, read: Read, is_allowed: Callable[[str], bool]
) -> Work[WholeList]:
    """Collect the pages of a list.

    Parameters
    ----------
    brief : TaskSpec
        The task.
    first : Snapshot
        The page that shows the list.
    step : int, optional
        The number of the recorded step in which it was read.
    read : callable
        Returns the records of some pages of the list.
    is_allowed : callable
        Tells whether a URL is on a host that the task may reach.

    Raises
    ------
    ToolCallError
        The list led to a host that the task may not reach.
    """
    steps = {first.root: step}
    work = collect_list(Task(brief, TokenUse()), first, read, _never_enough, so_far=_nothing)
    return WholeList((yield from _on_own_hosts(work, steps, is_allowed)), steps)


def _never_enough(read: Extraction) -> bool:
    return False


def _nothing(pages: CollectedPages) -> None:
    """Leave the answer for the case that the task is stopped to the agent."""


def _on_own_hosts(work: Work[T], steps: dict[Node, int | None], is_allowed: Callable[[str], bool]) -> Work[T]:
    """Pass the steps of a collection on, but those that lead to other hosts, and take note of what is read in which."""
    seen: Observation | None = None
    reply: Reply | None = None
    while True:
        try:
            step = work.send(reply)
        except StopIteration as ended:
            result: T = ended.value
            return result
        if isinstance(step, PartialResult):
            reply = Performed()
        elif isinstance(step, Perform) and not _is_within(step, seen, is_allowed):
            reply = Refused("it leads to a site that the task does not name")
        else:
            reply = yield step
        if isinstance(reply, Observed):
            seen = reply.observation
        elif isinstance(reply, SnapshotTaken):
            if not is_allowed(reply.snapshot.url):
                raise ToolCallError(f"Not read: the list led to {shortened(reply.snapshot.url, 200)}, another site.")
            steps[reply.snapshot.root] = reply.step


def _is_within(step: Perform, seen: Observation | None, is_allowed: Callable[[str], bool]) -> bool:
    if seen is None:
        return step.action.destination is None or is_allowed(step.action.destination)
    return all(is_allowed(url) for url in targets_of(step.action, seen))


class Ending(NamedTuple):
    """The end of what was read of a list."""

    words: str
    """The words that are told after the number of rows; empty where the rows are all there is."""
    ended: str
    """The way in which the reading ended; empty where the list is all on one page."""
    is_whole: bool
    """True if the list is known to have been read to its end."""
    stated: int | None = None
    """The number of rows that the pages say the whole list has."""


def ending_of(parts: Sequence[Part], pages: CollectedPages | None) -> Ending:
    """Return how what was read of a list ends.

    Where a page has scripts and does not say how many rows there are, more may come by scrolling.

    Parameters
    ----------
    parts : sequence of Part
        The parts of the list that were read, in order.
    pages : CollectedPages, optional
        How its pages were collected; None where they were read one by one.
    """
    last = parts[-1]
    if last.is_record:
        return Ending("", "", True)
    if pages is not None:
        read_from = f" from {pages.pages} pages" if pages.pages > 1 else ""
        goes_on = "" if pages.whole else f"; the list goes on ({pages.ended})"
        return Ending(f"{read_from}{goes_on}", pages.ended, pages.whole, pages.stated)
    source = last.assignment.source
    rows = sum(len(part.assignment.source.rows) for part in parts)
    on = continuation_of(document_of(last.snapshot, source), source)
    ended = ""
    if on.following is not None:
        ended = f'the list goes on at "{shortened(on.following.name, _NAME_CHARS)}"'
    elif on.more is not None:
        ended = f'more rows come with "{shortened(on.more.name, _NAME_CHARS)}"'
    elif on.stated is not None and on.stated.total > rows:
        ended = f"the page says that it has {on.stated.total}"
    if ended:
        return Ending(f", and {ended}", ended, False)
    return Ending("", "", on.is_at_last_page or on.stated is not None or not on.is_scripted)

"""The looks of a replay at a page, and its search for the elements of a recording, which it waits for."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

from webrun_nb.agents.base import AgentError, Observe, Observed, Perform, Reply, SnapshotTaken, Step, TakeSnapshot
from webrun_nb.agents.recording.targets import ElementDescription, Found, find
from webrun_nb.browsers.actions import WaitForChange
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.extraction.snapshot import Snapshot

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]

PATIENCE_S = 5.0
"""The time that what is missing is waited for, as long as the page may still change."""
_CHANGE_MS = 500


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
class Looker:
    """The looks at the page for one step."""

    because: str
    seen: Observation | None = None
    step: int | None = None
    """The number of the recorded step of the last look; None if it is not recorded."""

    def look(self, *, again: bool = False) -> Work[Observation]:
        """Look at the page, where the last look is stale."""
        if self.seen is None or again:
            reply = yield Observe(self.because)
            if not isinstance(reply, Observed):
                what = f"The worker answered a look with {type(reply).__name__}."
                raise AgentError(TaskFailureCode.AGENT_ERROR, what)
            self.seen, self.step = reply.observation, reply.step
        return self.seen

    def element(self, wanted: ElementDescription) -> Work[Element]:
        """Find an element; wait for it as long as the page may still bring it.

        Raises
        ------
        StepFailedError
            It is not there, or nothing tells which one is meant.
        """
        end_s = time.monotonic() + PATIENCE_S
        was_seen = self.seen is not None
        found: Found = find((yield from self.look()), wanted)
        if found.element is None and was_seen:
            found = find((yield from self.look(again=True)), wanted)
        while found.element is None:
            if not (yield from self.may_change(end_s)):
                raise StepFailedError(TaskFailureCode.ELEMENT_NOT_FOUND, found.why)
            found = find((yield from self.look(again=True)), wanted)
        return found.element

    def may_change(self, end_s: float) -> Work[bool]:
        """Wait for a change of the page; False where none is to be expected any more, or the time is over."""
        seen = yield from self.look()
        if seen.still or time.monotonic() > end_s:
            return False
        yield Perform(WaitForChange(timeout_ms=_CHANGE_MS), self.because)
        self.seen = None
        return True

    def snapshot(self) -> Work[tuple[Snapshot, int | None]]:
        """Take the snapshot of the page that values are read from, with the number of its recorded step."""
        reply = yield TakeSnapshot(self.because)
        if not isinstance(reply, SnapshotTaken):
            what = f"The worker answered a read with {type(reply).__name__}."
            raise AgentError(TaskFailureCode.AGENT_ERROR, what)
        return reply.snapshot, reply.step

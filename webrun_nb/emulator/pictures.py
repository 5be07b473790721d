"""Small pictures of the page after what a task did, kept with its steps while somebody wants them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from webrun_nb.browsers.base import BrowserInstance
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.domain.steps import Step
from webrun_nb.emulator.domain.task import Task

MAX_PICTURES, MAX_BYTES = 60, 400_000
"""Of one task; the oldest go first."""
MAX_SESSION_BYTES = 4_000_000
"""Of all tasks of an open session."""

Admitted = Callable[[Task], Awaitable[bool]]
"""Tells whether a picture of the page as it is now may be kept."""


class Pictures:
    """Takes and keeps the pictures of one session's tasks; each lives as long as the step that has it.

    A picture is taken while the agent looks at the page or thinks, and the next action waits for it. What a person does
    by hand is in none of them: they see it happen, and what they type is nobody else's business.

    Parameters
    ----------
    session : Session
        Says whether somebody wants any.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._kept: deque[tuple[str, Step]] = deque()
        self._taking: asyncio.Task[None] | None = None

    def take(self, instance: BrowserInstance, task: Task | None, step: Step, admitted: Admitted) -> None:
        """Begin to take a picture of the page as it is right after a step; returns at once, and raises nothing."""
        if self._session.pictures_wanted and task is not None and step.by == "agent":
            self._taking = asyncio.create_task(self._take(instance, task, step, admitted), name=f"picture {task.id}")

    async def taken(self) -> None:
        """Wait until the last picture is taken, which is soon, with or without success."""
        if self._taking is not None:
            await asyncio.wait({self._taking})

    async def _take(self, instance: BrowserInstance, task: Task, step: Step, admitted: Admitted) -> None:
        picture = await instance.thumbnail() if await admitted(task) else None
        if picture is not None:
            self.keep(task.id, step, picture)

    def keep(self, task_id: str, step: Step, picture: bytes) -> None:
        """Keep a picture with its step; let go of the oldest where there are too many."""
        step.picture = picture
        self._kept.append((task_id, step))
        of_task = [each for name, each in self._kept if name == task_id]
        while len(of_task) > MAX_PICTURES or _size(of_task) > MAX_BYTES:
            of_task.pop(0).picture = None
        self._kept = deque((name, each) for name, each in self._kept if each.picture is not None)
        while _size([each for _, each in self._kept]) > MAX_SESSION_BYTES:
            self._kept.popleft()[1].picture = None


def _size(steps: list[Step]) -> int:
    return sum(len(step.picture or b"") for step in steps)

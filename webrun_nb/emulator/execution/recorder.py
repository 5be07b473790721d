"""The recorder of a task's steps and pictures."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from decimal import Decimal

from webrun_nb.browsers.protocol import BrowserError, BrowserInstance
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.policy_terms import Actor, StepKind
from webrun_nb.emulator.domain.clock import Clock
from webrun_nb.emulator.domain.evidence import PictureOfPage
from webrun_nb.emulator.domain.policy.facts import NOTHING, ActionFacts
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.domain.task import MAX_FACT_CHARS, MAX_STEPS, Step, Task

MAX_PICTURES, MAX_BYTES = 60, 400_000
"""The limits of one task; its oldest pictures are removed first."""
MAX_SESSION_BYTES = 4_000_000
"""The limit of all tasks of an open session."""
MAX_PAGES, MAX_PAGE_BYTES = 20, 3_000_000
"""The limits of one task's pictures of whole pages; after them none are taken."""

Admitted = Callable[[Task], Awaitable[bool]]
"""Returns whether a picture of the present page may be kept."""


class Pictures:
    """Takes and keeps the pictures of one session's tasks, each with its step.

    A picture is taken while the agent observes the page or thinks, and the next action waits for it. Actions of a
    person in control get no pictures, which could show what the person types.

    Parameters
    ----------
    session : Session
        Says whether pictures are wanted.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._kept: deque[tuple[str, Step]] = deque()
        self._taking: asyncio.Task[None] | None = None

    def take(self, instance: BrowserInstance, task: Task | None, step: Step, admitted: Admitted) -> None:
        """Start taking a picture of the page after a step; returns at once, and raises nothing."""
        if self._session.pictures_wanted and task is not None and step.by == "agent":
            self._taking = asyncio.create_task(self._take(instance, task, step, admitted), name=f"picture {task.id}")

    async def take_page(
        self, instance: BrowserInstance, task: Task | None, at_ms: float | None, admitted: Admitted
    ) -> None:
        """Take and keep the picture of the whole page that was read at a time, where there is room for it."""
        if task is None or at_ms is None or not self._session.pictures_wanted:
            return
        room = MAX_PAGE_BYTES - sum(len(each.jpeg) for each in task.pictures)
        if len(task.pictures) >= MAX_PAGES or room <= 0 or not await admitted(task):
            return
        picture = await instance.page_picture()
        if picture is not None and len(picture.jpeg) <= room:
            task.pictures.append(PictureOfPage(at_ms, picture.jpeg, picture.width_px, picture.height_px))

    async def taken(self) -> None:
        """Wait until the last picture was taken, or could not be taken; that is soon."""
        if self._taking is not None:
            await asyncio.wait({self._taking})

    async def _take(self, instance: BrowserInstance, task: Task, step: Step, admitted: Admitted) -> None:
        picture = await instance.thumbnail() if await admitted(task) else None
        if picture is not None:
            self.keep(task.id, step, picture)

    def keep(self, task_id: str, step: Step, picture: bytes) -> None:
        """Keep a picture with its step; remove the oldest where there are too many."""
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


MAX_TARGET = 500


class Recorder:
    """Records the steps of a session's tasks.

    Parameters
    ----------
    session : Session
        Its meter has the cost of each step.
    clock : Clock
        For the times and durations of steps.
    """

    def __init__(self, session: Session, clock: Clock) -> None:
        self._session = session
        self._clock = clock
        self.pictures = Pictures(session)

    @contextlib.contextmanager
    def step(
        self,
        task: Task | None,
        kind: StepKind,
        name: str = "",
        target: str = "",
        *,
        by: Actor = "agent",
        url: str = "",
        because: str = "",
    ) -> Iterator[Step]:
        """Record the block as a step, which the block may fill in further; without a task it is not kept."""
        step = Step(kind, name or kind, target[:MAX_TARGET], by, self._clock.now(), url[:MAX_TARGET], because=because)
        if task is not None and len(task.steps) < MAX_STEPS:
            task.steps.append(step)
            step.number = len(task.steps)
        elif task is not None:
            task.steps_left_out += 1
        try:
            yield step
        except BrowserError as error:
            step.outcome = "blocked" if error.code == TaskFailureCode.BLOCKED_BY_POLICY else "failed"
            step.error = f"{error.code}: {error.message}"[:MAX_TARGET]
            raise
        except BaseException:  # the task ended meanwhile
            step.outcome = "failed"
            raise
        else:
            if step.outcome == "running":
                step.outcome = "done"
        finally:
            step.duration_ms = self._clock.now() - step.at_ms
            if task is not None:
                step.cost_usd = self._cost(task)

    def keep_facts(self, task: Task | None, step: Step, facts: ActionFacts) -> None:
        """Keep the facts of a step, with the page's text as far as there is room for it."""
        step.url = facts.page.url[:MAX_TARGET]
        if task is None:
            return
        before = next((s.facts for s in reversed(task.steps) if s.facts is not None), None)
        if before is not None and before.page.seen == facts.page.seen:  # most steps stay on their page
            facts = replace(facts, page=before.page)
        else:
            task.fact_chars += len(facts.page.seen.text)
            if task.fact_chars > MAX_FACT_CHARS:
                facts = replace(facts, page=replace(facts.page, seen=NOTHING))
        step.facts = facts

    def _cost(self, task: Task) -> Decimal:
        now_usd = self._session.task_usage(task).cost_usd
        cost_usd, task.recorded_usd = now_usd - task.recorded_usd, now_usd
        return cost_usd

"""The news of one session's tasks, as live events bring them."""

from __future__ import annotations

import asyncio
import contextlib

from webrun_nb.client.answers.tasks import CompletedTask, FailedTask
from webrun_nb.client.monitoring.events import (
    ActionDone,
    AgentSaid,
    CommandRefused,
    LiveEvent,
    QuestionAsked,
    StatusSaid,
    TaskEnded,
)


class TaskNews:
    """The news of a session's tasks since it was made. Runs on the loop thread.

    Parameters
    ----------
    of_ids : bool
        The first event of a task counts as a change, too.
    """

    def __init__(self, *, of_ids: bool = False) -> None:
        self._of_ids = of_ids
        self._changed = asyncio.Event()
        self.task_ids: dict[str, None] = {}
        """The ids of the tasks that events were about, in the order of their first events."""
        self.answers: dict[str, CompletedTask | FailedTask] = {}
        """The answers that came whole with the event of a task's end, by its id."""
        self.refusals: list[CommandRefused] = []
        """The commands of this socket that were refused."""

    def take(self, event: LiveEvent) -> None:
        """Take an event in. One from before the socket was open is not about a task that was sent since."""
        match event:
            case CommandRefused():
                self.refusals.append(event)
                self.notify()
            case TaskEnded(task_id=str(task_id), answer=answer):
                if answer is not None:
                    self.answers[task_id] = answer
        match event:
            case TaskEnded(replayed=True) | QuestionAsked(replayed=True):
                return
            case ActionDone() | AgentSaid() | StatusSaid() | TaskEnded() | QuestionAsked() if event.task_id is not None:
                if self._of_ids and event.task_id not in self.task_ids:
                    self.notify()
                self.task_ids[event.task_id] = None

    def notify(self) -> None:
        """Note that the state of a task may have changed."""
        self._changed.set()

    @property
    def changed(self) -> bool:
        """True where something has changed since the last `clear`."""
        return self._changed.is_set()

    def clear(self) -> None:
        """Begin to wait for the next change."""
        self._changed.clear()

    async def wait(self, at_most_s: float) -> None:
        """Wait for a change.

        Parameters
        ----------
        at_most_s : float
            The longest time to wait, in seconds.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(at_most_s):
                await self._changed.wait()

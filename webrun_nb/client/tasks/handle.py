"""Defines the handle of a task that is running: its state, its result, and methods to stop it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import wait
from decimal import Decimal
from typing import Any, Generic, Protocol, TypeVar

from webrun_nb.client._sync import Call, wait_for_result
from webrun_nb.client.answers.tasks import ModelUsage
from webrun_nb.client.in_process import InProcess
from webrun_nb.client.monitoring.budget import BudgetReading
from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.client.tasks.result import TaskResult
from webrun_nb.client.tasks.task import STOP_WITHIN_S, TaskRun
from webrun_nb.client.tasks.viewer import HasViewer, show_task, viewed_by


class HandleSession(Protocol):
    """The session of a task, as the task's handle needs it."""

    name: str

    @property
    def client(self) -> HasViewer:
        """The session's client."""

    @property
    def snapshot(self) -> SessionSnapshot:
        """The latest that is known of the session."""

    def stop(self, task_id: str | None = None) -> None:
        """Stop a task."""

    async def astop(self, task_id: str | None = None) -> None:
        """Stop a task without blocking."""


SessionT = TypeVar("SessionT", bound=HandleSession)
"""`Session`, which is above this module."""


class TaskHandle(InProcess, Generic[SessionT]):
    """The handle of a submitted task. `result()` blocks, `await handle` does not.

    Both return the `TaskResult`, or raise the error that the task failed with.

    >>> handle = session.submit("List the laptops", url="practice:shop")  # doctest: +SKIP
    >>> handle.result().text  # doctest: +SKIP
    """

    instead = "its result's table (handle.result().df) can be pickled"

    def __init__(self, session: SessionT, run: TaskRun, call: Call[TaskResult]) -> None:
        self.session = session
        self._run = run
        self._call = call
        self._stopped = False
        self.began_at_s = time.time()
        """The time at which it was sent, unix s of this machine."""
        self._began_s = time.monotonic()
        self._ended_s: float | None = None
        self.on_done(self._note_end)

    def __repr__(self) -> str:
        return f"<TaskHandle {self.task_id} in session {self.session.name}: {self.state}>"

    @property
    def task_id(self) -> str:
        """Its id."""
        return self._run.task_id or ""

    @property
    def done(self) -> bool:
        """True once it has ended."""
        return self._call.result.done()

    @property
    def elapsed_s(self) -> float:
        """The time since it was sent, until its end, in seconds."""
        return (time.monotonic() if self._ended_s is None else self._ended_s) - self._began_s

    def _note_end(self) -> None:
        self._ended_s = time.monotonic()

    @property
    def state(self) -> str:
        """`queued`, `running`, `paused`, `guardrail`, `manual`, `complete` or `failed`; costs nothing to read."""
        if self.done:
            return "complete" if self._call.result.exception() is None else "failed"
        snapshot = self.session.snapshot
        if snapshot.current_task_id != self.task_id:
            return "queued"
        return snapshot.phase if snapshot.phase in ("paused", "guardrail", "manual") else "running"

    @property
    def cost_usd(self) -> Decimal | None:
        """Its cost, as last read; None where that isn't known. On the emulator: the cost on the hosted service."""
        return self._run.cost_usd

    @property
    def model(self) -> ModelUsage | None:
        """Its use of the user's own language model, as last read; no part of its cost."""
        return self._run.model

    @property
    def budget(self) -> BudgetReading | None:
        """The one of its budgets that was exceeded most, as last read; None where it has none, or that isn't known."""
        return self._run.budget

    @property
    def over_budget_usd(self) -> Decimal | None:
        """The amount spent beyond that budget, as last read; see `TaskResult.over_budget_usd`."""
        return None if self.budget is None else self.budget.over_usd

    @property
    def stopped(self) -> bool:
        """True once this handle has stopped it, and the server has confirmed that."""
        return self._stopped

    def on_done(self, fn: Callable[[], None]) -> None:
        """Call a function once it has ended, at once if it has; on the client's loop thread.

        Parameters
        ----------
        fn : callable
            Takes nothing, and returns at once.
        """
        self._call.result.add_done_callback(lambda _: fn())

    @property
    def error(self) -> BaseException | None:
        """The error that it failed with; None while it runs and if it did not fail."""
        return self._call.result.exception() if self.done else None

    def result(self, timeout_s: float | None = None) -> TaskResult:
        """Wait for its answer. An interrupt ends the waiting, not the task.

        Parameters
        ----------
        timeout_s : float, optional
            The longest time to wait.

        Raises
        ------
        TimeoutError
            It took longer than `timeout_s`; the task goes on.
        WebRunError
            As `Session.task` does.
        """
        with self._viewed():
            return wait_for_result(self._call.result, timeout_s)

    def __await__(self) -> Generator[Any, None, TaskResult]:
        return self._awaited().__await__()

    async def _awaited(self) -> TaskResult:
        with self._viewed():
            return await asyncio.shield(asyncio.wrap_future(self._call.result))

    @contextlib.contextmanager
    def _viewed(self) -> Iterator[None]:
        """Show the task while a call waits for it."""
        viewer = None if self.done else self.session.client.task_viewer
        with viewed_by(viewer, self.session):
            if viewer is not None:
                show_task(self.session, self._run)
            yield

    def stop(self) -> None:
        """End this task, running or queued, and keep the session. Safe twice.

        Raises
        ------
        WebRunError
            As `Session.stop` does.
        """
        if not self.done:
            self.session.stop(self.task_id)
            self._stopped = True
            wait([self._call.result], STOP_WITHIN_S)

    async def astop(self) -> None:
        """End this task without blocking; see `stop`."""
        if not self.done:
            await self.session.astop(self.task_id)
            self._stopped = True
            await asyncio.wait({asyncio.wrap_future(self._call.result)}, timeout=STOP_WITHIN_S)

"""Jobs: tasks and maps in the background, each with a name in the notebook and a result to be read later."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from concurrent.futures import Future
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from webrun_nb.client._sync import wait_for_result
from webrun_nb.client.errors import ShortTracebackMixin, WebRunError
from webrun_nb.client.in_process import InProcess
from webrun_nb.client.monitoring.costs import usd_per_ms
from webrun_nb.client.sessions.session import Session
from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.client.tasks.handle import TaskHandle
from webrun_nb.client.tasks.result import TaskResult
from webrun_nb.common.codes import TaskFailureCode, ToolkitErrorCode
from webrun_nb.notebook.text import labels, map_texts
from webrun_nb.notebook.widgets.job_state import JobState
from webrun_nb.notebook.widgets.question_form import other_way

if TYPE_CHECKING:
    import pandas as pd

    from webrun_nb.batch.run import MapRun

ERROR_CHARACTERS = 300


class BackgroundJob(Protocol):
    """Work in the background that `jobs`, `wait` and `cancel` know by its name."""

    name: str
    rows: int
    """Rows to show once it is done."""
    quiet: bool
    """Show none."""

    @property
    def bound(self) -> object:
        """The object that its name is bound to in the notebook."""

    @property
    def work_id(self) -> str:
        """The id of its task or run."""

    @property
    def done(self) -> bool:
        """True once it has ended."""

    @property
    def began_at_s(self) -> float:
        """The time it was started, unix s of this machine."""

    def facts(self) -> JobState:
        """Return its current state."""

    def line(self) -> str:
        """Return its current state in one line."""

    def wait(self, timeout_s: float | None = None) -> None:
        """Wait for its end. An interrupt ends the waiting, not the job."""

    def cancel(self) -> str:
        """Stop it, and return what is kept, in words. Safe to repeat."""


class Job(InProcess):
    """A task in the background. `await job` gives its result, and so does `job.result()`, which blocks.

    >>> df = (await laptops).df  # doctest: +SKIP

    Parameters
    ----------
    name : str
        Its name in the notebook.
    handle : TaskHandle
        The task.
    rows : int
        Rows to show once it is done.
    quiet : bool
        Show none.
    """

    instead = "its result's table (job.df) can be pickled"

    def __init__(self, name: str, handle: TaskHandle[Session], *, rows: int, quiet: bool) -> None:
        self.name = name
        self.handle = handle
        self.rows = rows
        self.quiet = quiet

    def __repr__(self) -> str:
        return f"<{self.facts().line()}>"

    def __await__(self) -> Generator[Any, None, TaskResult]:
        return self.handle.__await__()

    # --- what is known ------------------------------------------------------------------------------------------------

    @property
    def bound(self) -> Job:
        """Itself."""
        return self

    @property
    def session(self) -> Session:
        """The session it runs in."""
        return self.handle.session

    @property
    def task_id(self) -> str:
        """Its task's id."""
        return self.handle.task_id

    @property
    def work_id(self) -> str:
        """Its task's id."""
        return self.task_id

    @property
    def done(self) -> bool:
        """True once it has ended."""
        return self.handle.done

    @property
    def state(self) -> str:
        """`queued`, `running`, `paused`, `guardrail`, `manual`, `complete`, `failed` or `stopped`."""
        state = self.handle.state
        if not self.done and self.handle.stopped:  # the result is on its way
            return "stopped"
        stopped = state == "failed" and getattr(self.handle.error, "code", "") == TaskFailureCode.TASK_STOPPED
        return "stopped" if stopped else state

    @property
    def error(self) -> BaseException | None:
        """The error of a failed task; None otherwise."""
        return self.handle.error

    @property
    def cost_usd(self) -> Decimal | None:
        """Its cost in US dollars, as last read; on the emulator, what the hosted service would charge."""
        return self.handle.cost_usd

    @property
    def elapsed_s(self) -> float:
        """Its running time so far, in seconds."""
        return self.handle.elapsed_s

    @property
    def began_at_s(self) -> float:
        """The time it was started, unix s of this machine."""
        return self.handle.began_at_s

    def facts(self) -> JobState:
        """Return its current state, for its card."""
        snapshot, state = self.session.snapshot, self.state
        ours = snapshot.current_task_id == self.task_id and not self.done
        error = self.error
        message = error.message if isinstance(error, ShortTracebackMixin) else str(error or "")
        code = getattr(error, "code", "")
        question = snapshot.question if ours else None
        session = labels.clean(snapshot.name, labels.CANDIDATE_CHARACTERS)
        return JobState(
            name=self.name,
            state=state,
            session=session,
            session_id=snapshot.session_id,
            task_id=self.task_id,
            elapsed_ms=round(self.elapsed_s * 1000),
            cost_usd=self.cost_usd,
            emulated=snapshot.emulated,
            model=self.handle.model,
            budget=self.handle.budget,
            usd_per_ms=usd_per_ms(snapshot),
            action=labels.clean(snapshot.last_action, labels.ACTION_CHARACTERS) if ours else "",
            asks="" if question is None else labels.clean(question.text, labels.QUESTION_CHARACTERS),
            answer_with="" if question is None else other_way(session, question),
            error=labels.clean(f"{code}: {message}" if code else message, ERROR_CHARACTERS),
        )

    def line(self) -> str:
        """Return its current state in one line."""
        return self.facts().line()

    def subscribe(self, fn: Callable[[], None]) -> None:
        """Call `fn` whenever the job may have changed, on the client's loop thread; `fn` must return at once."""

        def see(_: SessionSnapshot) -> None:
            fn()

        self.session.subscribe(see)

        def end() -> None:
            self.session.unsubscribe(see)
            fn()

        self.handle.on_done(end)

    # --- its result ---------------------------------------------------------------------------------------------------

    def result(self, timeout_s: float | None = None) -> TaskResult:
        """Wait for its result. An interrupt ends the waiting, not the job.

        Raises
        ------
        TimeoutError
            It took longer than `timeout_s`; the job continues.
        WebRunError
            It failed.
        """
        return self.handle.result(timeout_s)

    def wait(self, timeout_s: float | None = None) -> None:
        """Wait for its end; see `result`."""
        self.result(timeout_s)

    def cancel(self) -> str:
        """Stop its task; a session of its own ends with it. Safe to repeat.

        Returns
        -------
        str
            What became of its session.
        """
        self.handle.stop()
        return "its session has ended" if self.session.ended else f"session {self.session.name} is kept"

    async def acancel(self) -> None:
        """Stop its task without blocking; see `cancel`."""
        await self.handle.astop()

    def _ready(self) -> TaskResult:
        if not self.done:
            raise WebRunError(
                f"job {self.name} is not done: {self.state} for {labels.duration(self.facts().elapsed_ms)}",
                code=ToolkitErrorCode.JOB_NOT_DONE,
                hint=f"wait for it with `%webrun wait {self.name}` or `await {self.name}`",
                task_id=self.task_id,
            )
        return self.handle.result(0)

    @property
    def df(self) -> pd.DataFrame:
        """Its answer as a DataFrame.

        Raises
        ------
        WebRunError
            `JOB_NOT_DONE`: it has not ended yet. Otherwise the error of the task.
        """
        return self._ready().df

    @property
    def text(self) -> str:
        """Its answer as text; raises as `df` does."""
        return self._ready().text

    @property
    def json(self) -> Any:
        """Its answer as plain data; raises as `df` does."""
        return self._ready().json


class MapJob:
    """A map in the background. Its name is bound to its run, so that `await name` and `name.df` are the run's own.

    Parameters
    ----------
    name : str
        Its name in the notebook.
    run : MapRun
        The map.
    rows : int
        Rows to show once it is done.
    quiet : bool
        Show none.
    """

    def __init__(self, name: str, run: MapRun, *, rows: int, quiet: bool) -> None:
        self.name = name
        self.run = run
        self.rows = rows
        self.quiet = quiet
        self.began_at_s = time.time()

    @property
    def bound(self) -> MapRun:
        """Its run."""
        return self.run

    @property
    def work_id(self) -> str:
        """Its run's id."""
        return self.run.id

    @property
    def done(self) -> bool:
        """True once it has ended."""
        return self.run.done

    def facts(self) -> JobState:
        """Return its current state; a map has sessions of its own, which are not named."""
        progress = self.run.progress
        return JobState(
            name=self.name,
            state=progress.state,
            session="",
            session_id="",
            task_id="",
            elapsed_ms=round(progress.elapsed_s * 1000),
            cost_usd=progress.cost_usd,
            emulated=progress.emulated,
            model=progress.model,
            usd_per_ms=Decimal(0),
            error=labels.clean(progress.message, ERROR_CHARACTERS),
        )

    def line(self) -> str:
        """Return its current state in one line."""
        return map_texts.lines(self.run.progress, self.name)[0]

    def wait(self, timeout_s: float | None = None) -> None:
        """Wait for its end. An interrupt ends the waiting, not the map.

        Raises
        ------
        TimeoutError
            It took longer than `timeout_s`; the map continues.
        WebRunError
            It ended early.
        """
        ended: Future[None] = Future()

        def see() -> None:
            if self.run.done and not ended.done():
                ended.set_result(None)

        leave = self.run.subscribe(see)
        try:
            if not self.run.done:
                wait_for_result(ended, timeout_s)
        finally:
            leave()
        self.run.result()

    def cancel(self) -> str:
        """Stop it; its sessions end. Safe to repeat.

        Returns
        -------
        str
            What is kept.
        """
        self.run.stop()
        progress = self.run.progress
        return f"{map_texts.rows_done(progress)}; {map_texts.how_to_go_on(progress)}"

"""Commands for tasks and maps in the background: jobs, wait and cancel, and what `--bg` does."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from webrun_nb.client.errors import TaskInterruptedError
from webrun_nb.notebook.display import map_progress
from webrun_nb.notebook.display.map_results import show_map_result
from webrun_nb.notebook.display.results import show_result
from webrun_nb.notebook.jobs import BackgroundJob, Job, MapJob
from webrun_nb.notebook.syntax import values
from webrun_nb.notebook.syntax.errors import CommandError
from webrun_nb.notebook.syntax.spec import Command, Option
from webrun_nb.notebook.text import labels
from webrun_nb.notebook.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

    from webrun_nb.client.sessions.session import Session
    from webrun_nb.client.tasks.handle import TaskHandle


def check_name(workspace: Workspace, name: str) -> None:
    """Check that a job may have this name: neither a variable has it, nor a job that still runs.

    Raises
    ------
    CommandError
        The name is taken.
    """
    taken, running = workspace.names.get(name), workspace.jobs.get(name)
    if name in workspace.names and (running is None or taken is not running.bound):
        raise CommandError(
            f"--bg: {name} is a variable of the notebook already ({type(taken).__name__})",
            f"choose another name, or del {name} first",
        )
    if running is not None and not running.done:
        raise CommandError(
            f"--bg: the job {name} still runs", f"%webrun wait {name} waits for it, %webrun cancel {name} ends it"
        )


def add_job(workspace: Workspace, name: str, handle: TaskHandle[Session], *, rows: int, quiet: bool) -> None:
    """Bind a started task to its job's name, and show the job's card.

    If its session's card is in another cell, the job's card has the form for questions of the task; otherwise the
    session's card right above it has.

    Parameters
    ----------
    workspace : Workspace
    name : str
        The name of the job.
    handle : TaskHandle
        The task.
    rows : int
        Rows to show when `wait` shows its result.
    quiet : bool
        Show none.
    """
    from webrun_nb.notebook.display.cards import cards
    from webrun_nb.notebook.display.followed_cards import job_cards

    job = Job(name, handle, rows=rows, quiet=quiet)
    workspace.add_job(job)
    in_this_cell = workspace.place_card(handle.session)
    job_cards.show_job(job, None if in_this_cell else cards.card(handle.session.session_id))


@dataclass(frozen=True, slots=True)
class Jobs:
    """Arguments of `jobs`."""

    quiet: bool = False


def jobs(workspace: Workspace, arguments: Jobs) -> pd.DataFrame | None:
    """Return all jobs of this kernel as a DataFrame."""
    from webrun_nb.notebook.display.compact_frame import compact
    from webrun_nb.notebook.display.tables import jobs_frame

    whole = jobs_frame(list(workspace.jobs.values()))
    columns = ("job", "state", "session", "began_at", "elapsed_s", "cost_usd", "asks", "error")
    frame = compact(
        whole, *columns, when_empty="no job was started in this kernel yet; %%webrun task --bg NAME starts one"
    )
    return None if arguments.quiet else frame


_JOBS_HELP = """\
%%webrun task --url practice:shop --schema "name:str, price:float" --bg laptops
List the laptops under $900, cheapest first.

starts a task and returns at once. laptops is its job, and a card of one line shows its progress.
  df = (await laptops).df           waits for it; other cells of the notebook wait, too
  %webrun wait laptops --for 60s    waits a minute at most and shows the result; then laptops.df has it
  %webrun cancel laptops            stops its task; a session of its own ends with it
  laptops.state, laptops.text, laptops.json, laptops.error, laptops.cost_usd

%%webrun map … --bg NAME does the same with a map: NAME is its run (NAME.df, NAME.failures), and its card has Pause and
Stop.

Tasks started in Python (session.submit, webrun.submit_task) are jobs too: job1, job2, … as %webrun jobs lists them.

Its questions are answered on its card (or its session's, in the same cell), or with %webrun answer laptops TEXT.
Interrupting a wait leaves the job running. Its error is raised wherever its result is read. The job ends with the
kernel."""


JOBS = Command(
    "jobs",
    "the tasks and maps in the background, as a DataFrame",
    Jobs,
    jobs,
    shows_rows=True,
    examples=("%%webrun task --url practice:shop --raw --bg phones\nList the phones.", "%webrun jobs"),
    details=_JOBS_HELP,
)


def _job() -> Option:
    return Option("", "job", "its name, as given to --bg", "JOB", values.job, required=True, names="job")


@dataclass(frozen=True, slots=True)
class Wait:
    """Arguments of `wait`."""

    job: str
    for_ms: int | None = None


def wait(workspace: Workspace, arguments: Wait) -> None:
    """Wait for a job and show its result; an interrupt, or the end of `--for`, leaves the job running.

    Raises
    ------
    WebRunError
        The job failed.
    TaskInterruptedError
        The wait was interrupted, or the map was stopped.
    """
    job = workspace.job(arguments.job)
    timeout_s = None if arguments.for_ms is None else arguments.for_ms / 1000
    try:
        with _followed(workspace, job):
            job.wait(timeout_s)
    except TimeoutError:
        waited = labels.duration(arguments.for_ms or 0)
        print(f"{job.line()}; waited {waited}, the job continues: %webrun wait {job.name}")
        return
    except TaskInterruptedError:  # the job was: a KeyboardInterrupt, too
        raise
    except KeyboardInterrupt:
        raise TaskInterruptedError(
            f"interrupted: the wait has ended, job {job.name} continues",
            hint=f"%webrun wait {job.name} waits again, %webrun cancel {job.name} ends it",
            task_id=job.facts().task_id or None,
        ) from None
    finally:
        workspace.drain_cards()
    name, called = f"{job.name}.df", f"{job.name}.result()"
    match job:
        case MapJob():
            show_map_result(job.run, name=name, rows=job.rows, quiet=job.quiet, called=job.name)
        case Job():
            show_result(job.result(), name=name, rows=job.rows, quiet=job.quiet, called=called)


@contextlib.contextmanager
def _followed(workspace: Workspace, job: BackgroundJob) -> Iterator[None]:
    """Show the progress of a job while the cell waits for it."""
    match job:
        case MapJob():
            with map_progress.shown(job.run, name=job.name, result=job.name):
                yield
        case Job():
            with workspace.following() as show_card:
                show_card(job.session)
                yield


WAIT = Command(
    "wait",
    "wait for a task or map in the background, and show its result",
    Wait,
    wait,
    (
        _job(),
        Option("--for", "for_ms", "how long to wait at most: 60s, 2m; the job continues", "60s", values.span_ms),
    ),
    examples=("%webrun wait phones --for 60s",),
    details=_JOBS_HELP,
)


@dataclass(frozen=True, slots=True)
class Cancel:
    """Arguments of `cancel`."""

    job: str


def cancel(workspace: Workspace, arguments: Cancel) -> None:
    """Stop a job."""
    job = workspace.job(arguments.job)
    if job.done:
        print(f"job {job.name} has ended already: {job.facts().state}")
        return
    print(f"job {job.name} was stopped; {job.cancel()}")


CANCEL = Command(
    "cancel",
    "stop a task or map in the background",
    Cancel,
    cancel,
    (_job(),),
    examples=("%webrun cancel phones",),
    details=_JOBS_HELP,
)

COMMANDS = (JOBS, WAIT, CANCEL)

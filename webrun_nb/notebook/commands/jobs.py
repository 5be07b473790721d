"""Commands for tasks in the background: jobs, wait and cancel, and what `task --bg` does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from webrun_nb.client.errors import TaskInterruptedError
from webrun_nb.notebook.display.results import show_result
from webrun_nb.notebook.jobs import Job
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
    taken = workspace.names.get(name)
    if name in workspace.names and not isinstance(taken, Job):
        raise CommandError(
            f"--bg: {name} is a variable of the notebook already ({type(taken).__name__})",
            f"choose another name, or del {name} first",
        )
    running = workspace.jobs.get(name)
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
    from webrun_nb.notebook.display.cards import cards, job_cards

    job = Job(name, handle, rows=rows, quiet=quiet)
    workspace.add_job(job)
    in_this_cell = workspace.place_card(handle.session)
    job_cards.show(job, None if in_this_cell else cards.card(handle.session.session_id))


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

Tasks started in Python (session.submit, webrun.submit_task) are jobs too: job1, job2, … as %webrun jobs lists them.

Its questions are answered on its card (or its session's, in the same cell), or with %webrun answer laptops TEXT.
Interrupting a wait leaves the job running. Its error is raised wherever its result is read. The job ends with the
kernel."""


JOBS = Command(
    "jobs",
    "the tasks in the background, as a DataFrame",
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
        The wait was interrupted.
    """
    job = workspace.job(arguments.job)
    timeout_s = None if arguments.for_ms is None else arguments.for_ms / 1000
    try:
        with workspace.following() as show_card:
            show_card(job.session)
            result = job.result(timeout_s)
    except TimeoutError:
        waited = labels.duration(arguments.for_ms or 0)
        print(f"{job.facts().line()}; waited {waited}, the job continues: %webrun wait {job.name}")
        return
    except KeyboardInterrupt:
        raise TaskInterruptedError(
            f"interrupted: the wait has ended, job {job.name} continues",
            hint=f"%webrun wait {job.name} waits again, %webrun cancel {job.name} ends it",
            task_id=job.task_id,
        ) from None
    finally:
        workspace.drain_cards()
    show_result(result, name=f"{job.name}.df", rows=job.rows, quiet=job.quiet, called=f"{job.name}.result()")


WAIT = Command(
    "wait",
    "wait for a task in the background, and show its result",
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
    """Stop a job's task."""
    job = workspace.job(arguments.job)
    if job.done:
        print(f"job {job.name} has ended already: {job.state}")
        return
    job.cancel()
    kept = "its session has ended" if job.session.ended else f"session {job.session.name} is kept"
    print(f"job {job.name} was stopped; {kept}")


CANCEL = Command(
    "cancel",
    "stop a task in the background",
    Cancel,
    cancel,
    (_job(),),
    examples=("%webrun cancel phones",),
    details=_JOBS_HELP,
)

COMMANDS = (JOBS, WAIT, CANCEL)

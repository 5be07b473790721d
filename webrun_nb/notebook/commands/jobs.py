"""`--bg`, jobs, wait and cancel, in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webrun_nb.client.errors import TaskInterruptedError
from webrun_nb.notebook.commands.definitions import Cancel, Jobs, Task, Wait
from webrun_nb.notebook.display.results import show_result
from webrun_nb.notebook.jobs import Job
from webrun_nb.notebook.syntax.errors import CommandError
from webrun_nb.notebook.text import labels as words
from webrun_nb.notebook.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

    from webrun_nb.client.session import Session
    from webrun_nb.client.task_handle import TaskHandle


def check_name(workspace: Workspace, name: str) -> None:
    """Refuse to take a name away from something else, or from a job that still runs.

    Raises
    ------
    CommandError
        In one line.
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


def begin(workspace: Workspace, command: Task, handle: TaskHandle[Session]) -> None:
    """Bind a job that has been begun, and show its card.

    Where its session's card is in another cell, the job's own has the form for what the task may ask; else the one
    right above it has.
    """
    from webrun_nb.notebook.display.cards import cards, job_board

    assert command.job is not None, "it was begun for --bg"
    job = Job(command.job, handle, rows=command.rows, quiet=command.quiet)
    workspace.add_job(job)
    in_this_cell = workspace.place_card(handle.session)
    job_board.show(job, None if in_this_cell else cards.card(handle.session.session_id))


def jobs(workspace: Workspace, command: Jobs) -> pd.DataFrame | None:
    """Return all jobs of this kernel."""
    from webrun_nb.notebook.display.tables import jobs_frame, narrow

    whole = jobs_frame(list(workspace.jobs.values()))
    telling = ("job", "state", "session", "began_at", "elapsed_s", "cost_usd", "asks", "error")
    frame = narrow(
        whole, *telling, when_empty="no job was begun in this kernel yet; %%webrun task --bg NAME begins one"
    )
    return None if command.quiet else frame


def wait(workspace: Workspace, command: Wait) -> None:
    """Wait for a job and show its result; not longer than `--for`, and an interrupt leaves it running.

    Raises
    ------
    WebRunError
        What it failed with.
    TaskInterruptedError
        The wait was interrupted.
    """
    job = workspace.job(command.job)
    timeout_s = None if command.for_ms is None else command.for_ms / 1000
    try:
        with workspace.following() as show_card:
            show_card(job.session)
            result = job.result(timeout_s)
    except TimeoutError:
        waited = words.duration(command.for_ms or 0)
        print(f"{job.facts().line()}; waited {waited}, it goes on: %webrun wait {job.name}")
        return
    except KeyboardInterrupt:
        raise TaskInterruptedError(
            f"interrupted: nobody waits any more, job {job.name} goes on",
            hint=f"%webrun wait {job.name} waits again, %webrun cancel {job.name} ends it",
            task_id=job.task_id,
        ) from None
    finally:
        workspace.drain_cards()
    show_result(result, name=f"{job.name}.df", rows=job.rows, quiet=job.quiet, called=f"{job.name}.result()")


def cancel(workspace: Workspace, command: Cancel) -> None:
    """Stop a job's task."""
    job = workspace.job(command.job)
    if job.done:
        print(f"job {job.name} had ended: {job.state}")
        return
    job.cancel()
    kept = "its session has ended" if job.session.ended else f"session {job.session.name} is kept"
    print(f"job {job.name} was stopped; {kept}")

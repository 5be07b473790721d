"""Commands for past tasks: history, and code, which writes a task or a map as plain Python."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from webrun_nb.common.text import closest_match
from webrun_nb.notebook.api import toolkit
from webrun_nb.notebook.commands.options import session_name
from webrun_nb.notebook.display.code_export import SubmittedMap, python_code
from webrun_nb.notebook.past_work import past_tasks
from webrun_nb.notebook.scope import Scope
from webrun_nb.notebook.syntax import values
from webrun_nb.notebook.syntax.errors import CommandError
from webrun_nb.notebook.syntax.spec import Command, Option
from webrun_nb.notebook.widgets.front_end import has_front_end
from webrun_nb.notebook.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

    from webrun_nb.client.tasks.recording import TaskRecording


class WrittenCode(str):
    """Code as a cell has it, which it was put into; without a front end that has cells, it is shown as plain text."""

    __slots__ = ()

    def _ipython_display_(self) -> None:
        if not has_front_end():
            print(self, end="")

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))


DEFAULT_COUNT = 20
"""Tasks that history shows, unless `-n` says otherwise."""


@dataclass(frozen=True, slots=True)
class History:
    """Arguments of `history`. `count` None: all tasks with `every`, else the latest `DEFAULT_COUNT`."""

    name: str | None = None
    count: int | None = None
    every: bool = False
    quiet: bool = False


def history(workspace: Workspace, arguments: History) -> pd.DataFrame | None:
    """Return the past tasks in the user's ledger as a DataFrame, with the texts that this kernel or the emulator knows.

    Raises
    ------
    RequestError
        No session of that name was ever opened.
    """
    from webrun_nb.notebook.display.compact_frame import compact

    texts = {task_id: done.written_text for task_id, done in workspace.done.items()}
    count = arguments.count or (None if arguments.every else DEFAULT_COUNT)
    whole = past_tasks(arguments.name, count, texts)
    over = ["over_budget_usd"] if whole["over_budget_usd"].gt(0).any() else []
    place, waste = (("run", "row", "site"), ("waste",)) if arguments.every else ((), ())
    columns = ("ended_at", "task_id", "session", *place, "outcome", "cost_usd", *over, *waste, "text")
    where = "" if arguments.name is None else f" in a session {arguments.name}"
    frame = compact(
        whole,
        *columns,
        when_empty=f"no task was run{where} yet; a cell that begins with %%webrun task runs one",
    )
    return None if arguments.quiet else frame


HISTORY = Command(
    "history",
    "past tasks, newest first, as a DataFrame",
    History,
    history,
    (
        session_name("only tasks of this session"),
        Option("-n", "count", f"how many tasks ({DEFAULT_COUNT}; with --all: all)", "20", values.count),
        Option("--all", "every", "all tasks, with run, row, site and waste"),
    ),
    shows_rows=True,
    examples=("%webrun history shop -n 5", "%webrun history --all"),
    details="""\
  past = %webrun history -n 100     the last hundred tasks of all your notebooks: time, session, outcome and cost
  %webrun history shop              those of the sessions called shop
  %webrun history --all             all tasks of all your notebooks, sessions and runs, with their run and row in it,
                                    their site, and whether their cost was wasted

  webrun.result(past.task_id[0]).df what a task found, also in a later kernel
  webrun.history()                  the same in Python

cost_usd is what the task alone cost: its session's start, end and idle time are on the session's card and in
%webrun usage. over_budget_usd is what was spent beyond the budget of the task, its session or the notebook.
site is that of the task's URL, or of the page its session was told to open before. waste is failed for a task that was
not completed, repeated for one whose row in a run was completed again later. notebook is the file that its session was
opened in, as Jupyter named it.

The tasks come from the ledger in your data folder, which keeps no texts. The emulator keeps the texts with its results
for 30 days after the end of a session, with secrets masked; of tasks on the hosted service only this kernel's are
known.""",
)


@dataclass(frozen=True, slots=True)
class Code:
    """Arguments of `code`. Without `task`, the last task is meant."""

    task: str | None = None
    playwright: bool = False
    recording: str | None = None


def code(workspace: Workspace, arguments: Code) -> WrittenCode | None:
    """Put a task or a map into the next cell as plain Python, and return the code; or write its recording to a file.

    Code that is assigned to a name is in no cell: `text = %webrun code`.

    Raises
    ------
    CommandError
        This kernel ran no such task, or a map is to be written in a way that only a task can.
    WebRunError
        The emulator remembers no such task, or it can't be written so.
    """
    if not arguments.playwright and arguments.recording is None:
        written = WrittenCode(python_code(workspace.done[_task_id(workspace, arguments.task)]))
    else:
        recorded = _recorded(workspace, arguments.task)
        if arguments.recording is not None:
            path = recorded.save(arguments.recording)
            print(f"{path} has the recording; %%webrun task --replay {path} takes its steps")
            return None
        written = WrittenCode(recorded.script())
    if not (isinstance(workspace.scope, Scope) and workspace.scope.is_result_used):
        workspace.shell.set_next_input(written, replace=False)
    return written


def _recorded(workspace: Workspace, task: str | None) -> TaskRecording:
    """Return the record of a task: of one of this kernel, or of one that the emulator remembers."""
    ran_here = task is None or task in workspace.jobs or task in workspace.done
    task_id = _task_id(workspace, task) if task is None or ran_here else task
    if isinstance(workspace.done.get(task_id), SubmittedMap):
        raise CommandError(
            f"{task_id} is a map, and each of its rows is a task of its own",
            "run one row as a task, and write that: --playwright, --recording FILE",
        )
    return toolkit.client().recorded(task_id)


def _task_id(workspace: Workspace, task_id: str | None) -> str:
    """Return the id of a task or map of this kernel, of which the id or the job is given; of the last one for None."""
    if task_id in workspace.jobs:
        task_id = workspace.jobs[task_id].work_id
    known = workspace.done
    if not known:
        raise CommandError("no task was run in this kernel yet", "%%webrun task runs one")
    if task_id is None:
        task_id = next(reversed(known))
    if task_id not in known:
        last = next(reversed(known))
        meant = closest_match(task_id, [*workspace.jobs, *known])
        jobs = f"; its jobs: {', '.join(workspace.jobs)}" if workspace.jobs else ""
        raise CommandError(
            f"this kernel ran no task or job {task_id!r}",
            f"did you mean {meant}?" if meant else f"%webrun code {last} takes its last task{jobs}",
        )
    return task_id


CODE = Command(
    "code",
    "a task or map of this notebook as plain Python, in the next cell; the last one without TASK",
    Code,
    code,
    (
        Option("", "task", "its id, a map's run, or the name of a job", "TASK", values.task_id, names="task"),
        Option("--playwright", "playwright", "a script that takes its recorded steps with Playwright"),
        Option("--recording", "recording", "write its recorded steps to this file, for --replay", "FILE", values.path),
    ),
    exclusive=("--playwright", "--recording"),
    examples=("%webrun code",),
    details="""\
  %webrun code                      the last task
  %webrun code laptops              the task of the job laptops
  text = %webrun code               the code as text alone, in no cell
  %webrun code --playwright         what the agent did, as a script whose actions are Playwright's; it reads the same
                                    values, and takes secrets from the environment
  %webrun code --recording a.json   the same steps as plain JSON; %%webrun task --replay a.json takes them, without an
                                    agent

Secrets stay names, and are looked up again where the code runs. {{ name }} becomes an f-string if it is plain Python;
any other expression is written with the value that it had.""",
)

COMMANDS = (HISTORY, CODE)

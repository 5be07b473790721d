"""`%webrun history` and `%webrun code`, in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from webrun_nb.client.client import USERS_LEDGER
from webrun_nb.client.errors import WebRunError
from webrun_nb.common.codes import ToolkitErrorCode
from webrun_nb.notebook.api import toolkit
from webrun_nb.notebook.commands.definitions import Code, History
from webrun_nb.notebook.display.code_export import python_code
from webrun_nb.notebook.syntax.errors import CommandError, near
from webrun_nb.notebook.widgets.front_end import has_front_end
from webrun_nb.notebook.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd


class WrittenCode(str):
    """Code that was put into the next cell; where there is no front end that has one, it is shown as it is."""

    __slots__ = ()

    def _ipython_display_(self) -> None:
        if not has_front_end():
            print(self, end="")

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))


def history(workspace: Workspace, command: History) -> pd.DataFrame | None:
    """Return past tasks as the user's ledger has them, with the texts that this kernel or the emulator knows.

    Raises
    ------
    CommandError
        No session of that name was ever opened.
    """
    from webrun_nb.notebook.display.tables import history_frame, narrow

    sessions = USERS_LEDGER.sessions()
    if command.name is not None:
        names = {record.name for record in sessions}
        if command.name not in names:
            meant = near(command.name, names)
            hint = f"did you mean {meant}?" if meant else "%webrun history lists all of them"
            raise CommandError(f"no task of a session {command.name!r} is known", hint)
        sessions = [record for record in sessions if record.name == command.name]
    texts = {task_id: done.command.text for task_id, done in workspace.done.items()}
    whole = history_frame(sessions, USERS_LEDGER.tasks(), texts).head(command.count)
    without = whole["text"].isna() & whole["emulated"]
    if without.any():
        kept = _kept_texts()
        whole.loc[without, "text"] = whole.loc[without, "task_id"].map(kept).astype("string")
    over = ["over_budget_usd"] if whole["over_budget_usd"].gt(0).any() else []
    telling = ("ended_at", "task_id", "session", "outcome", "cost_usd", *over, "text")
    where = "" if command.name is None else f" in a session {command.name}"
    frame = narrow(
        whole, *telling, when_empty=f"no task was run{where} yet; a cell that begins with %%webrun task runs one"
    )
    return None if command.quiet else frame


def _kept_texts() -> dict[str, str]:
    """Return the texts of tasks that the emulator keeps; it is started for them where it does not run."""
    try:
        return toolkit.client().task_texts()
    except WebRunError as error:
        if error.code != ToolkitErrorCode.EMULATOR_ONLY:
            print(f"the texts of earlier tasks can't be read: {error.message}")
        return {}


def code(workspace: Workspace, command: Code) -> WrittenCode:
    """Put a task into the next cell, as plain Python, and return it.

    Raises
    ------
    CommandError
        This kernel did no such task.
    """
    task_id = command.task
    if task_id in workspace.jobs:
        task_id = workspace.jobs[task_id].task_id
    known = workspace.done
    if not known:
        raise CommandError("no task was run in this kernel yet", "%%webrun task runs one")
    if task_id is None:
        task_id = next(reversed(known))
    if task_id not in known:
        last = next(reversed(known))
        meant = near(task_id, [*workspace.jobs, *known])
        jobs = f"; its jobs: {', '.join(workspace.jobs)}" if workspace.jobs else ""
        raise CommandError(
            f"this kernel ran no task or job {task_id!r}",
            f"did you mean {meant}?" if meant else f"%webrun code {last} takes its last task{jobs}",
        )
    written = WrittenCode(python_code(known[task_id]))
    workspace.shell.set_next_input(written, replace=False)
    return written

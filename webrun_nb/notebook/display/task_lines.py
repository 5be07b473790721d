"""Shows the progress of a task while a cell waits for it: a line under the cell, or one that is redrawn in a terminal.

The line is removed when the cell has ended. Programs that run notebooks unattended (nbconvert, papermill) get no line.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from webrun_nb.client.sessions.session import Session
from webrun_nb.client.tasks.viewer import ShowTask
from webrun_nb.notebook.display.awaited_task import AwaitedTask
from webrun_nb.notebook.widgets.front_end import can_display_widgets, has_front_end, running_request

if TYPE_CHECKING:
    from webrun_nb.notebook.display.cards import UpdateThrottler
    from webrun_nb.notebook.widgets.task_line import TaskLine


@dataclass(slots=True)
class _Cell:
    line: TaskLine
    display_id: str
    over: bool
    """The cell has ended: the line is removed with the last task that is waited for."""


class TaskLines:
    """Keeps the lines of progress of this process, one under each cell that waits."""

    def __init__(self) -> None:
        self._cells: dict[str, _Cell] = {}
        self._writer: UpdateThrottler[TaskLine] | None = None
        self._replaced = 0

    @contextlib.contextmanager
    def replaced(self) -> Iterator[None]:
        """Show no line in a terminal in this block, because the card shows the task."""
        self._replaced += 1
        try:
            yield
        finally:
            self._replaced -= 1

    @contextlib.contextmanager
    def viewer(self, session: Session | None) -> Iterator[ShowTask]:
        """Show the task of a call, from the call to its end; see `webrun_nb.client.tasks.task`."""
        waited: contextlib.AbstractContextManager[AwaitedTask | None]
        if threading.current_thread() is not threading.main_thread():
            waited = contextlib.nullcontext()  # a thread's output would appear under another cell
        elif has_front_end():
            waited = self._under_cell() if can_display_widgets() else contextlib.nullcontext()
        else:
            waited = self._in_terminal()
        with waited as shown:
            if shown is None:
                yield lambda session, run: None
                return
            if session is not None:
                shown.use(session)
            yield shown.show

    @contextlib.contextmanager
    def _in_terminal(self) -> Iterator[AwaitedTask | None]:
        from webrun_nb.notebook.display import terminal_line

        if self._replaced or not terminal_line.can_rewrite(sys.stdout):
            yield None
            return
        with terminal_line.following(sys.stdout) as waited:
            yield waited

    @contextlib.contextmanager
    def _under_cell(self) -> Iterator[AwaitedTask]:
        from webrun_nb.notebook.display.cards import cards
        from webrun_nb.notebook.widgets.card_actions import SessionCardActions

        request_id, is_cell = running_request()
        cell = self._cell(request_id, over=not is_cell)
        waited = AwaitedTask(
            cell.line.mark,
            lambda session: cards.card_for(session, SessionCardActions(session)),
            lambda session_id: cards.is_shown_by(session_id, request_id),
        )
        row = cell.line.add(waited)
        try:
            yield waited
        finally:
            waited.close()
            cell.line.remove(row)
            self._remove_if_over(request_id)

    def _cell(self, request_id: str, *, over: bool) -> _Cell:
        """Return a cell's line; a new one is shown in the running cell."""
        if (known := self._cells.get(request_id)) is not None:
            return known
        from IPython.core.getipython import get_ipython
        from IPython.display import display

        from webrun_nb.notebook.display.cards import UpdateThrottler
        from webrun_nb.notebook.widgets.task_line import TaskLine

        if self._writer is None:
            self._writer = UpdateThrottler(TaskLine.flush)
            shell = get_ipython()
            assert shell is not None, "a kernel has one"
            shell.events.register("post_run_cell", lambda result: self._cell_ended(running_request()[0]))
        cell = _Cell(TaskLine(self._writer.mark), uuid.uuid4().hex, over)
        self._cells[request_id] = cell
        display(cell.line, display_id=cell.display_id)  # type: ignore[no-untyped-call]
        return cell

    def _cell_ended(self, request_id: str) -> None:
        if (cell := self._cells.get(request_id)) is not None:
            cell.over = True
            self._remove_if_over(request_id)

    def _remove_if_over(self, request_id: str) -> None:
        """Remove a cell's line once the cell has ended and waits for nothing."""
        cell = self._cells.get(request_id)
        if cell is None or not cell.over or not cell.line.idle:
            return
        from IPython.display import display

        del self._cells[request_id]
        display({}, raw=True, display_id=cell.display_id, update=True)  # type: ignore[no-untyped-call]
        cell.line.close()


task_lines = TaskLines()
"""The lines of this process."""

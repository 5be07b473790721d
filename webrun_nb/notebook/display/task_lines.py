"""What shows a task while a cell waits for it: a line under the cell, or one that is written over in a terminal.

Nothing of it is left when the cell has ended, and programs that run notebooks by themselves get none of it.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from webrun_nb.client.session import Session
from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.client.task import ShowTask, TaskRun
from webrun_nb.notebook.widgets.front_end import can_display_widgets, has_front_end, running_request

if TYPE_CHECKING:
    from webrun_nb.notebook.display.cards import UpdateThrottler
    from webrun_nb.notebook.widgets.session_card import SessionCard
    from webrun_nb.notebook.widgets.task_line import TaskLine


class Waited:
    """A task that a call waits for: what of it is shown, and who is told of its changes.

    Parameters
    ----------
    on_change : callable
        Called from any thread when it may have changed; must return at once.
    hold_card : callable, optional
        Returns the card of a session, whose form is shown; None where there is no form.
    in_cell : callable, optional
        Tells whether a session's card stands under the cell that waits.
    """

    def __init__(
        self,
        on_change: Callable[[], None],
        hold_card: Callable[[Session], SessionCard] | None = None,
        in_cell: Callable[[str], bool] = lambda session_id: False,
    ) -> None:
        self.began_s = time.monotonic()
        self._on_change = on_change
        self._hold_card = hold_card
        self._in_cell = in_cell
        self._session: Session | None = None
        self._run: TaskRun | None = None
        self._card: SessionCard | None = None
        self._leave: list[Callable[[], None]] = []

    @property
    def task_id(self) -> str | None:
        """None until the server has told it."""
        return None if self._run is None else self._run.task_id

    @property
    def snapshot(self) -> SessionSnapshot | None:
        """Its session's; None while that is being opened."""
        return None if self._session is None else self._session.snapshot

    @property
    def form(self) -> SessionCard | None:
        """The form of its session's card; None where that card stands under the same cell."""
        session = self._session
        return None if session is None or self._in_cell(session.session_id) else self._card

    def use(self, session: Session) -> None:
        """Show that it is a task of this session; any thread."""
        if self._session is not None:
            return
        self._session = session
        self._leave.append(session.subscribe(lambda _: self._on_change()))
        if self._hold_card is not None:
            self._card = self._hold_card(session)
            self._leave.append(self._card.watch(self._on_change))
        self._on_change()

    def show(self, session: Session, run: TaskRun) -> None:
        """Show this task; any thread."""
        self._run = run
        self.use(session)
        self._on_change()

    def close(self) -> None:
        """Hear no more of it."""
        for leave in self._leave:
            leave()


@dataclass(slots=True)
class _Cell:
    line: TaskLine
    display_id: str
    over: bool
    """It has ended: the line goes with the last task that is waited for."""


class TaskLines:
    """The lines of this process, one under each cell that waits."""

    def __init__(self) -> None:
        self._cells: dict[str, _Cell] = {}
        self._writer: UpdateThrottler[TaskLine] | None = None
        self._replaced = 0

    @contextlib.contextmanager
    def replaced(self) -> Iterator[None]:
        """Show no line in a terminal in this block, where something else shows the task."""
        self._replaced += 1
        try:
            yield
        finally:
            self._replaced -= 1

    @contextlib.contextmanager
    def viewer(self, session: Session | None) -> Iterator[ShowTask]:
        """Show the task of a call, from the call to its end; see `webrun_nb.client.task`."""
        waited: contextlib.AbstractContextManager[Waited | None]
        if threading.current_thread() is not threading.main_thread():
            waited = contextlib.nullcontext()  # what a thread shows lands under some other cell
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
    def _in_terminal(self) -> Iterator[Waited | None]:
        from webrun_nb.notebook.display import terminal_line

        if self._replaced or not terminal_line.can_rewrite(sys.stdout):
            yield None
            return
        with terminal_line.following(sys.stdout) as waited:
            yield waited

    @contextlib.contextmanager
    def _under_cell(self) -> Iterator[Waited]:
        from webrun_nb.notebook.display.cards import cards
        from webrun_nb.notebook.workspace import SessionCardActions, wait_for_forms

        wait_for_forms()
        request_id, is_cell = running_request()
        cell = self._cell(request_id, over=not is_cell)
        waited = Waited(
            cell.line.mark,
            lambda session: cards.hold(session, SessionCardActions(session)),
            lambda session_id: cards.is_shown_by(session_id, request_id),
        )
        row = cell.line.add(waited)
        try:
            yield waited
        finally:
            waited.close()
            cell.line.remove(row)
            self._take_away_if_over(request_id)

    def _cell(self, request_id: str, *, over: bool) -> _Cell:
        """Return a cell's line, which is shown in the running cell where it is new."""
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
            self._take_away_if_over(request_id)

    def _take_away_if_over(self, request_id: str) -> None:
        """Leave nothing of a cell's line once the cell has ended and waits for nothing."""
        cell = self._cells.get(request_id)
        if cell is None or not cell.over or not cell.line.idle:
            return
        from IPython.display import display

        del self._cells[request_id]
        display({}, raw=True, display_id=cell.display_id, update=True)  # type: ignore[no-untyped-call]
        cell.line.close()


task_lines = TaskLines()
"""This process's."""

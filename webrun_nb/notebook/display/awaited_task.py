"""Follows a task that a call waits for, for its line of progress."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from webrun_nb.client.sessions.session import Session
from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.client.tasks.task import TaskRun

if TYPE_CHECKING:
    from webrun_nb.notebook.widgets.session_card import SessionCard


class AwaitedTask:
    """A task that a call waits for, as its line of progress shows it.

    Parameters
    ----------
    on_change : callable
        Called from any thread when the task may have changed; must return at once.
    hold_card : callable, optional
        Returns the card of a session, whose form is shown. Without it there is no form.
    in_cell : callable, optional
        Tells whether a session's card is under the cell that waits.
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
        """The task's id; None until the server has returned it."""
        return None if self._run is None else self._run.task_id

    @property
    def snapshot(self) -> SessionSnapshot | None:
        """The snapshot of its session; None while that is being opened."""
        return None if self._session is None else self._session.snapshot

    @property
    def form(self) -> SessionCard | None:
        """The form of its session's card; None where that card is under the same cell."""
        session = self._session
        return None if session is None or self._in_cell(session.session_id) else self._card

    def use(self, session: Session) -> None:
        """Follow this session, in which the task runs; any thread."""
        if self._session is not None:
            return
        self._session = session
        self._leave.append(session.subscribe(lambda _: self._on_change()))
        if self._hold_card is not None:
            self._card = self._hold_card(session)
            self._leave.append(self._card.watch(self._on_change))
        self._on_change()

    def show(self, session: Session, run: TaskRun) -> None:
        """Follow this task; any thread."""
        self._run = run
        self.use(session)
        self._on_change()

    def close(self) -> None:
        """Stop following the session."""
        for leave in self._leave:
            leave()

"""What shows a task to a person while a call waits for it.

The client knows no notebook: it enters the viewer that it was given for the time of a call, in the thread and context
that made the call, and tells it the task. Tasks that no call waits for are not shown.
"""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from webrun_nb.client.session import Session
    from webrun_nb.client.tasks import TaskRun

ShowTask = Callable[["Session", "TaskRun"], None]
"""Takes the task that the call waits for; called on any thread, returns at once."""
TaskViewer = Callable[["Session | None"], AbstractContextManager[ShowTask]]
"""Takes the session of the call, None where the call opens one; entered and left where the call was made."""

_show: contextvars.ContextVar[ShowTask | None] = contextvars.ContextVar("webrun_show_task", default=None)


@contextlib.contextmanager
def viewed(viewer: TaskViewer | None, session: Session | None) -> Iterator[None]:
    """Have `viewer` show the task that is waited for in this block."""
    if viewer is None:
        yield
        return
    with viewer(session) as show:
        token = _show.set(show)
        try:
            yield
        finally:
            _show.reset(token)


def show_task(session: Session, run: TaskRun) -> None:
    """Tell the viewer of the call, where it has one, which task it waits for."""
    show = _show.get()
    if show is not None:
        show(session, run)

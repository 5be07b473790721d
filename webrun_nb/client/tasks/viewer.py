"""Passes the task that a call waits for to the layer above, which shows it meanwhile.

The viewer belongs to the context of the call: it is entered where the call was made, and shows the task from the loop
thread. This module is below `session`, so that sessions are `Any` here; a viewer takes `Session`.
"""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any, Protocol

from webrun_nb.client.tasks.task import TaskRun

ShowTask = Callable[[Any, TaskRun], None]
"""Takes the session and the task that the call waits for; called on any thread, returns at once."""
TaskViewer = Callable[[Any], AbstractContextManager[ShowTask]]
"""Takes the session of the call, None where the call opens one; entered and left where the call was made."""


class HasViewer(Protocol):
    """A client, as the calls that wait for its tasks need it."""

    task_viewer: TaskViewer | None


_show: contextvars.ContextVar[ShowTask | None] = contextvars.ContextVar("webrun_show_task", default=None)


@contextlib.contextmanager
def viewed_by(viewer: TaskViewer | None, session: Any = None) -> Iterator[None]:
    """Show the task that is waited for in this block with a viewer; None for no viewer."""
    if viewer is None:
        yield
        return
    with viewer(session) as show:
        token = _show.set(show)
        try:
            yield
        finally:
            _show.reset(token)


def show_task(session: Any, run: TaskRun) -> None:
    """Pass the session and task that the call waits for to the call's viewer, if it has one."""
    show = _show.get()
    if show is not None:
        show(session, run)

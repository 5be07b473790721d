"""The line under a cell that waits for tasks: what each does, for how long, and the form for what it asks.

Python sends its state when it changes; the page extrapolates.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

import traitlets

from webrun_nb.client.monitoring.costs import extrapolate
from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.common.codes import SessionPhase
from webrun_nb.notebook.text import labels as words
from webrun_nb.notebook.widgets.assets import script, style
from webrun_nb.notebook.widgets.base import NotebookWidget
from webrun_nb.notebook.widgets.button_press import busy_command
from webrun_nb.notebook.widgets.extrapolation import is_extrapolation_of, quantity
from webrun_nb.notebook.widgets.job_card import Form

_HOLDING = (SessionPhase.GUARDRAIL, SessionPhase.PAUSED, SessionPhase.MANUAL)
"""The phases in which a task waits for a person."""


class WaitedTask(Protocol):
    """A task that a call waits for, as far as its line needs it."""

    @property
    def began_s(self) -> float:
        """The beginning of the call, by the kernel's monotonic clock."""
        ...

    @property
    def task_id(self) -> str | None:
        """The task's id; None until the server has returned it."""
        ...

    @property
    def snapshot(self) -> SessionSnapshot | None:
        """The latest snapshot of its session; None while that is being opened."""
        ...

    @property
    def form(self) -> Form | None:
        """The form of its session's card; None where that card is under the same cell."""
        ...


class TaskLine(NotebookWidget):
    """The line of one cell: a row for each task that the cell waits for, nothing while there is none.

    Parameters
    ----------
    on_change : callable
        Called with the line, from any thread, when there is something to flush; must return at once.
    monotonic_s : callable, optional
        The kernel's clock, seconds.
    """

    _esm = script("task_line.js")
    _css = style("session_card.css", "task_line.css")
    state = traitlets.Dict().tag(sync=True)
    """`{"tasks": [...]}`, a state for each row."""

    def __init__(
        self, on_change: Callable[[TaskLine], None], *, monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._on_change = on_change
        self._monotonic_s = monotonic_s
        self._lock = threading.Lock()
        self._tasks: dict[str, _Row] = {}
        self._numbers = 0
        self._sent_s = monotonic_s()
        super().__init__(state={"tasks": []})
        self.on_msg(self._on_message)

    @property
    def idle(self) -> bool:
        """True while no task is waited for."""
        return not self._tasks

    def add(self, task: WaitedTask) -> str:
        """Show a task from now on; any thread. Returns the id of its row."""
        with self._lock:
            self._numbers += 1
            row = str(self._numbers)
            self._tasks[row] = _Row(row, task)
        self.mark()
        return row

    def remove(self, row: str) -> None:
        """Remove the row of a task; any thread."""
        with self._lock:
            del self._tasks[row]
        self.mark()

    def mark(self) -> None:
        """Have the line written soon; any thread."""
        self._on_change(self)

    def flush(self) -> None:
        """Send what is new to the page: not what it extrapolates by itself. Only the one writer thread calls this."""
        now_s = self._monotonic_s()
        with self._lock:
            rows = list(self._tasks.values())
        state = {"tasks": [row.state(now_s) for row in rows]}
        if not is_extrapolation_of(self.state, state, (now_s - self._sent_s) * 1000):
            self._sent_s = now_s
            self.state = state

    def close(self) -> None:
        """Remove it from all pages."""
        if self.on_page:
            self.layout.close()
        super().close()

    def static_mimebundle(self) -> dict[str, str]:
        """Return nothing: the line is for the moment, and is saved in no file."""
        return {}

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return {kind: form for kind, form in data.items() if kind != "text/plain"}, metadata

    def _on_message(self, _widget: Any, content: Any, _buffers: Any) -> None:
        """Take a message; runs on the subshell's thread, or on the main one where there are no subshells."""
        if not isinstance(content, dict):
            return
        row = self._tasks.get(str(content.get("row")))
        if row is not None and row.task.form is not None:
            row.task.form.take_form_message(content)


class _Row:
    """One task of the line."""

    def __init__(self, row_id: str, task: WaitedTask) -> None:
        self.task = task
        self._id = row_id
        self._snapshot: SessionSnapshot | None = None
        self._received_s = 0.0
        """The time at which this snapshot was first seen."""

    def state(self, now_s: float) -> dict[str, Any]:
        """Return what the page needs to draw the row."""
        snapshot, form = self._snapshot_at(now_s), self.task.form
        asks = None if snapshot is None or snapshot.ended else snapshot.question
        question = None if asks is None or form is None else form.question(asks.task_id)
        press = None if form is None or question is None else form.press
        if press is not None and press.command not in ("answer", "stop"):
            press = None
        is_held = snapshot is not None and snapshot.phase in _HOLDING
        what = words.progress(snapshot, self.task.task_id)
        return {
            "row": self._id,
            "session": "" if snapshot is None else words.clean(snapshot.name, words.CANDIDATE_CHARACTERS),
            "what": what,
            "tone": "warn" if is_held else "busy",
            "shape": "question" if is_held else "dot",
            "announcement": what if is_held else "",
            "elapsed": quantity(round((now_s - self.task.began_s) * 1000), 1),
            "now": quantity(0 if snapshot is None else snapshot.server_now_ms, int(_clock_runs(snapshot))),
            # its page can be seen on the session's card
            "question": None if question is None else {**question, "viewable": False, "stoppable": True},
            "press": None if press is None else press.to_json(),
            "busy": busy_command(press),
            "notice": press.message if press is not None and press.state == "failed" else "",
            "withoutKernel": _without_kernel(snapshot),
        }

    def _snapshot_at(self, now_s: float) -> SessionSnapshot | None:
        snapshot = self.task.snapshot
        if snapshot is not self._snapshot:
            self._snapshot, self._received_s = snapshot, now_s
        return None if snapshot is None else extrapolate(snapshot, round((now_s - self._received_s) * 1000))


def _clock_runs(snapshot: SessionSnapshot | None) -> bool:
    return snapshot is not None and snapshot.clock_running and not snapshot.ended


def _without_kernel(snapshot: SessionSnapshot | None) -> dict[str, Any]:
    """Return what changes on the page once the kernel is gone; `text` follows "The kernel was restarted"."""
    changes = {"tone": "off", "question": None, "notice": "", "announcement": ""}
    if snapshot is not None and snapshot.ends_with_process:
        return {"text": ": the task of this cell ended with it.", "changes": changes}
    return {"text": ". This cell no longer waits for its task, which may go on.", "changes": changes}

"""The line under a cell that waits for a task: what the task does, for how long, and the form for what it asks.

Python sends facts when they change; the page counts the seconds by itself.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import traitlets

from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.notebook.text import labels as words
from webrun_nb.notebook.widgets.assets import script, style
from webrun_nb.notebook.widgets.base import NotebookWidget
from webrun_nb.notebook.widgets.job_card import Form

_DRIFT_MS = 500
"""The page's count may be off by so much before it is corrected."""
_TICKING = ("elapsedMs", "serverNowMs")


class WaitedTask(Protocol):
    """A task that a call waits for, as far as its line needs it."""

    @property
    def began_s(self) -> float:
        """When the call began, by the kernel's monotonic clock."""
        ...

    @property
    def task_id(self) -> str | None:
        """None until the server has told it."""
        ...

    @property
    def snapshot(self) -> SessionSnapshot | None:
        """Its session's; None while that is being opened."""
        ...

    @property
    def form(self) -> Form | None:
        """The form of its session's card; None where that card stands under the same cell."""
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

    _esm = script("dom.js", "kernel.js", "session.js", "question_form.js", "task_line.js")
    _css = style("session_card.css", "task_line.css")
    facts = traitlets.Dict().tag(sync=True)

    def __init__(
        self, on_change: Callable[[TaskLine], None], *, monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._on_change = on_change
        self._monotonic_s = monotonic_s
        self._lock = threading.Lock()
        self._tasks: dict[str, WaitedTask] = {}
        self._numbers = 0
        self._sent_s = monotonic_s()
        super().__init__(facts={"tasks": []})
        self.on_msg(self._on_message)

    @property
    def idle(self) -> bool:
        """Whether no task is waited for."""
        return not self._tasks

    def add(self, task: WaitedTask) -> str:
        """Show a task from now on; any thread. Returns the id of its row."""
        with self._lock:
            self._numbers += 1
            row = str(self._numbers)
            self._tasks[row] = task
        self.mark()
        return row

    def remove(self, row: str) -> None:
        """Show a task no more; any thread."""
        with self._lock:
            del self._tasks[row]
        self.mark()

    def mark(self) -> None:
        """Have the line written soon; any thread."""
        self._on_change(self)

    def flush(self) -> None:
        """Send what is new to the page: not what it counts on to by itself. Only the one writer thread calls this."""
        now_s = self._monotonic_s()
        with self._lock:
            tasks = dict(self._tasks)
        facts = {"tasks": [self._row(row, task, now_s) for row, task in tasks.items()]}
        if not _counts_to(self.facts, facts, (now_s - self._sent_s) * 1000):
            self._sent_s = now_s
            self.facts = facts

    def close(self) -> None:
        """Take it away from all pages."""
        if self.on_page:
            self.layout.close()
        super().close()

    def static_mimebundle(self) -> dict[str, str]:
        """Return nothing: a line is for those who watch, and stays in no file."""
        return {}

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return {kind: form for kind, form in data.items() if kind != "text/plain"}, metadata

    def _row(self, row: str, task: WaitedTask, now_s: float) -> dict[str, Any]:
        snapshot, form = task.snapshot, task.form
        asks = None if snapshot is None or snapshot.ended else snapshot.question
        question = None if asks is None or form is None else form.question(asks.task_id)
        press = None if form is None or question is None else form.press
        return {
            "row": row,
            "session": "" if snapshot is None else words.clean(snapshot.name, words.CANDIDATE_CHARACTERS),
            "what": words.progress(snapshot, task.task_id),
            "held": snapshot is not None and snapshot.phase in ("guardrail", "paused", "manual"),
            "endsWithKernel": snapshot is not None and snapshot.ends_with_process,
            "elapsedMs": round((now_s - task.began_s) * 1000),
            "serverNowMs": 0 if snapshot is None else snapshot.server_now_ms,
            "clockRunning": snapshot is not None and snapshot.clock_running,
            # its page can be seen on the session's card
            "question": None if question is None else {**question, "viewable": False, "stoppable": True},
            "press": None
            if press is None or press.command not in ("answer", "stop")
            else {"id": press.id, "command": press.command, "state": press.state, "message": press.message},
        }

    def _on_message(self, _widget: Any, content: Any, _buffers: Any) -> None:
        """Take a message; runs on the subshell's thread, or on the main one where there are no subshells."""
        if not isinstance(content, dict):
            return
        task = self._tasks.get(str(content.get("row")))
        if task is not None and task.form is not None:
            task.form.take(content)


def _counts_to(shown: Mapping[str, Any], facts: Mapping[str, Any], passed_ms: float) -> bool:
    """Tell whether a page that was sent `shown` has counted on to `facts` by itself, `passed_ms` later."""
    if len(shown["tasks"]) != len(facts["tasks"]):
        return False
    for before, now in zip(shown["tasks"], facts["tasks"], strict=True):
        if any(before[name] != now[name] for name in now if name not in _TICKING):
            return False
        # the server's clock is as old as its last word, so that only a leap of it tells anything
        leap_ms = now["serverNowMs"] - before["serverNowMs"]
        expected_ms = passed_ms if now["clockRunning"] else 0
        if leap_ms > expected_ms + _DRIFT_MS or leap_ms < 0:
            return False
    return True

"""The log of a task's steps on the session's card: read when a page has it open, and sent in messages.

Steps and pictures are in no trait: what is in no trait is in no saved notebook and in no widget state.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from webrun_nb.client.emulator_control import StepPicture
from webrun_nb.common.labels import action_label
from webrun_nb.notebook.text import labels as words
from webrun_nb.wire.policies import StepBody

STEPS_SHOWN = 200
"""The number of latest steps that are shown; `result.steps` has all of them."""

_DECISIONS = {"allow": "allowed", "block": "blocked", "guardrail": "asked"}
_log = logging.getLogger(__name__)

Send = Callable[..., None]
"""Sends a custom message to the widget's pages: content, and buffers where there are any."""


class StepsFeed:
    """Reads a session's steps and their pictures for the pages of one card.

    Parameters
    ----------
    actions : object
        May have `steps(task_id)`, `step_picture(task_id, number)` and `keep_pictures()`; see `CardActions`.
    send : callable
        Sends a message to the pages; called from any thread.
    changed : callable
        Called from any thread when `flush` has something to send; must return at once.
    """

    def __init__(self, actions: object, send: Send, changed: Callable[[], None]) -> None:
        self._steps: Callable[[str], Future[Sequence[StepBody]]] | None = getattr(actions, "steps", None)
        self._step_picture: Callable[[str, int], Future[StepPicture]] | None = getattr(actions, "step_picture", None)
        self._keep_pictures: Callable[[], Future[Any]] | None = getattr(actions, "keep_pictures", None)
        self._send = send
        self._changed = changed
        self._message: dict[str, Any] | None = None
        """Waits for `flush`."""

    @property
    def has_steps(self) -> bool:
        """True if the session's server records steps."""
        return self._steps is not None

    def read(self, task_id: str | None) -> None:
        """Read a task's steps; they are sent with the next flush. None: no task has run yet."""
        if self._steps is None or task_id is None:
            self._set_message((), "no task has run yet")
            return
        if self._keep_pictures is not None:  # from now on, since the log is open
            keep, self._keep_pictures = self._keep_pictures, None
            keep().add_done_callback(_log_failure)
        self._steps(task_id).add_done_callback(lambda done: self._take_steps(task_id, done))

    def read_picture(self, content: Mapping[str, Any]) -> None:
        """Read one step's picture for the page that asks for it, and send it in one message."""
        task_id, number = content.get("task"), content.get("step")
        if self._step_picture is None or not isinstance(task_id, str) or not isinstance(number, int):
            _log.warning("a page asked for a picture that this card does not have")
            return
        message = {"type": "step_picture", "task": task_id, "step": number}

        def send(done: Future[StepPicture]) -> None:
            error = None if done.cancelled() else done.exception()
            if error is not None:
                problem = words.clean(f"there is no picture: {error}", words.ACTION_CHARACTERS)
                self._send({**message, "said": problem})
            elif not done.cancelled():
                self._send({**message, "said": ""}, [done.result().jpeg])

        self._step_picture(task_id, number).add_done_callback(send)

    def flush(self) -> None:
        """Send the steps that were read, if there are new ones. Only the writer thread calls this."""
        message, self._message = self._message, None
        if message is not None:
            self._send(message)

    def _take_steps(self, task_id: str, done: Future[Sequence[StepBody]]) -> None:
        error = None if done.cancelled() else done.exception()
        if error is not None:
            _log.warning("the steps can't be read: %s", error)
            self._set_message((), words.clean(f"the steps can't be read: {error}", words.ACTION_CHARACTERS))
        elif not done.cancelled():
            self._set_message(done.result(), left_out(done.result()), task_id)

    def _set_message(self, steps: Sequence[StepBody], said: str, task_id: str = "") -> None:
        self._message = {"type": "steps", "task": task_id, "steps": step_rows(steps), "said": said}
        self._changed()


def step_rows(steps: Sequence[StepBody]) -> list[dict[str, Any]]:
    """Return the latest steps as the page shows them: texts only, cleaned and cut."""
    return [_row(step) for step in steps[-STEPS_SHOWN:]]


def left_out(steps: Sequence[StepBody]) -> str:
    """Return the note on the steps that are not shown; empty where all are."""
    more = len(steps) - STEPS_SHOWN
    return f"{more} earlier steps are not shown; result.steps has them all" if more > 0 else ""


def _row(step: StepBody) -> dict[str, Any]:
    by = " (by hand)" if step.by == "user" else ""
    return {
        "number": step.seq,
        "what": words.clean(f"{action_label(step.name or step.kind)}{by}", words.TASK_CHARACTERS),
        "where": words.clean(step.target or step.url, words.ACTION_CHARACTERS),
        "policy": words.clean(_policy(step), words.ACTION_CHARACTERS),
        "decision": step.decision or "",
        "time": "…" if step.duration is None else f"{step.duration / 1000:.1f} s",
        "cost": "" if step.cost is None else f"${step.cost:.4f}",
        "picture": step.picture,
    }


def _policy(step: StepBody) -> str:
    decision = _DECISIONS.get(step.decision or "", "")
    rule = f"({step.rule})" if step.rule else ""
    failed = "failed" if step.outcome == "failed" else ""
    return " ".join(part for part in (decision, step.response or "", rule, failed) if part)


def _log_failure(done: Future[Any]) -> None:
    if not done.cancelled() and (error := done.exception()) is not None:
        _log.warning("no pictures of the steps: %s", error)

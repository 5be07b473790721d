"""Buttons of widgets, and the last click on one: from the page's message until the server has answered."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from webrun_nb.notebook.text import labels as words

_CLICKS_REMEMBERED = 64
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Button:
    """A button as a page draws it."""

    command: str
    """Its name in messages."""
    label: str
    busy_label: str
    """Its label from the click until the server has answered."""
    title: str
    """Its tooltip."""

    def to_json(self, *, enabled: bool = True) -> dict[str, Any]:
        """Return it for the page."""
        names = {"command": self.command, "label": self.label, "busyLabel": self.busy_label, "title": self.title}
        return {**names, "enabled": enabled}


@dataclass(frozen=True, slots=True)
class ButtonPress:
    """A pressed button. `id` is the page's."""

    id: str
    command: str
    state: Literal["sent", "done", "failed"] = "sent"
    message: str = ""

    @property
    def name(self) -> str:
        """The command in words."""
        return self.command.replace("_", " ")

    def to_json(self) -> dict[str, str]:
        """Return it for the page."""
        return asdict(self)


def busy_command(press: ButtonPress | None) -> str | None:
    """Return the command that is under way; None where none is."""
    return press.command if press is not None and press.state == "sent" else None


def error_message(press: ButtonPress, error: BaseException) -> str:
    """Return the card's text for a command that failed."""
    return words.clean(f"{press.name} failed: {error}", words.ACTION_CHARACTERS)


class PressTracker:
    """Starts what a button asks for, and keeps what became of the last click; for any thread.

    Parameters
    ----------
    changed : callable
        Called from any thread when there is something new to show; must return at once.
    describe_error : callable, optional
        Returns what to show of an exception.
    """

    def __init__(
        self,
        changed: Callable[[], None],
        describe_error: Callable[[ButtonPress, BaseException], str] = error_message,
    ) -> None:
        self._changed = changed
        self._describe_error = describe_error
        self._lock = threading.Lock()
        self._taken: deque[str] = deque(maxlen=_CLICKS_REMEMBERED)
        self.press: ButtonPress | None = None
        """The last click."""

    def is_repeated(self, press_id: str) -> bool:
        """Return whether this click came before, and remember it: pages send it again where nothing answers."""
        with self._lock:
            if press_id in self._taken:
                return True
            self._taken.append(press_id)
            return False

    def is_busy(self, command: str) -> bool:
        """Return whether this command is under way."""
        return busy_command(self.press) == command

    def forget(self) -> None:
        """Show nothing of the last click any more."""
        with self._lock:
            self.press = None

    def run(
        self,
        press: ButtonPress,
        action: Callable[[], Future[Any]],
        on_result: Callable[[Any], str] = lambda result: "",
    ) -> None:
        """Start `action` and follow its future.

        Parameters
        ----------
        press : ButtonPress
            The click.
        action : callable
            Must return at once.
        on_result : callable, optional
            Called with the future's result, on the thread that brought it; returns what to show.
        """
        self._set(press)
        try:
            future = action()
        except Exception as error:  # noqa: BLE001 - the outermost edge: above it is only the kernel's message loop
            self._fail(press, error)
            return
        future.add_done_callback(lambda done: self._settle(press, done, on_result))

    def refuse(self, press: ButtonPress, message: str) -> None:
        """Show that nothing was done, and why."""
        self._set(press)
        self._set(replace(press, state="failed", message=message))

    def _settle(self, press: ButtonPress, done: Future[Any], on_result: Callable[[Any], str]) -> None:
        if done.cancelled():
            self._set(replace(press, state="failed", message=f"{press.name} was cancelled"))
            return
        error = done.exception()
        if error is not None:
            self._fail(press, error)
            return
        try:
            message = on_result(done.result())
        except Exception as failure:  # noqa: BLE001 - the outermost edge: a future swallows what its callbacks raise
            self._fail(press, failure)
            return
        self._set(replace(press, state="done", message=message))

    def _fail(self, press: ButtonPress, error: BaseException) -> None:
        if press.command == "answer":  # an error may quote what was sent: neither it nor its traceback is logged
            _log.warning("an answer was not taken: %s", getattr(error, "code", type(error).__name__))
        else:
            _log.warning("%s failed", press.command, exc_info=error)
        self._set(replace(press, state="failed", message=self._describe_error(press, error)))

    def _set(self, press: ButtonPress) -> None:
        with self._lock:
            if self.press is not None and self.press.id != press.id and press.state != "sent":
                return  # a later click has taken its place
            self.press = press
        self._changed()

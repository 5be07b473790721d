"""The session card: one widget per session. Python sends facts when they change; the page ticks by itself."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import anywidget
import traitlets

from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.notebook import session_words as words
from webrun_nb.notebook.fallback import card_html, card_text
from webrun_nb.notebook.widgets.session_facts import COMMANDS, Press, session_facts

_HERE = Path(__file__).parent
_log = logging.getLogger(__name__)


class CardActions(Protocol):
    """What the buttons do. Each only posts to another thread and returns at once.

    All widgets of a kernel share one thread for their messages. The future ends when the server has answered; its
    exception is shown on the card. An object that also has `pause` and `resume` of the same shape gets those buttons
    too.
    """

    def stop(self) -> Future[Any]:
        """End the current task, keep the session."""
        ...

    def terminate(self) -> Future[Any]:
        """End the session and its billing."""
        ...


class SessionCard(anywidget.AnyWidget):
    """A card, fed by `receive` from any thread and written by `flush` from one.

    Parameters
    ----------
    snapshot : SessionSnapshot
        What is known now.
    actions : CardActions
        What the buttons do.
    on_change : callable
        Called with the card, from any thread, when there is something to flush; must return at once.
    monotonic_s : callable, optional
        The kernel's clock, seconds.
    """

    _esm = _HERE / "session_card.js"
    _css = _HERE / "session_card.css"
    facts = traitlets.Dict().tag(sync=True)
    """What `session_facts` returns."""

    def __init__(
        self,
        snapshot: SessionSnapshot,
        actions: CardActions,
        on_change: Callable[[SessionCard], None],
        *,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lock = threading.Lock()
        self._monotonic_s = monotonic_s
        self._on_change = on_change
        self._actions: dict[str, Callable[[], Future[Any]]] = {
            name: getattr(actions, name) for name in COMMANDS if callable(getattr(actions, name, None))
        }
        self._latest = snapshot
        self._received_s = monotonic_s()
        self._seen_ended_ms: int | None = None
        self._press: Press | None = None
        super().__init__(facts=self._facts())
        # ipykernel 7.4 sends a click's message back to the busy main thread; without this route it stays on the
        # subshell that JupyterLab chose, and buttons work while a cell runs.
        if getattr(self.comm, "_reply_subshell_for", None) is not None:
            self.comm._reply_subshell_for = None
        self.on_msg(self._on_message)

    @property
    def latest(self) -> SessionSnapshot:
        """The last snapshot received, shown or about to be."""
        return self._latest

    def receive(self, snapshot: SessionSnapshot, *, instead_of: SessionSnapshot | None = None) -> None:
        """Take a new snapshot; any thread. With `instead_of`, only if that one is still the latest."""
        with self._lock:
            if instead_of is not None and self._latest is not instead_of:
                return
            if snapshot.ended and not self._latest.ended:
                self._seen_ended_ms = snapshot.server_now_ms
            self._latest, self._received_s = snapshot, self._monotonic_s()
        self._on_change(self)

    def flush(self) -> None:
        """Send what is new to the page. Only the one writer thread calls this."""
        self.facts = self._facts()

    def get_state(self, key: Any = None, drop_defaults: bool = False) -> dict[str, Any]:
        """Return the state with the server's clock moved on to now: a reloaded page must not start in the past."""
        state: dict[str, Any] = super().get_state(key, drop_defaults)
        facts = state.get("facts")
        if facts and facts["clockRunning"] and not facts["ended"]:
            age_ms = int((self._monotonic_s() - self._received_s) * 1000)
            state["facts"] = {**facts, "serverNowMs": facts["costAtMs"] + age_ms}
        return state

    def text(self) -> str:
        """Return the card as text, between markers."""
        return card_text(self._latest, seen_ended_ms=self._seen_ended_ms)

    def html(self) -> str:
        """Return the card as static HTML, between markers."""
        return card_html(self._latest, seen_ended_ms=self._seen_ended_ms)

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        return {**data, "text/plain": self.text(), "text/html": self.html()}, metadata

    def _facts(self) -> dict[str, Any]:
        with self._lock:
            return session_facts(
                self._latest, supported=self._actions.keys(), seen_ended_ms=self._seen_ended_ms, press=self._press
            )

    def _set_press(self, press: Press) -> None:
        with self._lock:
            if self._press is not None and self._press.id != press.id and press.state != "sent":
                return  # a later click has taken its place
            self._press = press
        self._on_change(self)

    def _on_message(self, _widget: Any, content: Any, _buffers: Any) -> None:
        """Take a click; runs on the subshell's thread, or on the main one where there are no subshells."""
        if not isinstance(content, dict) or content.get("type") != "command":
            return
        action = self._actions.get(str(content.get("command")))
        if action is None:
            _log.warning("a page asked for a command that this card does not have")
            return
        press = Press(id=str(content.get("id")), command=str(content["command"]))
        self._set_press(press)
        try:
            future = action()
        except Exception as error:  # noqa: BLE001 - the outermost edge: above it is only the kernel's message loop
            self._fail(press, error)
            return
        future.add_done_callback(lambda done: self._settle(press, done))

    def _settle(self, press: Press, done: Future[Any]) -> None:
        if done.cancelled():
            self._set_press(replace(press, state="failed", message=f"{press.command} was cancelled"))
            return
        error = done.exception()
        if error is not None:
            self._fail(press, error)
        else:
            self._set_press(replace(press, state="done"))

    def _fail(self, press: Press, error: BaseException) -> None:
        _log.warning("%s failed", press.command, exc_info=error)
        message = words.clean(f"{press.command} failed: {error}", words.ACTION_CHARACTERS)
        self._set_press(replace(press, state="failed", message=message))

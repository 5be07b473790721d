"""The table card: the sessions of a kernel in one place, each with its state, its cost and its two ends."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import traitlets

from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.notebook.text import labels as words
from webrun_nb.notebook.widgets.assets import script, style
from webrun_nb.notebook.widgets.base import NotebookWidget
from webrun_nb.notebook.widgets.card_actions import CardActions, SessionFeed
from webrun_nb.notebook.widgets.card_state import ButtonPress, is_extrapolation_of, session_card_state

COMMANDS = ("stop", "terminate")
"""What a row's buttons ask for; the rest is on the session's own card."""
_CLICKS_REMEMBERED = 256
_log = logging.getLogger(__name__)


class _Row:
    """One session of the table."""

    def __init__(self, session: SessionFeed, actions: CardActions, monotonic_s: Callable[[], float]) -> None:
        self.actions = actions
        self.latest = session.snapshot
        self.received_s = self.sent_s = monotonic_s()
        self.press: ButtonPress | None = None

    def facts(self) -> dict[str, Any]:
        return session_card_state(self.latest, supported=COMMANDS, press=self.press)


class SessionsTable(NotebookWidget):
    """A live table of sessions; written by the same thread as the cards.

    Parameters
    ----------
    sessions : sequence of (Watched, CardActions)
        What it shows, and what its buttons do, in the order of the rows.
    on_change : callable
        Called with the table, from any thread, when there is something to flush; must return at once.
    monotonic_s : callable, optional
        The kernel's clock, seconds.
    """

    _esm = script("dom.js", "kernel.js", "session.js", "sessions_table.js")
    _css = style("session_card.css", "table.css", "sessions_table.css")
    rows: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    """What `session_card_state` returns, a session each."""

    def __init__(
        self,
        sessions: Sequence[tuple[SessionFeed, CardActions]],
        on_change: Callable[[SessionsTable], None],
        *,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lock = threading.Lock()
        self._monotonic_s = monotonic_s
        self._on_change = on_change
        self._taken: deque[str] = deque(maxlen=_CLICKS_REMEMBERED)
        self._by_id = {
            session.snapshot.session_id: _Row(session, actions, monotonic_s) for session, actions in sessions
        }
        super().__init__(rows=[row.facts() for row in self._by_id.values()])
        self.on_msg(self._on_message)
        for session, _ in sessions:
            session.subscribe(self.receive)

    @property
    def session_ids(self) -> tuple[str, ...]:
        """Whose rows it has."""
        return tuple(self._by_id)

    def receive(self, snapshot: SessionSnapshot) -> None:
        """Take a session's new snapshot; any thread."""
        with self._lock:
            row = self._by_id.get(snapshot.session_id)
            if row is None:
                return
            row.latest, row.received_s = snapshot, self._monotonic_s()
        self._on_change(self)

    def flush(self) -> None:
        """Send what is new: not what the page ticks to by itself. Only the one writer thread calls this."""
        with self._lock:
            fresh = [(row, row.facts()) for row in self._by_id.values()]
            changed = [
                (row, facts)
                for (row, facts), shown in zip(fresh, self.rows, strict=True)
                if not is_extrapolation_of(shown, facts, (row.received_s - row.sent_s) * 1000)
            ]
            for row, _ in changed:
                row.sent_s = row.received_s
        if changed:
            anew = {facts["sessionId"]: facts for _, facts in changed}
            self.rows = [anew.get(shown["sessionId"], shown) for shown in self.rows]

    def static_mimebundle(self) -> dict[str, str]:
        """Return one line: where no widget can be shown, the DataFrame that comes with it says the same."""
        live = sum(not row.latest.ended for row in self._by_id.values())
        return {"text/plain": f"sessions: {live} live of {len(self._by_id)}"}

    # --- what a page asks for -----------------------------------------------------------------------------------------

    def _on_message(self, _widget: Any, content: Any, _buffers: Any) -> None:
        """Take a click; runs on the subshell's thread, or on the main one where there are no subshells."""
        if not isinstance(content, dict) or content.get("type") != "command":
            return
        row = self._by_id.get(str(content.get("session")))
        command, press_id = str(content.get("command")), str(content.get("id"))
        if row is None or command not in COMMANDS:
            _log.warning("a page asked for a command that this table does not have")
            return
        with self._lock:
            if press_id in self._taken:
                return  # pages say it again where nothing answers
            self._taken.append(press_id)
        press = ButtonPress(id=press_id, command=command)
        self._set_press(row, press)
        try:
            future: Future[Any] = getattr(row.actions, command)()
        except Exception as error:  # noqa: BLE001 - the outermost edge: above it is only the kernel's message loop
            self._fail(row, press, error)
            return
        future.add_done_callback(lambda done: self._settle(row, press, done))

    def _settle(self, row: _Row, press: ButtonPress, done: Future[Any]) -> None:
        if done.cancelled():
            self._set_press(row, replace(press, state="failed", message=f"{press.command} was cancelled"))
        elif error := done.exception():
            self._fail(row, press, error)
        else:
            self._set_press(row, replace(press, state="done"))

    def _fail(self, row: _Row, press: ButtonPress, error: BaseException) -> None:
        _log.warning("%s failed", press.command, exc_info=error)
        message = words.clean(f"{press.command} failed: {error}", words.ACTION_CHARACTERS)
        self._set_press(row, replace(press, state="failed", message=message))

    def _set_press(self, row: _Row, press: ButtonPress) -> None:
        with self._lock:
            if row.press is not None and row.press.id != press.id and press.state != "sent":
                return  # a later click has taken its place
            row.press = press
        self._on_change(self)

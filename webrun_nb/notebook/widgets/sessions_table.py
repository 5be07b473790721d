"""The table of a kernel's sessions: the state and cost of each, with the buttons that end its task or itself."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

import traitlets

from webrun_nb.client.monitoring.costs import extrapolate
from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.notebook.widgets.assets import script, style
from webrun_nb.notebook.widgets.base import NotebookWidget
from webrun_nb.notebook.widgets.button_press import ButtonPress, PressTracker
from webrun_nb.notebook.widgets.card_actions import TABLE_COMMANDS, CardActions, SessionFeed
from webrun_nb.notebook.widgets.card_state import session_card_state
from webrun_nb.notebook.widgets.extrapolation import is_extrapolation_of

_log = logging.getLogger(__name__)


class SessionsTable(NotebookWidget):
    """A live table of sessions; written by the same thread as the cards.

    Parameters
    ----------
    sessions : sequence of (SessionFeed, CardActions)
        The sessions, in the order of the rows, and what carries out their buttons' commands.
    on_change : callable
        Called with the table, from any thread, when there is something to flush; must return at once.
    monotonic_s : callable, optional
        The kernel's clock, seconds.
    """

    _esm = script("sessions_table.js")
    _css = style("session_card.css", "table.css", "sessions_table.css")
    rows: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    """The state of each session: see `session_card_state`."""

    def __init__(
        self,
        sessions: Sequence[tuple[SessionFeed, CardActions]],
        on_change: Callable[[SessionsTable], None],
        *,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lock = threading.Lock()
        """Held while a row's snapshot is changed."""
        self._monotonic_s = monotonic_s
        self._on_change = on_change
        self._by_id = {
            session.snapshot.session_id: _Row(session, actions, lambda: on_change(self), monotonic_s())
            for session, actions in sessions
        }
        self._sent_s = monotonic_s()
        super().__init__(rows=self._rows_now())
        self.on_msg(self._on_message)
        for session, _ in sessions:
            session.subscribe(self.receive)

    @property
    def session_ids(self) -> tuple[str, ...]:
        """The ids of its sessions."""
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
        """Send what is new: not what the page extrapolates by itself. Only the one writer thread calls this."""
        rows, now_s = self._rows_now(), self._monotonic_s()
        if not is_extrapolation_of(self.rows, rows, (now_s - self._sent_s) * 1000):
            self._sent_s = now_s
            self.rows = rows

    def get_state(self, key: Any = None, drop_defaults: bool = False) -> dict[str, Any]:
        """Return the traits with the rows as they are now: a reloaded page must not start in the past."""
        traits: dict[str, Any] = super().get_state(key, drop_defaults)
        if "rows" in traits:
            traits["rows"] = self._rows_now()
        return traits

    def static_mimebundle(self) -> dict[str, str]:
        """Return one line: where no widget can be shown, the DataFrame that comes with it says the same."""
        live = sum(not row.latest.ended for row in self._by_id.values())
        return {"text/plain": f"sessions: {live} live of {len(self._by_id)}"}

    def _rows_now(self) -> list[dict[str, Any]]:
        with self._lock:
            return [row.state(self._monotonic_s()) for row in self._by_id.values()]

    def _on_message(self, _widget: Any, content: Any, _buffers: Any) -> None:
        """Take a click; runs on the subshell's thread, or on the main one where there are no subshells."""
        if not isinstance(content, dict) or content.get("type") != "command":
            return
        row = self._by_id.get(str(content.get("session")))
        press = ButtonPress(id=str(content.get("id")), command=str(content.get("command")))
        if row is None or press.command not in TABLE_COMMANDS:
            _log.warning("a page asked for a command that this table does not have")
            return
        if not row.presses.is_repeated(press.id):
            action: Callable[[], Future[Any]] = getattr(row.actions, press.command)
            row.presses.run(press, action)


class _Row:
    """One session of the table."""

    def __init__(
        self, session: SessionFeed, actions: CardActions, changed: Callable[[], None], received_s: float
    ) -> None:
        self.actions = actions
        self.latest = session.snapshot
        self.received_s = received_s
        self.presses = PressTracker(changed)

    def state(self, now_s: float) -> dict[str, Any]:
        snapshot = extrapolate(self.latest, round((now_s - self.received_s) * 1000))
        return session_card_state(snapshot, supported=TABLE_COMMANDS, press=self.presses.press)

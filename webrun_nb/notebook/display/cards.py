"""Registers the cards of a kernel: one per session, not one per cell; all are written by one thread."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from IPython.display import display

from webrun_nb.notebook.display.startup_notice import notice
from webrun_nb.notebook.widgets.card_actions import CardActions, RestartedSession, SessionFeed
from webrun_nb.notebook.widgets.front_end import can_display_widgets, has_front_end, running_request
from webrun_nb.notebook.widgets.live_view import LiveViewWidget
from webrun_nb.notebook.widgets.session_card import SessionCard
from webrun_nb.notebook.widgets.sessions_table import SessionsTable
from webrun_nb.notebook.widgets.static_card import card_text
from webrun_nb.notebook.widgets.view_feed import OpenView

WRITE_INTERVAL_S = 0.1
"""Jupyter breaks a cell at 1000 messages/s; no one can read more than ten updates a second."""

Card = TypeVar("Card")

_log = logging.getLogger(__name__)


class UpdateThrottler(Generic[Card]):
    """Writes changed cards on one thread: changes within `interval_s` are written as one, and the last one always is.

    Parameters
    ----------
    write : callable
        Writes one card (or table); called on the writer's thread alone.
    interval_s : float
        Pause between two rounds, seconds.
    sleep : callable, optional
        Pauses for that long.
    """

    def __init__(
        self,
        write: Callable[[Card], None],
        *,
        interval_s: float = WRITE_INTERVAL_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._write = write
        self._interval_s = interval_s
        self._sleep = sleep
        self._changed = threading.Condition()
        self._waiting: dict[Card, None] = {}
        self._writing = False
        self._thread: threading.Thread | None = None

    def mark(self, card: Card) -> None:
        """Have `card` written soon; any thread, returns at once."""
        with self._changed:
            self._waiting[card] = None
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="webrun-cards", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def drain(self, timeout_s: float) -> bool:
        """Wait until all that was marked is written; False if that took longer than `timeout_s`."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._writing, timeout_s)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                batch, self._waiting, self._writing = self._waiting, {}, True
            for card in batch:
                try:
                    self._write(card)
                except Exception:  # noqa: BLE001 - the thread's outermost edge: one card must not stop the others
                    _log.exception("a card could not be written")
            with self._changed:
                self._writing = False
                self._changed.notify_all()
            self._sleep(self._interval_s)


@dataclass(slots=True)
class _Placement:
    card: SessionCard
    unsubscribe: Callable[[], None]
    display_id: str | None = None
    """None while it is not shown anywhere."""
    displayed: bool = False
    """Its output is in the notebook and can be updated."""
    shown_by: set[str] = field(default_factory=set)
    """The ids of the requests (cells) that showed it."""
    saved_text: str = ""
    stale: bool = False
    """The saved output is about a session that the card no longer shows."""


class CardRegistry:
    """The cards of this kernel's sessions."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._placed: dict[str, _Placement] = {}
        self._table: SessionsTable | None = None
        self._writer: UpdateThrottler[SessionCard] = UpdateThrottler(self._write)
        self._tables: UpdateThrottler[SessionsTable] = UpdateThrottler(SessionsTable.flush)

    def show(self, session: SessionFeed, actions: CardActions, *, again: bool = False) -> bool:
        """Show a session's card in the running cell, unless it has one already. Only from the main thread.

        Parameters
        ----------
        session : SessionFeed
            Its snapshots feed the card until it shows another session ("Start again").
        actions : CardActions
            Carries out what the buttons ask for.
        again : bool
            Show it here too: it was asked for by name (`%webrun start`, `%webrun status`). It is still one card with
            one display id, so that an update reaches all places.

        Returns
        -------
        bool
            True if it was shown in this cell.
        """
        snapshot = session.snapshot
        if not has_front_end():
            print(card_text(snapshot))
            return True
        place = None
        with self._lock:
            placed = self._place(session, actions)
            if placed.display_id is not None and not again:
                return False
            if placed.display_id is None:
                placed.card.use_actions(actions)
                place = notice.replace()
                placed.display_id = place or uuid.uuid4().hex
            placed.shown_by.add(running_request()[0])
        in_its_place = place is not None
        text = placed.card.text()
        display(placed.card, display_id=placed.display_id, update=in_its_place)  # type: ignore[no-untyped-call]
        if not placed.displayed:
            placed.saved_text, placed.displayed = text, True
            self._writer.mark(placed.card)  # what changed meanwhile
        return True

    def _place(self, session: SessionFeed, actions: CardActions) -> _Placement:
        """Return the placement of a session's card; a new one where there is none."""
        snapshot = session.snapshot
        with self._lock:
            placed = self._placed.get(snapshot.session_id)
            if placed is None:
                card = SessionCard(snapshot, actions, self._writer.mark, self._show_restarted)
                placed = _Placement(card, session.subscribe(card.receive))
                self._placed[snapshot.session_id] = placed
                card.receive(session.snapshot, instead_of=snapshot)  # what came before it was subscribed
            return placed

    def card_for(self, session: SessionFeed, actions: CardActions) -> SessionCard:
        """Return a session's card, a new one where there is none; it may not be shown anywhere yet. Any thread."""
        return self._place(session, actions).card

    def _forget(self, card: SessionCard) -> None:
        """Drop the card of an ended session that was never shown: programs may open a thousand of them."""
        with self._lock:
            placed = self._placed.get(card.latest.session_id)
            if placed is None or placed.card is not card or placed.display_id is not None:
                return
            del self._placed[card.latest.session_id]
        placed.unsubscribe()
        card.layout.close()
        card.close()

    def is_shown_by(self, session_id: str, request_id: str) -> bool:
        """Return whether a request (a cell) showed a session's card."""
        placed = self._placed.get(session_id)
        return placed is not None and request_id in placed.shown_by

    def show_table(self, sessions: Sequence[tuple[SessionFeed, CardActions]]) -> None:
        """Show the live table of `sessions` in the running cell; the same table again while the sessions are the same.

        Only from the main thread. Where no widget can be displayed nothing is shown: the DataFrame that comes with the
        table says the same.
        """
        if not sessions or not has_front_end() or not can_display_widgets():
            return
        ids = tuple(session.snapshot.session_id for session, _ in sessions)
        if self._table is None or self._table.session_ids != ids:
            self._table = SessionsTable(sessions, self._tables.mark)
        display(self._table)  # type: ignore[no-untyped-call]

    def show_view(self, session: SessionFeed, open_view: OpenView, fps: float) -> None:
        """Show another live view in the running cell. Only from the main thread."""
        if has_front_end():
            display(LiveViewWidget(session.snapshot.name, open_view, fps))  # type: ignore[no-untyped-call]
        else:
            print(card_text(session.snapshot))

    def card(self, session_id: str) -> SessionCard | None:
        """Return a session's card, or None if there is none."""
        placed = self._placed.get(session_id)
        return placed.card if placed else None

    def form_shown(self, session_id: str, task_id: str, timeout_s: float) -> bool:
        """Wait until a front end shows the form for a task's question; blocks, so never on the loop thread.

        Returns
        -------
        bool
            True: a person can answer, and so the task may wait. False: the session has no card, or no front end has
            shown its form, here or under the cell that waits, within `timeout_s`.
        """
        card = self.card(session_id)
        return card is not None and card.wait_until_shown(task_id, timeout_s)

    def drain(self, timeout_s: float = 10.0) -> bool:
        """Wait until every card is up to date, and with it a cell's saved output; False on timeout."""
        return self._writer.drain(timeout_s)

    def _show_restarted(self, card: SessionCard, started: RestartedSession) -> str:
        """Have an ended session's card show the one started in its place; return the note for the card, if any."""
        snapshot = started.session.snapshot
        with self._lock:
            placed = self._placed.get(card.latest.session_id)
            if placed is None or snapshot.session_id in self._placed:
                return f"started again as {snapshot.name}; see its own card"
            del self._placed[card.latest.session_id]
            self._placed[snapshot.session_id] = placed
            placed.unsubscribe()
            placed.stale = True
            card.switch_session(snapshot, started.actions)
            placed.unsubscribe = started.session.subscribe(card.receive)
            card.receive(started.session.snapshot, instead_of=snapshot)
        return ""

    def _write(self, card: SessionCard) -> None:
        card.flush()
        placed = self._placed.get(card.latest.session_id)
        if placed is None:
            return
        if placed.display_id is None:
            if card.latest.ended:
                self._forget(card)
            return
        if not placed.displayed or not (card.latest.ended or placed.stale or not card.on_page):
            return
        # The static forms are those of the moment when the card was shown: saved notebooks must say how the session
        # ended, and which one replaced it. Where they are all that is shown, they are kept up to date.
        placed.stale = False
        text = card.text()
        if text != placed.saved_text:
            placed.saved_text = text
            display(card, display_id=placed.display_id, update=True)  # type: ignore[no-untyped-call]


cards = CardRegistry()
"""The cards of this kernel."""

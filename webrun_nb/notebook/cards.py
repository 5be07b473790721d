"""Which card is where: one per session, not one per cell, all written by one thread."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from IPython.core.getipython import get_ipython
from IPython.display import display

from webrun_nb.client.snapshot import SessionSnapshot, Subscriber
from webrun_nb.notebook.fallback import card_text
from webrun_nb.notebook.widgets.session_card import CardActions, SessionCard

WRITE_INTERVAL_S = 0.1
"""Jupyter breaks a cell at 1000 messages/s; ten updates a second per card is all that anybody can see."""

_log = logging.getLogger(__name__)


class Watched(Protocol):
    """A session as far as a card needs it."""

    @property
    def snapshot(self) -> SessionSnapshot:
        """What is known now."""
        ...

    def subscribe(self, subscriber: Subscriber, /) -> Callable[[], None]:
        """Call `subscriber` with each new snapshot until the returned function is called."""
        ...


class CardWriter:
    """The one thread that writes cards: changes within `interval_s` are written as one, and the last always is.

    Parameters
    ----------
    write : callable
        Writes one card; called on the writer's thread alone.
    interval_s : float
        Time between two rounds.
    sleep : callable, optional
        Waits that long.
    """

    def __init__(
        self,
        write: Callable[[SessionCard], None],
        *,
        interval_s: float = WRITE_INTERVAL_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._write = write
        self._interval_s = interval_s
        self._sleep = sleep
        self._changed = threading.Condition()
        self._waiting: dict[SessionCard, None] = {}
        self._writing = False
        self._thread: threading.Thread | None = None

    def mark(self, card: SessionCard) -> None:
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
                    _log.exception("a session card could not be written")
            with self._changed:
                self._writing = False
                self._changed.notify_all()
            self._sleep(self._interval_s)


@dataclass(slots=True)
class _Placed:
    card: SessionCard
    display_id: str
    unsubscribe: Callable[[], None]
    final_text: str = ""


class CardBoard:
    """The cards of this kernel's sessions."""

    def __init__(self) -> None:
        self._placed: dict[str, _Placed] = {}
        self._writer = CardWriter(self._write)

    def show(self, session: Watched, actions: CardActions, *, again: bool = False) -> None:
        """Show a session's card in the running cell, unless it has one already. Only from the main thread.

        Parameters
        ----------
        session : Watched
            Its snapshots feed the card for as long as the board knows it.
        actions : CardActions
            What the buttons do.
        again : bool
            It was asked for by name (`%webrun start`, `%webrun status`): show it here too. It is still one card, with
            one display id, so that what is written into one place is written into all.
        """
        snapshot = session.snapshot
        if not _has_front_end():
            print(card_text(snapshot))
            return
        placed = self._placed.get(snapshot.session_id)
        if placed is None:
            card = SessionCard(snapshot, actions, self._writer.mark)
            unsubscribe = session.subscribe(card.receive)
            card.receive(session.snapshot, instead_of=snapshot)  # what came between the two lines above
            placed = _Placed(card, uuid.uuid4().hex, unsubscribe)
            self._placed[snapshot.session_id] = placed
        elif not again:
            return
        display(placed.card, display_id=placed.display_id)  # type: ignore[no-untyped-call]

    def card(self, session_id: str) -> SessionCard | None:
        """Return a session's card, or None if none was shown."""
        placed = self._placed.get(session_id)
        return placed.card if placed else None

    def drain(self, timeout_s: float = 2.0) -> bool:
        """Wait until every card says what is known, so that a cell's saved output does too; False on timeout."""
        return self._writer.drain(timeout_s)

    def forget(self, session_id: str) -> None:
        """Stop feeding a session's card; what it shows stays."""
        placed = self._placed.pop(session_id, None)
        if placed is not None:
            placed.unsubscribe()

    def _write(self, card: SessionCard) -> None:
        card.flush()
        placed = self._placed.get(card.latest.session_id)
        if placed is None or not card.latest.ended:
            return
        # The static forms were frozen when the card was shown: saved notebooks must say how it ended.
        text = card.text()
        if text != placed.final_text:
            placed.final_text = text
            display(card, display_id=placed.display_id, update=True)  # type: ignore[no-untyped-call]


def _has_front_end() -> bool:
    """Whether outputs go to a front end that may show widgets (a kernel), not to a terminal."""
    return hasattr(get_ipython(), "kernel")


cards = CardBoard()
"""This kernel's board."""

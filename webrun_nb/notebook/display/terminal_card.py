"""The session card in a terminal: text that is redrawn in place, once a second, while a call blocks there.

A thread of its own draws it and ends with the call: nothing is written once the prompt is back.
"""

from __future__ import annotations

import contextlib
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import TextIO

from webrun_nb.client.monitoring.costs import extrapolate
from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.notebook.widgets.card_actions import SessionFeed
from webrun_nb.notebook.widgets.static_card import card_rows

REDRAW_EVERY_S = 1.0
LABEL_WIDTH = 14


def can_redraw(stream: TextIO) -> bool:
    """Return whether text that was written to a stream can be overwritten."""
    return stream.isatty()


class TerminalCard:
    """Draws one session's card over itself.

    Parameters
    ----------
    session : SessionFeed
    stream : TextIO
        A terminal.
    """

    def __init__(self, session: SessionFeed, stream: TextIO) -> None:
        self._session = session
        self._stream = stream
        self._lines = 0
        self._latest = (session.snapshot, time.monotonic())
        self._changed = threading.Event()
        self._closed = threading.Event()
        self._unsubscribe = session.subscribe(self._on_change)
        self._thread = threading.Thread(target=self._run, name="webrun-terminal-card", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Draw the card a last time and end."""
        self._unsubscribe()
        self._closed.set()
        self._changed.set()
        self._thread.join()
        self._on_change(self._session.snapshot)
        self._draw()

    def _on_change(self, snapshot: SessionSnapshot) -> None:
        self._latest = (snapshot, time.monotonic())
        self._changed.set()

    def _run(self) -> None:
        asked = None
        while not self._closed.is_set():
            question = self._latest[0].question
            if question is None or question != asked:
                self._draw()
            if question is not None:
                self._lines = 0  # the answer is typed here: the lines above are left as they are
            asked = question
            self._changed.wait(REDRAW_EVERY_S)
            self._changed.clear()

    def _draw(self) -> None:
        snapshot, at_s = self._latest
        width = shutil.get_terminal_size().columns - 1  # a line that wraps would count as two
        rows = card_rows(extrapolate(snapshot, round((time.monotonic() - at_s) * 1000)))
        # the blocking call takes the answer here: no magic can be run meanwhile
        lines = [f"{label:<{LABEL_WIDTH}}{text}"[:width] for label, text in rows if label != "answer"]
        up = f"\x1b[{self._lines}A\x1b[J" if self._lines else ""
        self._stream.write(up + "\n".join(lines) + "\n")
        self._stream.flush()
        self._lines = len(lines)


@contextlib.contextmanager
def redrawn_cards(stream: TextIO | None = None) -> Iterator[Callable[[SessionFeed], None]]:
    """Yield a function that shows a session's card and redraws it until the block ends."""
    shown: list[TerminalCard] = []

    def show(session: SessionFeed) -> None:
        shown.append(TerminalCard(session, stream or sys.stdout))

    try:
        yield show
    finally:
        for card in shown:
            card.close()

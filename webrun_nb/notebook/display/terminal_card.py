"""The session card in a terminal: text that is written over in place, once a second, as long as a call blocks there.

It is drawn by a thread of its own, which lives no longer than the call: at the prompt nothing is written any more.
"""

from __future__ import annotations

import contextlib
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import TextIO

from webrun_nb.client.costs import extrapolate
from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.notebook.widgets.card_actions import SessionFeed
from webrun_nb.notebook.widgets.static_card import card_rows

REDRAW_EVERY_S = 1.0
LABEL_WIDTH = 14


def can_redraw(stream: TextIO) -> bool:
    """Tell whether what was written to a stream can be written over."""
    return stream.isatty()


class TerminalCard:
    """Draws one session's card over itself.

    Parameters
    ----------
    session : Watched
    stream : TextIO
        A terminal.
    """

    def __init__(self, session: SessionFeed, stream: TextIO) -> None:
        self._session = session
        self._stream = stream
        self._lines = 0
        self._seen = (session.snapshot, time.monotonic())
        self._changed = threading.Event()
        self._over = threading.Event()
        self._leave = session.subscribe(self._see)
        self._thread = threading.Thread(target=self._run, name="webrun-terminal-card", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Draw it a last time, and no more."""
        self._leave()
        self._over.set()
        self._changed.set()
        self._thread.join()
        self._see(self._session.snapshot)
        self._draw()

    def _see(self, snapshot: SessionSnapshot) -> None:
        self._seen = (snapshot, time.monotonic())
        self._changed.set()

    def _run(self) -> None:
        asked = None
        while not self._over.is_set():
            question = self._seen[0].question
            if question is None or question != asked:
                self._draw()
            if question is not None:
                self._lines = 0  # whoever answers writes here: what stands above is left as it is
            asked = question
            self._changed.wait(REDRAW_EVERY_S)
            self._changed.clear()

    def _draw(self) -> None:
        snapshot, at_s = self._seen
        width = shutil.get_terminal_size().columns - 1  # a line that wraps would count as two
        rows = card_rows(extrapolate(snapshot, round((time.monotonic() - at_s) * 1000)))
        # what blocks here takes the answer here: no magic can be run meanwhile
        lines = [f"{label:<{LABEL_WIDTH}}{text}"[:width] for label, text in rows if label != "answer"]
        up = f"\x1b[{self._lines}A\x1b[J" if self._lines else ""
        self._stream.write(up + "\n".join(lines) + "\n")
        self._stream.flush()
        self._lines = len(lines)


@contextlib.contextmanager
def following(stream: TextIO | None = None) -> Iterator[Callable[[SessionFeed], None]]:
    """Give a function that shows a session's card, kept true until the block ends."""
    shown: list[TerminalCard] = []

    def follow(session: SessionFeed) -> None:
        shown.append(TerminalCard(session, stream or sys.stdout))

    try:
        yield follow
    finally:
        for card in shown:
            card.close()

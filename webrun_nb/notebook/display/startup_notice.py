"""Shows a line while the emulator starts, which takes seconds.

The card that follows replaces the line; without one it is removed, in a notebook as in a terminal. Programs that run
notebooks unattended get no line.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import uuid
from collections.abc import Iterator

from webrun_nb.notebook.widgets.front_end import can_display_widgets, has_front_end

STARTING = "starting the emulator on your machine…"
_ERASED = "\r\x1b[2K"


class StartNotice:
    """Shows the line, at most one at a time, from the main thread only."""

    def __init__(self) -> None:
        self._display_id: str | None = None
        self._in_terminal = False
        self._deferred = False

    @contextlib.contextmanager
    def deferred(self) -> Iterator[None]:
        """Keep the line until the block ends, so that a card can replace it."""
        if self._deferred:
            yield
            return
        self._deferred = True
        try:
            yield
        finally:
            self._deferred = False
            self._remove()

    @contextlib.contextmanager
    def shown(self) -> Iterator[None]:
        """Show the line while the block starts the emulator, if a front end or a terminal shows it."""
        self._show()
        try:
            yield
        finally:
            if self._in_terminal or not self._deferred:
                self._remove()

    def replace(self) -> str | None:
        """Return the display id of the line, for what replaces it; None if no line is shown."""
        place, self._display_id = self._display_id, None
        return place

    def _show(self) -> None:
        if threading.current_thread() is not threading.main_thread() or self._in_terminal or self._display_id:
            return
        if has_front_end():
            if can_display_widgets():
                self._display_id = uuid.uuid4().hex
                _show(STARTING, self._display_id)
        elif sys.stdout.isatty():
            self._in_terminal = True
            print(STARTING, end="", flush=True)

    def _remove(self) -> None:
        if self._in_terminal:
            self._in_terminal = False
            print(_ERASED, end="", flush=True)
        if (place := self.replace()) is not None:
            _show("", place, update=True)


def _show(text: str, display_id: str, *, update: bool = False) -> None:
    from IPython.display import display  # loaded already, as there is a front end

    forms = {"text/plain": text, "text/html": text}
    display(forms, raw=True, display_id=display_id, update=update)  # type: ignore[no-untyped-call]


notice = StartNotice()
"""The notice of this process."""

"""What people see while the emulator starts, which takes seconds: a line in the place of the card that comes after.

Nothing of it is left: the card takes its place, else it is taken back, in a notebook as in a terminal. Programs that
run notebooks by themselves are told nothing, as nobody looks.
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
    """The line, of which there is one at a time. Only the main thread shows it."""

    def __init__(self) -> None:
        self._display_id: str | None = None
        self._in_terminal = False
        self._held = False

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Leave the line in its place until the block's end, so that a card can take it."""
        if self._held:
            yield
            return
        self._held = True
        try:
            yield
        finally:
            self._held = False
            self._take_back()

    @contextlib.contextmanager
    def told(self) -> Iterator[None]:
        """Show the line while the block starts the emulator, where somebody sees it."""
        self._show()
        try:
            yield
        finally:
            if self._in_terminal or not self._held:
                self._take_back()

    def take_place(self) -> str | None:
        """Return the display id of the line, for what is to stand there instead; None where none is shown."""
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

    def _take_back(self) -> None:
        if self._in_terminal:
            self._in_terminal = False
            print(_ERASED, end="", flush=True)
        if (place := self.take_place()) is not None:
            _show("", place, update=True)


def _show(text: str, display_id: str, *, update: bool = False) -> None:
    from IPython.display import display  # there, as there is a front end; a plain script does without

    forms = {"text/plain": text, "text/html": text}
    display(forms, raw=True, display_id=display_id, update=update)  # type: ignore[no-untyped-call]


notice = StartNotice()
"""The process's one."""

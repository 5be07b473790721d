"""Shows a line of progress in a terminal, redrawn once a second while a call waits for its task."""

from __future__ import annotations

import contextlib
import shutil
import threading
import time
from collections.abc import Iterator
from typing import TextIO

from webrun_nb.notebook.display.awaited_task import AwaitedTask
from webrun_nb.notebook.text import labels

REWRITE_EVERY_S = 1.0
_ERASED = "\r\x1b[2K"


def can_rewrite(stream: TextIO) -> bool:
    """Return True if the stream is a terminal, where a line can be redrawn."""
    return stream.isatty()


def line_of(waited: AwaitedTask, now_s: float) -> str:
    """Return the line: `step 3 · opening http://… · 4 s`; empty while a question is open."""
    snapshot = waited.snapshot
    if snapshot is not None and snapshot.question is not None:
        return ""
    elapsed_ms = round((now_s - waited.began_s) * 1000)
    elapsed = f"{elapsed_ms // 1000} s" if elapsed_ms < 60_000 else labels.duration(elapsed_ms)
    return f"{labels.progress(snapshot, waited.task_id)} · {elapsed}"


class _Line:
    """A line in a terminal that can be redrawn and removed.

    Parameters
    ----------
    stream : TextIO
        A terminal.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._shown = ""
        self._held = False

    def write(self, line: str) -> None:
        """Redraw the line; nothing while it is hidden."""
        with self._lock:
            self._write("" if self._held else line)

    def hold(self, held: bool) -> None:
        """Hide the line, or show it again."""
        with self._lock:
            self._held = held
            self._write("" if held else self._shown)

    def _write(self, line: str) -> None:
        cut = line[: shutil.get_terminal_size().columns - 1]  # a wrapped line can't be redrawn
        if cut != self._shown:
            self._stream.write(_ERASED + cut)
            self._stream.flush()
            self._shown = cut


_lines: list[_Line] = []
"""The lines that are shown, the latest last."""


@contextlib.contextmanager
def held() -> Iterator[None]:
    """Hide all lines in this block, in which a person is asked a question."""
    lines = tuple(_lines)
    for line in lines:
        line.hold(True)
    try:
        yield
    finally:
        for line in lines:
            line.hold(False)


@contextlib.contextmanager
def following(stream: TextIO) -> Iterator[AwaitedTask]:
    """Show the line of a task until the block ends, and then remove it."""
    changed, over = threading.Event(), threading.Event()
    waited, line = AwaitedTask(changed.set), _Line(stream)

    def write() -> None:
        while not over.is_set():
            line.write(line_of(waited, time.monotonic()))
            changed.wait(REWRITE_EVERY_S)
            changed.clear()

    thread = threading.Thread(target=write, name="webrun-terminal-line", daemon=True)
    thread.start()
    _lines.append(line)
    try:
        yield waited
    finally:
        over.set()
        changed.set()
        thread.join()
        _lines.remove(line)
        line.write("")
        waited.close()

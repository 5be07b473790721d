"""The line of progress in a terminal: written over in place, once a second, while a call waits for its task."""

from __future__ import annotations

import contextlib
import shutil
import threading
import time
from collections.abc import Iterator
from typing import TextIO

from webrun_nb.notebook import session_words as words
from webrun_nb.notebook.task_lines import Waited

REWRITE_EVERY_S = 1.0
_ERASED = "\r\x1b[2K"


def can_rewrite(stream: TextIO) -> bool:
    """Tell whether what was written to a stream can be written over."""
    return stream.isatty()


def line_of(waited: Waited, now_s: float) -> str:
    """Return the line: `step 3 · opening http://… · 4 s`; empty while a question is open, as it is answered here."""
    snapshot = waited.snapshot
    if snapshot is not None and snapshot.question is not None:
        return ""
    elapsed_ms = round((now_s - waited.began_s) * 1000)
    elapsed = f"{elapsed_ms // 1000} s" if elapsed_ms < 60_000 else words.duration(elapsed_ms)
    return f"{words.progress(snapshot, waited.task_id)} · {elapsed}"


@contextlib.contextmanager
def following(stream: TextIO) -> Iterator[Waited]:
    """Write the line of a task until the block ends, and then nothing of it is left."""
    changed, over = threading.Event(), threading.Event()
    waited = Waited(changed.set)

    def write() -> None:
        shown = ""
        while not over.is_set():
            line = line_of(waited, time.monotonic())[: shutil.get_terminal_size().columns - 1]
            if line != shown:
                stream.write(_ERASED + line)
                stream.flush()
                shown = line
            changed.wait(REWRITE_EVERY_S)
            changed.clear()
        if shown:
            stream.write(_ERASED)
            stream.flush()

    thread = threading.Thread(target=write, name="webrun-terminal-line", daemon=True)
    thread.start()
    try:
        yield waited
    finally:
        over.set()
        changed.set()
        thread.join()
        waited.close()

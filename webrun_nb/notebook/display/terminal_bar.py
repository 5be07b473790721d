"""Shows the bar of a map in a terminal, redrawn as rows end and once a second, while a call waits for it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import TextIO

from tqdm import tqdm

from webrun_nb.batch.progress import MapProgress
from webrun_nb.notebook.text import labels
from webrun_nb.notebook.text import map_texts as words
from webrun_nb.notebook.widgets.map_card import WatchedMap

REDRAW_EVERY_S = 1.0
REDRAW_PAUSE_S = 0.1
_FORMAT = "{desc}: {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} rows{postfix}"


def can_draw(stream: TextIO) -> bool:
    """Return True if the stream is a terminal, where a line can be redrawn."""
    return stream.isatty()


def postfix(progress: MapProgress) -> str:
    """Return the numbers behind the bar: `20 failed · 4 running · 1:23 · ≈ $0.0123 (…) · 4.2 rows/s · …`."""
    elapsed = labels.duration(round(progress.elapsed_s * 1000))
    state = "" if progress.state == "running" else words.state_word(progress)
    failed = f"{progress.failed:,} failed" if progress.failed else ""
    running = "" if progress.is_final else f"{progress.running:,} running"
    pause = words.idle(progress) if progress.state == "paused" else ""
    numbers = (failed, running, elapsed, words.cost(progress), words.rate(progress), words.left(progress), pause)
    return " · ".join(part for part in (state, *numbers) if part)


@contextlib.contextmanager
def following(run: WatchedMap, name: str, stream: TextIO) -> Iterator[None]:
    """Show the bar of a map until the block ends; its last form stays.

    Parameters
    ----------
    run : WatchedMap
    name : str
        The name of its table; empty if there is none.
    stream : TextIO
        A terminal.
    """
    changed, over, first = threading.Event(), threading.Event(), run.progress
    bar = tqdm(
        desc=f"map {name}" if name else "map",
        total=first.total,
        initial=first.done + first.failed,
        file=stream,
        bar_format=_FORMAT,
        dynamic_ncols=True,
        mininterval=0,
    )

    def draw() -> None:
        progress = run.progress
        bar.n = progress.done + progress.failed
        bar.set_postfix_str(postfix(progress))

    def redraw() -> None:
        while not over.wait(REDRAW_PAUSE_S):
            changed.wait(REDRAW_EVERY_S)
            changed.clear()
            if not over.is_set():
                draw()

    draw()
    thread = threading.Thread(target=redraw, name="webrun-terminal-bar", daemon=True)
    thread.start()
    leave = run.subscribe(changed.set)
    try:
        yield
    finally:
        leave()
        over.set()
        changed.set()
        thread.join()
        draw()
        bar.close()

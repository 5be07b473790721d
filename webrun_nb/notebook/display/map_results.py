"""Shows what came of a map below its cell: a summary line, what else there is to know, failures, and the first rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from webrun_nb.batch.progress import MapProgress
from webrun_nb.common.text import counted
from webrun_nb.notebook.display.completeness_note import completeness_note
from webrun_nb.notebook.display.results import elapsed_text, head_note, show_head, unused_line
from webrun_nb.notebook.text import map_texts as words
from webrun_nb.tables.completeness import Completeness

if TYPE_CHECKING:
    import pandas as pd

    from webrun_nb.batch.run import MapRun

_FAILURES_SHOWN = 3


def show_map_result(
    run: MapRun,
    *,
    name: str | None,
    rows: int,
    quiet: bool,
    bind: Callable[[pd.DataFrame], None] = lambda _: None,
    called: str = "webrun.last",
) -> None:
    """Show the result of a map that has ended.

    Parameters
    ----------
    run : MapRun
    name : str, optional
        The name of the whole frame.
    rows : int
        Rows to show.
    quiet : bool
        Show none.
    bind : callable, optional
        Given the whole frame, before anything is shown.
    called : str
        The Python expression of the run.
    """
    import pandas as pd

    table = run.df
    bind(table)
    frame = table if isinstance(table, pd.DataFrame) else run.frame  # of Dask
    progress = run.progress
    print(summary_line(progress, frame.shape, name))
    for line in [*run.notes, *map(unused_line, run.unused), *failure_lines(progress, called)]:
        print(line)
    if note := values_note(frame):
        print(note)
    if quiet:
        return
    if rows or frame.empty:
        show_head(frame, rows)
    if note := head_note(len(frame), min(rows, len(frame)), name or f"{called}.df"):
        print(note)


def values_note(frame: pd.DataFrame) -> str:
    """Return the line that says what the answers in a run's table lack; empty if nothing is off.

    Failed rows are no answers: their values are not counted as missing.
    """
    return completeness_note(Completeness.from_json(frame.attrs["webrun"]["completeness"]), names_rows=False)


def summary_line(progress: MapProgress, shape: tuple[int, int], name: str | None) -> str:
    """Return the summary: `500 rows × 3 · 480 done, 20 failed · 1 min 40 s · ≈ $0.0123 (emulated, …) · talks`.

    Parameters
    ----------
    progress : MapProgress
        Its progress at its end.
    shape : (rows, columns)
        Of the table, which has more rows than the input where pages have several records.
    name : str or None
        The name that the table is bound to (`-o`).
    """
    of_input = "" if shape[0] == progress.total else f" from {counted(progress.total, 'row')}"
    parts = [
        f"{counted(shape[0], 'row')} × {shape[1]}{of_input}",
        f"{progress.done:,} done, {progress.failed:,} failed",
        elapsed_text(progress.elapsed_s * 1000),
        words.cost(progress),
    ]
    return " · ".join([*parts, *([name] if name else [])])


def failure_lines(progress: MapProgress, called: str) -> list[str]:
    """Return a line for each of the latest failures, and how all are seen and tried again; none without failures."""
    if not progress.failed:
        return []
    shown = progress.failures[:_FAILURES_SHOWN]
    more = progress.failed - len(shown)
    begin = f"{more:,} more failed; all" if more else "with hints and ids"
    ways = f"{begin}: {called}.failures; {called}.retry() runs them again"
    return [*(f"failed: {words.failure_line(failure)}" for failure in shown), ways]

"""How a task's result is shown below its cell: one line, what is incomplete, and the head of the table."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from IPython.display import display

from webrun_nb.client.errors import WebRunError, one_line
from webrun_nb.client.result_files import ResultFile
from webrun_nb.client.results import TaskResult, UnusedPart
from webrun_nb.client.runtime import runtime
from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.notebook import schema
from webrun_nb.notebook.downloads import how_to_read, size_text
from webrun_nb.notebook.money import Cost
from webrun_nb.notebook.objects import meta_of
from webrun_nb.notebook.safe_markdown import PageText

if TYPE_CHECKING:
    import pandas as pd

_FILES_NAMED = 5
"""Files of a result that are named below it; each is asked for its size."""
_SIZE_WITHIN_S = 2.0
"""How long a file's server may take to state it."""


def show_partial(text: str, wanted: schema.Schema | None, *, rows: int) -> None:
    """Show what a task that was cut short had by then; it is bound to no name.

    Parameters
    ----------
    text : str
        In the form of its answer.
    wanted : Schema or None
        What was asked for.
    rows : int
        Rows to show.
    """
    if wanted is None:
        print("what it had when it ended:")
        display(PageText(text, rest="the error's .partial"))  # type: ignore[no-untyped-call]
        return
    from webrun_nb.notebook.frames import to_frame

    try:
        data = json.loads(text)
    except ValueError:  # a service may have told a part of it
        return
    frame, _ = to_frame(data, wanted, meta={})
    print(f"what it had when it ended: {len(frame)} rows, bound to no name (the error's .partial is its JSON)")
    _show_head(frame, rows)


def unused_line(part: UnusedPart) -> str:
    """Name a part of a task's text that is not used, and why."""
    return f'not used: "{part.text}" ({part.why})'


def _show_unused(result: TaskResult) -> None:
    """Name what of the text was not used, a line each; or say that it is not known."""
    try:
        parts = result.unused
    except WebRunError as error:
        print(f"whether all of the text was used is not known: {error.message}")
        return
    for part in parts:
        print(unused_line(part))


def show_result(
    result: TaskResult,
    *,
    name: str | None,
    rows: int,
    quiet: bool,
    bind: Callable[[pd.DataFrame], None] = lambda _: None,
    own_session: SessionSnapshot | None = None,
    called: str = "webrun.last",
) -> None:
    """Show a result, and name the files that the task downloaded.

    Parameters
    ----------
    result : TaskResult
    name : str, optional
        Where the whole frame is found.
    rows : int
        Rows to show.
    quiet : bool
        Show none.
    bind : callable, optional
        Given the whole frame, where the result has a schema, before anything is shown.
    own_session : SessionSnapshot, optional
        The session that was the task's alone, where that has ended: then what it cost is what the task did.
    called : str
        The Python expression of the result.
    """
    _show_answer(result, name=name, rows=rows, quiet=quiet, bind=bind, own_session=own_session, called=called)
    for number, file in enumerate(result.files[:_FILES_NAMED]):
        print(_file_line(file, f"{called}.files[{number}]"))
    if len(result.files) > _FILES_NAMED:
        print(f"{len(result.files) - _FILES_NAMED} more files: {called}.files")


def _file_line(file: ResultFile, called: str) -> str:
    """Return `downloaded statement.csv · 2 kB · webrun.last.files[0].df reads it, .save(".") keeps it`."""
    size: int | None = None
    try:
        size = runtime.run(file.asize(), timeout_s=_SIZE_WITHIN_S)
    except TimeoutError:  # the rest of the line is worth showing all the same
        pass
    except WebRunError as error:
        return f"downloaded {one_line(file.filename)} · it can't be fetched: {error.message}"
    stated = "size not known" if size is None else size_text(size)
    reads = how_to_read(file.filename, called)
    return f'downloaded {one_line(file.filename)} · {stated} · {reads} reads it, {called}.save(".") keeps it'


def _show_answer(
    result: TaskResult,
    *,
    name: str | None,
    rows: int,
    quiet: bool,
    bind: Callable[[pd.DataFrame], None],
    own_session: SessionSnapshot | None,
    called: str,
) -> None:
    from webrun_nb.notebook.render import completeness_note, head_note, summary_line, truncation_note

    cost, task_usd = Cost.from_usage(result.usage.model_dump()), None
    if own_session is not None and own_session.ended:  # with the time that its browser took to start, as its card says
        cost, task_usd = Cost(own_session.cost_usd, own_session.emulated), result.cost_usd
    if result.schema is None:
        print(summary_line(elapsed_ms=result.elapsed_s * 1000, cost=cost, task_usd=task_usd, budget=result.budget))
        if result.truncated is not None:
            print(truncation_note(result.truncated, "characters"))
        _show_unused(result)
        if not quiet:
            display(PageText(result.text, rest=f"{called}.text"))  # type: ignore[no-untyped-call]
        return
    from webrun_nb.notebook.frames import to_frame

    assert isinstance(result.schema, schema.Schema), "the notebook layer made it"
    frame, completeness = to_frame(result.json, result.schema, meta=meta_of(result))
    bind(frame)
    print(
        summary_line(
            elapsed_ms=result.elapsed_s * 1000,
            cost=cost,
            shape=frame.shape,
            name=name,
            task_usd=task_usd,
            budget=result.budget,
        )
    )
    if result.truncated is not None:
        print(truncation_note(result.truncated, "rows"))
    _show_unused(result)
    if note := completeness_note(completeness):
        print(note)
    if quiet:
        return
    if rows or frame.empty:
        _show_head(frame, rows)
    if note := head_note(len(frame), min(rows, len(frame)), name):
        print(note)


def _show_head(frame: pd.DataFrame, rows: int) -> None:
    """Display the first rows; two prices in a text are no formula."""
    import pandas as pd

    with pd.option_context("display.html.use_mathjax", False):
        display(frame.head(rows))  # type: ignore[no-untyped-call]

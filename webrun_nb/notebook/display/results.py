"""Shows a task's result below its cell: a summary line, notes on what is incomplete, and the first rows."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from IPython.display import display

from webrun_nb.client._sync import runtime
from webrun_nb.client.answers.tasks import ModelUsage, Truncated
from webrun_nb.client.errors import WebRunError
from webrun_nb.client.monitoring.budget import BudgetReading
from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.client.tasks.result import ResultFile, TaskResult, UnusedPart
from webrun_nb.common.durations import age_text
from webrun_nb.common.money import exact_dollars, rounded_dollars
from webrun_nb.common.text import counted, one_line
from webrun_nb.notebook.display.completeness_note import completeness_note
from webrun_nb.notebook.display.downloads import how_to_read, size_text
from webrun_nb.notebook.display.result_frames import cost_of, meta_of
from webrun_nb.notebook.text import labels
from webrun_nb.notebook.text.labels import Cost
from webrun_nb.notebook.text.markdown import PageText
from webrun_nb.tables import schema

if TYPE_CHECKING:
    import pandas as pd

DEFAULT_ROWS = 5
"""Rows of a result that are shown, unless `-n` says otherwise."""

_FILES_NAMED = 5
"""Files of a result that are listed below it; the size of each is requested."""
_SIZE_WITHIN_S = 2.0
"""The time that a file's server has to answer."""


def show_partial(text: str, wanted: schema.Schema | None, *, rows: int) -> None:
    """Show the partial result of a task that was cut short; it is bound to no name.

    Parameters
    ----------
    text : str
        In the form of its answer.
    wanted : Schema or None
        The requested schema.
    rows : int
        Rows to show.
    """
    if wanted is None:
        print("partial result:")
        display(PageText(text, rest="the error's .partial"))  # type: ignore[no-untyped-call]
        return
    from webrun_nb.tables.frames import to_frame

    try:
        data = json.loads(text)
    except ValueError:  # a service may have sent only a part of it
        return
    frame, _ = to_frame(data, wanted, meta={})
    print(f"partial result: {len(frame)} rows, bound to no name (the error's .partial is its JSON)")
    show_head(frame, rows)


def unused_line(part: UnusedPart) -> str:
    """Return the line that names an unused part of a task's text, and the reason."""
    return f'not used: "{part.text}" ({part.why})'


def _show_unused(result: TaskResult) -> None:
    """Print the unused parts of the text, a line each; or that they are not known."""
    try:
        parts = result.unused
    except WebRunError as error:
        print(f"it is not known if all of the text was used: {error.message}")
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
        The name of the whole frame.
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
    if result.not_kept is not None:
        print(f"not kept: {result.not_kept}")
    for number, file in enumerate(result.files[:_FILES_NAMED]):
        print(_file_line(file, f"{called}.files[{number}]"))
    if len(result.files) > _FILES_NAMED:
        print(f"{len(result.files) - _FILES_NAMED} more files: {called}.files")


def _file_line(file: ResultFile, called: str) -> str:
    """Return `downloaded statement.csv · 2 kB · webrun.last.files[0].df reads it, .save(".") keeps it`."""
    size: int | None = None
    try:
        size = runtime.run(file.asize(), timeout_s=_SIZE_WITHIN_S)
    except TimeoutError:  # the rest of the line is still worth showing
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

    cost, task_usd = cost_of(result), None
    model = None if result.usage is None else result.usage.model
    if own_session is not None and own_session.ended and not own_session.cost_estimated:
        # including the start of its browser, as on its card
        cost, task_usd = Cost(own_session.cost_usd, own_session.emulated), result.cost_usd
    if result.schema is None:
        print(
            summary_line(
                elapsed_ms=result.elapsed_s * 1000,
                cost=cost,
                task_usd=task_usd,
                budget=result.budget,
                max_cost_usd=result.max_cost_usd,
                cached_age_s=result.cached_age_s,
                model=model,
            )
        )
        if result.truncated is not None:
            print(truncation_note(result.truncated, "characters"))
        _show_unused(result)
        if not quiet:
            display(PageText(result.text, rest=f"{called}.text"))  # type: ignore[no-untyped-call]
        return
    from webrun_nb.tables.frames import to_frame

    assert isinstance(result.schema, schema.Schema), "the notebook layer made it"
    frame, completeness = to_frame(result.json, result.schema, meta=meta_of(result), report=result.report)
    bind(frame)
    print(
        summary_line(
            elapsed_ms=result.elapsed_s * 1000,
            cost=cost,
            shape=frame.shape,
            name=name,
            task_usd=task_usd,
            budget=result.budget,
            max_cost_usd=result.max_cost_usd,
            cached_age_s=result.cached_age_s,
            model=model,
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
        show_head(frame, rows)
    if note := head_note(len(frame), min(rows, len(frame)), name):
        print(note)


def show_head(frame: pd.DataFrame, rows: int) -> None:
    """Display the first rows, without formulas: two prices in a text would be read as one."""
    import pandas as pd

    with pd.option_context("display.html.use_mathjax", False):
        display(frame.head(rows))  # type: ignore[no-untyped-call]


def summary_line(
    *,
    elapsed_ms: float,
    cost: Cost | None,
    shape: tuple[int, int] | None = None,
    name: str | None = None,
    task_usd: Decimal | None = None,
    budget: BudgetReading | None = None,
    max_cost_usd: Decimal | None = None,
    cached_age_s: float | None = None,
    model: ModelUsage | None = None,
) -> str:
    """Return the summary of a task: `42 rows × 3 · 6.2 s · ≈ $0.0041 (emulated, you pay $0.00) · laptops`.

    Parameters
    ----------
    elapsed_ms : float
        The task's duration.
    cost : Cost or None
        The task's cost, in as many digits as on the card; None leaves it out.
    shape : (rows, columns) or None
        Of the frame; None where the answer is a text.
    name : str or None
        The name that the result was bound to (`-o`).
    task_usd : Decimal or None
        The cost of the task alone, where `cost` includes the start of its session's browser.
    budget : BudgetReading or None
        Of its budgets the one that was exceeded most; an overrun is named.
    max_cost_usd : Decimal or None
        The task's own budget, which could not be kept where its cost is unknown.
    cached_age_s : float or None
        The age of a kept answer, which took and cost nothing; None for a task that was run.
    model : ModelUsage or None
        The use of the user's own language model, whose cost is in no other.
    """
    parts = []
    if shape is not None:
        parts.append(f"{counted(shape[0], 'row')} × {shape[1]}")
    if cached_age_s is not None:
        parts += [f"kept answer of {age_text(cached_age_s)} ago", "$0.00 now"]
    else:
        parts.append(elapsed_text(elapsed_ms))
    if cost is not None and cached_age_s is None:
        about = "≈ " if cost.emulated else ""
        amount = str(cost) if cost.amount_usd is None else f"{about}{rounded_dollars(cost.amount_usd)}"
        if (
            task_usd is not None
            and cost.amount_usd is not None
            and rounded_dollars(task_usd) != rounded_dollars(cost.amount_usd)
        ):
            amount += f" with its session's start and end, the task alone {about}{rounded_dollars(task_usd)}"
        parts.append(amount + labels.payer(model, emulated=cost.emulated))
        if budget is not None and (overrun := budget.overrun(emulated=cost.emulated)):
            parts.append(f"{overrun}: the task ended before it could be stopped")
        if cost.amount_usd is None and max_cost_usd is not None:
            parts.append(f"its budget of {exact_dollars(max_cost_usd)} could not be kept: the server names no cost")
    if name:
        parts.append(name)
    return " · ".join(parts)


def head_note(total_rows: int, shown_rows: int, name: str | None = None) -> str:
    """Return the note that not all rows are shown, and where all of them are; empty if all are shown.

    `name` is what the frame is bound to; without one it is `webrun.last.df`.
    """
    if shown_rows >= total_rows:
        return ""
    shown = (
        f"the first {shown_rows:,} of {total_rows:,} rows" if shown_rows else f"none of {counted(total_rows, 'row')}"
    )
    return f"{shown} shown; all are in {name or 'webrun.last.df'}"


def truncation_note(truncated: Truncated, what: str) -> str:
    """Return the note that a token limit cut an answer, with what is left of it and what to do.

    Parameters
    ----------
    truncated : Truncated
        As the service counted it.
    what : str
        The unit: `rows` or `characters`.
    """
    left = f"{truncated.returned:,} of {truncated.of:,} {what}"
    return f"truncated: {left} (max_output_tokens); allow more with max_output_tokens=, or ask for less at once"


def elapsed_text(elapsed_ms: float) -> str:
    """Return a duration: `6.2 s`, or `1 min 40 s`."""
    seconds = elapsed_ms / 1000
    if round(seconds, 1) < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"

"""The lines that stand above and below a result. Plain text; nothing here knows where it is shown."""

from __future__ import annotations

from decimal import Decimal

from webrun_nb.client.budget import BudgetReading
from webrun_nb.notebook.frames import Completeness
from webrun_nb.notebook.money import Cost
from webrun_nb.notebook.session_words import usd
from webrun_nb.wire.responses import Truncated

__all__ = ["head_note", "summary_line", "truncation_note"]


def summary_line(
    *,
    elapsed_ms: float,
    cost: Cost | None,
    shape: tuple[int, int] | None = None,
    name: str | None = None,
    task_usd: Decimal | None = None,
    budget: BudgetReading | None = None,
) -> str:
    """Sum a task up: `42 rows × 3 · 6.2 s · ≈ $0.0041 (emulated, you pay $0.00) · laptops`.

    Parameters
    ----------
    elapsed_ms : float
        How long it took.
    cost : Cost or None
        What it cost, in as many digits as the card has; None leaves it out.
    shape : (rows, columns) or None
        Of the frame; None where the answer is a text.
    name : str or None
        What the result was bound to (`-o`).
    task_usd : Decimal or None
        What the task alone cost, where `cost` has the start of its session's browser, too.
    budget : BudgetReading or None
        Of its budgets the one that was exceeded most; an overrun is named.
    """
    parts = []
    if shape is not None:
        parts.append(f"{_count(shape[0], 'row')} × {shape[1]}")
    parts.append(_elapsed(elapsed_ms))
    if cost is not None:
        about = "≈ " if cost.emulated else ""
        amount = str(cost) if cost.amount_usd is None else f"{about}{usd(cost.amount_usd)}"
        if task_usd is not None and cost.amount_usd is not None and usd(task_usd) != usd(cost.amount_usd):
            amount += f" with its session's start and end, the task alone {about}{usd(task_usd)}"
        parts.append(f"{amount} (emulated, you pay $0.00)" if cost.emulated else amount)
        if budget is not None and (overrun := budget.overrun(emulated=cost.emulated)):
            parts.append(f"{overrun}: the task ended before it could be stopped")
    if name:
        parts.append(name)
    return " · ".join(parts)


def head_note(total_rows: int, shown_rows: int, name: str | None = None) -> str:
    """Announce that not all rows are shown, and where all of them are; empty where all are shown.

    `name` is what the frame is bound to; without one it is `webrun.last.df`.
    """
    if shown_rows >= total_rows:
        return ""
    shown = f"the first {shown_rows:,} of {total_rows:,} rows" if shown_rows else f"none of {_count(total_rows, 'row')}"
    return f"{shown} shown; all are in {name or 'webrun.last.df'}"


def truncation_note(truncated: Truncated, what: str) -> str:
    """Say how much of an answer a limit of tokens left, and what to do.

    Parameters
    ----------
    truncated : Truncated
        As the service counted it.
    what : str
        What was counted: `rows` or `characters`.
    """
    left = f"{truncated.returned:,} of {truncated.of:,} {what}"
    return f"truncated: {left} (max_output_tokens); allow more with max_output_tokens=, or ask for less at once"


def completeness_note(completeness: Completeness) -> str:
    """Say what is missing or didn't fit, per column; empty where the result is complete."""
    absent = "; ".join(
        f"{column}: {'no value that fits' if column in completeness.typed else 'found nowhere'}"
        for column, missing in completeness.missing.items()
        if missing and missing == completeness.rows and column not in completeness.required
    )
    if completeness.incomplete_rows == 0:
        return f"{absent}, shown as <NA>" if absent else ""
    columns = [
        f"{column}: {' and '.join(counts)}"
        for column in completeness.missing
        if (counts := _lacks(completeness, column))
    ]
    columns += [absent] if absent else []
    return f"{_count(completeness.incomplete_rows, 'row')} incomplete ({'; '.join(columns)}), shown as <NA>"


def _lacks(completeness: Completeness, column: str) -> list[str]:
    """Return what a column lacks. Where null may stand for what didn't fit, nobody can say that it was missing."""
    missing = completeness.missing[column] if column in completeness.required else 0
    unfit = completeness.unfit[column]
    if missing and column in completeness.typed:
        return [f"{missing + unfit:,} without a value that fits"]
    return [f"{count:,} {words}" for count, words in ((missing, "missing"), (unfit, "that didn't fit")) if count]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _elapsed(elapsed_ms: float) -> str:
    seconds = elapsed_ms / 1000
    if round(seconds, 1) < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"

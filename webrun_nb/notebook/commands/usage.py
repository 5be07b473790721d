"""Command `usage`: what sessions and tasks cost, and what idle sessions cost."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from IPython.display import Image, display

from webrun_nb.client.client import USERS_LEDGER
from webrun_nb.client.errors import WebRunError
from webrun_nb.client.monitoring.costs import idle_cost_until_timeout_usd
from webrun_nb.client.monitoring.ledger import EXPIRED, SessionRecord
from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.common.money import rounded_dollars, rounded_to_cents
from webrun_nb.notebook.api import toolkit
from webrun_nb.notebook.syntax.errors import CommandError
from webrun_nb.notebook.syntax.spec import Command, Option
from webrun_nb.notebook.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

COMPLETE = "complete"
"""The outcome of a completed task (`TaskRecord`); any other is the code of its failure."""

_NO_SESSION = "no session was opened yet; %webrun start opens one"


@dataclass(frozen=True, slots=True)
class Usage:
    """Arguments of `usage`."""

    plot: bool = False
    quiet: bool = False


def usage(workspace: Workspace, arguments: Usage) -> pd.DataFrame | None:
    """Print the ledger's sums, and return its rows: one per task, and one per session for the time between tasks."""
    from webrun_nb.notebook.display.compact_frame import compact
    from webrun_nb.notebook.display.tables import usage_frame

    client = toolkit.current
    if client is not None:
        try:
            client.bring_ledger_up_to_date()
        except WebRunError as error:  # what was known before is still worth showing
            print(f"the live sessions can't be read: {error.message}")
    sessions = USERS_LEDGER.sessions()
    frame = usage_frame(sessions, USERS_LEDGER.tasks())
    for line in summary(sessions, frame, [session.snapshot for session in workspace.live_sessions]):
        print(line)
    if arguments.quiet and not sessions:
        print(_NO_SESSION)
    if arguments.plot:
        display(Image(data=plot_usage(frame)))  # type: ignore[no-untyped-call]
    columns = ("day", "session", "task_id", "outcome", "idle_usd", "cost_usd")
    return None if arguments.quiet else compact(frame, *columns, when_empty=_NO_SESSION)


def summary(sessions: Sequence[SessionRecord], frame: pd.DataFrame, live: Iterable[SessionSnapshot]) -> list[str]:
    """Return the lines above the table `frame` (the `usage_frame` of the sessions): sums of its rows.

    Emulated and paid money are never added up.
    """
    lines = []
    for emulated in (True, False):
        ours = [record for record in sessions if record.emulated is emulated]
        if not ours:
            continue
        rows = frame[frame["emulated"] == emulated]
        counted = f"{_count(len(ours), 'session')}, {_tasks(rows)}"
        amounts = _amounts(rows, emulated)
        lines.append(f"emulated: {counted} · you pay $0.00 · {amounts}" if emulated else f"paid: {counted} · {amounts}")
        if forgotten := [record for record in ours if record.reason == EXPIRED]:
            known = all(record.idle_usd is not None for record in forgotten)
            idle = f"; idle {_about(_sum(record.idle_usd for record in forgotten), emulated)}" if known else ""
            lines.append(f"  forgotten: {_count(len(forgotten), 'session')} ran into the timeout{idle}")
    for snapshot in live:
        if (rest_usd := idle_cost_until_timeout_usd(snapshot)) is not None:
            cost = f"{'≈ ' if snapshot.emulated else ''}{rounded_to_cents(rest_usd)}"
            lines.append(f"  {snapshot.name} · idle until the timeout: {cost}; %webrun terminate ends it now")
    return lines


def _tasks(rows: pd.DataFrame) -> str:
    """Count the tasks, those that failed or stopped to ask among them."""
    tasks = rows[rows["task_id"].notna()]
    undone = int((tasks["outcome"] != COMPLETE).sum())
    return _count(len(tasks), "task") + (f" ({undone:,} not completed)" if undone else "")


def _amounts(rows: pd.DataFrame, emulated: bool) -> str:
    total_usd, working_usd, idle_usd = (
        Decimal(str(rows[column].sum())) for column in ("cost_usd", "working_usd", "idle_usd")
    )
    known = f"{_about(total_usd, emulated)}{' on the hosted service' if emulated else ''}"
    if unknown := int(rows["cost_usd"].isna().sum()):
        if unknown == len(rows):
            return "cost unknown"
        return f"{known}, and {_count(unknown, 'row')} of unknown cost"
    return f"{known}: working {rounded_dollars(working_usd)}, idle {rounded_dollars(idle_usd)}"


def plot_usage(frame: pd.DataFrame) -> bytes:
    """Return a PNG of dollars per day, working and idle; emulated and paid apart.

    Raises
    ------
    CommandError
        matplotlib is missing, or there is nothing to draw.
    """
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError as error:
        raise CommandError("--plot needs matplotlib", "%pip install matplotlib") from error
    kinds = sorted({bool(emulated) for emulated in frame["emulated"]})
    if not kinds:
        raise CommandError("there is nothing to draw yet", "open a session with %webrun start")
    figure = Figure(figsize=(8, 2.5 * len(kinds)), layout="constrained")
    for emulated, axes in zip(kinds, figure.subplots(len(kinds), squeeze=False)[:, 0], strict=True):
        _draw(axes, frame[frame["emulated"] == emulated], emulated)
    png = io.BytesIO()
    figure.savefig(png, format="png")
    return png.getvalue()


def _draw(axes: Axes, frame: pd.DataFrame, emulated: bool) -> None:
    days = frame.groupby("day")[["working_usd", "idle_usd"]].sum().astype(float)
    names = [f"{day:%Y-%m-%d}" for day in days.index]
    axes.bar(names, days["working_usd"], label="working")
    axes.bar(names, days["idle_usd"], bottom=days["working_usd"], label="idle", hatch="//")
    axes.set_ylabel("US dollars")
    axes.set_title("emulated: what the hosted service would take" if emulated else "paid")
    axes.legend()


def _sum(amounts: Iterable[Decimal | None]) -> Decimal:
    """Add up what is known."""
    return sum((amount for amount in amounts if amount is not None), Decimal(0))


def _about(amount_usd: Decimal, emulated: bool) -> str:
    return f"≈ {rounded_dollars(amount_usd)}" if emulated else rounded_dollars(amount_usd)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


USAGE = Command(
    "usage",
    "what sessions and tasks cost, working and idle time apart, as a DataFrame",
    Usage,
    usage,
    (Option("--plot", "plot", "draw the cost of each day, with matplotlib"),),
    shows_rows=True,
    examples=("%webrun usage --plot",),
)

COMMANDS = (USAGE,)

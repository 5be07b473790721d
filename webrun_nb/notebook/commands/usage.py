"""Command `usage`: what sessions and tasks cost, what of it was wasted, and what idle sessions cost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from IPython.display import Image, display

from webrun_nb.client.monitoring.costs import idle_cost_until_timeout_usd
from webrun_nb.client.monitoring.ledger import EXPIRED
from webrun_nb.client.monitoring.spending import GROUPINGS, Expense, Sums, summed
from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.common.money import rounded_dollars, rounded_to_cents
from webrun_nb.notebook.past_work import present_expenses
from webrun_nb.notebook.syntax.errors import CommandError
from webrun_nb.notebook.syntax.spec import Command, Option
from webrun_nb.notebook.text.labels import model_cost, pays
from webrun_nb.notebook.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

_NO_SESSION = "no session was opened yet; %webrun start opens one"
_COLUMNS = ("day", "session", "task_id", "outcome", "idle_usd", "cost_usd")
_SUMS_COLUMNS = ("tasks", "idle_usd", "failed_usd", "repeated_usd", "cost_usd", "emulated")


@dataclass(frozen=True, slots=True)
class Usage:
    """Arguments of `usage`. `by`: see `GROUPINGS`; None for a row per task and session."""

    by: str | None = None
    plot: bool = False
    quiet: bool = False


def usage(workspace: Workspace, arguments: Usage) -> pd.DataFrame | None:
    """Print the ledger's sums, and return its rows: one per task, and one per session for the time between tasks.

    With `by`, a row per day, run, site or session.
    """
    from webrun_nb.notebook.display.compact_frame import compact
    from webrun_nb.notebook.display.ledger_tables import usage_frame, usage_sums_frame

    spent = present_expenses()
    for line in summary(spent, [session.snapshot for session in workspace.live_sessions]):
        print(line)
    if arguments.quiet and not spent:
        print(_NO_SESSION)
    if arguments.plot:
        from webrun_nb.notebook.display.usage_plot import usage_png

        display(Image(data=usage_png(spent)))  # type: ignore[no-untyped-call]
    if arguments.quiet:
        return None
    if arguments.by is None:
        return compact(usage_frame(spent), *_COLUMNS, when_empty=_NO_SESSION)
    return compact(usage_sums_frame(spent, arguments.by), arguments.by, *_SUMS_COLUMNS, when_empty=_NO_SESSION)


def summary(spent: Sequence[Expense], live: Iterable[SessionSnapshot]) -> list[str]:
    """Return the lines above the table: sums of the expenses. Emulated and paid money are never added up."""
    lines = []
    for emulated in (True, False):
        ours = [each for each in spent if each.session.emulated is emulated]
        if not ours:
            continue
        sums = summed(ours)
        counted = f"{_count(sums.sessions, 'session')}, {_tasks(sums)}"
        amounts = _amounts(sums, emulated)
        payer = f"{pays(sums.model)} · " if emulated else ""
        model = f" · {model_cost(sums.model)}" if sums.model is not None else ""
        lines.append(f"{'emulated' if emulated else 'paid'}: {counted} · {payer}{amounts}{model}")
        if wasted := _wasted(sums, emulated):
            lines.append(f"  wasted: {wasted}")
        forgotten = [each.session for each in ours if each.task is None and each.session.reason == EXPIRED]
        if forgotten:
            idle_usd = [session.idle_usd for session in forgotten if session.idle_usd is not None]
            known = len(idle_usd) == len(forgotten)
            idle = f"; idle {_about(sum(idle_usd, Decimal(0)), emulated)}" if known else ""
            lines.append(f"  forgotten: {_count(len(forgotten), 'session')} ran into the timeout{idle}")
    for snapshot in live:
        if (rest_usd := idle_cost_until_timeout_usd(snapshot)) is not None:
            cost = f"{'≈ ' if snapshot.emulated else ''}{rounded_to_cents(rest_usd)}"
            lines.append(f"  {snapshot.name} · idle until the timeout: {cost}; %webrun terminate ends it now")
    return lines


def _tasks(sums: Sums) -> str:
    """Count the tasks, those that failed or stopped to ask among them."""
    return _count(sums.tasks, "task") + (f" ({sums.failed:,} not completed)" if sums.failed else "")


def _amounts(sums: Sums, emulated: bool) -> str:
    if sums.all_unknown:
        return "cost unknown"
    known = f"{_about(sums.cost_usd, emulated)}{' on the hosted service' if emulated else ''}"
    if sums.unknown:
        return f"{known}, and {_count(sums.unknown, 'row')} of unknown cost"
    return f"{known}: working {rounded_dollars(sums.working_usd)}, idle {rounded_dollars(sums.idle_usd)}"


def _wasted(sums: Sums, emulated: bool) -> str:
    """Return what was spent without a result, with its parts; empty where nothing is known to be wasted."""
    parts = [
        (sums.idle_usd, "idle"),
        (sums.failed_usd, f"{_count(sums.failed, 'task')} not completed"),
        (sums.repeated_usd, f"{_count(sums.repeated, 'task')} repeated"),
    ]
    shown = [f"{name} {rounded_dollars(amount_usd)}" for amount_usd, name in parts if amount_usd]
    if not shown:
        return ""
    at_least = "at least " if sums.unknown else ""
    return f"{at_least}{_about(sums.wasted_usd, emulated)}: {', '.join(shown)}"


def _about(amount_usd: Decimal, emulated: bool) -> str:
    return f"≈ {rounded_dollars(amount_usd)}" if emulated else rounded_dollars(amount_usd)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _grouping(value: str, label: str) -> str:
    """Check the name of what costs are summed up by."""
    if value not in GROUPINGS:
        raise CommandError(f"{label} takes {', '.join(GROUPINGS)}, not {value!r}", "%webrun usage --by site")
    return value


USAGE = Command(
    "usage",
    "what sessions and tasks cost, and what was wasted, as a DataFrame",
    Usage,
    usage,
    (
        Option("--by", "by", "sums by day, run, site or session", "WHAT", _grouping, choices=tuple(GROUPINGS)),
        Option("--plot", "plot", "draw the cost of each day, run and site, with matplotlib"),
    ),
    shows_rows=True,
    examples=("%webrun usage --plot", "%webrun usage --by site"),
    details="""\
  %webrun usage                     a row per task, and one per session for the time in which no task ran
  %webrun usage --by day            a row per day; also run, site and session
  %webrun usage --plot              pictures of the cost of each day, run of map, and site
  webrun.usage("site")              the same in Python; webrun.plot_usage() has the picture

It covers all your notebooks, sessions and runs. Emulated and paid money are in lines and rows of their own, and never
added up. Amounts are those that are known; unknown counts the tasks and sessions whose cost isn't.

wasted_usd is money without a result: idle time of sessions, tasks that were not completed (failed), and tasks whose row
in a run was completed again later (repeated). A failed task of a row that was then done counts as failed only.
The time of a session in which no task ran has no site: by site it is the row without tasks. Where the service says only
the sum of a session, all that was none of its tasks counts as idle.""",
)

COMMANDS = (USAGE,)

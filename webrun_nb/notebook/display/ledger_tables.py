"""Makes DataFrames of the user's ledger: past tasks, what they and their sessions cost, and sums of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from webrun_nb.client.monitoring.ledger import EXPIRED, TaskRecord
from webrun_nb.client.monitoring.spending import Expense, Group, Sums, grouped, summed
from webrun_nb.common.labels import end_name
from webrun_nb.notebook.display.tables import typed


def history_frame(spent: Iterable[Expense], texts: Mapping[str, str]) -> pd.DataFrame:
    """Return a row per task, newest first: money in US dollars, times in UTC.

    Columns: ended_at, task_id, session, session_id, outcome, cost_usd (of the task alone, without its session's
    start, end and idle time), over_budget_usd (spent beyond its own, its session's or the notebook's budget,
    whichever was exceeded most; `<NA>` where it had none, or that isn't known), model_usd (what the user's own
    language model cost at its provider, in no other amount; `<NA>` where none was asked, or that isn't known),
    emulated, server, notebook (the file that its session was opened in), run, row (its position in the run's
    input), attempt (1 for the row's first task), site, waste (`failed`, `repeated` or `<NA>`), text (`<NA>` where
    it isn't known: the ledger keeps none).
    """
    done = [(expense, expense.task) for expense in spent if expense.task is not None]
    rows = [
        {
            "ended_at": task.ended_at_ms,
            "task_id": task.task_id,
            "session": expense.session.name,
            "session_id": task.session_id,
            "outcome": task.outcome,
            "cost_usd": _number(task.cost_usd),
            "over_budget_usd": _number(task.over_budget_usd),
            "model_usd": _number(task.model_usd),
            "emulated": expense.session.emulated,
            "server": task.base_url,
            "notebook": expense.session.notebook or None,
            **_place(task),
            "site": task.site,
            "waste": expense.waste,
            "text": texts.get(task.task_id),
        }
        for expense, task in sorted(done, key=lambda each: each[1].ended_at_ms, reverse=True)
    ]
    return typed(rows, _HISTORY_DTYPES)


_HISTORY_DTYPES = {
    "ended_at": "time",
    "task_id": "string",
    "session": "string",
    "session_id": "string",
    "outcome": "string",
    "cost_usd": "Float64",
    "over_budget_usd": "Float64",
    "model_usd": "Float64",
    "emulated": "boolean",
    "server": "string",
    "notebook": "string",
    "run": "string",
    "row": "Int64",
    "attempt": "Int64",
    "site": "string",
    "waste": "string",
    "text": "string",
}


def usage_frame(spent: Iterable[Expense]) -> pd.DataFrame:
    """Return a row per expense: one per task, and one per session for its remaining time.

    Columns: day (of local time, without a time of day), session, session_id, task_id (`<NA>` in a session's own
    row), outcome, working_usd, idle_usd, cost_usd (their sum; US dollars), model_usd (the user's own language
    model), emulated, forgotten (the session ran into the inactivity timeout), run, row, attempt, site, waste
    (`idle`, `failed`, `repeated` or `<NA>`), wasted_usd. Sums over sessions, days or all rows are right if
    `emulated` is kept apart.
    """
    rows = [
        {
            "day": expense.day,
            "session": expense.session.name,
            "session_id": expense.session.session_id,
            "task_id": None if expense.task is None else expense.task.task_id,
            "outcome": end_name(expense.session.reason or "open") if expense.task is None else expense.task.outcome,
            "working_usd": _number(expense.working_usd),
            "idle_usd": _number(expense.idle_usd),
            "cost_usd": _number(expense.cost_usd),
            "model_usd": None if expense.task is None else _number(expense.task.model_usd),
            "emulated": expense.session.emulated,
            "forgotten": expense.session.reason == EXPIRED,
            "run": expense.run_id or None,
            **({} if expense.task is None else _place(expense.task)),
            "site": expense.site,
            "waste": expense.waste,
            "wasted_usd": _number(expense.wasted_usd),
        }
        for expense in spent
    ]
    return _with_days(rows, _USAGE_DTYPES)


_USAGE_DTYPES = {
    "day": "",
    "session": "string",
    "session_id": "string",
    "task_id": "string",
    "outcome": "string",
    "working_usd": "Float64",
    "idle_usd": "Float64",
    "cost_usd": "Float64",
    "model_usd": "Float64",
    "emulated": "boolean",
    "forgotten": "boolean",
    "run": "string",
    "row": "Int64",
    "attempt": "Int64",
    "site": "string",
    "waste": "string",
    "wasted_usd": "Float64",
}


def usage_sums_frame(spent: Iterable[Expense], by: str) -> pd.DataFrame:
    """Return the sums of expenses by `day`, `run`, `site` or `session`: days in their order, others by their cost.

    Columns: the day (of local time), the run, the site, or session, session_id and server; tasks, failed, repeated
    (numbers of tasks), working_usd, idle_usd, failed_usd, repeated_usd, wasted_usd (idle, failed and repeated
    together), cost_usd (US dollars, as far as they are known; `<NA>` where none is), model_usd (the user's own language
    models; `<NA>` where none was asked, or not all of it is known), unknown (the number of tasks and
    sessions whose cost isn't known), emulated. Amounts of emulated and paid rows are not to be added.

    By run, the row without one is for all that was outside of runs. By site, time of sessions in which no task ran is
    in a row of no tasks, and tasks whose site isn't known in another one.
    """
    groups = [(group, members, summed(members)) for group, members in grouped(spent, by).items()]
    if by == "day":
        groups.sort(key=lambda each: (str(each[0].key), not each[0].emulated))
    else:
        groups.sort(key=lambda each: each[2].cost_usd, reverse=True)
    rows = [
        {**_name(by, group, members), **_amounts(sums), "emulated": group.emulated} for group, members, sums in groups
    ]
    return _with_days(rows, {**_NAME_DTYPES[by], **_SUMS_DTYPES})


def _name(by: str, group: Group, members: Sequence[Expense]) -> dict[str, Any]:
    if by != "session":
        return {by: group.key}
    session = members[0].session
    return {"session": session.name, "session_id": session.session_id, "server": session.base_url}


def _amounts(sums: Sums) -> dict[str, Any]:
    counts: dict[str, Any] = {
        "tasks": sums.tasks,
        "failed": sums.failed,
        "repeated": sums.repeated,
        "unknown": sums.unknown,
        "model_usd": None if sums.model is None else _number(sums.model.cost_usd),
    }
    if sums.all_unknown:
        return counts
    names = ("working_usd", "idle_usd", "failed_usd", "repeated_usd", "wasted_usd", "cost_usd")
    return counts | {name: float(getattr(sums, name)) for name in names}


_NAME_DTYPES = {
    "day": {"day": ""},
    "run": {"run": "string"},
    "site": {"site": "string"},
    "session": {"session": "string", "session_id": "string", "server": "string"},
}
_SUMS_DTYPES = {
    "tasks": "Int64",
    "failed": "Int64",
    "repeated": "Int64",
    "working_usd": "Float64",
    "idle_usd": "Float64",
    "failed_usd": "Float64",
    "repeated_usd": "Float64",
    "wasted_usd": "Float64",
    "cost_usd": "Float64",
    "model_usd": "Float64",
    "unknown": "Int64",
    "emulated": "boolean",
}


def _place(task: TaskRecord) -> dict[str, Any]:
    """Return the place of a task in a run; a task of its own has none, and no attempts."""
    return {"run": task.run_id, "row": task.row, "attempt": task.attempt} if task.run_id else {}


def _number(amount_usd: Decimal | None) -> float | None:
    return None if amount_usd is None else float(amount_usd)


def _with_days(rows: Sequence[Mapping[str, Any]], dtypes: Mapping[str, str]) -> pd.DataFrame:
    """Return rows under typed columns; a column without a dtype holds dates, and shows no time of day."""
    frame = pd.DataFrame(rows, columns=list(dtypes))
    for name in (name for name, dtype in dtypes.items() if not dtype):
        frame[name] = pd.to_datetime(frame[name]).dt.as_unit("ms")
    return frame.astype({name: dtype for name, dtype in dtypes.items() if dtype})

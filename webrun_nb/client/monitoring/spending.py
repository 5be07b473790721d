"""Adds up what sessions and tasks of the ledger cost, by day, run, site or session, and what of it was wasted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from webrun_nb.client.answers.tasks import ModelUsage
from webrun_nb.client.monitoring.ledger import SessionRecord, TaskRecord
from webrun_nb.common.local_time import local_date

COMPLETE = "complete"
"""The outcome of a completed task (`TaskRecord`); any other is the code of its failure."""


class Waste(StrEnum):
    """The ways in which money is spent without a result."""

    IDLE = "idle"
    """The time of a session in which no task ran."""
    FAILED = "failed"
    """A task that was not completed: it failed, was stopped, or asked and had no answer."""
    REPEATED = "repeated"
    """A completed task of a run that a later completed task of the same row superseded."""


@dataclass(frozen=True, slots=True)
class Expense:
    """The cost of one task, or of a session's own time: all that is no task's. Amounts are US dollars."""

    session: SessionRecord
    task: TaskRecord | None
    """None for a session's own time."""
    working_usd: Decimal | None
    """None where it isn't known."""
    idle_usd: Decimal | None
    waste: Waste | None = None

    @property
    def cost_usd(self) -> Decimal | None:
        """All of it; None where it isn't known."""
        return None if self.working_usd is None or self.idle_usd is None else self.working_usd + self.idle_usd

    @property
    def wasted_usd(self) -> Decimal | None:
        """The part that brought no result; None where it isn't known."""
        return self.cost_usd if self.waste in (Waste.FAILED, Waste.REPEATED) else self.idle_usd

    @property
    def day(self) -> date:
        """The local day: of a task's end, of a session's start for its own time."""
        return local_date(self.session.opened_at_ms if self.task is None else self.task.ended_at_ms)

    @property
    def run_id(self) -> str:
        """The run of `map` that it was for; empty for none."""
        return self.session.run_id if self.task is None else self.task.run_id

    @property
    def site(self) -> str | None:
        """The site of a task; None where it isn't known, and for a session's own time, which has none."""
        return None if self.task is None else self.task.site


def expenses(sessions: Iterable[SessionRecord], tasks: Iterable[TaskRecord]) -> list[Expense]:
    """Return the expenses of sessions: session by session, its tasks, then its own time."""
    tasks = list(tasks)
    by_session: dict[tuple[str, str], list[TaskRecord]] = {}
    for task in tasks:
        by_session.setdefault((task.base_url, task.session_id), []).append(task)
    superseded = _superseded(tasks)
    found: list[Expense] = []
    for session in sessions:
        done = by_session.get((session.base_url, session.session_id), [])
        for task in done:
            waste = Waste.FAILED if task.outcome != COMPLETE else Waste.REPEATED if _id(task) in superseded else None
            found.append(Expense(session, task, task.cost_usd, Decimal(0), waste))
        found.append(_own_time(session, [task.cost_usd for task in done]))
    return found


def _own_time(session: SessionRecord, tasks_usd: Sequence[Decimal | None]) -> Expense:
    """Return what of a session's cost is that of none of its tasks."""
    known_usd = [cost_usd for cost_usd in tasks_usd if cost_usd is not None]
    if session.cost_usd is None or len(known_usd) < len(tasks_usd):
        return Expense(session, None, None, None)
    rest_usd = max(Decimal(0), session.cost_usd - sum(known_usd, Decimal(0)))
    # without a breakdown (hosted), what no task took is idle time and proxy data
    idle_usd = rest_usd if session.idle_usd is None else session.idle_usd
    # a session's own sum may be older than its last task: its idle time is spent all the same
    return Expense(session, None, max(Decimal(0), rest_usd - idle_usd), idle_usd, Waste.IDLE if idle_usd else None)


def _superseded(tasks: Iterable[TaskRecord]) -> set[tuple[str, str, str]]:
    """Return the ids of completed tasks of runs whose row a later task completed again."""
    of_row: dict[tuple[str, int], list[TaskRecord]] = {}
    for task in tasks:
        if task.run_id and task.row is not None and task.outcome == COMPLETE:
            of_row.setdefault((task.run_id, task.row), []).append(task)
    return {
        _id(task)
        for completed in of_row.values()
        for task in sorted(completed, key=lambda task: (task.attempt, task.ended_at_ms))[:-1]
    }


def _id(task: TaskRecord) -> tuple[str, str, str]:
    return task.base_url, task.session_id, task.task_id


# --- sums -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Group:
    """The expenses that a sum is made of. Emulated and paid ones are never in one group."""

    emulated: bool
    key: date | str | tuple[str, str] | None
    """The day, run, site or session (its server and id) that they have in common; None for none, or none that is known.
    """
    own_time: bool = False
    """By site: a group of the time of sessions, which has no site."""


GROUPINGS: dict[str, Callable[[Expense], Group]] = {
    "day": lambda each: Group(each.session.emulated, each.day),
    "run": lambda each: Group(each.session.emulated, each.run_id or None),
    "site": lambda each: Group(each.session.emulated, each.site, own_time=each.task is None),
    "session": lambda each: Group(each.session.emulated, (each.session.base_url, each.session.session_id)),
}
"""The group of an expense, by what it is summed up by."""


def grouped(spent: Iterable[Expense], by: str) -> dict[Group, list[Expense]]:
    """Return the expenses by their groups, which are in the order of their first expenses; `by`: see `GROUPINGS`."""
    groups: dict[Group, list[Expense]] = {}
    for expense in spent:
        groups.setdefault(GROUPINGS[by](expense), []).append(expense)
    return groups


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums over expenses of one kind, in US dollars; what isn't known is in none of the amounts."""

    sessions: int
    """The number of sessions whose own time is among them."""
    tasks: int
    failed: int
    """The number of tasks that were not completed."""
    repeated: int
    """The number of completed tasks that a later one superseded."""
    unknown: int
    """The number of expenses whose cost isn't known."""
    working_usd: Decimal
    idle_usd: Decimal
    failed_usd: Decimal
    repeated_usd: Decimal
    model: ModelUsage | None = None
    """The use of the user's own language models, which is in none of the amounts."""

    @property
    def cost_usd(self) -> Decimal:
        """The whole cost, as far as it is known."""
        return self.working_usd + self.idle_usd

    @property
    def useful_usd(self) -> Decimal:
        """The part that was not wasted."""
        return self.working_usd - self.failed_usd - self.repeated_usd

    @property
    def wasted_usd(self) -> Decimal:
        """The part that was spent without a result."""
        return self.idle_usd + self.failed_usd + self.repeated_usd

    @property
    def all_unknown(self) -> bool:
        """True where no cost is known."""
        return self.unknown == self.sessions + self.tasks


def summed(spent: Sequence[Expense]) -> Sums:
    """Return the sums of expenses."""
    known = [each for each in spent if each.cost_usd is not None]
    failed, repeated = ([each for each in spent if each.waste is kind] for kind in (Waste.FAILED, Waste.REPEATED))
    tasks = sum(each.task is not None for each in spent)
    return Sums(
        sessions=len(spent) - tasks,
        tasks=tasks,
        failed=len(failed),
        repeated=len(repeated),
        unknown=len(spent) - len(known),
        working_usd=_sum(each.working_usd for each in known),
        idle_usd=_sum(each.idle_usd for each in known),
        failed_usd=_sum(each.working_usd for each in failed),
        repeated_usd=_sum(each.working_usd for each in repeated),
        model=ModelUsage.together(
            ModelUsage(each.task.model_requests, each.task.model_usd)
            for each in spent
            if each.task is not None and each.task.model_requests
        ),
    )


def _sum(amounts_usd: Iterable[Decimal | None]) -> Decimal:
    """Add up what is known."""
    return sum((amount_usd for amount_usd in amounts_usd if amount_usd is not None), Decimal(0))

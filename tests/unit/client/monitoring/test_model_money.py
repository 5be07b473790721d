"""The cost of the user's own language model: read, kept in the ledger, added up, and limited by itself."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from helpers.fake_cards import IDLE
from webrun_nb.client.answers.fields import Fields
from webrun_nb.client.answers.tasks import ModelUsage, read_usage
from webrun_nb.client.errors import BudgetError
from webrun_nb.client.monitoring.budget import Budget, Budgets
from webrun_nb.client.monitoring.ledger import Ledger, SessionRecord, TaskRecord
from webrun_nb.client.monitoring.spending import expenses, summed
from webrun_nb.client.snapshot import SessionSnapshot, Subscriber

TASK = TaskRecord("http://x", "s1", "t1", 7, "complete", Decimal("0.01"), model_requests=3, model_usd=Decimal("0.2"))
SESSION = SessionRecord("http://x", "s1", "n", True, "", "1", None, 1, 9, None, 9, "terminated", Decimal("0.01"))


def test_it_is_read_from_the_usage_and_unknown_is_none() -> None:
    told = {"cost": 0.004, "emulated": True, "tokens_estimated": False, "model": {"requests": 3, "cost": 0.0123}}
    usage = read_usage(Fields(told))
    assert usage is not None
    assert usage.model == ModelUsage(3, Decimal("0.0123"))
    assert (usage.cost_usd, usage.tokens_estimated) == (Decimal("0.004"), False)
    unknown = read_usage(Fields({**told, "model": {"requests": 3, "cost": None}}))
    assert unknown is not None
    assert unknown.model == ModelUsage(3, None)
    without = read_usage(Fields({"cost": 0.004}))
    assert without is not None
    assert without.model is None


def test_a_sum_with_an_unknown_part_is_unknown() -> None:
    known, unknown = ModelUsage(2, Decimal("0.1")), ModelUsage(1, None)
    assert ModelUsage.together([known, None, known]) == ModelUsage(4, Decimal("0.2"))
    assert ModelUsage.together([known, unknown]) == ModelUsage(3, None)
    assert ModelUsage.together([None]) is None


def test_the_ledger_keeps_it(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite3")
    ledger.write_task(TASK)
    ledger.write_task(replace(TASK, task_id="t2", ended_at_ms=8, model_usd=None))
    assert ledger.tasks() == [TASK, replace(TASK, task_id="t2", ended_at_ms=8, model_usd=None)]


def test_tasks_of_version_5_have_asked_no_model(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    Ledger(path).write_task(TASK)
    database = sqlite3.connect(path)
    database.executescript(
        "ALTER TABLE tasks DROP COLUMN model_requests; ALTER TABLE tasks DROP COLUMN model_usd; PRAGMA user_version = 5"
    )
    database.close()
    assert Ledger(path).tasks() == [replace(TASK, model_requests=0, model_usd=None)]


def test_it_is_in_no_other_sum() -> None:
    sums = summed(expenses([SESSION], [TASK]))
    assert (sums.cost_usd, sums.model) == (Decimal("0.01"), ModelUsage(3, Decimal("0.2")))
    assert summed(expenses([SESSION], [])).model is None


class Spending:
    """A session, as a budget sees it."""

    session_id = "s1"

    def __init__(self, snapshot: SessionSnapshot) -> None:
        self.snapshot = snapshot
        self.ended_with: list[BudgetError] = []

    @property
    def monitor(self) -> Spending:
        return self

    def subscribe(self, fn: Subscriber) -> None:
        fn(self.snapshot)

    async def refresh(self) -> None:
        """Nothing has changed."""

    async def end_over_budget(self, error: BudgetError) -> None:
        self.ended_with.append(error)
        raise AssertionError("a budget is checked by the test alone")


def budget_with(model: ModelUsage | None, limit_usd: str | None) -> Budget:
    budget = Budget(Budgets(), "session", None, "shop")
    budget.start_tracking(Spending(replace(IDLE, cost_usd=Decimal("0.01"), model=model)))  # type: ignore[arg-type]
    budget.limit_usd = None if limit_usd is None else Decimal(limit_usd)
    return budget


def test_a_budget_limits_the_model_by_itself() -> None:
    budget = budget_with(ModelUsage(3, Decimal("0.04")), "0.05")
    assert (budget.left_usd, budget.model_left_usd, budget.exceeded) == (Decimal("0.04"), Decimal("0.01"), False)
    assert budget_with(ModelUsage(3, None), "0.05").model_left_usd == Decimal("0.05")
    assert budget_with(None, None).model_left_usd is None


def test_a_budget_that_the_model_has_spent_refuses_work_and_says_so() -> None:
    budget = budget_with(ModelUsage(3, Decimal("0.06")), "0.05")
    assert budget.model_left_usd == 0
    with pytest.raises(
        BudgetError, match=r"the budget of session shop \(\$0\.05\) is spent \(model \$0\.06.*your key\)"
    ):
        budget.refuse_if_spent()

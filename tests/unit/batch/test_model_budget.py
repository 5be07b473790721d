"""The budget that the language models of a run's rows share: the sum is never more than the limit."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from helpers.fake_runner import answer
from webrun_nb.batch.model_budget import ModelBudget
from webrun_nb.batch.rows import RowAnswer, RowFailure, RowTask
from webrun_nb.client.answers.tasks import FailedTask, ModelUsage, Usage
from webrun_nb.client.errors import LimitError, TaskFailedError

ROW = RowTask(0, "0", "Get the name.", "http://127.0.0.1/1")


def done(cost: float | None) -> RowAnswer:
    """Return the answer of a row whose model has cost so much; None for an unknown cost."""
    ended = answer(ROW, {"name": "Ada"})
    return RowAnswer(
        ended.session_id,
        ended.task_id,
        {**ended.body, "usage": {"cost": 0.001, "emulated": True, "model": {"requests": 1, "cost": cost}}},
        None,
        1.0,
        0,
    )


async def shares(budget: ModelBudget, *rows: int) -> list[Decimal | None]:
    return [await budget.share(count) for count in rows]


async def test_rows_that_start_together_have_equal_shares_and_no_more_than_all() -> None:
    assert await shares(ModelBudget(Decimal("1.00")), 4, 4, 4, 4) == [Decimal("0.25")] * 4
    assert await shares(ModelBudget(Decimal("1.00"), spent_usd=Decimal("0.40")), 2, 2) == [Decimal("0.30")] * 2
    thirds = await shares(ModelBudget(Decimal("1.00")), 3, 3, 3)
    assert sum(share or 0 for share in thirds) <= 1


async def test_without_a_limit_there_is_no_share() -> None:
    budget = ModelBudget()
    assert await budget.share(4) is None
    budget.settle(None, done(5.0))
    assert await budget.share(1) is None


@pytest.mark.parametrize(
    ("outcome", "left"),
    [
        (done(0.05), "0.95"),
        (done(None), "0.50"),
        (None, "0.50"),
        (answer(ROW, {"name": "Ada"}), "1.00"),
        (answer(ROW, {"name": "Ada"}, cached_age_s=3.0), "1.00"),
        (RowFailure("WORKER_LOST", "the worker is gone"), "0.50"),
        (RowFailure.of(LimitError("busy", code="RATE_LIMIT_EXCEEDED"), acted=False), "1.00"),
        (
            RowFailure.of(
                TaskFailedError.of(
                    FailedTask(
                        session_id="s",
                        task_id="t",
                        message="It failed.",
                        code="AGENT_ERROR",
                        usage=Usage(model=ModelUsage(2, Decimal("0.20"))),
                    )
                ),
                acted=False,
            ),
            "0.80",
        ),
    ],
    ids=["known", "unknown", "stopped", "no model", "kept answer", "lost", "refused", "failed"],
)
async def test_what_a_row_did_not_need_is_given_to_others(outcome: RowAnswer | RowFailure | None, left: str) -> None:
    budget = ModelBudget(Decimal("1.00"))
    share = await budget.share(2)
    budget.settle(share, outcome)
    assert await budget.share(1) == Decimal(left)


async def test_a_row_waits_while_others_have_all_that_is_left() -> None:
    budget = ModelBudget(Decimal("1.00"))
    all_of_it = await budget.share(1)
    waiting = asyncio.create_task(budget.share(1))
    await asyncio.sleep(0)
    assert not waiting.done()
    budget.settle(all_of_it, done(0.25))
    assert await waiting == Decimal("0.75")


async def test_where_nothing_is_left_a_share_is_nothing() -> None:
    budget = ModelBudget(Decimal("1.00"))
    budget.settle(await budget.share(1), done(None))
    assert await budget.share(1) == 0
    assert "the run's budget of $1.00 may be spent" in budget.spent_error("rabc").message

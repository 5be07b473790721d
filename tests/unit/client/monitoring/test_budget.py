"""Tests of budgets: sessions and tasks that reach theirs are ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from hypothesis import given, strategies

from helpers.fake_cards import ENDED
from helpers.fake_service import USAGE, FakeService, completed, failed
from helpers.waiting import wait_for_snapshot
from webrun_nb.client.client import Client
from webrun_nb.client.errors import BudgetError, RequestError, TaskFailedError
from webrun_nb.client.monitoring.budget import Budget, Budgets, limit_usd
from webrun_nb.client.monitoring.ledger import FILE, Ledger
from webrun_nb.client.sessions.session import Session

COST_USD = Decimal(str(USAGE["cost"]))
"""Of each session and task of the service."""


def wait_for_end(session: Session) -> str:
    return wait_for_snapshot(session, lambda snapshot: snapshot.ended).state_label


@pytest.mark.parametrize("given", [0, -1, "much", float("nan"), "inf"])
def test_a_budget_is_more_than_nothing(given: object) -> None:
    with pytest.raises(RequestError, match="is not a valid budget"):
        limit_usd(given)  # type: ignore[arg-type]


def test_an_amount_is_taken_as_it_is_written() -> None:
    assert [limit_usd(given) for given in (0.1, "0.10", 1, None)] == [Decimal("0.1"), Decimal("0.1"), 1, None]


def test_a_session_that_has_cost_its_budget_is_ended(client: Client, service: FakeService) -> None:
    session = client.start("shop", max_cost_usd="0.0041")
    assert wait_for_end(session) == "terminated · budget"
    assert [message.get("newState") for message in service.sent[1:]] == ["terminate"]
    assert isinstance(session.runner.budget_error, BudgetError)


def test_a_session_below_its_budget_lives(client: Client) -> None:
    assert not client.start("shop", max_cost_usd="0.0042").status().ended


def test_another_budget_is_another_option(client: Client) -> None:
    client.start("shop", max_cost_usd=1)
    assert client.start("shop", max_cost_usd="1.00").name == "shop"
    with pytest.raises(Exception, match="with other options"):
        client.start("shop", max_cost_usd=2)


def test_a_task_that_has_cost_its_budget_is_stopped(client: Client, service: FakeService) -> None:
    session = client.start("shop")
    service.hold = asyncio.Event()
    with pytest.raises(BudgetError, match=r"the task's emulated budget of \$0.004 is spent \(≈ \$0.0041") as raised:
        session.task("look", max_cost_usd="0.004")
    assert (raised.value.scope, raised.value.code, raised.value.limit_usd) == (
        "task",
        "BUDGET_REACHED",
        Decimal("0.004"),
    )
    assert not session.ended


def test_a_clients_budget_covers_all_its_sessions(client: Client, service: FakeService) -> None:
    sessions = [client.start("one"), client.start("two")]
    client.limit("0.0082")
    assert [wait_for_end(session) for session in sessions] == ["terminated · budget"] * 2
    service.status = "active"
    with pytest.raises(BudgetError, match="the budget of the notebook"):
        client.start("three")
    client.limit(None)
    assert client.start("three").snapshot.status == "active"


def spent_session(client: Client, service: FakeService, name: str = "b", limit: str = "0.004") -> Session:
    """Return a session that was ended by its budget, after which others may be opened."""
    session = client.start(name, max_cost_usd=limit)
    assert wait_for_end(session) == "terminated · budget"
    service.status, service.phase = "active", "idle"
    return session


def test_the_same_budget_continues_with_what_is_left(client: Client, service: FakeService) -> None:
    first = client.start("b", max_cost_usd="0.01")
    first.terminate()
    service.status = "active"
    again = client.start("b", max_cost_usd="0.010")
    assert again.budget is first.budget
    assert first.budget is not None
    assert first.budget.left_usd == Decimal("0.01") - 2 * COST_USD
    assert (again.snapshot.max_cost_usd, again.snapshot.spent_before_usd) == (Decimal("0.01"), COST_USD)


def test_a_spent_budget_refuses_the_same_session_again(client: Client, service: FakeService) -> None:
    session = spent_session(client, service)
    for again in (lambda: client.start("b", max_cost_usd="0.004"), session.restart):
        with pytest.raises(BudgetError) as raised:
            again()
        assert raised.value.message == (
            "the budget of session b ($0.004 emulated) is spent (≈ $0.0041; you pay $0.00): nothing was started"
        )
        assert "`start('b', max_cost_usd=0.008)`" in raised.value.hint
    assert service.number == 1


@pytest.mark.parametrize("options", [{"max_cost_usd": "0.008"}, {"max_cost_usd": "0.004", "new": True}, {}])
def test_another_amount_another_session_and_none_start_a_new_budget(
    client: Client, service: FakeService, options
) -> None:
    spent = spent_session(client, service)
    session = client.start("b", **options)
    assert session.budget is not spent.budget
    assert session.snapshot.spent_before_usd == 0


def test_a_budget_that_was_given_up_is_not_continued(client: Client, service: FakeService) -> None:
    spent_session(client, service)
    client.start("b").terminate()
    service.status = "active"
    assert client.start("b", max_cost_usd="0.004").snapshot.spent_before_usd == 0


def test_a_task_for_a_session_whose_budget_is_spent_is_refused(client: Client, service: FakeService) -> None:
    session = spent_session(client, service)
    sent = len(service.sent)
    for give in (session.task, session.submit):
        with pytest.raises(BudgetError, match="the budget of session b"):
            give("look")
    assert len(service.sent) == sent


def test_a_task_of_its_own_counts_against_the_budget_it_is_given(client: Client, service: FakeService) -> None:
    budget = client.start("b", max_cost_usd="0.01").budget
    assert budget is not None
    service.task = completed()
    client.run_task("look", budget=budget)
    assert budget.cost_usd == 2 * COST_USD
    client.submit_task("look", budget=budget).result()
    assert budget.exceeded
    for give in (client.run_task, client.submit_task):
        with pytest.raises(BudgetError, match="the budget of session b"):
            give("look", budget=budget)


def test_a_budget_of_another_account_is_refused(client: Client, service: FakeService) -> None:
    other = Client("http://127.0.0.1:8", key="k", transport=httpx.MockTransport(service), listen=False, ledger=None)
    budget = other.start("b", max_cost_usd=1).budget
    with pytest.raises(RequestError, match="another account"):
        client.run_task("look", budget=budget)
    other.close()


def test_a_clients_budget_counts_on_with_a_client_of_the_same_account(client: Client, service: FakeService) -> None:
    client.limit("0.004")
    wait_for_end(client.start("one"))
    service.status = "active"
    next_client = Client("http://127.0.0.1:9", key="k", transport=httpx.MockTransport(service), ledger=None)
    next_client.budgets = client.budgets
    with pytest.raises(BudgetError, match="the budget of the notebook"):
        next_client.start("two")
    next_client.close()


def test_a_cost_beyond_the_tasks_budget_is_shown_everywhere(service: FakeService, tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / FILE)
    client = Client("http://127.0.0.1:9", key="k", transport=httpx.MockTransport(service), listen=False, ledger=ledger)
    session = client.start("b")
    service.task = completed()  # it ends before its costs can be read again
    result = session.task("look", max_cost_usd="0.001")
    assert (result.max_cost_usd, result.over_budget_usd) == (Decimal("0.001"), Decimal("0.0031"))
    assert session.snapshot.tasks_over_usd == Decimal("0.0031")
    assert [record.over_budget_usd for record in ledger.tasks()] == [Decimal("0.0031")]
    handle = session.submit("look", max_cost_usd="0.001")
    handle.result()
    assert handle.over_budget_usd == Decimal("0.0031")
    client.close()


def test_a_task_within_its_budget_is_0_over_and_one_without_a_budget_is_not_measured(
    client: Client, service: FakeService
) -> None:
    service.task = completed()
    session = client.start("b")
    assert session.task("look", max_cost_usd="0.0041").over_budget_usd == 0
    assert session.task("look").over_budget_usd is None
    assert session.snapshot.tasks_over_usd == 0


LITTLE = {**USAGE, "cost": 0.0001}


def test_a_tasks_cost_beyond_its_sessions_budget_is_reported(service: FakeService, tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / FILE)
    client = Client("http://127.0.0.1:9", key="k", transport=httpx.MockTransport(service), listen=False, ledger=ledger)
    service.usage_before = LITTLE
    session = client.start("b", max_cost_usd="0.002")
    service.task = completed()  # it ends before its costs can be read
    result = session.task("look")
    assert (str(result.budget), result.over_budget_usd) == ("session b's budget of $0.002", Decimal("0.0021"))
    assert [record.over_budget_usd for record in ledger.tasks()] == [Decimal("0.0021")]
    assert wait_for_end(session) == "terminated · budget"
    client.close()


def test_a_background_tasks_cost_beyond_its_sessions_budget_is_reported(client: Client, service: FakeService) -> None:
    service.usage_before = LITTLE
    handle = client.start("b", max_cost_usd="0.002").submit("look")
    handle.result()
    assert (str(handle.budget), handle.over_budget_usd) == ("session b's budget of $0.002", Decimal("0.0021"))


def test_a_tasks_cost_beyond_the_notebooks_budget_is_reported(client: Client, service: FakeService) -> None:
    client.limit("0.003")
    service.usage_before = LITTLE
    result = client.start("b", max_cost_usd="0.004").task("look", max_cost_usd=1)
    assert (str(result.budget), result.over_budget_usd) == ("the notebook's budget of $0.003", Decimal("0.0011"))


def test_a_task_that_failed_says_what_it_spent_beyond_its_sessions_budget(client: Client, service: FakeService) -> None:
    service.usage_before = LITTLE
    session = client.start("b", max_cost_usd="0.002")
    service.task = failed("AGENT_ERROR")
    with pytest.raises(TaskFailedError) as raised:
        session.task("look")
    assert raised.value.hint.endswith("≈ $0.0021 over session b's budget of $0.002")


def test_no_task_is_more_over_a_budget_than_it_cost(client: Client, service: FakeService) -> None:
    service.usage_before = LITTLE
    service.task = completed() | {"usage": {**USAGE, "cost": 0.0005}}
    assert client.start("b", max_cost_usd="0.002").task("look").over_budget_usd == Decimal("0.0005")


def test_where_a_budget_was_kept_nothing_is_over(client: Client, service: FakeService) -> None:
    assert client.start("b", max_cost_usd="0.0042").task("look").over_budget_usd == 0


def test_where_the_sessions_cost_can_not_be_read_an_overrun_is_not_known(client: Client, service: FakeService) -> None:
    session = client.start("b", max_cost_usd="0.0042")
    service.forgotten = True
    assert session.task("look", max_cost_usd=1).over_budget_usd is None


AMOUNT_USD = strategies.decimals("0.0001", "10", places=4)


@given(limit=AMOUNT_USD, costs=strategies.lists(strategies.decimals("0", "5", places=4), max_size=6))
def test_what_is_left_is_the_limit_less_all_costs_and_never_negative(limit: Decimal, costs: list[Decimal]) -> None:
    budget = Budgets().of_session("b", limit)
    assert budget is not None
    asyncio.run(cover_ended(budget, costs))
    assert budget.left_usd == max(0, limit - sum(costs))
    assert budget.exceeded == (sum(costs) >= limit)


@given(first=AMOUNT_USD, second=AMOUNT_USD, cost=AMOUNT_USD)
def test_a_budget_is_continued_exactly_where_name_and_amount_are_the_same(
    first: Decimal, second: Decimal, cost: Decimal
) -> None:
    budgets = Budgets()
    budget = budgets.of_session("b", first)
    assert budget is not None
    budgets.keep("b", budget)
    asyncio.run(cover_ended(budget, [cost]))
    if first == second and cost >= first:
        with pytest.raises(BudgetError):
            budgets.of_session("b", second)
    else:
        assert (budgets.of_session("b", second) is budget) == (first == second)
    assert budgets.of_session("other", first) is not budget


class FakeEndedSession:
    """A session that has ended, with a given cost."""

    session_id = "s"

    def __init__(self, cost_usd: Decimal) -> None:
        self.monitor = self
        self.snapshot = replace(ENDED, cost_usd=cost_usd)

    def subscribe(self, fn: object) -> None:
        pass


async def cover_ended(budget: Budget, costs: list[Decimal]) -> None:
    for cost in costs:
        budget.start_tracking(FakeEndedSession(cost))  # type: ignore[arg-type]
    await budget.close()


@pytest.mark.parametrize("start", [Client.start, Client.run_task, Session.task, Session.submit])
def test_whatever_costs_can_have_a_budget(start: Callable[..., object]) -> None:
    assert "max_cost_usd" in (start.__doc__ or "")

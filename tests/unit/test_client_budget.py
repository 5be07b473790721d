from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from decimal import Decimal

import httpx
import pytest
from client_service import Service

from webrun_nb.client.api import Client
from webrun_nb.client.budget import limit_usd
from webrun_nb.client.errors import BudgetError, RequestError
from webrun_nb.client.session import Session


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def client(service: Service):
    client = Client("http://127.0.0.1:9", key="k", transport=httpx.MockTransport(service), listen=False, ledger=None)
    yield client
    client.close()


def wait_for_end(session: Session) -> str:
    over = threading.Event()
    session.subscribe(lambda snapshot: over.set() if snapshot.ended else None)
    assert session.ended or over.wait(60)
    return session.snapshot.state_label


@pytest.mark.parametrize("given", [0, -1, "much", float("nan"), "inf"])
def test_a_budget_is_more_than_nothing(given: object) -> None:
    with pytest.raises(RequestError, match="can't be a budget"):
        limit_usd(given)  # type: ignore[arg-type]


def test_an_amount_is_taken_as_it_is_written() -> None:
    assert [limit_usd(given) for given in (0.1, "0.10", 1, None)] == [Decimal("0.1"), Decimal("0.1"), 1, None]


def test_a_session_that_has_cost_its_budget_is_ended(client: Client, service: Service) -> None:
    session = client.start("shop", max_cost_usd="0.0041")
    assert wait_for_end(session) == "terminated · budget"
    assert [message.get("newState") for message in service.sent[1:]] == ["terminate"]
    assert isinstance(session.overrun, BudgetError)


def test_a_session_below_its_budget_lives(client: Client) -> None:
    assert not client.start("shop", max_cost_usd="0.0042").status().ended


def test_another_budget_is_another_option(client: Client) -> None:
    client.start("shop", max_cost_usd=1)
    assert client.start("shop", max_cost_usd="1.00").name == "shop"
    with pytest.raises(Exception, match="with other options"):
        client.start("shop", max_cost_usd=2)


def test_a_task_that_has_cost_its_budget_is_stopped(client: Client, service: Service) -> None:
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


def test_a_clients_budget_covers_all_its_sessions(client: Client, service: Service) -> None:
    sessions = [client.start("one"), client.start("two")]
    client.limit("0.0082")
    assert [wait_for_end(session) for session in sessions] == ["terminated · budget"] * 2
    service.status = "active"
    with pytest.raises(BudgetError, match="the notebook's"):
        client.start("three")
    client.limit(None)
    assert client.start("three").snapshot.status == "active"


@pytest.mark.parametrize("start", [Client.start, Client.run_task, Session.task, Session.submit])
def test_whatever_costs_can_have_a_budget(start: Callable[..., object]) -> None:
    assert "max_cost_usd" in (start.__doc__ or "")

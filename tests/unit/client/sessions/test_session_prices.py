"""Cards and budgets compute with the prices of the emulator that the session runs on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

import httpx
import pytest

from helpers.fake_service import USAGE, FakeService, completed
from webrun_nb.client._sync import runtime
from webrun_nb.client.client import Client
from webrun_nb.client.errors import ProtocolError
from webrun_nb.client.monitoring.costs import usd_per_minute
from webrun_nb.wire.prices import PRICES_2026, Prices

DEAR = Prices(compute_usd_per_minute=Decimal("0.5"))

ClientOf = Callable[[FakeService], Client]


@dataclass
class FakeSlowService(FakeService):
    """A service that answers with its prices once three sessions have read their status."""

    statuses_read: int = 0
    all_known: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        answer = await super().__call__(request)
        if request.url.path.startswith("/start/session-status/"):
            self.statuses_read += 1
            if self.statuses_read == 3:
                self.all_known.set()
        if request.url.path == "/_emulator/state":
            await self.all_known.wait()
        return answer


@pytest.fixture
def client_of() -> Iterator[ClientOf]:
    clients: list[Client] = []

    def make(service: FakeService) -> Client:
        transport = httpx.MockTransport(service)
        clients.append(Client("http://127.0.0.1:9", key="wr_k", transport=transport, listen=False, ledger=None))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


def test_a_sessions_time_costs_what_its_emulator_says(client_of: ClientOf) -> None:
    snapshot = client_of(FakeService(prices=DEAR.to_wire())).start("shop").snapshot
    assert usd_per_minute(snapshot) == DEAR.usd_per_minute(idle=True)


def test_without_a_control_api_it_costs_what_is_documented(client_of: ClientOf) -> None:
    assert client_of(FakeService()).start("shop").snapshot.prices == PRICES_2026


@pytest.mark.parametrize("prices", [DEAR.to_wire(), None], ids=["control API", "none"])
def test_prices_are_read_once(client_of: ClientOf, prices: dict[str, float] | None) -> None:
    service = FakeService(prices=prices)
    client = client_of(service)
    for name in ("shop", "bank"):
        client.start(name).status()
    assert service.states_read == 1


def test_single_tasks_that_start_together_read_them_once(client_of: ClientOf) -> None:
    service = FakeSlowService(prices=DEAR.to_wire(), task=completed("done"))
    client = client_of(service)

    async def start_three() -> None:
        await asyncio.gather(*(client.arun_task("Look.") for _ in range(3)))

    runtime.run(start_three())
    assert service.states_read == 1


def test_a_hosted_service_is_not_asked(client_of: ClientOf) -> None:
    service = FakeService(prices=DEAR.to_wire(), usage_before=USAGE | {"emulated": False})
    assert client_of(service).start("shop").snapshot.prices == PRICES_2026
    assert service.states_read == 0


def test_an_amount_that_is_none_is_refused(client_of: ClientOf) -> None:
    with pytest.raises(ProtocolError, match="computePerMinute"):
        client_of(FakeService(prices={"computePerMinute": -1})).start("shop")

"""Tests of the agent and the language model of a map's rows."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from helpers.fake_service import FakeService
from webrun_nb.batch.options import MapOptions
from webrun_nb.batch.preparation import prepare
from webrun_nb.batch.rows import RowTask
from webrun_nb.client.client import Client
from webrun_nb.client.errors import RequestError
from webrun_nb.client.tasks.agent_choice import AgentChoice
from webrun_nb.client.tasks.options import TaskOptions

KEY = "sk-of-a-map-71f0aa"
ROW = RowTask(0, "0", "Get the name.", "http://127.0.0.1/1")


@pytest_asyncio.fixture
async def client(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Client]:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    transport = httpx.MockTransport(FakeService())
    client = Client("http://127.0.0.1:9", key="k", transport=transport, listen=False, ledger=None)
    yield client
    await client.aclose()


async def test_each_row_is_sent_with_the_model_its_key_and_the_budget_of_the_run(client: Client) -> None:
    options = MapOptions(max_cost_usd="0.50", task=TaskOptions(model="openai:small", max_steps=4))
    fields = (await prepare(client, options)).make_request(ROW).fields["emulator"]
    assert {name: value for name, value in fields.items() if name != "userAgent"} == {
        "model": "openai:small",
        "maxSteps": 4,
        "maxModelCost": 0.5,
        "modelKey": KEY,
    }


async def test_rows_have_the_notebooks_choice_where_the_map_has_none(client: Client) -> None:
    client.agent_choice = AgentChoice("auto", "openai:small")
    prepared = await prepare(client, MapOptions())
    assert prepared.options.task.agent_choice == AgentChoice("auto", "openai:small")
    assert prepared.make_request(ROW).fields["emulator"]["agent"] == "auto"
    assert KEY not in str(prepared.depends_on)


async def test_a_map_without_its_key_is_refused_before_a_row_is_started(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(RequestError, match="OPENAI_API_KEY is not set"):
        await prepare(client, MapOptions(task=TaskOptions(model="openai:small")))


async def test_workers_on_other_machines_read_the_key_themselves(client: Client) -> None:
    options = MapOptions(task=TaskOptions(model="openai:small"))
    prepared = await prepare(client, options, elsewhere=True)
    assert "modelKey" not in prepared.make_request(ROW).fields["emulator"]

"""Tests of the agent and the language model of a map's rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx
import pytest

from helpers.fake_service import FakeService, completed
from webrun_nb.batch.errors import RunError
from webrun_nb.batch.map import abegin_map
from webrun_nb.batch.options import MapOptions
from webrun_nb.batch.preparation import prepare
from webrun_nb.batch.rows import RowTask
from webrun_nb.batch.run import MapRun
from webrun_nb.batch.store import stored_run
from webrun_nb.client._sync import runtime
from webrun_nb.client.client import Client
from webrun_nb.client.errors import RequestError
from webrun_nb.client.tasks.agent_choice import AgentChoice
from webrun_nb.client.tasks.options import TaskOptions
from webrun_nb.notebook.display.result_frames import NotebookFrames

KEY = "sk-of-a-map-71f0aa"
PAGES = ["http://127.0.0.1/1", "http://127.0.0.1/2"]
ROW = RowTask(0, "0", "Get the name.", "http://127.0.0.1/1")


@pytest.fixture
def service() -> FakeService:
    return FakeService(task=completed('[{"name": "Ada"}]'))


@pytest.fixture
def client(service: FakeService, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    transport = httpx.MockTransport(service)
    client = Client(
        "http://127.0.0.1:9", key="k", transport=transport, listen=False, ledger=None, frames=NotebookFrames()
    )
    yield client
    client.close()


async def test_each_row_is_sent_with_the_model_its_key_and_its_share_of_the_budget(client: Client) -> None:
    options = MapOptions(max_cost_usd="0.50", task=TaskOptions(model="openai:small", max_steps=4))
    row = replace(ROW, max_model_usd=Decimal("0.125"))
    fields = (await prepare(client, options)).make_request(row).fields["emulator"]
    assert {name: value for name, value in fields.items() if name != "userAgent"} == {
        "model": "openai:small",
        "maxSteps": 4,
        "maxModelCost": 0.125,
        "modelKey": KEY,
    }


def mapped(client: Client, pages: list[str] | None, first: int | None = None, **given: Any) -> MapRun:
    """Run a map to its end, or until so many rows have ended."""
    text = None if pages is None else "Get the name."
    return runtime.run(abegin_map(client, pages, text, MapOptions.of(given), first=first)).result()  # type: ignore[arg-type]


def sent(service: FakeService) -> list[dict[str, Any]]:
    """Return the `emulator` field of each task that was sent, without what is the same for all servers."""
    tasks = [message for message in service.sent if message.get("actionType") == "newTask"]
    return [{k: v for k, v in task.get("emulator", {}).items() if k != "userAgent"} for task in tasks]


def test_rows_have_the_notebooks_choice_where_the_map_has_none(client: Client, service: FakeService) -> None:
    client.agent_choice = AgentChoice("auto", "openai:small")
    run = mapped(client, PAGES)
    assert sent(service) == [{"agent": "auto", "model": "openai:small", "modelKey": KEY}] * 2
    assert KEY not in str(stored_run(run.id))


def test_a_run_goes_on_with_its_own_model_and_the_key_of_this_process(
    client: Client, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = {"agent": "llm", "model": "openai:small", "max_steps": 4, "vision": True}
    begun = mapped(client, PAGES, first=1, max_cost_usd="0.50", **chosen)
    client.agent_choice = AgentChoice("auto", "openai:other")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-another-71f0ab")
    run = mapped(client, None, resume=begun.id)
    assert (run.progress.resumed, run.progress.done) == (1, 2)
    as_sent = {"agent": "llm", "model": "openai:small", "maxSteps": 4, "vision": True, "maxModelCost": 0.5}
    assert sent(service) == [{**as_sent, "modelKey": KEY}, {**as_sent, "modelKey": "sk-another-71f0ab"}]


def test_a_run_without_a_model_goes_on_without_one(client: Client, service: FakeService) -> None:
    begun = mapped(client, PAGES, first=1)
    client.agent_choice = AgentChoice("auto", "openai:other")
    assert mapped(client, None, resume=begun.id).progress.done == 2
    assert sent(service) == [{}, {}]


def test_a_run_does_not_go_on_with_another_model(client: Client, service: FakeService) -> None:
    begun = mapped(client, PAGES, first=1, model="openai:small", max_steps=4)
    with pytest.raises(RunError, match="has not the model=, max_steps= that is given") as caught:
        mapped(client, None, resume=begun.id, model="openai:other", max_steps=5)
    assert caught.value.code == "RUN_OTHER"
    assert mapped(client, None, resume=begun.id, model="openai:small").progress.done == 2


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

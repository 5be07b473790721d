"""Tests of the workspace: refreshed cards, names of sessions, and jobs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from decimal import Decimal

import httpx
import pytest
from IPython.core.interactiveshell import InteractiveShell

from helpers.fake_service import FakeService, completed
from webrun_nb.client import client as api
from webrun_nb.client.client import Client
from webrun_nb.notebook import workspace
from webrun_nb.notebook.api import toolkit
from webrun_nb.notebook.commands.registry import COMMANDS
from webrun_nb.notebook.jobs import Job, JobState
from webrun_nb.notebook.syntax.errors import CommandError
from webrun_nb.notebook.workspace import Workspace


class FakeSilentService(FakeService):
    """A service that does not answer requests for a status once `silent` is true."""

    silent = False
    cut_off = 0

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.silent and request.url.path.startswith("/start/session-status/"):
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.cut_off += 1
                raise
        return await super().__call__(request)


@pytest.fixture
def service() -> FakeSilentService:
    return FakeSilentService()


@pytest.fixture
def client(service: FakeSilentService, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    client = Client("http://127.0.0.1:9", key="k", transport=httpx.MockTransport(service), listen=False, ledger=None)
    monkeypatch.setattr(type(toolkit), "current", property(lambda _: client))
    yield client
    client.close()


class FakeAskingJob:
    """A background job with an open question."""

    name = bound = "laptops"

    def facts(self) -> JobState:
        return JobState(
            name="laptops", state="guardrail", session="a", session_id="s1", task_id="t1", elapsed_ms=0, cost_usd=None,
            emulated=True, usd_per_ms=Decimal(0), asks="Which one?", answer_with="%webrun answer a …",
        )  # fmt: skip


def test_a_silent_server_does_not_hold_the_cell(
    client: Client, service: FakeSilentService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace, "REFRESH_WITHIN_S", 0.05)
    for name in ("a", "b"):
        client.start(name)
    service.silent = True
    Workspace(InteractiveShell(), COMMANDS).drain_cards()
    assert service.cut_off == 2


def test_a_job_with_a_question_is_announced_once(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    here = Workspace(InteractiveShell(), COMMANDS)
    here.add_job(FakeAskingJob())  # type: ignore[arg-type]  # a double
    here.announce_questions()
    here.announce_questions()
    said = "job laptops asks: Which one? – answer on its card, or with %webrun answer a …\n"
    assert capsys.readouterr().out == said


def test_the_cards_of_all_live_sessions_are_refreshed(client: Client, service: FakeSilentService) -> None:
    sessions = [client.start(name) for name in ("a", "b")]
    service.status, service.phase = "terminated", None
    Workspace(InteractiveShell(), COMMANDS).drain_cards()
    assert [session.ended for session in sessions] == [True, True]


def test_a_session_that_can_not_be_named_is_not_offered(client: Client) -> None:
    known = Workspace(InteractiveShell(), COMMANDS)
    client.sessions["single task"] = client.start("single")
    del client.sessions["single"]
    with pytest.raises(CommandError) as alone:
        known.session("main")
    client.start("shop")
    with pytest.raises(CommandError) as beside:
        known.session("main")
    assert (alone.value.hint, beside.value.hint) == ("%webrun start main opens one", "there are: shop")


@pytest.fixture
def clients(client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(type(toolkit), "clients", property(lambda _: [client]))
    return client


def test_a_task_that_was_submitted_without_a_name_is_a_job(clients: Client, service: FakeSilentService) -> None:
    workspace = Workspace(InteractiveShell(), COMMANDS)
    workspace.names["job1"] = "taken"
    service.task = completed()
    handle = clients.start().submit("look")
    handle.result()
    assert {name: job.handle for name, job in workspace.jobs.items()} == {"job2": handle}
    assert workspace.names["job2"] is workspace.jobs["job2"]
    assert workspace.names["job1"] == "taken"
    job = workspace.job("job2")
    assert (job.began_at_s, job.elapsed_s) == (handle.began_at_s, handle.elapsed_s)


def test_a_job_that_has_a_name_gets_no_second_one(clients: Client, service: FakeSilentService) -> None:
    workspace = Workspace(InteractiveShell(), COMMANDS)
    service.task = completed()
    session = clients.start()
    first, second = session.submit("look"), session.submit("look again")
    for handle in (first, second):
        workspace.add_job(Job("laptops", handle, rows=5, quiet=False))
    assert {name: job.handle for name, job in workspace.jobs.items()} == {"laptops": second}


def test_submitted_tasks_that_ended_long_ago_are_forgotten(
    clients: Client, service: FakeSilentService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "KEPT_HANDLES", 2)
    service.task = completed()
    handles = [clients.start().submit("look") for _ in range(4)]
    for handle in handles:
        handle.result()
    last = clients.start().submit("look")
    assert clients.submitted == [*handles[2:], last]

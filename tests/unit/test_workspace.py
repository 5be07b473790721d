from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from client_service import Service
from IPython.core.interactiveshell import InteractiveShell

from webrun_nb.client.api import Client
from webrun_nb.notebook import workspace
from webrun_nb.notebook.objects import toolkit
from webrun_nb.notebook.workspace import Workspace


class Silent(Service):
    """Answers no status call once `silent`."""

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
def service() -> Silent:
    return Silent()


@pytest.fixture
def client(service: Silent, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    client = Client("http://127.0.0.1:9", key="k", transport=httpx.MockTransport(service), listen=False, ledger=None)
    monkeypatch.setattr(type(toolkit), "current", property(lambda _: client))
    yield client
    client.close()


def test_a_silent_server_does_not_hold_the_cell(
    client: Client, service: Silent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace, "REFRESH_WITHIN_S", 0.05)
    for name in ("a", "b"):
        client.start(name)
    service.silent = True
    Workspace(InteractiveShell()).drain_cards()
    assert service.cut_off == 2


def test_the_cards_of_all_live_sessions_are_made_true(client: Client, service: Silent) -> None:
    sessions = [client.start(name) for name in ("a", "b")]
    service.status, service.phase = "terminated", None
    Workspace(InteractiveShell()).drain_cards()
    assert [session.ended for session in sessions] == [True, True]

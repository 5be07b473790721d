"""Fixtures of the tests of tasks: a client whose results have the notebook's frames."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from helpers.fake_service import FakeService
from webrun_nb.client.client import Client
from webrun_nb.notebook.display.result_frames import NotebookFrames


@pytest.fixture
def client(service: FakeService) -> Iterator[Client]:
    """A client of the service whose results have frames, without live events and without a ledger."""
    client = Client(
        "http://127.0.0.1:9",
        key="wr_secret",
        transport=httpx.MockTransport(service),
        listen=False,
        ledger=None,
        frames=NotebookFrames(),
    )
    yield client
    client.close()

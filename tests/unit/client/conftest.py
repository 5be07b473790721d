"""Fixtures of the client's tests: a fake service, and a client of it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from helpers.fake_service import FakeService
from webrun_nb.client.client import Client


@pytest.fixture
def service() -> FakeService:
    return FakeService()


@pytest.fixture
def client(service: FakeService) -> Iterator[Client]:
    """A client of the service, without live events and without a ledger."""
    client = Client(
        "http://127.0.0.1:9", key="wr_secret", transport=httpx.MockTransport(service), listen=False, ledger=None
    )
    yield client
    client.close()

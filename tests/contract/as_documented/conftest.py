"""Fixtures: servers that answer as the documentation shows, one per variant of its shapes, and clients of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from helpers.documented_server import BARE, FULL, KEY, POLLED, VARIANTS, DocumentedServer, Variant, running_server
from webrun_nb.client.client import Client
from webrun_nb.client.monitoring.ledger import Ledger
from webrun_nb.notebook.display.result_frames import NotebookFrames

Servers = dict[Variant, DocumentedServer]


@pytest.fixture(scope="package")
def servers() -> Iterator[Servers]:
    """Run a server per variant."""
    with ExitStack() as stack:
        yield {variant: stack.enter_context(running_server(variant)) for variant in VARIANTS}


@pytest.fixture(params=VARIANTS, ids=lambda variant: variant.name)
def server(servers: Servers, request: pytest.FixtureRequest) -> DocumentedServer:
    """Return the server of each variant."""
    return servers[request.param]


@pytest.fixture
def full(servers: Servers) -> DocumentedServer:
    """Return the server that says all that is documented."""
    return servers[FULL]


@pytest.fixture
def polled(servers: Servers) -> DocumentedServer:
    """Return the server that answers newTask with a relative `pollUrl`."""
    return servers[POLLED]


@pytest.fixture
def bare(servers: Servers) -> DocumentedServer:
    """Return the server that leaves out all that some page of the documentation leaves out."""
    return servers[BARE]


@pytest.fixture
def ledger(tmp_path) -> Ledger:
    """Return a ledger of the test's own."""
    return Ledger(tmp_path / "ledger.sqlite3")


@pytest.fixture
def client(server: DocumentedServer, ledger: Ledger) -> Iterator[Client]:
    """Connect to the server of each variant; sessions are ended at the end."""
    connected = Client(server.url, key=KEY, frames=NotebookFrames(), ledger=ledger)
    yield connected
    for session in connected.sessions.values():
        session.terminate()
    connected.close()

"""Tests of a network failure between client and server: it is shown, nothing is lost, and the work continues."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from helpers.waiting import wait_for_snapshot
from webrun_nb.bench.harness.dropping_proxy import DroppingProxy
from webrun_nb.client.client import Client
from webrun_nb.client.sessions.session import Session


@pytest.fixture(scope="module")
def emulator(start_emulator: Any) -> Iterator[Any]:
    running = start_emulator()
    yield running
    running.end()


@pytest.fixture
def network(emulator: Any) -> Iterator[DroppingProxy]:
    network = DroppingProxy(emulator.url)
    yield network
    network.close()


@pytest.fixture
def session(emulator: Any, network: DroppingProxy) -> Iterator[Session]:
    client = Client(network.url, key=emulator.key, ledger=None)
    with client.start() as session:
        yield session
        network.restore()
    client.close()


def test_a_lost_network_is_shown_and_so_is_its_return(session: Session, network: DroppingProxy) -> None:
    wait_for_snapshot(session, lambda snapshot: snapshot.phase == "idle")
    network.drop()
    wait_for_snapshot(session, lambda snapshot: not snapshot.connected)
    assert not session.ended
    network.restore()
    wait_for_snapshot(session, lambda snapshot: snapshot.connected)


def test_a_task_outlives_a_lost_network(session: Session, network: DroppingProxy, site: Any) -> None:
    held = threading.Event()
    handle = session.submit("get the heading", url=site.page("/", "<h1>There</h1>", held=held))
    wait_for_snapshot(session, lambda snapshot: snapshot.phase == "running")
    network.drop()
    wait_for_snapshot(session, lambda snapshot: not snapshot.connected)
    held.set()
    network.restore()
    assert handle.result(60).session_id == session.session_id

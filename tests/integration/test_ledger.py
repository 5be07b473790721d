"""Tests of the ledger with real kernel processes, a real emulator and Chromium."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from helpers.processes import family, living
from webrun_nb.client._sync import runtime
from webrun_nb.client.client import Client
from webrun_nb.client.errors import ConnectionLostError
from webrun_nb.client.local_emulator import LocalEmulator
from webrun_nb.client.monitoring.ledger import EMULATOR_ENDED, Ledger
from webrun_nb.client.snapshot import SessionSnapshot

KERNEL = """
import sys
import threading
from pathlib import Path
from webrun_nb.client.client import Client
from webrun_nb.client.monitoring.ledger import Ledger
from webrun_nb.client.local_emulator import LocalEmulator
from webrun_nb.client._sync import runtime

path, url, key = sys.argv[1:4]
pid = None
if not url:
    emulator = runtime.run(LocalEmulator.start("--data-dir", str(Path(path).parent / "own")))
    url, key, pid = emulator.url, emulator.key, emulator.pid
session = Client(url, key=key, ledger=Ledger(Path(path)), emulator_pid=pid).start("shop")
ready = threading.Event()
see = lambda snapshot: ready.set() if snapshot.phase == "idle" else None
session.subscribe(see)
see(session.snapshot)
assert ready.wait(60)
print(pid, flush=True)
sys.stdin.read()
"""
"""A process in place of a notebook's kernel: it opens a session and waits."""


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.sqlite3")


@pytest.fixture(scope="module")
def emulator(start_emulator: Callable[..., Any]) -> Any:
    return start_emulator("--control")


@pytest.fixture
def client(emulator: Any, ledger: Ledger) -> Iterator[Client]:
    client = Client(emulator.url, key=emulator.key, ledger=ledger)
    yield client
    for session in client.sessions.values():
        session.terminate()
    client.close()


def opened_by_another(ledger: Ledger, emulator: Any = None) -> tuple[subprocess.Popen[str], str]:
    """Start a process that opens a session; without `emulator` on one of its own."""
    url, key = ("", "") if emulator is None else (emulator.url, emulator.key)
    process = subprocess.Popen(
        [sys.executable, "-c", KERNEL, str(ledger.path), url, key],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, "it ended before it opened a session"
    return process, line.strip()


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def now_ms() -> int:
    return round(time.time() * 1000)


def test_what_a_killed_kernel_left_open_is_ended_by_the_next(client: Client, ledger: Ledger, emulator: Any) -> None:
    process, _ = opened_by_another(ledger, emulator)
    assert ledger.left_open(now_ms()) == []
    kill(process)
    (record,) = ledger.left_open(now_ms())
    (ended,) = client.terminate_left_open()
    assert (ended.record, ended.reason) == (record, "terminated")
    assert emulator.status(record.session_id)["status"] == "terminated"
    assert ledger.left_open(now_ms()) == []


def test_what_expired_meanwhile_is_forgotten_not_terminated(client: Client, ledger: Ledger, emulator: Any) -> None:
    process, _ = opened_by_another(ledger, emulator)
    kill(process)
    emulator.advance(6 * 60_000)
    (ended,) = client.terminate_left_open()
    assert ended.reason == "expired"
    assert ended.cost_usd is not None
    assert ended.cost_usd >= 0


def test_a_killed_kernel_takes_its_own_emulator_and_browsers_along(ledger: Ledger) -> None:
    process, pid = opened_by_another(ledger)
    everyone = family(int(pid))
    assert everyone
    kill(process)
    assert living(everyone) == []
    assert ledger.left_open(now_ms()) == []
    assert [record.reason for record in ledger.sessions()] == [EMULATOR_ENDED]


def test_the_ledger_remembers_what_a_killed_emulator_took_along(tmp_path: Path, ledger: Ledger) -> None:
    own = runtime.run(LocalEmulator.start("--data-dir", str(tmp_path)))
    client = Client(own.url, key=own.key, explain_loss=own.explain_loss, ledger=ledger, emulator_pid=own.pid)
    try:
        session = client.start()
        handle = session.submit("wait for 60 seconds")
        running = threading.Event()
        session.subscribe(lambda snapshot: running.set() if snapshot.phase == "running" else None)
        assert session.snapshot.phase == "running" or running.wait(60)
        process = psutil.Process(own.pid)
        os.kill(own.pid, signal.SIGKILL)
        process.wait(60)
        with pytest.raises(ConnectionLostError):
            handle.result(60)
        session.terminate()  # which is safe
    finally:
        client.close()
        own.stop()
    assert [record.reason for record in ledger.sessions()] == [EMULATOR_ENDED]
    assert [task.outcome for task in ledger.tasks()] == ["EMULATOR_GONE"]


def test_an_expired_session_is_in_the_ledger_as_forgotten(client: Client, ledger: Ledger, emulator: Any) -> None:
    session = client.start()
    ready = threading.Event()

    def see(snapshot: SessionSnapshot) -> None:
        if snapshot.phase == "idle":
            ready.set()

    session.subscribe(see)
    see(session.snapshot)
    assert ready.wait(60)
    emulator.advance(6 * 60_000)
    assert session.status().ended
    (record,) = ledger.sessions()
    assert record.reason == "expired"
    assert record.idle_usd is not None
    assert float(record.idle_usd) >= 0.09

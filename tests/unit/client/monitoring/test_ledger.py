"""Tests of the ledger of sessions and tasks on this machine."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from helpers.fake_service import FakeService, asking, completed, failed
from webrun_nb.client._sync import runtime
from webrun_nb.client.client import Client
from webrun_nb.client.errors import GuardrailError, TaskFailedError, TaskInterruptedError
from webrun_nb.client.monitoring.ledger import EMULATOR_ENDED, EXPIRED, Ledger, RunContext, SessionRecord, TaskRecord
from webrun_nb.client.sessions.options import SessionOptions
from webrun_nb.client.tasks.options import TaskOptions
from webrun_nb.common.processes import is_alive, process_token

GONE = "999999999@1"
"""The mark of a process that is not there."""
NOW_MS = 1_800_000_000_000
RECORD = SessionRecord(
    base_url="https://connect.webrun.ai",
    session_id="s1",
    name="shop",
    emulated=False,
    host="",
    kernel=GONE,
    emulator=None,
    opened_at_ms=NOW_MS - 1000,
    seen_at_ms=NOW_MS - 500,
    lasts_until_ms=NOW_MS + 300_000,
    cost_usd=Decimal("0.0123"),
)


@pytest.fixture(autouse=True)
def this_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.node", lambda: "")


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "data" / "ledger.sqlite3")


def test_what_was_written_is_read(ledger: Ledger) -> None:
    ledger.write(RECORD)
    assert ledger.sessions() == [RECORD]


def test_a_later_entry_replaces_the_earlier_one(ledger: Ledger) -> None:
    ledger.write(RECORD)
    ledger.write(replace(RECORD, name="other"))
    assert [record.name for record in ledger.sessions()] == ["other"]


def test_the_same_id_on_another_server_is_another_session(ledger: Ledger) -> None:
    ledger.write(RECORD)
    ledger.write(replace(RECORD, base_url="http://127.0.0.1:9"))
    assert len(ledger.sessions()) == 2


def test_tasks_are_kept_with_what_they_cost(ledger: Ledger) -> None:
    task = TaskRecord("https://a.example", "s1", "t1", NOW_MS, "complete", Decimal("0.0001"))
    ledger.write_task(task)
    assert ledger.tasks() == [task]


def test_reading_makes_no_file(ledger: Ledger) -> None:
    assert ledger.left_open(NOW_MS) == []
    assert not ledger.path.parent.exists()


def test_sessions_of_a_dead_kernel_are_left_open(ledger: Ledger) -> None:
    ledger.write(RECORD)
    assert ledger.left_open(NOW_MS) == [RECORD]


def test_sessions_of_a_living_kernel_are_not(ledger: Ledger) -> None:
    ledger.write(replace(RECORD, kernel=process_token(os.getpid())))
    assert ledger.left_open(NOW_MS) == []
    assert ledger.sessions()[0].ended_at_ms is None


def test_a_kernel_on_another_machine_can_not_be_asked(ledger: Ledger) -> None:
    elsewhere = replace(RECORD, host="other", kernel=process_token(os.getpid()))
    ledger.write(elsewhere)
    assert ledger.left_open(NOW_MS) == [elsewhere]


def test_with_its_emulator_a_session_has_ended(ledger: Ledger) -> None:
    ledger.write(replace(RECORD, emulated=True, emulator=GONE))
    assert ledger.left_open(NOW_MS) == []
    assert (ledger.sessions()[0].reason, ledger.sessions()[0].ended_at_ms) == (EMULATOR_ENDED, RECORD.seen_at_ms)


def test_past_the_timeout_a_session_was_forgotten(ledger: Ledger) -> None:
    ledger.write(RECORD)
    assert ledger.left_open(NOW_MS + 300_001) == []
    assert ledger.sessions()[0].reason == EXPIRED


def test_under_a_frozen_clock_nothing_expires(ledger: Ledger) -> None:
    frozen = replace(RECORD, lasts_until_ms=None)
    ledger.write(frozen)
    assert ledger.left_open(NOW_MS * 2) == [frozen]


def test_a_closed_session_keeps_its_first_end_and_its_cost(ledger: Ledger) -> None:
    ledger.write(RECORD)
    ledger.close_session(RECORD.base_url, "s1", "terminated", NOW_MS, Decimal("0.5"))
    ledger.close_session(RECORD.base_url, "s1", EXPIRED, NOW_MS + 1, None)
    (record,) = ledger.sessions()
    assert (record.reason, record.ended_at_ms, record.cost_usd) == ("terminated", NOW_MS, Decimal("0.5"))


def test_what_ended_long_ago_is_dropped(ledger: Ledger) -> None:
    ledger.write(replace(RECORD, session_id="old", ended_at_ms=1, reason="terminated"))
    ledger.write(RECORD)
    assert [record.session_id for record in ledger.sessions()] == ["s1"]


def test_a_ledger_that_can_not_be_written_breaks_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("")
    ledger = Ledger(tmp_path / "file" / "ledger.sqlite3")
    ledger.write(RECORD)
    assert "can't be written" in caplog.text
    assert ledger.sessions() == []


def test_a_broken_file_breaks_nothing(ledger: Ledger, caplog: pytest.LogCaptureFixture) -> None:
    ledger.path.parent.mkdir()
    ledger.path.write_text("not a database " * 100)
    ledger.write(RECORD)
    assert ledger.left_open(NOW_MS) == []
    assert "can't be written" in caplog.text


def test_a_newer_schema_is_left_alone(ledger: Ledger) -> None:
    ledger.write(RECORD)
    database = sqlite3.connect(ledger.path)
    database.execute("PRAGMA user_version = 99")
    database.close()
    ledger.write(replace(RECORD, name="other"))
    assert ledger.sessions() == []
    database = sqlite3.connect(ledger.path)
    assert database.execute("SELECT name FROM sessions").fetchall() == [("shop",)]
    database.close()


VERSION_1 = """
CREATE TABLE sessions (
    base_url TEXT NOT NULL, session_id TEXT NOT NULL, name TEXT NOT NULL, emulated INTEGER NOT NULL,
    host TEXT NOT NULL, kernel TEXT NOT NULL, emulator TEXT, opened_at_ms INTEGER NOT NULL,
    seen_at_ms INTEGER NOT NULL, lasts_until_ms INTEGER, ended_at_ms INTEGER, reason TEXT,
    cost_usd TEXT, idle_usd TEXT, PRIMARY KEY (base_url, session_id));
CREATE TABLE tasks (
    base_url TEXT NOT NULL, session_id TEXT NOT NULL, task_id TEXT NOT NULL, ended_at_ms INTEGER NOT NULL,
    outcome TEXT NOT NULL, cost_usd TEXT NOT NULL, PRIMARY KEY (base_url, session_id, task_id));
INSERT INTO tasks VALUES ('http://x', 's1', 't1', 7, 'complete', '0.5');
PRAGMA user_version = 1;
"""


VERSION_4 = """
CREATE TABLE sessions (
    base_url TEXT NOT NULL, session_id TEXT NOT NULL, name TEXT NOT NULL, emulated INTEGER NOT NULL,
    host TEXT NOT NULL, kernel TEXT NOT NULL, emulator TEXT, opened_at_ms INTEGER NOT NULL,
    seen_at_ms INTEGER NOT NULL, lasts_until_ms INTEGER, ended_at_ms INTEGER, reason TEXT,
    cost_usd TEXT, idle_usd TEXT, PRIMARY KEY (base_url, session_id));
CREATE TABLE tasks (
    base_url TEXT NOT NULL, session_id TEXT NOT NULL, task_id TEXT NOT NULL, ended_at_ms INTEGER NOT NULL,
    outcome TEXT NOT NULL, cost_usd TEXT, max_cost_usd TEXT, over_budget_usd TEXT,
    PRIMARY KEY (base_url, session_id, task_id));
INSERT INTO sessions VALUES ('http://x', 's1', 'n', 1, '', '1@1', NULL, 1, 9, NULL, 9, 'terminated', '0.6', '0.1');
INSERT INTO tasks VALUES ('http://x', 's1', 't1', 7, 'complete', '0.5', '0.2', '0.3');
PRAGMA user_version = 4;
"""


def test_the_tables_of_version_1_are_upgraded(ledger: Ledger) -> None:
    ledger.path.parent.mkdir()
    database = sqlite3.connect(ledger.path)
    database.executescript(VERSION_1)
    database.close()
    before = TaskRecord("http://x", "s1", "t1", 7, "complete", Decimal("0.5"))
    assert ledger.tasks() == [before]
    after = replace(before, task_id="t2", ended_at_ms=8, max_cost_usd=Decimal("0.2"), over_budget_usd=Decimal("0.3"))
    ledger.write_task(after)
    assert ledger.tasks() == [before, after]


ADDED_IN_2 = "ALTER TABLE tasks ADD COLUMN max_cost_usd TEXT; UPDATE tasks SET max_cost_usd = '0.2';"
WITHOUT_BUDGET = "INSERT INTO tasks VALUES ('http://x', 's1', 't2', 8, 'complete', '0.5', NULL);"


def test_what_tasks_of_version_2_cost_beyond_their_own_budgets_is_kept(ledger: Ledger) -> None:
    ledger.path.parent.mkdir()
    database = sqlite3.connect(ledger.path)
    database.executescript(f"{VERSION_1} {ADDED_IN_2} {WITHOUT_BUDGET} PRAGMA user_version = 2;")
    database.close()
    assert [record.over_budget_usd for record in ledger.tasks()] == [Decimal("0.3"), None]


def test_sessions_and_tasks_of_version_4_are_kept_as_of_no_run_and_no_known_site(ledger: Ledger) -> None:
    ledger.path.parent.mkdir()
    database = sqlite3.connect(ledger.path)
    database.executescript(VERSION_4)
    database.close()
    (task,), (session,) = ledger.tasks(), ledger.sessions()
    assert (task.task_id, task.over_budget_usd) == ("t1", Decimal("0.3"))
    assert (task.site, task.run_id, task.row, task.attempt) == (None, "", None, 1)
    assert (session.name, session.idle_usd, session.run_id, session.notebook) == ("n", Decimal("0.1"), "", "")
    in_run = replace(task, task_id="t2", ended_at_ms=8, site="practice:shop", run_id="r1", row=0, attempt=2)
    ledger.write_task(in_run)
    ledger.write(replace(session, run_id="r1", notebook="/home/ada/prices.ipynb"))
    assert ledger.tasks() == [task, in_run]
    assert [(each.run_id, each.notebook) for each in ledger.sessions()] == [("r1", "/home/ada/prices.ipynb")]


WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
from webrun_nb.client.monitoring.ledger import Ledger, SessionRecord
ledger, number = Ledger(Path(sys.argv[1])), sys.argv[2]
for i in range(20):
    ledger.write(SessionRecord("http://x", f"{number}-{i}", "n", True, "", "1", None, i, i, None))
"""


def test_several_kernels_write_at_once(ledger: Ledger) -> None:
    kernels = [subprocess.Popen([sys.executable, "-c", WRITER, str(ledger.path), str(n)]) for n in range(4)]
    assert [kernel.wait() for kernel in kernels] == [0] * 4
    assert len(ledger.sessions()) == 80


def test_a_process_is_distinguished_from_a_later_one_with_the_same_pid() -> None:
    mark = process_token(os.getpid())
    assert is_alive(mark)
    assert not is_alive(GONE)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_a_reused_pid_is_another_process() -> None:
    assert not is_alive(f"{os.getpid()}@1")


def test_reading_imports_nothing_heavy() -> None:
    code = (
        "import sys, webrun_nb.notebook.display.open_sessions as left_open; left_open.warn()\n"
        "print(*{'pydantic', 'httpx', 'pandas', 'IPython', 'asyncio'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"


# --- what a client writes ---------------------------------------------------------------------------------------------


@pytest.fixture
def client(service: FakeService, ledger: Ledger) -> Any:
    transport = httpx.MockTransport(service)
    client = Client("http://127.0.0.1:9", key="wr_secret", transport=transport, listen=False, ledger=ledger)
    yield client
    client.close()


def test_a_started_session_is_in_the_ledger(client: Client, ledger: Ledger) -> None:
    client.start("shop")
    (record,) = ledger.sessions()
    assert (record.base_url, record.session_id, record.name) == ("http://127.0.0.1:9", "s1", "shop")
    assert (record.kernel, record.emulator, record.ended_at_ms) == (process_token(os.getpid()), None, None)


def test_a_terminated_session_is_closed(client: Client, ledger: Ledger) -> None:
    client.start("shop").terminate()
    (record,) = ledger.sessions()
    assert record.ended_at_ms is not None
    assert (record.reason, record.cost_usd, record.idle_usd) == ("terminated", Decimal("0.0041"), Decimal("0.001"))


def test_what_has_ended_is_followed_no_more(service: FakeService, ledger: Ledger) -> None:
    client = Client("http://127.0.0.1:9", key="k", transport=httpx.MockTransport(service), listen=False, ledger=ledger)
    recorder = client._recorder
    assert recorder is not None
    client.start("shop").terminate()
    client.close()
    assert recorder.followed == frozenset()


def test_a_running_task_may_last_longer_than_an_idle_session(
    client: Client, ledger: Ledger, service: FakeService
) -> None:
    session = client.start("shop")
    idle = ledger.sessions()[0].lasts_until_ms
    service.phase, service.current, service.queued = "running", "t1", ["t2"]
    session.status()
    busy = ledger.sessions()[0].lasts_until_ms
    assert idle is not None
    assert busy is not None
    assert busy - idle >= 600_000


def test_tasks_that_end_are_in_the_ledger(client: Client, ledger: Ledger, service: FakeService) -> None:
    session = client.start("shop")
    session.task("List")
    service.task = {**failed("NAVIGATION_FAILED"), "taskId": "t2"}
    with pytest.raises(TaskFailedError):
        session.task("List")
    assert [(task.task_id, task.outcome) for task in ledger.tasks()] == [
        ("t1", "complete"),
        ("t2", "NAVIGATION_FAILED"),
    ]


def test_a_task_is_kept_with_the_site_that_it_begins_at(client: Client, ledger: Ledger, service: FakeService) -> None:
    session = client.start("shop")
    session.task("List")
    service.task = {**completed("the answer"), "taskId": "t2"}
    session.task("List", url="https://ada@shop.example:8443/list?q=a")
    service.task = {**completed("the answer"), "taskId": "t3"}
    session.task("List")  # on the page that is open
    assert [task.site for task in ledger.tasks()] == [None, "shop.example:8443", "shop.example:8443"]


def test_a_task_of_a_run_is_kept_with_its_row_and_attempt(client: Client, ledger: Ledger) -> None:
    async def run_row() -> None:
        session = await client.start_for_run("map", SessionOptions(), "r1")
        request = await session.runner.prepare("List", TaskOptions(url="practice:shop"))
        await session.runner.run(request, run=RunContext("r1", row=7, attempt=2))
        await session.aterminate()

    runtime.run(run_row())
    (task,), (session,) = ledger.tasks(), ledger.sessions()
    assert (task.run_id, task.row, task.attempt, task.site) == ("r1", 7, 2, "practice:shop")
    assert (session.run_id, session.reason) == ("r1", "terminated")


def test_a_session_is_kept_with_the_notebook_that_jupyter_named(
    service: FakeService, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "/home/ada/prices.ipynb")
    client = Client("http://127.0.0.1:9", key="k", transport=httpx.MockTransport(service), listen=False, ledger=ledger)
    client.start("shop").terminate()
    client.close()
    assert [record.notebook for record in ledger.sessions()] == ["/home/ada/prices.ipynb"]


def test_a_task_that_was_stopped_for_want_of_an_answer_is_in_the_ledger(
    client: Client, ledger: Ledger, service: FakeService
) -> None:
    service.task = asking()
    with pytest.raises(GuardrailError):
        client.start("shop").task("Buy it")
    assert [(task.task_id, task.outcome, str(task.cost_usd)) for task in ledger.tasks()] == [
        ("t1", "GUARDRAIL", "0.0041")
    ]


def test_an_interrupted_task_is_in_the_ledger(client: Client, ledger: Ledger, service: FakeService) -> None:
    service.hold = asyncio.Event()
    session = client.start("shop")
    thread = threading.Thread(target=lambda: service.began.wait(60) and os.kill(os.getpid(), signal.SIGINT))
    thread.start()
    with pytest.raises(TaskInterruptedError):
        session.task("List")
    thread.join()
    assert [(task.task_id, task.outcome) for task in ledger.tasks()] == [("t1", "INTERRUPTED")]


def test_nothing_secret_is_on_disk(client: Client, ledger: Ledger, service: FakeService) -> None:
    service.task = completed("the answer")
    client.start("shop", url="http://private.example/?token=t0ken").task("type hunter2")
    written = b"".join(path.read_bytes() for path in ledger.path.parent.iterdir())
    assert [secret for secret in (b"wr_secret", b"hunter2", b"t0ken", b"answer") if secret in written] == []


def test_what_earlier_kernels_left_open_here_is_ended(client: Client, ledger: Ledger, service: FakeService) -> None:
    ledger.write(replace(RECORD, base_url="http://127.0.0.1:9", lasts_until_ms=None))
    ledger.write(replace(RECORD, session_id="s2", lasts_until_ms=None))
    (ended,) = client.terminate_left_open()
    assert (ended.record.name, ended.reason, ended.cost_usd) == ("shop", "terminated", Decimal("0.0041"))
    assert service.sent == [{"actionType": "state", "newState": "terminate"}]
    assert [(record.session_id, record.reason) for record in ledger.sessions()] == [("s1", "terminated"), ("s2", None)]


def test_without_a_ledger_nothing_is_written(
    service: FakeService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEBRUN_DATA_DIR", str(tmp_path / "data"))
    client = Client("http://127.0.0.1:9", key="k", transport=httpx.MockTransport(service), listen=False, ledger=None)
    client.start()
    client.close()
    assert not (tmp_path / "data").exists()

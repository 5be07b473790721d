"""Tests of `map` on a Dask cluster of two worker processes, each with an emulator and browsers of its own."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import distributed
import httpx
import psutil
import pytest

from helpers.emulators import KEY, StartEmulator
from helpers.waiting import wait_until
from webrun_nb.batch import map as map_module
from webrun_nb.batch.map import abegin_map
from webrun_nb.batch.options import MapOptions
from webrun_nb.batch.pace import StartPace
from webrun_nb.batch.run import MapRun
from webrun_nb.batch.store import stored_runs
from webrun_nb.client._sync import runtime
from webrun_nb.client.client import Client
from webrun_nb.client.errors import ConnectionLostError, TaskInterruptedError
from webrun_nb.client.local_emulator import local_emulator
from webrun_nb.common.hosted_limits import REQUESTS_PER_MINUTE
from webrun_nb.notebook.display.result_frames import NotebookFrames

SECRET = "planted-in-the-workers"


def offices(city: str) -> str:
    return f"<h1>Offices</h1><table><tr><th>City</th><th>Staff</th></tr><tr><td>{city}</td><td>3</td></tr></table>"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[distributed.LocalCluster]:
    """Two workers with one thread each. Their environment has a key and a secret; both are nowhere else."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("WEBRUN_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        environment.setenv("WEBRUN_API_KEY", KEY)
        environment.setenv("SHOP_EMAIL", "ada@example.com")
        environment.setenv("SHOP_PASSWORD", SECRET)
        with distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=logging.INFO
        ) as started:
            environment.setenv("WEBRUN_DATA_DIR", str(tmp_path_factory.mktemp("here")))  # as on another machine
            environment.delenv("WEBRUN_API_KEY")
            environment.delenv("SHOP_PASSWORD")
            yield started


@pytest.fixture(scope="module")
def dask(cluster: distributed.LocalCluster) -> Iterator[distributed.Client]:
    with distributed.Client(cluster, set_as_default=False) as connected:
        yield connected


@pytest.fixture(scope="module")
def client(cluster: distributed.LocalCluster) -> Iterator[Client]:
    """A client of this process's emulator, so that each worker starts one of its own."""
    emulator = runtime.run(local_emulator())
    client = Client(emulator.url, key=emulator.key, frames=NotebookFrames(), emulator_pid=emulator.pid)
    yield client
    client.close()
    emulator.stop()


def begin(client: Client, pages: object, cluster: distributed.Client | None, **options: Any) -> MapRun:
    given = {"schema": "city:str, staff:int", "concurrency": 2, "client": cluster, **options}
    return runtime.run(abegin_map(client, pages, "List the offices with city and staff.", MapOptions.of(given)))  # type: ignore[arg-type]


def workers_of(run: MapRun) -> list[str]:
    return [answer.worker for _, answer in run.answers() if answer is not None]


def test_rows_run_on_both_workers_at_once(client: Client, dask: distributed.Client, site: Any) -> None:
    gate = threading.Event()
    pages = [site.page(f"/both/{n}", offices(f"city {n}"), held=gate) for n in range(2)]
    run = begin(client, [*pages, site.page("/both/2", "<h1>Gone</h1>", status=404)], dask)
    wait_until(lambda: {"/both/0", "/both/1"} <= set(site.asked) or run.done)
    assert run.progress.workers == 2
    gate.set()
    run.result()
    assert run.df["city"].tolist()[:2] == ["city 0", "city 1"]
    assert set(workers_of(run)) == set(dask.scheduler_info()["workers"])
    assert run.failures[["row", "code"]].to_numpy().tolist() == [[2, "NAVIGATION_FAILED"]]
    assert run.failures["worker"].iloc[0] in workers_of(run)
    assert client.sessions == {}
    assert client.ledger is not None
    opened = [session for session in client.ledger.sessions() if session.run_id == run.id]
    assert len(opened) == 2
    assert all(session.ended_at_ms is not None for session in opened)
    assert run.progress.cost_usd == run.usage.cost_usd > 0


def test_a_stopped_run_stops_its_tasks_on_the_workers_and_goes_on_later(
    client: Client, dask: distributed.Client, site: Any
) -> None:
    gate = threading.Event()
    pages = [site.page(f"/stop/{n}", offices(f"city {n}"), held=gate) for n in range(2)]
    run = begin(client, pages, dask)
    wait_until(lambda: {"/stop/0", "/stop/1"} <= set(site.asked) or run.done)
    run.stop()
    gate.set()
    with pytest.raises(TaskInterruptedError):
        run.result()
    assert client.ledger is not None
    outcomes = [task.outcome for task in client.ledger.tasks() if task.run_id == run.id]
    assert outcomes == ["INTERRUPTED", "INTERRUPTED"]
    again = begin(client, pages, dask).result()
    assert (again.id, again.df["city"].tolist(), again.progress.repeated) == (run.id, ["city 0", "city 1"], 0)


class HeldClock:
    """A clock that stands still; its sleeps end when the test lets them."""

    def __init__(self) -> None:
        self.s = 0.0
        self.asked_s: list[float] = []
        self.released: Future[None] = Future()

    def now_s(self) -> float:
        return self.s

    async def sleep(self, seconds: float) -> None:
        self.asked_s.append(seconds)
        await asyncio.wrap_future(self.released)
        self.s += seconds


def shown_by(cluster: distributed.LocalCluster, dask: distributed.Client) -> str:
    """Return what people see of a cluster: its logs, the scheduler's pages, its events and its tasks."""
    scheduler = cluster.scheduler
    logs = (dask.get_worker_logs(), dask.get_scheduler_logs())
    assert "Run out-of-band function 'do_row'" in repr(logs)
    pages = ["info/main/workers.html", "info/main/logs.html", "json/counts.json", "json/identity.json"]
    pages += [f"info/{kind}/{quote(name, safe='')}.html" for kind, names in (
        ("worker", scheduler.workers), ("logs", scheduler.workers), ("task", scheduler.tasks)
    ) for name in names]  # fmt: skip
    answers = [httpx.get(f"http://127.0.0.1:{scheduler.http_server.port}/{page}", trust_env=False) for page in pages]
    assert [answer.status_code for answer in answers] == [200] * len(pages)
    return repr((logs, dask.get_events(), scheduler.tasks, [answer.text for answer in answers]))


def test_all_workers_share_another_server_at_one_pace_with_keys_and_secrets_that_each_looks_up(
    cluster: distributed.LocalCluster,
    dask: distributed.Client,
    start_emulator: StartEmulator,
    site: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    emulator, clock = start_emulator("--control", "--limits", "hosted"), HeldClock()
    monkeypatch.setattr(map_module, "StartPace", partial(StartPace, now_s=clock.now_s, sleep=clock.sleep))
    for _ in range(REQUESTS_PER_MINUTE - 1):  # the service would take one more start in this minute
        assert emulator.post("/start/start-session", {"policyId": 1})[0] == 400
    client = Client(emulator.url, key=KEY, frames=NotebookFrames())
    gate = threading.Event()
    pages = [site.page(f"/share/{n}", offices(f"city {n}"), held=gate) for n in range(2)]
    run = begin(client, pages, dask, secrets={"127.0.0.1": "SHOP"})
    wait_until(lambda: (clock.asked_s and site.asked) or run.done)
    assert len(emulator.get("/start/sessions")[1]["sessions"]) == 1
    emulator.advance(60_000)
    clock.released.set_result(None)
    wait_until(lambda: {"/share/0", "/share/1"} <= set(site.asked) or run.done)
    assert len(clock.asked_s) == 1, "one refusal, which holds back all workers"
    sent = b"".join(cluster.scheduler.worker_plugins.values())
    shown = shown_by(cluster, dask)
    gate.set()
    assert run.result().df["city"].tolist() == ["city 0", "city 1"]
    assert (run.usage.sessions, run.usage.tasks) == (2, 2)
    assert b"SHOP" in sent
    for secret in (KEY, SECRET):
        assert secret.encode() not in sent
        assert secret not in shown
    assert "/share/" not in shown, "the text of a row"
    client.close()


def test_a_cluster_that_is_not_there_is_said_before_anything_is_started(client: Client, tmp_path: Path) -> None:
    before = len(list(stored_runs()))
    with pytest.raises(ConnectionLostError) as refused:
        begin(client, ["https://example.com/"], None, dask="tcp://127.0.0.1:1")
    assert refused.value.message == "no Dask scheduler answers at tcp://127.0.0.1:1"
    assert "nothing was started" in refused.value.hint
    assert len(list(stored_runs())) == before


def test_an_adaptive_cluster_may_take_a_worker_away_and_add_another(
    client: Client, cluster: distributed.LocalCluster, dask: distributed.Client, site: Any
) -> None:
    gate, later = threading.Event(), threading.Event()
    pages = [
        *(site.page(f"/adapt/{n}", offices(f"city {n}"), held=gate) for n in range(2)),
        *(site.page(f"/adapt/{n}", offices(f"city {n}"), held=later) for n in range(2, 4)),
    ]
    run = begin(client, pages, dask)
    wait_until(lambda: {"/adapt/0", "/adapt/1"} <= set(site.asked) or run.done)
    cluster.adapt(minimum=1, maximum=1, interval="50ms", wait_count=1)
    wait_until(lambda: run.progress.workers == 1 or run.done)
    gate.set()
    cluster.adapt(minimum=2, maximum=2, interval="50ms", wait_count=1)
    wait_until(lambda: {"/adapt/2", "/adapt/3"} <= set(site.asked) or run.done)
    assert run.progress.workers == 2
    later.set()
    run.result()
    assert run.df["city"].tolist() == [f"city {n}" for n in range(4)]
    assert (run.progress.done, run.progress.failed) == (4, 0)


def test_the_rows_of_a_killed_worker_run_elsewhere_and_count_once(
    client: Client, dask: distributed.Client, site: Any
) -> None:
    gate = threading.Event()
    pages = [
        site.page("/kill/0", offices("city 0"), held=gate),
        *(site.page(f"/kill/{n}", offices(f"city {n}")) for n in range(1, 4)),
    ]
    run = begin(client, pages, dask)
    wait_until(lambda: run.progress.done == 3 or run.done)  # the other worker has done the rest
    pids = dask.run(os.getpid)
    (killed,) = set(pids) - set(workers_of(run))
    emulators = psutil.Process(pids[killed]).children()
    os.kill(pids[killed], signal.SIGKILL)
    gate.set()
    run.result()
    assert run.df["city"].tolist() == [f"city {n}" for n in range(4)]
    assert (run.progress.done, run.progress.failed) == (4, 0)
    assert run.progress.repeated <= 1  # 0 where the lost worker's answer had been recorded
    assert site.asked.count("/kill/0") == 2
    assert emulators
    assert psutil.wait_procs(emulators, 10)[1] == []

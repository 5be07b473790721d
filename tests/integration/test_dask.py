"""Tests of `map` on a Dask cluster of two worker processes, each with an emulator and browsers of its own."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import distributed
import psutil
import pytest

from helpers.emulators import KEY, StartEmulator
from helpers.waiting import wait_until
from webrun_nb.batch.map import abegin_map
from webrun_nb.batch.options import MapOptions
from webrun_nb.batch.run import MapRun
from webrun_nb.batch.store import stored_runs
from webrun_nb.client._sync import runtime
from webrun_nb.client.client import Client
from webrun_nb.client.errors import ConnectionLostError, TaskInterruptedError
from webrun_nb.client.local_emulator import local_emulator
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
            n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=100
        ) as started:
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


def test_all_workers_share_another_server_whose_key_and_secrets_each_looks_up(
    cluster: distributed.LocalCluster, dask: distributed.Client, start_emulator: StartEmulator, site: Any
) -> None:
    emulator = start_emulator("--control")
    client = Client(emulator.url, key=KEY, frames=NotebookFrames())
    gate = threading.Event()
    pages = [site.page(f"/share/{n}", offices(f"city {n}"), held=gate) for n in range(2)]
    run = begin(client, pages, dask, secrets={"127.0.0.1": "SHOP"})
    wait_until(lambda: {"/share/0", "/share/1"} <= set(site.asked) or run.done)
    plugins = cluster.scheduler.worker_plugins
    sent = b"".join(plugins.values()) + repr((cluster.scheduler.tasks, dask.get_events())).encode()
    gate.set()
    assert run.result().df["city"].tolist() == ["city 0", "city 1"]
    assert b"SHOP" in sent
    assert KEY.encode() not in sent
    assert SECRET.encode() not in sent
    runtime.run(client.aclose())


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

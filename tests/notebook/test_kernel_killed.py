"""Tests of a kernel that is killed during a task: no browser and no running session is left."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator

import psutil
import pytest
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import KernelManager

from helpers.processes import family, living
from webrun_nb.batch.store import stored_runs
from webrun_nb.notebook.display.tables import runs_frame


@pytest.fixture
def kernel(tmp_path) -> Iterator[tuple[KernelManager, BlockingKernelClient]]:
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(env={**os.environ, "WEBRUN_DATA_DIR": str(tmp_path)})
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=120)
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def begin_a_long_task(client: BlockingKernelClient, before: str = "") -> list[psutil.Process]:
    """Run a task that waits, in the kernel, and return the emulator's processes once it runs."""
    cells = (
        "import os, webrun_nb as webrun\n"
        "session = webrun.start()\n"
        f"{before}\n"
        "import threading\n"
        "under_way = threading.Event()\n"
        "session.subscribe(lambda s: under_way.set() if s.phase == 'running' else None)\n"
        "thread = threading.Thread(target=session.task, args=('wait for 60 seconds',), daemon=True)\n"
        "thread.start()\n"
        "assert under_way.wait(60)\n"
        "print(os.getpid())\n"
    )
    said: list[str] = []
    reply = client.execute_interactive(
        cells, timeout=120, output_hook=lambda message: said.append(message["content"].get("text", ""))
    )
    assert reply["content"]["status"] == "ok", reply
    kernel_pid = int("".join(said).split()[-1])
    (emulator,) = [
        process
        for process in psutil.Process(kernel_pid).children()
        if "webrun_nb" in process.cmdline() and "emulator" in process.cmdline()
    ]
    everyone = family(emulator.pid)
    assert any("chrom" in process.name() for process in everyone)
    return everyone


MAP = """
get_ipython().run_line_magic("load_ext", "webrun_nb")
pages = ["practice:shop"]
get_ipython().run_cell_magic("webrun", "map pages --bg waiting", "wait for 60 seconds")
import threading
row_runs = threading.Event()
waiting.subscribe(lambda: row_runs.set() if waiting.progress.sessions else None)
assert waiting.progress.sessions or row_runs.wait(60)
"""


def test_nothing_is_left_after_a_kill_and_its_map_is_listed_as_killed(kernel, tmp_path, monkeypatch):
    manager, client = kernel
    everyone = begin_a_long_task(client, before=MAP)
    monkeypatch.setenv("WEBRUN_DATA_DIR", str(tmp_path))
    listed = runs_frame(stored_runs(), [])
    assert listed[["name", "state", "missing"]].to_numpy().tolist() == [["waiting", "running", 1]]
    manager.signal_kernel(signal.SIGKILL)
    assert living(everyone) == []
    assert runs_frame(stored_runs(), [])["state"].tolist() == ["killed"]


def test_nothing_is_left_with_a_stopped_browser(kernel):
    manager, client = kernel
    everyone = begin_a_long_task(client)
    for process in everyone:
        with contextlib.suppress(psutil.NoSuchProcess):  # renderers come and go
            if "chrom" in process.name():
                process.suspend()
    manager.signal_kernel(signal.SIGKILL)
    assert living(everyone) == []


POOL = """
import multiprocessing, warnings
warnings.simplefilter("ignore")
pool = multiprocessing.get_context("fork").Pool(1)  # its worker inherits the emulator's lifeline
pool.apply(os.getpid)
"""


def test_nothing_is_left_with_a_pool_worker_that_inherited_the_lifeline(kernel):
    manager, client = kernel
    everyone = begin_a_long_task(client, before=POOL)
    (kernel_process,) = {process.parent() for process in everyone[:1]}
    ours = {process.pid for process in everyone}
    workers = [process for process in kernel_process.children(recursive=True) if process.pid not in ours]
    assert workers
    manager.signal_kernel(signal.SIGKILL)
    left = living(everyone)
    for worker in workers:
        if worker.is_running():
            worker.kill()
    assert left == []

"""Starts Datasette over a database of a shop."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from webrun_nb.bench.harness.applications.application import Application
from webrun_nb.bench.harness.applications.datasette_tasks import TASKS, Shop, fill
from webrun_nb.bench.harness.applications.serving import Server, installed
from webrun_nb.bench.harness.jupyter_server import free_port


class Datasette(Application[Shop]):
    """Datasette, which changes nothing: it needs no reset, and the answers are checked against the same database."""

    name = "datasette"
    tasks = TASKS

    def __enter__(self) -> str:
        installed("datasette")
        self._folder = Path(tempfile.mkdtemp(prefix="webrun-bench-datasette-"))
        database = self._folder / "shop.db"
        fill(database)
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        self._server = Server("datasette", [str(database), "-p", str(port)], url, self._folder / "log")
        self._shop = Shop(database)
        return url

    def __exit__(self, *error: object) -> None:
        self._server.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def reset(self, number: int) -> None:
        """Do nothing."""

    def state(self) -> Shop:
        """Return the database."""
        return self._shop

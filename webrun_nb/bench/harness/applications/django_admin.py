"""Starts Django's admin over the library of `django_library.py`."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from webrun_nb.bench.harness.applications.application import Application
from webrun_nb.bench.harness.applications.django_tasks import TASKS, Library
from webrun_nb.bench.harness.applications.serving import Server, installed
from webrun_nb.bench.harness.jupyter_server import free_port


class DjangoAdmin(Application[Library]):
    """Django's admin; before each task, the database is copied back to the one it started with."""

    name = "django-admin"
    tasks = TASKS
    sign_in_path = "/enter/"

    def __enter__(self) -> str:
        installed("django")
        self._folder = Path(tempfile.mkdtemp(prefix="webrun-bench-django-"))
        self._database, self._before = self._folder / "library.db", self._folder / "before.db"
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        module = "webrun_nb.bench.harness.applications.django_library"
        self._server = Server(module, [str(self._database), str(port)], f"{url}/admin/login/", self._folder / "log")
        shutil.copyfile(self._database, self._before)
        return url

    def __exit__(self, *error: object) -> None:
        self._server.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def reset(self, number: int) -> None:
        """Copy the database back; it also ends every signed-in browser session."""
        shutil.copyfile(self._before, self._database)

    def state(self) -> Library:
        """Return the database and what it was."""
        return Library(self._database, self._before)

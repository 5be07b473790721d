"""Starts a real JupyterLab or Notebook 7 with clean folders, for measurements in a page and for the tests."""

from __future__ import annotations

import contextlib
import json
import random
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from webrun_nb.config import child_environment, search_path

READY_MS = 60_000
_PAUSE_S = 0.05
"""Pause between two checks whether a server is up: checks without a pause would take CPU from its start."""
SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
KERNEL_IS_READY = """() => {
  const context = window.jupyterapp?.shell.currentWidget?.sessionContext;
  return context && context.isReady && context.session?.kernel?.status === 'idle';
}"""
OUTPUTS = """() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells
  .map(cell => cell.cell_type === 'code' ? cell.getOutputs() : [])"""
App = Literal["lab", "notebook"]


@dataclass(frozen=True, slots=True)
class _Front:
    """The differences between JupyterLab and Notebook 7; the page's commands and elements are the same."""

    module: str
    config: str
    path: str


_FRONTS: Mapping[App, _Front] = {
    "lab": _Front("jupyterlab", "LabApp", "lab/tree/{name}?reset"),
    "notebook": _Front("notebook", "JupyterNotebookApp", "notebooks/{name}"),
}


@dataclass(frozen=True, slots=True)
class LabServer:
    """A running JupyterLab or Notebook 7."""

    url: str
    notebooks: Path
    """The folder it serves."""
    app: App = "lab"

    def address_of(self, name: str) -> str:
        """Return the URL that opens a notebook."""
        return f"{self.url}/{_FRONTS[self.app].path.format(name=name)}"


def find_browser() -> str | None:
    """Return a Chromium on the PATH, or None (then Playwright's own is tried)."""
    names = ("chromium-headless-shell", "chromium", "google-chrome")
    return next((found for name in names if (found := shutil.which(name, path=search_path()))), None)


def free_port() -> int:
    """Return a free loopback port outside the range that systems give to outgoing connections."""
    while True:
        port = random.randrange(20_000, 32_000)  # those for connections begin at 32768 (Linux) or later
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def wait_until_up(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    """Wait until a server answers at `url`.

    Raises
    ------
    RuntimeError
        It has ended.
    """
    while True:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}:\n{log.read_text()}")
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except urllib.error.HTTPError:
            return  # a refusal is an answer too
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(_PAUSE_S)


@contextmanager
def lab_server(
    home: Path, settings: Mapping[str, Mapping[str, Any]] = SETTINGS, app: App = "lab"
) -> Iterator[LabServer]:
    """Run JupyterLab (or Notebook 7) with every folder of its own under `home`, until the block ends."""
    notebooks = home / "notebooks"
    notebooks.mkdir(parents=True)
    user_settings = home / "user-settings"
    for plugin, values in settings.items():
        file = user_settings / f"{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))
    folders = {
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTER_DATA_DIR": home / "data",
        "JUPYTER_RUNTIME_DIR": home / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": user_settings,
        "JUPYTERLAB_WORKSPACES_DIR": home / "workspaces",
        "IPYTHONDIR": home / "ipython",
        "WEBRUN_DATA_DIR": home / "webrun",
    }
    port = free_port()
    front = _FRONTS[app]
    url = f"http://127.0.0.1:{port}"
    command = [
        *(sys.executable, "-m", front.module, "--no-browser", "--ip=127.0.0.1", f"--port={port}", "--allow-root"),
        *("--ServerApp.port_retries=0", "--IdentityProvider.token=", "--ServerApp.password="),
        *(f"--ServerApp.root_dir={notebooks}", f"--{front.config}.expose_app_in_browser=True"),
        *("--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"),
    ]
    log = home / "jupyterlab.log"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            command,
            env=child_environment(**{name: str(path) for name, path in folders.items()}),
            cwd=home,
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until_up(process, f"{url}/api/status", log)
            yield LabServer(url, notebooks, app)
        finally:
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

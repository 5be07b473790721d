"""Drives a real JupyterLab or Notebook 7 in a real browser: a server with clean folders, a page, a notebook in it.

Outputs are read from the notebook's model, not from the DOM: JupyterLab takes cells that are not in view
out of the DOM.
"""

from __future__ import annotations

import itertools
import json
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import ipykernel
import nbformat
import pytest
from playwright.sync_api import Locator, Page, WebSocket

from webrun_nb.config import child_environment, search_path

READY_MS = 60_000
SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
_KERNEL_IS_READY = """() => {
  const context = window.jupyterapp?.shell.currentWidget?.sessionContext;
  return context && context.isReady && context.session?.kernel?.status === 'idle';
}"""
_OUTPUTS = """() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells
  .map(cell => cell.cell_type === 'code' ? cell.getOutputs() : [])"""
_names = itertools.count()

App = Literal["lab", "notebook"]

needs_subshells = pytest.mark.skipif(
    ipykernel.version_info[0] < 7, reason="ipykernel 6 has no subshells: there the card says to use Interrupt"
)
"""For what a page asks of a kernel whose main thread is busy."""


@dataclass(frozen=True, slots=True)
class _Front:
    """What tells one application from the other; the page's own commands and elements are the same."""

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
        """Return where a notebook is opened."""
        return f"{self.url}/{_FRONTS[self.app].path.format(name=name)}"


def find_browser() -> str | None:
    """Return a Chromium on the PATH, or None (then Playwright's own is tried)."""
    names = ("chromium-headless-shell", "chromium", "google-chrome")
    return next((found for name in names if (found := shutil.which(name, path=search_path()))), None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_until_up(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    while True:
        if process.poll() is not None:
            raise RuntimeError(f"JupyterLab ended with {process.returncode}:\n{log.read_text()}")
        try:
            with urllib.request.urlopen(f"{url}/api/status", timeout=1):
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            continue


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
    port = _free_port()
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
            _wait_until_up(process, url, log)
            yield LabServer(url, notebooks, app)
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@dataclass
class LabPage:
    """One page of JupyterLab with at most one notebook open."""

    server: LabServer
    page: Page
    kernel_frames: list[bytes] = field(default_factory=list, repr=False)
    """Every WebSocket frame between page and kernel, both ways."""
    console_errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("websocket", self._listen)
        self.page.on("console", lambda m: self.console_errors.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.console_errors.append(str(error)))

    def _listen(self, websocket: WebSocket) -> None:
        if "/channels" not in websocket.url:
            return

        def keep(payload: str | bytes) -> None:
            self.kernel_frames.append(payload.encode() if isinstance(payload, str) else payload)

        websocket.on("framesent", keep)
        websocket.on("framereceived", keep)

    def open_notebook(self, cells: Sequence[str], files: Mapping[str, str] | None = None) -> None:
        """Write a notebook of code cells (and `files` beside it), open it, and wait until its kernel is ready."""
        for name, text in (files or {}).items():
            (self.server.notebooks / name).write_text(text)
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        )
        name = f"test-{next(_names)}.ipynb"
        nbformat.write(notebook, self.server.notebooks / name)
        self.page.goto(self.server.address_of(name))
        self.page.wait_for_selector(".jp-NotebookPanel .jp-CodeCell", timeout=READY_MS)
        self.page.wait_for_function(_KERNEL_IS_READY, timeout=READY_MS)

    def command(self, name: str, arguments: Mapping[str, Any] | None = None) -> None:
        """Start a JupyterLab command, without waiting for what it starts."""
        self.page.evaluate(
            "([name, args]) => { void window.jupyterapp.commands.execute(name, args); }", [name, dict(arguments or {})]
        )

    def run_all(self) -> None:
        """Run all cells; returns at once."""
        self.command("notebook:run-all-cells")

    def wait_until_done(self, timeout_ms: int = READY_MS) -> None:
        """Wait until every code cell with a source has run and the kernel is idle."""
        self.page.wait_for_function(
            """() => {
              const panel = window.jupyterapp.shell.currentWidget;
              return panel.sessionContext.session?.kernel?.status === 'idle'
                && panel.content.model.sharedModel.cells.every(
                  c => c.cell_type !== 'code' || c.source === '' || c.execution_count !== null);
            }""",
            timeout=timeout_ms,
        )

    def save(self) -> str:
        """Save the notebook and return its file's text."""
        path = self.page.evaluate(
            """async () => { const context = window.jupyterapp.shell.currentWidget.context;
              await context.save(); return context.path; }"""
        )
        return (self.server.notebooks / path).read_text()

    def outputs(self) -> list[list[dict[str, Any]]]:
        """Return each cell's outputs as nbformat has them, from the model."""
        outputs: list[list[dict[str, Any]]] = self.page.evaluate(_OUTPUTS)
        return outputs

    def wait_for_output(self, cell: int, text: str) -> None:
        """Wait until `text` is somewhere in a cell's outputs."""
        self.page.wait_for_function(
            f"([cell, text]) => JSON.stringify(({_OUTPUTS})()[cell]).includes(text)", arg=[cell, text], timeout=READY_MS
        )

    def stream(self, cell: int) -> str:
        """Return what a cell printed."""
        return "".join("".join(output["text"]) for output in self.outputs()[cell] if output["output_type"] == "stream")

    def theme(self, name: Literal["JupyterLab Light", "JupyterLab Dark"]) -> None:
        """Change the theme and wait until it is there."""
        self.command("apputils:change-theme", {"theme": name})
        self.page.wait_for_selector(f"body[data-jp-theme-name='{name}']", state="attached")

    def close_notebook(self) -> None:
        """Shut the notebook's kernel down and leave the page."""
        self.page.evaluate("() => window.jupyterapp.shell.currentWidget?.sessionContext.shutdown()")
        self.page.goto("about:blank")

    def find(self, selector: str) -> Locator:
        """Return what is found in the open notebook."""
        return self.page.locator(f".jp-NotebookPanel {selector}")

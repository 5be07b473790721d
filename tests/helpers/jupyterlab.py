"""A driver of a real JupyterLab or Notebook 7 in a real browser: a server with empty folders, a page, a notebook.

Outputs are read from the notebook's model, not from the DOM: JupyterLab removes cells that are out of view
from the DOM.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, WebSocket, expect

from helpers.waiting import wait_until
from webrun_nb.bench.harness.jupyter_server import (
    KERNEL_IS_READY,
    OUTPUTS,
    READY_MS,
    App,
    LabServer,
    find_browser,
    lab_server,
)

__all__ = [
    "KERNEL_IS_READY",
    "READY_MS",
    "VIEWPORT",
    "App",
    "LabPage",
    "LabServer",
    "find_browser",
    "lab_server",
    "needs_subshells",
]

VIEWPORT: ViewportSize = {"width": 1200, "height": 900}
LIGHT = "JupyterLab Light"
PAUSE_MS = 50
_names = itertools.count()
expect.set_options(timeout=READY_MS)  # for all tests that import this; 5 s are not enough on a busy machine

needs_subshells = pytest.mark.skipif(
    version("ipykernel").startswith("6."), reason="ipykernel 6 has no subshells: there the card says to use Interrupt"
)
"""A mark for tests in which a page sends requests to a kernel whose main thread is busy."""


REPLACE_CELLS = """cells => {
  const { content } = window.jupyterapp.shell.currentWidget;
  const { sharedModel } = content.model;
  sharedModel.transact(() => {
    sharedModel.deleteCellRange(0, sharedModel.cells.length);
    sharedModel.insertCells(0, cells.map(source => ({ cell_type: 'code', source })));
  });
  content.activeCellIndex = 0;
}"""
OPEN = "async path => { await window.jupyterapp.commands.execute('docmanager:open', { path }); }"
CLOSE = """async () => {
  const { currentWidget } = window.jupyterapp.shell;
  await currentWidget?.sessionContext?.shutdown(); // the launcher has none
  currentWidget?.dispose();
  document.querySelectorAll('.jp-Dialog .jp-mod-accept').forEach(button => button.click());
}"""
"""Shuts the kernel down, and closes the notebook and what the application has said of its kernel meanwhile."""
RUN_SILENTLY = """async code => {
  const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
  if (kernel.status !== 'idle') await kernel.interrupt();
  for (;;) {
    const reply = await kernel.requestExecute({ code, silent: true, stop_on_error: false }).done;
    if (reply.content.status === 'error') throw new Error(reply.content.traceback.join('\\n'));
    if (reply.content.status === 'ok') return;
  }
}"""
"""The kernel drops what was sent right after a cell that was interrupted: it is sent again."""
END_SESSIONS = """
if "webrun" in get_ipython().magics_manager.magics["line"]:
    from webrun_nb.notebook.api import toolkit
    if toolkit.current is not None:
        get_ipython().run_line_magic("webrun", "terminate --all")
"""


@dataclass
class LabPage:
    """One page of JupyterLab with at most one notebook open.

    Parameters
    ----------
    server : LabServer
    page : Page
    keeps_kernel : bool
        The cells of the notebooks that follow replace those of the one that is open: its kernel, and what was started
        in it, stay.
    """

    server: LabServer
    page: Page
    keeps_kernel: bool = False
    kernel_frames: list[bytes] = field(default_factory=list, repr=False)
    """Every WebSocket frame between page and kernel, both ways."""
    _is_open: bool = False
    _is_loaded: bool = False

    def __post_init__(self) -> None:
        self.page.set_default_timeout(READY_MS)
        self.page.on("websocket", self._listen)

    def _listen(self, websocket: WebSocket) -> None:
        if "/channels" not in websocket.url:
            return

        def keep(payload: str | bytes) -> None:
            self.kernel_frames.append(payload.encode() if isinstance(payload, str) else payload)

        websocket.on("framesent", keep)
        websocket.on("framereceived", keep)

    def open_notebook(self, cells: Sequence[str], files: Mapping[str, str] | None = None) -> None:
        """Open a notebook of code cells (with `files` beside it), and wait until its kernel is ready."""
        for name, text in (files or {}).items():
            (self.server.notebooks / name).write_text(text)
        self.kernel_frames.clear()
        if self.keeps_kernel and self._is_open:
            self.page.evaluate(REPLACE_CELLS, list(cells))
            return
        name = self._write(cells)
        if self._is_loaded and self.server.app == "lab":  # to load JupyterLab again takes seconds
            self.page.evaluate("() => window.jupyterapp.shell.currentWidget?.dispose()")
            self.page.evaluate(OPEN, name)
        else:
            self.page.goto(self.server.address_of(name))
        self.page.wait_for_selector(".jp-NotebookPanel .jp-CodeCell", timeout=READY_MS)
        self.page.wait_for_function(KERNEL_IS_READY, timeout=READY_MS)
        self._is_open = self._is_loaded = True

    def _write(self, cells: Sequence[str]) -> str:
        empty: dict[str, Any] = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
        notebook = {
            "cells": [{**empty, "id": f"cell-{number}", "source": cell} for number, cell in enumerate(cells)],
            "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        name = f"test-{next(_names)}.ipynb"
        (self.server.notebooks / name).write_text(json.dumps(notebook))
        return name

    def clean_up(self) -> None:
        """Leave at most the kernel to the next test: end cells and sessions, reset size and theme."""
        if self.keeps_kernel:
            self.page.evaluate(RUN_SILENTLY, END_SESSIONS)
        else:
            self.close_notebook()
        self.page.set_viewport_size(VIEWPORT)
        if self.page.locator("body").get_attribute("data-jp-theme-name") != LIGHT:
            self.theme(LIGHT)

    def command(self, name: str, arguments: Mapping[str, Any] | None = None) -> None:
        """Start a JupyterLab command, without waiting for its effects."""
        self.page.evaluate(
            "([name, args]) => { void window.jupyterapp.commands.execute(name, args); }", [name, dict(arguments or {})]
        )

    def run_all(self) -> None:
        """Run all cells; returns at once."""
        self.command("notebook:run-all-cells")

    def run_more(self, source: str) -> None:
        """Add a cell at the end and run it, without waiting for its end."""
        self.page.evaluate(
            """source => {
              const { content } = window.jupyterapp.shell.currentWidget;
              const cells = content.model.sharedModel;
              cells.insertCell(cells.cells.length, { cell_type: 'code', source });
              content.activeCellIndex = cells.cells.length - 1;
              void window.jupyterapp.commands.execute('notebook:run-cell');
            }""",
            source,
        )

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
        path: str = self.page.evaluate(
            """async () => { const context = window.jupyterapp.shell.currentWidget.context;
              await context.save(); return context.path; }"""
        )
        return (self.server.notebooks / path).read_text()

    def outputs(self) -> list[list[dict[str, Any]]]:
        """Return each cell's outputs as nbformat has them, from the model."""
        outputs: list[list[dict[str, Any]]] = self.page.evaluate(OUTPUTS)
        return outputs

    def wait_until(self, condition: Callable[[], object]) -> None:
        """Wait until a condition holds, and let the page handle its events meanwhile."""
        wait_until(condition, pause=lambda: self.page.wait_for_timeout(PAUSE_MS))

    def wait_for_output(self, cell: int, text: str) -> None:
        """Wait until `text` is somewhere in a cell's outputs."""
        self.page.wait_for_function(
            f"([cell, text]) => JSON.stringify(({OUTPUTS})()[cell]).includes(text)", arg=[cell, text], timeout=READY_MS
        )

    def stream(self, cell: int) -> str:
        """Return the printed text of a cell."""
        return "".join("".join(output["text"]) for output in self.outputs()[cell] if output["output_type"] == "stream")

    def theme(self, name: str) -> None:
        """Change the theme and wait until it is applied."""
        self.command("apputils:change-theme", {"theme": name})
        self.page.wait_for_selector(f"body[data-jp-theme-name='{name}']", state="attached")

    def close_notebook(self) -> None:
        """Shut the notebook's kernel down and close the notebook."""
        self.page.evaluate(CLOSE)
        self._is_open = False

    def find(self, selector: str) -> Locator:
        """Return a locator within the open notebook."""
        return self.page.locator(f".jp-NotebookPanel {selector}")

"""Opens a notebook in a real JupyterLab, in a real browser, and runs its cells."""

from __future__ import annotations

import asyncio
import importlib.util
import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, CDPSession, Error, Page, async_playwright

from webrun_nb.bench.harness.context import BenchContext
from webrun_nb.bench.harness.jupyter_server import (
    KERNEL_IS_READY,
    OUTPUTS,
    READY_MS,
    LabServer,
    find_browser,
    lab_server,
)
from webrun_nb.bench.results import BenchError, NotAvailableError

_numbers = itertools.count()
_TOLD = "bench:"
_RUN_ALL = "() => { void window.jupyterapp.commands.execute('notebook:run-all-cells'); }"


class NotebookPage:
    """An open notebook whose kernel is ready."""

    def __init__(self, page: Page, browser: CDPSession) -> None:
        self.page = page
        self._browser = browser

    async def run_all(self) -> None:
        """Run all cells; returns at once."""
        await self.page.evaluate(_RUN_ALL)

    async def told(self, word: str) -> str:
        """Wait until a cell has printed `bench:WORD …`, and return the rest of that line.

        Raises
        ------
        BenchError
            It does not come.
        """
        found = f"""word => {{
          const text = ({OUTPUTS})().flat().map(output => [output.text].flat().join('')).join('\\n');
          const line = text.split('\\n').find(each => each.startsWith('{_TOLD}' + word));
          return line === undefined ? null : line;
        }}"""
        try:
            line = await (await self.page.wait_for_function(found, arg=word, timeout=READY_MS)).json_value()
        except Error as error:
            raise BenchError(f"the notebook never told {word!r}") from error
        return str(line).removeprefix(f"{_TOLD}{word}").strip()

    async def cpu_s(self) -> float:
        """Return the CPU time of all processes of the browser that shows it, s."""
        answer = await self._browser.send("SystemInfo.getProcessInfo")
        return sum(float(process["cpuTime"]) for process in answer["processInfo"])


@asynccontextmanager
async def notebook_page(bench: BenchContext, cells: Sequence[str]) -> AsyncIterator[NotebookPage]:
    """Open a notebook of these cells in a JupyterLab and a browser that are shared by all; end its kernel afterwards.

    Raises
    ------
    NotAvailableError
        JupyterLab is not installed.
    """
    require_jupyterlab()
    server, browser = await bench.once("jupyterlab", lambda: _start(bench))
    notebook = await _open(browser, server, cells)
    try:
        yield notebook
    finally:
        await notebook.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        await notebook.page.close()


async def _start(bench: BenchContext) -> tuple[LabServer, Browser]:
    server = lab_server(bench.folder / "lab")
    running = await asyncio.to_thread(server.__enter__)
    bench.at_end(lambda: asyncio.to_thread(server.__exit__, None, None, None))
    playwright = await async_playwright().start()
    bench.at_end(playwright.stop)
    browser = await playwright.chromium.launch(executable_path=find_browser())
    bench.at_end(browser.close)
    return running, browser


def require_jupyterlab() -> None:
    """Raise `NotAvailableError` where JupyterLab is not installed.

    Raises
    ------
    NotAvailableError
    """
    if importlib.util.find_spec("jupyterlab") is None:
        raise NotAvailableError("JupyterLab is not installed (webrun-nb[lab])")


async def _open(browser: Browser, server: LabServer, cells: Sequence[str]) -> NotebookPage:
    import nbformat  # comes with JupyterLab

    metadata: Mapping[str, Any] = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = nbformat.v4.new_notebook(  # type: ignore[no-untyped-call]
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],  # type: ignore[no-untyped-call]
        metadata=metadata,
    )
    name = f"bench-{next(_numbers)}.ipynb"
    nbformat.write(notebook, server.notebooks / name)  # type: ignore[no-untyped-call]
    page = await browser.new_page(viewport={"width": 1300, "height": 1000})
    await page.goto(server.address_of(name))
    await page.wait_for_selector(".jp-NotebookPanel .jp-CodeCell", timeout=READY_MS)
    await page.wait_for_function(KERNEL_IS_READY, timeout=READY_MS)
    return NotebookPage(page, await browser.new_browser_cdp_session())

"""The browser in the process of the benchmarks: measurements of it have no HTTP and no emulator in their times."""

from __future__ import annotations

from pathlib import Path

from webrun_nb.bench.harness.context import BenchContext
from webrun_nb.bench.results import NotAvailableError
from webrun_nb.browsers.chromium.pool import ChromiumPool
from webrun_nb.browsers.protocol import BrowserInstance


class _Silent:
    """A listener of a browser that has nobody to tell; it refuses all downloads."""

    def requested(self, url: str) -> None:
        """Ignore a request."""

    def lost(self, reason: str) -> None:
        """Ignore a loss: the next call fails."""

    def downloading(self, url: str, name: str) -> Path | None:
        """Refuse a download."""
        return None

    def downloaded(self, url: str, name: str, path: Path | None) -> None:
        """Ignore a download."""


async def own_browser(bench: BenchContext) -> BrowserInstance:
    """Return the browser in this process that measurements share.

    Raises
    ------
    NotAvailableError
        No browser is installed.
    """

    async def open_browser() -> BrowserInstance:
        pool = ChromiumPool(named=["127.0.0.1"])
        if not pool.installed():
            raise NotAvailableError("no browser is installed; run: webrun-nb install-browser")
        bench.at_end(pool.close)
        return await pool.open("context", _Silent())

    return await bench.once("own browser", open_browser)

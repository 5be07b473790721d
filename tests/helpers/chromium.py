"""Real browsers for tests: a pool of them, and a fake listener that records what happens to a browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from helpers.hosts import LOCAL_HOSTS
from webrun_nb.browsers.chromium.pool import ChromiumPool


class FakeListener:
    """An `InstanceListener` that records what it receives, and that can be waited for. It refuses all downloads."""

    def __init__(self) -> None:
        self.urls: list[str] = []
        self.losses: list[str] = []
        self.downloads: list[str] = []
        self.is_lost = asyncio.Event()

    def requested(self, url: str) -> None:
        self.urls.append(url)

    def lost(self, reason: str) -> None:
        self.losses.append(reason)
        self.is_lost.set()

    def downloading(self, url: str, name: str) -> Path | None:
        self.downloads.append(name)
        return None

    def downloaded(self, url: str, name: str, path: Path | None) -> None:
        raise AssertionError("no download was accepted")


@asynccontextmanager
async def open_pool() -> AsyncIterator[ChromiumPool]:
    """Open a pool of browsers and close it afterwards; skip the test where no browser is installed."""
    pool = ChromiumPool(named=LOCAL_HOSTS)
    if not pool.installed():
        pytest.skip("no browser is installed; run: webrun-nb install-browser")
    yield pool
    await pool.close()

"""Saves or refuses the downloads of a browser context, and limits their size and time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, Download, Error, Page

from webrun_nb.browsers.chromium.traffic import TrafficControl
from webrun_nb.browsers.protocol import InstanceListener

logger = logging.getLogger(__name__)

MAX_DOWNLOAD_BYTES = 100_000_000
MAX_DOWNLOADS_AT_ONCE = 5
BEGINS_WITHIN_S = 10.0
"""Longest wait for a download to begin after a click: the page shows no request of a link with `download`."""
DOWNLOAD_TIMEOUT_S = 60.0
"""A download that takes longer is cancelled, because the task that asked for it waits."""


class Downloads:
    """The downloads of one context.

    Parameters
    ----------
    context : BrowserContext
    listener : InstanceListener
        Decides where each is saved, and receives its outcome.
    traffic : TrafficControl
        Keeps what is downloaded with the traffic of the pages.
    """

    def __init__(self, context: BrowserContext, listener: InstanceListener, traffic: TrafficControl) -> None:
        self._context = context
        self._listener = listener
        self._traffic = traffic
        self._under_way: set[asyncio.Task[None]] = set()
        self._begun = asyncio.Event()
        self.count = 0
        """Number of downloads that have begun so far, refused ones too."""

    def watch(self, page: Page) -> None:
        """Handle the downloads of this page."""
        page.on("download", lambda download: self._begin(page, download))

    def expect(self) -> None:
        """Forget earlier downloads: `begun` waits for one that begins after this call."""
        self._begun.clear()

    async def begun(self) -> bool:
        """Wait for a download to begin, at most `BEGINS_WITHIN_S`; return whether one has, refused ones included."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(BEGINS_WITHIN_S):
                await self._begun.wait()
        return self._begun.is_set()

    async def finished(self, within_s: float) -> None:
        """Wait until the downloads in progress have finished, or the time is up."""
        if self._under_way:
            await asyncio.wait(set(self._under_way), timeout=max(0.0, within_s))

    def stop(self) -> None:
        """Cancel the downloads in progress."""
        for task in self._under_way:
            task.cancel()

    def _begin(self, page: Page, download: Download) -> None:
        self.count += 1
        path = None
        if len(self._under_way) < MAX_DOWNLOADS_AT_ONCE:
            path = self._listener.downloading(download.url, download.suggested_filename)
        work = _refuse(download) if path is None else self._take(page, download, path)
        task = asyncio.create_task(work, name="download")
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        self._begun.set()

    async def _take(self, page: Page, download: Download, path: Path) -> None:
        try:
            async with asyncio.timeout(DOWNLOAD_TIMEOUT_S), self._bounded(page, download):
                await download.save_as(path)
            if (await asyncio.to_thread(path.stat)).st_size > MAX_DOWNLOAD_BYTES:
                raise _TooLargeError
        except (Error, TimeoutError, OSError, _TooLargeError) as error:
            logger.warning("a download did not come: %s", type(error).__name__)
            await asyncio.to_thread(_remove, path)
            await self._traffic.keep_download(download.url, None)
            self._listener.downloaded(download.url, download.suggested_filename, None)
        except asyncio.CancelledError:
            _remove(path)
            raise
        else:
            await self._traffic.keep_download(download.url, path)
            self._listener.downloaded(download.url, download.suggested_filename, path)
        finally:
            await _refuse(download)

    @contextlib.asynccontextmanager
    async def _bounded(self, page: Page, download: Download) -> Any:
        """Cancel a download as soon as it is too large; Playwright itself only waits for its end."""

        def on_progress(progress: dict[str, Any]) -> None:
            if progress.get("receivedBytes", 0) > MAX_DOWNLOAD_BYTES:
                cancelling.append(asyncio.create_task(_refuse(download)))

        cancelling: list[asyncio.Task[None]] = []
        session = None
        with contextlib.suppress(Error):  # its page has gone: then its time alone bounds it
            session = await self._context.new_cdp_session(page)
            session.on("Page.downloadProgress", on_progress)
            await session.send("Page.enable")
        try:
            yield
        finally:
            if session is not None:
                with contextlib.suppress(Error):
                    await session.detach()


class _TooLargeError(Exception):
    pass


async def _refuse(download: Download) -> None:
    """Cancel a download and delete its file; nothing is left to cancel where the browser is gone."""
    with contextlib.suppress(Error):
        await download.cancel()
        await download.delete()


def _remove(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        path.unlink()

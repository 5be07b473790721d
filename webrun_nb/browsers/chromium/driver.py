"""Starts and stops Playwright's driver, with its guardian process, its temporary folder and its browsers."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.async_api import Error, Playwright, async_playwright

from webrun_nb import config
from webrun_nb.browsers import discovery
from webrun_nb.browsers.chromium.launcher import Launcher, RunningBrowser
from webrun_nb.browsers.discovery import BrowserCandidate, FoundBrowser
from webrun_nb.browsers.processes.groups import (
    Guardian,
    browser_groups,
    call_on_exit,
    drivers,
    kill_group,
    kill_process,
    wait_for_exit,
)
from webrun_nb.browsers.processes.guardian import FOLDER_PREFIX
from webrun_nb.browsers.processes.lifeline import CutError, Lifeline
from webrun_nb.browsers.protocol import InstanceUnavailableError

logger = logging.getLogger(__name__)

_STOP_TIMEOUT_S = 0.5


class Driver:
    """A running driver. `start` makes one.

    Attributes
    ----------
    pid : int
    found : FoundBrowser
        The browser it starts.
    """

    def __init__(self, playwright: Playwright, pid: int, guardian: Guardian) -> None:
        self.pid = pid
        self.found: FoundBrowser
        self._playwright = playwright
        self._guardian = guardian
        self._launcher = Launcher(playwright.chromium, pid, guardian)
        self._lifeline = Lifeline()
        self._watch: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls) -> tuple[Driver, RunningBrowser]:
        """Start the guardian and the driver, and launch the browsers that were found until one starts.

        Raises
        ------
        InstanceUnavailableError
            No browser is installed or none starts; the message says what to run.
        """
        guardian = Guardian()
        # A killed driver leaves its files and its browsers' profiles behind, so they get a folder that goes as a whole.
        folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX))
        guardian.watch_folder(folder)
        before = drivers()
        with config.temporary_files_of_children_in(folder):
            playwright = await async_playwright().start()
        pid = (drivers() - before).pop()
        guardian.watch_process(pid)
        driver = cls(playwright, pid, guardian)
        try:
            driver.found, running = await discovery.find_browser(driver._launcher.launch)
        except (InstanceUnavailableError, asyncio.CancelledError):
            await driver.stop()
            raise
        logger.info("using %s %s (%s)", driver.found.kind, driver.found.version, driver.found.where)
        return driver, running

    def call_on_exit(self, call: Callable[[], None]) -> None:
        """Call back once the driver has ended, unless `stop` ended it: Playwright does not report its death."""
        self._watch = call_on_exit(self.pid, call)

    async def launch(self) -> RunningBrowser:
        """Start another browser of the kind found.

        Raises
        ------
        InstanceUnavailableError
            It does not start, or the driver goes meanwhile.
        """
        found = self.found
        candidate = BrowserCandidate(found.where, found.kind, path=found.path, channel=found.channel)
        try:
            async with self._lifeline.held():
                return await self._launcher.launch(candidate)
        except CutError as error:
            raise InstanceUnavailableError("Playwright's driver ended while a browser was being started") from error

    async def ping(self) -> None:
        """Make a request that the driver answers without any browser."""
        await (await self._playwright.request.new_context()).dispose()

    def kill(self) -> None:
        """Send it SIGKILL, whether it is stopped or not, and end every wait for it."""
        self._lifeline.cut()
        kill_process(self.pid)

    async def stop(self) -> None:
        """Stop it and the browsers that it may be launching, if necessary by SIGKILL; remove its folder."""
        self._lifeline.cut()
        if self._watch is not None:
            self._watch.cancel()
        groups = browser_groups(self.pid)
        try:
            async with asyncio.timeout(_STOP_TIMEOUT_S):
                await self._playwright.stop()
        except (TimeoutError, Error) as error:
            logger.info("Playwright's driver did not stop by itself and is killed (%s)", type(error).__name__)
            kill_process(self.pid)
        for group in groups:
            kill_group(group)
        await wait_for_exit(self.pid)
        self._guardian.forget(self.pid)
        await asyncio.to_thread(self._guardian.close)  # it removes the temporary folder

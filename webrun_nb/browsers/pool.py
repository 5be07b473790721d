"""Where browser instances come from: one Playwright driver, one shared browser, and a warm spare.

Everything starts with the first session. A `context` instance is a context in the shared browser; a `process`
instance takes the spare, a browser that was launched ahead with an empty page open, and the next spare is launched.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import BrowserContext, Error, Page, Playwright, async_playwright

from webrun_nb.browsers import find
from webrun_nb.browsers.base import (
    BrowserInstance,
    Checkpoint,
    InstanceKind,
    InstanceListener,
    InstanceUnavailableError,
)
from webrun_nb.browsers.chromium import ChromiumInstance
from webrun_nb.browsers.find import Candidate, FoundBrowser
from webrun_nb.browsers.launch import CLOSE_TIMEOUT_S, Launcher, RunningBrowser, new_context
from webrun_nb.browsers.processes import (
    Guardian,
    browser_groups,
    call_when_gone,
    drivers,
    kill_group,
    kill_process,
    until_gone,
)

logger = logging.getLogger(__name__)

OPEN_TIMEOUT_S = 10.0
"""How long a running browser may take for a context and a page; past it, it counts as hung and is replaced."""
_DRIVER_STOP_TIMEOUT_S = 0.5
_LAUNCHES_AT_ONCE = max(2, os.cpu_count() or 1)


@dataclass(slots=True)
class _Driver:
    """What runs while the pool does: the guardian, Playwright's driver, and which browser it starts."""

    guardian: Guardian
    playwright: Playwright
    pid: int
    launcher: Launcher
    found: FoundBrowser
    watch: asyncio.Task[None]


@dataclass(slots=True, eq=False)
class _Process:
    """A browser and the instances that live in it."""

    running: RunningBrowser
    instances: set[ChromiumInstance] = field(default_factory=set)
    closing: bool = False

    @property
    def alive(self) -> bool:
        return not self.closing and self.running.browser.is_connected()


@dataclass(slots=True)
class _Ready:
    """A browser with an empty page open in a context of its own."""

    process: _Process
    context: BrowserContext
    page: Page


class ChromiumPool:
    """`Browsers` over real Chromium. Safe for concurrent use on one event loop."""

    def __init__(self) -> None:
        self._driver: _Driver | None = None
        self._processes: set[_Process] = set()
        self._shared: _Process | None = None
        self._spare: asyncio.Task[_Ready] | None = None
        self._closing: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._sharing = asyncio.Lock()
        self._launches = asyncio.Semaphore(_LAUNCHES_AT_ONCE)
        self._opening: set[asyncio.Task[ChromiumInstance]] = set()
        self._background: set[asyncio.Task[None]] = set()

    @property
    def found(self) -> FoundBrowser | None:
        """The browser in use; None before the first session."""
        return self._driver.found if self._driver else None

    def installed(self) -> bool:
        """Tell whether a browser was found, without starting one."""
        return find.installed()

    async def open(
        self, kind: InstanceKind, listener: InstanceListener, *, restore: Checkpoint | None = None
    ) -> BrowserInstance:
        """Open an isolated instance with an empty page, or with a checkpoint's state and page.

        Raises
        ------
        InstanceUnavailableError
            No browser is installed or it does not start; the message says what to run.
        """
        if self._closing is not None:
            raise InstanceUnavailableError("The browsers are being closed")
        opening = asyncio.create_task(self._open(kind, listener, restore), name=f"open {kind}")
        self._opening.add(opening)
        opening.add_done_callback(self._opening.discard)
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            # Half an instance can't be ended: let it become one, then end it.
            opening.add_done_callback(self._end_unwanted)
            raise

    async def start(self) -> FoundBrowser:
        """Start the shared browser ahead of the first session, and tell which it is.

        Raises
        ------
        InstanceUnavailableError
            No browser is installed or it does not start; the message says what to run.
        """
        await self._shared_process()
        assert self._driver is not None
        return self._driver.found

    def group_of(self, instance: BrowserInstance) -> int | None:
        """Return the process group of the browser that an instance lives in; None where that has ended."""
        return next((each.running.group for each in self._processes if instance in each.instances), None)

    async def close(self) -> None:
        """End every instance and browser, stopped ones too, in about 1.5 s at most."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._close(), name="close browsers")
        await asyncio.shield(self._closing)

    # --- opening ----------------------------------------------------------------------------------------------------

    async def _open(
        self, kind: InstanceKind, listener: InstanceListener, restore: Checkpoint | None
    ) -> ChromiumInstance:
        ready = await (self._own_process(restore) if kind == "process" else self._in_shared(restore))
        process = ready.process

        async def end() -> None:
            process.instances.discard(instance)
            if kind == "process":
                await self._end(process)
            else:
                await _end_context(ready.context)

        instance = ChromiumInstance(kind, ready.context, ready.page, listener, end)
        process.instances.add(instance)
        if not process.alive:
            await instance.close()
            raise InstanceUnavailableError("The browser ended while a session was being opened in it")
        if restore is not None:
            await instance.reopen(restore.url)
        return instance

    def _end_unwanted(self, opened: asyncio.Task[ChromiumInstance]) -> None:
        if not opened.cancelled() and opened.exception() is None:
            self._spawn(opened.result().close())

    async def _in_shared(self, restore: Checkpoint | None) -> _Ready:
        for _ in range(2):
            process = await self._shared_process()
            try:
                return await _open_page(process, restore)
            except (Error, TimeoutError) as error:
                logger.warning("the shared browser opens no session (%s) and is replaced", type(error).__name__)
                self._spawn(self._end(process))
        raise InstanceUnavailableError("The browser starts, but opens no page")

    async def _shared_process(self) -> _Process:
        async with self._sharing:
            if self._shared is None or not self._shared.alive:
                self._shared = await self._launch()
            return self._shared

    async def _own_process(self, restore: Checkpoint | None) -> _Ready:
        ready = await self._take_spare()
        if ready is None:
            ready = await self._prepare(restore)
        elif restore is not None:
            await _end_context(ready.context)
            ready = await _open_page(ready.process, restore)
        if self._spare is None and self._closing is None:
            self._spare = asyncio.create_task(self._prepare(None), name="spare browser")
            self._spare.add_done_callback(_read_failure)
        return ready

    async def _take_spare(self) -> _Ready | None:
        """Return the spare, for the caller alone, where there is one (or one on its way) and it lives."""
        spare, self._spare = self._spare, None
        if spare is None:
            return None
        try:
            ready = await spare
        except InstanceUnavailableError as error:
            logger.warning("the spare browser did not start: %s", error.message)
            return None
        return ready if ready.process.alive else None

    async def _prepare(self, restore: Checkpoint | None) -> _Ready:
        process = await self._launch()
        try:
            return await _open_page(process, restore)
        except (Error, TimeoutError) as error:
            await self._end(process)
            raise InstanceUnavailableError("The browser starts, but opens no page") from error

    async def _launch(self) -> _Process:
        async with self._starting:
            if self._driver is None:
                self._driver, first = await self._start()
                return self._adopt(first)
            driver = self._driver
        found = driver.found
        async with self._launches:
            running = await driver.launcher.launch(
                Candidate(found.where, found.kind, path=found.path, channel=found.channel)
            )
        return self._adopt(running)

    def _adopt(self, running: RunningBrowser) -> _Process:
        process = _Process(running)
        self._processes.add(process)
        running.browser.on("disconnected", lambda _: self._on_gone(process, "The browser ended unexpectedly"))
        return process

    async def _start(self) -> tuple[_Driver, RunningBrowser]:
        """Start guardian and driver, and launch what browsers there are until one starts."""
        guardian = Guardian()
        before = drivers()
        playwright = await async_playwright().start()
        pid = (drivers() - before).pop()
        guardian.watch_process(pid)
        launcher = Launcher(playwright.chromium, pid, guardian)
        try:
            found, running = await find.find_browser(launcher.launch)
        except InstanceUnavailableError:
            await _stop_driver(playwright, pid, guardian)
            raise
        logger.info("using %s %s (%s)", found.kind, found.version, found.where)
        watch = call_when_gone(pid, self._on_driver_gone)
        return _Driver(guardian, playwright, pid, launcher, found, watch), running

    # --- ending -----------------------------------------------------------------------------------------------------

    def _on_gone(self, process: _Process, reason: str) -> None:
        for instance in list(process.instances):
            instance.report_lost(reason)
        self._spawn(self._end(process))

    def _on_driver_gone(self) -> None:
        """Playwright says nothing when its driver dies, so this comes from watching the process."""
        driver, self._driver = self._driver, None
        if driver is None or self._closing is not None:
            return
        logger.error("Playwright's driver ended unexpectedly, and its browsers with it")
        for process in list(self._processes):
            self._on_gone(process, "Playwright's driver ended unexpectedly")
        self._spawn(_stop_driver(driver.playwright, driver.pid, driver.guardian))

    async def _end(self, process: _Process) -> None:
        if process.closing:
            return
        process.closing = True
        if self._shared is process:
            self._shared = None
        await process.running.close()
        self._processes.discard(process)

    async def _close(self) -> None:
        for task in [*self._opening, *([self._spare] if self._spare else [])]:
            task.cancel()
        for process in self._processes:
            for instance in process.instances:
                instance.let_go()
        await asyncio.gather(
            *(self._end(process) for process in list(self._processes)),
            *self._background,
        )
        driver, self._driver = self._driver, None
        if driver is not None:
            driver.watch.cancel()
            await _stop_driver(driver.playwright, driver.pid, driver.guardian)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)


async def _open_page(process: _Process, restore: Checkpoint | None) -> _Ready:
    async with asyncio.timeout(OPEN_TIMEOUT_S):
        context = await new_context(process.running.browser, restore)
        return _Ready(process, context, await context.new_page())


async def _end_context(context: BrowserContext) -> None:
    try:
        async with asyncio.timeout(CLOSE_TIMEOUT_S):
            await context.close()
    except (Error, TimeoutError) as error:
        logger.info("a context did not close (%s): its browser is gone or hangs", type(error).__name__)


async def _stop_driver(playwright: Playwright, pid: int, guardian: Guardian) -> None:
    """Stop the driver and what it may still be launching, by SIGKILL where it does not stop by itself."""
    groups = browser_groups(pid)
    try:
        async with asyncio.timeout(_DRIVER_STOP_TIMEOUT_S):
            await playwright.stop()
    except TimeoutError:
        logger.info("Playwright's driver did not stop by itself and is killed")
        kill_process(pid)
    for group in groups:
        kill_group(group)
    await until_gone(pid)
    guardian.forget(pid)
    await asyncio.to_thread(guardian.close)


def _read_failure(spare: asyncio.Task[_Ready]) -> None:
    """Keep asyncio from reporting a spare's failure that nobody came to ask for; whoever takes it logs it."""
    if not spare.cancelled():
        spare.exception()

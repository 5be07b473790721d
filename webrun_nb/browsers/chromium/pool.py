"""Opens browser instances: one Playwright driver, one shared browser, and a warm spare.

Everything starts with the first session. A `context` instance is a context in the shared browser, a `process` instance
a browser of its own. Either takes the spare of its kind, which has an empty page open already, and the next spare is
made. A spare browser also takes the place of a shared browser that died. A browser that dies or stops answering
(`heartbeat`) is killed and reported, and nothing new is opened in it.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Coroutine, Iterable, Mapping
from typing import Any

from playwright.async_api import Error

from webrun_nb.browsers import discovery
from webrun_nb.browsers.chromium.driver import Driver
from webrun_nb.browsers.chromium.errors import first_line
from webrun_nb.browsers.chromium.instance import ChromiumInstance
from webrun_nb.browsers.chromium.launcher import CLOSE_TIMEOUT_S, RunningBrowser, new_context
from webrun_nb.browsers.chromium.loose_html import snapshot_of_html
from webrun_nb.browsers.chromium.navigation import NavigationGuard
from webrun_nb.browsers.chromium.storage import is_json, restore_storage
from webrun_nb.browsers.chromium.warm_pages import BrowserProcess, WarmPage, WarmPagePool
from webrun_nb.browsers.discovery import FoundBrowser
from webrun_nb.browsers.egress.destinations import DestinationPolicy
from webrun_nb.browsers.egress.listener import Listener
from webrun_nb.browsers.egress.network import Network, SystemNetwork
from webrun_nb.browsers.egress.routes import EgressRoute
from webrun_nb.browsers.processes.heartbeat import wait_until_unresponsive
from webrun_nb.browsers.protocol import (
    BrowserInstance,
    Checkpoint,
    CheckpointRefusedError,
    InstanceKind,
    InstanceListener,
    InstanceUnavailableError,
)
from webrun_nb.extraction.snapshot import Snapshot

logger = logging.getLogger(__name__)

OPEN_TIMEOUT_S = 30.0
"""Time limit for a context and a page; a browser that takes longer is replaced."""
_FAILURES = (Error, TimeoutError, InstanceUnavailableError)
_LAUNCHES_AT_ONCE = max(2, os.cpu_count() or 1)


class ChromiumPool:
    """`Browsers` over real Chromium. Safe for concurrent use on one event loop.

    Parameters
    ----------
    network : Network, optional
        The network that the instances' traffic goes to; by default this machine's.
    named : iterable of str
        Hosts that instances without a `EgressRoute` of their own may reach on private addresses too.
    """

    def __init__(self, network: Network | None = None, named: Iterable[str] = ()) -> None:
        self._network = network or SystemNetwork()
        self._allowlisted = tuple(named)
        self._driver: Driver | None = None
        self._processes: set[BrowserProcess] = set()
        self._shared: BrowserProcess | None = None
        self._spare = WarmPagePool(self._in_new_process, "spare browser")
        self._spare_page = WarmPagePool(self._page_of_shared, "spare page of the shared browser")
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
        """Return whether a browser was found, without starting one."""
        return discovery.installed()

    async def open(
        self,
        kind: InstanceKind,
        listener: InstanceListener,
        *,
        egress_route: EgressRoute | None = None,
        restore: Checkpoint | None = None,
    ) -> BrowserInstance:
        """Open an isolated instance with an empty page, or with a checkpoint's state and page.

        Raises
        ------
        InstanceUnavailableError
            No browser is installed or it does not start; the message says what to run.
        """
        if self._closing is not None:
            raise InstanceUnavailableError("The browsers are being closed")
        opening = asyncio.create_task(
            self._open(kind, listener, egress_route or self._own_way_out(), restore), name=f"open {kind}"
        )
        self._opening.add(opening)
        opening.add_done_callback(self._opening.discard)
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            # Half an instance can't be ended: let it become one, then end it.
            opening.add_done_callback(self._end_unwanted)
            raise

    async def start(self) -> FoundBrowser:
        """Start the shared browser before the first session, and return which browser it is.

        Raises
        ------
        InstanceUnavailableError
            No browser is installed or it does not start; the message says what to run.
        """
        await self._shared_process()
        assert self._driver is not None
        return self._driver.found

    async def snapshot_of_html(self, html: str | bytes, *, url: str = "", charset: str = "") -> Snapshot:
        """Return the snapshot of HTML as Chromium displays it, with scripts off and no network.

        Raises
        ------
        BrowserError
            `NAVIGATION_FAILED`: it could not be loaded.
        InstanceUnavailableError
            No browser is installed or it does not start; the message says what to run.
        """
        process = await self._shared_process()
        return await snapshot_of_html(process.running.browser, html, url=url, charset=charset)

    def group_of(self, instance: BrowserInstance) -> int | None:
        """Return the process group of an instance's browser; None where that has ended."""
        return next((each.running.group for each in self._processes if instance in each.instances), None)

    async def close(self) -> None:
        """Close every instance and browser, stopped ones too, within about 1.5 s."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._close(), name="close browsers")
        await asyncio.shield(self._closing)

    # --- opening ----------------------------------------------------------------------------------------------------

    def _own_way_out(self) -> EgressRoute:
        return EgressRoute(DestinationPolicy(self._allowlisted))

    async def _open(
        self, kind: InstanceKind, listener: InstanceListener, egress_route: EgressRoute, restore: Checkpoint | None
    ) -> ChromiumInstance:
        ready = await (self._own_process(restore) if kind == "process" else self._in_shared(restore))
        process = ready.process
        ready.egress.egress_route = egress_route

        async def end() -> None:
            process.instances.discard(instance)
            ready.egress.close()
            if kind == "process":
                await self._end(process)
            else:
                await _end_context(ready)

        instance = ChromiumInstance(
            kind, ready.context, ready.page, ready.egress, ready.guard, listener, process.running.signal, end
        )
        process.instances.add(instance)
        await ready.guard.apply_url_rules()
        if restore is not None:
            await instance.reopen(restore.url)
        if self._closing is None:  # not before: making one would delay the session that waits for this one
            (self._spare if kind == "process" else self._spare_page).order()
        return instance

    async def _open_page(self, process: BrowserProcess, storage_state: Mapping[str, Any] | None = None) -> WarmPage:
        way = await Listener.open(self._network, self._own_way_out())
        process.listeners.add(way)
        try:
            async with process.limited(OPEN_TIMEOUT_S):
                context = await new_context(process.running.browser, way.url, storage_state)
                page = await context.new_page()
                documents = NavigationGuard(context, way)
                await documents.watch(page)
                return WarmPage(process, context, page, way, documents)
        except BaseException:
            way.close()
            raise

    def _end_unwanted(self, opened: asyncio.Task[ChromiumInstance]) -> None:
        if not opened.cancelled() and opened.exception() is None:
            self._spawn(opened.result().close())

    async def _in_shared(self, restore: Checkpoint | None) -> WarmPage:
        for _ in range(2):
            process = await self._shared_process()
            try:
                return await self._page_in(process, await self._spare_page.take(), restore)
            except _FAILURES as error:
                if process.alive:
                    logger.warning("the shared browser opens no session (%s) and is replaced", type(error).__name__)
                self._on_gone(process, "The browser opened no session any more")
        raise InstanceUnavailableError("The browser starts, but opens no page")

    async def _page_in(self, process: BrowserProcess, ready: WarmPage | None, restore: Checkpoint | None) -> WarmPage:
        """Return the warm page, if it can be used, or a new one, with the state of a checkpoint."""
        state = restore.storage_state if restore is not None else None
        fills = state is not None and is_json(state)
        if ready is not None and (ready.crashed or not (state is None or fills)):
            self._spawn(_end_context(ready))
            ready = None
        try:
            if ready is None:
                ready = await self._open_page(process, None if fills else state)
            async with process.limited(OPEN_TIMEOUT_S):
                await ready.page.title()  # a hanging browser does not answer; it has had no request for a long time
                if state is not None and fills:
                    await restore_storage(ready, state)
        except Error as error:
            if state is None:
                raise
            async with process.limited(OPEN_TIMEOUT_S):
                await process.running.ping()  # fails where the browser is what failed
            if ready is not None:
                self._spawn(_end_context(ready))
            raise CheckpointRefusedError(first_line(error)) from error
        if not process.alive:
            raise InstanceUnavailableError("The browser ended while a session was being opened in it")
        return ready

    async def _shared_process(self) -> BrowserProcess:
        async with self._sharing:
            if self._shared is None or not self._shared.alive:
                spare = await self._spare.take()
                self._shared = spare.process if spare else await self._launch()
                if spare:
                    self._spawn(_end_context(spare))
            return self._shared

    async def _own_process(self, restore: Checkpoint | None) -> WarmPage:
        spare = await self._spare.take()
        if spare is not None:
            try:
                return await self._page_in(spare.process, spare, restore)
            except _FAILURES as error:
                logger.warning("the spare browser opens no session (%s)", type(error).__name__)
                self._on_gone(spare.process, "The browser opened no session")
        return await self._in_new_process(restore)

    async def _in_new_process(self, restore: Checkpoint | None = None) -> WarmPage:
        process = await self._launch()
        try:
            return await self._page_in(process, None, restore)
        except _FAILURES as error:
            await self._end(process)
            raise InstanceUnavailableError("The browser starts, but opens no page") from error

    async def _page_of_shared(self) -> WarmPage:
        return await self._open_page(await self._shared_process())

    async def _launch(self) -> BrowserProcess:
        async with self._starting:
            if self._driver is None:
                driver, first = await Driver.start()
                self._driver = driver
                driver.call_on_exit(lambda: self._on_driver_gone(driver, "Playwright's driver ended unexpectedly"))
                return self._adopt(first, driver)
            driver = self._driver
        async with self._launches:
            return self._adopt(await driver.launch(), driver)

    def _adopt(self, running: RunningBrowser, driver: Driver) -> BrowserProcess:
        process = BrowserProcess(running)
        self._processes.add(process)
        running.browser.on("disconnected", lambda _: self._on_gone(process, "The browser ended unexpectedly"))
        if running.group is not None:
            beating = self._listen(process, running.group, driver)
            process.heartbeat = asyncio.create_task(beating, name=f"heartbeat of browser {running.group}")
        return process

    async def _listen(self, process: BrowserProcess, pid: int, driver: Driver) -> None:
        """Wait until the browser or the driver has stopped answering, and report it."""
        silent = await wait_until_unresponsive((pid, process.running.ping), (driver.pid, driver.ping), process.heard)
        if silent == "browser":
            self._on_gone(process, "The browser stopped answering")
        elif silent == "driver":
            self._on_driver_gone(driver, "Playwright's driver stopped answering")

    # --- ending -----------------------------------------------------------------------------------------------------

    def _on_gone(self, process: BrowserProcess, reason: str) -> None:
        """Kill the rest of a browser and report the loss to its instances, once; not for one that is being closed."""
        if process.closing:
            return
        logger.error("browser %s: %s", process.running.group, reason)
        ending = self._end(process, lost=True)
        for instance in list(process.instances):
            instance.report_lost(reason)
        self._spawn(ending)

    def _on_driver_gone(self, driver: Driver, reason: str) -> None:
        if self._driver is not driver or self._closing is not None:
            return
        self._driver = None
        logger.error("%s, and its browsers with it", reason)
        driver.kill()
        for process in list(self._processes):
            self._on_gone(process, reason)
        self._spawn(driver.stop())

    def _end(self, process: BrowserProcess, *, lost: bool = False) -> Coroutine[Any, Any, None]:
        """Open nothing in a browser from now on; the returned coroutine ends it."""
        process.give_up()
        if self._shared is process:
            self._shared = None
        if process.heartbeat is not None:
            process.heartbeat.cancel()
        if lost:
            process.running.kill()
        return self._until_ended(process)

    async def _until_ended(self, process: BrowserProcess) -> None:
        for way in process.listeners:
            way.close()
        await process.running.close()
        self._processes.discard(process)

    async def _close(self) -> None:
        for task in self._opening:
            task.cancel()
        self._spare.cancel()
        self._spare_page.cancel()
        for process in self._processes:
            for instance in process.instances:
                instance.release()
        await asyncio.gather(
            *(self._end(process) for process in list(self._processes)),
            *self._background,
        )
        driver, self._driver = self._driver, None
        if driver is not None:
            await driver.stop()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)


async def _end_context(ready: WarmPage) -> None:
    ready.egress.close()
    try:
        async with asyncio.timeout(CLOSE_TIMEOUT_S):
            await ready.context.close()
    except (Error, TimeoutError) as error:
        logger.info("a context did not close (%s): its browser is gone or hangs", type(error).__name__)

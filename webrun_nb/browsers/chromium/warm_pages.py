"""Running browsers, and warm pages: empty pages that are opened in them before a session needs one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakSet

from playwright.async_api import BrowserContext, Error, Page

from webrun_nb.browsers.chromium.instance import ChromiumInstance
from webrun_nb.browsers.chromium.launcher import RunningBrowser
from webrun_nb.browsers.chromium.navigation import NavigationGuard
from webrun_nb.browsers.egress.listener import Listener
from webrun_nb.browsers.protocol import InstanceUnavailableError

logger = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class BrowserProcess:
    """A browser and the instances in it.

    Attributes
    ----------
    running : RunningBrowser
    instances : set of ChromiumInstance
    ways : set of Listener
        The proxies of its contexts.
    closing : bool
        Nothing is opened in it any more.
    heartbeat : asyncio.Task, optional
        Ends when it has stopped answering.
    """

    running: RunningBrowser
    instances: set[ChromiumInstance] = field(default_factory=set)
    listeners: WeakSet[Listener] = field(default_factory=WeakSet)
    closing: bool = False
    heartbeat: asyncio.Task[None] | None = None
    _limits: set[asyncio.Timeout] = field(default_factory=set)

    @asynccontextmanager
    async def limited(self, timeout_s: float) -> AsyncIterator[None]:
        """Limit what the block asks of the browser to `timeout_s`, and to the browser's life.

        Playwright leaves some requests to a browser without an answer when the browser is killed.

        Raises
        ------
        TimeoutError
            The time is up, or the browser is being closed.
        """
        async with asyncio.timeout(timeout_s) as limit:
            self._limits.add(limit)
            try:
                yield
            finally:
                self._limits.discard(limit)

    def give_up(self) -> None:
        """Open nothing in it any more, and end what is being opened in it."""
        self.closing = True
        for limit in self._limits:
            if not limit.expired():
                limit.reschedule(0)  # that is: now

    def heard(self) -> int:
        """Count the events of the pages of its instances."""
        return sum(instance.events for instance in self.instances)

    @property
    def alive(self) -> bool:
        """True if something can be opened in it."""
        return not self.closing and self.running.browser.is_connected()


@dataclass(slots=True, eq=False)
class WarmPage:
    """An empty page in a context of its own, with a proxy of its own.

    Attributes
    ----------
    process : BrowserProcess
    context : BrowserContext
    page : Page
    egress : Listener
    guard : NavigationGuard
        Watches the page already.
    crashed : bool
        Its renderer is gone.
    """

    process: BrowserProcess
    context: BrowserContext
    page: Page
    egress: Listener
    guard: NavigationGuard
    crashed: bool = False

    def __post_init__(self) -> None:
        self.page.once("crash", lambda _: self._on_crash())

    def _on_crash(self) -> None:
        self.crashed = True


class WarmPagePool:
    """Holds at most one warm page, opened in the background and given to the first caller that takes it.

    Parameters
    ----------
    make : callable
        Opens a warm page.
    name : str
        Its name in the log.
    """

    def __init__(self, make: Callable[[], Coroutine[Any, Any, WarmPage]], name: str) -> None:
        self._make = make
        self._name = name
        self._making: asyncio.Task[WarmPage] | None = None

    def order(self) -> None:
        """Begin to open one, unless there is one (or one is being opened)."""
        if self._making is None:
            self._making = asyncio.create_task(self._make(), name=self._name)
            self._making.add_done_callback(_read_failure)

    async def take(self) -> WarmPage | None:
        """Return it, for this caller alone; None where there is none, or it failed or died."""
        making, self._making = self._making, None
        if making is None:
            return None
        try:
            ready = await making
        except (InstanceUnavailableError, Error, TimeoutError) as error:
            logger.warning("the %s did not come to be: %s", self._name, error)
            return None
        return ready if ready.process.alive else None

    async def ready(self) -> WarmPage:
        """Wait for the one that was ordered, without taking it.

        Raises
        ------
        LookupError
            None was ordered.
        """
        if self._making is None:
            raise LookupError(f"no {self._name} was ordered")
        return await asyncio.shield(self._making)

    def cancel(self) -> None:
        """Cancel the opening."""
        if self._making is not None:
            self._making.cancel()


def _read_failure(making: asyncio.Task[WarmPage]) -> None:
    """Keep asyncio from reporting a failure that no caller retrieved; `take` logs it."""
    if not making.cancelled():
        making.exception()

"""Browsers, and pages that are ready in them before anybody asks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
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
    """A browser and the instances that live in it.

    Attributes
    ----------
    running : RunningBrowser
    instances : set of ChromiumInstance
    ways : set of Listener
        The ways out of its contexts.
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

    @property
    def alive(self) -> bool:
        """Whether something can be opened in it."""
        return not self.closing and self.running.browser.is_connected()


@dataclass(slots=True, eq=False)
class WarmPage:
    """An empty page in a context of its own, which has a way out of its own.

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
    """One ready page at most, made in the background and given to whoever asks first.

    Parameters
    ----------
    make : callable
        Makes one.
    name : str
        What it is called in the log.
    """

    def __init__(self, make: Callable[[], Coroutine[Any, Any, WarmPage]], name: str) -> None:
        self._make = make
        self._name = name
        self._making: asyncio.Task[WarmPage] | None = None

    def order(self) -> None:
        """Have one made, unless there is one (or one on its way)."""
        if self._making is None:
            self._making = asyncio.create_task(self._make(), name=self._name)
            self._making.add_done_callback(_read_failure)

    async def take(self) -> WarmPage | None:
        """Return it, for the caller alone, where there is one (or one on its way) and it lives."""
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
        """Wait for the one that was ordered, and leave it there.

        Raises
        ------
        LookupError
            None was ordered.
        """
        if self._making is None:
            raise LookupError(f"no {self._name} was ordered")
        return await asyncio.shield(self._making)

    def cancel(self) -> None:
        """Want none any more."""
        if self._making is not None:
            self._making.cancel()


def _read_failure(making: asyncio.Task[WarmPage]) -> None:
    """Keep asyncio from reporting a failure that nobody came to ask for; whoever takes it logs it."""
    if not making.cancelled():
        making.exception()

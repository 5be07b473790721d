"""The open pages of one instance: the current one, the replacement of a crashed one, and a time limit for answers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from playwright.async_api import BrowserContext, Error, Page

from webrun_nb.browsers.chromium.errors import lost
from webrun_nb.browsers.chromium.input import close_page
from webrun_nb.browsers.chromium.screencast import Screencast
from webrun_nb.browsers.chromium.settle import NetworkActivity
from webrun_nb.browsers.processes.lifeline import Lifeline
from webrun_nb.browsers.protocol import BrowserError
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.text import counted

ANSWER_TIMEOUT_S = 10.0
"""Time limit for a page's answer; a page that takes longer counts as crashed (an endless loop in a script)."""
MAX_PAGES = 20
"""Maximum number of pages; further popups are closed at once."""

T = TypeVar("T")


class Tabs:
    """The pages of one context; the one that was opened or shown last is the current one.

    Parameters
    ----------
    context : BrowserContext
    lifeline : Lifeline
        Cut when the browser is gone.
    traffic : NetworkActivity
        Notified whenever the current page may have changed.
    screen : Screencast
        Shows the current page.
    opened : callable
        Called with each new page that is not closed at once.
    """

    def __init__(
        self,
        context: BrowserContext,
        lifeline: Lifeline,
        activity: NetworkActivity,
        screen: Screencast,
        opened: Callable[[Page], None],
    ) -> None:
        self._context = context
        self._lifeline = lifeline
        self._activity = activity
        self._screen = screen
        self._opened = opened
        self._pages: list[Page] = []
        """In the order in which they were opened."""
        self._page: Page | None = None
        self._crashed = ""
        self._background: set[asyncio.Task[None]] = set()
        context.on("page", self.add)

    def __len__(self) -> int:
        """Return the number of open pages."""
        return len(self._pages)

    @property
    def page(self) -> Page | None:
        """The current page, whatever its state; None where there is none."""
        return self._page

    @property
    def urls(self) -> tuple[str, ...]:
        """The URLs of the open pages, in the order in which they were opened."""
        return tuple(page.url for page in self._pages)

    @property
    def number(self) -> int:
        """The place of the current page among them, from 1; 0 where there is none."""
        return 0 if self._page is None else self._pages.index(self._page) + 1

    @property
    def crashed(self) -> bool:
        """True if the current page crashed or hangs, and was not replaced yet."""
        return bool(self._crashed)

    def current(self) -> Page:
        """Return the current page: the one that was opened or shown last.

        Raises
        ------
        BrowserError
            `INSTANCE_LOST`, or `PAGE_CRASH` where the page crashed or closed itself.
        """
        if self._lifeline.is_cut:
            raise lost()
        if self._crashed:
            raise BrowserError(TaskFailureCode.PAGE_CRASH, self._crashed)
        if self._page is None:
            raise BrowserError(TaskFailureCode.PAGE_CRASH, "The page closed itself")
        return self._page

    def add(self, page: Page) -> None:
        """Make a page the current one, unless it is known already or one too many."""
        if page in self._pages:
            return
        if len(self._pages) >= MAX_PAGES:
            self.run_in_background(close_page(page))
            return
        self._pages.append(page)
        self._opened(page)
        page.on("close", self._on_closed)
        page.on("crash", self._on_crashed)
        self._follow(page)

    async def show(self, number: int) -> None:
        """Make another open page the current one.

        Parameters
        ----------
        number : int
            Its place in the order in which the pages were opened, from 1.

        Raises
        ------
        BrowserError
            `ELEMENT_NOT_FOUND`: there is no such page.
        """
        if not 1 <= number <= len(self._pages):
            message = f"There is no tab {number}: {counted(len(self._pages), 'tab')} open"
            raise BrowserError(TaskFailureCode.ELEMENT_NOT_FOUND, message)
        page = self._pages[number - 1]
        await self.with_timeout(page.bring_to_front())
        self._follow(page)

    def _follow(self, page: Page | None) -> None:
        """Make a page the current one; None where there is none any more."""
        self._page = page
        self._screen.follow(page)
        self._activity.notify()

    async def open(self) -> None:
        """Open an empty page and make it the current one; raises Playwright's error where the browser gives none."""
        self.add(await self.with_timeout(self._context.new_page()))

    async def replace_crashed(self) -> str:
        """Replace the crashed page by a new one, so that the context stays usable, and return what happened to it.

        Raises
        ------
        BrowserError
            `INSTANCE_LOST`: the browser opens no further page.
        """
        crashed, self._crashed = self._crashed, ""
        dead, self._page = self._page, None
        if dead is not None:  # the one that hangs may never have opened
            self._pages.remove(dead)
        try:
            await self.open()
        except Error as error:
            raise BrowserError(TaskFailureCode.INSTANCE_LOST, "The browser crashed with its page") from error
        if dead is not None:
            self.run_in_background(close_page(dead))
        return crashed

    async def evaluate(self, how: Callable[[Page], Awaitable[T]], timeout_s: float | None = None) -> T:
        """Run a question on the current page, and once more if another document replaced it meanwhile."""
        page = self.current()
        try:
            return await self.with_timeout(how(page), timeout_s)
        except Error:
            now = self.current()
            await self.with_timeout(now.wait_for_load_state("domcontentloaded", timeout=0))
            return await self.with_timeout(how(now), timeout_s)

    async def with_timeout(self, question: Awaitable[T], timeout_s: float | None = None) -> T:
        """Wait for an answer within `ANSWER_TIMEOUT_S` or another time: Playwright's own questions have no timeout.

        Raises
        ------
        BrowserError
            `PAGE_CRASH`: there was none within that time.
        """
        timeout_s = ANSWER_TIMEOUT_S if timeout_s is None else timeout_s
        try:
            async with asyncio.timeout(timeout_s):
                return await question
        except TimeoutError as error:
            self._crashed = f"The page has not answered for {timeout_s:.0f} s"
            raise BrowserError(TaskFailureCode.PAGE_CRASH, self._crashed) from error

    def run_in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work on a page that no one waits for; `stop` cancels it."""
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def stop(self) -> None:
        """Cancel the work in the background."""
        for task in self._background:
            task.cancel()

    def _on_closed(self, page: Page) -> None:
        if page in self._pages:
            self._pages.remove(page)
        if page is self._page:
            self._follow(self._pages[-1] if self._pages else None)
        else:
            self._activity.notify()

    def _on_crashed(self, page: Page) -> None:
        if page is self._page:
            self._crashed = "The page crashed"
            self._activity.notify()
        else:
            self.run_in_background(close_page(page))

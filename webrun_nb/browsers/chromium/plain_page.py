"""The present page of a program's own Playwright: what can be seen, read and done on it, without a session's rules.

It is for scripts that a person runs: no policy, no secrets, no egress proxy.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from playwright.async_api import Error, Page

from webrun_nb.browsers.actions import Action, ElementTarget, Navigate
from webrun_nb.browsers.chromium.errors import first_line
from webrun_nb.browsers.chromium.frames import ElementHandles, take_snapshot
from webrun_nb.browsers.chromium.input import perform_on_element, perform_on_page
from webrun_nb.browsers.chromium.settle import ChangeWatch, NetworkActivity, settle
from webrun_nb.browsers.observation import Observation
from webrun_nb.browsers.protocol import NAVIGATION_TIMEOUT_MS, BrowserError
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.extraction.snapshot import Snapshot

T = TypeVar("T")

_ELEMENT_TIMEOUT_MS = 5_000
_ANSWER_TIMEOUT_S = 10.0


async def _waited(question: Awaitable[T]) -> T:
    """Wait for the page to answer, but not forever."""
    async with asyncio.timeout(_ANSWER_TIMEOUT_S):
        return await question


class PlainPage:
    """A page of a program's own Playwright.

    Parameters
    ----------
    page : playwright.async_api.Page
        The page.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self._handles = ElementHandles()
        self._activity = NetworkActivity(page.context, lambda url: None)

    async def observe(self) -> Observation:
        """List the elements that can be acted on. Makes the refs of earlier observations invalid."""
        return await self._handles.observe(self._page, lambda url: None)

    async def snapshot(self) -> Snapshot:
        """Take the snapshot of the page and its frames that the extraction engine reads."""
        return await take_snapshot(self._page, lambda url: None)

    async def perform(self, action: Action) -> None:
        """Perform an action, and wait until the page has settled.

        Raises
        ------
        BrowserError
            It can't be performed.
        """
        deadline = asyncio.get_running_loop().time() + NAVIGATION_TIMEOUT_MS / 1000
        since = self._activity.begin()
        watch = None if isinstance(action, Navigate) else await ChangeWatch.start(self._page, fills=False)
        try:
            await self._do(action)
            await settle(lambda: self._page, self._activity, since, deadline, watch)
        except Error as error:
            raise BrowserError(TaskFailureCode.ELEMENT_NOT_FOUND, first_line(error)) from error
        except TimeoutError as error:
            raise BrowserError(TaskFailureCode.PAGE_CRASH, "the page does not answer") from error
        finally:
            if watch is not None:
                watch.stop()

    async def _do(self, action: Action) -> None:
        aimed_at = action.aimed_at
        if isinstance(action, Navigate):
            await self._page.goto(action.url, wait_until="domcontentloaded")
        elif isinstance(aimed_at, ElementTarget):
            element = await self._handles.element(self._page, aimed_at.ref, aimed_at.name, _waited)
            await perform_on_element(self._page, element, action, aimed_at.name, _ELEMENT_TIMEOUT_MS, None)
        else:
            await perform_on_page(self._page, action, _waited)

"""The elements of the last observation, kept so that a later action finds the very same ones."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable
from typing import Protocol, TypeVar, cast

from playwright.async_api import ElementHandle, Error, JSHandle, Page

from webrun_nb.browsers.base import BrowserError
from webrun_nb.browsers.failures import capital
from webrun_nb.browsers.page_scripts import OBSERVE_JS

_NODE_JS = "(seen, ref) => { const node = seen.nodes[ref]; return node && node.isConnected ? node : null; }"
T = TypeVar("T")


class _Patience(Protocol):
    async def __call__(self, question: Awaitable[T]) -> T: ...


class Sight:
    """What was seen last, and on which page.

    The browser itself holds the nodes: they go with their document, so that a ref never means another element, whatever
    a person or the page did meanwhile.
    """

    def __init__(self) -> None:
        self._seen: JSHandle | None = None
        self._page: Page | None = None

    async def observe(self, page: Page) -> str:
        """Look at a page; return what `parse_observation` reads. Earlier refs mean nothing any more."""
        before, self._seen = self._seen, None
        since = None
        if before is not None:
            with contextlib.suppress(Error):  # it went with its document
                if self._page is page:
                    since = await before.evaluate("seen => seen.later()")
                await before.dispose()
        seen = await page.evaluate_handle(OBSERVE_JS, since)
        text = await seen.evaluate("seen => seen.json")
        self._seen, self._page = seen, page
        return cast(str, text)

    async def element(self, page: Page, ref: int, target: str, patience: _Patience) -> ElementHandle:
        """Return an element of the last observation.

        Raises
        ------
        BrowserError
            `ELEMENT_NOT_FOUND`: it, its document or its page isn't there any more, or another page is in front.
        """
        gone = BrowserError("ELEMENT_NOT_FOUND", f"{capital(target)} is not on the page any more")
        if self._seen is None or self._page is not page:
            raise gone
        try:
            element = (await patience(self._seen.evaluate_handle(_NODE_JS, ref))).as_element()
        except Error as error:
            raise gone from error
        if element is None:
            raise gone
        return element

    def forget(self) -> None:
        """Let go of what was seen: its page crashed."""
        self._seen = self._page = None

"""A small picture of a page as it is now: for a log of what was done, not for reading."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import BrowserContext, CDPSession, Error, Page

from webrun_nb.browsers.lifeline import CutError, Lifeline
from webrun_nb.browsers.screencast import cast_of

logger = logging.getLogger(__name__)

WIDTH_PX, HEIGHT_PX = 320, 188
QUALITY = 50
LARGEST_BYTES = 30_000
"""Of what was never seen: the noisiest page has about 20 kB."""
WITHIN_S = 2.5
"""A page or browser that hangs must not hold anybody up."""
FRAME_WITHIN_S = 0.35
"""So long a screencast's first frame is waited for; a document that has just come may send none, and does when it is
asked once more."""
AGAIN_AFTER_S = 0.03
# A screencast's first frame rather than a screenshot: the browser scales it by itself, which neither resizes the page
# nor shows in a live view, and costs half as much.
_CAST = cast_of(WIDTH_PX, HEIGHT_PX, QUALITY)


class Thumbnails:
    """Takes the small pictures of one instance's pages, one at a time.

    Parameters
    ----------
    context : BrowserContext
        What the pages belong to.
    cover : coroutine function
        Covers what must not be seen; called before each picture.
    lifeline : Lifeline
        Cut when the browser is gone.
    """

    def __init__(self, context: BrowserContext, cover: Callable[[], Awaitable[None]], lifeline: Lifeline) -> None:
        self._context = context
        self._cover = cover
        self._lifeline = lifeline
        self._page: Page | None = None
        self._session: CDPSession | None = None

    async def take(self, page: Page) -> bytes | None:
        """Return a JPEG of at most 320×188; None where page or browser give none in time."""
        try:
            async with asyncio.timeout(WITHIN_S), self._lifeline.held():
                await self._cover()
                while not page.is_closed():
                    picture = await self._try(page)
                    if picture is not None:
                        return picture if len(picture) <= LARGEST_BYTES else None
                    await asyncio.sleep(AGAIN_AFTER_S)
        except (TimeoutError, CutError):
            self._session = None  # whatever state it is in
        return None

    async def _try(self, page: Page) -> bytes | None:
        try:
            return await self._first_frame(await self._session_of(page))
        except Error as error:  # another document is just taking the place of this one
            logger.debug("no picture of a page: %s", error.message.partition("\n")[0])
            self._session = None
            return None

    async def _session_of(self, page: Page) -> CDPSession:
        if self._session is None or self._page is not page:
            if self._session is not None:
                with contextlib.suppress(Error):  # it went with its page
                    await self._session.detach()
            self._session, self._page = await self._context.new_cdp_session(page), page
        return self._session

    async def _first_frame(self, session: CDPSession) -> bytes | None:
        came: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        def take(frame: dict[str, Any]) -> None:
            if not came.done():
                came.set_result(frame["data"])

        session.on("Page.screencastFrame", take)
        try:
            await session.send("Page.startScreencast", _CAST)
            await asyncio.wait({came}, timeout=FRAME_WITHIN_S)
            await session.send("Page.stopScreencast")
        finally:
            session.remove_listener("Page.screencastFrame", take)
        return base64.b64decode(came.result()) if came.done() else None

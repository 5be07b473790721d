"""The live picture and the thumbnails of a session's page: JPEGs from Chromium's screencast, at the viewer's pace.

Chromium sends a frame when the page has changed, and stops when a few are unacknowledged: it then drops further
changes. So a frame is acknowledged only when the next one is wanted, one at a time, which keeps Chromium from encoding
frames that no viewer gets; and after a pause in which a change may have been dropped, a picture is requested, so that
the last one shown is the page's current state. Without a viewer nothing runs.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import BrowserContext, CDPSession, Error, Page

from webrun_nb.browsers.chromium.errors import is_not_ready_error
from webrun_nb.browsers.processes.lifeline import CutError, Lifeline
from webrun_nb.browsers.protocol import VIEW_HEIGHT_PX, VIEW_WIDTH_PX

logger = logging.getLogger(__name__)

QUALITY = 60
FRAME_TIMEOUT_S = 0.25
"""Time after an acknowledgement within which a change would have been sent; after it, a picture is requested again."""
POLL_TIMEOUT_S = 1.0
"""Time limit for a requested picture. Where the document is replaced meanwhile it may never come."""


def screencast_options(width_px: int, height_px: int, quality: int) -> dict[str, Any]:
    """Return the parameters of a screencast: JPEGs of at most that size, with a quality in percent."""
    return {
        "format": "jpeg",
        "quality": quality,
        "maxWidth": width_px,
        "maxHeight": height_px,
        # With larger numbers, a still page gives no picture at all.
        "everyNthFrame": 1,
    }


_LOOK_AGAIN_S = 0.05
_OPTIONS = screencast_options(VIEW_WIDTH_PX, VIEW_HEIGHT_PX, QUALITY)


class Screencast:
    """The live picture of one instance. The instance calls `follow`, the viewer calls `start` and `stop`.

    Parameters
    ----------
    context : BrowserContext
        The context of the pages.
    mask_secrets : coroutine function
        Masks typed secrets; called before each further picture.
    """

    def __init__(self, context: BrowserContext, mask_secrets: Callable[[], Awaitable[None]]) -> None:
        self._context = context
        self._mask_secrets = mask_secrets
        self._page: Page | None = None
        self._show: Callable[[bytes], None] | None = None
        self._wanted: Callable[[], Awaitable[None]] | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopping: set[asyncio.Task[None]] = set()
        self._shown = 0

    def follow(self, page: Page | None) -> None:
        """Show this page from now on; None where there is no current page."""
        if page is self._page:
            return
        self._page = page
        self._begin()

    def start(self, show: Callable[[bytes], None], wanted: Callable[[], Awaitable[None]]) -> None:
        """Show the current page, and the one that replaces it, until `stop`.

        Parameters
        ----------
        show : callable
            Given each new picture, a JPEG of at most 1024×600; must not block.
        wanted : coroutine function
            Returns as soon as the viewer wants another picture; awaited after each one.
        """
        self._show, self._wanted = show, wanted
        self._begin()

    def stop(self) -> None:
        """Stop showing pictures. Safe to call twice, and on a dead browser."""
        self._show = self._wanted = None
        self._begin()

    async def stopped(self) -> None:
        """Wait until the screencasts that `stop` ended are over; short also where the browser does not answer."""
        if self._stopping:
            await asyncio.wait(self._stopping)

    def _begin(self) -> None:
        if self._task is not None:
            self._stopping.add(self._task)
            self._task.add_done_callback(self._stopping.discard)
            self._task.cancel()
            self._task = None
        if self._page is not None and self._show is not None and self._wanted is not None:
            running = self._run(self._page, self._while_current(self._show), self._masked_before(self._wanted))
            self._task = asyncio.create_task(running, name="screencast")

    def _while_current(self, show: Callable[[bytes], None]) -> Callable[[bytes], None]:
        """Return a `show` that drops frames which arrive after this page's screencast was stopped or replaced."""
        self._shown += 1
        this = self._shown

        def show_now(picture: bytes) -> None:
            if this == self._shown and self._task is not None:
                show(picture)

        return show_now

    def _masked_before(self, wanted: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        async def wanted_and_covered() -> None:
            await wanted()
            await self._mask_secrets()

        return wanted_and_covered

    async def _run(self, page: Page, show: Callable[[bytes], None], wanted: Callable[[], Awaitable[None]]) -> None:
        try:
            session = await self._context.new_cdp_session(page)
        except Error as error:  # it is going; what takes its place is followed
            logger.debug("a page can't be shown: %s", error.message.partition("\n")[0])
            return
        try:
            while await self._show_page(_Cast(page, session, show, wanted)):
                pass
        finally:
            await asyncio.shield(_stop_screencast(session))

    async def _show_page(self, cast: _Cast) -> bool:
        """Show a page until it is gone; True if it was between two documents and must be shown again."""
        try:
            await cast.run()
        except Error as error:
            logger.debug("a page is shown no more: %s", error.message.partition("\n")[0])
            if is_not_ready_error(error):
                await asyncio.sleep(_LOOK_AGAIN_S)
                return True
        return False


class _Cast:
    """One page's screencast, from its start until it is cancelled."""

    def __init__(
        self, page: Page, session: CDPSession, show: Callable[[bytes], None], wanted: Callable[[], Awaitable[None]]
    ) -> None:
        self._page = page
        self._session = session
        self._show = show
        self._wanted = wanted
        self._unacknowledged: list[int] = []
        self._came = asyncio.Event()
        self._last_frame_uncertain = True  # a still page sometimes does not even send its first

    async def run(self) -> None:
        """Show frames; raises Playwright's error once the page or its browser is gone."""
        self._session.on("Page.screencastFrame", self._on_frame)
        self._page.on("load", self._verify_frame)
        try:
            await self._session.send("Page.startScreencast", _OPTIONS)
            while True:
                if not await self._wait_for_frame(FRAME_TIMEOUT_S if self._last_frame_uncertain else None):
                    await self._poll()
                    continue
                await self._wanted()
                # With one unacknowledged Chromium still sends the next; with more it may have dropped some.
                self._last_frame_uncertain = self._last_frame_uncertain or len(self._unacknowledged) > 1
                await self._session.send("Page.screencastFrameAck", {"sessionId": self._unacknowledged.pop(0)})
        finally:
            self._page.remove_listener("load", self._verify_frame)
            self._session.remove_listener("Page.screencastFrame", self._on_frame)

    async def _wait_for_frame(self, seconds: float | None) -> bool:
        """Wait for an unacknowledged frame; return whether there is one."""
        if self._unacknowledged:
            return True
        self._came.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._came.wait()
        return bool(self._unacknowledged)

    async def _poll(self) -> None:
        """Show the page as it is now, by restarting the screencast or by a picture of its own.

        A screencast begins with the page as it is. Where it does not (a page that has just come), a picture is taken by
        itself; a document that goes meanwhile never gives one, and then it is tried once more.
        """
        await self._session.send("Page.stopScreencast")
        self._unacknowledged.clear()
        await self._session.send("Page.startScreencast", _OPTIONS)
        if await self._wait_for_frame(FRAME_TIMEOUT_S):
            self._last_frame_uncertain = False
            return
        try:
            async with asyncio.timeout(POLL_TIMEOUT_S):
                picture = await self._session.send("Page.captureScreenshot", {"format": "jpeg", "quality": QUALITY})
        except TimeoutError:
            return
        self._last_frame_uncertain = False
        self._show(base64.b64decode(picture["data"]))

    def _verify_frame(self, _page: Page) -> None:
        """Mark the last frame as uncertain after a new document, whose only frame may have been lost."""
        self._last_frame_uncertain = True
        self._came.set()

    def _on_frame(self, frame: dict[str, Any]) -> None:
        if not self._unacknowledged:
            self._last_frame_uncertain = False
        self._unacknowledged.append(frame["sessionId"])
        self._came.set()
        self._show(base64.b64decode(frame["data"]))


async def _stop_screencast(session: CDPSession) -> None:
    with contextlib.suppress(Error, TimeoutError):  # its page or browser has gone, or hangs
        async with asyncio.timeout(POLL_TIMEOUT_S):
            await session.send("Page.stopScreencast")
            await session.detach()


WIDTH_PX, HEIGHT_PX = 320, 188
THUMBNAIL_QUALITY = 50
LARGEST_BYTES = 30_000
"""Of what was never seen: the noisiest page has about 20 kB."""
TIMEOUT_S = 2.5
"""Time limit for a thumbnail: a page or browser that hangs must not delay the caller."""
FIRST_FRAME_TIMEOUT_S = 0.35
"""Time limit for a screencast's first frame; a new document may send none, and does when it is
asked once more."""
RETRY_AFTER_S = 0.03
# A screencast's first frame rather than a screenshot: the browser scales it by itself, which neither resizes the page
# nor shows in a live view, and costs half as much.
_CAST = screencast_options(WIDTH_PX, HEIGHT_PX, THUMBNAIL_QUALITY)


class Thumbnails:
    """Takes the thumbnails of one instance's pages, one at a time.

    Parameters
    ----------
    context : BrowserContext
        The context of the pages.
    mask_secrets : coroutine function
        Masks typed secrets; called before each picture.
    lifeline : Lifeline
        Cut when the browser is gone.
    """

    def __init__(
        self, context: BrowserContext, mask_secrets: Callable[[], Awaitable[None]], lifeline: Lifeline
    ) -> None:
        self._context = context
        self._mask_secrets = mask_secrets
        self._lifeline = lifeline
        self._page: Page | None = None
        self._session: CDPSession | None = None

    async def take(self, page: Page) -> bytes | None:
        """Return a JPEG of at most 320×188; None where the page or browser gives none in time."""
        try:
            async with asyncio.timeout(TIMEOUT_S), self._lifeline.held():
                await self._mask_secrets()
                while not page.is_closed():
                    picture = await self._try(page)
                    if picture is not None:
                        return picture if len(picture) <= LARGEST_BYTES else None
                    await asyncio.sleep(RETRY_AFTER_S)
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
                with contextlib.suppress(Error):  # its page is gone
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
            await asyncio.wait({came}, timeout=FIRST_FRAME_TIMEOUT_S)
            await session.send("Page.stopScreencast")
        finally:
            session.remove_listener("Page.screencastFrame", take)
        return base64.b64decode(came.result()) if came.done() else None

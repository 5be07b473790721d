"""Pictures of whole pages, with the part below the view: what a value was read from is shown on them."""

from __future__ import annotations

import asyncio
import base64
import logging

from playwright.async_api import CDPSession, Error, Page

from webrun_nb.browsers.protocol import PagePicture

logger = logging.getLogger(__name__)

TIMEOUT_S = 5.0
MAX_WIDTH_PX, MAX_HEIGHT_PX = 2_048, 8_000
"""The part of a page that is pictured, in CSS px from its top left."""
SCALE = 0.75
"""Pixels of the picture per CSS px: text is legible, and a page of ten screens takes about 100 kB."""
QUALITY = 55
LARGEST_BYTES = 1_000_000


async def take_page_picture(page: Page) -> PagePicture | None:
    """Return the picture of a page as it is; None if the page or browser gives none in time, or too large a one.

    The page keeps its layout and its scroll position: Chromium paints what is beyond the view as well. The page's
    scripts see events of a resize, to the size that it has.
    """
    try:
        async with asyncio.timeout(TIMEOUT_S):
            session = await page.context.new_cdp_session(page)
            try:
                return await _take(session)
            finally:
                await session.detach()
    except (TimeoutError, Error) as error:
        logger.debug("no picture of a whole page: %s", str(error).partition("\n")[0])
        return None


async def _take(session: CDPSession) -> PagePicture | None:
    size = (await session.send("Page.getLayoutMetrics"))["cssContentSize"]
    width, height = min(int(size["width"]), MAX_WIDTH_PX), min(int(size["height"]), MAX_HEIGHT_PX)
    if width <= 0 or height <= 0:
        return None
    clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": SCALE}
    asked = {"format": "jpeg", "quality": QUALITY, "captureBeyondViewport": True, "clip": clip}
    jpeg = base64.b64decode((await session.send("Page.captureScreenshot", asked))["data"])
    return PagePicture(jpeg, width, height) if len(jpeg) <= LARGEST_BYTES else None

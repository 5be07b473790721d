"""The frames of a page that a person who looks at it sees into: other documents, of its own site or of anybody's.

A frame says nothing about where it is: which element holds it, where that stands, and which document is in it, is the
browser's word. What is in a frame may be another site's, and stays apart from the page's own everywhere.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib.resources import files
from typing import Generic, TypeVar

from playwright.async_api import Error, Frame, Page

from webrun_nb.browsers.failures import first_line

logger = logging.getLogger(__name__)

MAX_FRAMES = 20
MAX_DEPTH = 2
"""Frames in the page, and frames in those."""
_MOST_ASKED = 60
"""Frames of one document that are asked whether they can be seen: advertising keeps dozens that can't."""
_ANSWERS_WITHIN_S = 4.0
"""A frame that hangs, or has not come yet, is left out: the page it is in is there all the same."""
_SHOWN_JS = (files("webrun_nb.browsers") / "js" / "frame.js").read_text(encoding="utf-8")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Inside(Generic[T]):
    """One frame, and what was found in it."""

    frame: Frame
    found: T
    url: str
    """Of its document."""
    around: tuple[str, ...]
    """URLs of the documents that it is in, the page's last."""
    left: float
    """Where it begins in the view, CSS px."""
    top: float


async def look_inside(
    page: Page, look: Callable[[Frame], Awaitable[T]], known: Callable[[str], bool]
) -> list[Inside[T]]:
    """Look into the frames of a page that can be seen, those of the page first.

    Parameters
    ----------
    page : Page
    look : callable
        Asks one frame; may raise Playwright's error, and may take its time.
    known : callable
        Tells of a URL whether what is there may be looked at.
    """
    inside: list[Inside[T]] = []
    level = [(page.main_frame, 0.0, 0.0)]
    for _ in range(MAX_DEPTH):
        asked = [(child, x, y) for frame, x, y in level for child in frame.child_frames[:_MOST_ASKED]]
        asked = [each for each in asked if known(each[0].url)][:_MOST_ASKED]
        if not asked:
            break
        shown = await asyncio.gather(*(_in_time(_spot(child, x, y)) for child, x, y in asked))
        level = [spot for spot in shown if spot is not None][: MAX_FRAMES - len(inside)]
        found = await asyncio.gather(*(_in_time(_ask(spot, look)) for spot in level))
        inside += [each for each in found if each is not None]
        level = [(each.frame, each.left, each.top) for each in found if each is not None]
    return inside


async def _in_time(question: Awaitable[T | None]) -> T | None:
    try:
        async with asyncio.timeout(_ANSWERS_WITHIN_S):
            return await question
    except (Error, TimeoutError) as error:
        logger.debug("a frame is not looked into: %s", first_line(error) if isinstance(error, Error) else "no answer")
        return None


async def _spot(frame: Frame, left: float, top: float) -> tuple[Frame, float, float] | None:
    """Return a frame with where it begins in the view; None where a person does not see it."""
    holder = await frame.frame_element()
    try:
        at = await holder.evaluate(_SHOWN_JS)
    finally:
        with contextlib.suppress(Error):  # it went with its document
            await holder.dispose()
    return None if at is None else (frame, left + float(at[0]), top + float(at[1]))


async def _ask(spot: tuple[Frame, float, float], look: Callable[[Frame], Awaitable[T]]) -> Inside[T] | None:
    frame, left, top = spot
    url, around = frame.url, tuple(each.url for each in ancestors(frame))
    found = await look(frame)
    return Inside(frame, found, url, around, left, top) if frame.url == url else None  # else it went on meanwhile


def ancestors(frame: Frame) -> list[Frame]:
    """Return the frames that a frame is in, the page's own last."""
    above: list[Frame] = []
    parent = frame.parent_frame
    while parent is not None:
        above.append(parent)
        parent = parent.parent_frame
    return above


async def is_sandboxed(frame: Frame) -> bool:
    """Tell whether a frame, or one that it is in, is kept from being of its own site: then nobody knows whose it is."""
    for each in [frame, *ancestors(frame)]:
        if each.parent_frame is None:
            return False
        given = await (await each.frame_element()).evaluate(_SANDBOX_JS)
        if given is not None and "allow-same-origin" not in str(given).lower().split():
            return True
    return False


_SANDBOX_JS = "el => Element.prototype.getAttribute.call(el, 'sandbox')"

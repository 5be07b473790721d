"""The elements of the last observation, kept so that a later action finds the very same ones."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol, TypeVar, cast

from playwright.async_api import ElementHandle, Error, Frame, JSHandle, Page

from webrun_nb.browsers.base import BrowserError, Observation, PageData, SeenFrame
from webrun_nb.browsers.failures import capital
from webrun_nb.browsers.frames import Inside, look_inside
from webrun_nb.browsers.page_scripts import OBSERVE_JS, READ_JS, parse_observation, parse_page_data, with_frames

Refused = Callable[[str], object]
"""Says of a URL why it must not be reached; None where it may."""
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
        self._own: JSHandle | None = None
        """The page itself as it was seen."""
        self._seen: list[tuple[int, JSHandle]] = []
        """The first ref that is in a document, and the document's nodes."""
        self._page: Page | None = None

    async def observe(self, page: Page, refused: Refused) -> Observation:
        """Look at a page, and into its frames that may be reached. Earlier refs mean nothing any more."""
        (own, before), (self._own, self._seen) = (self._own, self._seen), (None, [])
        since = None
        if own is not None:
            with contextlib.suppress(Error):  # it went with its document
                if self._page is page:
                    since = await own.evaluate("seen => seen.later()")
                await own.dispose()
        for _, nodes in before:
            if nodes is not own:
                with contextlib.suppress(Error):
                    await nodes.dispose()
        nodes, text = await _observe(page.main_frame, since)
        seen, handles = parse_observation(text), [nodes]
        if len(page.frames) > 1:
            inside = await look_inside(page, _observe, lambda url: not refused(url))
            handles += [each.found[0] for each in inside]
            seen = with_frames(seen, [(_seen_frame(each), each.left, each.top) for each in inside])
        firsts = {element.frame: element.ref for element in reversed(seen.everything)}
        self._seen = [(firsts[number], handle) for number, handle in enumerate(handles) if number in firsts]
        self._own, self._page = nodes, page
        return seen

    async def element(self, page: Page, ref: int, target: str, patience: _Patience) -> ElementHandle:
        """Return an element of the last observation.

        Raises
        ------
        BrowserError
            `ELEMENT_NOT_FOUND`: it, its document or its page isn't there any more, or another page is in front.
        """
        gone = BrowserError("ELEMENT_NOT_FOUND", f"{capital(target)} is not on the page any more")
        here = [(first, nodes) for first, nodes in self._seen if first <= ref]
        if not here or self._page is not page:
            raise gone
        first, nodes = here[-1]
        try:
            element = (await patience(nodes.evaluate_handle(_NODE_JS, ref - first))).as_element()
        except Error as error:
            raise gone from error
        if element is None:
            raise gone
        return element

    def forget(self) -> None:
        """Let go of what was seen: its page crashed."""
        self._own, self._seen, self._page = None, [], None


def _seen_frame(inside: Inside[tuple[JSHandle, str]]) -> SeenFrame:
    part = parse_observation(inside.found[1])
    return SeenFrame(inside.url, part.title, part.elements, part.text, inside.around)


async def _observe(frame: Frame, since: object = None) -> tuple[JSHandle, str]:
    seen = await frame.evaluate_handle(OBSERVE_JS, since)
    return seen, cast(str, await seen.evaluate("seen => seen.json"))


async def read(page: Page, refused: Refused) -> PageData:
    """Collect what can be extracted from a page, and from its frames but those that must not be reached."""
    data = parse_page_data(await page.evaluate(READ_JS))
    if len(page.frames) == 1:
        return data
    inside = await look_inside(page, lambda frame: frame.evaluate(READ_JS), lambda url: not refused(url))
    return replace(data, frames=tuple(replace(parse_page_data(each.found), url=each.url) for each in inside))

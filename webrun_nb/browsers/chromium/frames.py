"""Observes a page with its frames, and keeps handles to the elements so that a later action finds the same ones."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any, Generic, Protocol, TypeVar, cast

from playwright.async_api import ElementHandle, Error, Frame, JSHandle, Page

from webrun_nb.browsers.chromium.errors import capital, first_line
from webrun_nb.browsers.chromium.page_scripts import (
    OBSERVE_JS,
    SNAPSHOT_JS,
    first_refs,
    parse_observation,
    parse_snapshot,
    with_frames,
)
from webrun_nb.browsers.observation import Observation, SeenFrame
from webrun_nb.browsers.protocol import BrowserError
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.extraction.snapshot import Snapshot

logger = logging.getLogger(__name__)

MAX_FRAMES = 20
MAX_DEPTH = 2
"""Levels of nested frames that are read."""
_MOST_ASKED = 60
"""Frames of one document that are checked for visibility: advertising keeps dozens of invisible ones."""
_MAX_NODES_IN_FRAME = 50_000
"""Nodes of one frame's snapshot."""
_ANSWERS_WITHIN_S = 4.0
"""Time limit for one frame: a frame that hangs or has not loaded is left out of the observation."""
_SHOWN_JS = (files("webrun_nb.browsers.chromium") / "js" / "frame.js").read_text(encoding="utf-8")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FrameTree(Generic[T]):
    """A frame and the data found in it."""

    frame: Frame
    found: T
    url: str
    """URL of its document."""
    around: tuple[str, ...]
    """URLs of the documents that it is in, the page's last."""
    left: float
    """Its left edge in the view, CSS px."""
    top: float


async def observe_frames(
    page: Page, look: Callable[[Frame], Awaitable[T]], known: Callable[[str], bool]
) -> list[FrameTree[T]]:
    """Read the visible frames of a page, level by level.

    Parameters
    ----------
    page : Page
    look : callable
        Asks one frame; may raise Playwright's error, and may take its time.
    known : callable
        Returns whether the content of a URL may be observed.
    """
    inside: list[FrameTree[T]] = []
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
    """Return a frame with its position in the view; None for an invisible one."""
    holder = await frame.frame_element()
    try:
        at = await holder.evaluate(_SHOWN_JS)
    finally:
        with contextlib.suppress(Error):  # its document is gone
            await holder.dispose()
    return None if at is None else (frame, left + float(at[0]), top + float(at[1]))


async def _ask(spot: tuple[Frame, float, float], look: Callable[[Frame], Awaitable[T]]) -> FrameTree[T] | None:
    frame, left, top = spot
    url, around = frame.url, tuple(each.url for each in ancestors(frame))
    found = await look(frame)
    return FrameTree(frame, found, url, around, left, top) if frame.url == url else None  # else it has navigated


def ancestors(frame: Frame) -> list[Frame]:
    """Return the frames that contain a frame, the page's main frame last."""
    above: list[Frame] = []
    parent = frame.parent_frame
    while parent is not None:
        above.append(parent)
        parent = parent.parent_frame
    return above


async def is_sandboxed(frame: Frame) -> bool:
    """Return whether a frame, or one that contains it, is sandboxed into an opaque origin."""
    for each in [frame, *ancestors(frame)]:
        if each.parent_frame is None:
            return False
        given = await (await each.frame_element()).evaluate(_SANDBOX_JS)
        if given is not None and "allow-same-origin" not in str(given).lower().split():
            return True
    return False


_SANDBOX_JS = "el => Element.prototype.getAttribute.call(el, 'sandbox')"

Refused = Callable[[str], object]
"""Returns the reason why a URL must not be reached; None where it may."""
# A node that was moved into another document is not in its frame any more.
_NODE_JS = """
(seen, ref) => {
  const node = seen.nodes[ref];
  return node && node.isConnected && node.ownerDocument === document ? node : null;
}
"""
_AGAIN_JS = f"(before) => ({OBSERVE_JS})(before.later())"


class _WithTimeout(Protocol):
    async def __call__(self, question: Awaitable[T]) -> T: ...


class ElementHandles:
    """The element handles of the last observation, and its page.

    The browser itself holds the nodes: they end with their document, so that a ref never means another element,
    whatever a person or the page did meanwhile.
    """

    def __init__(self) -> None:
        self._own: JSHandle | None = None
        """Result of the script in the page itself."""
        self._seen: list[tuple[int, Frame, JSHandle]] = []
        """For each document, the first ref in it, its frame and its nodes."""
        self._page: Page | None = None

    async def observe(self, page: Page, refused: Refused) -> Observation:
        """Observe a page and its permitted frames. Makes the refs of earlier observations invalid."""
        (own, before), (self._own, self._seen) = (self._own, self._seen), (None, [])
        stale = [nodes for _, _, nodes in before]
        nodes, text = await _observe_again(page.main_frame, own if self._page is page else None, stale)
        seen = parse_observation(text)
        inside: list[FrameTree[tuple[JSHandle, str]]] = []
        if len(page.frames) > 1:
            inside = await observe_frames(page, _observe, lambda url: not refused(url))
        frames = [_seen_frame(each) for each in inside]
        found = [(page.main_frame, nodes), *((each.frame, each.found[0]) for each in inside)]
        self._seen = [(first, *each) for first, each in zip(first_refs([seen, *frames]), found, strict=True)]
        if frames:
            places = [(each.left, each.top) for each in inside]
            seen = with_frames(seen, [(frame, *place) for frame, place in zip(frames, places, strict=True)])
        self._own, self._page = nodes, page
        return seen

    async def element(self, page: Page, ref: int, target: str, with_timeout: _WithTimeout) -> ElementHandle:
        """Return an element of the last observation.

        Raises
        ------
        BrowserError
            `ELEMENT_NOT_FOUND`: it, its document or its page isn't there any more, or another page is in front.
        """
        _, nodes, index = self._node(page, ref, target)
        try:
            element = (await with_timeout(nodes.evaluate_handle(_NODE_JS, index))).as_element()
        except Error as error:
            raise _gone(target) from error
        if element is None:
            raise _gone(target)
        return element

    async def evaluate(
        self, page: Page, ref: int, target: str, script: str, arg: object, with_timeout: _WithTimeout
    ) -> tuple[Frame, Any]:
        """Return the frame of an element of the last observation, and what a script says about it.

        Parameters
        ----------
        page : Page
        ref : int
        target : str
            Names the element in errors.
        script : str
            A function expression of the node and `arg`.
        arg : object
            A JSON value.
        with_timeout : callable

        Raises
        ------
        BrowserError
            As `element`.
        """
        frame, nodes, index = self._node(page, ref, target)
        asked = (
            f"(seen, [ref, arg]) => {{ const node = ({_NODE_JS})(seen, ref); return node && [({script})(node, arg)]; }}"
        )
        try:
            said = await with_timeout(nodes.evaluate(asked, [index, arg]))
        except Error as error:
            raise _gone(target) from error
        if said is None:
            raise _gone(target)
        return frame, said[0]

    def frame(self, page: Page, ref: int, target: str) -> Frame:
        """Return the frame of an element of the last observation.

        Raises
        ------
        BrowserError
            `ELEMENT_NOT_FOUND`: its page isn't there any more, or another page is in front.
        """
        return self._node(page, ref, target)[0]

    def _node(self, page: Page, ref: int, target: str) -> tuple[Frame, JSHandle, int]:
        """Return the frame of a ref, the nodes of its document, and its index in them."""
        here = [each for each in self._seen if each[0] <= ref]
        if not here or self._page is not page:
            raise _gone(target)
        first, frame, nodes = here[-1]
        return frame, nodes, ref - first

    def forget(self) -> None:
        """Drop all handles, because their page crashed."""
        self._own, self._seen, self._page = None, [], None


def _gone(target: str) -> BrowserError:
    return BrowserError(TaskFailureCode.ELEMENT_NOT_FOUND, f"{capital(target)} is not on the page any more")


def _seen_frame(inside: FrameTree[tuple[JSHandle, str]]) -> SeenFrame:
    part = parse_observation(inside.found[1])
    return SeenFrame(
        inside.url, part.title, part.elements, part.text, inside.around, texts=part.texts, groups=part.groups
    )


async def _observe_again(frame: Frame, before: JSHandle | None, stale: Sequence[JSHandle]) -> tuple[JSHandle, str]:
    """Observe a document and drop stale handles; what happened since `before`, an observation of it, is told too."""
    seen = None
    if before is not None:
        with contextlib.suppress(Error):  # its document is gone
            seen = await frame.evaluate_handle(_AGAIN_JS, before)
    if seen is None:
        seen = await frame.evaluate_handle(OBSERVE_JS)
    text, _ = await asyncio.gather(_text_of(seen), asyncio.gather(*map(_dispose, stale)))
    return seen, text


async def _observe(frame: Frame) -> tuple[JSHandle, str]:
    seen = await frame.evaluate_handle(OBSERVE_JS)
    return seen, await _text_of(seen)


async def _text_of(seen: JSHandle) -> str:
    return cast(str, await seen.evaluate("seen => seen.json"))


async def _dispose(handle: JSHandle) -> None:
    with contextlib.suppress(Error):  # its document is gone
        await handle.dispose()


async def take_snapshot(page: Page, refused: Refused, *, is_loose: bool = False, unknown_url: str = "") -> Snapshot:
    """Take the snapshot of a page, and those of its frames except those that must not be reached.

    Parameters
    ----------
    page : Page
    refused : callable
    is_loose : bool, optional
        True for HTML that came without its site, and so without its style sheets.
    unknown_url : str, optional
        The beginning of URLs that mean nothing: that of a page that came without its URL.

    Raises
    ------
    BrowserError
        `ELEMENT_NOT_FOUND`: the page has replaced functions that the script uses.
    """
    arg = {"isLoose": is_loose, "unknownUrl": unknown_url}
    try:
        seen = parse_snapshot(cast(str, await page.evaluate(SNAPSHOT_JS, arg)))
    except ValueError as error:
        why = "The page does not let itself be read: it has replaced functions of the browser"
        raise BrowserError(TaskFailureCode.ELEMENT_NOT_FOUND, why) from error
    if len(page.frames) == 1:
        return seen
    in_frames = {**arg, "nodes": _MAX_NODES_IN_FRAME}
    inside = await observe_frames(
        page, lambda frame: frame.evaluate(SNAPSHOT_JS, in_frames), lambda url: not refused(url)
    )
    return replace(seen, frames=tuple(_snapshots_of_frames(inside)))


def _snapshots_of_frames(inside: list[FrameTree[str]]) -> Iterator[Snapshot]:
    for each in inside:
        try:
            yield replace(parse_snapshot(each.found), url=each.url)
        except ValueError:
            logger.debug("a frame does not let itself be read")

"""Waits until a page has settled after an action.

Waiting for the `load` event makes every page with one slow image slow, and waiting for an idle network never ends on
pages that poll. A page has settled when the main document is parsed, the requests of its scripts since the beginning of
the action are finished, and the DOM has not changed for a moment. All but the document has a short time limit.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from weakref import WeakKeyDictionary

from playwright.async_api import BrowserContext, Error, Frame, JSHandle, Page, Request

from webrun_nb.browsers.protocol import BrowserError
from webrun_nb.common.codes import TaskFailureCode

logger = logging.getLogger(__name__)

SETTLE_MAX_S = 3.0
"""Longest wait for requests and DOM after the document is parsed; long polls and tickers cost this once per action."""
QUIET_MS = 50
"""After an action that has changed the document: what its handlers started needs a moment."""
STILL_MAX_MS = 20
"""After a field was filled and nothing else changed, until the next frame is displayed; hidden pages display none."""
QUIET_NEW_MS = 20
"""After a navigation: the scripts have run by the time that a document is parsed."""
QUIET_MAX_MS = 1_000

_AWAITED_TYPES = frozenset({"xhr", "fetch", "script", "stylesheet"})
"""Resource types that can change the page's content, unlike images, media, fonts, advertisers' frames and beacons."""

_WATCH_JS = """
() => {
  let changed = false;
  const observer = new MutationObserver(() => { changed = true; });
  observer.observe(document, {subtree: true, childList: true, characterData: true, attributes: true});
  return { end: () => { changed ||= observer.takeRecords().length > 0; observer.disconnect(); return changed; } };
}
"""
# Returns true at once for a document that is not parsed yet. A page without scripts can't change by itself after a
# navigation, so it costs no quiet time. Where nothing has changed, the next frame may be all that is waited for.
_QUIET_JS = """
([watched, isNew, isOpening, quietMs, maxMs, stillMaxMs]) => {
  const parsed = document.readyState === "complete" ||
    performance.getEntriesByType("navigation")[0]?.domContentLoadedEventStart > 0;
  if (isOpening && !parsed) return true;
  const runs = s => !s.type || s.type === "module" || /(java|ecma)script/i.test(s.type);
  if (isNew && !document.querySelector("meta[http-equiv=refresh i]")
      && !Array.from(document.scripts).some(runs)) return false;
  const still = !!watched && !watched.end() && stillMaxMs !== null;
  return new Promise(resolve => {
    let changed = false;
    const done = () => { observer.disconnect(); clearTimeout(timer); clearTimeout(cap); resolve(false); };
    const observer = new MutationObserver(() => {
      changed = true;
      clearTimeout(timer);
      timer = setTimeout(done, quietMs);
    });
    let timer = setTimeout(done, still ? stillMaxMs : quietMs);
    if (still) requestAnimationFrame(() => setTimeout(() => { if (!changed) done(); }));
    const cap = setTimeout(done, maxMs);
    observer.observe(document, {subtree: true, childList: true, characterData: true});
  });
}
"""


class ChangeWatch:
    """Notes whether a page's document changes, from before an action on.

    The script that notes it is sent to the page by `start` and not waited for: the page gets it before the action.

    Parameters
    ----------
    page : Page
    fills : bool
        The action fills a field: where nothing else changes, `quiet` waits for the next frame only.
    """

    def __init__(self, page: Page, *, fills: bool) -> None:
        self.page = page
        self._still_max_ms = STILL_MAX_MS if fills else None
        self._sent = asyncio.create_task(self._start(), name="watch changes")

    @classmethod
    async def start(cls, page: Page, *, fills: bool) -> ChangeWatch:
        """Have a page's changes noted from now on."""
        watch = cls(page, fills=fills)
        await asyncio.sleep(0)  # until it is sent
        return watch

    async def _start(self) -> JSHandle | None:
        with contextlib.suppress(Error):  # it is going to another document
            return await self.page.evaluate_handle(_WATCH_JS)
        return None

    async def quiet(self) -> bool:
        """Wait until the document has not changed for a moment.

        Returns
        -------
        bool
            False where another document has taken its place.
        """
        noted = await asyncio.shield(self._sent)
        if noted is None:
            return False
        try:
            await self.page.evaluate(_QUIET_JS, [noted, False, False, QUIET_MS, QUIET_MAX_MS, self._still_max_ms])
        except Error:
            return False
        return True

    def stop(self) -> None:
        """Drop the watch; its script ends with the document."""
        self._sent.cancel()


class NetworkActivity:
    """The network activity of a context: its pending requests, and the outcome of its last navigation.

    Parameters
    ----------
    context : BrowserContext
    requested : callable
        Called with the URL of every request, redirects included.
    """

    def __init__(self, context: BrowserContext, requested: Callable[[str], None]) -> None:
        self._requested = requested
        self._pending: dict[Request, int] = {}
        self._started = 0
        self.events = 0
        """Requests that began, ended or failed so far."""
        self._changed = asyncio.Event()
        self._failed: Request | None = None
        self._late: set[Request] = set()
        self._documents: WeakKeyDictionary[Page, Request] = WeakKeyDictionary()
        self.action_frame: Frame | None = None
        """The frame of the current action, whose documents are waited for as well."""
        context.on("request", self._on_request)
        context.on("requestfinished", self._on_finished)
        context.on("requestfailed", self._on_failed)

    def begin(self) -> int:
        """Mark the start of an action; requests from before it aren't waited for."""
        self._failed = self.action_frame = None
        return self._started

    def failure(self, page: Page) -> str | None:
        """Return Chromium's error code of the page's last main document; None where it loaded."""
        failed = self._failed
        return failed.failure if failed is not None and _main_page(failed) in (page, None) else None

    def document(self, page: Page) -> Request | None:
        """Return the request of the page's last main document, after its redirects; None where it had none."""
        return self._documents.get(page)

    def navigating(self, page: Page, since: int) -> bool:
        """Return whether a new main document of this page is being loaded."""
        return any(number > since and _main_page(each) in (page, None) for each, number in self._navigations())

    def busy(self, since: int) -> bool:
        """Return whether a request is pending that may change the page."""
        return any(number > since and self._is_awaited(each) for each, number in self._pending.items())

    def _is_awaited(self, request: Request) -> bool:
        if request.resource_type in _AWAITED_TYPES:
            return True
        within = self.action_frame
        return within is not None and request.is_navigation_request() and _frame(request) == within

    async def wait_for_frames(self, page: Page, within_s: float) -> None:
        """Wait until the documents of the page's frames have loaded; a late one is waited for only once."""
        try:
            async with asyncio.timeout(within_s):
                while self._frames_under_way(page):
                    await self.wait_for_change()
        except TimeoutError:
            self._late.update(self._frames_under_way(page))
            logger.debug("frames of %s are late; not waiting for them any longer", page.url)

    def _frames_under_way(self, page: Page) -> list[Request]:
        under_way = [each for each in self._pending if each.is_navigation_request() and each not in self._late]
        frames = [(each, _frame(each)) for each in under_way]
        return [each for each, frame in frames if frame is not None and frame.parent_frame and frame.page is page]

    def committed(self, frame: Frame) -> None:
        """Record that a frame has committed its new document (which may still be loading)."""
        for request, _ in self._navigations():
            if request.frame == frame:
                self._drop(request)

    def notify(self) -> None:
        """Wake every waiter of `wait_for_change`."""
        self._changed.set()

    async def wait_for_change(self) -> None:
        """Wait until something starts, ends or commits."""
        self._changed.clear()
        await self._changed.wait()

    def _navigations(self) -> list[tuple[Request, int]]:
        return [(each, number) for each, number in self._pending.items() if _is_main_document(each)]

    def _on_request(self, request: Request) -> None:
        self.events += 1
        self._started += 1
        self._pending[request] = self._started
        if request.redirected_from is not None:
            self._pending.pop(request.redirected_from, None)
        if _is_main_document(request):
            self._failed = None
            if (page := _main_page(request)) is not None:
                self._documents[page] = request
        self._changed.set()
        self._requested(request.url)

    def _on_finished(self, request: Request) -> None:
        self.events += 1
        self._drop(request)

    def _on_failed(self, request: Request) -> None:
        if _is_main_document(request):
            self._failed = request
        self.events += 1
        self._drop(request)

    def _drop(self, request: Request) -> None:
        self._pending.pop(request, None)
        self._late.discard(request)
        self._changed.set()


async def settle(
    page: Callable[[], Page], activity: NetworkActivity, since: int, deadline: float, watch: ChangeWatch | None
) -> None:
    """Wait until the current page has settled.

    Parameters
    ----------
    page : callable
        Returns the current page, which may become another one meanwhile (a popup opened, a tab closed itself);
        raises where there is none any more.
    since : int
        The result of `activity.begin()` before the action.
    deadline : float
        Event loop time, s, at which a main document that isn't there yet is given up.
    watch : ChangeWatch, optional
        The watch of the document that was acted on; None for an action that opens a document.

    Raises
    ------
    BrowserError
        `NAVIGATION_TIMEOUT`: the action led to a document that did not come in time.
    """
    loop = asyncio.get_running_loop()
    bound: float | None = None
    answered = parsed = False
    while True:
        await _committed(page, activity, since, deadline)
        if bound is None:
            bound = min(loop.time() + SETTLE_MAX_S, deadline)
        try:
            loading = False
            async with asyncio.timeout_at(bound):
                current = page()
                if answered:  # what came is about to be shown
                    await _quiet(current, is_new=False)
                elif watch is None or watch.page is not current or not await watch.quiet():
                    loading = await _quiet(current, is_new=True, is_opening=not parsed)
                if activity.action_frame is not None:
                    with contextlib.suppress(Error):  # it is going to another document, or is gone
                        await _quiet(activity.action_frame, is_new=False)
                if not loading and current is page() and not activity.navigating(current, since):
                    if not activity.busy(since):
                        return
                    await activity.wait_for_change()
                    answered = True
        except TimeoutError:
            logger.debug("%s goes on changing; not waiting for it any longer", page().url)
        except Error:
            # The document went away under the script: look at what took its place.
            logger.debug("another document took the place of one that was settling")
        if loading:
            await _parsed(page, deadline)
            bound, parsed = None, True
            continue
        if loop.time() >= bound and not activity.navigating(page(), since):
            return


async def _quiet(document: Page | Frame, *, is_new: bool, is_opening: bool = False) -> bool:
    """Wait until a document has not changed for a moment; a new one without scripts is quiet.

    Returns
    -------
    bool
        True at once for an opening document that is not parsed yet.
    """
    quiet_ms = QUIET_NEW_MS if is_new else QUIET_MS
    return bool(await document.evaluate(_QUIET_JS, [None, is_new, is_opening, quiet_ms, QUIET_MAX_MS, None]))


async def _committed(page: Callable[[], Page], activity: NetworkActivity, since: int, deadline: float) -> None:
    """Wait until the page's main document is there."""
    try:
        async with asyncio.timeout_at(deadline):
            while activity.navigating(page(), since):
                await activity.wait_for_change()
    except TimeoutError as error:
        raise _late() from error


async def _parsed(page: Callable[[], Page], deadline: float) -> None:
    """Wait until the page's main document is parsed."""
    try:
        async with asyncio.timeout_at(deadline):
            await page().wait_for_load_state("domcontentloaded", timeout=0)
    except TimeoutError as error:
        raise _late() from error


def _late() -> BrowserError:
    return BrowserError(TaskFailureCode.NAVIGATION_TIMEOUT, "The page did not load in time")


def _is_main_document(request: Request) -> bool:
    if not request.is_navigation_request():
        return False
    try:
        return request.frame.parent_frame is None
    except Error:
        return True  # the first document of a popup that isn't known as a page yet


def _frame(request: Request) -> Frame | None:
    try:
        return request.frame
    except Error:
        return None  # the first document of a popup


def _main_page(request: Request) -> Page | None:
    try:
        return request.frame.page
    except Error:
        return None

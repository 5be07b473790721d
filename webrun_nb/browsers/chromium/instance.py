"""The browser instance of one session over Playwright: a context, its pages, and the actions on the current one."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, cast

from playwright.async_api import BrowserContext, ElementHandle, Error, Frame, Page
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from webrun_nb.browsers.actions import (
    Action,
    Click,
    Drag,
    ElementTarget,
    FocusTarget,
    GoBack,
    Input,
    Navigate,
    Select,
    SwitchTab,
    Type,
    TypeReleased,
    WaitFor,
)
from webrun_nb.browsers.chromium.dialogs import Dialogs
from webrun_nb.browsers.chromium.downloads import Downloads
from webrun_nb.browsers.chromium.errors import (
    blocked,
    capital,
    first_line,
    is_harmless,
    is_web,
    lost,
    raise_unless_redirected,
    unreachable,
)
from webrun_nb.browsers.chromium.frames import ElementHandles, take_snapshot
from webrun_nb.browsers.chromium.hit_test import hit_test, scroll_into_view_and_locate
from webrun_nb.browsers.chromium.input import (
    close_page,
    dispatch_input,
    go_back,
    leave,
    perform_on_element,
    perform_on_page,
)
from webrun_nb.browsers.chromium.navigation import NavigationGuard, scheme_refusal
from webrun_nb.browsers.chromium.page_picture import take_page_picture
from webrun_nb.browsers.chromium.screencast import Screencast, Thumbnails
from webrun_nb.browsers.chromium.secret_input import SecretInput
from webrun_nb.browsers.chromium.settle import ChangeWatch, NetworkActivity, settle
from webrun_nb.browsers.chromium.tabs import Tabs
from webrun_nb.browsers.chromium.traffic import TrafficControl
from webrun_nb.browsers.chromium.user_agent import UserAgentOverride
from webrun_nb.browsers.egress.destinations import RefusedError
from webrun_nb.browsers.egress.listener import Listener
from webrun_nb.browsers.observation import Box, DialogAnswer, HitTest, NativeDialog, Observation
from webrun_nb.browsers.processes.lifeline import CutError, Lifeline
from webrun_nb.browsers.protocol import (
    NAVIGATION_TIMEOUT_MS,
    BrowserError,
    Checkpoint,
    InstanceKind,
    InstanceListener,
    PagePicture,
)
from webrun_nb.browsers.traffic import Traffic
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.extraction.snapshot import Snapshot

logger = logging.getLogger(__name__)

ELEMENT_TIMEOUT_MS = 5_000
"""Time limit for an element to become visible, still, enabled and uncovered."""
FRAMES_TIMEOUT_S = 3.0
"""Time limit for the documents of frames; after it, a page is observed without them."""
SNAPSHOT_TIMEOUT_S = 60.0
"""Time limit for a snapshot: one of 200,000 nodes takes a busy machine longer than other answers of a page."""
LOSS_GRACE_S = 0.3
"""Time after a page's crash in which the loss of the whole browser would be reported: a browser's pages die first."""


class ChromiumInstance:
    """A `BrowserInstance` over one Playwright context; the page of it that was opened or shown last is the current one.

    Parameters
    ----------
    kind : InstanceKind
    context : BrowserContext
        The instance's own context.
    page : Page
        The empty page to begin with.
    egress : Listener
        The proxy that all traffic of the context goes through.
    guard : NavigationGuard
        Guards the context's navigations; it watches `page` already.
    listener : InstanceListener
    send_signal : callable
        Sends a signal to all processes of its browser.
    end : callable
        Ends the context, and the browser where that is the instance's own.
    """

    def __init__(
        self,
        kind: InstanceKind,
        context: BrowserContext,
        page: Page,
        egress: Listener,
        guard: NavigationGuard,
        listener: InstanceListener,
        send_signal: Callable[[int], None],
        end: Callable[[], Awaitable[None]],
    ) -> None:
        self._kind = kind
        self._context = context
        self._listener = listener
        self._send_signal = send_signal
        self._end = end
        self._lifeline = Lifeline()
        self._handles = ElementHandles()
        self._secret_input = SecretInput()
        self._performing = 0
        self._stirred = (0, 0, 0, 0)
        """At the last observation: requests that began or ended, downloads that began, open tabs, the current one."""
        self._input_lock = asyncio.Lock()
        self._refused: str | None = None
        self._elsewhere = ""
        self._activity = NetworkActivity(context, listener.requested)
        self._traffic = TrafficControl(context)
        self._downloads = Downloads(context, listener, self._traffic)
        self._egress = egress
        self._guard = guard
        guard.refused = self._on_refused
        egress.redirect_refusal = self._redirect_refusal
        self.screen = Screencast(context, self._secret_input.restore)
        self._user_agent = UserAgentOverride(context)
        self._thumbnails = Thumbnails(context, self._secret_input.restore, self._lifeline)
        self._tabs = Tabs(context, self._lifeline, self._activity, self.screen, self._on_page)
        self._dialogs = Dialogs(self._tabs.run_in_background)
        self._tabs.add(page)

    @property
    def kind(self) -> InstanceKind:
        """`process`: a browser of its own. `context`: one context in a shared browser."""
        return self._kind

    @property
    def events(self) -> int:
        """Number of requests of its pages that began or ended so far."""
        return self._activity.events

    @property
    def url(self) -> str:
        """URL of the current page; `about:blank` where there is none."""
        page = self._tabs.page
        return page.url if page else "about:blank"

    async def observe(self) -> Observation:
        """List the elements that can be acted on. Makes the refs of earlier observations invalid."""
        async with self._operation():
            await self._activity.wait_for_frames(self._tabs.current(), FRAMES_TIMEOUT_S)
            stirred = (self._activity.events, self._downloads.count, len(self._tabs), self._tabs.number)
            seen = await self._tabs.evaluate(lambda page: self._handles.observe(page, self._egress.known_refusal))
            untouched, self._stirred = seen.untouched and stirred == self._stirred, stirred
            return replace(
                seen,
                untouched=untouched,
                downloads=self._downloads.count,
                tab_urls=self._tabs.urls,
                tab=self._tabs.number,
            )

    async def snapshot(self) -> Snapshot:
        """Take the snapshot of the page and its frames that the extraction engine reads."""
        async with self._operation():
            await self._activity.wait_for_frames(self._tabs.current(), FRAMES_TIMEOUT_S)
            await self._tabs.with_timeout(self._secret_input.restore())  # fields with secrets show no value
            return await self._tabs.evaluate(
                lambda page: take_snapshot(page, self._egress.known_refusal), SNAPSHOT_TIMEOUT_S
            )

    async def hit_test(self, action: Action) -> HitTest:
        """Return the element that an action would hit, without performing it."""
        async with self._operation():
            try:
                return await hit_test(self._tabs.current(), self._handles, action, self._tabs.with_timeout)
            except Error:  # another document came meanwhile
                await self._tabs.with_timeout(self._tabs.current().wait_for_load_state("domcontentloaded", timeout=0))
            try:
                return await hit_test(self._tabs.current(), self._handles, action, self._tabs.with_timeout)
            except Error as error:
                why = f"The page does not let itself be looked at: {first_line(error)}"
                raise BrowserError(TaskFailureCode.ELEMENT_NOT_FOUND, why) from error

    async def scroll_into_view_and_locate(self, action: Action) -> Box | None:
        """Scroll the element that an action would hit into view, and return its box; None where there is none."""
        try:
            async with self._operation():
                return await scroll_into_view_and_locate(
                    self._tabs.current(), self._handles, action, self._tabs.with_timeout
                )
        except BrowserError as error:
            logger.debug("what is asked about can't be shown: %s", error.message)
            return None

    async def perform(
        self, action: Action, *, timeout_ms: int = NAVIGATION_TIMEOUT_MS, dialog_answer: DialogAnswer | None = None
    ) -> None:
        """Perform an action, and wait until the page has settled; an `Input` is not waited for.

        Raises
        ------
        BrowserError
            With the contract's task failure code.
        """
        if isinstance(action, Input):
            await self._dispatch_input(action)
            return
        async with self._operation(), self._during_action():
            self._refused, self._elsewhere = None, ""
            refusals = self._egress.refusals
            deadline = asyncio.get_running_loop().time() + timeout_ms / 1000
            since = self._activity.begin()
            await self._guard.watch(self._tabs.current())
            self._downloads.expect()
            url = self.url
            with self._dialogs.answering(dialog_answer):
                watch = await self._watch_changes(action)
                try:
                    await self._do(action, since, timeout_ms)
                    if not isinstance(action, WaitFor):
                        await settle(self._tabs.current, self._activity, since, deadline, watch)
                finally:
                    if watch is not None:
                        watch.stop()
            await self._check_destination(refusals)
            if isinstance(action, Click) and action.downloads and self.url == url:
                await self._check_download(action.target, refusals)

    async def confine(self, hosts: frozenset[str] | None) -> None:
        """Let only documents of some hosts and their subdomains take the place of a page; None lifts it."""
        if hosts != self._guard.hosts:
            async with self._operation():
                await self._tabs.with_timeout(self._guard.confine(hosts))

    def take_dialogs(self) -> tuple[NativeDialog, ...]:
        """Return the native dialogs that pages have opened since the last call, in order."""
        return self._dialogs.take()

    async def _dispatch_input(self, action: Input) -> None:
        """Dispatch a person's input in order; the next one does not wait until the page has settled."""
        async with self._input_lock, self._operation():
            page = self._tabs.current()
            with self._acting(page, "the page", self._activity.begin()):
                await dispatch_input(page, action, self._tabs.with_timeout)

    async def _check_download(self, target: str, refusals: int) -> None:
        """Check that a click which left its page open has begun a download."""
        if await self._downloads.begun():
            return
        if self._egress.refusals > refusals:
            raise blocked(self._egress.refusal)
        raise BrowserError(TaskFailureCode.NAVIGATION_TIMEOUT, f'"{target}" was clicked, and no download began')

    async def restrict(self, avoid_domains: Sequence[str]) -> None:
        """Refuse every request (sub-resources too) to these hosts and their subdomains; an empty list lifts it."""
        async with self._operation():
            self._egress.egress_route.destinations.avoid(avoid_domains)
            await self._guard.apply_url_rules()

    async def set_user_agent(self, user_agent: str | None) -> None:
        """Send and report this `User-Agent` from now on, in all pages; None: the browser's own."""
        async with self._operation():
            await self._tabs.with_timeout(self._user_agent.set(user_agent))

    async def set_traffic(self, traffic: Traffic | None) -> None:
        """Keep the traffic of all pages from now on, or play it in place of the network; None: neither."""
        async with self._operation():
            self._egress.is_offline = traffic is not None and traffic.is_played
            await self._tabs.with_timeout(self._traffic.set(traffic))

    async def retry_after(self, url: str, status: int) -> str | None:
        """Return the header `Retry-After` of the current page; None where it came without one, or is another by now."""
        page = self._tabs.page
        document = None if page is None or page.url != url else self._activity.document(page)
        if document is None:
            return None
        try:
            async with self._operation():
                answer = await self._tabs.with_timeout(document.response())
        except BrowserError as error:
            logger.debug("the headers of the page are not known: %s", error.message)
            return None
        return answer.headers.get("retry-after") if answer is not None and answer.status == status else None

    async def screenshot(self) -> bytes:
        """PNG of the 1024×600 view."""
        async with self._operation():
            await self._tabs.with_timeout(self._secret_input.restore())
            return await self._tabs.with_timeout(self._tabs.current().screenshot(type="png", timeout=0))

    async def thumbnail(self) -> bytes | None:
        """Small JPEG of the view; None where the page gives none in time. A page that hangs is left as it is."""
        page = self._tabs.page
        return await self._thumbnails.take(page) if page and not self._tabs.crashed else None

    async def page_picture(self) -> PagePicture | None:
        """Picture of the whole page; None where the page gives none in time. A page that hangs is left as it is."""
        page = self._tabs.page
        if page is None or self._tabs.crashed:
            return None
        try:
            async with self._operation():
                await self._tabs.with_timeout(self._secret_input.restore())
                return await take_page_picture(page)
        except BrowserError:  # the next step will say what is wrong
            return None

    async def downloads_finished(self, within_s: float) -> None:
        """Wait until the downloads in progress have finished, or the time is up."""
        await self._downloads.finished(within_s)

    async def checkpoint(self) -> Checkpoint:
        """Cookies, local storage, IndexedDB and the open URL."""
        async with self._operation():
            try:
                state = await self._tabs.with_timeout(self._context.storage_state(indexed_db=True))
            except Error:  # a page may store what can't be copied, such as keys that can't be exported
                state = await self._tabs.with_timeout(self._context.storage_state())
            return Checkpoint(cast("dict[str, Any]", state), self.url)

    async def reopen(self, url: str) -> None:
        """Open the URL of a checkpoint; a failure is logged and raises nothing."""
        if not is_web(url):
            return
        try:
            await self.perform(Navigate(url))
        except BrowserError as error:
            if error.code == TaskFailureCode.INSTANCE_LOST:
                raise
            logger.warning("a restored session could not reopen its page: %s", error.message)

    async def close(self) -> None:
        """Close the instance. Safe to call twice, and on a dead browser."""
        self.release()
        self._tabs.stop()
        self._downloads.stop()
        self._guard.close()
        await self._end()
        await self.screen.stopped()

    async def kill(self) -> None:
        """SIGKILL its browser (the shared one, with all that is in it, for a `context`)."""
        self._signal(signal.SIGKILL)

    async def hang(self) -> None:
        """SIGSTOP its browser (the shared one, with all that is in it, for a `context`)."""
        self._signal(signal.SIGSTOP)

    async def unhang(self) -> None:
        """SIGCONT its browser; does nothing to one that runs."""
        self._signal(signal.SIGCONT)

    def release(self) -> None:
        """Mark the instance as closing: the loss of its browser is not reported any more."""
        self._lifeline.cut()
        self.screen.stop()
        self._activity.notify()

    def report_lost(self, reason: str) -> None:
        """Report to the listener that the browser is gone; once, and not after `close`."""
        if self._is_gone:
            return
        self.release()
        self._listener.lost(reason)

    @property
    def _is_gone(self) -> bool:
        return self._lifeline.is_cut

    def _signal(self, number: int) -> None:
        if self._is_gone:
            raise lost()
        self._send_signal(number)

    # --- what happens to the pages ----------------------------------------------------------------------------------

    def _on_page(self, page: Page) -> None:
        self._downloads.watch(page)
        self._dialogs.watch(page)
        self._tabs.run_in_background(self._guard.watch(page))
        self._tabs.run_in_background(self._user_agent.cover(page))
        page.on("framenavigated", self._on_navigated)

    def _on_navigated(self, frame: Frame) -> None:
        self._activity.committed(frame)
        # Navigations of an action are checked at its end. Those of the page or of manual input are undone at once.
        if not self._performing and frame.parent_frame is None and self._refusal_reason(frame.url):
            logger.warning("a page led to what must not be reached and is left")
            self._tabs.run_in_background(leave(frame.page))

    def _on_refused(self, why: str, url: str = "") -> None:
        self._refused, self._elsewhere = why, url

    def _redirect_refusal(self, url: str) -> str | None:
        """Return why a typed secret must not be redirected to a URL, for the caller to block it; None where it may."""
        why = self._secret_input.redirect_refusal(url)
        if why is not None:
            self._on_refused(why)
        return why

    def _refusal_reason(self, url: str) -> str | None:
        """Return why the page must not stay at a URL; None where it may."""
        return scheme_refusal(url) or self._egress.known_refusal(url)

    @contextlib.asynccontextmanager
    async def _operation(self) -> AsyncIterator[None]:
        """Run an operation until the browser is lost, and raise its errors with the contract's codes."""
        try:
            async with self._lifeline.held(), self._translated_errors():
                yield
        except CutError as error:
            raise lost() from error

    @contextlib.asynccontextmanager
    async def _translated_errors(self) -> AsyncIterator[None]:
        try:
            if not self._tabs:
                await self._tabs.open()
            self._tabs.current()
            yield
        except (BrowserError, Error) as error:
            if self._is_gone:
                raise lost() from error
            if self._tabs.crashed or (isinstance(error, BrowserError) and error.code == TaskFailureCode.PAGE_CRASH):
                await asyncio.sleep(LOSS_GRACE_S)  # cut short by the loss of the browser
            if self._tabs.crashed:
                self._handles.forget()
                raise BrowserError(TaskFailureCode.PAGE_CRASH, await self._tabs.replace_crashed()) from error
            if isinstance(error, BrowserError):
                raise
            # The remaining case: the browser or the driver ended before any event reported it.
            raise BrowserError(
                TaskFailureCode.INSTANCE_LOST, f"The browser does not answer: {first_line(error)}"
            ) from error

    @contextlib.asynccontextmanager
    async def _during_action(self) -> AsyncIterator[None]:
        self._performing += 1
        try:
            yield
        finally:
            self._performing -= 1

    async def _watch_changes(self, action: Action) -> ChangeWatch | None:
        """Watch the page's changes from before an action on; None for an action that opens a document, or waits."""
        match action:
            case Navigate() | GoBack() | SwitchTab() | WaitFor():
                return None
            case Type(submit=False, by_keys=False) | Select():
                return await ChangeWatch.start(self._tabs.current(), fills=True)
            case _:
                return await ChangeWatch.start(self._tabs.current(), fills=False)

    # --- acting -----------------------------------------------------------------------------------------------------

    async def _do(self, action: Action, since: int, timeout_ms: int) -> None:
        page = self._tabs.current()
        aimed_at = action.aimed_at
        if isinstance(action, Navigate):
            await self._navigate(page, action.url, timeout_ms)
        elif isinstance(action, GoBack):
            await go_back(self._context, page, timeout_ms, opened_by_another=len(self._tabs) > 1)
        elif isinstance(action, SwitchTab):
            await self._tabs.show(action.number)
        elif isinstance(aimed_at, ElementTarget):
            await self._do_to_element(page, action, aimed_at, since, timeout_ms)
        elif isinstance(aimed_at, FocusTarget):
            with self._acting(page, f"key {action.pressed_key}", since):
                await perform_on_page(page, action, self._tabs.with_timeout)
        else:
            await perform_on_page(page, action, self._tabs.with_timeout)

    async def _do_to_element(
        self, page: Page, action: Action, aimed_at: ElementTarget, since: int, timeout_ms: int
    ) -> None:
        target = aimed_at.name or "the element"
        element = await self._handles.element(page, aimed_at.ref, target, self._tabs.with_timeout)
        patience_ms = min(timeout_ms, ELEMENT_TIMEOUT_MS)
        with self._acting(page, target, since):
            frame = self._handles.frame(page, aimed_at.ref, target)
            self._check_frame(frame)
            if isinstance(action, TypeReleased):
                await self._tabs.with_timeout(self._guard.guard_redirects(self._redirect_refusal, frame))
                await self._tabs.with_timeout(self._secret_input.type(page, element, action, patience_ms))
            else:
                other = await self._second_element(page, action)
                await self._tabs.with_timeout(perform_on_element(page, element, action, target, patience_ms, other))

    async def _second_element(self, page: Page, action: Action) -> ElementHandle | None:
        if not isinstance(action, Drag) or action.onto is None:
            return None
        return await self._handles.element(page, action.onto, action.onto_target, self._tabs.with_timeout)

    def _check_frame(self, frame: Frame) -> None:
        """Check that an element's frame may still be reached: rules can have changed since it loaded."""
        if frame.parent_frame is None:
            return
        if why := self._egress.known_refusal(frame.url):
            raise blocked(why)
        self._activity.action_frame = frame

    async def _navigate(self, page: Page, url: str, timeout_ms: int) -> None:
        if not is_web(url):
            raise BrowserError(
                TaskFailureCode.NAVIGATION_FAILED, f"Only http and https addresses can be opened, not {url[:200]}"
            )
        try:
            if not self._traffic.is_played:  # what is played reaches no host, and needs no name of one
                await self._egress.check(url)
        except RefusedError as error:
            raise blocked(str(error)) from error
        try:
            await page.goto(url, wait_until="domcontentloaded", timeout=timeout_ms)
        except PlaywrightTimeoutError as error:
            message = f"{url} did not load within {timeout_ms / 1000:g} s"
            raise BrowserError(TaskFailureCode.NAVIGATION_TIMEOUT, message) from error
        except Error as error:
            if self._refused is None and not self._tabs.crashed and not self._is_gone:
                self._traffic.check_missing()
                raise_unless_redirected(url, first_line(error), self._egress.failure(url))

    @contextlib.contextmanager
    def _acting(self, page: Page, target: str, since: int) -> Iterator[None]:
        """Translate the errors of an action on an element, without Playwright's message: it contains what was typed."""
        try:
            yield
        except PlaywrightTimeoutError as error:
            # A click waits for the navigation it starts. A slow one outlasts the click's timeout; `settle` waits.
            if not self._activity.navigating(page, since):
                why = "can't be used: it is hidden, disabled or covered by something else"
                raise BrowserError(TaskFailureCode.ELEMENT_NOT_FOUND, f"{capital(target)} {why}") from error
        except Error as error:
            if page.is_closed() and not self._is_gone:
                return  # it closed its own tab, as some buttons do
            why = "does not take this, or went away meanwhile"
            raise BrowserError(TaskFailureCode.ELEMENT_NOT_FOUND, f"{capital(target)} {why}") from error

    async def _check_destination(self, refusals: int) -> None:
        if self._refused:
            raise blocked(self._refused, self._elsewhere)
        if not self._tabs:
            return
        failure = self._activity.failure(self._tabs.current())
        url = self.url
        elsewhere = self._guard.elsewhere(url)
        why = elsewhere or self._refusal_reason(url)
        if failure and not why and self._egress.refusals > refusals:
            why = self._egress.refusal
        if why:  # the first document of a popup is asked for before anything here can decide on it
            page = self._tabs.current()
            await self._tabs.with_timeout(close_page(page) if len(self._tabs) > 1 else leave(page))
            raise blocked(why, url if elsewhere else "")
        if failure and not is_harmless(failure):
            self._traffic.check_missing()
            raise unreachable("The page", failure, self._egress.failure(self.url))

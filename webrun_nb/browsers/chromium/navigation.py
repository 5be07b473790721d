"""Allows or blocks the documents of a context before they are requested: a blocked one leaves the page as it is.

The session's proxy (`egress`) refuses forbidden destinations for all traffic. But a browser whose document was refused
replaces the open page by an error page, and of https the proxy sees no path. So the documents of each page (and their
redirects, nothing else: routing every request would cost far more) pause here first. The browser also gets the password
of its proxy here, the first time that the proxy asks for it; it remembers it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, CDPSession, Error, Frame, Page, Route

from webrun_nb.browsers.chromium.errors import is_not_ready_error
from webrun_nb.browsers.egress.destinations import RefusedError
from webrun_nb.browsers.egress.listener import USERNAME, Listener
from webrun_nb.browsers.egress.proxy import PROXY_LOGIN_URL
from webrun_nb.common.hosts import host_of, within

_DOCUMENTS = {"urlPattern": "*", "resourceType": "Document", "requestStage": "Request"}
_SENT_BY_SCRIPTS = [{**_DOCUMENTS, "resourceType": kind} for kind in ("XHR", "Fetch", "Ping")]
_WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})
_NOTHING = {"responseCode": 200, "responseHeaders": [{"name": "content-type", "value": "text/html"}]}
_LOOK_AGAIN_S = 0.01
_MOST_SENT = 5_000
_REFUSED_SCHEMES = frozenset(
    {"file", "view-source", "chrome", "devtools", "chrome-extension", "data", "javascript", "ftp"}
)
"""Schemes that no page may be at. `about` is allowed as it is empty, `blob` as it consists of the page's own data."""


def scheme_refusal(url: str) -> str | None:
    """Return why a page must not be at a URL because of its scheme; None where it may."""
    scheme = urlsplit(url).scheme
    return f"{scheme}: addresses are not opened" if scheme in _REFUSED_SCHEMES else None


class NavigationGuard:
    """Allows or blocks the navigations of one context.

    Parameters
    ----------
    context : BrowserContext
    egress : Listener
        The context's proxy.
    """

    def __init__(self, context: BrowserContext, egress: Listener) -> None:
        self._context = context
        self._egress = egress
        self._watching: dict[Page, asyncio.Task[None]] = {}
        self._sessions: dict[Page, CDPSession] = {}
        self._frames: dict[Frame, CDPSession] = {}
        self._deciding: set[asyncio.Task[None]] = set()
        self._routed = False
        self._logged_in_to_proxy = False
        self._blank = False
        self._sent: dict[tuple[CDPSession, str | None], None] = {}
        """Requests with a body, the newest at the end: a request that pauses again under its number was redirected."""
        self._redirect_refusal: Callable[[str], str | None] | None = None
        self.hosts: frozenset[str] | None = None
        """The hosts whose documents may take the place of a page, with their subdomains; None for all."""
        self.refused: Callable[[str, str], None] = lambda why, url: None
        """Called with the reason when a document was blocked that would have taken the place of a page, and with its
        URL where that is of another host than `hosts`."""

    async def watch(self, page: Page) -> None:
        """Guard a page's navigations from now on; returns once that is in effect."""
        watching = self._watching.get(page)
        if watching is None:
            watching = asyncio.create_task(self._watch(page), name="watch documents")
            self._watching[page] = watching
            page.on("close", self._forget)
        await asyncio.shield(watching)

    @contextlib.asynccontextmanager
    async def serving_blank_pages(self, page: Page) -> AsyncIterator[None]:
        """Answer every request with an empty document during the block, and clear the page's history after it."""
        self._blank = True
        try:
            yield
            await _forget_history(self._sessions[page])
        finally:
            self._blank = False

    async def confine(self, hosts: frozenset[str] | None) -> None:
        """Let only documents of some hosts and their subdomains take the place of a page; None lifts it."""
        self.hosts = hosts
        await self.apply_url_rules()

    async def apply_url_rules(self) -> None:
        """Route every request while there are rules on URLs, as it is slow.

        Only then are the documents of cross-site frames seen, and the first one of a tab before it is asked for.
        """
        wanted = self._egress.egress_route.destinations.url_rule is not None or self.hosts is not None
        if wanted and not self._routed:
            await self._log_in_to_proxy()
            await self._context.route("**/*", self._decide_route)
        elif self._routed and not wanted:
            await self._context.unroute("**/*", self._decide_route)
        self._routed = wanted

    async def guard_redirects(self, redirect_refusal: Callable[[str], str | None], frame: Frame | None = None) -> None:
        """Block from now on the redirects (307, 308) that would send a typed secret on to another destination.

        Parameters
        ----------
        redirect_refusal : callable
            Returns why what is sent must not be redirected to a URL; None where it may.
        frame : Frame, optional
            The frame that the secret is typed into: requests of a cross-site frame are seen in the frame alone.
        """
        if self._redirect_refusal is None:
            self._redirect_refusal = redirect_refusal
            await asyncio.gather(*(_enable(session, self._patterns) for session in self._sessions.values()))
        while frame is not None and frame.parent_frame is not None:
            if await self._watch_frame(frame):
                return
            frame = frame.parent_frame

    async def _watch_frame(self, frame: Frame) -> bool:
        """Guard a cross-site frame's requests; False for a frame in the process of its parent."""
        if (known := self._frames.pop(frame, None)) is None or not await _enable(known, self._patterns):
            try:
                known = await self._context.new_cdp_session(frame)
            except Error:
                return False
            self._listen(known, None)
        self._frames[frame] = known
        return await _enable(known, self._patterns)

    @property
    def _patterns(self) -> list[dict[str, str]]:
        """The requests that pause for a decision; those of scripts only after a secret was typed: it is slow."""
        return [_DOCUMENTS] if self._redirect_refusal is None else [_DOCUMENTS, *_SENT_BY_SCRIPTS]

    async def _log_in_to_proxy(self) -> None:
        """Have the browser learn the proxy's password before requests are routed: later Playwright sends none."""
        page = next((page for page in self._watching if not page.is_closed()), None)
        if page is None or self._logged_in_to_proxy:
            return
        await self.watch(page)
        with contextlib.suppress(Error):  # an answer of nothing is one, and leaves the page as it is
            await page.goto(PROXY_LOGIN_URL)
        self._logged_in_to_proxy = True

    def close(self) -> None:
        """Stop guarding."""
        for task in (*self._watching.values(), *self._deciding):
            task.cancel()

    async def _watch(self, page: Page) -> None:
        try:
            session = await self._context.new_cdp_session(page)
            # Concurrently with the rest: a session is not ready before its page is guarded.
            tree = asyncio.ensure_future(session.send("Page.getFrameTree"))
            self._listen(session, tree)
            self._sessions[page] = session
            await asyncio.gather(tree, _enable(session, self._patterns))
        except Error:
            return  # the page has gone

    def _listen(self, session: CDPSession, tree: asyncio.Future[Any] | None) -> None:
        session.on("Fetch.authRequired", lambda event: self._spawn(self._answer_auth_challenge(session, event)))
        session.on("Fetch.requestPaused", lambda event: self._spawn(self._decide(session, tree, event)))

    def _forget(self, page: Page) -> None:
        for frame in [frame for frame in self._frames if frame.page is page]:
            del self._frames[frame]
        self._watching.pop(page, None)
        self._sessions.pop(page, None)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._deciding.add(task)
        task.add_done_callback(self._deciding.discard)

    async def _decide(self, session: CDPSession, tree: asyncio.Future[Any] | None, event: dict[str, Any]) -> None:
        request = event["requestId"]
        if self._blank:
            await _send(session, "Fetch.fulfillRequest", {"requestId": request, **_NOTHING})
            return
        url, elsewhere = event["request"]["url"], ""
        try:
            self._check_redirect(session, event)
            if event["resourceType"] == "Document":
                await self._egress.check(url)
                if (why := self.elsewhere(url)) is not None and await _is_in_place(tree, event):
                    elsewhere = url
                    raise RefusedError(why)
        except RefusedError as error:
            with contextlib.suppress(Error):  # the page has gone
                in_its_place = await _is_in_place(tree, event)
                if in_its_place:
                    self.refused(str(error), elsewhere)
                reason = "Aborted" if in_its_place else "BlockedByClient"  # the page that was there stays
                await session.send("Fetch.failRequest", {"requestId": request, "errorReason": reason})
        else:
            await _send(session, "Fetch.continueRequest", {"requestId": request})

    def elsewhere(self, url: str) -> str | None:
        """Return why no page may be at a URL where pages are confined to some hosts; None where it may."""
        host = host_of(url)
        if self.hosts is None or host is None or within(host, self.hosts):
            return None
        return f"{host} is another site than those of the task"

    def _check_redirect(self, session: CDPSession, event: dict[str, Any]) -> None:
        """Check that a redirect carries no secret to another destination; raises RefusedError.

        The first request of a chain is the page's own doing, and the page was trusted with what it sends.
        """
        sent, method = (session, event.get("networkId")), event["request"]["method"]
        if self._redirect_refusal is None or method in _WITHOUT_BODY:
            return
        if "redirectedRequestId" not in event and sent not in self._sent:  # only the latter where origins are crossed
            self._sent[sent] = None
            if len(self._sent) > _MOST_SENT:
                del self._sent[next(iter(self._sent))]
            return
        if why := self._redirect_refusal(event["request"]["url"]):
            raise RefusedError(why)

    async def _answer_auth_challenge(self, session: CDPSession, event: dict[str, Any]) -> None:
        challenge = event["authChallenge"]
        answer = {"response": "Default"}
        if challenge.get("source") == "Proxy":
            ours = challenge.get("origin") == self._egress.url
            answer = {"response": "CancelAuth"}
            if ours:
                answer = {"response": "ProvideCredentials", "username": USERNAME, "password": self._egress.password}
        order = {"requestId": event["requestId"], "authChallengeResponse": answer}
        await _send(session, "Fetch.continueWithAuth", order)

    async def _decide_route(self, route: Route) -> None:
        request, elsewhere = route.request, ""
        try:
            if request.is_navigation_request():
                await self._egress.check(request.url)
                if (why := self.elsewhere(request.url)) is not None and _is_main(route):
                    elsewhere = request.url
                    raise RefusedError(why)
        except RefusedError as error:
            in_its_place = _is_main(route)
            if in_its_place:
                self.refused(str(error), elsewhere)
            await route.abort("aborted" if in_its_place else "blockedbyclient")
        else:
            await route.fallback()


async def _enable(session: CDPSession, patterns: list[dict[str, str]]) -> bool:
    """Have matching requests pause; False where the page, or the frame's document, has gone meanwhile."""
    try:
        await session.send("Fetch.enable", {"handleAuthRequests": True, "patterns": patterns})
    except Error:
        return False
    return True


async def _forget_history(session: CDPSession) -> None:
    """Clear a page's history as soon as the browser has committed its new document."""
    while True:
        try:
            await session.send("Page.resetNavigationHistory")
            return
        except Error as error:
            if not is_not_ready_error(error):
                raise
        await asyncio.sleep(_LOOK_AGAIN_S)


async def _is_in_place(tree: asyncio.Future[Any] | None, event: dict[str, Any]) -> bool:
    """Return whether a document would take the place of a page, and not of a frame within it."""
    return tree is not None and event.get("frameId") == (await tree)["frameTree"]["frame"]["id"]


async def _send(session: CDPSession, method: str, parameters: dict[str, Any]) -> None:
    with contextlib.suppress(Error):  # the page or the request has gone meanwhile
        await session.send(method, parameters)


def _is_main(route: Route) -> bool:
    try:
        return route.request.frame.parent_frame is None
    except Error:
        return True  # the first document of a popup

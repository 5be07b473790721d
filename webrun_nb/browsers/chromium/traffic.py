"""Keeps the traffic of a context's pages, or answers them from what was kept."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections import OrderedDict
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urljoin

from playwright.async_api import BrowserContext, Error, Page, Request, Route

from webrun_nb.browsers.protocol import BrowserError
from webrun_nb.browsers.traffic import Exchange, Traffic, WhyMissing
from webrun_nb.common.codes import TaskFailureCode

logger = logging.getLogger(__name__)

_LEFT_OUT = frozenset({"set-cookie", "content-encoding", "content-length", "transfer-encoding", "authorization"})
"""Headers of answers that are not kept: credentials, and those about the form of the transfer."""
_FINISHED_WITHIN_S = 5.0
_MOST_REDIRECTS = 20
_REDIRECTS_AS_SENT = frozenset({HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT})
_REDIRECTS = _REDIRECTS_AS_SENT | {HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND, HTTPStatus.SEE_OTHER}
_REDIRECT = "<script>location.replace({url})</script>"
_ALL = "**/*"
_MOST_BROKEN_OFF = 50
"""The number of requests without an end that are remembered: a download is one of them."""


class TrafficControl:
    """The traffic of one context.

    Parameters
    ----------
    context : BrowserContext
    """

    def __init__(self, context: BrowserContext) -> None:
        self._context = context
        self._traffic: Traffic | None = None
        self._keeping: set[asyncio.Task[None]] = set()
        self._missing: str | None = None
        self._broken_off: OrderedDict[str, Request] = OrderedDict()
        context.on("requestfinished", self._on_finished)
        context.on("requestfailed", self._on_failed)
        context.on("page", self._watch)
        for page in context.pages:
            self._watch(page)

    @property
    def is_played(self) -> bool:
        """True if pages are answered from kept traffic, and nothing reaches the network."""
        return self._traffic is not None and self._traffic.is_played

    def check_missing(self) -> None:
        """Raise an error if the last document that was asked for is not in the traffic that is played.

        Raises
        ------
        BrowserError
            `NAVIGATION_FAILED`.
        """
        missing, self._missing = self._missing, None
        if missing is not None:
            raise BrowserError(TaskFailureCode.NAVIGATION_FAILED, f"the cassette has no answer to {missing}")

    async def set(self, traffic: Traffic | None) -> None:
        """Keep the traffic from now on, or play it; None: neither. What is under way is kept first.

        Raises
        ------
        playwright.async_api.Error
            The browser is gone.
        """
        if self._keeping:
            await asyncio.wait(set(self._keeping), timeout=_FINISHED_WITHIN_S)
        if self.is_played:
            await self._context.unroute(_ALL, self._play)
        self._traffic = traffic
        if self.is_played:
            await self._context.route(_ALL, self._play)

    def _watch(self, page: Page) -> None:
        page.on("websocket", lambda socket: self._leave_out("GET", socket.url, WhyMissing.WEB_SOCKET))

    def _leave_out(self, method: str, url: str, why: WhyMissing) -> None:
        if self._traffic is not None:
            self._traffic.leave_out(method, url, why)

    def _on_failed(self, request: Request) -> None:
        """Remember a request that has no end for the page: the answer may be a download."""
        if self._traffic is not None and request.url.startswith("http"):
            self._broken_off[request.url] = request
            while len(self._broken_off) > _MOST_BROKEN_OFF:
                self._broken_off.popitem(last=False)

    async def keep_download(self, url: str, path: Path | None) -> None:
        """Keep a download that has ended.

        Parameters
        ----------
        url : str
            Its URL.
        path : Path, optional
            The file that it was saved in; None if it did not come.
        """
        request, traffic = self._broken_off.pop(url, None), self._traffic
        if traffic is None or not url.startswith("http"):  # what a page has made itself, it makes again
            return
        if request is None:  # the browser has asked for it by itself, where no page's traffic can be played
            self._leave_out("GET", url, WhyMissing.SAVED_LINK)
        elif path is not None and not traffic.is_played:
            body = await asyncio.to_thread(path.read_bytes)
            await self._keep(traffic, request, body)

    def _on_finished(self, request: Request) -> None:
        if self._traffic is None or self._traffic.is_played or not request.url.startswith("http"):
            return
        task = asyncio.create_task(self._keep(self._traffic, request), name="keep traffic")
        self._keeping.add(task)
        task.add_done_callback(self._keeping.discard)

    async def _keep(self, traffic: Traffic, request: Request, body: bytes | None = None) -> None:
        try:
            answer = await request.response()
            if answer is None:
                return
            headers = await answer.headers_array()
            if body is None:
                with contextlib.suppress(Error):  # a redirect has none; those of pages that are left are forgotten
                    body = await answer.body()
        except Error as error:  # the page has gone
            logger.debug("the answer to %s is not kept: %s", request.url[:200], error.message)
            return
        kept = tuple((each["name"].lower(), each["value"]) for each in headers if each["name"].lower() not in _LEFT_OUT)
        traffic.keep(Exchange(request.method, request.url, answer.status, kept, body))

    async def _play(self, route: Route) -> None:
        request = route.request
        url, found = self._answer(request)
        with contextlib.suppress(Error):  # the page has gone
            if found is None or found.body is None:
                if request.is_navigation_request():
                    self._missing = self._without_answer(request.method, url)
                await route.abort("internetdisconnected")
            elif request.is_navigation_request() and url != request.url:  # the page is to be at its own address
                await route.fulfill(status=200, content_type="text/html", body=_REDIRECT.format(url=json.dumps(url)))
            else:
                await route.fulfill(status=found.status, headers=dict(found.headers), body=found.body)

    def _without_answer(self, method: str, url: str) -> str:
        why = None if self._traffic is None else self._traffic.why_missing(method, url)
        return f"{method} {url[:500]}{f': {why}' if why is not None else ''}"

    def _answer(self, request: Request) -> tuple[str, Exchange | None]:
        """Return the answer to a request, and its URL: a redirect would reach the network, and is followed here."""
        method, url, found = request.method, request.url, None
        for _ in range(_MOST_REDIRECTS):
            found = None if self._traffic is None else self._traffic.answer(method, url)
            location = None if found is None else dict(found.headers).get("location")
            if found is None or location is None or found.status not in _REDIRECTS:
                break
            url = urljoin(url, location)
            method = method if found.status in _REDIRECTS_AS_SENT else "GET"
            if request.is_navigation_request():  # asked for once more when the page goes there
                return url, Exchange(method, url, HTTPStatus.OK, (), b"")
        return url, found

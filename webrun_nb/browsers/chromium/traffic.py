"""Keeps the traffic of a context's pages, or answers them from what was kept."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from http import HTTPStatus
from urllib.parse import urljoin

from playwright.async_api import BrowserContext, Error, Request, Route

from webrun_nb.browsers.protocol import BrowserError
from webrun_nb.browsers.traffic import Exchange, Traffic
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
        context.on("requestfinished", self._on_finished)

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
            raise BrowserError(TaskFailureCode.NAVIGATION_FAILED, f"the cassette has no answer to {missing[:500]}")

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

    def _on_finished(self, request: Request) -> None:
        if self._traffic is None or self._traffic.is_played or not request.url.startswith("http"):
            return
        task = asyncio.create_task(self._keep(self._traffic, request), name="keep traffic")
        self._keeping.add(task)
        task.add_done_callback(self._keeping.discard)

    async def _keep(self, traffic: Traffic, request: Request) -> None:
        body: bytes | None = None
        try:
            answer = await request.response()
            if answer is None:
                return
            headers = await answer.headers_array()
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
                    self._missing = f"{request.method} {url}"
                await route.abort("internetdisconnected")
            elif request.is_navigation_request() and url != request.url:  # the page is to be at its own address
                await route.fulfill(status=200, content_type="text/html", body=_REDIRECT.format(url=json.dumps(url)))
            else:
                await route.fulfill(status=found.status, headers=dict(found.headers), body=found.body)

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

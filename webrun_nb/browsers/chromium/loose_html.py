"""Loads HTML that came without its site into a page of its own: no scripts, no network, nothing kept.

The browser's own parser reads it, and its own rules guess the encoding of bytes. The page has the URL that is given, so
that relative links resolve; nothing is asked of that URL or of any other.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from playwright.async_api import Browser, CDPSession, Error, Page

from webrun_nb.browsers.chromium.errors import first_line, is_web
from webrun_nb.browsers.chromium.frames import take_snapshot
from webrun_nb.browsers.chromium.launcher import LOCALE
from webrun_nb.browsers.protocol import VIEW_HEIGHT_PX, VIEW_WIDTH_PX, BrowserError
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.extraction.snapshot import Snapshot

LOAD_TIMEOUT_S = 15.0
"""Time limit for loading and reading together."""
UNKNOWN_URL = "http://html.invalid/"
"""URL of a page that came without one. Links that would begin with it are as they are written."""
_NOWHERE = {"server": "http://127.0.0.1:1", "bypass": "<-loopback>"}
"""The proxy of all requests: no one listens there. `offline` refuses them before; this is the second lock."""
_DOCUMENTS = {"urlPattern": "*", "resourceType": "Document", "requestStage": "Request"}


async def snapshot_of_html(browser: Browser, html: str | bytes, *, url: str = "", charset: str = "") -> Snapshot:
    """Return the snapshot of HTML as Chromium displays it, without its scripts and without what it would load.

    Parameters
    ----------
    browser : Browser
    html : str or bytes
        Of bytes, a byte order mark, `charset`, the page's own `meta` or Chromium's guess tell the encoding, in this
        order.
    url : str, optional
        Its URL, http or https.
    charset : str, optional
        The encoding that came with the bytes, such as that of an HTTP header.

    Raises
    ------
    BrowserError
        `NAVIGATION_FAILED`: the URL is none of the web, or the HTML could not be loaded within `LOAD_TIMEOUT_S`.
    """
    if url and not is_web(url):
        raise BrowserError(TaskFailureCode.NAVIGATION_FAILED, "The URL of HTML must be one of http or https")
    try:
        async with asyncio.timeout(LOAD_TIMEOUT_S), _isolated_page(browser) as page:
            await _load(page, html, url or UNKNOWN_URL, charset)
            unknown_url = "" if url else UNKNOWN_URL
            seen = await take_snapshot(page, lambda _: None, is_loose=True, unknown_url=unknown_url)
    except (Error, TimeoutError) as error:
        why = first_line(error) if isinstance(error, Error) else f"it took longer than {LOAD_TIMEOUT_S:g} s"
        raise BrowserError(TaskFailureCode.NAVIGATION_FAILED, f"The HTML could not be loaded: {why}") from error
    return replace(seen, status=None)  # no server has answered


@contextlib.asynccontextmanager
async def _isolated_page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(
        java_script_enabled=False,
        offline=True,
        proxy=_NOWHERE,  # type: ignore[arg-type]  # a typed dictionary
        viewport={"width": VIEW_WIDTH_PX, "height": VIEW_HEIGHT_PX},
        locale=LOCALE,
        timezone_id="UTC",
        accept_downloads=False,
        service_workers="block",
    )
    try:
        yield await context.new_page()
    finally:
        with contextlib.suppress(Error):  # its browser is gone
            await context.close()


async def _load(page: Page, html: str | bytes, url: str, charset: str) -> None:
    body = html.encode("utf-8", "replace") if isinstance(html, str) else html
    declared = "utf-8" if isinstance(html, str) else charset
    content_type = f"text/html; charset={declared}" if declared else "text/html"
    session = await page.context.new_cdp_session(page)
    answers = _Answers(session, body, content_type)
    session.on("Fetch.requestPaused", answers.decide)
    await session.send("Fetch.enable", {"patterns": [_DOCUMENTS]})
    await page.goto(url, wait_until="domcontentloaded", timeout=LOAD_TIMEOUT_S * 1000)


class _Answers:
    """Answers the first request for a document with the HTML, and aborts all others: frames, `meta refresh`."""

    def __init__(self, session: CDPSession, body: bytes, content_type: str) -> None:
        self._session = session
        self._body: bytes | None = body
        self._content_type = content_type
        self._deciding: set[asyncio.Task[None]] = set()

    def decide(self, event: dict[str, Any]) -> None:
        task = asyncio.create_task(self._decide(event["requestId"]))
        self._deciding.add(task)
        task.add_done_callback(self._deciding.discard)

    async def _decide(self, request: str) -> None:
        body, self._body = self._body, None
        with contextlib.suppress(Error):  # the page has gone meanwhile
            if body is None:  # "Aborted" leaves the page that is there
                await self._session.send("Fetch.failRequest", {"requestId": request, "errorReason": "Aborted"})
                return
            await self._session.send(
                "Fetch.fulfillRequest",
                {
                    "requestId": request,
                    "responseCode": 200,
                    "responseHeaders": [{"name": "content-type", "value": self._content_type}],
                    "body": base64.b64encode(body).decode("ascii"),
                },
            )

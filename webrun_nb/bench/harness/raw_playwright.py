"""The baseline: a plain Playwright script, in a process of its own so that its CPU can be counted.

Run as `python -m webrun_nb.bench.harness.raw_playwright`. It reads one JSON object per line from stdin
(`{"do": …, …}`) and answers each with one. The browser's binary and its sandbox are what the emulator would choose, its
flags Playwright's own. Contexts are plain but for the size of the view, so that there is the same area to paint. Times
are taken in here, around nothing but Playwright's calls.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any, cast

from playwright.async_api import (
    Browser,
    BrowserContext,
    BrowserType,
    Error,
    Page,
    ProxySettings,
    StorageState,
    ViewportSize,
    async_playwright,
)

from webrun_nb.browsers import discovery
from webrun_nb.browsers.discovery import BrowserCandidate
from webrun_nb.browsers.egress.destinations import DestinationPolicy
from webrun_nb.browsers.egress.listener import Listener
from webrun_nb.browsers.egress.network import SystemNetwork
from webrun_nb.browsers.egress.routes import EgressRoute
from webrun_nb.browsers.protocol import VIEW_HEIGHT_PX, VIEW_WIDTH_PX, InstanceUnavailableError

_VIEW = ViewportSize(width=VIEW_WIDTH_PX, height=VIEW_HEIGHT_PX)
_LOADED_JS = """() => new Promise((done) => {
  const look = () => {
    const tookMs = performance.getEntriesByType("navigation")[0].loadEventEnd;
    tookMs ? done(tookMs) : setTimeout(look, 1);
  };
  look();
})"""
_ROWS_JS = "rows => rows.map(row => Array.from(row.cells, cell => cell.textContent))"


class RawPlaywright:
    """One running browser, with one page open for tasks.

    Parameters
    ----------
    chromium : BrowserType
    """

    def __init__(self, chromium: BrowserType) -> None:
        self._chromium = chromium
        self._candidate: BrowserCandidate | None = None
        self._browser: Browser | None = None
        self._page: Page | None = None
        self._kept: list[Browser | BrowserContext] = []
        self._pages: list[Page] = []
        self._listeners: list[Listener] = []

    async def start(self) -> dict[str, Any]:
        """Start the browser that the emulator would select."""
        found, self._browser = await discovery.find_browser(self._launch)
        self._candidate = BrowserCandidate(found.where, found.kind, path=found.path, channel=found.channel)
        self._page = await (await _context(self._browser)).new_page()
        return {"browser": f"{found.kind} {found.version}"}

    async def session(self, url: str) -> dict[str, Any]:
        """Context, page, one page opened, end: in the running browser."""
        assert self._browser is not None
        began_s = time.perf_counter()
        context = await _context(self._browser)
        page = await context.new_page()
        await page.goto(url, wait_until="domcontentloaded")
        await context.close()
        return {"ms": (time.perf_counter() - began_s) * 1000}

    async def load(self, url: str) -> dict[str, Any]:
        """Load a page with all its parts in a context of its own; the time is the page's own."""
        assert self._browser is not None
        context = await _context(self._browser)
        noted: list[str] = []
        context.on("request", lambda request: noted.append(request.url))
        context.on("requestfinished", lambda request: noted.append(request.url))
        context.on("requestfailed", lambda request: noted.append(request.url))
        page = await context.new_page()
        await page.goto(url, wait_until="load")
        took_ms = await page.evaluate(_LOADED_JS)
        await context.close()
        return {"ms": took_ms}

    async def launch(self) -> dict[str, Any]:
        """Launch a browser, with a context and a page; the time does not include its end."""
        assert self._candidate is not None
        began_s = time.perf_counter()
        browser = await self._launch(self._candidate)
        await (await _context(browser)).new_page()
        took_ms = (time.perf_counter() - began_s) * 1000
        await browser.close()
        return {"ms": took_ms}

    async def keep_context(self) -> dict[str, Any]:
        """Open a context with a page in the running browser, and keep it."""
        assert self._browser is not None
        began_s = time.perf_counter()
        context = await _context(self._browser)
        await context.new_page()
        took_ms = (time.perf_counter() - began_s) * 1000
        self._kept.append(context)
        return {"ms": took_ms}

    async def keep_browser(self) -> dict[str, Any]:
        """Launch a browser with a context and a page, and keep it."""
        assert self._candidate is not None
        browser = await self._launch(self._candidate)
        self._kept.append(browser)
        await (await _context(browser)).new_page()
        return {}

    async def drop(self) -> dict[str, Any]:
        """Close all contexts and browsers that were kept."""
        for kept in self._kept:
            await kept.close()
        self._kept.clear()
        return {}

    async def remember(self, url: str) -> dict[str, Any]:
        """Open a page in a context of its own and return the storage state it leaves there."""
        assert self._browser is not None
        context = await _context(self._browser)
        page = await context.new_page()
        await page.goto(url, wait_until="domcontentloaded")
        state = await context.storage_state(indexed_db=True)
        await context.close()
        return {"state": state}

    async def hand_over(self, url: str) -> dict[str, Any]:
        """Have a page fill a context's storages; the time is that of reading them and giving them to a new context."""
        assert self._browser is not None
        context = await _context(self._browser)
        page = await context.new_page()
        await page.goto(url, wait_until="domcontentloaded")
        await page.wait_for_function("document.title === 'full'")
        began_s = time.perf_counter()
        state = await context.storage_state(indexed_db=True)
        heir = await self._browser.new_context(viewport=_VIEW, storage_state=state)
        took_ms = (time.perf_counter() - began_s) * 1000
        await context.close()
        await heir.close()
        return {"ms": took_ms, "bytes": len(json.dumps(state))}

    async def relaunch(self, url: str, state: dict[str, Any]) -> dict[str, Any]:
        """Launch a browser, give a context a storage state, open a page; the time does not include its end."""
        assert self._candidate is not None
        began_s = time.perf_counter()
        browser = await self._launch(self._candidate)
        context = await browser.new_context(viewport=_VIEW, storage_state=cast(StorageState, state))
        await (await context.new_page()).goto(url, wait_until="domcontentloaded")
        took_ms = (time.perf_counter() - began_s) * 1000
        await browser.close()
        return {"ms": took_ms}

    async def task(self, url: str, customer: str, city: str, delivery: str | None = None) -> dict[str, Any]:
        """Open a form, fill two fields, choose where that is asked for, click, read the table."""
        assert self._page is not None
        began_s = time.perf_counter()
        rows = await _task(self._page, url, customer, city, delivery)
        return {"ms": (time.perf_counter() - began_s) * 1000, "rows": rows}

    async def open_pages(self, count: int, through_egress: bool) -> dict[str, Any]:
        """Open pages for `tasks`, each in a context of its own, closing those from before.

        Through the egress, each context has a proxy as a session of the emulator has, but one without a password:
        given to Playwright, it would make it look at every request.
        """
        assert self._browser is not None
        for page in self._pages:
            await page.context.close()
        for listener in self._listeners:
            listener.close()
        self._pages, self._listeners = [], []
        for _ in range(count):
            proxy: ProxySettings | None = None
            if through_egress:
                listener = await _OpenListener.open(SystemNetwork(), EgressRoute(DestinationPolicy(["127.0.0.1"])))
                self._listeners.append(listener)
                proxy = {"server": listener.url, "bypass": "<-loopback>"}
            context = await self._browser.new_context(viewport=_VIEW, proxy=proxy)
            self._pages.append(await context.new_page())
        return {}

    async def tasks(self, url: str, orders: list[list[list[str]]]) -> dict[str, Any]:
        """Do tasks on all pages at once: on each, those of its list one after the other."""

        async def on_one(page: Page, those: list[list[str]]) -> list[list[list[str]]]:
            return [await _task(page, url, customer, city) for customer, city in those]

        began_s = time.perf_counter()
        rows = await asyncio.gather(*map(on_one, self._pages, orders))
        return {"ms": (time.perf_counter() - began_s) * 1000, "rows": rows}

    async def read_tables(self, urls: list[str]) -> dict[str, Any]:
        """Open pages and read their tables, on all pages of `open_pages` at once: each takes the next address."""
        waiting = iter(enumerate(urls))
        rows: list[list[list[str]]] = [[] for _ in urls]

        async def on_one(page: Page) -> None:
            for place, url in waiting:
                await page.goto(url)
                rows[place] = cast("list[list[str]]", await page.locator("tbody tr").evaluate_all(_ROWS_JS))

        began_s = time.perf_counter()
        await asyncio.gather(*map(on_one, self._pages))
        return {"ms": (time.perf_counter() - began_s) * 1000, "rows": rows}

    async def _launch(self, candidate: BrowserCandidate) -> Browser:
        sandbox = hasattr(os, "geteuid") and os.geteuid() != 0
        try:
            return await self._chromium.launch(
                executable_path=candidate.path, channel=candidate.channel, chromium_sandbox=sandbox
            )
        except Error as error:
            if not sandbox:
                raise InstanceUnavailableError(error.message.partition("\n")[0]) from error
        try:
            return await self._chromium.launch(executable_path=candidate.path, channel=candidate.channel)
        except Error as error:
            raise InstanceUnavailableError(error.message.partition("\n")[0]) from error


class _OpenListener(Listener):
    """An egress proxy of a session that asks for no password."""

    def is_authorized(self, authorization: str) -> bool:
        """Return True."""
        return True


async def _task(page: Page, url: str, customer: str, city: str, delivery: str | None = None) -> list[list[str]]:
    """Open a form, fill two fields, choose where that is asked for, click; return the rows of the table."""
    await page.goto(url)
    await page.get_by_label("Customer").fill(customer)
    await page.get_by_label("City").fill(city)
    if delivery is not None:
        await page.get_by_label("Delivery").select_option(delivery)
    await page.get_by_role("button", name="Search").click()
    await page.locator("tbody tr").first.wait_for()
    return cast("list[list[str]]", await page.locator("tbody tr").evaluate_all(_ROWS_JS))


async def _context(browser: Browser) -> BrowserContext:
    return await browser.new_context(viewport=_VIEW)


async def _serve() -> None:
    async with async_playwright() as playwright:
        raw = RawPlaywright(playwright.chromium)
        commands: dict[str, Callable[..., Awaitable[dict[str, Any]]]] = {
            "start": raw.start,
            "session": raw.session,
            "load": raw.load,
            "launch": raw.launch,
            "task": raw.task,
            "open_pages": raw.open_pages,
            "tasks": raw.tasks,
            "read_tables": raw.read_tables,
            "keep_context": raw.keep_context,
            "keep_browser": raw.keep_browser,
            "drop": raw.drop,
            "remember": raw.remember,
            "hand_over": raw.hand_over,
            "relaunch": raw.relaunch,
        }
        while line := await asyncio.to_thread(sys.stdin.readline):
            order = json.loads(line)
            try:
                answer = await commands[order.pop("do")](**order)
            except (Error, InstanceUnavailableError) as error:
                answer = {"error": error.message.partition("\n")[0]}
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    asyncio.run(_serve())

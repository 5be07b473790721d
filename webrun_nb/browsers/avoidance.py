"""Hosts that a session must not reach, as far as the browser can see to it.

Redirects to such a host of requests that were let through are not seen here; that is for the session's egress.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, Error, Route, WebSocketRoute


def normalize(domain: str) -> str:
    """Return the bare host of what people write: `*.x.com`, `X.com.`, `https://x.com/path`.

    Non-ASCII names become what Chromium makes of them (punycode). Empty where nothing is left.
    """
    domain = domain.strip().lower()
    host = (urlsplit(domain if "://" in domain else f"//{domain}").hostname or "").removeprefix("*.").strip(".")
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


class Avoidance:
    """The list of hosts to avoid, routed through a context while it isn't empty.

    Parameters
    ----------
    context : BrowserContext
    refused : callable
        Told the host when the browser was kept from opening a document of it.
    """

    def __init__(self, context: BrowserContext, refused: Callable[[str], None]) -> None:
        self._context = context
        self._refused = refused
        self._hosts: frozenset[str] = frozenset()
        self._pattern: re.Pattern[str] | None = None
        self._socket_hosts: set[str] = set()

    async def restrict(self, domains: Sequence[str]) -> None:
        """Replace the list; no route is left where it is empty, because routing costs every request."""
        if self._pattern is not None:
            await self._context.unroute(self._pattern, self._decide)
            self._pattern = None
        self._hosts = frozenset(filter(None, map(normalize, domains)))
        if not self._hosts:
            return
        # Routing only what names a host somewhere keeps the rest fast; the parsed host then decides.
        self._pattern = re.compile("|".join(sorted(map(re.escape, self._hosts))), re.IGNORECASE)
        await self._context.route(self._pattern, self._decide)
        if not self._hosts <= self._socket_hosts:
            # WebSocket routes can't be taken away again; one that finds nothing to avoid lets through.
            self._socket_hosts |= self._hosts
            await self._context.route_web_socket(self._pattern, self._decide_socket)

    def match(self, url: str) -> str | None:
        """Return the host of a URL where it is to be avoided, else None."""
        host = (urlsplit(url).hostname or "").rstrip(".")
        if any(host == avoided or host.endswith("." + avoided) for avoided in self._hosts):
            return host
        return None

    async def _decide(self, route: Route) -> None:
        request = route.request
        host = self.match(request.url)
        if host is None:
            await route.fallback()
        elif request.is_navigation_request() and _is_main(route):
            self._refused(host)
            await route.abort("aborted")  # the page that was there stays
        else:
            await route.abort("blockedbyclient")

    async def _decide_socket(self, socket: WebSocketRoute) -> None:
        if self.match(socket.url) is None:
            socket.connect_to_server()
        else:
            await socket.close(code=1008, reason="refused by policy")


def _is_main(route: Route) -> bool:
    try:
        return route.request.frame.parent_frame is None
    except Error:
        return True  # the first document of a popup

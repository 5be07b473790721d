"""A client of the practice sites that keeps cookies, sends forms and follows redirects like a browser."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx
from starlette.types import ASGIApp

from webrun_nb.practice.sites import PracticeApp


def ask(
    app: ASGIApp, site: str, address: str, method: str = "GET", body: bytes = b"", headers: dict[str, str] | None = None
) -> httpx.Response:
    """Send one request to the application of a practice site, or of several, without a server in between."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{site}.localhost:8000") as client:
            return await client.request(method, address, content=body, headers=headers)

    return asyncio.run(send())


@dataclass(frozen=True)
class Page:
    """A response and the address at which the redirects ended."""

    path: str
    status: int
    headers: httpx.Headers
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


class Visitor:
    """One browser with its own cookies; several share the same `sites`."""

    def __init__(self, site: str, sites: PracticeApp | None = None) -> None:
        self.site = site
        self.clocks_s: tuple[float, ...] = (1_700_000_000.0,)
        self.sites = sites or PracticeApp(lambda: self.clocks_s)
        self.cookies: dict[str, str] = {}
        self.cookies_set: list[str] = []
        self.here = Page("", 0, httpx.Headers(), b"")

    def get(self, address: str) -> Page:
        """Open a page."""
        return self.send("GET", address)

    def post(self, address: str, **fields: str) -> Page:
        """Send a form."""
        return self.send("POST", address, urlencode(fields).encode(), "application/x-www-form-urlencoded")

    def send(self, method: str, address: str, body: bytes = b"", content_type: str = "") -> Page:
        """Send a request, and follow redirects on this site."""
        for _ in range(10):
            cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            response = ask(
                self.sites, self.site, address, method, body, {"cookie": cookie, "content-type": content_type}
            )
            for value in response.headers.get_list("Set-Cookie"):
                self._keep(value)
            self.here = Page(response.url.path, response.status_code, response.headers, response.content)
            location = response.headers.get("Location", "")
            if response.status_code != 303 or not location.startswith("/"):
                return self.here
            method, address, body, content_type = "GET", location, b"", ""
        raise AssertionError(f"{address} redirects for ever")

    def count(self, what: str) -> int:
        """Return how often something was done on the site."""
        return int(ask(self.sites, self.site, "/counts.json").json().get(what, 0))

    def _keep(self, cookie: str) -> None:
        self.cookies_set.append(cookie)
        name, _, value = cookie.partition(";")[0].partition("=")
        if "Max-Age=0" in cookie:
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value

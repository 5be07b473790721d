"""Somebody who uses a practice site as a browser does: keeps cookies, sends forms, follows redirects."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from webrun_nb import practice


@dataclass(frozen=True)
class Page:
    """What came back, and where the redirects ended."""

    path: str
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


class Visitor:
    """One browser; several on the same `sites` are told apart by their cookies."""

    def __init__(self, site: str, sites: practice.Sites | None = None) -> None:
        self.site = site
        self.sites = sites or practice.Sites()
        self.cookies: dict[str, str] = {}
        self.cookies_set: list[str] = []
        self.clocks_s: tuple[float, ...] = (1_700_000_000.0,)
        self.here = Page("", 0, {}, b"")

    def get(self, address: str) -> Page:
        """Open a page."""
        return self.send("GET", address)

    def post(self, address: str, **fields: str) -> Page:
        """Send a form."""
        return self.send("POST", address, urlencode(fields).encode(), "application/x-www-form-urlencoded")

    def send(self, method: str, address: str, body: bytes = b"", content_type: str = "") -> Page:
        """Send a request, and follow redirects on this site."""
        for _ in range(10):
            parts = urlsplit(address)
            cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            headers = {"cookie": cookie, "content-type": content_type, "host": f"{self.site}.localhost:8000"}
            query = parse_qs(parts.query, keep_blank_values=True)
            request = practice.Request(method, unquote(parts.path), query, body, headers, self.clocks_s)
            response = self.sites.respond(self.site, request)
            for name, value in response.headers:
                if name == "Set-Cookie":
                    self._keep(value)
            answered = dict(response.headers)
            self.here = Page(parts.path, response.status, answered, response.body)
            location = answered.get("Location", "")
            if response.status != 303 or not location.startswith("/"):
                return self.here
            method, address, body, content_type = "GET", location, b"", ""
        raise AssertionError(f"{address} redirects for ever")

    def count(self, what: str) -> int:
        """Say how often something was done on the site."""
        counts = self.sites.respond(self.site, practice.Request("GET", "/counts.json")).body
        return int(json.loads(counts).get(what, 0))

    def _keep(self, cookie: str) -> None:
        self.cookies_set.append(cookie)
        name, _, value = cookie.partition(";")[0].partition("=")
        if "Max-Age=0" in cookie:
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value

"""`practice:collector`: the host that the hostile site sends things to. It counts what arrives, and keeps nothing."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from webrun_nb.practice.server import Site, route

__all__ = ["create"]

_PAGE = "<!doctype html><html lang=en><title>Collector</title><h1>Thank you</h1><p>It was counted.</p></html>"


class Collector(Site):
    """The host that stolen things are sent to. It counts requests, and does not look at their contents."""

    name = "Collector"
    about = "The host that the hostile practice site sends things to. It counts requests and keeps nothing of them."

    def __init__(self) -> None:
        self._counted: Counter[str] = Counter()
        routes = [
            route("/", GET=self._count_request),
            route("/collect", GET=self._count_request, POST=self._count_request),
        ]
        super().__init__(Path(__file__).parent, routes, lambda: self._counted)

    async def _count_request(self, request: Request) -> Response:
        self._counted["forms" if request.method == "POST" else "visits"] += 1
        return HTMLResponse(_PAGE)


def create() -> Collector:
    """Create the site, with nothing done on it yet."""
    return Collector()

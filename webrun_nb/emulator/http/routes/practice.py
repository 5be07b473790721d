"""Serves the practice sites at `http://<site>.localhost:<port>/`."""

from __future__ import annotations

import time
from collections.abc import Callable

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from webrun_nb.emulator.http.routes.emulator import who_asks
from webrun_nb.emulator.services.proxy_check import ECHO_SITE
from webrun_nb.practice.sites import PracticeApp


def practice_sites(now_ms: Callable[[], float]) -> ASGIApp:
    """Return the application that serves the practice sites, and the site that proxy checks ask for.

    Parameters
    ----------
    now_ms : callable
        The emulator's clock. A one-time code is valid by this clock and by the real time, which phones use.
    """
    sites = PracticeApp(lambda: (now_ms() / 1000, time.time()))

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["site"] == ECHO_SITE:
            await (await who_asks(Request(scope, receive)))(scope, receive, send)
        else:
            await sites(scope, receive, send)

    return serve

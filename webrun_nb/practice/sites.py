"""The ASGI application that serves every practice site on its own host."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from importlib import import_module

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from webrun_nb.common.practice_sites import PRACTICE_SITES
from webrun_nb.practice.server import Site

Clocks = Callable[[], Sequence[float]]
"""Returns the current times, unix seconds, of every clock that a one-time code may have been made with."""


def create_site(name: str) -> Site:
    """Create a practice site, with nothing done on it yet.

    Parameters
    ----------
    name : str
        One of `PRACTICE_SITES`. The package of this name in `webrun_nb.practice` has a function `create`.
    """
    site: Site = import_module(f"webrun_nb.practice.{name}").create()
    return site


class PracticeApp:
    """Serves the practice sites at `http://<site>.localhost/`, whatever the port.

    A site is created on its first request, and what its visitors do is forgotten with this object.

    Parameters
    ----------
    clocks_s : callable
        See `Clocks`. By default the system's clock.
    """

    def __init__(self, clocks_s: Clocks = lambda: (time.time(),)) -> None:
        self._clocks_s = clocks_s
        self._sites: dict[str, Site] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; an unknown site is a 404 that lists the known ones."""
        name = Headers(scope=scope).get("host", "").partition(":")[0].lower().removesuffix(".localhost")
        if name not in PRACTICE_SITES:
            known = ", ".join(f"practice:{site}" for site in PRACTICE_SITES)
            refusal = f"There is no practice site {name!r}. There are: {known}\n"
            await PlainTextResponse(refusal, status_code=404)(scope, receive, send)
            return
        if name not in self._sites:
            self._sites[name] = create_site(name)
        state = {**scope.get("state", {}), "clocks_s": self._clocks_s()}
        await self._sites[name]({**scope, "state": state}, receive, send)

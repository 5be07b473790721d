"""Serves the practice sites at `http://<site>.localhost:<port>/`."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from webrun_nb import practice
from webrun_nb.emulator.http.routes.emulator import who_asks
from webrun_nb.emulator.services.proxy_check import ECHO_SITE


def practice_sites(now_ms: Callable[[], float]) -> ASGIApp:
    """Make the application that answers for the practice site named in `scope["site"]`.

    Parameters
    ----------
    now_ms : callable
        The emulator's clock. A one-time code is good by it and by the world's: people's phones know no other.
    """
    sites = practice.Sites()

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        clocks_s = (now_ms() / 1000, time.time())
        await (await _respond(sites, Request(scope, receive), scope["site"], clocks_s))(scope, receive, send)

    return serve


async def _respond(sites: practice.Sites, request: Request, site: str, clocks_s: tuple[float, ...]) -> Response:
    if site == ECHO_SITE:
        return await who_asks(request)
    if site not in practice.sites():
        known = ", ".join(f"practice:{name}" for name in practice.sites())
        return PlainTextResponse(f"There is no practice site {site!r}. There are: {known}\n", status_code=404)
    answer = sites.respond(
        site,
        practice.Request(
            method=request.method,
            path=request.url.path,
            query=parse_qs(request.url.query, keep_blank_values=True),
            body=await request.body(),
            headers=dict(request.headers),
            clocks_s=clocks_s,
        ),
    )
    response = Response(status_code=answer.status)
    response.body = answer.body
    response.raw_headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    return response

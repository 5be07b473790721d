"""Serves the practice sites at `http://<site>.localhost:<port>/`."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from webrun_nb import practice


async def practice_sites(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request to the practice site named in `scope["site"]`."""
    if scope["type"] != "http":
        await send({"type": "websocket.close", "code": 1008})
        return
    await (await _respond(Request(scope, receive), scope["site"]))(scope, receive, send)


async def _respond(request: Request, site: str) -> Response:
    if site not in practice.sites():
        known = ", ".join(f"practice:{name}" for name in practice.sites())
        return PlainTextResponse(f"There is no practice site {site!r}. There are: {known}\n", status_code=404)
    answer = practice.respond(
        site,
        practice.Request(
            method=request.method,
            path=request.url.path,
            query=parse_qs(request.url.query, keep_blank_values=True),
            body=await request.body(),
            headers=dict(request.headers),
        ),
    )
    response = Response(answer.body, status_code=answer.status)
    for name, value in answer.headers:
        response.headers[name] = value
    return response

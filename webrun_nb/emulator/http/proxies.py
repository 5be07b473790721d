"""`/_emulator/proxies/test`: try a proxy before a session is started with it. The emulator's alone."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import PlainTextResponse

from webrun_nb.emulator.http.context import TheService
from webrun_nb.emulator.proxy_test import try_proxy
from webrun_nb.wire.base import Request as Body
from webrun_nb.wire.proxies import ProxyFields
from webrun_nb.wire.requests import MAX_URL_CHARS, WebUrl
from webrun_nb.wire.responses import ProxyTested

router = APIRouter(prefix="/_emulator/proxies")


class ProxyTrial(Body):
    """A session's `proxy`, and who is to be asked through it."""

    proxy: ProxyFields
    url: WebUrl | None = Field(default=None, max_length=MAX_URL_CHARS)


@router.post("/test")
async def test(body: ProxyTrial, service: TheService) -> ProxyTested:
    """Say where a proxy's traffic comes out, and how long an answer takes."""
    egress = service.parts.egress
    tried = await try_proxy(egress.upstream(body.proxy), egress.home, body.url)
    return ProxyTested(
        proxy=body.proxy.shown(),
        works=tried.error is None,
        exit_address=tried.exit_address,
        latency_ms=None if tried.latency_ms is None else round(tried.latency_ms, 1),
        seen_by=tried.seen_by,
        error=tried.error,
    )


async def who_asks(request: Request) -> PlainTextResponse:
    """Say who is asking: the echo at the end of a proxy on this machine."""
    return PlainTextResponse(request.client.host if request.client else "", headers={"cache-control": "no-store"})

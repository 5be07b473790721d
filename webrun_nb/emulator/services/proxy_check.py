"""The check of a proxy: its exit address, and its latency."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

import h11

from webrun_nb.browsers.egress.destinations import EmulatorAddress
from webrun_nb.browsers.egress.messages import BadMessageError, Peer
from webrun_nb.browsers.egress.network import DialError
from webrun_nb.browsers.egress.upstream import UpstreamProxy
from webrun_nb.common.addresses import parse
from webrun_nb.common.hosts import browser_url, host_of

ECHO_SITE = "whoami"
"""The emulator's own site (`whoami.localhost`) that returns the caller's address; proxies on this machine reach it."""
PUBLIC_ECHO = "https://api.ipify.org/"
"""Returns the caller's address, in plain text; for proxies elsewhere, where no other URL is given."""
_WITHIN_S = 30.0
_LONGEST_ANSWER = 10_000


@dataclass(frozen=True, slots=True)
class ProxyCheckResult:
    """The result of a check: an address and a latency, or an error.

    Attributes
    ----------
    seen_by : str
        The URL that was asked.
    exit_address : str, optional
        The address that its traffic comes from.
    latency_ms : float, optional
        From the first connection to the first byte of the answer.
    error : str, optional
        The reason of a failure, in one line.
    """

    seen_by: str
    exit_address: str | None = None
    latency_ms: float | None = None
    error: str | None = None


async def check_proxy(proxy: UpstreamProxy, home: EmulatorAddress, echo_url: str | None = None) -> ProxyCheckResult:
    """Ask through a proxy for the caller's address.

    Parameters
    ----------
    proxy : UpstreamProxy
        The proxy.
    home : EmulatorAddress
        The address of the emulator's own echo.
    echo_url : str, optional
        A URL that answers with the caller's address and nothing else; by default the emulator itself for a proxy
        on this machine, else `PUBLIC_ECHO`.
    """
    own = f"http://{ECHO_SITE}.localhost:{home.port}/"
    here = parse(proxy.host)
    url = echo_url or (own if proxy.host == "localhost" or (here is not None and here.is_loopback) else PUBLIC_ECHO)
    began_s = time.perf_counter()
    try:
        async with asyncio.timeout(_WITHIN_S):
            said = await _ask(proxy, url, str(home.address) if url == own else None)
    except TimeoutError:
        return ProxyCheckResult(url, error=f"the proxy {proxy} brought no answer within {_WITHIN_S:.0f} s")
    except (DialError, ssl.SSLError, BadMessageError) as error:
        return ProxyCheckResult(
            url, error=str(error) if isinstance(error, DialError) else f"{url} gave no answer to read"
        )
    except OSError:
        return ProxyCheckResult(url, error=f"the proxy {proxy} broke the connection off")
    took_ms = (time.perf_counter() - began_s) * 1000
    try:
        return ProxyCheckResult(url, str(ip_address(said.strip())), took_ms)
    except ValueError:
        return ProxyCheckResult(url, error=f"{url} did not answer with an address")


async def _ask(proxy: UpstreamProxy, url: str, dialled: str | None) -> str:
    parts = urlsplit(browser_url(url) or url)
    host = host_of(url) or ""
    tls = parts.scheme == "https"
    reader, writer = await proxy.tunnel(dialled or host, parts.port or (443 if tls else 80))
    try:
        if tls:
            await writer.start_tls(ssl.create_default_context(), server_hostname=host)
        fields = [("Host", parts.netloc.rpartition("@")[2]), ("Accept", "text/plain"), ("Connection", "close")]
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        echo = Peer(h11.CLIENT, (reader, writer))
        await echo.send(h11.Request(method="GET", target=path, headers=fields), h11.EndOfMessage())
        answer = await echo.read_head()
        while answer is not None and isinstance(answer.message, h11.InformationalResponse):
            answer = await echo.read_head()
        if answer is None:
            raise DialError(f"the proxy {proxy} brought no answer")
        body = b""
        while len(body) <= _LONGEST_ANSWER and isinstance(piece := await echo.read_body(), h11.Data):
            body += piece.data
        return body.decode("latin-1")
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

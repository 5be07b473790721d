"""Asks the robots.txt of sites whether their pages may be requested (RFC 9309), once an hour for each origin.

The file is requested by this process, not by a session's browser. Its text is a stranger's: a redirect leads to public
addresses only, and what is longer than `MAX_BYTES` is not read.
"""

from __future__ import annotations

import asyncio
import re
import socket
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import version

import ada_url
import httpx
from protego import Protego

from webrun_nb.client.urls import resolve_url
from webrun_nb.common.addresses import address_class, parse
from webrun_nb.common.hosts import browser_url, host_of, port_of
from webrun_nb.common.text import one_line, shortened

PRODUCT = "webrun-nb"
"""The name that a robots.txt has rules for: `User-agent: webrun-nb`."""
USER_AGENT = f"Mozilla/5.0 (compatible; {PRODUCT}/{version('webrun-nb')})"
"""The `User-Agent` that names the tool. It says nothing of its user, their system or their notebook."""
MAX_BYTES = 512_000
MAX_REDIRECTS = 5
TIMEOUT_S = 10.0
MAX_AGE_S = 3600.0
"""The time for which a robots.txt is kept."""
MAX_REFUSAL_AGE_S = 300.0
"""The time for which it is kept that a robots.txt could not be had."""
MAX_ORIGINS = 1_000
"""The origins whose robots.txt are kept; the one that was asked about longest ago is forgotten first."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_DISALLOW = re.compile(r"\s*disallow\s*:\s*(?P<pattern>[^#]*)", re.IGNORECASE)
_MAX_SEARCHED_CHARS = 20_000
"""In a longer robots.txt the rule that disallows a page is not looked for: each attempt parses it once more."""
_MAX_ATTEMPTS = 3
_MAX_RULE_CHARS = 80

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns the IP addresses of a host name and port; raises OSError."""


async def system_resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host, as this machine resolves it.

    Raises
    ------
    OSError
        There is no such host.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


class _UnavailableError(Exception):
    """A robots.txt could not be had; the message ends the sentence "robots.txt of … "."""


@dataclass(frozen=True, slots=True)
class _Rules:
    """The robots.txt of an origin, as last requested: its rules, or the reason why there are none for now."""

    until_s: float
    """The time of the clock from which on it has to be requested again."""
    text: str = ""
    parsed: Protego | None = None
    """None: everything is allowed, unless there is a `refusal`."""
    refusal: str | None = None


class Robots:
    """The robots.txt files of the sites of a run.

    Parameters
    ----------
    base_url : str
        The server that opens the pages: an emulator has the practice sites.
    transport : httpx.AsyncBaseTransport, optional
        Makes the requests; by default over this machine's network.
    resolve : callable
        Resolves the hosts that redirects lead to.
    now_s : callable
        The clock; it must never go back.
    """

    def __init__(
        self,
        base_url: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        resolve: Resolve = system_resolve,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._base_url = base_url
        self._resolve = resolve
        self._now_s = now_s
        self._known: OrderedDict[str, asyncio.Task[_Rules]] = OrderedDict()
        self._client = httpx.AsyncClient(
            transport=transport,
            headers={"User-Agent": USER_AGENT, "Accept": "text/plain,*/*;q=0.5"},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),  # none is kept or sent
            timeout=TIMEOUT_S,
            mounts={"all://127.0.0.1": transport},  # this machine is not asked through a proxy
        )

    async def close(self) -> None:
        """Stop the requests and close the connections."""
        for task in self._known.values():
            task.cancel()
        await self._client.aclose()

    async def refusal(self, url: str) -> str | None:
        """Return why a page must not be requested, in one line; None where it may.

        A page may be requested where its site has no robots.txt (a status 400 to 499), or one without a rule against
        it. Where robots.txt cannot be had (a status 429 or from 500 on, no answer), it must not for now.

        Parameters
        ----------
        url : str
            An http(s) URL, or `practice:NAME`; there are no rules for any other.
        """
        page = self._page(url)
        if page is None:
            return None
        origin = _origin_of(page)
        rules = await self._rules(origin)
        if rules.refusal is not None:
            return rules.refusal
        if rules.parsed is None or rules.parsed.can_fetch(page, PRODUCT):
            return None
        rule = _rule_against(page, rules.text)
        return f"robots.txt of {origin} disallows this page" + (f": {rule}" if rule else "")

    async def crawl_delay_s(self, url: str) -> float | None:
        """Return the time that a site asks to pass between requests, in seconds; None where it asks for none.

        Parameters
        ----------
        url : str
            As in `refusal`.
        """
        page = self._page(url)
        if page is None:
            return None
        parsed = (await self._rules(_origin_of(page))).parsed
        return None if parsed is None else parsed.crawl_delay(PRODUCT)

    def _page(self, url: str) -> str | None:
        """Return the http(s) URL of a page as browsers write it; None for another text."""
        page = browser_url(resolve_url(url, self._base_url) if url[:9].lower() == "practice:" else url)
        is_web = page is not None and host_of(page) is not None and page.startswith("http")
        return page if is_web else None

    async def _rules(self, origin: str) -> _Rules:
        """Return an origin's rules: those that are known and not too old, else new ones."""
        task = self._known.get(origin)
        if task is None or (task.done() and (task.cancelled() or task.result().until_s <= self._now_s())):
            task = self._known[origin] = asyncio.create_task(self._read(origin), name="read robots.txt")
        self._known.move_to_end(origin)
        while len(self._known) > MAX_ORIGINS:
            self._known.popitem(last=False)
        return await asyncio.shield(task)  # other rows wait for it as well

    async def _read(self, origin: str) -> _Rules:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                text = await self._request(origin)
        except _UnavailableError as error:
            why = str(error)
        except (TimeoutError, httpx.TimeoutException):
            why = f"did not come within {TIMEOUT_S:g} s"
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            why = f"could not be read ({shortened(str(error), 100) or type(error).__name__})"
        else:
            parsed = None if text is None else await asyncio.to_thread(Protego.parse, text)
            return _Rules(self._now_s() + MAX_AGE_S, text or "", parsed)
        refusal = f"robots.txt of {origin} {why}: its pages are not requested for now"
        return _Rules(self._now_s() + MAX_REFUSAL_AGE_S, refusal=refusal)

    async def _request(self, origin: str) -> str | None:
        """Return the text of an origin's robots.txt; None where it has none.

        Raises
        ------
        _UnavailableError, httpx.HTTPError, httpx.InvalidURL, OSError
            It cannot be had.
        """
        url, named = f"{origin}/robots.txt", host_of(origin)
        for _ in range(MAX_REDIRECTS + 1):
            request = await self._addressed(url, named)
            response = await self._client.send(request, stream=True)
            try:
                status = response.status_code
                if status in _REDIRECTS and "Location" in response.headers:
                    url = browser_url(response.headers["Location"], url) or ""
                    if host_of(url) is None:
                        raise _UnavailableError("redirects to what is no web page")
                    continue
                if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise _UnavailableError(f"answered HTTP {status}")
                return await _text_of(response) if response.is_success else None
            finally:
                await response.aclose()
        return None  # RFC 9309, 2.3.1.2: as if there were none

    async def _addressed(self, url: str, named: str | None) -> httpx.Request:
        """Return the request for a URL; that of a redirect to another host goes to an address that was checked.

        Parameters
        ----------
        url : str
            The URL.
        named : str or None
            The host that the user asked for, which may be on a private network.

        Raises
        ------
        _UnavailableError
            The redirect leads into a private network.
        OSError
            There is no such host.
        """
        parts = ada_url.URL(url)
        host = host_of(url) or ""
        address = host
        if host == "localhost" or host.endswith(".localhost"):
            address = "127.0.0.1"  # RFC 6761: also where the system does not resolve it so
        if host != named:
            found = [address] if parse(address) is not None else await self._resolve(host, port_of(url))
            addresses = [parse(each) for each in found]
            if not addresses or any(each is None or address_class(each) != "public" for each in addresses):
                raise _UnavailableError(f"redirects to {host}, which is not on the public network")
            address = str(addresses[0])
        if address == host:
            return self._client.build_request("GET", url)
        dialled = httpx.URL(url).copy_with(host=address)
        return self._client.build_request(
            "GET", dialled, headers={"Host": parts.host}, extensions={"sni_hostname": host}
        )


def _origin_of(page: str) -> str:
    """Return scheme, host and port of an http(s) URL."""
    parts = ada_url.URL(page)
    return f"{parts.protocol}//{parts.host}"


async def _text_of(response: httpx.Response) -> str:
    """Return the beginning of a response as text, at most `MAX_BYTES` of it and whole lines."""
    read = bytearray()
    async for part in response.aiter_bytes():
        read += part
        if len(read) > MAX_BYTES:
            del read[read.rfind(b"\n", 0, MAX_BYTES) + 1 :]
            break
    return read.decode("utf-8-sig", errors="replace")


def _rule_against(page: str, text: str) -> str | None:
    """Return the line of a robots.txt without which a page would be allowed; None where it is not a single one."""
    if len(text) > _MAX_SEARCHED_CHARS:
        return None
    lines = text.splitlines()
    rules = [
        (number, f"Disallow: {found['pattern']}")
        for number, line in enumerate(lines)
        if (found := _DISALLOW.match(line))
    ]
    against = [each for each in rules if not Protego.parse(f"User-agent: *\n{each[1]}").can_fetch(page, PRODUCT)]
    for number, rule in sorted(against, key=lambda each: len(each[1]), reverse=True)[:_MAX_ATTEMPTS]:
        others = "\n".join([*lines[:number], "Disallow:", *lines[number + 1 :]])
        if Protego.parse(others).can_fetch(page, PRODUCT):
            return shortened(one_line(rule), _MAX_RULE_CHARS)
    return None

"""Tests of robots.txt: what it allows, how it is had, and what a stranger's file or redirect can't do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.virtual_time import VirtualTime
from webrun_nb.batch import robots
from webrun_nb.batch.robots import (
    MAX_AGE_S,
    MAX_REDIRECTS,
    MAX_REFUSAL_AGE_S,
    PRODUCT,
    USER_AGENT,
    Robots,
)
from webrun_nb.practice.sites import PracticeApp

T = TypeVar("T")
SITE = "https://shop.example"
PRIVATE = "User-agent: *\nDisallow: /private/\n"


class Web:
    """A web whose robots.txt a test sets, by URL; what is not set is a 404."""

    def __init__(self) -> None:
        self.answers: dict[str, httpx.Response | Exception] = {}
        self.asked: list[httpx.Request] = []
        self.addresses: dict[str, list[str]] = {}
        self.clock = VirtualTime()

    def has(self, text: str | bytes, origin: str = SITE, status: int = 200, **headers: str) -> None:
        self.answers[f"{origin}/robots.txt"] = httpx.Response(status, content=text, headers=headers)

    def redirects(self, origin: str, to: str, status: int = 301) -> None:
        self.has("", origin, status, Location=to)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.get(f"{request.url.scheme}://{request.headers['Host']}{request.url.path}")
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(404) if answer is None else answer

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        if host not in self.addresses:
            raise OSError("there is no such host")
        return self.addresses[host]

    def use(self, use: Callable[[Robots], Awaitable[T]]) -> T:
        """Return what is made of new `Robots` on this web."""

        async def run() -> T:
            transport = httpx.MockTransport(self.answer)
            robots = Robots("http://127.0.0.1:9000", transport=transport, resolve=self.resolve, now_s=self.clock.now_s)
            try:
                return await use(robots)
            finally:
                await robots.close()

        return asyncio.run(run())

    def refusal(self, url: str) -> str | None:
        return self.use(lambda robots: robots.refusal(url))


@pytest.fixture
def web() -> Web:
    return Web()


# --- what is allowed --------------------------------------------------------------------------------------------------


def test_a_rule_against_a_page_is_named(web: Web) -> None:
    web.has(PRIVATE)
    assert web.refusal(f"{SITE}/private/a?x=1") == (
        "robots.txt of https://shop.example disallows this page: Disallow: /private/"
    )
    assert web.refusal(f"{SITE}/public") is None
    assert web.refusal(f"{SITE}/robots.txt") is None


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("User-agent: *\nDisallow: /\nAllow: /open/", "/open/a", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf?x", True),
        ("User-agent: *\nDisallow:", "/", True),
        ("User-agent: other\nDisallow: /", "/", True),
        (f"User-agent: *\nDisallow: /\n\nUser-agent: {PRODUCT}\nDisallow: /a", "/b", True),
        ("User-agent: Webrun-NB\nDisallow: /a", "/a", False),
        ("User-agent: *\nDisallow: /caf%C3%A9", "/caf\u00e9", False),
        ("<!doctype html><title>Not found</title>", "/", True),
        ("\ufeffUser-agent: *\nDisallow: /", "/", False),
        ("", "/", True),
    ],
)
def test_rules_are_those_of_the_standard(web: Web, text: str, path: str, allowed: bool) -> None:
    web.has(text.encode())
    assert (web.refusal(SITE + path) is None) is allowed


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("User-agent: other\nDisallow: /a/b/c\n\nUser-agent: *\nDisallow: /a # all of it", ": Disallow: /a"),
        ("User-agent: other\nDisallow: /x\nUser-agent: *\nDisallow: /a", ": Disallow: /a"),
        ("User-agent: *\nDisallow: /a\nDisallow: /a/b", ""),  # either is enough
        ("User-agent: *\nDisallow: /a*\u202e\x1b[31m" + "x" * 5 + "\nDisallow: /a/b/c", ": Disallow: /a/b/c"),
        ("User-agent: *\nDisallow: /a/b/c\n" + "# filler\n" * 3_000, ""),
    ],
)
def test_a_rule_is_named_only_where_it_alone_is_the_reason(web: Web, text: str, rule: str) -> None:
    web.has(text.encode())
    assert web.refusal(f"{SITE}/a/b/c") == f"robots.txt of https://shop.example disallows this page{rule}"


def test_the_delay_that_a_site_asks_for(web: Web) -> None:
    web.has("User-agent: *\nCrawl-delay: 2.5")
    assert web.use(lambda robots: robots.crawl_delay_s(f"{SITE}/a")) == 2.5
    assert web.use(lambda robots: robots.crawl_delay_s("https://other.example/a")) is None


@pytest.mark.parametrize("url", ["shop.example", "ftp://shop.example/", "ws://shop.example/", ""])
def test_what_is_no_web_address_has_no_rules(web: Web, url: str) -> None:
    assert web.refusal(url) is None
    assert web.use(lambda robots: robots.crawl_delay_s(url)) is None
    assert web.asked == []


# --- how it is had ----------------------------------------------------------------------------------------------------


def test_an_origin_is_asked_once_by_the_name_of_the_tool_and_without_credentials(web: Web) -> None:
    web.has(PRIVATE, **{"Set-Cookie": "visitor=7"})

    async def all_of_them(robots: Robots) -> list[str | None]:
        urls = [f"{SITE}/private/{number}" for number in range(5)]
        found = await asyncio.gather(*map(robots.refusal, urls))
        return [*found, await robots.refusal("https://ada:secret@SHOP.example:443/private/x#there")]

    assert len({*web.use(all_of_them)}) == 1
    (request,) = web.asked
    assert str(request.url) == f"{SITE}/robots.txt"
    assert request.headers["User-Agent"] == USER_AGENT
    assert not {"authorization", "cookie", "referer"} & {*request.headers}


def test_the_user_agent_names_the_tool_and_its_version_alone() -> None:
    assert httpx.Headers({"User-Agent": USER_AGENT})
    assert USER_AGENT.startswith(f"Mozilla/5.0 (compatible; {PRODUCT}/")


def test_ports_and_schemes_have_files_of_their_own(web: Web) -> None:
    web.has(PRIVATE)
    assert web.refusal("http://shop.example/private/") is None
    assert web.refusal("https://shop.example:8443/private/") is None
    assert [str(request.url) for request in web.asked] == [
        "http://shop.example/robots.txt",
        "https://shop.example:8443/robots.txt",
    ]


@pytest.mark.parametrize(
    ("status", "age_s"), [(200, MAX_AGE_S), (404, MAX_AGE_S), (503, MAX_REFUSAL_AGE_S), (429, MAX_REFUSAL_AGE_S)]
)
def test_it_is_kept_for_a_while(web: Web, status: int, age_s: float) -> None:
    web.has(PRIVATE, status=status)

    async def asked(robots: Robots) -> list[int]:
        counts = []
        for time_s in (0.0, age_s - 1, age_s + 1):
            web.clock.s = time_s
            await robots.refusal(f"{SITE}/a")
            counts.append(len(web.asked))
        return counts

    assert web.use(asked) == [1, 1, 2]


def test_the_number_of_kept_files_is_limited(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robots, "MAX_ORIGINS", 3)

    async def ask(robots: Robots) -> None:
        for number in (0, 1, 2, 0, 3, 0, 1):
            await robots.refusal(f"https://h{number}.example/")

    web.use(ask)
    assert [request.url.host for request in web.asked] == [f"h{number}.example" for number in (0, 1, 2, 3, 1)]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_site_without_one_allows_all(web: Web, status: int) -> None:
    web.has(PRIVATE, status=status)
    assert web.refusal(f"{SITE}/private/") is None


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_site_in_trouble_allows_nothing_for_now(web: Web, status: int) -> None:
    web.has("", status=status)
    assert web.refusal(f"{SITE}/a") == (
        f"robots.txt of https://shop.example answered HTTP {status}: its pages are not requested for now"
    )
    assert web.use(lambda robots: robots.crawl_delay_s(f"{SITE}/a")) is None


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (httpx.ConnectError("All connection\nattempts failed"), "could not be read (All connection attempts failed)"),
        (httpx.ReadError(""), "could not be read (ReadError)"),
        (httpx.ConnectTimeout(""), "did not come within 10 s"),
        (TimeoutError(), "did not come within 10 s"),
    ],
)
def test_so_does_one_that_does_not_answer(web: Web, error: Exception, why: str) -> None:
    web.answers[f"{SITE}/robots.txt"] = error
    assert web.refusal(f"{SITE}/a") == f"robots.txt of https://shop.example {why}: its pages are not requested for now"


def test_what_is_too_long_is_not_read(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last line that is read is a whole one: a part of a rule would be another rule."""
    monkeypatch.setattr(robots, "MAX_BYTES", 1_000)
    sent = []

    async def endless() -> AsyncIterator[bytes]:
        yield b"User-agent: *\n"
        while True:
            sent.append(b"Disallow: /a\n" * 10)
            yield sent[-1]

    web.answers[f"{SITE}/robots.txt"] = httpx.Response(200, content=endless())

    async def refusals(robots: Robots) -> list[bool]:
        return [await robots.refusal(SITE + path) is not None for path in ("/a", "/")]

    assert web.use(refusals) == [True, False]
    assert len(sent) == 8


@settings(max_examples=25)
@given(
    text=st.lists(
        st.tuples(st.sampled_from(["User-agent", "Disallow", "Allow", "Crawl-delay", "Request-rate", "x"]), st.text()),
        max_size=8,
    ).map(lambda lines: "\n".join(f"{name}: {value}" for name, value in [("User-agent", "*"), *lines])),
    path=st.text(max_size=20),
)
def test_any_text_is_understood_or_not(text: str, path: str) -> None:
    web = Web()
    web.has(text.encode(errors="replace"))
    refusal = web.refusal(f"{SITE}/{path}")
    assert refusal is None or refusal.isprintable()


# --- redirects --------------------------------------------------------------------------------------------------------


def test_redirects_are_followed_to_public_addresses(web: Web) -> None:
    """The request goes to the address that was checked; the name is in its `Host` and in the handshake of TLS."""
    web.redirects(SITE, "/other.txt")
    web.answers[f"{SITE}/other.txt"] = httpx.Response(302, headers={"Location": "https://www.shop.example/robots.txt"})
    web.has(PRIVATE, "https://www.shop.example")
    web.addresses["www.shop.example"] = ["2606:4700::1", "93.184.216.34"]
    assert web.refusal(f"{SITE}/private/") is not None
    last = web.asked[-1]
    assert (last.url.host, last.headers["Host"], last.extensions["sni_hostname"]) == (
        "2606:4700::1",
        "www.shop.example",
        "www.shop.example",
    )


PRIVATE_ADDRESSES = ("127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "0.0.0.0")


@pytest.mark.parametrize("address", PRIVATE_ADDRESSES)
def test_a_name_with_one_private_address_is_not_requested(web: Web, address: str) -> None:
    web.redirects(SITE, "http://inside.example/robots.txt")
    web.addresses["inside.example"] = ["93.184.216.34", address]
    assert web.refusal(f"{SITE}/a") == (
        "robots.txt of https://shop.example redirects to inside.example, which is not on the public network: its pages "
        "are not requested for now"
    )
    assert len(web.asked) == 1


@pytest.mark.parametrize("host", [*PRIVATE_ADDRESSES, "localhost", "shop.localhost", "2130706433"])
def test_neither_is_this_machine_or_a_private_address_itself(web: Web, host: str) -> None:
    web.redirects(SITE, f"http://[{host}]:8080/robots.txt" if ":" in host else f"http://{host}:8080/robots.txt")
    refusal = web.refusal(f"{SITE}/a")
    assert refusal is not None
    assert "is not on the public network" in refusal
    assert len(web.asked) == 1


def test_a_redirect_to_no_host_is_said(web: Web) -> None:
    web.redirects(SITE, "https://nowhere.example/robots.txt")
    refusal = web.refusal(f"{SITE}/a")
    assert refusal is not None
    assert "could not be read (there is no such host)" in refusal


@pytest.mark.parametrize(
    "to", ["ftp://shop.example/robots.txt", "javascript:alert(1)", "http://[", "file:///etc/passwd"]
)
def test_a_redirect_to_what_is_no_web_page_is_not_followed(web: Web, to: str) -> None:
    web.redirects(SITE, to)
    assert str(web.refusal(f"{SITE}/a")).endswith(": its pages are not requested for now")
    assert len(web.asked) == 1


@pytest.mark.parametrize(("redirects", "allowed"), [(MAX_REDIRECTS, False), (MAX_REDIRECTS + 1, True)])
def test_five_redirects_are_followed(web: Web, redirects: int, allowed: bool) -> None:
    """After more a site counts as one without robots.txt, as the standard has it."""
    for number in range(redirects):
        path = "/robots.txt" if number == 0 else f"/{number}"
        web.answers[SITE + path] = httpx.Response(307, headers={"Location": f"/{number + 1}"})
    web.answers[f"{SITE}/{redirects}"] = httpx.Response(200, text="User-agent: *\nDisallow: /")
    assert (web.refusal(f"{SITE}/a") is None) is allowed
    assert len(web.asked) == MAX_REDIRECTS + 1


@pytest.mark.parametrize("host", ["10.0.0.1", "192.168.7.7:8000"])
def test_a_private_host_that_the_user_named_is_asked(web: Web, host: str) -> None:
    web.has(PRIVATE, f"http://{host}")
    assert web.refusal(f"http://{host}/private/") is not None


def test_a_practice_site_is_asked_on_this_machine_by_its_name() -> None:
    async def refusals() -> list[str | None]:
        robots = Robots("http://127.0.0.1:8000", transport=httpx.ASGITransport(PracticeApp()))
        try:
            urls = ("practice:directory/private/", "practice:directory", "http://directory.localhost:8000/private/")
            return [await robots.refusal(url) for url in urls]
        finally:
            await robots.close()

    refusal = "robots.txt of http://directory.localhost:8000 disallows this page: Disallow: /private/"
    assert asyncio.run(refusals()) == [refusal, None, refusal]

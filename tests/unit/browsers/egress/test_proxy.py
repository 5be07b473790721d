"""Tests of a session's proxy with valid HTTP/1.1, byte by byte, between a raw client and a raw origin."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from helpers.raw_http import END, GET, GOOD, POST, WITHIN_S, Client, Origin, client_and_origin
from webrun_nb.browsers.egress.network import HEAD_LIMIT_BYTES


@pytest_asyncio.fixture
async def both() -> AsyncIterator[tuple[Client, Origin]]:
    async with client_and_origin() as both:
        yield both


@pytest.fixture
def client(both: tuple[Client, Origin]) -> Client:
    return both[0]


@pytest.fixture
def origin(both: tuple[Client, Origin]) -> Origin:
    return both[1]


async def test_a_request_goes_on_without_what_is_about_the_connection(client: Client, origin: Origin) -> None:
    origin.answers = [b"HTTP/1.1 200 Fine\r\nKeep-Alive: 5\r\nX-Kept: y\r\nContent-Length: 2\r\n\r\nok"]
    fields = (
        b"Proxy-Connection: keep-alive\r\nUpgrade: x\r\nX-Mine: m\r\nX-Other: o\r\nConnection: X-Mine, close\r\n\r\n"
    )
    answer = await client.says(fields, GET)
    assert origin.received == b"GET /x HTTP/1.1\r\nHost: good.example\r\nX-Other: o\r\n\r\n"
    assert answer == b"HTTP/1.1 200 Fine\r\nX-Kept: y\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


async def test_connections_are_used_again(client: Client, origin: Origin) -> None:
    origin.answers, origin.keeps_open = [GOOD, GOOD, GOOD], True
    reader, writer = await client.connect()
    for start, rest in ((GET, b"\r\n"), (POST, b"Content-Length: 5\r\n\r\nhello"), (GET, b"\r\n")):
        writer.write(start + client.head + rest)
        async with asyncio.timeout(WITHIN_S):
            assert (await reader.readuntil(b"\r\n\r\n")) + (await reader.readexactly(2)) == GOOD
    assert origin.connections == 1


async def test_requests_sent_at_once_are_answered_in_their_order(client: Client, origin: Origin) -> None:
    origin.answers, origin.keeps_open = [GOOD, GOOD.replace(b"ok", b"no")], True
    reader, writer = await client.connect()
    writer.write((GET + client.head + b"\r\n") * 2)
    async with asyncio.timeout(WITHIN_S):
        await reader.readuntil(b"\r\n\r\nok")
        await reader.readuntil(b"\r\n\r\nno")


@pytest.mark.parametrize(("start", "sent_again"), [(GET, True), (POST, False)])
async def test_a_connection_that_the_host_has_given_up_is_replaced_for_what_may_be_sent_twice(
    client: Client, origin: Origin, start: bytes, sent_again: bool
) -> None:
    origin.answers, origin.keeps_open = [GOOD], True
    reader, writer = await client.connect()
    writer.write(GET + client.head + b"\r\n")
    async with asyncio.timeout(WITHIN_S):
        await reader.readuntil(b"ok")
    origin.answers, origin.received = [b"", GOOD], b""
    writer.write(start + client.head + b"\r\n")
    await origin.until_received(b"\r\n\r\n")
    origin.writers[0].close()
    async with asyncio.timeout(WITHIN_S):
        assert (b"ok" in await reader.read(1000)) is sent_again


@pytest.mark.parametrize(
    ("method", "status"),
    [(b"GET", b"204 No Content"), (b"GET", b"304 Not Modified"), (b"HEAD", b"304 Not Modified"), (b"HEAD", b"200 OK")],
)
async def test_an_answer_without_a_body_ends_at_its_head(
    client: Client, origin: Origin, method: bytes, status: bytes
) -> None:
    origin.answers, origin.keeps_open = [b"HTTP/1.1 " + status + b"\r\nContent-Length: 7\r\n\r\n", GOOD], True
    reader, writer = await client.connect()
    writer.write(method + b" http://good.example/x HTTP/1.1\r\n" + client.head + b"\r\n" + GET + client.head + b"\r\n")
    async with asyncio.timeout(WITHIN_S):
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 " + status)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 OK")


async def test_a_body_that_ends_with_the_connection_is_passed_on_in_chunks(client: Client, origin: Origin) -> None:
    origin.answers = [b"HTTP/1.0 200 OK\r\n\r\nhello"]
    answer = await client.says(END, GET)
    assert answer.partition(b"\r\n\r\n")[2] == b"5\r\nhello\r\n0\r\n\r\n"


async def test_a_client_of_an_older_version_gets_a_body_that_ends_with_the_connection(
    client: Client, origin: Origin
) -> None:
    origin.answers = [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-T: t\r\n\r\n"]
    answer = await client.says(b"\r\n", GET.replace(b"1.1", b"1.0"))
    assert answer == b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello"


async def test_an_answer_that_breaks_off_is_not_ended_properly(client: Client, origin: Origin) -> None:
    origin.answers = [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"]
    answer = await client.says(END, GET)
    assert answer.endswith(b"\r\n\r\n5\r\nhello\r\n")


async def test_a_stream_s_head_and_pieces_are_passed_on_as_they_come(client: Client, origin: Origin) -> None:
    origin.answers, origin.keeps_open = [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"], True
    reader, writer = await client.connect()
    writer.write(GET + client.head + b"\r\n")
    async with asyncio.timeout(WITHIN_S):
        await reader.readuntil(b"\r\n\r\n")
        for piece in (b"1\r\na\r\n", b"1\r\nb\r\n"):
            origin.writers[0].write(piece)
            assert await reader.readexactly(len(piece)) == piece


async def test_more_than_fits_into_memory_is_passed_on_piece_by_piece(client: Client, origin: Origin) -> None:
    """If the client does not read, the origin cannot continue to write: no buffer between them takes everything."""
    size = 64 * 1024 * 1024
    origin.answers, origin.keeps_open = [f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode()], True
    reader, writer = await client.connect()
    writer.write(GET + client.head + b"\r\n")
    await origin.until_received(b"\r\n\r\n")
    async with asyncio.timeout(WITHIN_S):
        writing = asyncio.create_task(_write(origin.writers[0], size))
        await reader.readuntil(b"\r\n\r\n")
        await _until_it_stands_still(client)
        assert client.listener.egress_route.down < size / 2
        for _ in range(size // 1024):
            await reader.readexactly(1024)
        await writing
    assert client.listener.egress_route.down > size


async def _write(writer: asyncio.StreamWriter, size: int) -> None:
    for _ in range(size // 65_536):
        writer.write(bytes(65_536))
        await writer.drain()


async def _until_it_stands_still(client: Client) -> None:
    """Run turns of the event loop until many in a row have transferred nothing."""
    quiet, before = 0, -1
    while quiet < 2_000:
        await asyncio.sleep(0)
        down = client.listener.egress_route.down
        quiet, before = (quiet + 1, down) if down == before else (0, down)


async def test_a_client_that_waits_for_100_gets_it_from_the_host(client: Client, origin: Origin) -> None:
    origin.answers, origin.keeps_open = [b"HTTP/1.1 100 Continue\r\n\r\n"], True
    reader, writer = await client.connect()
    writer.write(POST + client.head + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n")
    async with asyncio.timeout(WITHIN_S):
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        assert b"Expect: 100-continue" in origin.received
        writer.write(b"hello")
        await origin.until_received(b"hello")
        origin.writers[0].write(GOOD)
        assert await reader.readuntil(b"ok") == GOOD


async def test_a_client_that_waits_for_100_can_be_refused_at_once(client: Client, origin: Origin) -> None:
    origin.answers = [b"HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n"]
    answer = await client.says(b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 417 ")


async def test_hints_before_an_answer_are_left_out(client: Client, origin: Origin) -> None:
    origin.answers = [b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + GOOD]
    answer = await client.says(END, GET)
    assert answer.startswith(b"HTTP/1.1 200 ")


async def test_an_answer_that_comes_before_the_request_s_end_is_passed_on(client: Client, origin: Origin) -> None:
    origin.answers, origin.keeps_open = [GOOD, GOOD], True
    reader, writer = await client.connect()
    writer.write(POST + client.head + b"Content-Length: 10\r\n\r\nhello")
    async with asyncio.timeout(WITHIN_S):
        assert await reader.readuntil(b"ok") == GOOD
        writer.write(b"world" + GET + client.head + b"\r\n")
        assert await reader.readuntil(b"ok") == GOOD
    assert b"helloworldGET /x" in origin.received


async def test_a_long_head_is_passed_on_and_a_longer_one_is_refused(client: Client, origin: Origin) -> None:
    origin.answers = [GOOD]
    assert b"200 OK" in await client.says(b"X-Long: " + b"x" * 100_000 + b"\r\n" + END, GET)
    answer = await client.says(b"X-Long: " + b"x" * (HEAD_LIMIT_BYTES + 65_536), GET)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert origin.connections == 1


async def test_a_head_that_comes_byte_by_byte_is_read(client: Client, origin: Origin) -> None:
    origin.answers = [GOOD]
    reader, writer = await client.connect()
    for byte in GET + client.head + END:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0)
    async with asyncio.timeout(WITHIN_S):
        assert (await reader.read()).endswith(b"ok")


async def test_a_tunnel_passes_bytes_on_as_they_are(client: Client, origin: Origin) -> None:
    """Bytes that follow the request immediately belong to the tunnel as well."""
    origin.answers, origin.keeps_open = [b"\x00answer\n"], True
    reader, writer = await client.connect()
    writer.write(b"CONNECT good.example:443 HTTP/1.1\r\n" + client.head + b"\r\n" + b"\x16early\r\n\r\n")
    async with asyncio.timeout(WITHIN_S):
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 200 Connected\r\n\r\n"
        assert await reader.readuntil(b"\n") == b"\x00answer\n"
    assert origin.received == b"\x16early\r\n\r\n"


async def test_bytes_are_counted_as_the_host_sent_and_got_them(client: Client, origin: Origin) -> None:
    origin.answers = [GOOD]
    await client.says(END, GET)
    egress_route = client.listener.egress_route
    assert (egress_route.up, egress_route.down) == (len(origin.received), len(GOOD))


async def test_a_client_without_the_password_is_asked_for_it(client: Client, origin: Origin) -> None:
    client.head = b"Host: good.example\r\n"
    answer = await client.says(b"Content-Length: 5\r\n\r\nhello")
    assert answer.startswith(b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic ")
    assert origin.connections == 0


async def test_a_refused_host_is_answered_and_the_connection_goes_on(client: Client, origin: Origin) -> None:
    client.listener.egress_route.destinations.avoid(["bad.example"])
    origin.answers, origin.keeps_open = [GOOD], True
    reader, writer = await client.connect()
    refused = b"POST http://bad.example/x HTTP/1.1\r\n" + client.head + b"Content-Length: 5\r\n\r\nhello"
    writer.write(refused + GET + client.head + b"\r\n")
    async with asyncio.timeout(WITHIN_S):
        assert (await reader.readuntil(b"rules\n")).startswith(b"HTTP/1.1 403 ")
        assert await reader.readuntil(b"ok") == GOOD
    assert origin.received.startswith(b"GET ")


async def test_an_answer_of_another_kind_is_the_reason_why_a_page_is_not_there(client: Client, origin: Origin) -> None:
    origin.answers = [b"SSH-2.0-OpenSSH\r\n\r\n"]
    await client.says(END, GET)
    assert str(client.listener.failure("http://good.example/x")) == "the host's answer is not proper HTTP/1.1"


async def test_a_name_that_no_host_can_have_is_the_reason_why_a_page_is_not_there(
    client: Client, origin: Origin
) -> None:
    assert await client.says(END, b"GET http://a..b/ HTTP/1.1\r\n") == b""
    assert "'a..b' is not a host name" in str(client.listener.failure("http://a..b/"))


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("//evil.example/x", "http://evil.example/x"),
        ("/\\\\evil.example/x", "http://evil.example/x"),
        ("https:evil.example", "https://evil.example/"),
        ("http:///evil.example/", "http://evil.example/"),
        ("ht\ttp://evil.example/", "http://evil.example/"),
        ("http://faß.example/", "http://xn--fa-hia.example/"),
        ("next?a", "http://good.example/next?a"),
    ],
)
async def test_a_redirect_is_asked_about_as_browsers_read_it(
    client: Client, origin: Origin, location: str, url: str
) -> None:
    asked: list[str] = []
    client.listener.redirect_refusal = lambda to: asked.append(to) or "no"
    origin.answers = [f"HTTP/1.1 307 On\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()]
    answer = await client.says(b"Connection: close\r\nContent-Length: 0\r\n\r\n")
    assert (answer.startswith(b"HTTP/1.1 403 "), asked) == (True, [url])


@pytest.mark.parametrize("location", [b"http://[/", b"http://evil\xff.example/"])
async def test_a_redirect_that_can_t_be_read_is_not_passed_on(client: Client, origin: Origin, location: bytes) -> None:
    origin.answers = [b"HTTP/1.1 308 On\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n"]
    answer = await client.says(b"Accept: text/html\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 204 ")

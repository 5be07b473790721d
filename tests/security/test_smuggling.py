"""Tests of HTTP/1.1 messages that two parsers could read differently: the session's proxy passes none of them on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from helpers.raw_http import END, GET, GOOD, WITHIN_S, Client, Origin, client_and_origin


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


CHUNK_SIZES = ["+5", "0x10", "1_0", "-0", " 5", "5 5", "", "g", "f" * 21, "5\n"]
CHUNKED = b"Transfer-Encoding: chunked\r\n"
FIELDS = {
    "length and coding": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "two lengths in one": b"Content-Length: 5, 6\r\n\r\nhello!",
    "a length with a sign": b"Content-Length: +5\r\n\r\nhello",
    "another coding": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "two codings": b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "two codings in two fields": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a field over two lines": b"X-Long: a\r\n b\r\nContent-Length: 0\r\n\r\n",
    "a coding over two lines": b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    "a line feed alone": b"X-A: b\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "line feeds alone at the end": b"Content-Length: 0\n\n",
    "a carriage return alone": b"X-A: b\rContent-Length: 5\r\n\r\nhello",
    "a zero byte": b"X-A: b\x00c\r\nContent-Length: 0\r\n\r\n",
    "a blank before the colon": b"Content-Length : 5\r\n\r\nhello",
    "no name": b": 5\r\n\r\n",
}
"""The rest of a message behind right first lines: what a reader must not accept."""


@pytest.mark.parametrize("size", CHUNK_SIZES)
async def test_a_request_s_chunk_of_no_proper_size_is_refused(client: Client, origin: Origin, size: str) -> None:
    answer = await client.says(CHUNKED + b"\r\n" + size.encode() + b"\r\nhello\r\n0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert (origin.connections, origin.received) == (0, b"")


@pytest.mark.parametrize("name", FIELDS)
async def test_an_ambiguous_request_is_refused(client: Client, origin: Origin, name: str) -> None:
    answer = await client.says(FIELDS[name])
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert (origin.connections, origin.received) == (0, b"")


@pytest.mark.parametrize(
    "start", [b"POST  http://good.example/ HTTP/1.1\r\n", b"POST http://good.example/ HTTP/1.1 \r\n", b"\r\n",
              b"POST http://good.example/a b HTTP/1.1\r\n", b"POST good.example/ HTTP/1.1\r\n"],
)  # fmt: skip
async def test_a_request_line_of_another_form_is_refused(client: Client, origin: Origin, start: bytes) -> None:
    answer = await client.says(b"Content-Length: 0\r\n\r\n", start)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert origin.connections == 0


async def test_a_request_s_later_chunk_of_no_proper_size_ends_both_connections(client: Client, origin: Origin) -> None:
    answer = await client.says(CHUNKED + b"\r\n5\r\nhello\r\n+5\r\nhello\r\n0\r\n\r\n")
    await origin.until_left()
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"\r\n0\r\n" not in origin.received
    assert b"+5" not in origin.received


async def test_a_request_is_passed_on_with_lengths_of_its_own(client: Client, origin: Origin) -> None:
    origin.answers = [GOOD]
    body = b"05;x=1\r\nhello\r\n00\r\nX-Trailer: t\r\nContent-Length: 9\r\n\r\n"
    answer = await client.says(b"X-A: b\r\nConnection: x-a, content-length, close\r\n" + CHUNKED + b"\r\n" + body)
    head, _, passed_on = origin.received.partition(b"\r\n\r\n")
    assert answer.endswith(b"ok")
    assert passed_on == b"5\r\nhello\r\n0\r\nX-Trailer: t\r\n\r\n"
    assert head == b"POST /x HTTP/1.1\r\nHost: good.example\r\nTransfer-Encoding: chunked"


async def test_connection_does_not_take_a_length_out_of_a_message(client: Client, origin: Origin) -> None:
    origin.answers = [GOOD]
    await client.says(b"Connection: content-length, host, close\r\nContent-Length: 5\r\n\r\nhello")
    assert origin.received == b"POST /x HTTP/1.1\r\nHost: good.example\r\nContent-Length: 5\r\n\r\nhello"


# --- answers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FIELDS)
async def test_an_ambiguous_answer_is_refused(client: Client, origin: Origin, name: str) -> None:
    origin.answers = [b"HTTP/1.1 200 OK\r\nX-Marker: m\r\n" + FIELDS[name]]
    answer = await client.says(END, GET)
    assert answer.startswith(b"HTTP/1.1 502 ")
    assert b"m" not in answer.partition(b"\r\n")[2].replace(b"Content-Length: 0", b"").replace(
        b"Connection: close", b""
    )


@pytest.mark.parametrize("size", CHUNK_SIZES)
async def test_an_answer_s_chunk_of_no_proper_size_is_not_passed_on(client: Client, origin: Origin, size: str) -> None:
    origin.answers = [b"HTTP/1.1 200 OK\r\n" + CHUNKED + b"\r\n" + size.encode() + b"\r\nhello\r\n0\r\n\r\n"]
    answer = await client.says(END, GET)
    assert answer.startswith(b"HTTP/1.1 502 ")
    assert b"hello" not in answer


@pytest.mark.parametrize("start", [b"HTTP/2.0 200 OK", b"HTTP/1.1 20 OK", b"HTTP/1.1 +200 OK", b"ICY 200 OK", b"hello"])
async def test_what_is_no_answer_is_refused(client: Client, origin: Origin, start: bytes) -> None:
    origin.answers = [start + b"\r\nContent-Length: 0\r\n\r\n"]
    assert (await client.says(END, GET)).startswith(b"HTTP/1.1 502 ")


async def test_an_upgrade_that_was_not_asked_for_is_refused(client: Client, origin: Origin) -> None:
    origin.answers = [b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nraw"]
    answer = await client.says(b"Upgrade: x\r\nConnection: upgrade\r\n\r\n", GET)
    assert answer.startswith(b"HTTP/1.1 502 ")
    assert b"pgrade" not in origin.received


async def test_an_answer_is_passed_on_with_lengths_of_its_own(client: Client, origin: Origin) -> None:
    origin.answers = [b"HTTP/1.1 200 OK\r\n" + CHUNKED + b"\r\n05;x=1\r\nhello\r\n0\r\nX-Trailer: t\r\n\r\n"]
    answer = await client.says(END, GET)
    assert answer.partition(b"\r\n\r\n")[2] == b"5\r\nhello\r\n0\r\nX-Trailer: t\r\n\r\n"


async def test_more_than_an_answer_is_not_the_next_one(client: Client, origin: Origin) -> None:
    """The second request uses a new connection: bytes after the first response are dropped."""
    origin.answers = [GOOD + b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfalse", GOOD]
    reader, writer = await client.connect()
    for _ in range(2):
        writer.write(GET + client.head + b"\r\n")
        async with asyncio.timeout(WITHIN_S):
            await reader.readuntil(b"\r\n\r\n")
            assert await reader.readexactly(2) == b"ok"
    assert origin.connections == 2

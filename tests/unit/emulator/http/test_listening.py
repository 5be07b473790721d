"""Tests of the addresses that the emulator listens on, and of the host names that it accepts."""

from __future__ import annotations

import asyncio
import logging
import socket

import pytest

from webrun_nb.emulator.http.listening import AddressError, allowed_hosts, check_guarded, listen, url

LONG_KEY = "wr_0123456789abcdef"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.2"])
def test_loopback_needs_no_key_of_ones_own(host, caplog):
    check_guarded(host, [])
    assert caplog.records == []


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "2001:db8::1", "box.example"])
def test_any_other_host_needs_one(host):
    with pytest.raises(AddressError, match=r"WEBRUN_EMULATOR_KEY or with --keys FILE") as raised:
        check_guarded(host, [])
    assert "\n" not in str(raised.value)


def test_a_short_key_does_not_do():
    with pytest.raises(AddressError, match="too easily guessed"):
        check_guarded("0.0.0.0", [LONG_KEY, "wr_short"])


def test_with_a_key_it_says_what_it_means(caplog):
    with caplog.at_level(logging.WARNING):
        check_guarded("0.0.0.0", [LONG_KEY])
    (record,) = caplog.records
    assert "anyone who reaches this port and has a key can use this machine's browsers" in record.message
    assert LONG_KEY not in record.message


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_what_loopback_is_called(host):
    ours = allowed_hosts(host)
    assert all(name in ours for name in ("127.0.0.1", "localhost", "::1"))
    assert "evil.example" not in ours
    assert "192.168.1.5" not in ours


def test_everywhere_any_address_will_do_but_no_name(monkeypatch):
    monkeypatch.setattr("platform.node", lambda: "Box")
    ours = allowed_hosts("0.0.0.0", ["Box.Home"])
    assert all(name in ours for name in ("192.168.1.5", "2001:db8::1", "localhost", "box", "box.home"))
    assert "evil.example" not in ours


def test_one_address_is_that_address():
    ours = allowed_hosts("192.168.1.5")
    assert "192.168.1.5" in ours
    assert "192.168.1.6" not in ours


@pytest.mark.parametrize(
    ("host", "further", "wanted"),
    [
        ("127.0.0.1", ["box"], "http://127.0.0.1:8000"),
        ("::1", [], "http://[::1]:8000"),
        ("0.0.0.0", [], "http://127.0.0.1:8000"),
        ("::", ["box.home"], "http://box.home:8000"),
    ],
)
def test_where_it_is_reached(host, further, wanted):
    assert url(host, 8000, further) == wanted


def test_a_taken_port_is_said_in_one_line():
    (first,) = listen("127.0.0.1", 0)
    with first, pytest.raises(AddressError, match="choose another --port"):
        listen("127.0.0.1", first.getsockname()[1])


async def test_answers_are_sent_without_waiting_for_acknowledgements() -> None:
    """Otherwise a request that closely follows another takes 40 ms."""
    (listener,) = listen("127.0.0.1", 0)
    delays = asyncio.get_running_loop().create_future()

    def accepted(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        delays.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 0)
        writer.close()

    async with await asyncio.start_server(accepted, sock=listener):
        _, writer = await asyncio.open_connection(*listener.getsockname())
        assert await delays is False
        writer.close()
        await writer.wait_closed()

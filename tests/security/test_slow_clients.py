"""Tests of clients that send slowly, over real sockets: they are disconnected and delay no other client."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import httpx
import pytest

KEY = "wr_slow"
HEAD_S, BODY_S = 2.0, 2.5
"""Long enough for a client that sends at once, on a busy machine too."""
SERVE = f"""
import sys
from pathlib import Path
from webrun_nb.emulator import server
from webrun_nb.emulator.options import Options
from webrun_nb.emulator.http.middleware.body_limits import ClientTimeouts
server.run(Options(data_dir=Path(sys.argv[1]), timeouts=ClientTimeouts({HEAD_S}, {BODY_S}, 1_000_000)))
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[tuple[str, int]]:
    """The address of an emulator with short timeouts for slow clients."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(tmp_path_factory.mktemp("data"))],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "WEBRUN_EMULATOR_KEY": KEY},
    )
    url = httpx.URL(json.loads(process.stdout.readline())["url"])
    yield str(url.host), int(url.port)
    process.terminate()
    process.communicate()


def head(path: str, *lines: str, method: str = "POST", key: str = KEY) -> bytes:
    named = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {key}", *lines]
    return "\r\n".join(named).encode()


def dribble(connection: socket.socket, pause_s: float = 0.05) -> bytes:
    """Send one byte now and then until the other side closes the connection; return its response."""
    connection.settimeout(pause_s)
    said = b""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            connection.sendall(b"x")
            received = connection.recv(65536)
        except TimeoutError:
            continue
        except ConnectionError:
            return said
        if not received:
            return said
        said += received
    raise AssertionError(f"still listened to, after {said!r}")


CASES = {
    "nothing but a head that never ends": head("/start/sessions", "X-Slow: ", method="GET"),
    "a head that never ends, after an answer": head("/start/health", "\r\n", method="GET")
    + head("/start/sessions", "X-Slow: ", method="GET"),
    "a body": head("/start/start-session", "Content-Type: application/json", "Content-Length: 1000", "\r\n"),
    "a body in chunks": head("/start/start-session", "Content-Length: 1000", "\r\n"),
    "an upload": head(
        "/files/upload", "Content-Type: multipart/form-data; boundary=b", "Content-Length: 400000000", "\r\n"
    ),
    "a body of somebody without a key": head(
        "/start/start-session", "Content-Length: 100000", "\r\n", key="wr_unknown"
    ),
    "a body for Socket.IO": head("/socket.io/?EIO=4&transport=polling", "Content-Length: 1000", "\r\n"),
}


@pytest.fixture(scope="module")
def slow_clients(address) -> Iterator[dict[str, Future[bytes]]]:
    """Connect all slow clients at once; each yields the response before it was disconnected."""

    def come(name: str) -> bytes:
        with socket.create_connection(address) as connection:
            connection.sendall(CASES[name])
            return dribble(connection)

    with ThreadPoolExecutor(len(CASES)) as pool:
        yield {name: pool.submit(come, name) for name in CASES}


@pytest.mark.parametrize("name", CASES)
def test_a_slow_client_is_cut_off(slow_clients, name):
    slow_clients[name].result()


def test_a_slow_body_is_refused_with_the_reason(slow_clients):
    said = slow_clients["a body"].result()
    assert b" 408 " in said
    assert b"too slowly" in said


def test_silence_is_cut_off_too(address):
    with socket.create_connection(address) as connection:
        connection.settimeout(60)
        assert connection.recv(1) == b""


def test_others_do_not_wait_for_them(address):
    held = [socket.create_connection(address) for _ in range(50)]
    try:
        for connection in held:
            connection.sendall(b"GET /start/health HTTP/1.1\r\nHost: ")
        answer = httpx.get(f"http://{address[0]}:{address[1]}/start/health", timeout=60, trust_env=False)
        assert answer.status_code == 200
    finally:
        for connection in held:
            connection.close()


def test_a_body_that_takes_its_time_but_comes_is_read(address):
    """It comes in two parts, the second within the time limit."""
    with socket.create_connection(address) as connection:
        connection.settimeout(60)
        connection.sendall(head("/start/send-message", "Content-Type: application/json", "Content-Length: 2", "\r\n"))
        connection.sendall(b"{")
        connection.sendall(b"}")
        said = b""
        while b"}" not in said:
            said += connection.recv(65536)
        assert b"MISSING_REQUIRED_FIELD" in said


@pytest.mark.parametrize("path", ["/start/start-session", "/files/upload"])
def test_a_body_that_says_it_is_too_large_is_refused_unread(address, path):
    with socket.create_connection(address) as connection:
        connection.settimeout(60)
        connection.sendall(head(path, "Content-Length: 600000000", "\r\n"))
        said = b""
        while chunk := connection.recv(65536):
            said += chunk
    assert b" 400 " in said
    assert b"larger than" in said


def test_an_idle_live_connection_stays(address):
    """The timeout is for heads and bodies, not for a WebSocket without messages."""
    upgrade = head(
        "/socket.io/?EIO=4&transport=websocket",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        "\r\n",
        method="GET",
    )
    with socket.create_connection(address) as connection:
        connection.settimeout(60)
        connection.sendall(upgrade)
        assert b" 101 " in connection.recv(4096)
        connection.settimeout(1.5 * HEAD_S)
        said = b""
        try:
            while chunk := connection.recv(4096):
                said += chunk
        except TimeoutError:
            return
    raise AssertionError(f"hung up after {said!r}")

"""Real HTTP and SOCKS5 proxies on this machine, with or without a password, that record the hosts they connect to."""

from __future__ import annotations

import contextlib
import select
import socket
import socketserver
import struct
from base64 import b64encode
from collections.abc import Callable
from threading import Thread
from urllib.parse import urlsplit


class LocalProxy:
    """A running proxy.

    Attributes
    ----------
    asked : list of str
        `host:port` of each connection that it opened for a client.
    attempts : int
        Connections that came in, refused ones too.
    """

    def __init__(self, kind: str, username: str | None = None, password: str | None = None) -> None:
        self.kind = kind
        self.username = username
        self.password = password
        self.asked: list[str] = []
        self.attempts = 0
        self._open: set[socket.socket] = set()
        handle = self._http if kind == "http" else self._socks
        self._server = _Server(("127.0.0.1", 0), _handler(self._tracked(handle)))
        self.port = int(self._server.server_address[1])
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def wire(self) -> dict[str, object]:
        """The proxy in the form of a session's `proxy` field."""
        fields: dict[str, object] = {"source": "custom", "type": self.kind, "host": "127.0.0.1", "port": self.port}
        if self.username is not None:
            fields |= {"username": self.username, "password": self.password}
        return fields

    def die(self) -> None:
        """Stop listening, and close the open connections."""
        self._server.shutdown()
        self._server.server_close()
        for each in list(self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._thread.join()

    def _tracked(self, handle: Callable[[socket.socket], None]) -> Callable[[socket.socket], None]:
        def tracked(client: socket.socket) -> None:
            self.attempts += 1
            self._open.add(client)
            try:
                handle(client)
            except OSError:
                pass  # one side has gone
            finally:
                self._open.discard(client)

        return tracked

    def _connect(self, host: str, port: int) -> socket.socket:
        self.asked.append(f"{host}:{port}")
        onward = socket.create_connection((host, port), timeout=20)
        self._open.add(onward)
        return onward

    # --- HTTP -------------------------------------------------------------------------------------------------------

    def _http(self, client: socket.socket) -> None:
        head = _until(client, b"\r\n\r\n")
        if not head:
            return
        start, *fields = head.decode("latin-1").strip().split("\r\n")
        method, target, _ = start.split(" ")
        if self.username is not None:
            login = b64encode(f"{self.username}:{self.password}".encode()).decode()
            if f"proxy-authorization: basic {login}".lower() not in [field.lower() for field in fields]:
                client.sendall(
                    b"HTTP/1.1 407 Who Are You\r\nProxy-Authenticate: Basic realm=p\r\nContent-Length: 0\r\n"
                )
                client.sendall(b"Connection: close\r\n\r\n")
                return
        if method == "CONNECT":
            host, _, port = target.rpartition(":")
            onward = self._connect(host.strip("[]"), int(port))
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            parts = urlsplit(target)
            onward = self._connect(parts.hostname or "", parts.port or 80)
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            kept = [field for field in fields if not field.lower().startswith(("proxy-", "connection"))]
            onward.sendall("\r\n".join([f"{method} {path} HTTP/1.1", *kept, "Connection: close", "", ""]).encode())
        _relay(client, onward)

    # --- SOCKS5 (RFC 1928, RFC 1929) --------------------------------------------------------------------------------

    def _socks(self, client: socket.socket) -> None:
        _, count = _exactly(client, 2)
        methods = _exactly(client, count)
        wanted = 0 if self.username is None else 2
        if wanted not in methods:
            client.sendall(b"\x05\xff")
            return
        client.sendall(bytes([5, wanted]))
        if wanted == 2:
            _, length = _exactly(client, 2)
            username = _exactly(client, length)
            password = _exactly(client, _exactly(client, 1)[0])
            right = (username.decode(), password.decode()) == (self.username, self.password)
            client.sendall(b"\x01\x00" if right else b"\x01\x01")
            if not right:
                return
        _, _, _, kind = _exactly(client, 4)
        if kind == 3:
            host = _exactly(client, _exactly(client, 1)[0]).decode()
        else:
            family, size = (socket.AF_INET, 4) if kind == 1 else (socket.AF_INET6, 16)
            host = socket.inet_ntop(family, _exactly(client, size))
        (port,) = struct.unpack("!H", _exactly(client, 2))
        try:
            onward = self._connect(host, port)
        except OSError:
            client.sendall(b"\x05\x05\x00\x01" + bytes(6))
            return
        client.sendall(b"\x05\x00\x00\x01" + bytes(6))
        _relay(client, onward)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def _handler(serve: Callable[[socket.socket], None]) -> type[socketserver.BaseRequestHandler]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            serve(self.request)

    return Handler


def _exactly(client: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = client.recv(count - len(data))
        if not piece:
            raise ConnectionResetError
        data += piece
    return data


def _until(client: socket.socket, end: bytes) -> bytes:
    data = b""
    while end not in data:
        piece = client.recv(4096)
        if not piece:
            return b""
        data += piece
    return data


def _relay(client: socket.socket, onward: socket.socket) -> None:
    with onward:
        while True:
            for source in select.select([client, onward], [], [])[0]:
                piece = source.recv(65536)
                if not piece:
                    return
                (onward if source is client else client).sendall(piece)

"""Servers that record requests, and a network in which all addresses but one lead to the forbidden server."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from urllib.parse import parse_qs, urlsplit

from webrun_nb.browsers.egress.network import Streams, SystemNetwork
from webrun_nb.common.addresses import Address, unmap_ipv6

ALLOWED, AVOIDED, INSIDE = map(ip_address, ("93.184.216.34", "93.184.216.35", "10.0.0.5"))
NAMES: Mapping[str, Sequence[Address]] = {
    "good.example": (ALLOWED,),
    "other.example": (ALLOWED,),
    "xn--gtes-0ra.example": (ALLOWED,),
    "bad.example": (AVOIDED,),
    "sub.bad.example": (AVOIDED,),
    "xn--bses-5qa.example": (AVOIDED,),
    "inside.example": (INSIDE,),
    "loop.example": (ip_address("127.0.0.1"),),
    "mapped.example": (ip_address("::ffff:10.0.0.5"),),
}


class HitServer:
    """A server that answers every request and records it.

    Attributes
    ----------
    hits : list of str
        `host path` of each request, `tls` of each greeting of TLS.
    connections : int
        All that came in, also those that asked for nothing.
    pages : dict
        Path → body of what is to be answered with more than a word.
    headers : dict
        Path → further header fields.
    """

    def __init__(self) -> None:
        self.hits: list[str] = []
        self.connections = 0
        self.pages: dict[str, str] = {}
        self.headers: dict[str, Sequence[tuple[str, str]]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def ways(self) -> set[str]:
        """Return the ways on which a request arrived: the last part of `/hit/WAY`, and `tls`."""
        return {hit.partition("/hit/")[2] or hit for hit in list(self.hits) if "/hit/" in hit or hit == "tls"}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        lab = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle(self) -> None:
                lab.connections += 1
                try:
                    if self.request.recv(1, socket.MSG_PEEK) == b"\x16":
                        lab.hits.append("tls")
                        return
                    super().handle()
                except ConnectionError:
                    pass  # the browser did not wait

            def do_GET(self) -> None:
                self.rfile.read(int(self.headers.get("content-length") or 0))
                url = urlsplit(self.path)
                lab.hits.append(f"{self.headers.get('host')} {url.path}")
                to = parse_qs(url.query).get("to", [""])[0]
                body = lab.pages.get(url.path, "ok").replace("{to}", to).encode()
                self.send_response(302 if url.path == "/redirect" else 200)
                if url.path == "/redirect":
                    self.send_header("location", to)
                kind = "text/javascript" if url.path.endswith(".js") else "text/html"
                self.send_header("content-type", kind if url.path in lab.pages else "text/plain")
                self.send_header("content-length", str(len(body)))
                self.send_header("access-control-allow-origin", "*")
                self.send_header("cache-control", "no-store")
                for name, value in lab.headers.get(url.path, ()):
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                """Stay silent."""

        for method in ("POST", "HEAD", "OPTIONS"):
            setattr(Handler, f"do_{method}", Handler.do_GET)
        return Handler


class UdpServer:
    """A server that counts UDP packets."""

    def __init__(self) -> None:
        self.arrived = threading.Event()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _listen(self) -> None:
        try:
            while self._socket.recvfrom(2048):
                self.arrived.set()
        except OSError:
            pass  # closed


class LeakyNetwork(SystemNetwork):
    """A network of `.example` names: one public address leads to `allowed`, every other one to `forbidden`.

    Parameters
    ----------
    allowed, forbidden : HitServer
    real_ports : set of int
        Ports of this machine that are what they are.
    """

    def __init__(self, allowed: HitServer, forbidden: HitServer, real_ports: set[int]) -> None:
        self._allowed = allowed
        self._forbidden = forbidden
        self._real_ports = real_ports
        self.answers = {name: list(addresses) for name, addresses in NAMES.items()}
        self.turning: dict[str, list[Address]] = {}
        """Name → what it resolves to the next times, one after the other; the last answer stays."""

    async def resolve(self, host: str, port: int) -> Sequence[Address]:
        if host in self.turning:
            answers = self.turning[host]
            return (answers.pop(0) if len(answers) > 1 else answers[0],)
        return self.answers.get(host, ())

    async def connect(self, address: Address, port: int) -> Streams:
        if unmap_ipv6(address) == ALLOWED:
            port = self._allowed.port
        elif not (address.is_loopback and port in self._real_ports):
            port = self._forbidden.port
        return await super().connect(ip_address("127.0.0.1"), port)

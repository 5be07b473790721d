"""A web server that is many hosts: each loopback address from 127.0.1.1 on is one of its own."""

from __future__ import annotations

import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_PAGE = (
    "<!doctype html><title>Offices</title><h1>Offices</h1><table><thead><tr><th>Office</th><th>Country</th>"
    "<th>Staff</th></tr></thead><tbody><tr><td>{host}</td><td>Austria</td><td>{number}</td></tr></tbody></table>"
)
BUSY_S = 10
"""The time that the busy host asks to wait, in seconds."""


def host_name(number: int) -> str:
    """Return the address of a host, counted from 1."""
    return f"127.0.{1 + number // 250}.{1 + number % 250}"


class ManyHosts:
    """The server. Host `busy` answers 429 to every page.

    Parameters
    ----------
    busy : str
        Its address; empty for none.
    """

    def __init__(self, busy: str) -> None:
        self.busy = busy
        self._server = ThreadingHTTPServer(("0.0.0.0", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="many-hosts", daemon=True)
        self._thread.start()

    def url(self, host: str, page: int) -> str:
        """Return the address of a page of a host."""
        return f"http://{host}:{self._server.server_port}/{page}"

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        hosts = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                host, page = self.headers.get("host", "").partition(":")[0], self.path.removeprefix("/")
                status = HTTPStatus.OK if page.isdecimal() else HTTPStatus.NOT_FOUND
                if host == hosts.busy and status is HTTPStatus.OK:
                    status = HTTPStatus.TOO_MANY_REQUESTS
                body = _PAGE.format(host=host, number=page).encode() if status is HTTPStatus.OK else b"no page"
                self.send_response(status)
                if status is HTTPStatus.TOO_MANY_REQUESTS:
                    self.send_header("Retry-After", str(BUSY_S))
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Stay silent."""

        return Handler

"""The practice sites on a port of their own, without an emulator: a site is what the host is called."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from webrun_nb import practice


class PracticeServer:
    """Where the sites are."""

    def __init__(self, port: int, sites: practice.Sites) -> None:
        self.port = port
        self._sites = sites

    def url(self, site: str, path: str = "/") -> str:
        """Give the address of a site's page."""
        return f"http://{site}.localhost:{self.port}{path}"

    def counts(self, site: str) -> dict[str, int]:
        """Give what was done on a site so far, by all visits."""
        counts: dict[str, int] = json.loads(self._sites.respond(site, practice.Request("GET", "/counts.json")).body)
        return counts


@contextlib.contextmanager
def serving() -> Iterator[PracticeServer]:
    """Serve fresh sites until the block ends."""
    sites = practice.Sites()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            parts = urlsplit(self.path)
            request = practice.Request(
                self.command,
                unquote(parts.path),
                parse_qs(parts.query, keep_blank_values=True),
                self.rfile.read(int(self.headers.get("Content-Length", 0))),
                {name.lower(): value for name, value in self.headers.items()},
                (time.time(),),
            )
            response = sites.respond(self.headers["Host"].partition(".")[0], request)
            self.send_response(response.status)
            for name, value in response.headers:
                self.send_header(name, value)
            with contextlib.suppress(ConnectionError):  # the browser did not wait
                self.end_headers()
                self.wfile.write(response.body)

        def handle(self) -> None:
            # A test may close its page while pictures are still on their way.
            with contextlib.suppress(ConnectionError):
                super().handle()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield PracticeServer(server.server_port, sites)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

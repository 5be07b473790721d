"""A server of the practice sites without an emulator; the host name selects the site."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator

import httpx
import uvicorn

from webrun_nb.practice.sites import PracticeApp


class PracticeServer:
    """A running server of the practice sites."""

    def __init__(self, port: int) -> None:
        self.port = port

    def url(self, site: str, path: str = "/") -> str:
        """Return the address of a site's page."""
        return f"http://{site}.localhost:{self.port}{path}"

    def counts(self, site: str) -> dict[str, int]:
        """Return what was done on a site so far, by all visitors."""
        host = {"Host": f"{site}.localhost:{self.port}"}
        counts: dict[str, int] = httpx.get(f"http://127.0.0.1:{self.port}/counts.json", headers=host).json()
        return counts


@contextlib.contextmanager
def serving() -> Iterator[PracticeServer]:
    """Serve fresh sites until the block ends."""
    server = uvicorn.Server(
        uvicorn.Config(PracticeApp(), lifespan="off", log_level="error", timeout_graceful_shutdown=1)
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])), daemon=True)
        thread.start()
        try:
            yield PracticeServer(listener.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join()

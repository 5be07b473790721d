"""Fixtures of the tests with real browsers: a small web site, a pool of browsers, and listeners that record.

Browsers are shared by the tests of a module, which have to run on one event loop:
`pytestmark = pytest.mark.asyncio(loop_scope="module")`.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import pytest_asyncio

from helpers.chromium import FakeListener, open_pool
from webrun_nb.browsers.chromium.pool import ChromiumPool
from webrun_nb.browsers.protocol import BrowserInstance, InstanceKind
from webrun_nb.emulator.composition import Emulator
from webrun_nb.emulator.domain.clock import Clock, system_time
from webrun_nb.emulator.execution.agent_choice import Agents, create_local_agent, create_model_agent
from webrun_nb.emulator.execution.egress import Egress, emulator_address
from webrun_nb.emulator.options import Options
from webrun_nb.emulator.services.session_registry import SecretRegistry
from webrun_nb.emulator.storage.database import Database


@dataclass(frozen=True)
class Answer:
    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    endless: bool = False
    """The body never ends, as long as the site is up."""
    held: threading.Event | None = None
    """Not answered before this is set."""


class Site:
    """A server whose pages a test sets by path, on any `*.localhost`; `url` returns addresses."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.user_agents: dict[str, str] = {}
        """The `User-Agent` of the latest request, by path."""
        self.was_asked = threading.Event()
        self.closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def page(
        self,
        path: str,
        body: str | bytes = "",
        *,
        status: int = 200,
        content_type: str = "text/html; charset=utf-8",
        headers: Mapping[str, str] | None = None,
        endless: bool = False,
        held: threading.Event | None = None,
    ) -> str:
        """Serve `body` at `path`; return its address."""
        data = body.encode() if isinstance(body, str) else body
        self.answers[path] = Answer(data, status, {"content-type": content_type, **(headers or {})}, endless, held)
        return self.url(path)

    def redirect(self, path: str, to: str) -> str:
        return self.page(path, status=302, headers={"location": to})

    def silent(self, path: str) -> str:
        """Take requests for `path` and never answer them."""
        return self.page(path, held=self.closing)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                site.asked.append(self.path)
                site.user_agents[path] = self.headers["User-Agent"]
                site.was_asked.set()
                answer = site.answers.get(path, Answer(b"<h1>Not found</h1>", 404, {"content-type": "text/html"}))
                if answer.held is not None:
                    answer.held.wait(60)
                try:
                    self.send_response(answer.status)
                    for name, value in answer.headers.items():
                        self.send_header(name, value)
                    if not answer.endless:
                        self.send_header("content-length", str(len(answer.body)))
                    self.end_headers()
                    self.wfile.write(answer.body)
                    if answer.endless:
                        self.wfile.flush()
                        site.closing.wait(60)
                except ConnectionError:
                    pass  # the browser did not wait

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


@pytest.fixture
def recorder() -> Callable[[], FakeListener]:
    """A function that makes a listener."""
    return FakeListener


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browsers() -> AsyncIterator[ChromiumPool]:
    async with open_pool() as pool:
        yield pool


@pytest_asyncio.fixture(loop_scope="module")
async def instance(browsers: ChromiumPool) -> AsyncIterator[BrowserInstance]:
    """One context instance, ended after the test."""
    instance = await browsers.open("context", FakeListener())
    yield instance
    await instance.close()


@pytest.fixture(params=["context", "process"])
def kind(request: pytest.FixtureRequest) -> InstanceKind:
    return request.param  # type: ignore[no-any-return]


@pytest_asyncio.fixture(loop_scope="module")
async def emulator(browsers: ChromiumPool, tmp_path: Path) -> AsyncIterator[Emulator]:
    """The emulator's services in this process, without its HTTP server."""
    clock, database = Clock(system_time()), await Database.open(tmp_path, None)
    emulator = await Emulator.build(
        Options(),
        url="http://127.0.0.1:9",
        port=9,
        clock=clock,
        database=database,
        browsers=browsers,
        agents=Agents(create_local_agent, create_model_agent),
        egress=Egress(emulator_address("127.0.0.1", 9), (), {}),
        secrets=SecretRegistry(),
    )
    writing = asyncio.create_task(emulator.store.run())
    yield emulator
    writing.cancel()
    await database.close()

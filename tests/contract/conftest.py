"""Fixtures of the contract tests: an emulator or the hosted service, a site with pages, sessions and tasks."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import unquote

import pytest

from helpers import hosted_service
from helpers.emulators import emulators
from helpers.waiting import wait_until


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test against the hosted service as well if there is a key (`WEBRUN_API_KEY`)."""
    if hosted_service.KEY and "emulator" in metafunc.fixturenames:
        metafunc.parametrize("emulator", ["emulator", "hosted"], indirect=True, scope="session")


@pytest.fixture(scope="session")
def emulator(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Run an emulator without limits, with its control API; or use the hosted service.

    All modules share it, and its sessions share a browser: the start of an emulator takes seconds, that of a browser
    half a second of CPU. Each test has sessions of its own. Sessions with browsers of their own are the subject of
    test_control.py, which has its own emulator, and of tests/integration.
    """
    if getattr(request, "param", "emulator") == "hosted":
        with hosted_service.hosted_service() as service:
            yield service
        return
    with emulators(tmp_path_factory) as start:
        yield start("--control", "--isolation", "context")


@pytest.fixture(autouse=True)
def _skip_what_only_the_emulator_has(request: pytest.FixtureRequest) -> None:
    """Skip a test on the hosted service that needs more than the contract promises there."""
    callspec = getattr(request.node, "callspec", None)
    if callspec is not None and callspec.params.get("emulator") == "hosted":
        for fixture, why in hosted_service.NEEDS.items():
            if fixture in request.fixturenames:
                pytest.skip(f"not on the hosted service: {why}")


_VISITS: list[str] = []
_GATE = Event()
AIM = b"""<style>body{margin:0;height:600px}input{position:absolute;left:280px;top:190px;width:200px}</style>
<dl><dt>Clicked</dt><dd id=where>nowhere</dd></dl><input aria-label=field>
<script>
  const field = document.querySelector('input'), where = document.querySelector('#where');
  let at = '';
  addEventListener('click', event => { at = event.clientX + ',' + event.clientY; where.textContent = at; });
  field.addEventListener('input', () => { where.textContent = at + ' ' + field.value; });
  addEventListener('dblclick', () => { where.textContent = 'twice at ' + at; });
  addEventListener('wheel', event => { where.textContent = 'wheel ' + event.deltaY; });
</script>"""


_CITIES = b"<h1>Cities</h1><table><tr><th>city</th><th>people</th></tr>%s</table><a rel=next href=%s>Next</a>"
LIST_PAGES = {
    "/list/1": _CITIES % (b"<tr><td>Ulm<td>129000<tr><td>Graz<td>303000", b"/list/2"),
    "/list/2": _CITIES % (b"<tr><td>Bern<td>137000<tr><td>Linz<td>212000", b"/never/3"),
}
"""A list whose third page never comes."""


BROWSER = b"""<h1>Your browser</h1><table><tr><th>where</th><th>agent</th></tr><tr><td>sent</td><td>SENT</td></tr>
<tr><td>page</td><td id=page></td></tr><tr><td>worker</td><td id=worker></td></tr></table><script>
  document.querySelector('#page').textContent = navigator.userAgent;
  const script = new Blob(['postMessage(navigator.userAgent)'], { type: 'text/javascript' });
  new Worker(URL.createObjectURL(script)).onmessage = ({ data }) => {
    document.querySelector('#worker').textContent = data;
  };
</script>"""
"""A page that shows the User-Agent that it was requested with, and those that scripts see."""


PRICES = """<html lang=de><h1>Obst</h1><p>Ab 12,50 €</p><table id=prices>
<tr><th>Name</th><th>Preis</th><th>Menge</th></tr>
<tr><td>Apfel</td><td>12,50 €</td><td>4</td></tr>
<tr><td>Birne</td><td>12,50 €</td><td>–</td></tr>
<tr><td>Kirsche</td><td>8,90 €</td><td>2–3</td></tr></table>""".encode()
"""A price list that has one of its prices three times."""


def table_of(rows: int) -> bytes:
    """Return a table with the columns `id` and `note_1` to `note_7`."""
    head = "".join(f"<th>{name}</th>" for name in ("id", *(f"note_{column}" for column in range(1, 8))))
    notes = "".join(f"<td>a note in column {column}</td>" for column in range(1, 8))
    body = "".join(f"<tr><td>{row}</td>{notes}</tr>" for row in range(1, rows + 1))
    return f"<h1>Rows</h1><table><tr>{head}</tr>{body}</table>".encode()


class Page(BaseHTTPRequestHandler):
    """A handler with pages that load, pages that are slow, and pages that never end."""

    released: Event
    gate: Event
    visits: list[str]
    nonce = secrets.token_hex(8)

    def do_GET(self) -> None:
        if self.path.startswith("/nonce"):
            self._answer(f"<h1>Words</h1><ul><li class=word>{self.nonce}</li><li class=word>other</li></ul>".encode())
            return
        self.visits.append(self.path)
        if self.path.startswith("/half"):
            self._answer(
                b"<ul><li class=word id=w></li><li class=word>whole</li></ul>"
                b"<script>w.textContent = 'half ' + String.fromCharCode(0xd800)</script>"
            )
            return
        if self.path.startswith("/aim"):
            self._answer(AIM)
            return
        if self.path.startswith("/moving"):
            self._answer(
                b"<h1 id=n>0</h1><dl><dt>Clicked<dd>never</dl><script>setInterval(() => n.textContent++, 20)</script>"
            )
            return
        if self.path.startswith("/far/"):
            self._answer(f"<h1>Far</h1><div style=height:{int(self.path[5:])}px></div><button>Ring</button>".encode())
            return
        if self.path.startswith("/tabs"):
            self._answer(b"<h1>Tabs</h1><a href=/ target=_blank>Open a tab</a>")
            return
        if self.path.startswith("/answers/"):  # a page like any other, with that status
            self._answer(_CITIES % (b"<tr><td>Ulm<td>129000", b"/") + b"<button>Ring</button>", int(self.path[9:]))
            return
        if self.path.startswith("/busy/"):  # /busy/429/120: that status, with `Retry-After: 120`
            status, wait = unquote(self.path[6:]).split("/", 1)
            self._answer(b"<h1>Busy</h1>", int(status), {"Retry-After": wait} if wait else {})
            return
        if self.path.startswith("/browser"):
            self._answer(BROWSER.replace(b"SENT", self.headers["User-Agent"].encode()))
            return
        if self.path.startswith("/leads-to/"):
            self._answer(_CITIES % (b"<tr><td>Ulm<td>129000", self.path[9:].replace("/", "/answers/").encode()))
            return
        if self.path.startswith("/documents"):
            self._answer(
                b'<h1>Documents</h1><a download=report.csv href="data:text/csv,city%0AUlm%0A">Download the report</a>'
            )
            return
        if self.path.startswith("/late"):  # its rows come half a second after it was loaded
            self._answer(
                b"<h1>Cities</h1><div id=here></div><script>setTimeout(() => { here.innerHTML = `%s`; }, 500)"
                b"</script>" % (_CITIES % (b"<tr><td>Ulm<td>129000<tr><td>Graz<td>303000", b"/"))
            )
            return
        if self.path.startswith("/prices"):
            self._answer(PRICES)
            return
        if self.path.startswith("/rows/"):
            self._answer(table_of(int(self.path[6:])))
            return
        if self.path in LIST_PAGES:
            self._answer(LIST_PAGES[self.path])
            return
        if self.path.startswith("/gate"):  # answered once the test lets it
            self.gate.wait(60)
        if self.path.startswith("/never"):  # takes the request and never answers
            self.released.wait(60)
            return
        self._answer(
            b"<h1>A page</h1>"
            b"<button>Open the left door</button><button>Open the right door</button>"
            b"<button onclick=\"fetch('/rung')\">Ring</button><table><tr><th>city</th><th>people</th></tr>"
            b"<tr><td>Ulm</td><td>129000</td></tr><tr><td>Graz</td><td>303000</td></tr></table>"
        )
        if self.path.startswith("/endless"):  # a document that never ends
            while not self.released.wait(0.05):
                try:
                    self.wfile.write(b"<!-- more -->")
                except OSError:
                    return

    def _answer(self, body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Door</title>" + body)

    def log_message(self, *args: object) -> None:
        """Stay silent."""


@pytest.fixture(scope="module")
def page_url() -> Iterator[str]:
    """Serve `/` (two doors, a bell, a table), `/gate` (the same once `gate` is set), `/never`, `/endless` and more."""
    released, visits = Event(), _VISITS
    handler = type("Handler", (Page,), {"released": released, "gate": _GATE, "visits": visits})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    released.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def gate() -> Iterator[Event]:
    """The event that lets `/gate` answer; until it is set, requests of it wait."""
    _GATE.clear()
    yield _GATE
    _GATE.set()


@pytest.fixture
def standing_clock(emulator: Any) -> Iterator[None]:
    """Freeze the emulator's clock, so that time passes only when the test advances it."""
    emulator.post("/_emulator/clock", {"freeze": True})
    yield
    emulator.post("/_emulator/clock", {"freeze": False})


@pytest.fixture
def idle_session(emulator: Any) -> str:
    """Open a session and wait until its browser has started."""
    session_id = str(emulator.start())
    wait_until(lambda: emulator.status(session_id), lambda status: status["phase"] == "idle")
    return session_id


@pytest.fixture
def run(emulator: Any) -> Callable[..., Any]:
    """Run a task in a session of its own and return its body."""

    def run_task(instruction: str, **fields: Any) -> Any:
        status, body = emulator.post("/start/run-task", {"taskDetails": instruction, **fields})
        assert status == 200, body
        return body

    return run_task


@pytest.fixture
def nonce_page(page_url: str) -> tuple[str, str]:
    """Return a page's URL and the random word on it."""
    return page_url + "/nonce", Page.nonce


@pytest.fixture
def aim(page_url: str) -> str:
    """Return a page that records where it was clicked and what was typed."""
    return page_url + "/aim"


@pytest.fixture
def visits(page_url: str) -> list[str]:
    """Return the requested paths in order of arrival; `/rung` is requested when the page's bell is pressed."""
    _VISITS.clear()
    return _VISITS

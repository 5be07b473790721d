"""Tests of pages in the user's own browser: they can read nothing of the emulator and change nothing in it.

A browser, outside of any session, shows a page of another origin: once on another port of the same address, once on
another name. The page even knows the key and the ids, which no real page does.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from helpers.jupyterlab import find_browser

REBOUND = "rebound.example"
"""A host name whose DNS entry is this machine's own address."""

POLLING = "/socket.io/?EIO=4&transport=polling"

READ = {
    "fetch": "async ([url]) => await (await fetch(url)).text()",
    "fetch without CORS": "async ([url]) => await (await fetch(url, {mode: 'no-cors'})).text()",
    "fetch with the key": (
        "async ([url, key]) => await (await fetch(url, {headers: {Authorization: `Bearer ${key}`}})).text()"
    ),
    "fetch with credentials": "async ([url]) => await (await fetch(url, {credentials: 'include'})).text()",
    "script": """([url]) => new Promise(resolve => {
        const script = Object.assign(document.createElement('script'), {src: url});
        script.onload = () => resolve('loaded');
        script.onerror = () => resolve('');
        document.head.append(script);
    })""",
    "frame": """([url]) => new Promise((resolve, reject) => {
        const frame = Object.assign(document.createElement('iframe'), {src: url});
        frame.onload = () => { try { resolve(frame.contentDocument.body.innerText) } catch (e) { reject(e) } };
        document.body.append(frame);
    })""",
    "worker": """([url]) => new Promise((resolve, reject) => {
        const worker = new Worker(url);
        worker.onmessage = event => resolve(event.data);
        worker.onerror = () => resolve('');
    })""",
}

JSON_BODY = "JSON.stringify({taskDetails: 'x'})"
WRITE = {
    "simple POST": f"async ([url]) => await fetch(url, {{method: 'POST', body: {JSON_BODY}}})",
    "simple POST without CORS": f"""async ([url]) =>
        await fetch(url, {{method: 'POST', mode: 'no-cors', body: {JSON_BODY}}})""",
    "POST with the key": f"""async ([url, key]) => await fetch(url, {{method: 'POST', body: {JSON_BODY},
        headers: {{'Content-Type': 'application/json', Authorization: `Bearer ${{key}}`}}}})""",
    "beacon": f"""async ([url]) => {{
        navigator.sendBeacon(url, new Blob([{JSON_BODY}], {{type: 'text/plain'}}));
        await fetch('/own');
    }}""",
    "form": """([url]) => new Promise(resolve => {
        const name = `into ${Math.random()}`;
        const frame = Object.assign(document.createElement('iframe'), {name});
        document.body.append(frame);
        const form = Object.assign(document.createElement('form'),
            {action: url, method: 'post', target: name, enctype: 'text/plain'});
        form.append(Object.assign(document.createElement('input'), {name: '{"taskDetails": "x", "a', value: '": 1}'}));
        document.body.append(form);
        frame.onload = resolve;
        form.submit();
    })""",
}

WEB_SOCKET = """([url]) => new Promise(resolve => {
    const socket = new WebSocket(url);
    socket.onopen = () => resolve('open');
    socket.onerror = () => resolve('refused');
})"""


class Site(BaseHTTPRequestHandler):
    """The server of the foreign page."""

    def do_GET(self) -> None:
        script = "postMessage('mine')"
        kinds = {"/own.js": ("text/javascript", script), "/own": ("text/plain", "mine")}
        kind, body = kinds.get(self.path, ("text/html", "<title>Elsewhere</title><body>"))
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def site_port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def emulator(start_emulator) -> Iterator[Any]:
    running = start_emulator("--control")
    yield running
    running.end()


@pytest.fixture(scope="module")
def ids(emulator) -> tuple[str, str]:
    """The ids of a session and of a complete task."""
    task = {"taskDetails": "list it", "startingPoint": "http://127.0.0.1:9/"}
    body = emulator.post("/start/run-task", task)[1]
    return body["sessionId"], body["taskId"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        rules = f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1"
        browser = playwright.chromium.launch(executable_path=find_browser(), args=[rules])
        yield browser
        browser.close()


@pytest.fixture(scope="module", params=["127.0.0.1", "elsewhere.localhost"])
def page(browser, site_port, request) -> Iterator[Page]:
    page = browser.new_page()
    page.goto(f"http://{request.param}:{site_port}/")
    yield page
    page.close()


def attempt(page: Page, script: str, *arguments: str) -> str:
    """Return everything that a page could read; nothing if it was refused."""
    try:
        return str(page.evaluate(f"async given => await ({script})(given)", list(arguments)) or "")
    except PlaywrightError:  # what the browser says to a page that it refuses something
        return ""


@pytest.mark.parametrize("how", READ)
def test_a_page_can_read_what_is_its_own(page, site_port, how):
    """The positive control: each way of reading works where the page may read."""
    own = "/own.js" if how in ("script", "worker") else "/own"
    assert attempt(page, READ[how], own, "") in ("mine", "loaded")


@pytest.mark.parametrize("how", READ)
def test_a_page_of_another_origin_reads_nothing(page, emulator, ids, how):
    session_id, task_id = ids
    paths = ["/start/health", f"/task/{session_id}/{task_id}", "/start/sessions", POLLING]
    assert {path: attempt(page, READ[how], emulator.url + path, emulator.key) for path in paths} == dict.fromkeys(
        paths, ""
    )


@pytest.mark.parametrize("how", WRITE)
@pytest.mark.parametrize("path", ["/start/start-session", "/start/run-task"])
def test_a_page_of_another_origin_opens_no_session(page, emulator, ids, how, path):
    before = emulator.get("/start/sessions")[1]["sessions"]
    attempt(page, WRITE[how], emulator.url + path, emulator.key)
    after = emulator.get("/start/sessions")[1]["sessions"]
    assert len(after) == len(before)


def test_a_page_of_another_origin_gets_no_socket(page, emulator):
    url = emulator.url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
    assert attempt(page, WEB_SOCKET, url) == "refused"


@pytest.mark.parametrize("path", ["/start/health", "/start/sessions", POLLING])
def test_a_rebound_name_is_refused(browser, emulator, path):
    """The browser considers its page to be of the same origin as the emulator."""
    page = browser.new_page()
    answer = page.goto(f"http://{REBOUND}:{httpx.URL(emulator.url).port}{path}")
    shown = page.content()
    page.close()
    assert answer is not None
    assert answer.status == 421
    assert "instanceCount" not in shown


def test_no_cookie_is_ever_set(browser, emulator, ids):
    context = browser.new_context()
    page = context.new_page()
    for path in ("/start/health", "/task/{}/{}".format(*ids), POLLING, "/nowhere"):
        page.goto(emulator.url + path)
    cookies = context.cookies()
    context.close()
    assert cookies == []


@pytest.mark.parametrize("path", ["/start/health", "/start/sessions", "/nowhere", POLLING])
def test_every_answer_keeps_out_of_other_pages(emulator, path):
    headers = httpx.get(emulator.url + path, trust_env=False).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"

"""Tests of the page of `webViewURL` in a browser: its key, embedding in a frame, and manual control."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

SCREEN = ".webrun-screen"
PICTURED = re.compile(".")
EMBEDDER = """<!doctype html><title>Elsewhere</title><iframe width=700 height=520 src="%s"></iframe><script>
addEventListener('message', ({ data, source }) => {
  if (data?.type === 'webrun:ready') source.postMessage({ type: 'webrun:key', key: '%s' }, '*');
});</script>"""


@pytest.fixture(scope="module")
def emulator(start_emulator: Callable[..., Any]) -> Iterator[Any]:
    running = start_emulator("--control")
    yield running
    running.end()


@pytest.fixture(scope="module")
def session_id(emulator: Any) -> str:
    return str(emulator.start(initialTask={"startingPoint": emulator.shop}))


@pytest.fixture
def url(emulator: Any, session_id: str) -> str:
    return str(emulator.status(session_id)["streaming"]["webViewURL"])


@pytest.fixture
def page(lab_browser: Browser) -> Iterator[Page]:
    context = lab_browser.new_context(viewport={"width": 900, "height": 700})
    yield context.new_page()
    context.close()


@pytest.fixture
def embed() -> Iterator[Callable[[str], str]]:
    """Serve a page from another origin."""
    body = b""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()

    def serve(html: str) -> str:
        nonlocal body
        body = html.encode()
        return f"http://127.0.0.1:{server.server_address[1]}/"

    yield serve
    server.shutdown()
    server.server_close()


def test_it_shows_nothing_without_the_key_and_all_with_it(page: Page, url: str, emulator: Any) -> None:
    page.goto(url)
    expect(page.locator(SCREEN)).to_be_hidden()
    for key in ("wr_wrong", emulator.key):
        page.get_by_label("API key").fill(key)
        page.get_by_role("button", name="Watch").click()
        if key == "wr_wrong":
            expect(page.get_by_role("alert")).to_have_text("This key was not accepted.")
            expect(page.locator(SCREEN)).to_be_hidden()
    expect(page.locator(SCREEN)).to_have_attribute("data-pictures", PICTURED)
    assert page.evaluate("() => [location.hash, document.cookie, localStorage.length, sessionStorage.length]") == [
        *("", ""),
        *(0, 0),
    ]


def test_a_key_in_the_fragment_leaves_the_address_and_reaches_no_server(page: Page, url: str, emulator: Any) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{url}#key={emulator.key}")
    expect(page.locator(SCREEN)).to_have_attribute("data-pictures", PICTURED)
    assert page.url == url
    assert not [each for each in asked if "#" not in each and emulator.key in each]


def test_a_page_elsewhere_that_has_the_key_frames_and_drives_it(
    page: Page, url: str, emulator: Any, session_id: str, embed: Callable[[str], str]
) -> None:
    page.goto(embed(EMBEDDER % (url, emulator.key)))
    screen = page.frame_locator("iframe").locator(SCREEN)
    expect(screen).to_have_attribute("data-pictures", PICTURED)
    screen.get_by_role("button", name="Take over").click()
    expect(screen).to_have_attribute("data-controller", "you")
    assert emulator.status(session_id)["phase"] == "manual"
    screen.locator(".webrun-screen-field").click(position={"x": 50, "y": 60})
    expect(screen.locator(".webrun-screen-doing")).to_contain_text("click")
    screen.get_by_role("button", name="Release").click()
    expect(screen).to_have_attribute("data-controller", "agent")


def test_where_the_agent_acts_is_framed(page: Page, url: str, emulator: Any, session_id: str) -> None:
    page.goto(f"{url}#key={emulator.key}")
    expect(page.locator(SCREEN)).to_have_attribute("data-pictures", PICTURED)
    page.evaluate(
        """() => { const mark = document.querySelector('.webrun-screen-mark'); window.marked = [];
          new MutationObserver(() => { if (!mark.hidden) window.marked.push(mark.getBoundingClientRect().width); })
            .observe(mark, {attributes: true}); }"""
    )
    emulator.message(session_id, actionType="newTask", taskDetails="click Laptops", startingPoint=emulator.shop)
    page.wait_for_function("() => window.marked.length > 0")
    assert page.evaluate("() => Math.max(...window.marked)") > 20


def test_what_a_question_is_about_stays_framed_until_it_is_answered(page: Page, emulator: Any) -> None:
    rule = {"category": "Click", "permission": "guardrail"}
    policy_id = emulator.post("/policies", {"name": "Ask", "actionRules": [rule]})[1]["policy"]["_id"]
    asking = emulator.start(policyId=policy_id)
    click = {"taskDetails": "Click the Laptops link", "startingPoint": emulator.shop}
    assert emulator.message(asking, actionType="newTask", **click)[1]["status"] == "guardrail_trigger"
    page.goto(f"{emulator.url}/view/{asking}#key={emulator.key}")
    expect(page.locator(SCREEN)).to_have_attribute("data-pictures", PICTURED)
    mark = page.locator(".webrun-screen-mark.webrun-screen-held")
    expect(mark).to_be_visible()
    assert page.evaluate("() => document.querySelector('.webrun-screen-mark').getAnimations().length") == 0
    emulator.message(asking, actionType="guardrail", taskDetails="reject")
    expect(mark).to_be_hidden()
    emulator.message(asking, actionType="state", newState="terminate")


def test_it_says_when_the_session_has_ended_and_when_there_is_none(page: Page, url: str, emulator: Any) -> None:
    ended = emulator.start()
    page.goto(f"{emulator.url}/view/{ended}#key={emulator.key}")
    expect(page.locator(SCREEN)).to_have_attribute("data-controller", "agent")
    emulator.message(ended, actionType="state", newState="terminate")
    expect(page.locator(SCREEN)).to_contain_text("The session has ended")
    expect(page.locator(".webrun-screen-status")).to_be_hidden()
    page.goto(f"{emulator.url}/view/nosuchsessio#key={emulator.key}")
    expect(page.locator(".webrun-screen-overlay")).to_have_text("There is no such session")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible(page: Page, url: str, emulator: Any, scheme: Any, tmp_path: Path) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(url)
    page.screenshot(path=tmp_path / f"web-ask-{scheme}.png")
    assert Axe().run(page).violations_count == 0
    page.goto(f"{url}#key={emulator.key}")
    expect(page.locator(SCREEN)).to_have_attribute("data-pictures", PICTURED)
    page.screenshot(path=tmp_path / f"web-{scheme}.png")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()

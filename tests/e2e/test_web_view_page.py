"""Tests of the page of `webViewURL` in a browser: its token, embedding in a frame, and manual control."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from helpers.axe import assert_accessible

SCREEN = ".webrun-screen"
PICTURED = re.compile(".")
EMBEDDER = """<!doctype html><title>Elsewhere</title>
<iframe width=700 height=520 allow="autoplay" src="%s"></iframe>"""
PROBLEM = "#problem"
MISSING = "This address shows no live view: its token (#token=…) is missing."
INVALID = "This address shows no live view: its token is not valid."


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


def drive(screen: FrameLocator | Page, emulator: Any, session_id: str) -> None:
    """Take control in a view, click on a link of the shop, and release."""
    view = screen.locator(SCREEN)
    view.get_by_role("button", name="Take over").click()
    expect(view).to_have_attribute("data-controller", "you")
    assert emulator.status(session_id)["phase"] == "manual"
    view.locator(".webrun-screen-field").click(position={"x": 50, "y": 60})
    expect(view.locator(".webrun-screen-doing")).to_contain_text("click")
    view.get_by_role("button", name="Release").click()
    expect(view).to_have_attribute("data-controller", "agent")


def test_in_a_private_window_the_address_shows_and_drives_also_after_a_reload(
    page: Page, url: str, emulator: Any, session_id: str
) -> None:
    requests: list[str] = []
    page.on("request", lambda request: requests.extend([request.url.partition("#")[0], str(request.all_headers())]))
    page.on("websocket", lambda socket: requests.append(socket.url))
    page.goto(url)
    expect(page.locator(SCREEN)).to_have_attribute("data-pictures", PICTURED)
    page.reload()
    expect(page.locator(SCREEN)).to_have_attribute("data-pictures", PICTURED)
    expect(page.locator(PROBLEM)).to_be_hidden()
    assert page.url == url
    drive(page, emulator, session_id)
    assert f"{emulator.url}/view/live/socket".replace("http", "ws") in requests
    assert url.partition("#token=")[2] not in str(requests)
    assert page.evaluate("() => [document.cookie, localStorage.length, sessionStorage.length]") == ["", 0, 0]


def test_a_page_of_another_origin_shows_and_drives_it_in_a_frame(
    page: Page, url: str, emulator: Any, session_id: str, embed: Callable[[str], str]
) -> None:
    page.goto(embed(EMBEDDER % url))
    frame = page.frame_locator("iframe")
    expect(frame.locator(SCREEN)).to_have_attribute("data-pictures", PICTURED)
    drive(frame, emulator, session_id)


def test_without_its_token_it_says_so_and_shows_nothing(page: Page, url: str, emulator: Any) -> None:
    address, _, token = url.partition("#token=")
    for fragment, text in {
        "": MISSING,
        "#token=": MISSING,
        f"#key={emulator.key}": MISSING,
        f"#token={token[::-1]}": INVALID,
        f"#token={emulator.key}": INVALID,
    }.items():
        page.goto(address + fragment)
        expect(page.locator(PROBLEM)).to_have_text(text)
        expect(page.locator(SCREEN)).to_be_hidden()
    page.goto(url)  # a new fragment: the page is not loaded again
    expect(page.locator(PROBLEM)).to_be_hidden()
    expect(page.locator(SCREEN)).to_have_attribute("data-pictures", PICTURED)


def test_where_the_agent_acts_is_framed(page: Page, url: str, emulator: Any, session_id: str) -> None:
    page.goto(url)
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
    page.goto(emulator.status(asking)["streaming"]["webViewURL"])
    expect(page.locator(SCREEN)).to_have_attribute("data-pictures", PICTURED)
    mark = page.locator(".webrun-screen-mark.webrun-screen-held")
    expect(mark).to_be_visible()
    assert page.evaluate("() => document.querySelector('.webrun-screen-mark').getAnimations().length") == 0
    emulator.message(asking, actionType="guardrail", taskDetails="reject")
    expect(mark).to_be_hidden()
    emulator.message(asking, actionType="state", newState="terminate")


def test_it_says_when_the_session_has_ended_also_when_it_is_opened_later(page: Page, emulator: Any) -> None:
    ended = emulator.start()
    page.goto(emulator.status(ended)["streaming"]["webViewURL"])
    expect(page.locator(SCREEN)).to_have_attribute("data-controller", "agent")
    emulator.message(ended, actionType="state", newState="terminate")
    expect(page.locator(SCREEN)).to_contain_text("The session has ended")
    expect(page.locator(".webrun-screen-status")).to_be_hidden()
    page.reload()
    expect(page.locator(".webrun-screen-overlay")).to_have_text("The session has ended")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible(page: Page, url: str, scheme: Any, tmp_path: Path) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(url.partition("#")[0])
    expect(page.locator(PROBLEM)).to_have_text(MISSING)
    page.screenshot(path=tmp_path / f"web-missing-{scheme}.png")
    assert_accessible(page)
    page.goto(url)
    expect(page.locator(SCREEN)).to_have_attribute("data-pictures", PICTURED)
    page.screenshot(path=tmp_path / f"web-{scheme}.png")
    assert_accessible(page)

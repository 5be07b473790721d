"""Tests in JupyterLab of the live view of a real session: pictures, traffic, and positions of clicks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Locator, expect

from helpers.axe import assert_accessible
from helpers.jupyterlab import needs_subshells

if TYPE_CHECKING:
    from helpers.jupyterlab import LabPage

SCREEN = ".webrun-screen"
FRAME = f"{SCREEN} .webrun-screen-frame"
AIM = b"""<!doctype html><title>Aim</title><style>body{margin:0;height:600px;font:20px sans-serif;background:#dbe7f3}
input{position:absolute;left:280px;top:190px;width:200px;font:inherit}</style><h1>Aim here</h1>
<input aria-label=field>
<script>
  let sent = Promise.resolve();  // one after the other: simultaneous requests arrive in any order
  const report = what => { sent = sent.then(() => fetch('/event?' + encodeURIComponent(JSON.stringify(what)))); };
  addEventListener('click', event => report(['click', event.clientX, event.clientY]));
  addEventListener('dblclick', event => report(['dblclick', event.clientX, event.clientY]));
  addEventListener('wheel', event => report(['wheel', event.deltaY]), {passive: true});
  addEventListener('keydown', event => report(['key', event.key]));
  document.querySelector('input').addEventListener('input', event => report(['value', event.target.value]));
</script>"""
MOVING = b"<!doctype html><title>M</title><h1 id=n>0</h1><script>setInterval(() => n.textContent++, 30)</script>"
LAID_OUT = "async () => { for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame); }"
"""Waits until JupyterLab has followed a change of the window's size, for which it takes a frame or two."""
PICTURE_BYTES = 2_000
"""More than any message that holds no picture."""


class RecordingSite:
    """A site whose page reports the events that it receives."""

    def __init__(self) -> None:
        self.events: list[list[Any]] = []
        events = self.events

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path, _, query = self.path.partition("?")
                if path == "/event":
                    from urllib.parse import unquote

                    events.append(json.loads(unquote(query)))
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(MOVING if path == "/moving" else AIM)

            def log_message(self, *args: object) -> None:
                """Stay silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def kinds(self, kind: str) -> list[list[Any]]:
        return [each[1:] for each in self.events if each[0] == kind]


@pytest.fixture
def site() -> Iterator[RecordingSite]:
    page = RecordingSite()
    yield page
    page.server.shutdown()
    page.server.server_close()


def open_view(lab: LabPage, url: str, *cells: str, line: str = "%webrun view") -> Locator:
    lab.open_notebook([f"%load_ext webrun_nb\n%webrun start --url {url}", line, *cells])
    lab.run_all()
    screen = lab.find(SCREEN).last
    screen.scroll_into_view_if_needed()  # cells below it may have scrolled it out of sight, where it receives nothing
    expect(screen).to_have_attribute("data-pictures", re.compile("."))
    return screen


def take_over(screen: Locator) -> None:
    screen.get_by_role("button", name="Take over").click()
    expect(screen).to_have_attribute("data-controller", "you")


def click_at(screen: Locator, x: float, y: float, **options: Any) -> None:
    """Click at (x, y) of the session's page, whatever the size of the view."""
    screen.evaluate(LAID_OUT)
    box = screen.locator(".webrun-screen-frame").bounding_box()
    assert box is not None
    position = {"x": x * box["width"] / 1024, "y": y * box["height"] / 600}
    screen.locator(".webrun-screen-field").click(position=position, **options)


def test_a_take_over_click_lands_within_2_px_at_three_sizes_and_keys_follow(lab: LabPage, site: RecordingSite) -> None:
    screen = open_view(lab, site.url)
    take_over(screen)
    for number, width in enumerate((1700, 1200, 620), start=1):
        lab.page.set_viewport_size({"width": width, "height": 1000})
        screen.scroll_into_view_if_needed()
        click_at(screen, 333, 204)
        lab.wait_until(lambda number=number: len(site.kinds("click")) >= number)
    assert [(abs(x - 333) <= 2, abs(y - 204) <= 2) for x, y in site.kinds("click")] == [(True, True)] * 3
    lab.page.keyboard.type("ab")
    lab.page.keyboard.press("Backspace")
    lab.page.keyboard.press("Shift+Escape")
    lab.wait_until(lambda: ["Escape"] in site.kinds("key"))
    assert site.kinds("value")[-1] == ["a"]
    lab.page.keyboard.press("Escape")
    expect(screen.get_by_role("button", name="Release")).to_be_focused()
    lab.page.keyboard.press("Enter")
    expect(screen).to_have_attribute("data-controller", "agent")


def test_a_double_click_is_two_clicks_and_the_wheel_turns(lab: LabPage, site: RecordingSite) -> None:
    screen = open_view(lab, site.url)
    take_over(screen)
    box = screen.locator(".webrun-screen-frame").bounding_box()
    assert box is not None
    lab.page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    lab.wait_until(lambda: site.kinds("dblclick"))
    lab.page.mouse.wheel(0, 120)
    lab.wait_until(lambda: site.kinds("wheel"))
    assert (len(site.kinds("click")), len(site.kinds("dblclick")), site.kinds("wheel")) == (2, 1, [[120]])


IN_FRAME = """import webrun_nb as webrun
from IPython.display import IFrame
session = webrun.start(url="{}")
IFrame(session.web_view_url, "100%", 660)"""


def test_all_views_of_one_session_show_who_is_in_control(lab: LabPage, site: RecordingSite) -> None:
    """The views of the card and of `%webrun view`, and the page of `webViewURL` in an iframe of a cell's output."""
    open_view(lab, site.url, IN_FRAME.format(site.url), "session.web_view_url")
    lab.find(".webrun-fold summary").first.click()
    in_card, alone = lab.find(SCREEN).first, lab.find(SCREEN).last
    expect(in_card).to_have_attribute("data-pictures", re.compile("."))
    take_over(alone)
    expect(in_card).to_have_attribute("data-controller", "other")
    expect(lab.find(".webrun-state-word").first).to_have_text("active · manual")
    in_card.get_by_role("button", name="Take over here").click()
    expect(in_card).to_have_attribute("data-controller", "you")
    click_at(in_card, 50, 300)
    lab.wait_until(lambda: site.kinds("click"))
    in_card.get_by_role("button", name="Release").click()
    alone.scroll_into_view_if_needed()  # a view that is out of sight receives nothing
    expect(alone).to_have_attribute("data-controller", "agent")
    lab.find("iframe").scroll_into_view_if_needed()
    in_frame = lab.page.frame_locator(".jp-NotebookPanel iframe").locator(SCREEN)
    take_over(in_frame)
    click_at(in_frame, 700, 400)
    lab.wait_until(lambda: len(site.kinds("click")) >= 2)
    alone.scroll_into_view_if_needed()
    expect(alone).to_have_attribute("data-controller", "other")
    assert lab.outputs()[3][0]["data"]["text/plain"] == "***"


def test_no_picture_is_sent_while_hidden_folded_or_unchanged_and_none_is_saved(
    lab: LabPage, site: RecordingSite
) -> None:
    screen = open_view(lab, site.url + "/moving")
    quiet_ms = 1500

    def pictures() -> int:
        lab.kernel_frames.clear()
        lab.page.wait_for_timeout(quiet_ms)
        return sum(len(frame) > PICTURE_BYTES and b"JFIF" in frame for frame in lab.kernel_frames)

    lab.wait_until(lambda: pictures() > 0)
    screen.evaluate("node => { node.closest('.jp-Cell').style.display = 'none'; }")
    lab.wait_until(lambda: pictures() == 0)
    assert pictures() == 0
    screen.evaluate("node => { node.closest('.jp-Cell').style.display = ''; }")
    lab.wait_until(lambda: pictures() > 0)
    saved = lab.save()
    assert "JFIF" not in saved
    assert "/9j/" not in saved
    assert len(saved) < 60_000


@needs_subshells
def test_after_take_over_and_release_in_a_running_cell_the_agent_goes_on(lab: LabPage, site: RecordingSite) -> None:
    screen = open_view(lab, site.url)
    lab.find(".webrun-fold summary").first.click()
    elsewhere = lab.find(SCREEN).first
    lab.run_more("%%webrun task\nwait for 15 seconds, then get the heading")
    lab.page.set_viewport_size({"width": 1700, "height": 2600})  # both views are seen
    expect(screen).to_contain_text("The agent is in control")
    take_over(screen)
    expect(elsewhere).to_have_attribute("data-controller", "other")
    for number, width in enumerate((1700, 1200, 620), start=1):
        lab.page.set_viewport_size({"width": width, "height": 2600})
        click_at(screen, 333, 204)
        lab.wait_until(lambda number=number: len(site.kinds("click")) >= number)
    assert [(abs(x - 333) <= 2, abs(y - 204) <= 2) for x, y in site.kinds("click")] == [(True, True)] * 3
    lab.page.keyboard.type("by hand")
    lab.page.keyboard.press("Enter")
    lab.wait_until(lambda: ["Enter"] in site.kinds("key"))
    assert site.kinds("value")[-1] == ["by hand"]
    expect(lab.find(".webrun-state-word").first).to_have_text("active · manual")
    screen.get_by_role("button", name="Release").click()
    expect(elsewhere).to_have_attribute("data-controller", "agent")
    lab.wait_for_output(2, "Aim here")
    assert not [output for output in lab.outputs()[2] if output["output_type"] == "error"]


def test_the_view_comes_back_after_a_reload_of_the_page(lab: LabPage, site: RecordingSite) -> None:
    open_view(lab, site.url)
    lab.save()
    lab.page.reload()
    lab.page.wait_for_selector(".jp-NotebookPanel .jp-CodeCell")
    screen = lab.find(SCREEN).last
    expect(screen).to_have_attribute("data-pictures", re.compile("."))
    take_over(screen)
    click_at(screen, 700, 400)
    lab.wait_until(lambda: site.kinds("click"))


def test_it_is_accessible_in_both_themes(lab: LabPage, site: RecordingSite, tmp_path: Path) -> None:
    screen = open_view(lab, site.url)
    lab.find(".webrun-fold summary").first.click()
    for name in ("watching", "driving"):
        if name == "driving":
            take_over(screen)
            click_at(screen, 320, 204)
            lab.page.keyboard.type("x")
            lab.wait_until(lambda: site.kinds("value"))
        for theme in ("JupyterLab Light", "JupyterLab Dark"):
            lab.theme(theme)
            for number, output in enumerate(lab.find(".jp-OutputArea").all()):
                if output.is_visible():
                    output.screenshot(path=tmp_path / f"{name}-{number}-{theme.split()[-1].lower()}.png")
            assert_accessible(lab.page, theme, within=".webrun-card")

"""The practice sites in a real browser: axe-core finds nothing, in light and in dark, and nothing leaves the site."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from webrun_nb import practice

CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the PATH")

SHOP_PAGES = {
    "home": "/",
    "category": "/category/laptops",
    "second page": "/category/laptops?page=2",
    "filtered and sorted": "/category/laptops?max_price=900&in_stock=1&min_rating=4&sort=price-asc",
    "fields that are not understood": "/products?min_price=cheap&category=cars",
    "search": "/search?q=laptop",
    "nothing found": "/search?q=submarine",
    "product": "/product/norvane-aurora-14",
    "product on sale": "/product/solwick-note-13",
    "product without ratings": "/product/ovexa-slate-12",
    "price list": "/price-list",
    "price list of a category": "/price-list/laptops",
    "not found": "/nowhere",
}


class _Handler(BaseHTTPRequestHandler):
    """Serves the site that the Host header names, as the emulator does."""

    def do_GET(self) -> None:
        site = self.headers["Host"].partition(".")[0]
        parts = urlsplit(self.path)
        query = parse_qs(parts.query, keep_blank_values=True)
        response = practice.respond(site, practice.Request("GET", unquote(parts.path), query))
        self.send_response(response.status)
        for name, value in response.headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(response.body)

    def handle(self) -> None:
        # A test may close its page while pictures are still on their way.
        with suppress(BrokenPipeError, ConnectionResetError):
            super().handle()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def shop_url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://shop.localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture(params=["light", "dark"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    with browser.new_context(color_scheme=request.param, viewport={"width": 1024, "height": 600}) as context:
        yield context.new_page()


@pytest.mark.parametrize("path", SHOP_PAGES.values(), ids=SHOP_PAGES.keys())
def test_axe_finds_no_violation(page: Page, shop_url: str, path: str) -> None:
    page.goto(shop_url + path)
    results = Axe().run(page)
    assert results.response["passes"], "axe checked nothing"
    assert results.violations_count == 0, results.generate_snapshot()


@pytest.mark.parametrize("path", SHOP_PAGES.values(), ids=SHOP_PAGES.keys())
def test_narrow_pages_do_not_scroll_sideways(browser: Browser, shop_url: str, path: str) -> None:
    with browser.new_context(viewport={"width": 360, "height": 640}) as context:
        page = context.new_page()
        page.goto(shop_url + path)
        assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_a_person_can_do_the_quickstart_task(page: Page, shop_url: str) -> None:
    page.goto(shop_url)
    page.get_by_role("link", name="Laptops", exact=True).click()
    page.get_by_label("Maximum price").fill("900")
    page.get_by_role("button", name="Apply filters").click()
    page.get_by_label("Sort by").select_option("Price: low to high")
    page.get_by_role("button", name="Sort", exact=True).click()
    assert page.locator("article .now").all_inner_texts() == [
        "$329.00", "$399.99", "$449.00", "$529.00", "$599.00", "$679.00", "$749.00", "$849.00", "$899.00",
    ]  # fmt: skip


def test_everything_comes_from_the_site_and_nothing_fails(page: Page, shop_url: str) -> None:
    statuses: dict[str, int] = {}
    page.on("response", lambda response: statuses.setdefault(response.url, response.status))
    foreign: list[str] = []
    page.on("request", lambda request: None if request.url.startswith(shop_url + "/") else foreign.append(request.url))
    page.goto(shop_url, wait_until="networkidle")
    assert len(statuses) > 10
    assert (foreign, set(statuses.values())) == ([], {200})

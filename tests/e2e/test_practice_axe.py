"""Tests of the practice sites in a browser: axe-core finds nothing in both themes; nothing is loaded from elsewhere."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from helpers.axe import assert_accessible
from helpers.practice_server import PracticeServer, serving
from webrun_nb.common.practice_sites import PRACTICE_SITES
from webrun_nb.practice.accounts import BANK, SHOP

CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the PATH")

SHOP_PAGES = {
    "home": "/",
    "second page": "/category/laptops?page=2",
    "filtered and sorted": "/category/laptops?max_price=900&in_stock=1&min_rating=4&sort=price-asc",
    "fields that are not understood": "/products?min_price=cheap&category=cars",
    "nothing found": "/search?q=submarine",
    "product on sale": "/product/solwick-note-13",
    "product without ratings": "/product/ovexa-slate-12",
    "price list of a category": "/price-list/laptops",
    "not found": "/nowhere",
    "login": "/login",
    "empty cart": "/cart",
}
"""One page of each template, in each state that shows something else."""
TABLE_PAGES = {
    "conference": ("/", "/rooms", "/talks/rounding-in-public"),
    "directory": ("/", "/companies", "/companies/alderbeck-analytics", "/private/"),
    "feed": ("/",),
    "inventory": ("/",),
    "library": ("/", "/search", "/books/5"),
    "todos": ("/",),
    "pricelists": ("/", "/de", "/ar"),
    "statistics": ("/", "/bevoelkerung", "/revisionen", "/nirgends"),
}
"""The pages of the sites whose subject is tables, lists and scripts that draw them."""
QUIET = "!document.querySelector('[aria-busy=true], button:disabled')"
"""A script that tells whether a page waits for nothing."""
UNCHECKED = {"hostile", "collector"}
"""Sites that do not mean to be accessible."""
ADA = SHOP["ada"]


def log_in_to_shop(page: Page, shop_url: str) -> None:
    page.goto(shop_url + "/login")
    page.get_by_label("E-mail").fill(ADA.login)
    page.get_by_label("Password").fill(ADA.password)
    page.locator("main").get_by_role("button", name="Log in").click()


def buy_in_shop(page: Page, shop_url: str) -> Iterator[str]:
    """Go from the login to an order, and yield at each page."""
    page.goto(shop_url + "/login")
    page.locator("main").get_by_role("button", name="Log in").click()
    yield "wrong credentials"
    log_in_to_shop(page, shop_url)
    page.goto(shop_url + "/orders")
    yield "orders"
    page.get_by_role("link", name="LF-1003").click()
    yield "order"
    page.get_by_role("link", name="Tarnwood Hush 700").click()
    page.get_by_role("button", name="Add to cart", exact=True).click()
    yield "cart"
    page.get_by_role("link", name="Check out").click()
    yield "checkout"
    page.get_by_label("Street and number").fill("")
    page.get_by_role("button", name="Continue to review").click()
    yield "checkout with problems"
    page.get_by_label("Street and number").fill("12 St James's Square")
    page.get_by_label("City").fill("London")
    page.get_by_label("Postcode").fill("SW1Y 4JH")
    page.get_by_role("button", name="Continue to review").click()
    yield "review"
    page.get_by_role("button", name="Place order").click()
    yield "placed"


def transfer_at_bank(page: Page, bank_url: str) -> Iterator[str]:
    """Go from the login to a transfer, and yield at each page."""
    page.goto(bank_url)
    yield "home"
    page.get_by_role("link", name="Log in to your accounts").click()
    page.locator("main").get_by_role("button", name="Log in").click()
    yield "wrong credentials"
    page.get_by_label("User name").fill("grace")
    page.get_by_label("Password").fill(BANK["grace"].password)
    page.locator("main").get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Verify").click()
    yield "wrong code"
    page.get_by_role("link", name="practice phone", exact=True).click()
    yield "phone"
    code = page.locator("main li").first.inner_text().split()[-1].rstrip(".")
    page.goto(bank_url + "/verify")
    yield "code"
    page.get_by_label("Six-digit code").fill(code)
    page.get_by_role("button", name="Verify").click()
    yield "accounts"
    page.get_by_role("link", name="Everyday account").click()
    yield "statement"
    page.get_by_role("link", name="Transfer").click()
    page.get_by_label("Amount in dollars").fill("12.30")
    page.get_by_role("button", name="Continue").click()
    yield "transfer with problems"
    page.get_by_label("To", exact=True).select_option("Alice Moreau (2004-555-31)")
    page.get_by_role("button", name="Continue").click()
    yield "confirm"
    page.get_by_role("button", name="Confirm transfer").click()
    yield "sent"


def register(page: Page, forms_url: str) -> Iterator[str]:
    """Register, with problems at first."""
    page.goto(forms_url)
    yield "form"
    page.get_by_role("button", name="Register").click()
    yield "form with problems"
    for label, text in {
        "Full name": "Ada Lovelace",
        "E-mail": "ada@example.org",
        "Date of birth": "1990-12-10",
        "Street": "12 Square",
        "City": "London",
        "Postcode": "SW1Y 4JH",
        "Passport number": "123456789",
    }.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("Country").select_option("Sweden")
    page.get_by_label("No", exact=True).check()
    page.get_by_label("I agree").check()
    page.get_by_role("button", name="Register").click()
    yield "summary"


def administer(page: Page, admin_url: str) -> Iterator[str]:
    """Visit every room, and delete a user."""
    for path in ("/", "/admin/", "/admin/users/alice", "/admin/settings", "/admin/danger"):
        page.goto(admin_url + path)
        yield path
    page.goto(admin_url + "/admin/")
    page.get_by_role("button", name="Delete bob").click()
    yield "deleted"


def upload(page: Page, upload_url: str) -> Iterator[str]:
    """Submit without a file, then with a CSV file."""
    page.goto(upload_url)
    page.get_by_role("button", name="Upload").click()
    yield "nothing chosen"
    page.get_by_label("File").set_input_files(
        {"name": "prices.csv", "mimeType": "text/csv", "buffer": b"name,price\r\nAurora,749\r\n"}
    )
    page.get_by_role("button", name="Upload").click()
    yield "taken"


def walk_through(site: str) -> Callable[[Page, str], Iterator[str]]:
    """Visit the pages of a site of tables, show what its scripts add, and check that nothing comes from elsewhere."""

    def visit(page: Page, url: str) -> Iterator[str]:
        foreign: list[str] = []
        page.on("request", lambda request: None if request.url.startswith(url + "/") else foreign.append(request.url))
        for path in TABLE_PAGES[site]:
            page.goto(url + path)
            page.wait_for_function(QUIET)
            yield path
            for control in page.get_by_role("tab").all()[1:2] + page.get_by_role("button", name="Load more").all():
                control.click()
                page.wait_for_function(QUIET)
                yield f"{path} after a click"
        assert foreign == []

    return visit


@pytest.fixture(scope="module")
def server() -> Iterator[PracticeServer]:
    with serving() as server:
        yield server


@pytest.fixture(scope="module")
def shop_url(server: PracticeServer) -> str:
    return server.url("shop").rstrip("/")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(color_scheme="light", viewport={"width": 1024, "height": 600}) as context:
        yield context.new_page()


def assert_accessible_in_both_themes(page: Page, where: str) -> None:
    """Check all rules in light, and in dark the one rule that depends on colours."""
    page.wait_for_load_state()  # a click returns when the next page has begun to arrive
    assert_accessible(page, f"{where} (light)")
    page.emulate_media(color_scheme="dark")
    assert_accessible(page, f"{where} (dark)", rules=["color-contrast"])
    page.emulate_media(color_scheme="light")


@pytest.mark.parametrize("path", SHOP_PAGES.values(), ids=SHOP_PAGES.keys())
def test_axe_finds_no_violation(page: Page, shop_url: str, path: str) -> None:
    """Also checks that the page does not scroll sideways on a narrow screen."""
    page.goto(shop_url + path)
    assert_accessible_in_both_themes(page, path)
    assert_fits_narrow_screens(page, path)


def assert_fits_narrow_screens(page: Page, where: str) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") == 360, where
    page.set_viewport_size({"width": 1024, "height": 600})


JOURNEYS: dict[str, Callable[[Page, str], Iterator[str]]] = {
    "shop": buy_in_shop,
    "bank": transfer_at_bank,
    "forms": register,
    "admin": administer,
    "upload": upload,
    **{site: walk_through(site) for site in TABLE_PAGES},
}


def test_every_site_is_checked() -> None:
    assert {*JOURNEYS, *UNCHECKED} == {*PRACTICE_SITES}


@pytest.mark.parametrize("site", JOURNEYS)
def test_axe_finds_no_violation_on_the_way(page: Page, server: PracticeServer, site: str) -> None:
    """Also checks that no page is too wide for a narrow screen."""
    for where in JOURNEYS[site](page, server.url(site).rstrip("/")):
        assert_accessible_in_both_themes(page, where)
        assert_fits_narrow_screens(page, where)


def test_a_person_can_do_the_quickstart_task(page: Page, shop_url: str) -> None:
    page.goto(shop_url)
    page.get_by_role("link", name="Laptops", exact=True).click()
    page.get_by_label("Maximum price").fill("900")
    page.get_by_role("button", name="Apply filters").click()
    page.get_by_label("Sort by").select_option("Price: low to high")
    page.get_by_role("button", name="Sort", exact=True).click()
    expect(page.locator("article .now")).to_have_text(
        ["$329.00", "$399.99", "$449.00", "$529.00", "$599.00", "$679.00", "$749.00", "$849.00", "$899.00"]
    )


def test_everything_comes_from_the_site_and_nothing_fails(page: Page, shop_url: str) -> None:
    statuses: dict[str, int] = {}
    page.on("response", lambda response: statuses.setdefault(response.url, response.status))
    foreign: list[str] = []
    page.on("request", lambda request: None if request.url.startswith(shop_url + "/") else foreign.append(request.url))
    page.goto(shop_url, wait_until="networkidle")
    assert len(statuses) > 10
    assert (foreign, set(statuses.values())) == ([], {200})


def test_a_feed_loads_more_while_it_is_scrolled(page: Page, server: PracticeServer) -> None:
    page.goto(server.url("feed"))
    entries = page.get_by_role("listitem").filter(has=page.get_by_role("heading"))
    expect(entries).to_have_count(20)
    for shown in (40, 60):
        page.get_by_role("link", name="Next page").scroll_into_view_if_needed()
        expect(entries).to_have_count(shown)
    expect(page.get_by_role("link", name="Next page")).to_have_attribute("href", "/?page=4")
    assert page.locator("dd:nth-of-type(1)").all_inner_texts() == [str(number) for number in range(1, 61)]

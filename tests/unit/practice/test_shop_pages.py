"""Tests of the shop's catalogue pages over its application, without a server or browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode, urljoin
from xml.etree import ElementTree

import httpx
import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from helpers import practice_client
from webrun_nb.common.practice_sites import PRACTICE_SITES
from webrun_nb.practice.server import Site, money, route
from webrun_nb.practice.shop import CATALOGUE, catalogue
from webrun_nb.practice.shop.catalogue import CatalogueError, Product, load
from webrun_nb.practice.shop.listing import PER_PAGE
from webrun_nb.practice.shop.pages import Shop
from webrun_nb.practice.sites import PracticeApp, create_site

PRODUCTS = catalogue().products
LAPTOPS = [product for product in PRODUCTS if product.category.slug == "laptops"]
PRODUCT_IDS = [product.slug for product in PRODUCTS]


SHOP = PracticeApp()


def ask(address: str, method: str = "GET") -> httpx.Response:
    return practice_client.ask(SHOP, "shop", address, method)


def page(address: str) -> str:
    response = ask(address)
    assert response.status_code == 200, address
    return response.text


class Cards(HTMLParser):
    """A parser of a listing: for each <article>, the text of its parts by their class or heading."""

    def __init__(self) -> None:
        super().__init__()
        self.cards: list[dict[str, str]] = []
        self._inside = False
        self._part: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "article":
            self.cards.append({})
            self._inside = True
        classes = (dict(attrs).get("class") or "").split()
        if tag in {"h3", "p", "span", "s"}:
            self._part.append("name" if tag == "h3" else next(iter(classes), self._part[-1] if self._part else ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "article":
            self._inside = False
        if tag in {"h3", "p", "span", "s"} and self._part:
            self._part.pop()

    def handle_data(self, data: str) -> None:
        if self._inside and self._part and data.strip():
            card = self.cards[-1]
            card[self._part[-1]] = (card.get(self._part[-1], "") + " " + data.strip()).strip()


def cards(address: str) -> list[dict[str, str]]:
    reader = Cards()
    reader.feed(page(address))
    return reader.cards


def all_cards(address: str, **query: str) -> list[dict[str, str]]:
    """Read a listing to its end by following `rel=next`."""
    found: list[dict[str, str]] = []
    here: str | None = f"{address}?{urlencode(query)}" if query else address
    while here is not None:
        found += cards(here)
        onward = re.search(r'<a rel="next" href="([^"]+)"', page(here))
        here = onward[1].replace("&amp;", "&") if onward else None
    return found


def names(found: Sequence[dict[str, str]]) -> list[str]:
    return [card["name"] for card in found]


# --- the catalogue ----------------------------------------------------------------------------------------------------


def test_the_shop_sells_enough_to_practise_on() -> None:
    assert len(PRODUCTS) >= 72
    assert len(LAPTOPS) >= 12


def test_the_quickstart_has_one_right_answer() -> None:
    prices = sorted(laptop.price_usd for laptop in LAPTOPS if laptop.price_usd <= 900)
    assert len(prices) >= 6
    assert len(set(prices)) == len(prices)
    assert Decimal(900) not in prices, "under and up to $900 must mean the same laptops"


@pytest.mark.parametrize(
    "rare",
    [
        lambda product: product.old_price_usd is not None,
        lambda product: product.rating is None,
        lambda product: not product.in_stock,
        lambda product: product.stock_text.startswith("Only "),
        lambda product: product.price_usd % 1 != 0,
    ],
    ids=["on sale", "unrated", "out of stock", "few left", "with cents"],
)
def test_laptops_have_the_cases_that_extraction_must_distinguish(rare: Callable[[Product], bool]) -> None:
    assert any(rare(laptop) for laptop in LAPTOPS)


def changed_catalogue(tmp_path: Path, **fields: object) -> Path:
    data = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    data["products"][0].update(fields)
    path = tmp_path / "catalogue.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def test_a_price_changed_in_the_file_is_on_the_page(tmp_path: Path) -> None:
    shop = Shop(load(changed_catalogue(tmp_path, price_usd=123.45)))
    response = practice_client.ask(shop, "shop", f"/product/{PRODUCTS[0].slug}")
    assert b"$123.45" in response.content


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"price_usd": 0}, "price_usd"),
        ({"old_price_usd": 1}, "old_price_usd"),
        ({"rating": 5.1}, "rating must"),
        ({"rating": None}, "a rating needs reviews"),
        ({"stock": -1}, "stock"),
        ({"category": "cars"}, "cars"),
        ({"colour": "red"}, "colour"),
        ({"sku": PRODUCTS[1].sku}, "same sku"),
        ({"name": PRODUCTS[1].name}, "same address"),
    ],
)
def test_a_wrong_catalogue_is_refused(tmp_path: Path, fields: dict[str, object], complaint: str) -> None:
    with pytest.raises(CatalogueError, match=complaint):
        load(changed_catalogue(tmp_path, **fields))


# --- listings ---------------------------------------------------------------------------------------------------------


def test_a_card_says_what_the_catalogue_says() -> None:
    by_name = {card["name"]: card for card in all_cards("/products")}
    for product in PRODUCTS:
        card = by_name[product.name]
        assert card["now"] == money(product.price_usd)
        assert card.get("old") == (money(product.old_price_usd) if product.old_price_usd else None)
        assert product.rating_text in card["rating"]
        assert card.get("reviews") == (f"({product.reviews} reviews)" if product.reviews else None)
        assert card["stock"] == product.stock_text
        assert card["category"] == product.category.name


def test_pages_show_every_product_exactly_once() -> None:
    assert names(all_cards("/products")) == [product.name for product in PRODUCTS]


def test_a_page_has_twelve_products() -> None:
    assert len(cards("/category/laptops")) == PER_PAGE == 12


def test_pages_keep_the_sorting_and_the_filters() -> None:
    found = all_cards("/products", sort="price-desc", min_price="100", in_stock="1")
    wanted = [product for product in PRODUCTS if product.price_usd >= 100 and product.in_stock]
    wanted.sort(key=lambda product: (-product.price_usd, product.name))
    assert len(wanted) > PER_PAGE
    assert names(found) == [product.name for product in wanted]


def test_previous_leads_back() -> None:
    assert '<a rel="prev" href="/category/laptops">Previous</a>' in page("/category/laptops?page=2")


@pytest.mark.parametrize(
    ("sort", "key"),
    [
        ("price-asc", lambda product: product.price_usd),
        ("price-desc", lambda product: -product.price_usd),
        ("rating", lambda product: -(product.rating if product.rating is not None else Decimal(-1))),
        ("name", lambda product: product.name),
    ],
)
def test_sorting_sorts(sort: str, key: Callable[[Product], Decimal]) -> None:
    by_name = {product.name: product for product in PRODUCTS}
    shown = [key(by_name[name]) for name in names(all_cards("/products", sort=sort))]
    assert shown == sorted(shown)


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ({"min_price": "500"}, lambda product: product.price_usd >= 500),
        ({"max_price": "899.00"}, lambda product: product.price_usd <= 899),
        ({"max_price": "$1,199"}, lambda product: product.price_usd <= 1199),
        ({"in_stock": "1"}, lambda product: product.in_stock),
        ({"min_rating": "4.5"}, lambda product: product.rating is not None and product.rating >= Decimal("4.5")),
        ({"category": "audio"}, lambda product: product.category.slug == "audio"),
        ({"min_price": "", "max_price": "", "min_rating": "", "category": ""}, lambda product: True),
    ],
    ids=lambda value: urlencode(value) if isinstance(value, dict) else "",
)
def test_filters_filter(query: dict[str, str], kept: Callable[[Product], bool]) -> None:
    assert names(all_cards("/products", **query)) == [product.name for product in PRODUCTS if kept(product)]


@pytest.mark.parametrize("field", ["min_price", "max_price", "min_rating", "category", "sort"])
def test_an_invalid_value_is_reported_at_its_field(field: str) -> None:
    shown = page(f"/products?{field}=nonsense")
    assert f'aria-describedby="{field}-problem"' in shown
    assert f'id="{field}-problem"' in shown


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Aurora", {"Norvane Aurora 14", "Norvane Aurora 16"}),
        ("aurora 16", {"Norvane Aurora 16"}),
        ("LAP-1037", {"Norvane Aurora 14"}),
        ("submarine", set()),
    ],
)
def test_search_finds(words: str, found: set[str]) -> None:
    assert set(names(all_cards("/search", q=words))) == found


def test_search_for_a_category_finds_all_of_it() -> None:
    assert set(names(all_cards("/search", q="laptops"))) >= {laptop.name for laptop in LAPTOPS}


def test_phone_does_not_find_headphones() -> None:
    assert {"Tarnwood Hush 700", "Umbrel One"} & set(names(all_cards("/search", q="phone"))) == {"Umbrel One"}


def test_what_was_searched_is_escaped() -> None:
    shown = page("/search?" + urlencode({"q": '"><script>alert(1)</script>'}))
    assert "<script" not in shown
    assert "&lt;script&gt;alert(1)" in shown


# --- product pages and tables -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("product", PRODUCTS, ids=PRODUCT_IDS)
def test_json_ld_equals_the_catalogue(product: Product) -> None:
    shown = page(f"/product/{product.slug}")
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', shown)
    assert len(blocks) == 1
    described = json.loads(blocks[0])
    rating = described.get("aggregateRating", {"ratingValue": None, "reviewCount": 0})
    assert described["@type"] == "Product"
    assert {
        "name": described["name"],
        "sku": described["sku"],
        "brand": described["brand"]["name"],
        "price": described["offers"]["price"],
        "currency": described["offers"]["priceCurrency"],
        "in_stock": described["offers"]["availability"],
        "rating": rating["ratingValue"],
        "reviews": rating["reviewCount"],
    } == {
        "name": product.name,
        "sku": product.sku,
        "brand": product.brand,
        "price": f"{product.price_usd:.2f}",
        "currency": "USD",
        "in_stock": "https://schema.org/InStock" if product.stock else "https://schema.org/OutOfStock",
        "rating": None if product.rating is None else str(product.rating),
        "reviews": product.reviews,
    }


def test_a_product_page_has_its_specifications() -> None:
    product = LAPTOPS[0]
    rows = re.findall(r'<tr><th scope="row">(.*?)</th><td>(.*?)</td></tr>', page(f"/product/{product.slug}"))
    assert dict(rows) == product.specifications


def test_similar_products_are_others_of_the_category() -> None:
    similar = catalogue().related(LAPTOPS[0], 4)
    assert len(similar) == 4
    assert LAPTOPS[0] not in similar
    assert {other.category.slug for other in similar} == {"laptops"}


def test_the_price_list_is_one_table_of_the_catalogue() -> None:
    shown = page("/price-list/laptops")
    assert shown.count("<table") == 1
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", shown, re.DOTALL)[1:]]
    cells = [[re.sub("<[^>]+>", "", cell) for cell in row] for row in rows]
    assert cells == [
        [laptop.name, laptop.brand, money(laptop.price_usd), laptop.rating_text, laptop.stock_text]
        for laptop in LAPTOPS
    ]


def test_every_picture_is_a_drawing() -> None:
    for product in PRODUCTS:
        root = ElementTree.fromstring(ask(f"/picture/{product.slug}.svg").content)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert len(list(root.iter())) > 10, product.picture


# --- the site as a whole ----------------------------------------------------------------------------------------------


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "form" and dict(attrs).get("method") == "post":
            return  # it does something, and is not for looking
        self.links += [value for name, value in attrs if name in {"href", "src", "action"} and value]


def crawl() -> dict[str, httpx.Response]:
    """Request everything that a guest reaches from the home page by links, pictures, styles and forms with GET."""
    seen: dict[str, httpx.Response] = {}
    waiting = ["/"]
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen[address] = response = ask(address)
        if response.headers["Content-Type"].startswith("text/html"):
            reader = Links()
            reader.feed(response.content.decode())
            waiting += [urljoin(address, link).partition("#")[0] for link in reader.links]
    return seen


@pytest.fixture(scope="module")
def site() -> dict[str, httpx.Response]:
    return crawl()


def test_every_link_leads_somewhere(site: dict[str, httpx.Response]) -> None:
    assert {address for address, response in site.items() if response.status_code != 200} == set()


def test_every_product_can_be_reached(site: dict[str, httpx.Response]) -> None:
    assert {f"/product/{product.slug}" for product in PRODUCTS} <= site.keys()


def test_nothing_refers_to_another_site(site: dict[str, httpx.Response]) -> None:
    known = (b"https://schema.org", b"http://www.w3.org/2000/svg")
    for address, response in site.items():
        for reference in re.findall(rb"https?://[^\s\"'<>)]*", response.content):
            assert reference.startswith(known), (address, reference)
        assert b'="//' not in response.content, address


def test_the_same_request_gives_the_same_bytes(site: dict[str, httpx.Response]) -> None:
    shop = Shop(load(CATALOGUE))
    for path in ("/", "/category/laptops", "/price-list", "/product/norvane-aurora-14"):
        again = practice_client.ask(shop, "shop", path)
        assert (again.headers, again.content) == (site[path].headers, site[path].content)


def test_no_page_has_the_same_id_twice(site: dict[str, httpx.Response]) -> None:
    for address, response in site.items():
        ids = re.findall(rb'\sid="([^"]+)"', response.content)
        assert len(ids) == len(set(ids)), address


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/category/cars",
        "/product/none",
        "/price-list/cars",
        "/picture/none.svg",
        "/static/secret.txt",
        "/static/../catalogue.json",
        "/static/..%2Fcatalogue.json",
        "/category",
        "/products/",
        "/category/laptops?page=3",
        "/category/laptops?page=0",
        "/category/laptops?page=two",
    ],
)
def test_what_is_not_there_is_a_404_page(path: str) -> None:
    response = ask(path)
    assert response.status_code == 404
    assert b"<h1>Page not found</h1>" in response.content


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_method_that_a_page_does_not_have_is_a_405_that_says_which_it_has(method: str) -> None:
    response = ask("/category/laptops", method)
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD"


def test_head_is_get_without_the_body() -> None:
    whole, head = ask("/category/laptops"), ask("/category/laptops", "HEAD")
    assert (head.status_code, head.headers, head.content) == (whole.status_code, whole.headers, b"")


def test_content_length_is_the_bytes_sent() -> None:
    response = ask("/")
    assert response.headers["Content-Length"] == str(len(response.content))


# --- what all sites share ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PRACTICE_SITES)
def test_every_site_has_a_home_page(name: str) -> None:
    response = practice_client.ask(create_site(name), name, "/")
    assert response.status_code == 200
    assert response.text.lower().startswith("<!doctype html>")


def test_an_unknown_site_is_refused_by_name() -> None:
    response = practice_client.ask(PracticeApp(), "bazaar", "/")
    assert response.status_code == 404
    assert re.search(r"no practice site 'bazaar'.*practice:shop", response.text)


def test_a_route_gives_each_method_its_handler_and_the_parts_of_the_path(tmp_path: Path) -> None:
    async def get(request: Request, number: str) -> Response:
        return Response(f"read {number}")

    async def post(request: Request, number: str) -> Response:
        return Response(f"wrote {(await request.body()).decode()} to {number}")

    site = Site(tmp_path, [route("/item/{number}.txt", GET=get, POST=post)], dict)
    assert practice_client.ask(site, "shop", "/item/7.txt", "POST", b"x").text == "wrote x to 7"
    assert practice_client.ask(site, "shop", "/item/7.txt").text == "read 7"
    assert practice_client.ask(site, "shop", "/item/7.txt", "PUT").headers["Allow"] == "GET, HEAD, POST"


def test_a_handler_that_finds_nothing_is_a_404_page(tmp_path: Path) -> None:
    async def nothing(request: Request) -> Response:
        raise HTTPException(404)

    response = practice_client.ask(Site(tmp_path, [route("/", GET=nothing)], dict), "shop", "/")
    assert response.status_code == 404
    assert "<h1>Page not found</h1>" in response.text

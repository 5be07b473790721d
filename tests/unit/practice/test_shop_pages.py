"""The practice shop, asked directly: no server, no browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlencode, urljoin, urlsplit
from xml.etree import ElementTree

import pytest

from webrun_nb import practice
from webrun_nb.practice.base import PageNotFoundError, Router, html
from webrun_nb.practice.shop import CATALOGUE, catalogue
from webrun_nb.practice.shop.catalogue import CatalogueError, Product, load
from webrun_nb.practice.shop.listing import PER_PAGE
from webrun_nb.practice.shop.pages import Shop
from webrun_nb.practice.site import money

PRODUCTS = catalogue().products
LAPTOPS = [product for product in PRODUCTS if product.category.slug == "laptops"]
PRODUCT_IDS = [product.slug for product in PRODUCTS]


def ask(address: str, method: str = "GET") -> practice.Response:
    parts = urlsplit(address)
    query = parse_qs(parts.query, keep_blank_values=True)
    return practice.respond("shop", practice.Request(method, unquote(parts.path), query))


def page(address: str) -> str:
    response = ask(address)
    assert response.status == 200, address
    return response.body.decode()


class Cards(HTMLParser):
    """Reads a listing as a visitor does: per <article>, the text of its parts by their class or heading."""

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
def test_laptops_have_the_cases_that_extraction_must_tell_apart(rare: Callable[[Product], bool]) -> None:
    assert any(rare(laptop) for laptop in LAPTOPS)


def changed_catalogue(tmp_path: Path, **fields: object) -> Path:
    data = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    data["products"][0].update(fields)
    path = tmp_path / "catalogue.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def test_a_price_changed_in_the_file_is_on_the_page(tmp_path: Path) -> None:
    shop = Shop(load(changed_catalogue(tmp_path, price_usd=123.45)))
    response = shop.respond(practice.Request("GET", f"/product/{PRODUCTS[0].slug}"))
    assert b"$123.45" in response.body


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
def test_a_field_that_is_not_understood_is_told_at_the_field(field: str) -> None:
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
        root = ElementTree.fromstring(ask(f"/picture/{product.slug}.svg").body)
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


def crawl() -> dict[str, practice.Response]:
    """Ask for everything a guest reaches from the home page by links, pictures, styles and forms that only ask."""
    seen: dict[str, practice.Response] = {}
    waiting = ["/"]
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen[address] = response = ask(address)
        if dict(response.headers)["Content-Type"].startswith("text/html"):
            reader = Links()
            reader.feed(response.body.decode())
            waiting += [urljoin(address, link).partition("#")[0] for link in reader.links]
    return seen


@pytest.fixture(scope="module")
def site() -> dict[str, practice.Response]:
    return crawl()


def test_every_link_leads_somewhere(site: dict[str, practice.Response]) -> None:
    assert {address for address, response in site.items() if response.status != 200} == set()


def test_every_product_can_be_reached(site: dict[str, practice.Response]) -> None:
    assert {f"/product/{product.slug}" for product in PRODUCTS} <= site.keys()


def test_nothing_refers_to_another_site(site: dict[str, practice.Response]) -> None:
    known = (b"https://schema.org", b"http://www.w3.org/2000/svg")
    for address, response in site.items():
        for reference in re.findall(rb"https?://[^\s\"'<>)]*", response.body):
            assert reference.startswith(known), (address, reference)
        assert b'="//' not in response.body, address


def test_the_same_request_gives_the_same_bytes(site: dict[str, practice.Response]) -> None:
    shop = Shop(load(CATALOGUE))
    for path in ("/", "/category/laptops", "/price-list", "/product/norvane-aurora-14"):
        assert shop.respond(practice.Request("GET", path)) == site[path]


def test_no_page_has_the_same_id_twice(site: dict[str, practice.Response]) -> None:
    for address, response in site.items():
        ids = re.findall(rb'\sid="([^"]+)"', response.body)
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
        "/category/laptops?page=3",
        "/category/laptops?page=0",
        "/category/laptops?page=two",
    ],
)
def test_what_is_not_there_is_a_404_page(path: str) -> None:
    response = ask(path)
    assert response.status == 404
    assert b"<h1>Page not found</h1>" in response.body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_method_that_a_page_does_not_have_is_a_405_that_says_which_it_has(method: str) -> None:
    response = ask("/category/laptops", method)
    assert response.status == 405
    assert dict(response.headers)["Allow"] == "GET, HEAD"


def test_head_is_get_without_the_body() -> None:
    whole, head = ask("/category/laptops"), ask("/category/laptops", "HEAD")
    assert (head.status, head.headers, head.body) == (whole.status, whole.headers, b"")


def test_content_length_is_the_bytes_sent() -> None:
    response = ask("/")
    assert dict(response.headers)["Content-Length"] == str(len(response.body))


# --- what all sites share ---------------------------------------------------------------------------------------------


def test_the_shop_is_a_site() -> None:
    assert "shop" in practice.sites()


def test_an_unknown_site_is_refused_by_name() -> None:
    with pytest.raises(practice.UnknownSiteError, match=r"no practice site 'bazaar'.*shop"):
        practice.respond("bazaar", practice.Request("GET", "/"))


def test_a_router_gives_each_method_its_handler_and_the_parts_of_the_path() -> None:
    router = Router(lambda request, status: html("", status=status))
    router.add(
        "/item/{number}.txt",
        GET=lambda request, number: html(f"read {number}"),
        POST=lambda request, number: html(f"wrote {request.body.decode()} to {number}"),
    )
    answer = router.respond(practice.Request("POST", "/item/7.txt", body=b"x"))
    assert answer.body == b"wrote x to 7"


def test_a_handler_that_finds_nothing_is_a_404() -> None:
    def nothing(request: practice.Request) -> practice.Response:
        raise PageNotFoundError(request.path)

    router = Router(lambda request, status: html(f"error {status}", status=status))
    router.add("/", GET=nothing)
    assert router.respond(practice.Request("GET", "/")).status == 404

from __future__ import annotations

import pytest

from helpers.snapshots import snapshot_of_html
from webrun_nb.extraction.embedded.structured_data import embedded_of
from webrun_nb.extraction.page_record.main_record import main_record_of
from webrun_nb.extraction.sources import Cell, Source

CARD = '<li><a href="/other/{0}">Another lamp no. {0}</a><p>{0}9,00 €</p></li>'


def record(body: str, *, title: str = "Lamp Orla 400", url: str = "https://shop.example/p/1") -> Source:
    source = main_record_of(snapshot_of_html(f"<head><title>{title}</title></head><body>{body}</body>", url=url))
    assert source is not None
    return source


def cell(source: Source, name: str) -> Cell | None:
    numbers = [i for i, column in enumerate(source.columns) if name in column.properties or name in column.labels]
    return source.rows[0].cells[numbers[0]] if numbers else None


def text(body: str, name: str) -> str | None:
    found = cell(record(f"<h1>Lamp Orla 400</h1>{body}<p>x: y</p>"), name)
    return None if found is None else found.text or found.exact


def product(json: str) -> str:
    return f'<script type="application/ld+json">{{"@type": "Product", "name": "Lamp Orla 400", {json}}}</script>'


class TestHeading:
    def test_heading_that_the_title_has_names_the_thing(self) -> None:
        found = record("<h1>Our shop</h1><p>x: y</p><h1>Lamp Orla 400</h1><p>Colour: red</p>")
        assert found.heading == "Lamp Orla 400"

    def test_heading_that_the_address_has_names_the_thing(self) -> None:
        url = "https://shop.example/lampe-orla_zelena-380"
        found = record("<h1>Services</h1><p>a: b</p><h1>Lampe Orla, zelená</h1><p>c: d</p>", title="Shop", url=url)
        assert found.heading == "Lampe Orla, zelená"

    def test_page_without_a_heading_has_no_record(self) -> None:
        assert main_record_of(snapshot_of_html("<body><p>Price: 12 €</p></body>")) is None


class TestPrice:
    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ("<p>Price: <b>12,00 €</b></p>", "12,00 €"),
            ("<p>Free shipping over 35 €</p><p>12,00 €</p>", "12,00 €"),
            ("<p>or 4 payments of $15.00</p><p>$59.99 ($3.75 / oz)</p>", "$59.99"),
            ("<p><s>$80</s> $60</p>", "$60"),
            ("<p>See price in cart</p><p>List: $44.50</p>", None),
            ("<p>Nothing here: really</p>", None),
        ],
    )
    def test_price_is_the_amount_that_one_pays(self, body: str, expected: str | None) -> None:
        assert text(body, "price") == expected

    def test_cards_of_other_things_have_no_price_of_this_one(self) -> None:
        assert text("<p>Sold out</p><ul>" + "".join(map(CARD.format, range(1, 5))) + "</ul>", "price") is None

    def test_embedded_price_tells_which_amount_is_the_price(self) -> None:
        body = product('"offers": {"price": "12.50"}') + "<p>9,00 €</p><p>without frame</p><p>12,50 €</p>"
        assert text(body, "price") == "12,50 €"

    def test_displayed_price_goes_before_an_embedded_one_that_is_not_displayed(self) -> None:
        assert text(product('"offers": {"price": "99.00"}') + "<p>12,50 €</p>", "price") == "12,50 €"

    def test_embedded_prices_of_several_variants_are_none_of_the_thing(self) -> None:
        assert text(product('"offers": [{"price": "12.50"}, {"price": "14.50"}]'), "price") is None

    def test_embedded_price_that_differs_is_beside_the_displayed_one(self) -> None:
        found = cell(
            record("<h1>Lamp Orla 400</h1>" + product('"offers": {"price": "99.00"}') + "<p>12,50 €</p>"), "price"
        )
        assert found is not None
        assert (found.text, found.exact) == ("12,50 €", "99.00")

    def test_embedded_price_is_exact_and_not_text_where_none_is_displayed(self) -> None:
        found = cell(record("<h1>Lamp Orla 400</h1>" + product('"offers": {"price": "12.50"}')), "price")
        assert found is not None
        assert (found.text, found.exact, found.node.tag) == ("", "12.50", "script")

    def test_old_price_and_unit_price_are_columns_of_their_own(self) -> None:
        body = "<p>Was $80.00</p><p>$60.00 ($3 / kg)</p>"
        assert (text(body, "oldprice"), text(body, "unitprice")) == ("$80.00", "$3")

    def test_ends_of_a_range_are_columns(self) -> None:
        body = "<p>€24.00 – €39.00</p>"
        assert (text(body, "lowprice"), text(body, "highprice")) == ("€24.00", "€39.00")


class TestIdentifiers:
    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ("<p>SKU 579-33</p>", "579-33"),
            ("<p>Item #418295</p>", "418295"),
            ("<p><b>Artikel-Nummer</b><i>1357247</i></p>", "1357247"),
            ("<dl><dt>Référence</dt><dd>AB 12/7</dd></dl>", "AB 12/7"),
            ("<table><tr><th>商品番号</th><td>XK-40</td></tr></table>", "XK-40"),
            ("<p>Zip code: 70190</p>", None),
            ("<p>Phone: 0711 123456</p>", None),
            ("<p>Promo code: SAVE20</p>", None),
            ("<p>Delivered on: 2026-05-01</p>", None),
            ("<p>SKU: on request</p>", None),
        ],
    )
    def test_sku_is_what_a_label_calls_so(self, body: str, expected: str | None) -> None:
        assert text(body, "sku") == expected

    def test_labelled_sku_goes_before_an_embedded_one(self) -> None:
        assert text(product('"sku": "INTERNAL-1"') + "<p>Product code: 144432</p>", "sku") == "144432"

    def test_skus_of_several_variants_are_not_that_of_the_thing(self) -> None:
        assert text(product('"sku": "A-1"') + product('"sku": "A-2"') + "<p>x: y</p>", "sku") is None

    def test_model_number_and_barcode_are_no_sku(self) -> None:
        body = "<p>Model number: G1S0001</p><p>EAN: 4022664223553</p>"
        assert (text(body, "sku"), text(body, "mpn"), text(body, "gtin")) == (None, "G1S0001", "4022664223553")


class TestAvailability:
    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ("<p>Derzeit nicht verfügbar</p>", "OutOfStock"),
            ("<p>In stock.</p>", "InStock"),
            ("<button>Add to cart</button>", "InStock"),
            ("<button disabled>Add to cart</button>", None),
            ("<nav><button>Add to cart</button></nav>", None),
            (product('"offers": {"availability": "https://schema.org/OutOfStock"}'), "OutOfStock"),
            (product('"offers": {"availability": "InStock"}') + "<p>Sold out</p>", "SoldOut"),
            ("<p>12,00 €</p>", None),
        ],
    )
    def test_availability_needs_an_element_that_entails_it(self, body: str, expected: str | None) -> None:
        found = cell(record(f"<h1>Lamp Orla 400</h1>{body}<p>a: b</p>"), "availability")
        assert (None if found is None else found.exact.removeprefix("https://schema.org/")) == expected

    def test_thing_is_in_stock_if_one_of_its_variants_is(self) -> None:
        offers = '"offers": [{"availability": "OutOfStock"}, {"availability": "InStock"}]'
        found = cell(record("<h1>Lamp Orla 400</h1>" + product(offers)), "availability")
        assert found is not None
        assert found.exact == "https://schema.org/InStock"


class TestBrand:
    def test_label_names_the_brand(self) -> None:
        assert text("<p>Marke: Orla</p>", "brand") == "Orla"

    def test_link_to_the_brand_s_shop_names_it(self) -> None:
        assert text('<p><a href="/b">Visit the Orla Store</a></p><p>x: y</p>', "brand") == "Orla"

    def test_embedded_brand_of_a_related_thing_is_not_taken(self) -> None:
        other = '{"@type": "ItemList", "itemListElement": [{"@type": "Product", "name": "Torch", "brand": "Nordlys"}]}'
        body = f'<script type="application/ld+json">{other}</script><p>x: y</p>'
        assert text(body, "brand") is None


def test_other_labels_are_columns_under_their_own_names() -> None:
    assert text("<p>Burning time: 40 h</p>", "Burning time") == "40 h"


def test_what_is_in_menus_is_no_fact() -> None:
    assert text("<footer><p>Marke: Footer</p></footer><p>x: y</p>", "brand") is None


class TestArticles:
    BODY = "<article>{}<p>A long text.</p></article>"

    @pytest.mark.parametrize(
        ("line", "author"),
        [
            ("<p>By <a rel='author' href='/j'>Jane</a></p>", "Jane"),
            ("<p>Von Ada Lovelace</p>", "Ada Lovelace"),
            ("<p>作者：李明</p>", None),
            ("<p>by hand</p>", None),
            ("<p>Von Hand</p>", None),
            ("<p>by 3 people</p>", None),
        ],
    )
    def test_author_is_in_a_line_of_its_own(self, line: str, author: str | None) -> None:
        assert text(self.BODY.format(line), "author") == author

    def test_date_of_an_article_is_the_time_at_its_heading(self) -> None:
        body = self.BODY.format("<time datetime='2026-04-02'>2 April</time>")
        found = cell(record(f"<h1>Lamp Orla 400</h1>{body}"), "date")
        assert found is not None
        assert (found.text, found.exact) == ("2 April", "2026-04-02")


class TestRating:
    def test_rating_and_number_of_reviews_stand_at_the_heading(self) -> None:
        body = "<p>4,6 / 5 (231 avis)</p>"
        assert (text(body, "ratingvalue"), text(body, "reviewcount")) == ("4,6 / 5", "231")

    def test_number_goes_before_the_stars_that_round_it(self) -> None:
        assert text("<p>★★★★☆ 4.4 (128 reviews)</p>", "ratingvalue") == "4.4"

    def test_stars_alone_are_a_rating(self) -> None:
        assert text("<p>★★★★☆</p>", "ratingvalue") == "★★★★☆"

    def test_rating_further_down_is_of_something_else(self) -> None:
        assert text("<p>line</p>" * 20 + "<p>4.6 out of 5</p>", "ratingvalue") is None


def test_facts_of_a_list_s_items_are_not_those_of_the_page() -> None:
    items = "".join(
        f"<div><h4>Ann {n}</h4><p>Tel.: 12{n}</p><time datetime='2026-01-0{n}'>{n} Jan</time></div>" for n in "123"
    )
    body = f"<main>{items}</main>"
    assert (text(body, "Tel."), text(body, "date")) == (None, None)


def test_prices_of_a_list_s_items_are_not_that_of_the_page() -> None:
    items = "".join(f"<div><h2>Flat {n}</h2><p>Lyon {n}</p><p>{n}00 000 €</p></div>" for n in range(1, 5))
    assert text(f"<main>{items}</main><p>x: y</p>", "price") is None


def test_a_range_of_prices_is_the_price_as_displayed() -> None:
    assert text("<p>$25.00 – $40.00</p>", "price") == "$25.00 – $40.00"


def test_prices_of_variants_in_the_rows_of_a_table_are_not_that_of_the_page() -> None:
    sizes = "<tr><th>Size</th><th>Price</th></tr><tr><td>S</td><td>$10</td></tr><tr><td>L</td><td>$20</td></tr>"
    assert text(f"<table>{sizes}</table>", "price") is None
    proved = product('"offers": {"price": 20}')
    assert text(f"{proved}<table>{sizes}</table>", "price") == "$20"


def test_a_line_names_the_day_of_publication() -> None:
    assert text("<p>Published 5 March 2024</p>", "datepublished") == "5 March 2024"
    assert text("<p>Published by 30 companies</p>", "datepublished") != "30 companies"


def test_the_price_without_tax_is_the_price_where_there_is_no_other() -> None:
    assert text("<p>£50.00 exc. VAT</p><p>£60.00 inc. VAT</p>", "price") == "£60.00"
    assert text("<p>£50.00 exc. VAT</p>", "price") == "£50.00"


def test_what_variants_say_differently_is_not_said_of_the_thing() -> None:
    variants = ", ".join(f'{{"@type": "Product", "name": "Lamp {x}", "sku": "{x}", "color": "red"}}' for x in "AB")
    page = product('"hasVariant": [' + variants + "]")
    (entity,) = embedded_of(snapshot_of_html(f"<html><body>{page}</body></html>"))
    found = {name for column in entity.columns for name in column.properties}
    assert ("hasvariant.color" in found, "hasvariant.sku" in found) == (True, False)


@pytest.mark.timeout(60)  # once it took minutes
def test_a_row_of_very_many_amounts_takes_no_longer_than_its_length() -> None:
    cells = "".join(f"<td>${number}.00</td>" for number in range(3000))
    page = snapshot_of_html(f"<h1>Lamp Orla 400</h1><table><tr>{cells}</tr><tr>{cells}</tr></table>")
    assert main_record_of(page) is not None


def test_a_labelled_name_is_the_name_where_the_heading_says_only_the_kind_of_thing() -> None:
    source = record(
        "<h1>Company overview</h1><dl><dt>Company name</dt><dd>Orla Mills</dd><dt>Status</dt><dd>Active</dd>"
    )
    found = cell(source, "name")
    assert found is not None
    assert found.text == "Orla Mills"


def test_another_name_leaves_the_heading_the_name() -> None:
    source = record("<h1>Orla 400</h1><dl><dt>Company name</dt><dd>Lamps Ltd</dd><dt>Status</dt><dd>New</dd>")
    found = cell(source, "name")
    assert found is not None
    assert found.text == "Orla 400"


def test_a_model_that_is_no_code_is_a_fact() -> None:
    assert text("<dl><dt>Model</dt><dd>Golf</dd></dl>", "Model") == "Golf"

from __future__ import annotations

import pytest

from webrun_nb.extraction.records.product_terms import is_buy_button, label_name, stock_status


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("SKU", "sku"),
        ("Item #", "sku"),
        ("Art.-Nr.", "sku"),
        ("Our item number", "sku"),
        ("Référence", "sku"),
        ("Kód produktu", "sku"),
        ("Артикул", "sku"),
        ("קוד מוצר", "sku"),
        ("商品番号", "sku"),
        ("Model Number", "mpn"),
        ("EAN", "gtin"),
        ("Marke", "brand"),
        ("Výrobca", "manufacturer"),
        ("Verfügbarkeit", "availability"),
        ("Zip code", ""),
        ("Promo code", ""),
        ("Phone number", ""),
        ("Delivery", ""),
    ],
)
def test_label_names_a_fact(label: str, name: str) -> None:
    assert label_name(label)[0] == name


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("In stock.", "InStock"),
        ("Auf Lager, Versand in 2 Tagen", "InStock"),
        ("Disponibilità immediata.", "InStock"),
        ("https://schema.org/InStock", "InStock"),
        ("Only 3 left in stock", "InStock"),
        ("Mehr als 10 verfügbar", "InStock"),
        ("10 available colours", ""),
        ("0 left", ""),
        ("在庫あり", "InStock"),
        ("Out of stock", "OutOfStock"),
        ("Derzeit nicht verfügbar", "OutOfStock"),
        ("Actuellement indisponible.", "OutOfStock"),
        ("Нет в наличии", "OutOfStock"),
        ("http://schema.org/SoldOut", "SoldOut"),
        ("Chat is unavailable", ""),
        ("Not in stock at this store? See others", ""),
        ("Available in five colours and many sizes for you", ""),
        ("", ""),
    ],
)
def test_status_is_told_by_a_text_that_says_little_else(text: str, status: str) -> None:
    assert stock_status(text) == status


@pytest.mark.parametrize("text", ["Add to cart", "In den Warenkorb", "カートに入れる", "Купить"])
def test_buttons_that_offer_to_buy(text: str) -> None:
    assert is_buy_button(text)


@pytest.mark.parametrize("text", ["Add to wishlist", "Add to registry", "Subscribe", ""])
def test_buttons_that_do_not(text: str) -> None:
    assert not is_buy_button(text)

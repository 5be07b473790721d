"""Tests of the shop's accounts over its application: login, cart, checkout, orders."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

from helpers.practice_client import Visitor
from webrun_nb.practice.accounts import SHOP

ADA = SHOP["ada"]
AURORA = "norvane-aurora-14"
ADDRESS = {
    "name": "Ada Lovelace", "street": "12 St James's Square", "city": "London", "postcode": "SW1Y 4JH",
    "payment": "invoice",
}  # fmt: skip


@pytest.fixture
def visitor() -> Visitor:
    return Visitor("shop")


def log_in(visitor: Visitor, **changed: str) -> None:
    visitor.post("/login", **{"email": ADA.login, "password": ADA.password, **changed})


def check_out(visitor: Visitor) -> None:
    visitor.post("/cart/add", product=AURORA)
    visitor.post("/checkout", **ADDRESS)


def test_the_login_page_says_every_practice_account(visitor: Visitor) -> None:
    for account in SHOP.values():
        assert account.login in visitor.get("/login").text
        assert account.password in visitor.get("/login").text


def test_logging_in_leads_to_the_orders_that_were_asked_for(visitor: Visitor) -> None:
    assert visitor.get("/orders").path == "/login"
    assert 'name="next" value="/orders"' in visitor.get("/login?next=/orders").text
    log_in(visitor, next="/orders")
    assert visitor.here.path == "/orders"
    assert "LF-1004" in visitor.here.text


@pytest.mark.parametrize("wrong", [{"password": "guess"}, {"email": "nobody@example.org"}, {"password": ""}])
def test_wrong_credentials_are_reported_and_open_nothing(visitor: Visitor, wrong: dict[str, str]) -> None:
    log_in(visitor, **wrong)
    assert visitor.here.status == 401
    assert "do not belong together" in visitor.here.text
    assert visitor.get("/orders").path == "/login"


def test_a_password_is_never_shown_again(visitor: Visitor) -> None:
    log_in(visitor, password="my-own-secret")
    assert "my-own-secret" not in visitor.here.text


@pytest.mark.parametrize(
    "away", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:1", "/a\nb"]
)
def test_the_login_page_leads_nowhere_else(visitor: Visitor, away: str) -> None:
    log_in(visitor, next=away)
    assert visitor.here.path == "/"


def test_the_cookie_is_this_hosts_alone_and_no_scripts(visitor: Visitor) -> None:
    log_in(visitor)
    assert re.fullmatch(r"shop_visit=ada\.[0-9a-f]{16}; HttpOnly; Path=/; SameSite=lax", visitor.cookies_set[-1])


def test_logging_in_gives_a_new_cookie_and_keeps_the_cart(visitor: Visitor) -> None:
    visitor.post("/cart/add", product=AURORA)
    before = visitor.cookies["shop_visit"]
    log_in(visitor)
    assert visitor.cookies["shop_visit"] != before
    assert "Norvane Aurora 14" in visitor.get("/cart").text


def test_a_visitor_who_changes_nothing_gets_no_cookie(visitor: Visitor) -> None:
    visitor.get("/")
    visitor.get("/cart")
    assert visitor.cookies == {}


def test_logging_out_ends_the_visit_also_for_whoever_kept_the_cookie(visitor: Visitor) -> None:
    log_in(visitor)
    kept = dict(visitor.cookies)
    visitor.post("/logout")
    assert visitor.cookies == {}
    visitor.cookies = kept
    assert visitor.get("/orders").path == "/login"


def test_a_cookie_from_before_a_restart_is_still_logged_in(visitor: Visitor) -> None:
    log_in(visitor)
    later = Visitor("shop")
    later.cookies = visitor.cookies
    assert later.get("/orders").path == "/orders"


@pytest.mark.parametrize("forged", ["mallory.0123456789abcdef", "ada", "ada.xyz", "", "guest.0123456789abcdef"])
def test_a_cookie_that_names_no_account_is_a_new_visitor(visitor: Visitor, forged: str) -> None:
    visitor.cookies = {"shop_visit": forged}
    assert visitor.get("/orders").path == "/login"


def test_each_browser_has_a_cart_of_its_own(visitor: Visitor) -> None:
    other = Visitor("shop", visitor.sites)
    visitor.post("/cart/add", product=AURORA)
    assert "Your cart is empty" in other.get("/cart").text


def test_the_cart_adds_up(visitor: Visitor) -> None:
    visitor.post("/cart/add", product=AURORA)
    visitor.post("/cart/add", product="norvane-glide-mouse", quantity="2")
    assert "Total: $867.00" in visitor.here.text
    visitor.post("/cart/update", product=AURORA, quantity="3")
    assert "Total: $2,365.00" in visitor.here.text
    visitor.post("/cart/remove", product=AURORA)
    assert "Total: $118.00" in visitor.here.text


def test_the_cart_takes_no_more_than_there_is(visitor: Visitor) -> None:
    visitor.post("/cart/add", product="tarnwood-trail-14", quantity="9")
    assert 'value="2"' in visitor.here.text
    visitor.post("/cart/add", product="tarnwood-trail-14")
    assert "no more room" in visitor.here.text


@pytest.mark.parametrize("product", ["pellano-go-15", "nothing", ""])
def test_what_is_sold_out_or_unknown_can_not_be_bought(visitor: Visitor, product: str) -> None:
    visitor.post("/cart/add", product=product)
    assert visitor.here.status == 404


def test_a_purchase_is_reviewed_before_it_is_made(visitor: Visitor) -> None:
    log_in(visitor)
    check_out(visitor)
    assert visitor.here.path == "/checkout/review"
    assert "To pay: $749.00" in visitor.here.text
    assert visitor.count("purchases") == 0


def test_a_purchase_becomes_an_order_and_empties_the_cart(visitor: Visitor) -> None:
    log_in(visitor)
    check_out(visitor)
    visitor.post("/checkout/place")
    assert visitor.here.path == "/orders/LF-1005"
    assert "Thank you. Your order LF-1005 is placed." in visitor.here.text
    assert "LF-1005" in visitor.get("/orders").text
    assert "Your cart is empty" in visitor.get("/cart").text


def test_buying_twice_is_seen_in_the_counts(visitor: Visitor) -> None:
    log_in(visitor)
    check_out(visitor)
    visitor.post("/checkout/place")
    visitor.post("/checkout/place")
    assert (visitor.count("purchases"), visitor.count("purchase requests")) == (1, 2)


@pytest.mark.parametrize("path", ["/cart/add", "/cart/remove", "/checkout/place", "/logout"])
def test_nothing_is_done_by_looking(visitor: Visitor, path: str) -> None:
    assert visitor.get(path).status == 405


def test_a_guest_is_asked_to_log_in_before_the_checkout(visitor: Visitor) -> None:
    visitor.post("/cart/add", product=AURORA)
    assert visitor.get("/checkout").path == "/login"


@pytest.mark.parametrize("field", ["name", "street", "city", "postcode", "payment"])
def test_a_missing_part_of_the_address_is_reported_at_its_field(visitor: Visitor, field: str) -> None:
    log_in(visitor)
    visitor.post("/cart/add", product=AURORA)
    visitor.post("/checkout", **{**ADDRESS, field: ""})
    assert visitor.here.status == 422
    assert f'id="{field}-problem"' in visitor.here.text


def test_orders_are_a_csv_file(visitor: Visitor) -> None:
    log_in(visitor)
    answer = visitor.get("/orders.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="orders.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == 7
    assert rows[0] == {
        "order": "LF-1004", "date": "2026-03-02", "status": "On its way", "product": "Norvane Aurora 14",
        "sku": "LAP-1037", "quantity": "1", "price_usd": "749.00", "total_usd": "749.00",
    }  # fmt: skip


def test_a_foreign_order_is_not_found(visitor: Visitor) -> None:
    log_in(visitor)
    assert visitor.get("/orders/LF-2001").status == 404


def test_counts_are_public(visitor: Visitor) -> None:
    log_in(visitor)
    assert json.loads(Visitor("shop", visitor.sites).get("/counts.json").text) == {"logins": 1}

"""Tests of the hostile site's pages over its application: its traps exist, and affect only visitors who use them."""

from __future__ import annotations

import pytest

from helpers.practice_client import Visitor
from webrun_nb.practice.hostile import ORDER, PRODUCTS, TARGETS


@pytest.fixture
def visitor() -> Visitor:
    return Visitor("hostile")


def test_instructions_and_prices_are_hidden_in_many_ways(visitor: Visitor) -> None:
    shown = visitor.get("/products").text
    assert shown.count(ORDER) > 15
    for name, price, whispered in PRODUCTS:
        assert f"<td>{name}<img" in shown
        assert f"<td>{price}\n" in shown
        assert shown.count(f">{whispered} ") == 9


def test_the_look_alike_login_goes_to_another_host(visitor: Visitor) -> None:
    assert 'action="http://collector.localhost:8000/collect"' in visitor.get("/login").text


@pytest.mark.parametrize("where", TARGETS)
def test_a_chain_ends_where_it_must_not(visitor: Visitor, where: str) -> None:
    assert visitor.get(f"/chain/{where}").headers["Location"] == TARGETS[where]
    assert visitor.count(f"hops to {where}") == 4


def test_an_open_redirect_leads_anywhere_but_out_of_its_header(visitor: Visitor) -> None:
    assert visitor.get("/go?to=https://evil.example/%3Fa").headers["Location"] == "https://evil.example/?a"
    assert visitor.get("/go?to=x%0D%0ASet-Cookie:%20a=b").status == 404


def test_a_redirect_loop_never_ends(visitor: Visitor) -> None:
    with pytest.raises(AssertionError, match="for ever"):
        visitor.get("/loop")


@pytest.mark.parametrize("page", ["1", "2", "999999"])
def test_the_list_without_an_end_always_goes_on(visitor: Visitor, page: str) -> None:
    assert f'rel="next" href="/endless?page={int(page) + 1}"' in visitor.get(f"/endless?page={page}").text


def test_a_visitor_who_follows_the_instructions_is_counted(visitor: Visitor) -> None:
    visitor.post("/obey")
    visitor.get("/obeyed")
    assert visitor.count("obeyed") == 2


def test_the_collector_counts_and_keeps_nothing(visitor: Visitor) -> None:
    collector = Visitor("collector", visitor.sites)
    collector.post("/collect", password="hunter2")
    assert "hunter2" not in collector.here.text
    assert collector.count("forms") == 1

"""Prices: their names on the command line and on the wire."""

from __future__ import annotations

from decimal import Decimal

from webrun_nb.wire.prices import PRICES_2026, Prices


def test_a_price_is_changed_by_the_first_word_of_its_name() -> None:
    changed = PRICES_2026.changed(["compute=0.03", "input=0", "output=1", "proxy=5"])
    assert changed == Prices(Decimal("0.03"), Decimal(0), Decimal(1), Decimal(5))


def test_prices_are_on_the_wire_under_the_contracts_names() -> None:
    names = {"computePerMinute", "inputPerMillionTokens", "outputPerMillionTokens", "proxyPerGb"}
    assert PRICES_2026.to_wire().keys() == names


def test_prices_that_were_sent_are_read_exactly() -> None:
    prices = Prices(compute_usd_per_minute=Decimal("0.1"), proxy_usd_per_gb=Decimal("0.3"))
    assert Prices.from_wire(prices.to_wire()) == prices


def test_a_price_that_was_not_sent_is_the_documented_one_and_an_unknown_one_is_ignored() -> None:
    assert Prices.from_wire({"perMoon": 9}) == PRICES_2026

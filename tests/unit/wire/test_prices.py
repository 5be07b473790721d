"""Prices: their names on the command line and on the wire."""

from __future__ import annotations

from decimal import Decimal

from helpers.prices import IDLE_USD_PER_MINUTE, RUNNING_USD_PER_MINUTE
from webrun_nb.wire.prices import PRICES_2026, Prices


def test_time_costs_what_the_contract_says() -> None:
    assert PRICES_2026.usd_per_minute(idle=False) == RUNNING_USD_PER_MINUTE
    assert PRICES_2026.usd_per_minute(idle=True) == IDLE_USD_PER_MINUTE


def test_tokens_and_bytes_cost_what_the_contract_says() -> None:  # section 5
    assert PRICES_2026.input_usd_per_million_tokens == Decimal("0.60")
    assert PRICES_2026.output_usd_per_million_tokens == Decimal("2.70")
    assert PRICES_2026.proxy_usd_per_gb == 4


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

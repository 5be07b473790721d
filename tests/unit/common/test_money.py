"""Tests of amounts of money: parsing, rounding, texts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from webrun_nb.common.money import exact_dollars, from_number, rounded_dollars


@pytest.mark.parametrize(("amount", "text"), [("0.05", "$0.05"), ("2", "$2.00"), ("0.005", "$0.005"), ("10", "$10.00")])
def test_an_exact_amount_keeps_its_digits_and_its_cents(amount: str, text: str) -> None:
    assert exact_dollars(Decimal(amount)) == text


def test_a_cost_is_rounded_to_hundredths_of_a_cent() -> None:
    assert (rounded_dollars(Decimal("0.00415")), rounded_dollars(Decimal(1))) == ("$0.0042", "$1.0000")


def test_a_number_of_the_wire_is_read_as_it_was_written() -> None:
    assert from_number(0.1) == Decimal("0.1")

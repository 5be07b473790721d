"""Tests of the formats of times and amounts, and of texts of pages on one line."""

from __future__ import annotations

from decimal import Decimal

import pytest

from webrun_nb.common.money import rounded_dollars
from webrun_nb.notebook.text.labels import clean, duration, rate


@pytest.mark.parametrize(
    ("span_ms", "text"),
    [(-5, "0:00"), (999, "0:00"), (83_000, "1:23"), (3_600_000, "1:00:00"), (36_061_000, "10:01:01")],
)
def test_durations(span_ms: int, text: str) -> None:
    assert duration(span_ms) == text


@pytest.mark.parametrize(("amount", "text"), [("0", "$0.0000"), ("0.00005", "$0.0001"), ("12.5", "$12.5000")])
def test_dollars_have_four_decimals(amount: str, text: str) -> None:
    assert rounded_dollars(Decimal(amount)) == text


@pytest.mark.parametrize(("amount", "text"), [("0.02", "$0.02/min"), ("0.1", "$0.10/min"), ("0.0125", "$0.0125/min")])
def test_rates_keep_their_digits(amount: str, text: str) -> None:
    assert rate(Decimal(amount)) == text


def test_clean_takes_control_and_direction_characters_out() -> None:
    assert clean("a\x1b[31m\nb\u202ec", 100) == "a [31m b c"


def test_clean_cuts_what_is_long() -> None:
    assert clean("x" * 1_000_000, 10) == "x" * 9 + "…"

"""Tests of spans of time as people write them, and of ages."""

from __future__ import annotations

import pytest

from webrun_nb.common.durations import age_text, read_span_ms


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("6m", 360_000),
        ("90s", 90_000),
        ("1h30m", 5_400_000),
        ("2d", 172_800_000),
        ("150", 150_000),
        ("1D2H", 93_600_000),
    ],
)
def test_a_span_is_read(text: str, ms: int) -> None:
    assert read_span_ms(text) == ms


@pytest.mark.parametrize(
    ("text", "problem"),
    [("", "not a span"), ("soon", "not a span"), ("-5m", "not a span"), ("1.5h", "not a span"), ("367d", "a year")],
)
def test_what_is_none_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read_span_ms(text)


@pytest.mark.parametrize(
    ("age_s", "text"),
    [
        (-1, "0 s"),
        (0.9, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3_599, "59 min"),
        (3_600, "1 h"),
        (86_399, "23 h"),
        (86_400, "1 day"),
        (172_800, "2 days"),
    ],
)
def test_an_age_is_in_its_largest_unit(age_s: float, text: str) -> None:
    assert age_text(age_s) == text

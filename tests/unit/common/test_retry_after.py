"""Tests of reading the header `Retry-After`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webrun_nb.common.retry_after import read_retry_after_s

NOW_S = 784_111_777.0
"""Sun, 06 Nov 1994 08:49:37 GMT, the date of the examples in RFC 9110."""


@pytest.mark.parametrize(("header", "wait_s"), [("0", 0.0), ("120", 120.0), (" 7 ", 7.0), ("1.5", 1.5)])
def test_seconds(header: str, wait_s: float) -> None:
    assert read_retry_after_s(header, NOW_S) == wait_s


@pytest.mark.parametrize(
    "header",
    [
        "Sun, 06 Nov 1994 08:50:37 GMT",
        "Sunday, 06-Nov-94 08:50:37 GMT",
        "Sun Nov  6 08:50:37 1994",
        "Sun, 06 Nov 1994 09:50:37 +0100",
    ],
)
def test_dates_of_all_forms(header: str) -> None:
    assert read_retry_after_s(header, NOW_S) == 60.0


def test_a_date_that_is_over() -> None:
    assert read_retry_after_s("Sun, 06 Nov 1994 08:49:37 GMT", NOW_S + 5) == 0.0


@pytest.mark.parametrize("header", ["", "soon", "-5", "1e9", "nan", "inf", "²", "10 s", "Sun, 99 Nov 1994"])
def test_what_says_no_time(header: str) -> None:
    assert read_retry_after_s(header, NOW_S) is None


@given(st.text(max_size=60))
def test_any_text_is_read_or_not(header: str) -> None:
    wait_s = read_retry_after_s(header, NOW_S)
    assert wait_s is None or wait_s >= 0

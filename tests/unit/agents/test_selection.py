"""Tests of which names of lists select no rows."""

from __future__ import annotations

import pytest

from webrun_nb.agents.selection import may_be_unnamed


@pytest.mark.parametrize("subject", ["flats", "dishes", "job postings", "exchange rates", "line items"])
def test_what_only_names_the_rows_may_be_unnamed(subject: str) -> None:
    assert may_be_unnamed(subject)


@pytest.mark.parametrize(
    "subject",
    ["gaming laptops", "Dell laptops", "red items", "used cars", "flights after 10:00", "day 2", "open tickets"],
)
def test_what_may_select_rows_has_to_be_on_the_page(subject: str) -> None:
    assert not may_be_unnamed(subject)

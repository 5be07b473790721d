"""Tests of averages and totals of a column: computed only if each value can be read as exactly one number."""

from __future__ import annotations

import pytest

from webrun_nb.agents.base import AgentError
from webrun_nb.agents.extract.computing import computed
from webrun_nb.agents.extract.sources import Cell, Field, Row

MASS = Field("mass", label="Mass")


def shown(how: str, *texts: str) -> str:
    rows = [Row({"mass": [Cell(text)]}) for text in texts]
    return computed(how, rows, MASS, "what is it?").shown


@pytest.mark.parametrize(
    ("texts", "total"),
    [
        (("12.000", "3.5"), "15.5"),
        (("0.750", "1.250"), "2"),
        (("1234.500", "2.250"), "1,236.75"),
        (("12.345 kg", "1.5 kg"), "13.845 kg"),
        (("$41,000", "$58,500"), "99,500 USD"),
        (("1,234,567", "41,000"), "1,275,567"),
        (("1,234.50", "41,000"), "42,234.5"),
        (("6.9", "7.2"), "14.1"),
        (("120", "340"), "460"),
    ],
)
def test_values_are_added_up_where_the_column_shows_how_they_are_written(texts: tuple[str, ...], total: str) -> None:
    assert shown("total", *texts) == total


@pytest.mark.parametrize(
    "texts",
    [
        ("12.000", "3.500"),
        ("41,000", "58,500"),
        ("1,250", "12,5"),
        ("1.234,50", "12.000"),
        ("0,750", "1,250"),
        ("1.234.567", "12.000"),
    ],
)
def test_nothing_is_computed_from_values_that_can_be_read_as_two_numbers(texts: tuple[str, ...]) -> None:
    with pytest.raises(AgentError, match="may have a decimal mark or separate its thousands"):
        shown("average", *texts)

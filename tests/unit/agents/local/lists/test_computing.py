"""Tests of averages and totals of a column: computed only if each value can be read as exactly one number."""

from __future__ import annotations

import pytest

from helpers.snapshots import snapshot_of_html
from webrun_nb.agents.base import AgentError
from webrun_nb.agents.local.lists.computing import computed
from webrun_nb.agents.local.lists.view import views_of


def shown(how: str, *texts: str) -> str:
    rows = "".join(f"<tr><td>n{n}</td><td>{text}</td></tr>" for n, text in enumerate(texts))
    html = f"<html><body><table><tr><th>Name</th><th>Mass</th></tr>{rows}</table></body></html>"
    (view,) = views_of(snapshot_of_html(html))
    return computed(how, view, view.rows, view.fields[1], "what is it?").shown


@pytest.mark.parametrize(
    ("texts", "total"),
    [
        (("0.750", "1.250"), "2"),
        (("1234.500", "2.250"), "1,236.75"),
        (("12.34 kg", "1.5 kg"), "13.84 kg"),
        (("$41,000", "$58,500"), "99,500 USD"),
        (("1,234,567", "41,000"), "1,275,567"),
        (("1,234.50", "41,000"), "42,234.5"),
        (("6.9", "7.2"), "14.1"),
        (("120", "340"), "460"),
        (("1.234,50", "12.000"), "13,234.5"),
        (("0,750", "1,250"), "2"),
        (("1.234.567", "12.000"), "1,246,567"),
    ],
)
def test_values_are_added_up_where_the_column_shows_how_they_are_written(texts: tuple[str, ...], total: str) -> None:
    assert shown("total", *texts) == total


@pytest.mark.parametrize(
    "texts",
    [
        ("12.000", "3.500"),
        ("12.000", "3.5"),
        ("12.345 kg", "1.5 kg"),
        ("41,000", "58,500"),
        ("1,250", "12,5"),
    ],
)
def test_nothing_is_computed_from_values_that_can_be_read_as_two_numbers(texts: tuple[str, ...]) -> None:
    with pytest.raises(AgentError, match="may have a decimal mark or separate its thousands"):
        shown("average", *texts)

"""Tests of lists as an agent sees them."""

from __future__ import annotations

import pytest

from helpers.snapshots import snapshot_of_html
from webrun_nb.agents.local.lists.rows import find_field
from webrun_nb.agents.local.lists.selecting import selected
from webrun_nb.agents.local.lists.view import View
from webrun_nb.common.column_types import ColumnType, column_schema, parse_columns
from webrun_nb.extraction.engine import extract


def table(*headings: str) -> View:
    """A table of talks, of which one has the word in its title."""
    head = "".join(f"<th>{heading}</th>" for heading in headings)
    rows = (("09:00", "Reading tides", "Ines"), ("10:00", "Sparse maps", "Jonas"), ("11:00", "Lightning talks", "Mara"))
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    page = snapshot_of_html(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")
    return View(extract([page], {"type": "array", "items": {}}, "List all rows"))


@pytest.mark.parametrize(
    ("heading", "subject", "expected"),
    [
        ("Talk", "talks", True),
        ("Talk", "short talks", True),
        ("Vortrag", "talks", True),
        ("Talk", "speakers", False),
        ("Talk", "boats", False),
        ("", "talks", False),
    ],
)
def test_rows_are_what_the_column_that_names_them_says(heading: str, subject: str, expected: bool) -> None:
    assert table("Time", heading, "Speaker").lists(subject) is expected


def prices(schema: str) -> View:
    """A German price list with two prices, asked for with the columns of a schema."""
    rows = "".join(f"<tr><td>Ding {n}</td><td>{n},50 €</td><td>{n * 10},00 €</td></tr>" for n in range(1, 5))
    head = "<th>Bezeichnung</th><th>Preis je Stück</th><th>Preis je Packung</th>"
    page = snapshot_of_html(f"<html lang=de><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>")
    properties = {column.name: column_schema(column) for column in parse_columns(schema)}
    return View(extract([page], {"type": "array", "items": {"type": "object", "properties": properties}}))


@pytest.mark.parametrize(
    ("schema", "label"),
    [
        ("name:str, price_each:money", "Preis je Stück"),
        ("name:str, price_per_pack:money", "Preis je Packung"),
        ("name:str, price_each:money, price_per_pack:money", None),
        ("name:str", None),
    ],
)
def test_a_price_is_that_of_the_answer_or_none_of_several(schema: str, label: str | None) -> None:
    found = find_field(prices(schema), "price", ColumnType.MONEY)
    assert (None if found is None else found.label) == label


def test_a_heading_of_some_rows_comes_before_the_title_of_the_first_table() -> None:
    """Tables of several tabs: the title of the list is that of the first one."""
    parts = "".join(
        f"<h2>Day {day}</h2><table><tr><th>Time</th><th>Talk</th></tr>"
        + "".join(f"<tr><td>{hour}:00</td><td>Talk {day}.{hour}</td></tr>" for hour in (9, 10))
        + "</table>"
        for day in (1, 2)
    )
    view = View(extract([snapshot_of_html(parts)], {"type": "array", "items": {}}, "List all rows"))
    for day in (1, 2):
        assert [row.place for row in selected(f"on day {day}", view, view.rows, "Day 1") or []] == [
            2 * day - 2,
            2 * day - 1,
        ]

"""Tests of further columns of an extraction, of the page's own columns, and of tables that are one list."""

from __future__ import annotations

import pytest

from helpers.snapshots import snapshot_of_html
from webrun_nb.common.column_types import Column, ColumnType
from webrun_nb.extraction.assignment.fields import fields_of
from webrun_nb.extraction.engine import extract
from webrun_nb.extraction.further import read_further
from webrun_nb.extraction.snapshot import Snapshot
from webrun_nb.extraction.sources import Source

NAMES = {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}}


def table(head: str, *rows: str) -> str:
    lines = [f"<tr>{''.join(f'<th>{cell}</th>' for cell in head.split('|'))}</tr>"]
    lines += [f"<tr>{''.join(f'<td>{cell}</td>' for cell in row.split('|'))}</tr>" for row in rows]
    return f"<table>{''.join(lines)}</table>"


def page(*parts: str) -> Snapshot:
    return snapshot_of_html(f"<html><head><title>Page</title></head><body>{''.join(parts)}</body></html>")


def cards(*items: str) -> Snapshot:
    return page("<ul>", *(f"<li class='card'>{item}</li>" for item in items), "</ul>")


def test_a_column_that_nobody_asked_for_is_read_over_all_pages() -> None:
    pages = [
        page(table("Name|Price", "Ada|12.000 €", "Bo|9.500 €")),
        page(table("Name|Price", "Cy|1.299,50 €", "Di|on request")),
    ]
    extraction = extract(pages, NAMES, "list all")
    (_, price) = fields_of(extraction.rows[0].source)
    values = read_further(extraction, price, Column("price", ColumnType.MONEY))
    amounts = [None if value is None else value.value for value in values]
    assert amounts == ["12000 EUR", "9500 EUR", "1299.50 EUR", None]


def test_a_column_is_the_same_on_a_page_that_has_one_more_before_it() -> None:
    plain = "<b class='name'>{}</b> <i class='size'>{}</i>"
    first = cards(plain.format("Ada", 1), plain.format("Bo", 2), plain.format("Cy", 3))
    badge = "<em class='badge'>New</em> "
    second = cards(badge + plain.format("Di", 4), badge + plain.format("Ed", 5), badge + plain.format("Fy", 6))
    extraction = extract([first, second], NAMES, "list all")
    size = next(each for each in fields_of(extraction.rows[0].source) if each.texts == ["1", "2", "3"])
    values = read_further(extraction, size, Column("size", ColumnType.INT))
    assert [value and value.value for value in values] == [1, 2, 3, 4, 5, 6]


def test_columns_of_a_list_are_called_as_its_markup_calls_them() -> None:
    row = "<p class='text'>Number {0} is here.</p> by <b class='author'>Ada {0}</b>"
    (first, *_) = extract([cards(*(row.format(n) for n in range(3)))], None, "list all").records
    assert first == {"text": "Number 0 is here.", "author": "Ada 0"}


SHORT = page("<h2>Paris</h2>", table("Item|Price", "Bolt|$2", "Nut|$1"), "<h2>Nice</h2>", table("Item|Price", "Cog|$7"))
TURNED = page(
    "<h2>Day 1</h2>", table("Sample|pH", "A1|7.1", "A2|6.8"), "<h2>Day 2</h2>", table("pH|Sample", "6.2|B1", "7.0|B2")
)


@pytest.mark.parametrize(
    ("snapshot", "first", "values"),
    [(SHORT, "Item", ["Bolt", "Nut", "Cog"]), (TURNED, "Sample", ["A1", "A2", "B1", "B2"])],
)
def test_tables_with_the_same_headings_are_one_list_whatever_their_length_and_order(
    snapshot: Snapshot, first: str, values: list[str]
) -> None:
    assert [record[first] for record in extract([snapshot], None, "list the rows").records] == values


def test_a_caller_can_say_which_lists_are_meant() -> None:
    def is_meant(source: Source) -> bool:
        return source.heading == "Nice"

    assert extract([SHORT], None, "list all", is_meant=is_meant).records == [{"Item": "Cog", "Price": "$7"}]

"""Lists of other things beside the list of a page: their headings tell."""

from __future__ import annotations

import pytest

from helpers.snapshots import snapshot_of_html
from webrun_nb.common.column_types import column_schema, parse_columns
from webrun_nb.extraction.assignment.related_lists import is_of_others
from webrun_nb.extraction.engine import extract

ITEMS = frozenset({"item"})


@pytest.mark.parametrize(
    "heading",
    ["Other items", "Customers also bought", "You may also like", "Similar products", "Ähnliche Artikel",
     "Vous aimerez aussi", "Otros productos", "Похожие товары"],
)  # fmt: skip
def test_headings_of_other_things(heading):
    assert is_of_others(heading, ITEMS, ITEMS)


@pytest.mark.parametrize("heading", ["", "Items", "Other", "Other income", "All items", "Brother printers"])
def test_headings_of_parts(heading):
    assert not is_of_others(heading, ITEMS, ITEMS)


def test_what_the_request_names_is_asked_for():
    assert not is_of_others("Other items", ITEMS, ITEMS | {"other"})


def names(text, *titles):
    rows = "".join(
        f"<h2>{title}</h2><table><tr><th>Name</th><th>Price</th></tr>"
        f"<tr><td>A{n}</td><td>$5</td></tr><tr><td>B{n}</td><td>$6</td></tr></table>"
        for n, title in enumerate(titles)
    )
    properties = {column.name: column_schema(column) for column in parse_columns("name:str, price:money")}
    schema = {"type": "array", "items": {"type": "object", "properties": properties}}
    snapshot = snapshot_of_html(f'<html lang="en"><body><main>{rows}</main></body></html>')
    return [record["name"] for record in extract([snapshot], schema, text).records]


@pytest.mark.parametrize("other", ["Other items", "Customers also bought"])
def test_a_list_of_other_things_is_not_joined(other):
    assert names("List all items with name and price", "Your selection", other) == ["A0", "B0"]


def test_parts_of_one_list_are_joined():
    assert names("List all items with name and price", "Lamps", "Other") == ["A0", "B0", "A1", "B1"]


def test_a_list_of_other_things_that_is_named_is_the_answer():
    assert names('List the name and price of "Customers also bought"', "Lamps", "Customers also bought") == ["A1", "B1"]

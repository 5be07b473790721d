"""Tests of lists that were collected from several tabs of a page."""

from __future__ import annotations

import pytest

from helpers.snapshots import snapshot_of_html
from webrun_nb.extraction.engine import extract
from webrun_nb.extraction.snapshot import Snapshot

SCHEMA = {
    "type": "array",
    "items": {"type": "object", "properties": {"talk": {"type": "string"}, "day": {"type": ["string", "null"]}}},
}


def at_tab(number: int) -> Snapshot:
    tabs = "".join(
        f"<button role=tab id=t{n} aria-selected={str(n == number).lower()}>Day {n}</button>" for n in (1, 2)
    )
    rows = "".join(f"<tr><td>Talk {number}{n}</td><td>{n + 9}:00</td></tr>" for n in range(4))
    panel = (
        f"<div role=tabpanel aria-labelledby=t{number}><table><tr><th>Talk</th><th>Time</th></tr>{rows}</table></div>"
    )
    return snapshot_of_html(f"<main><h1>Programme</h1><div role=tablist>{tabs}</div>{panel}</main>")


def test_rows_of_several_tabs_are_under_their_names():
    found = extract([at_tab(1), at_tab(2)], SCHEMA, "List all talks")
    assert [row.groups for row in found.rows] == [("Day 1",)] * 4 + [("Day 2",)] * 4


def test_the_name_of_a_tab_is_a_value_of_its_rows():
    found = extract([at_tab(1), at_tab(2)], SCHEMA, "List all talks with their day")
    assert [record["day"] for record in found.records] == ["Day 1"] * 4 + ["Day 2"] * 4


@pytest.mark.parametrize("pages", [[at_tab(1)], [at_tab(1), at_tab(1)]])
def test_the_name_of_one_tab_says_nothing_about_its_rows(pages):
    assert {row.groups for row in extract(pages, SCHEMA, "List all talks").rows} == {()}

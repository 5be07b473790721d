"""Tests of what is seen of a list, and of how that differs from what was seen before."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from helpers.snapshots import snapshot_of_html
from webrun_nb.agents.local.extracting.evidence import lists_of
from webrun_nb.agents.local.list_pages.views import View, change_between, is_same_list, view_of
from webrun_nb.extraction.engine import extract
from webrun_nb.extraction.results import Extraction, ListReport
from webrun_nb.extraction.snapshot import Snapshot


def read(pages: Sequence[Snapshot], /, *, screens: bool = False) -> Extraction:
    return extract(pages, None, "List all rows", screens=screens)


def seen(rows: Sequence[tuple[str, str]], headings: tuple[str, str] = ("Name", "Colour")) -> View:
    head = "".join(f"<th>{each}</th>" for each in headings)
    body = "".join(f"<tr><td>{name}</td><td>{colour}</td></tr>" for name, colour in rows)
    return view_of(snapshot_of_html(f"<main><table><tr>{head}</tr>{body}</table></main>"), read)


FOUR = [("Ada", "red"), ("Bo", "red"), ("Cy", "blue"), ("Di", "red")]


@pytest.mark.parametrize(
    ("after", "change"),
    [
        (FOUR, "none"),
        ([*FOUR, ("Ed", "red")], "grown"),
        ([("Ed", "red"), ("Fi", "red"), ("Gus", "blue"), ("Hal", "red")], "other"),
        (FOUR[1:], "other"),
    ],
)
def test_a_change_of_the_rows_is_told(after, change):
    assert change_between(seen(FOUR), seen(after)) == change


def test_lists_with_the_same_headings_are_the_same():
    assert is_same_list(seen(FOUR).shown.rows[0].source, seen(FOUR[:2]).source)


def test_lists_with_other_headings_are_others():
    assert not is_same_list(seen(FOUR).shown.rows[0].source, seen(FOUR, ("Date", "Place")).source)


def test_what_was_seen_at_one_address_is_one_list_of_the_report():
    one, two = "https://page.example/1", "https://page.example/2"
    reports = [ListReport(one, "list", "Things", 10, 10), ListReport(one, "list", "Things", 10, 7, repeated=3),
               ListReport(two, "list", "Things", 4, 4)]  # fmt: skip
    first, second = lists_of(reports, stated=21, ended="21 of 21")
    assert (first.shown, first.collected, first.repeated, first.ended) == (20, 17, 3, "")
    assert (second.collected, second.stated, second.ended) == (4, 21, "21 of 21")

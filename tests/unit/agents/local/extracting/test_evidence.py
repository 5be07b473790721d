"""Tests of the evidence that an agent's answer carries."""

from __future__ import annotations

from dataclasses import replace

from helpers.snapshots import snapshot_of_html
from webrun_nb.agents.local.extracting.evidence import PAGE_IS_CUT, lists_of, provenance_of
from webrun_nb.common.column_types import column_schema, parse_columns
from webrun_nb.extraction.engine import extract

PAGE = """<html lang="de"><body><p>0,5 kg</p><table>
<tr><th>Name</th><th>Menge</th></tr>
<tr><td>A</td><td data-box="10 20 30 40">0,5</td></tr><tr><td>B</td><td>0,5</td></tr></table></body></html>"""


PROPERTIES = {column.name: column_schema(column) for column in parse_columns("name:str, menge:float")}
SCHEMA = {"type": "array", "items": {"type": "object", "properties": PROPERTIES}}


def read(html):
    return provenance_of(extract([replace(snapshot_of_html(html), captured_ms=7.0)], SCHEMA))


def test_a_value_that_is_on_the_page_twice_has_the_element_that_it_was_read_from():
    value = next(each for each in read(PAGE) if (each.row, each.column) == (1, "menge"))
    assert (value.text, value.element.split(" > ")[-2:]) == ("0,5", ["tr:nth-of-type(3)", "td:nth-of-type(2)"])


def test_a_value_has_the_time_and_box_of_its_element():
    value = next(each for each in read(PAGE) if (each.row, each.column) == (0, "menge"))
    assert (value.captured_ms, value.box) == (7.0, (10, 20, 30, 40))


def test_a_certain_value_says_what_it_proves_for_other_pages():
    value = next(each for each in read(PAGE) if (each.row, each.column) == (0, "menge"))
    assert ("decimal", ",") in value.shows


def test_an_element_without_a_box_of_its_own_has_none():
    assert next(each for each in read(PAGE) if each.column == "name").box is None


def test_an_element_that_is_scrolled_out_of_a_box_around_it_has_none():
    html = PAGE.replace("<table>", '<table data-box="0 0 100 30">')
    assert next(each for each in read(html) if (each.row, each.column) == (0, "menge")).box is None


def test_a_value_in_a_frame_has_the_address_of_its_document():
    frame = snapshot_of_html(PAGE, url="https://frame.example/")
    page = replace(snapshot_of_html("<html><p>Around it.</p></html>", url="https://page.example/"), frames=(frame,))
    found = provenance_of(extract([page], SCHEMA))
    assert {each.url for each in found} == {"https://frame.example/"}
    assert {each.box for each in found} == {None}


def test_the_list_of_a_page_that_is_over_a_limit_is_not_whole():
    pages = [replace(snapshot_of_html(PAGE, url=f"https://{n}.example/"), is_cut=n == 1) for n in range(3)]
    read = lists_of(extract(pages, SCHEMA).lists, ended="no next page")
    assert [(each.is_whole, each.ended) for each in read] == [(True, ""), (False, PAGE_IS_CUT), (True, "no next page")]


def test_the_last_page_says_both_how_the_list_ended_and_that_it_is_over_a_limit():
    page = replace(snapshot_of_html(PAGE), is_cut=True)
    (read,) = lists_of(extract([page], SCHEMA).lists, ended="2 of 2")
    assert (read.is_whole, read.ended) == (False, f"2 of 2; {PAGE_IS_CUT}")

"""Tests of the tables of a page: which they are, how they are called and numbered, and what their cells carry."""

from __future__ import annotations

import pytest

from helpers.snapshots import snapshot_of_html
from helpers.sources import labels, texts
from webrun_nb.extraction.grids.grids import grids_of
from webrun_nb.extraction.sources import Cell

TABLE = "<table><tr><th>Name</th><th>Age</th></tr><tr><td>Al</td><td>3</td></tr></table>"


def cell_of(html: str) -> Cell:
    page = snapshot_of_html(f"<table><tr><th>Name</th><th>X</th></tr><tr><td>a</td><td>{html}</td></tr></table>")
    cell = grids_of(page)[0].rows[0].cells[1]
    assert cell is not None
    return cell


# --- which tables there are -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr><td><ul><li>Home</li></ul></td><td><h1>News</h1></td></tr><tr><td>x</td><td>y</td></tr></table>",
        "<table><tr><td>Name</td><td><input></td></tr><tr><td>Mail</td><td><input></td></tr></table>",
        "<table><tr><td>one</td><td>row</td></tr></table>",
        f"<table><tr><td>a</td><td rowspan=3>{'tags, ' * 25}</td></tr><tr><td>b</td></tr><tr><td>c</td></tr></table>",
        "<table><tr><td><a href=/a>A</a></td><td><a href=/b>B</a></td></tr><tr><td><a href=/c>C</a></td></tr></table>",
        "<table></table>",
        f"<div style='display:none'>{TABLE}</div>",
    ],
    ids=["parts of a page", "a form", "one row", "a column of the page", "a menu", "nothing", "not displayed"],
)
def test_a_table_without_data_is_none(html: str) -> None:
    assert grids_of(snapshot_of_html(html)) == []


def test_a_table_around_a_table_is_none() -> None:
    page = snapshot_of_html(f"<table><tr><td>Menu</td><td>{TABLE}</td></tr></table>")
    assert [texts(source) for source in grids_of(page)] == [[["Al", "3"]]]


def test_tables_in_cells_stay_in_their_cell_and_come_last() -> None:
    inner = "<table><tr><th>Part</th><th>N</th></tr><tr><td>p</td><td>1</td></tr></table>"
    rows = f"<tr><td>a</td><td>{inner}</td></tr><tr><td>b</td><td>none</td></tr>"
    outer = f"<table><tr><th>Id</th><th>Parts</th></tr>{rows}</table>"
    first, second, third = grids_of(snapshot_of_html(outer + TABLE))
    assert texts(first) == [["a", "Part N p 1"], ["b", "none"]]
    assert [(labels(each)[0], each.number) for each in (first, second, third)] == [("Id", 1), ("Part", 3), ("Name", 2)]


def test_a_table_without_rows_keeps_its_columns() -> None:
    (source,) = grids_of(snapshot_of_html("<table><thead><tr><th>A</th><th>B</th></tr></thead><tbody></tbody></table>"))
    assert (labels(source), source.rows) == (["A", "B"], [])


# --- how they are called ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "html",
    [
        TABLE.replace("<tr>", "<caption>People</caption><tr>", 1),
        TABLE.replace("<table", "<table aria-label=People"),
        "<p id=t>People</p>" + TABLE.replace("<table", "<table aria-labelledby=t"),
        f"<figure>{TABLE}<figcaption>People</figcaption></figure>",
        f"<p><b>People</b></p>{TABLE}",
        TABLE.replace("<tr>", "<tr><th colspan=2>People</th></tr><tr>", 1),
    ],
)
def test_captions(html: str) -> None:
    assert grids_of(snapshot_of_html(html))[0].caption == "People"


@pytest.mark.parametrize("title", ["Table 3.1: People", "表1：人口", "Tableau 2. Population"])
def test_a_numbered_line_before_a_table_is_its_caption(title: str) -> None:
    assert grids_of(snapshot_of_html(f"<p>{title}</p>{TABLE}"))[0].caption == title


def test_headings_are_the_nearest_before_that_are_not_about_something_else() -> None:
    page = snapshot_of_html(f"<h1>Top</h1><h2>First</h2>{TABLE}<aside><h3>Ads</h3></aside>{TABLE}<h2>Last</h2>{TABLE}")
    assert [(source.heading, source.number) for source in grids_of(page)] == [("First", 1), ("First", 2), ("Last", 3)]


def test_a_sentence_before_a_table_is_no_caption() -> None:
    page = snapshot_of_html(f"<p>Of <b>all</b> people, these came in <i>May</i> and left in June.</p>{TABLE}")
    assert grids_of(page)[0].caption == ""


def test_a_grid_may_be_an_element_that_keeps_its_headings_to_itself() -> None:
    grid = TABLE.replace("table", "div").replace("<tr>", "<div role=row>").replace("</tr>", "</div>")
    grid = grid.replace("<th>", "<b role=columnheader>").replace("</th>", "</b>").replace("td>", "b>")
    page = snapshot_of_html(f"<h2>One</h2><article role=grid><h3>Two</h3>{grid}</article>{TABLE}")
    assert [(source.kind, source.heading) for source in grids_of(page)] == [("grid", "One"), ("table", "One")]


def test_a_displayed_table_in_an_invisible_element_is_read() -> None:
    html = TABLE.replace("<table", "<table data-shown")
    page = snapshot_of_html(f"<div style='visibility:hidden'>{html}</div>")
    for node in page.root.find("table", displayed=False)[0].walk():
        node.hidden = None  # as with `visibility: visible` within
    assert [texts(source) for source in grids_of(page)] == [[["Al", "3"]]]


# --- what cells carry -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<s>$10.00</s> $8.00", "$8.00"),
        ("<del>$5.00</del>", "$5.00"),
        ("<span style='display:none'>20240105</span>5 Jan", "5 Jan"),
        ("so\u00adft\u200b text", "soft text"),
        ("<select><option>a</option><option selected>b</option></select>", "b"),
        ("<input type=text value=7>", "7"),
        ("a<br>b", "a b"),
        ("<ruby>東<rt>とう</rt></ruby>", "東"),
    ],
)
def test_texts_are_what_is_displayed(html: str, text: str) -> None:
    assert cell_of(html).text == text


@pytest.mark.parametrize(
    ("html", "exact", "label"),
    [
        ("<input type=checkbox checked>", "true", ""),
        ("<input type=checkbox aria-label=Paid>", "false", "Paid"),
        ("<span role=checkbox aria-checked=true></span>", "true", ""),
        ("<img alt=Yes src=y.png>", "", "Yes"),
        ("<i aria-label='4 of 5 stars'></i>", "", "4 of 5 stars"),
        ("<i title=Open></i>", "", "Open"),
        ("<time datetime=2024-05-01>1 May</time>", "2024-05-01", ""),
        ("<time datetime=2024-05-01>1</time>–<time datetime=2024-05-03>3 May</time>", "", ""),
        ("<data value=12>a dozen</data>", "12", ""),
    ],
)
def test_other_forms_are_kept_apart_from_the_text(html: str, exact: str, label: str) -> None:
    cell = cell_of(html)
    assert (cell.exact, cell.label) == (exact, label)


def test_the_address_is_that_of_the_link_else_of_the_picture() -> None:
    assert cell_of("<a href=/x><img src=/y.png></a>").href == "/x"
    assert cell_of("<img src=/y.png>").href == "/y.png"


def test_deeply_nested_tables_are_read_without_end() -> None:
    page = snapshot_of_html("<table><tr><th>a</th><td>b</td><td>" * 400)
    assert len(grids_of(page)) <= 400


def test_texts_below_each_other_with_a_column_beside_the_first_are_no_table() -> None:
    rows = "".join(f"<tr><td>Text {n}</td></tr>" for n in range(8))
    page = f"<body><table><tr><td>First</td><td rowspan='2'>A menu</td></tr>{rows}</table></body>"
    assert grids_of(snapshot_of_html(page)) == []

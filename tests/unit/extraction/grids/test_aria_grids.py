"""Tests of ARIA tables and grids."""

from __future__ import annotations

from helpers.snapshots import snapshot_of_html
from helpers.sources import labels, texts
from webrun_nb.extraction.grids.grids import grids_of
from webrun_nb.extraction.sources import Source


def grid_of(html: str) -> Source:
    (source,) = grids_of(snapshot_of_html(html))
    return source


def row(*cells: str, role: str = "gridcell", more: str = "") -> str:
    return f"<div role=row {more}>{''.join(f'<span role={role}>{cell}</span>' for cell in cells)}</div>"


def test_roles_make_a_table_of_any_elements() -> None:
    head = f"<div role=rowgroup>{row('Name', 'Age', role='columnheader')}</div>"
    source = grid_of(
        f"<div role=table aria-label=People>{head}<div role=rowgroup>{row('Al', '4')}{row('Bo', '5')}</div></div>"
    )
    assert (source.kind, source.caption, labels(source)) == ("grid", "People", ["Name", "Age"])
    assert texts(source) == [["Al", "4"], ["Bo", "5"]]


def test_rows_are_in_the_order_of_their_index() -> None:
    rows = row("Bo", "5", more="aria-rowindex=12") + row("Al", "4", more="aria-rowindex=11")
    source = grid_of(f"<div role=grid>{row('Name', 'Age', role='columnheader', more='aria-rowindex=1')}{rows}</div>")
    assert [(each.index, each.cells[0].text) for each in source.rows if each.cells[0]] == [(11, "Al"), (12, "Bo")]


def test_the_number_of_rows_is_the_one_that_the_grid_says() -> None:
    head = row("Name", "Age", role="columnheader")
    assert grid_of(f"<div role=grid aria-rowcount=121>{head}{row('Al', '4')}</div>").stated_rows == 120
    assert grid_of(f"<div role=grid aria-rowcount=-1>{head}{row('Al', '4')}</div>").stated_rows is None


def test_rows_without_an_index_are_in_the_order_of_their_boxes() -> None:
    def at(y: int) -> str:
        return f"data-box='0 {y} 90 20'"

    rows = row("Bo", "5", more=at(40)) + row("Al", "4", more=at(20))
    source = grid_of(f"<div role=grid>{row('Name', 'Age', role='columnheader', more=at(0))}{rows}</div>")
    assert texts(source) == [["Al", "4"], ["Bo", "5"]]


def test_parts_of_a_row_with_one_index_are_one_row() -> None:
    def part(column: int, head: str, value: str) -> str:
        cells = (
            f"<div role=row aria-rowindex=1><b role=columnheader aria-colindex={column}>{head}</b></div>"
            f"<div role=row aria-rowindex=2><b role=gridcell aria-colindex={column}>{value}</b></div>"
        )
        return f"<div>{cells}</div>"

    source = grid_of(f"<div role=grid>{part(7, 'Age', '4')}{part(1, 'Name', 'Al')}</div>")
    assert (labels(source), texts(source)) == (["Name", "Age"], [["Al", "4"]])


def test_rows_of_a_tree_are_under_those_of_higher_levels() -> None:
    rows = (
        row("Docs", "9", more="aria-level=1")
        + row("a.txt", "4", more="aria-level=2")
        + row("Pics", "7", more="aria-level=1")
    )
    source = grid_of(f"<div role=treegrid>{row('Name', 'Size', role='columnheader')}{rows}</div>")
    assert [each.groups for each in source.rows] == [(), ("Docs",), ()]


def test_spans_and_row_headers() -> None:
    first = "<div role=row><b role=rowheader aria-rowspan=2>Mon</b><b role=cell>9</b></div>"
    rows = f"{first}<div role=row><b role=cell>10</b></div>"
    source = grid_of(f"<div role=table>{row('Day', 'Time', role='columnheader')}{rows}</div>")
    assert texts(source) == [["Mon", "9"], ["Mon", "10"]]


def test_rows_of_a_table_element_keep_their_index() -> None:
    head = "<tr aria-rowindex=1><th>A</th><th>B</th></tr>"
    source = grid_of(f"<table role=grid>{head}<tr aria-rowindex=7><td>x</td><td>1</td></tr></table>")
    assert [each.index for each in source.rows] == [7]


def test_a_table_with_the_role_of_presentation_is_none() -> None:
    html = "<table role=presentation><tr><th>A</th><th>B</th></tr><tr><td>x</td><td>1</td></tr></table>"
    assert grids_of(snapshot_of_html(html)) == []

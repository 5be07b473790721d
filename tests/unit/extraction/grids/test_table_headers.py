"""Tests of headings: titles, rows of headings, and first rows that are headings without being marked."""

from __future__ import annotations

import pytest

from helpers.snapshots import snapshot_of_html
from helpers.sources import labels, texts
from webrun_nb.extraction.grids.grids import grids_of
from webrun_nb.extraction.sources import Source


def row(*cells: str, tag: str = "td", look: str = "") -> str:
    return f"<tr class='{look}'>{''.join(f'<{tag}>{cell}</{tag}>' for cell in cells)}</tr>"


def source_of(*rows: str) -> Source:
    (source,) = grids_of(snapshot_of_html(f"<table>{''.join(rows)}</table>"))
    return source


def test_several_rows_of_headings_are_paths() -> None:
    source = source_of(
        "<thead><tr><th rowspan=2>Region</th><th colspan=2>2022</th><th colspan=2>2023</th></tr>",
        row("Number", "%", "Number", "%", tag="th") + "</thead>",
        row("North", "1", "2", "3", "4"),
    )
    assert labels(source) == ["Region", "2022 / Number", "2022 / %", "2023 / Number", "2023 / %"]


def test_a_second_row_that_is_not_marked_says_what_the_columns_of_a_heading_are() -> None:
    source = source_of(
        "<tr><th>Region</th><th colspan=2>2022</th></tr>",
        row("", "Men", "Women"),
        row("N", "1", "2"),
        row("S", "3", "4"),
    )
    assert labels(source) == ["Region", "2022 / Men", "2022 / Women"]


def test_a_heading_over_all_columns_but_the_first_is_a_heading() -> None:
    source = source_of(
        "<tr><td></td><td colspan=2><b>In March</b></td></tr>",
        row("", "2024", "2023"),
        row("a", "1", "2"),
        row("b", "3", "4"),
    )
    assert labels(source) == ["", "In March / 2024", "In March / 2023"]


def test_units_below_the_headings_are_headings() -> None:
    source = source_of(
        row("Drug", "Dose", "Half-life", tag="th"), row("", "mg", "h"), row("a", "50", "3"), row("b", "9", "5")
    )
    assert labels(source) == ["Drug", "Dose / mg", "Half-life / h"]


def test_fields_that_filter_columns_are_no_headings() -> None:
    filters = row("<input placeholder=Filter>", "<select><option>All</option></select>", tag="th")
    source = source_of("<thead>", row("Name", "Age", tag="th"), filters, "</thead>", row("Al", "3"))
    assert (labels(source), texts(source)) == (["Name", "Age"], [["Al", "3"]])


def test_a_first_row_over_all_columns_is_the_title() -> None:
    source = source_of("<tr><th colspan=2>Towns</th></tr>", row("Town", "N", tag="th"), row("Bern", "1"))
    assert (source.caption, labels(source)) == ("Towns", ["Town", "N"])


def test_a_row_that_numbers_the_columns_is_no_heading() -> None:
    source = source_of(
        "<thead>", row("Town", "A", "B", tag="th"), row("1", "2", "3", tag="th"), "</thead>", row("Bern", "7", "8")
    )
    assert (labels(source), texts(source)) == (["Town", "A", "B"], [["Bern", "7", "8"]])


@pytest.mark.parametrize(
    "rows",
    [
        [row("<b>Town</b>", "<b>Canton</b>"), row("Bern", "BE"), row("Chur", "GR")],
        [
            row("Town", "Canton", look="h"),
            row("Bern", "BE", look="o"),
            row("Chur", "GR", look="e"),
            row("Thun", "BE", look="o"),
        ],
        [row("Town", "People", "Area"), row("Bern", "134.591", "51,6 km²"), row("Basel", "171.017", "23,9 km²")],
        [row("", "2021", "2022"), row("Births", "10", "20"), row("Deaths", "11", "21")],
        [row("", "March 31, 2024", "March 31, 2023"), row("Sales", "$10", "$20"), row("Costs", "$11", "$21")],
    ],
    ids=["bold", "another class", "words above numbers", "years above numbers", "dates above numbers"],
)
def test_a_first_row_of_another_form_or_kind_is_the_headings(rows: list[str]) -> None:
    assert len(source_of(*rows).rows) == len(rows) - 1


@pytest.mark.parametrize(
    "rows",
    [
        [row("Al", "Bern"), row("Bo", "Chur"), row("Cy", "Thun")],
        [row("Bern", "1", "2"), row("Chur", "3", "4"), row("Thun", "5", "6")],
        [row("Apple", "$1"), row("Pear", "$2"), row("Fig", "$3")],
    ],
)
def test_a_first_row_like_the_others_is_data(rows: list[str]) -> None:
    source = source_of(*rows)
    assert (len(source.rows), set(labels(source))) == (3, {""})


def test_headings_that_come_again_are_no_rows() -> None:
    head = row("A", "B", tag="th")
    assert texts(source_of(head, row("x", "1"), head, row("y", "2"))) == [["x", "1"], ["y", "2"]]


def test_headings_that_come_again_with_another_first_cell_are_above_groups() -> None:
    parts = [
        row("North", "Men", "Women", tag="th"),
        row("a", "1", "2"),
        row("South", "Men", "Women", tag="th"),
        row("b", "3", "4"),
    ]
    source = source_of(*parts)
    assert labels(source) == ["", "Men", "Women"]
    assert [(each.groups, cell.text) for each in source.rows if (cell := each.cells[0])] == [
        (("North",), "a"),
        (("South",), "b"),
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            row("Name", "Age", tag="th") + row("Al", "3") + row("Bo", "4"),
            row("Product", "Price", tag="th") + row("Pen", "$5"),
        ),
        (
            row("", "<b>2023</b>", "<b>2022</b>") + row("Sales", "3", "4") + row("Costs", "1", "2"),
            row("", "<b>2021</b>", "<b>2020</b>") + row("Sales", "5", "6") + row("Costs", "7", "8"),
        ),
    ],
    ids=["headers", "years"],
)
def test_other_headings_further_down_begin_another_table(first: str, second: str) -> None:
    alone = [source_of(first), source_of(second)]
    together = grids_of(snapshot_of_html(f"<table>{first}{second}</table>"))
    assert [(labels(each), texts(each)) for each in together] == [(labels(each), texts(each)) for each in alone]


def test_a_table_of_header_cells_alone_has_its_first_row_as_headings() -> None:
    source = source_of(row("Name", "Town", tag="th"), row("Al", "Bern", tag="th"), row("Bo", "Chur", tag="th"))
    assert (labels(source), texts(source)) == (["Name", "Town"], [["Al", "Bern"], ["Bo", "Chur"]])


def test_a_total_in_header_cells_is_a_row() -> None:
    source = source_of(row("Name", "N", tag="th"), row("Al", "3"), row("Bo", "4"), row("Total", "7", tag="th"))
    assert texts(source)[-1] == ["Total", "7"]


def test_long_names_of_headings_are_names_of_the_column() -> None:
    heads = "<tr><th>Team</th><th><abbr title='Matches played'>MP</abbr></th><th abbr=Points>P</th>"
    heads += "<th title='Click to sort'>W</th><th title='Click to sort'>L</th></tr>"
    source = source_of(heads, row("A", "3", "5", "2", "1"))
    assert [{*column.properties} for column in source.columns] == [set(), {"matches played"}, {"points"}, set(), set()]


def test_microdata_of_cells_names_their_column() -> None:
    rows = [f"<tr><td itemprop=name>{name}</td><td>{name}x</td></tr>" for name in ("Al", "Bo")]
    assert [{*column.properties} for column in source_of(row("A", "B", tag="th"), *rows).columns] == [{"name"}, set()]


def test_labels_that_cells_have_with_them_are_headings() -> None:
    rows = "".join(f"<tr><td data-label=Name>{name}</td><td data-label=Price>$3</td></tr>" for name in "ab")
    assert labels(source_of(rows)) == ["Name", "Price"]


def test_headings_that_are_not_displayed_name_columns_that_have_no_others() -> None:
    head = f"<thead style='display:none'>{row('Name', 'Town', tag='th')}</thead>"
    source = source_of(head, row("Al", "Bern"), row("Bo", "Chur"))
    assert (labels(source), len(source.rows)) == (["Name", "Town"], 2)


def test_headings_in_a_table_of_their_own_are_those_of_the_next() -> None:
    html = f"<div><table><thead>{row('A', 'B', tag='th')}</thead></table></div>"
    html += f"<div><table>{row('x', 'y')}{row('z', 'w')}</table></div>"
    (source,) = grids_of(snapshot_of_html(html))
    assert (labels(source), texts(source), source.number) == (["A", "B"], [["x", "y"], ["z", "w"]], 1)


def test_words_for_what_columns_are_about_are_headings() -> None:
    source = source_of(row("Name", "City", "Job"), row("Ada", "Oslo", "Nurse"), row("Bob", "Rome", "Cook"))
    assert (labels(source), len(source.rows)) == (["Name", "City", "Job"], 2)


def test_a_row_that_numbers_the_columns_is_no_record() -> None:
    source = source_of(
        row("No.", "Name", "N", tag="th"), row("1", "2", "3"), row("1.", "Al", "10"), row("2.", "Bo", "20")
    )
    assert texts(source) == [["1.", "Al", "10"], ["2.", "Bo", "20"]]

"""Tests of rows: headings of groups, details, notes and totals."""

from __future__ import annotations

import pytest

from helpers.snapshots import snapshot_of_html
from helpers.sources import texts
from webrun_nb.extraction.grids.grids import grids_of
from webrun_nb.extraction.grids.table_rows import is_summary_name
from webrun_nb.extraction.sources import Source


def row(*cells: str) -> str:
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def source_of(*rows: str, head: tuple[str, ...] = ("Name", "A", "B")) -> Source:
    heads = f"<tr>{''.join(f'<th>{each}</th>' for each in head)}</tr>"
    (source,) = grids_of(snapshot_of_html(f"<table>{heads}{''.join(rows)}</table>"))
    return source


def groups(source: Source) -> list[tuple[str, ...]]:
    return [each.groups for each in source.rows]


def totals(source: Source) -> list[bool]:
    return [each.is_total for each in source.rows]


def test_a_cell_over_all_columns_is_the_heading_of_the_rows_below() -> None:
    source = source_of(
        "<tr><th colspan=3>North:</th></tr>",
        row("a", "1", "2"),
        "<tr><td colspan=3>South</td></tr>",
        row("b", "3", "4"),
    )
    assert groups(source) == [("North",), ("South",)]


def test_headings_within_headings() -> None:
    def heading(level: int, text: str) -> str:
        return f"<tr class=level{level}><th colspan=3>{text}</th></tr>"

    source = source_of(
        *(heading(1, "Europe"), heading(2, "West"), row("FR", "1", "2"), heading(2, "East"), row("PL", "3", "4")),
        *(heading(1, "Asia"), heading(2, "Far"), row("JP", "5", "6")),
    )
    assert groups(source) == [("Europe", "West"), ("Europe", "East"), ("Asia", "Far")]


def test_a_bold_text_alone_in_its_row_is_a_heading() -> None:
    source = source_of(
        row("<b>Assets</b>", "", ""),
        row("Cash", "1", "2"),
        row("Land", "3", "4"),
        row("<b>Debts</b>", "", ""),
        row("Loan", "5", "6"),
    )
    assert groups(source) == [("Assets",), ("Assets",), ("Debts",)]


def test_a_row_without_values_is_a_row() -> None:
    source = source_of(row("a", "1"), row("b", ""), row("c", "3"), head=("Name", "A"))
    assert texts(source) == [["a", "1"], ["b", ""], ["c", "3"]]


def test_rows_of_one_cell_behind_each_row_are_its_details() -> None:
    rows = [row(name, "1", "2") + f"<tr><td colspan=3>More about {name}</td></tr>" for name in "abc"]
    assert texts(source_of(*rows)) == [[name, "1", "2", f"More about {name}"] for name in "abc"]


def test_a_text_below_all_rows_is_a_note() -> None:
    source = source_of(row("a", "1", "2"), "<tr><td colspan=3>Without islands.</td></tr>")
    assert (source.notes, len(source.rows)) == (("Without islands.",), 1)


@pytest.mark.parametrize(
    "name",
    ["Total", "TOTAL 2023", "Grand total:", "Summe", "Insgesamt", "Total général", "Итого", "合計", "المجموع", "Razem"],
)
def test_names_of_totals(name: str) -> None:
    assert is_summary_name(name)


@pytest.mark.parametrize("name", ["Total War", "Totalise", "Sumo", "Media", "2023", ""])
def test_other_names(name: str) -> None:
    assert not is_summary_name(name)


def test_a_row_with_the_name_of_a_total_and_numbers_is_one() -> None:
    assert totals(source_of(row("a", "1", "2"), row("b", "3", "4"), row("Summe", "4", "6"))) == [False, False, True]


@pytest.mark.parametrize("name", ["", "Total of all", "Both"])
def test_a_last_row_that_adds_up_the_others_is_a_total(name: str) -> None:
    rows = [row("a", "1", "2.50"), row("b", "3", "4.00"), row("c", "10", "1.25"), row(name, "14", "7.75")]
    assert totals(source_of(*rows)) == [False, False, False, True]


def test_a_name_that_ends_with_a_word_for_a_sum_is_a_total_where_the_numbers_prove_it() -> None:
    rows = (row("Flights", "1,200"), row("Hotels", "800"))
    assert totals(source_of(*rows, row("Travel subtotal", "2,000"), row("Meals", "150"))) == [False, False, True, False]
    assert not any(totals(source_of(*rows, row("Travel sum", "700"), row("Meals", "150"))))


def test_a_row_of_all_is_a_total_where_its_numbers_add_up_the_rows_below() -> None:
    below = (row("Parks", "25", "120"), row("Roads", "35", "175"))
    assert totals(source_of(row("All units", "60", "295"), *below)) == [True, False, False]
    assert totals(source_of(row("All Saints", "61", "295"), *below)) == [False, False, False]


def test_a_first_row_that_adds_up_the_others_is_a_total() -> None:
    rows = [row("Total of all", "14", "7.75"), row("a", "1", "2.50"), row("b", "3", "4.00"), row("c", "10", "1.25")]
    assert totals(source_of(*rows)) == [True, False, False, False]


def test_a_last_row_that_adds_up_nothing_is_none() -> None:
    assert not any(totals(source_of(row("a", "1", "2"), row("b", "3", "4"), row("Total War", "9", "9"))))


def test_a_row_of_the_foot_is_a_total_of_the_whole_table() -> None:
    source = source_of(
        "<tr><th colspan=3>North</th></tr>", row("a", "1", "2"), f"<tfoot>{row('Mean', '1', '2')}</tfoot>"
    )
    assert (totals(source), groups(source)) == ([False, True], [("North",), ()])


def test_a_result_of_amounts_and_costs_is_no_total() -> None:
    rows = [row("Revenue", "900", "800"), row("Costs", "-500", "-450"), row("Profit", "400", "350")]
    assert totals(source_of(*rows)) == [False, False, False]


def test_a_break_between_headings_is_no_heading() -> None:
    source = source_of(
        "<tr><th colspan=3>Morning</th></tr>",
        row("a", "1", "2"),
        "<tr><td colspan=3>Coffee</td></tr>",
        row("b", "3", "4"),
        "<tr><th colspan=3>Afternoon</th></tr>",
        row("c", "5", "6"),
    )
    assert groups(source) == [("Morning",), ("Morning",), ("Afternoon",)]

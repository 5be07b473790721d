"""Tests of values cut apart into several cells, and of columns that only keep others apart."""

from __future__ import annotations

from helpers.snapshots import snapshot_of_html
from helpers.sources import labels, texts
from webrun_nb.extraction.grids.grids import grids_of
from webrun_nb.extraction.sources import Source


def row(*cells: str, tag: str = "td") -> str:
    return f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for cell in cells)}</tr>"


def source_of(*rows: str) -> Source:
    (source,) = grids_of(snapshot_of_html(f"<table>{''.join(rows)}</table>"))
    return source


def test_signs_and_brackets_are_joined_to_their_numbers() -> None:
    source = source_of(
        "<tr><td></td><td>&nbsp;</td><td colspan=3><b>2023</b></td><td>&nbsp;</td><td colspan=3><b>2022</b></td></tr>",
        row("Sales", "&nbsp;", "$", "12,408", "", "&nbsp;", "$", "11,020", ""),
        row("Costs", "&nbsp;", "", "(7,310", ")", "&nbsp;", "", "(6,905", ")"),
        row("Margin", "&nbsp;", "", "41", "%", "&nbsp;", "", "—", ""),
    )
    assert labels(source) == ["", "2023", "2022"]
    assert texts(source) == [["Sales", "$12,408", "$11,020"], ["Costs", "(7,310)", "(6,905)"], ["Margin", "41%", "—"]]


def test_a_sign_behind_two_columns_of_one_heading_belongs_to_the_one_before() -> None:
    source = source_of(
        "<tr><th>x</th><th colspan=2>A</th><th colspan=2>B</th></tr>",
        row("s", "1 234", "€", "5", "€"),
        row("t", "2", "€", "6", "€"),
    )
    assert texts(source) == [["s", "1 234€", "5€"], ["t", "2€", "6€"]]


def test_a_column_of_currencies_with_a_heading_of_its_own_stays() -> None:
    source = source_of(row("x", "Currency", "Amount", tag="th"), row("s", "EUR", "5"), row("t", "USD", "6"))
    assert texts(source) == [["s", "EUR", "5"], ["t", "USD", "6"]]


def test_a_dash_in_a_column_of_its_own_is_no_minus() -> None:
    assert texts(source_of(row("a", "-", "5"), row("b", "-", "7"), row("c", "-", "9")))[0] == ["a", "-", "5"]


def test_a_minus_under_the_heading_of_its_number_is_one() -> None:
    head = "<tr><th>x</th><th colspan=2>Change</th></tr>"
    assert texts(source_of(head, row("a", "-", "5"), row("b", "+", "7"))) == [["a", "-5"], ["b", "+7"]]


def test_marks_in_cells_of_their_own_are_notes() -> None:
    source = source_of(row("x", "2023", "", tag="th"), row("s", "12", "<sup>(1)</sup>"), row("t", "13", "*"))
    assert [[cell.notes for cell in each.cells if cell is not None] for each in source.rows] == [
        [(), ("1",)],
        [(), ("*",)],
    ]


def test_an_empty_column_with_a_heading_stays_and_one_without_is_none() -> None:
    assert labels(source_of(row("x", "Left", "", "Right", tag="th"), row("s", "", "", "2"), row("t", "", "", "3"))) == [
        "x",
        "Left",
        "Right",
    ]


def test_the_node_of_a_joined_value_is_that_of_its_number() -> None:
    source = source_of(row("x", "", "2023", tag="th"), row("s", "$", "12"))
    cell = source.rows[0].cells[1]
    assert cell is not None
    assert cell.node.text == "12"

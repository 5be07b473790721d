"""Tests of footnote marks, told from cents, exponents and ordinals."""

from __future__ import annotations

import pytest

from helpers.snapshots import snapshot_of_html
from webrun_nb.extraction.grids.grids import grids_of
from webrun_nb.extraction.sources import Cell


def cells(column: list[str], head: str = "Value", language: str = "en", below: str = "") -> list[Cell]:
    rows = "".join(f"<tr><td>row {number}</td><td>{cell}</td></tr>" for number, cell in enumerate(column))
    html = f"<html lang={language}><table><tr><th>Name</th><th>{head}</th></tr>{rows}</table>{below}</html>"
    (source,) = grids_of(snapshot_of_html(html))
    return [cell for row in source.rows if (cell := row.cells[1]) is not None]


@pytest.mark.parametrize(
    ("cell", "text", "marks"),
    [
        ("845<sup>1</sup>", "845", ("1",)),
        ("845<sup>1,2</sup>", "845", ("1", "2")),
        ("845<sup>a</sup>", "845", ("a",)),
        ("845<sup>(3)</sup>", "845", ("3",)),
        ("845 <sup><a href='#n4'>[4]</a></sup>", "845", ("4",)),
        ("845¹", "845", ("1",)),
        ("1,234*", "1,234", ("*",)),
        ("1,234**", "1,234", ("**",)),
        ("0.05 ***", "0.05", ("***",)),
        ("12.5 %†", "12.5 %", ("†",)),
        ("99 [2]", "99", ("2",)),
        ("99 (b)", "99", ("b",)),
        ("*77", "77", ("*",)),
        ("Germany<sup>2</sup>", "Germany", ("2",)),
        ("Germany<sup>ii</sup>", "Germany", ("ii",)),
        ("845[3]", "845", ("3",)),
        ("845<sup>R</sup>", "845", ("R",)),
        ("France*", "France", ("*",)),
    ],
)
def test_marks_are_taken_off_the_text(cell: str, text: str, marks: tuple[str, ...]) -> None:
    found = cells([cell, "5", "6", "7"])[0]
    assert (found.text, found.notes) == (text, marks)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("12 m<sup>2</sup>", "12 m²"),
        ("12 m²", "12 m²"),
        ("3 × 10<sup>6</sup>", "3 × 10⁶"),
        ("5<sup>1</sup>/2", "5¹/2"),
        ("1<sup>st</sup>", "1st"),
        ("20<sup>o</sup>C", "20°C"),
        ("<sup>$</sup>59.<sup>99</sup>", "$59.99"),
        ("Brand<sup>TM</sup>", "BrandTM"),
        ("int[3]", "int[3]"),
        ("*args", "*args"),
        ("Grade A*", "Grade A"),
        ("A*", "A*"),
        ("***", "***"),
        ("the password is ***", "the password is ***"),
        ("password:***", "password:***"),
        ("12 (3)", "12 (3)"),
        ("<sup>12</sup>", "12"),
    ],
)
def test_other_raised_texts_are_none(cell: str, text: str) -> None:
    assert cells([cell, "5", "6", "7"])[0].text == text


@pytest.mark.parametrize(("language", "text"), [("fr", "2e"), ("en", "2")])
def test_one_raised_letter_is_an_ordinal_only_where_the_language_has_such(language: str, text: str) -> None:
    assert cells(["2<sup>e</sup>", "4"], language=language)[0].text == text


@pytest.mark.parametrize(
    ("language", "column", "texts"),
    [
        ("en", ["$63<sup>07</sup>", "$1,249<sup>00</sup>"], ["$63.07", "$1,249.00"]),
        ("de", ["63<sup>07</sup> €", "5<sup>99</sup> €"], ["63,07 €", "5,99 €"]),
        ("de", ["1.249<sup>00</sup> €", "63<sup>07</sup> €"], ["1.249,00 €", "63,07 €"]),
        ("en", ["1.249<sup>00</sup> €", "63<sup>07</sup> €"], ["1.249,00 €", "63,07 €"]),
        ("fr", ["12<sup>€99</sup>", "7<sup>€50</sup>"], ["12,99€", "7,50€"]),
    ],
)
def test_raised_cents_are_decimals(language: str, column: list[str], texts: list[str]) -> None:
    assert [cell.text for cell in cells(column, language=language)] == texts


def test_raised_cents_of_a_column_with_its_currency_in_the_heading() -> None:
    assert [cell.text for cell in cells(["63<sup>07</sup>", "5<sup>99</sup>"], "Price ($)")] == ["63.07", "5.99"]


@pytest.mark.parametrize(
    "column",
    [
        ["63<sup>12</sup>", "5<sup>99</sup>", "7<sup>50</sup>"],  # no currency anywhere
        ["$845<sup>12</sup>", "$1,203", "$77"],  # cents of one, or mark 12
        ["1.65<sup>9</sup> €", "1.71<sup>9</sup> €"],  # tenths of a cent, or one mark on all
        ["10<sup>6</sup>", "5"],
    ],
)
def test_what_is_not_proved_is_no_number(column: list[str]) -> None:
    text = cells(column)[0].text
    assert any(char in "⁰¹²³⁴⁵⁶⁷⁸⁹" for char in text)


def test_a_mark_that_a_note_explains_is_one() -> None:
    found = cells(["$845<sup>12</sup>", "$1,203", "$77"], below="<p><sup>12</sup> Restated.</p>")[0]
    assert (found.text, found.notes) == ("$845", ("12",))


def test_marks_of_headings_are_taken_off() -> None:
    html = "<table><caption>Rents<sup>1</sup></caption><tr><th>Town</th><th>2023<sup>p</sup></th></tr>"
    (source,) = grids_of(snapshot_of_html(html + "<tr><td>Bern</td><td>5</td></tr></table>"))
    assert (source.caption, [column.labels for column in source.columns]) == ("Rents", [("Town",), ("2023",)])


def test_notes_are_what_stands_below_with_a_mark_or_a_word() -> None:
    html = "<table><tr><th>Town</th><th>N</th></tr><tr><td>Bern</td><td>5</td></tr></table>"
    html += "<p>* Estimated.</p><p>Quelle: Amt.</p><p>Next we come to other things.</p><nav><a href=x>1</a> 2</nav>"
    (source,) = grids_of(snapshot_of_html(html))
    assert source.notes == ("* Estimated.", "Quelle: Amt.")


def test_each_line_below_is_a_note_of_its_own() -> None:
    html = "<table><tr><th>Town</th><th>N</th></tr><tr><td>Bern (1)</td><td>5 (p)</td></tr></table>"
    (source,) = grids_of(snapshot_of_html(html + "<p>(p) Provisional.<br>(1) With suburbs.</p>"))
    cells = [cell for cell in source.rows[0].cells if cell is not None]
    assert (source.notes, [(cell.text, cell.notes) for cell in cells]) == (
        ("(p) Provisional.", "(1) With suburbs."),
        [("Bern", ("1",)), ("5", ("p",))],
    )


def test_raised_cents_along_the_row_of_a_turned_table() -> None:
    prices = "".join(f"<td>{price}</td>" for price in ("$87<sup>11</sup>", "$104<sup>84</sup>", "$49<sup>99</sup>"))
    facts = "<tr><th>Size</th><td>12 cm</td><td>13 cm</td><td>40 cm</td></tr>" + "".join(
        f"<tr><th>{name}</th><td>{name} a</td><td>{name} b</td><td>c</td></tr>" for name in ("Maker", "Colour", "Stuff")
    )
    (source,) = grids_of(snapshot_of_html(f"<table><tr><th>Price</th>{prices}</tr>{facts}</table>"))
    assert [row.cells[0].text for row in source.rows if row.cells[0]] == ["$87.11", "$104.84", "$49.99"]


def test_a_dagger_is_a_mark_behind_any_text_and_a_star_is_not() -> None:
    assert [cell.text for cell in cells(["B†", "A*"])] == ["B", "A*"]


def test_a_mark_that_says_that_it_is_a_note_is_one() -> None:
    assert [cell.text for cell in cells(["Leeds [note 1]", "York (2)"])] == ["Leeds", "York (2)"]

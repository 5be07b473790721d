"""Tests of grids without roles: elements displayed in rows and columns."""

from __future__ import annotations

from helpers.snapshots import snapshot_of_html
from helpers.sources import labels, texts
from webrun_nb.extraction.grids.grids import grids_of

PEOPLE = [("Name", "Age", "Town"), ("Al", "34", "Bern"), ("Bo", "5", "Chur"), ("Cy", "61", "Thun")]


def cell(text: str, row: int, column: int, align: str = "left") -> str:
    x = column * 100 + (100 - 8 * len(text) if align == "right" else 0)
    return f"<div data-box='{x} {row * 20} {8 * len(text)} 18'>{text}</div>"


def rows_of(table: list[tuple[str, ...]], align: str = "left", first: int = 0) -> str:
    return "".join(
        f"<div data-box='0 {number * 20} 300 20'>"
        f"{''.join(cell(text, number, column, align) for column, text in enumerate(row))}</div>"
        for number, row in enumerate(table, first)
    )


def test_rows_of_aligned_cells_under_a_row_of_words_are_a_grid() -> None:
    for align in ("left", "right"):
        (source,) = grids_of(snapshot_of_html(f"<div data-box='0 0 300 80'>{rows_of(PEOPLE, align)}</div>"))
        assert (source.kind, labels(source), texts(source)) == ("grid", [*PEOPLE[0]], [[*row] for row in PEOPLE[1:]])


def test_the_row_of_headings_may_stand_before_the_element_of_the_rows() -> None:
    html = f"<div>{rows_of(PEOPLE[:1])}<div data-box='0 20 300 60'>{rows_of(PEOPLE[1:], first=1)}</div></div>"
    (source,) = grids_of(snapshot_of_html(html))
    assert (labels(source), len(source.rows)) == ([*PEOPLE[0]], 3)


def test_cells_without_elements_of_rows_are_a_grid() -> None:
    cells = "".join(cell(text, number, column) for number, row in enumerate(PEOPLE) for column, text in enumerate(row))
    (source,) = grids_of(snapshot_of_html(f"<div data-box='0 0 300 80'>{cells}</div>"))
    assert (labels(source), texts(source)) == ([*PEOPLE[0]], [[*row] for row in PEOPLE[1:]])


def test_items_without_headings_are_no_grid() -> None:
    assert grids_of(snapshot_of_html(f"<div data-box='0 0 300 80'>{rows_of(PEOPLE[1:])}</div>")) == []


def test_cells_that_are_not_aligned_are_no_grid() -> None:
    rows = "".join(
        f"<div data-box='0 {y} 300 20'><div data-box='0 {y} {9 + y} 18'>word</div>"
        f"<div data-box='{40 + y} {y} 20 18'>{y}</div></div>"
        for y in (0, 20, 40, 60)
    )
    assert grids_of(snapshot_of_html(f"<div data-box='0 0 300 80'>{rows}</div>")) == []


def test_labels_beside_values_of_several_kinds_are_one_record() -> None:
    facts = [("Colour", "red"), ("Weight", "12 kg"), ("Price", "$5.00")]
    (source,) = grids_of(snapshot_of_html(f"<div data-box='0 0 300 80'>{rows_of(facts)}</div>"))
    assert (source.kind, labels(source), texts(source)) == (
        "pairs",
        ["Colour", "Weight", "Price"],
        [["red", "12 kg", "$5.00"]],
    )

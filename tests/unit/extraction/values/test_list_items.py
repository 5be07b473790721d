"""Tests of the items of cells that hold lists."""

from __future__ import annotations

import pytest

from helpers.snapshots import snapshot_of_html
from webrun_nb.common.column_types import parse_columns
from webrun_nb.extraction.reasons import Reason
from webrun_nb.extraction.sources import Cell
from webrun_nb.extraction.values.list_items import items_of


def items(column: str, *cells: str, language: str = "en") -> list[list[str] | Reason]:
    """Return the items of cells of one column, given as HTML."""
    table = "".join(f"<td>{cell}</td>" for cell in cells)
    page = snapshot_of_html(f"<html lang={language}><table><tr>{table}</tr></table></html>")
    (wanted,) = parse_columns(column)
    assert wanted.item is not None
    found = items_of([Cell(node, node.text) for node in page.root.find("td")], wanted, wanted.item)
    return [each if isinstance(each, Reason) else [cell.text for cell in each] for each in found]


@pytest.mark.parametrize(
    "cell",
    [
        "<ul><li>red</li><li>light green</li></ul>",
        "<a href=/r>red</a> <a href=/g>light green</a>",
        "<span>red</span>, <span>light green</span>",
        "<div>red</div><div>light green</div>",
        "red<br>light green",
        "red; light green",
        "red, light green",
        "red · light green",
    ],
)
def test_items_are_elements_lines_or_parts_of_a_text(cell: str) -> None:
    assert items("tags:list(str)", cell, "blue") == [["red", "light green"], ["blue"]]


def test_a_surer_mark_in_one_cell_parts_all_of_the_column() -> None:
    assert items("authors:list(str)", "Smith, J.; Lee, K.", "Ng, Pat") == [["Smith, J.", "Lee, K."], ["Ng, Pat"]]


def test_initials_belong_to_the_name_before_them() -> None:
    assert items("authors:list(str)", "Smith, J., Ng, P.-K.") == [["Smith, J.", "Ng, P.-K."]]


def test_two_single_words_may_be_one_name() -> None:
    assert items("authors:list(str)", "Smith, John") == [Reason.AMBIGUOUS_LIST]


@pytest.mark.parametrize(
    ("language", "text"), [("en", "ham, eggs and salt"), ("de", "ham, eggs und salt"), ("fr", "ham, eggs et salt")]
)
def test_the_last_item_stands_behind_and(language: str, text: str) -> None:
    assert items("toppings:list(str)", text, language=language) == [["ham", "eggs", "salt"]]


def test_and_alone_parts_nothing_but_people() -> None:
    assert items("topics:list(str)", "Research and Development") == [["Research and Development"]]
    assert items("speakers:list(str)", "Ann Lee and Bob Ray") == [["Ann Lee", "Bob Ray"]]


def test_an_element_of_the_kind_of_items_is_one_item() -> None:
    cells = "<a href=/1>Smith, John</a>, <a href=/2>Lee, Kim</a>", "<a href=/3>Ng, Pat</a>"
    assert items("authors:list(str)", *cells) == [["Smith, John", "Lee, Kim"], ["Ng, Pat"]]

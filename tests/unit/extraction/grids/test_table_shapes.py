"""Tests of the direction of records: comparison tables, folded lists, and labels with values."""

from __future__ import annotations

import pytest

from helpers.snapshots import snapshot_of_html
from helpers.sources import labels, texts
from webrun_nb.extraction.grids.grids import grids_of
from webrun_nb.extraction.sources import Source

FACTS = [
    ("Price", "$5", "$10", "$20"),
    ("Storage", "5 GB", "10 GB", "20 GB"),
    ("Released", "May 3, 2024", "June 3, 2024", "July 1, 2024"),
]


def row(*cells: str, tag: str = "td") -> str:
    return f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for cell in cells)}</tr>"


def source_of(*rows: str) -> Source:
    (source,) = grids_of(snapshot_of_html(f"<table>{''.join(rows)}</table>"))
    return source


@pytest.mark.parametrize(
    "head", [row("", "Basic", "Pro", "Max", tag="th"), row("Plan", "Basic", "Pro", "Max")], ids=["marked", "not marked"]
)
def test_records_are_columns_where_texts_are_alike_along_rows(head: str) -> None:
    source = source_of(head, *(row(*each) for each in FACTS))
    assert texts(source)[2] == ["Max", "$20", "20 GB", "July 1, 2024"]
    assert labels(source)[1:] == ["Price", "Storage", "Released"]


@pytest.mark.parametrize("names", [("1", "2", "3"), ("Ann", "Bo", "Cy"), ("May 2020", "June 2020", "July 2020")])
def test_rows_that_begin_with_a_header_are_records_where_columns_are_alike(names: tuple[str, ...]) -> None:
    rows = [f"<tr><th>{name}</th><td>Bern {name}x</td><td>{40 + place}</td></tr>" for place, name in enumerate(names)]
    assert [each[0] for each in texts(source_of(*rows))] == [*names]


def test_sections_of_a_comparison_are_above_its_labels() -> None:
    source = source_of(
        "<tr><th scope=row>Model</th><td>A1</td><td>B2</td></tr>",
        "<tr><th scope=rowgroup colspan=3>Body</th></tr>",
        "<tr><th scope=row>Weight</th><td>5 g</td><td>6 g</td></tr>",
    )
    assert (labels(source), texts(source)) == (["Model", "Body / Weight"], [["A1", "5 g"], ["B2", "6 g"]])


def test_a_time_series_is_not_turned() -> None:
    source = source_of(
        row("", "2022", "2023", tag="th"),
        row("Sales", "$5", "$6"),
        row("Staff", "12", "13"),
        row("Margin", "4 %", "5 %"),
    )
    assert labels(source) == ["", "2022", "2023"]


@pytest.mark.parametrize("tag", ["td", "th"])
def test_a_table_of_measures_is_not_turned(tag: str) -> None:
    facts = [("Energy", "358 kcal", "107 kcal"), ("Fat", "1.2 g", "0.4 g"), ("Salt", "0.2 g", "0.1 g")]
    rows = [f"<tr><{tag}>{name}</{tag}><td>{first}</td><td>{second}</td></tr>" for name, first, second in facts]
    assert labels(source_of(row("", "per 100 g", "per portion", tag="th"), *rows)) == ["", "per 100 g", "per portion"]


def test_a_list_in_groups_of_columns_goes_down_each_group() -> None:
    source = source_of(
        row("Name", "Age", "Name", "Age", tag="th"),
        row("Al", "30", "Di", "4"),
        row("Bo", "2", "Ed", "5"),
        row("Cy", "3", "", ""),
    )
    assert texts(source) == [["Al", "30"], ["Bo", "2"], ["Cy", "3"], ["Di", "4"], ["Ed", "5"]]


def test_a_list_that_is_sorted_along_rows_goes_along_them() -> None:
    source = source_of(row("No", "Name", "No", "Name", tag="th"), row("1", "x", "2", "b"), row("3", "a", "4", "c"))
    assert [each[0] for each in texts(source)] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    "rows",
    [
        ["<tr><th>Colour</th><td>red</td></tr>", "<tr><th>Weight</th><td>12 kg</td></tr>"],
        [row("Colour:", "red"), row("Weight:", "12 kg")],
        [row("Colour", "red"), row("Weight", "12 kg")],
        ["<tr><th>Colour</th><td>red</td><th>Weight</th><td>12 kg</td></tr>"],
    ],
)
def test_labels_with_one_value_each_are_one_record(rows: list[str]) -> None:
    source = source_of(*rows)
    assert (source.kind, labels(source), texts(source)) == ("pairs", ["Colour", "Weight"], [["red", "12 kg"]])


def test_an_infobox_is_one_record_under_its_title() -> None:
    source = source_of(
        "<tr><th colspan=2>Bern</th></tr>", "<tr><td colspan=2><img alt=Flag></td></tr>",
        "<tr><th>Country</th><td>Switzerland</td></tr>", "<tr><th colspan=2>Area</th></tr>",
        "<tr><th>Total</th><td>51 km²</td></tr>",
    )  # fmt: skip
    assert (source.caption, labels(source), texts(source)) == (
        "Bern",
        ["Country", "Area / Total"],
        [["Switzerland", "51 km²"]],
    )


def test_a_label_without_a_value_is_above_labels_with_bullets() -> None:
    source = source_of(
        "<tr><th>Area</th><td></td></tr>", "<tr><th>• Land</th><td>5 km²</td></tr>", "<tr><th>Head</th><td>Al</td></tr>"
    )
    assert labels(source) == ["Area", "Area / Land", "Head"]


def test_the_heading_of_the_values_is_what_they_are_about() -> None:
    head = row("", "Model X", tag="th")
    source = source_of(
        head,
        "<tr><th>Price</th><td>$5</td></tr>",
        "<tr><th>Size</th><td>4 cm</td></tr>",
        "<tr><th>Colour</th><td>red</td></tr>",
    )
    assert texts(source) == [["Model X", "$5", "4 cm", "red"]]


def test_columns_that_both_have_headings_are_a_list() -> None:
    rows = [
        f"<tr><th>{name}</th><td>{born}</td></tr>"
        for name, born in (("Ann", "1950"), ("Bo", "May 3, 1960"), ("Cy", "early"))
    ]
    assert labels(source_of(row("Person", "Born", tag="th"), *rows)) == ["Person", "Born"]


def test_two_columns_of_alike_values_are_a_list() -> None:
    assert source_of(row("Apple", "$1.20"), row("Pear", "$2.00"), row("Fig", "$3.00")).kind == "table"


def test_four_columns_without_labels_between_are_no_pairs() -> None:
    source = source_of(
        "<tr><th>Model</th><td>A</td><td>B</td><td>C</td></tr>", "<tr><th>Size</th><td>1</td><td>2</td><td>3</td></tr>"
    )
    assert texts(source) == [["A", "1"], ["B", "2"], ["C", "3"]]

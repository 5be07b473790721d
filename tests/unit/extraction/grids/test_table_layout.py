"""Tests of layouts: the rectangle that a table's rows and spans make."""

from __future__ import annotations

from html import escape

from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.snapshots import snapshot_of_html
from helpers.sources import labels, texts
from webrun_nb.extraction.grids.grids import grids_of
from webrun_nb.extraction.grids.table_layout import MAX_COLUMNS, Layout, html_layout


def layout_of(html: str) -> Layout | None:
    (table, *_) = snapshot_of_html(html).root.find("table")
    return html_layout(table)


def drawn(html: str) -> list[list[str | None]]:
    layout = layout_of(html)
    assert layout is not None
    return [[None if slot is None else slot.text for slot in line.slots] for line in layout.lines]


def test_a_cell_stands_at_all_places_that_it_spans() -> None:
    assert drawn(
        "<table><tr><td rowspan=2>a</td><td colspan=2>b</td></tr><tr><td>c</td><td>d</td></tr>"
        "<tr><td>e</td><td>f</td><td>g</td></tr></table>"
    ) == [["a", "b", "b"], ["a", "c", "d"], ["e", "f", "g"]]


def test_a_span_ends_with_its_row_group() -> None:
    assert drawn(
        "<table><tbody><tr><td rowspan=9>a</td><td>b</td></tr></tbody>"
        "<tbody><tr><td>c</td><td>d</td></tr></tbody></table>"
    ) == [["a", "b"], ["c", "d"]]


def test_a_row_span_of_0_is_to_the_end_of_the_group() -> None:
    assert drawn("<table><tr><td rowspan=0>a</td><td>b</td></tr><tr><td>c</td></tr><tr><td>d</td></tr></table>") == [
        ["a", "b"],
        ["a", "c"],
        ["a", "d"],
    ]


def test_columns_at_which_no_cell_begins_are_none() -> None:
    assert drawn("<table><tr><td colspan=7>a</td></tr><tr><td colspan=3>b</td><td colspan=90>c</td></tr></table>") == [
        ["a", "a"],
        ["b", "c"],
    ]


def test_a_cell_spans_no_place_that_one_above_has() -> None:
    assert drawn("<table><tr><td>a</td><td rowspan=2>b</td><td>c</td></tr><tr><td colspan=3>d</td></tr></table>") == [
        ["a", "b", "c"],
        ["d", "b", None],
    ]


def test_cells_without_a_row_make_one() -> None:
    assert drawn("<table><td>a</td><td>b</td><tr><td>c</td><td>d</td></tr></table>") == [["a", "b"], ["c", "d"]]


def test_the_foot_is_displayed_last_wherever_it_is() -> None:
    assert drawn("<table><tfoot><tr><td>z</td></tr></tfoot><tbody><tr><td>a</td></tr></tbody></table>") == [
        ["a"],
        ["z"],
    ]


def test_a_cell_that_is_not_displayed_takes_no_place_and_an_invisible_one_does() -> None:
    assert drawn(
        "<table><tr><td hidden>a</td><td>b</td><td>c</td></tr>"
        "<tr><td style='visibility:hidden'>d</td><td>e</td></tr></table>"
    ) == [["b", "c"], ["", "e"]]


def test_a_hostile_rectangle_is_not_read() -> None:
    assert (
        layout_of(
            "<table>"
            + "".join(f"<tr>{'<td rowspan=60000></td>' * (MAX_COLUMNS if row == 0 else 1)}</tr>" for row in range(3000))
        )
        is None
    )


# --- tables as they are drawn -----------------------------------------------------------------------------------------

WORDS = st.text(st.characters(codec="utf-8", categories=("L",)), min_size=2, max_size=6)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]], str]:
    """Headings, rows with equal neighbours here and there, and HTML that draws them with spans at random."""
    width = draw(st.integers(2, 5))
    # unique headings, unlike all values: a row that repeats the headings is none
    heads = [f"{draw(WORDS)} {number}h" for number in range(width)]
    few = draw(st.lists(WORDS.map(lambda word: f"{word}v"), min_size=2, max_size=3, unique=True))
    rows = draw(
        st.lists(st.lists(st.sampled_from(few), min_size=width, max_size=width), min_size=2, max_size=6).filter(
            lambda rows: all(len(set(row)) > 1 for row in rows)
        )
    )
    head = f"<tr>{''.join(f'<th>{escape(each)}</th>' for each in heads)}</tr>"
    parts = [rows[:-1], rows[-1:]] if draw(st.booleans()) else [rows]
    first = draw(st.sampled_from(["td", "th"]))
    bodies = [_spanned(draw, part, first) for part in parts]
    foot = "tfoot" if len(bodies) > 1 and draw(st.booleans()) else "tbody"
    body = "".join(f"<{tag}>{each}</{tag}>" for tag, each in zip(["tbody", foot], bodies, strict=False))
    html = f"<thead>{head}</thead>{body}" if draw(st.booleans()) else f"<tbody>{head}</tbody>{body}"
    direction = draw(st.sampled_from(["ltr", "rtl"]))
    return heads, rows, f"<table dir={direction}>{html}</table>"


def _spanned(draw: st.DrawFn, rows: list[list[str]], first: str) -> str:
    """Return rows as HTML, rectangles of equal texts at random as one cell; `first` is the tag of the first cells."""
    height, width = len(rows), len(rows[0])
    done: set[tuple[int, int]] = set()
    lines = []
    for row in range(height):
        cells = []
        for column in range(width):
            if (row, column) in done:
                continue
            text, right, down = rows[row][column], 1, 1
            while column + right < width and rows[row][column + right] == text and (row, column + right) not in done:
                right += 1
            right = draw(st.integers(1, right))
            while row + down < height and all(
                rows[row + down][at] == text and (row + down, at) not in done for at in range(column, column + right)
            ):
                down += 1
            down = draw(st.integers(1, down))
            done.update((y, x) for y in range(row, row + down) for x in range(column, column + right))
            tag = "td" if column else first
            cells.append(f"<{tag} rowspan={down} colspan={right}>{escape(text)}</{tag}>")
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return "".join(lines)


@settings(max_examples=60, deadline=None)
@given(tables())
def test_a_spanned_table_comes_out_as_drawn(table: tuple[list[str], list[list[str]], str]) -> None:
    heads, rows, html = table
    (source,) = grids_of(snapshot_of_html(html))
    assert (labels(source), texts(source)) == (heads, rows)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(WORDS, min_size=3, max_size=3), min_size=2, max_size=5))
def test_a_mirrored_table_comes_out_as_drawn(columns: list[list[str]]) -> None:
    """Records are columns: the headings stand in the first one."""
    heads = [f"{number}h {column[0]}" for number, column in enumerate(columns)]
    html = "".join(
        f"<tr><th>{escape(head)}</th>{''.join(f'<td>{escape(text)}</td>' for text in column)}</tr>"
        for head, column in zip(heads, columns, strict=True)
    )
    (source,) = grids_of(snapshot_of_html(f"<table>{html}</table>"))
    assert (labels(source), texts(source)) == (heads, [list(row) for row in zip(*columns, strict=True)])

from __future__ import annotations

import pytest

from helpers.snapshots import snapshot_of_html
from webrun_nb.extraction.lines import MAX_LINE_CHARS, Line, lines_of
from webrun_nb.extraction.values.prices import amounts_of


def lines(body: str) -> list[Line]:
    return lines_of(snapshot_of_html(f"<body>{body}</body>").root)


def texts(body: str) -> list[str]:
    return [line.text for line in lines(body)]


def test_blocks_and_breaks_end_lines() -> None:
    assert texts("<div>a <b>b</b> c<p>d</p>e<br>f</div>g") == ["a b c", "d", "e", "f", "g"]


def test_hidden_text_is_not_in_a_line() -> None:
    assert texts("<p>a<span hidden> b</span> c</p>") == ["a c"]


def test_raised_marks_of_notes_are_not_in_a_line() -> None:
    assert texts("<p>Anne<sup><a href=#1>[1]</a></sup>, 12 m<sup>2</sup></p>") == ["Anne, 12 m2"]


def test_white_space_is_collapsed_across_elements() -> None:
    assert texts("<p> a <b> b</b>\n\n<i> c </i></p>") == ["a b c"]


def test_part_of_a_line_is_of_its_smallest_element() -> None:
    (line,) = lines("<p>Price: <b>12</b> <i>now</i></p>")
    start = line.text.index("12")
    assert (line.node_of(start, start + 2).tag, line.node_of(0, len(line.text)).tag) == ("b", "p")


def test_long_line_is_cut() -> None:
    assert len(texts("<p>" + "a " * MAX_LINE_CHARS + "</p>")[0]) <= MAX_LINE_CHARS


def test_deeply_nested_page_is_read() -> None:
    assert texts("<div>" * 5_000 + "a" + "</div>" * 5_000) == ["a"]


@pytest.mark.timeout(60)  # once it took minutes
def test_huge_text_is_not_looked_at_again_and_again() -> None:
    page = snapshot_of_html("<body><p>" + "$1 " * 200_000 + "</p></body>")
    assert amounts_of(lines_of(page.root))

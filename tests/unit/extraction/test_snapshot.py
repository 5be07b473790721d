"""Tests of the tree of a snapshot."""

from __future__ import annotations

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.snapshots import snapshot_of_html
from webrun_nb.extraction.snapshot import Box, read_snapshot


def test_the_text_is_what_is_displayed() -> None:
    page = snapshot_of_html(
        "<html lang=de><p>One <b>two</b><span hidden>not</span>three<br>four</p><p>five</p><style>.x{}</style></html>"
    )
    assert page.root.text == "One twothree four five"
    assert page.language == "de"


def test_the_path_is_a_selector() -> None:
    page = snapshot_of_html("<html><body><div></div><div><p>a</p><p>b</p></div></body></html>")
    second = page.root.find("p")[1]
    assert second.path == second.children[0].path == "body > div:nth-of-type(2) > p:nth-of-type(2)"


def test_the_scripts_answer_becomes_a_tree() -> None:
    page = read_snapshot(
        {
            "url": "https://x.example/", "title": "X", "status": 200, "tags": ["html", "p", "s"],
            "embedded": ["{}"],
            "nodes": [
                [0, -1, 0, 1, {"lang": "en"}], [1, 0, 0, 1, {"id": "a"}, [1, 2, 30, 40]], ["said", 1], [2, 1, 0, 2],
                ["old", 3, 0, 2], ["unseen", 1, 1],
            ],
        }
    )  # fmt: skip
    (paragraph,) = page.root.find("p")
    assert (paragraph.text, paragraph.box, paragraph.language) == ("saidold", Box(1, 2, 30, 40), "en")
    assert [node.is_struck for node in paragraph.walk()] == [False, False, True, True, False]
    assert paragraph.children[-1].hidden == "display"


def test_the_path_in_a_shadow_tree_is_the_one_that_the_script_found() -> None:
    page = read_snapshot(
        {
            "url": "https://x.example/", "title": "", "tags": ["html", "x-a", "p", "b"],
            "nodes": [[0, -1], [1, 0], [2, 1, 0, 1, {"#path": "x-a > p"}], [3, 2], [2, 1, 1, 1, {"#path": "x-a > p"}]],
        }
    )  # fmt: skip
    (bold,) = page.root.find("b")
    assert bold.path == "x-a > p > b"


def test_paths_are_not_quadratic() -> None:
    rows = 20_000
    page = snapshot_of_html(f"<table>{'<tr><td>1</td></tr>' * rows}</table>")
    cells = page.root.find("td")
    assert cells[-1].path == f"table > tr:nth-of-type({rows}) > td"
    assert len({cell.path for cell in cells}) == rows


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(
    nodes=_json | st.lists(st.lists(_json, min_size=2, max_size=6), max_size=4),
    tags=_json | st.just(["html", "p"]),
    embedded=_json,
    frames=_json,
)
def test_an_answer_of_another_form_is_refused(nodes, tags, embedded, frames) -> None:
    answer = {"url": "", "title": "", "tags": tags, "nodes": nodes, "embedded": embedded, "frames": frames}
    with contextlib.suppress(ValueError):
        for node in read_snapshot(answer).root.walk():
            assert all(isinstance(value, str) for value in (node.tag, node.content, *node.attributes.values()))

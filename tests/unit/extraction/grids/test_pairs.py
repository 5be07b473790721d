"""Tests of definition lists and of texts such as "Label: value"."""

from __future__ import annotations

import pytest

from helpers.snapshots import snapshot_of_html
from helpers.sources import labels, texts
from webrun_nb.extraction.grids.grids import grids_of


def pairs_of(html: str) -> list[tuple[list[str], list[list[str | None]]]]:
    return [(labels(source), texts(source)) for source in grids_of(snapshot_of_html(html))]


@pytest.mark.parametrize(
    "html",
    [
        "<dl><dt>Brand</dt><dd>Acme</dd><dt>Size:</dt><dd>12 cm</dd></dl>",
        "<dl><div><dt>Brand</dt><dd>Acme</dd></div><div><dt>Size</dt><dd>12 cm</dd></div></dl>",
        "<div><p><b>Brand:</b> Acme</p><p><b>Size:</b> 12 cm</p></div>",
        "<div><p>Brand: Acme</p><p>Size: 12 cm</p></div>",
        "<div><b>Brand:</b> Acme<br><b>Size:</b> 12 cm</div>",
        "<ul><li><span>Brand:</span><span>Acme</span></li><li><span>Size:</span><span>12 cm</span></li></ul>",
        "<ul><li><strong>Brand</strong><span>Acme</span></li><li><strong>Size</strong><span>12 cm</span></li></ul>",
        "<div><p>Brand：Acme</p><p>Size：12 cm</p></div>",
    ],
)
def test_labels_with_values_are_one_record(html: str) -> None:
    assert pairs_of(html) == [(["Brand", "Size"], [["Acme", "12 cm"]])]


def test_a_definition_list_whose_terms_come_again_has_several_records() -> None:
    html = "<dl><dt>Name</dt><dd>Al</dd><dt>Age</dt><dd>3</dd><dt>Name</dt><dd>Bo</dd><dt>Age</dt><dd>4</dd></dl>"
    assert pairs_of(html) == [(["Name", "Age"], [["Al", "3"], ["Bo", "4"]])]


def test_several_terms_of_one_value_and_several_values_of_one_term() -> None:
    html = "<dl><dt>Author</dt><dt>Editor</dt><dd>Al</dd><dt>Topic</dt><dd>x</dd><dd>y</dd></dl>"
    assert pairs_of(html) == [(["Author", "Editor", "Topic", "Topic"], [["Al", "Al", "x", "y"]])]


@pytest.mark.parametrize(
    "html",
    [
        "<div><div><p>Name: A</p><p>Age: 3</p></div><div><p>Name: B</p><p>Age: 4</p></div></div>",  # items of a list
        "<div><p>We met at 10:30 and went on.</p><p>Then it rained.</p></div>",
        "<div><p>https://a.example/</p><p>https://b.example/</p></div>",
        "<p>One thing: it works.</p>",
    ],
)
def test_other_texts_are_no_record(html: str) -> None:
    assert pairs_of(html) == []


def test_links_and_notes_of_values_are_kept() -> None:
    html = "<dl><dt>Site</dt><dd><a href='https://x.example/'>home</a></dd><dt>People</dt><dd>845<sup>1</sup></dd></dl>"
    (source,) = grids_of(snapshot_of_html(html))
    assert [(cell.text, cell.href, cell.notes) for cell in source.rows[0].cells if cell is not None] == [
        ("home", "https://x.example/", ()),
        ("845", "", ("1",)),
    ]

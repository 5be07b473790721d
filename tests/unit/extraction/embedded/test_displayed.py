"""Tests that values which only a page's data for machines have are believed where the page displays them alone."""

from __future__ import annotations

import pytest

from helpers.snapshots import snapshot_of_html
from webrun_nb.extraction.embedded.displayed import Displayed
from webrun_nb.extraction.engine import extract
from webrun_nb.extraction.reasons import Reason

PAGE = "<html><head><title>Lamp</title></head><body><h1>Brass lamp</h1><p>Now for 1.048,50 € only</p></body></html>"


@pytest.mark.parametrize(
    ("text", "is_amount", "is_borne_out"),
    [
        ("1048.50", True, True),
        ("48.50", True, False),
        ("1", True, False),
        ("4006381333931", False, True),
        ("https://schema.org/InStock", False, True),
        ("Brass lamp", False, True),
        ("Ignore all of it", False, False),
        ("brass LAMP now", False, True),
        ("", False, True),
    ],
)
def test_amounts_and_sentences_have_to_be_displayed(text: str, is_amount: bool, is_borne_out: bool) -> None:
    assert Displayed(snapshot_of_html(PAGE)).bears_out(text, is_amount=is_amount) is is_borne_out


def test_a_value_that_nobody_sees_is_null_and_no_evidence() -> None:
    data = '{"@type": "Product", "name": "Brass lamp", "description": "Click the button now", "offers": {"price": "1"}}'
    page = PAGE.replace("</body>", f'<script type="application/ld+json">{data}</script></body>')
    schema = {"type": "object", "properties": {"name": {"type": "string"}, "description": {"type": ["string", "null"]}}}
    found = extract([snapshot_of_html(page)], schema, "get the product")
    assert found.data == {"name": "Brass lamp", "description": None}
    assert [(each.reason, each.text) for each in found.values if each.column == "description"] == [
        (Reason.NOT_DISPLAYED, "")
    ]

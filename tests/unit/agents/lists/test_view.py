"""Tests of lists as an agent sees them."""

from __future__ import annotations

import pytest

from helpers.snapshots import snapshot_of_html
from webrun_nb.agents.lists.view import View
from webrun_nb.extraction.engine import extract


def table(*headings: str) -> View:
    """A table of talks, of which one has the word in its title."""
    head = "".join(f"<th>{heading}</th>" for heading in headings)
    rows = (("09:00", "Reading tides", "Ines"), ("10:00", "Sparse maps", "Jonas"), ("11:00", "Lightning talks", "Mara"))
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    page = snapshot_of_html(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")
    return View(extract([page], {"type": "array", "items": {}}, "List all rows"))


@pytest.mark.parametrize(
    ("heading", "subject", "expected"),
    [
        ("Talk", "talks", True),
        ("Talk", "short talks", True),
        ("Vortrag", "talks", True),
        ("Talk", "speakers", False),
        ("Talk", "boats", False),
        ("", "talks", False),
    ],
)
def test_rows_are_what_the_column_that_names_them_says(heading: str, subject: str, expected: bool) -> None:
    assert table("Time", heading, "Speaker").lists(subject) is expected

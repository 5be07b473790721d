"""Tests of the day that a page says it is of."""

from __future__ import annotations

from datetime import date

import pytest

from helpers.snapshots import snapshot_of_html
from webrun_nb.extraction.embedded.structured_data import embedded_of
from webrun_nb.extraction.values.page_date import page_date_of

_DAY = date(2024, 5, 10)


def page_date(head: str, body: str = "", language: str = "en") -> date | None:
    """Return the date of a page."""
    page = snapshot_of_html(f"<html lang={language}><head>{head}</head><body>{body}</body></html>")
    return page_date_of(page, embedded_of(page))


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="article:published_time" content="2024-05-10T09:00:00Z">',
        '<meta property="article:modified_time" content="2024-05-10">'
        '<meta property="article:published_time" content="2019-01-02">',
        '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2024-05-10"}</script>',
    ],
)
def test_data_for_machines_name_the_day(head: str) -> None:
    assert page_date(head) == _DAY


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("<p>Last updated: 10 May 2024</p>", "en"),
        ("<p>Zuletzt aktualisiert: 10.05.2024</p>", "de"),
        ("<p><span>Mis à jour :</span> <time datetime=2024-05-10>hier</time> 10/05/2024</p>", "fr"),
    ],
)
def test_a_line_names_the_day(line: str, language: str) -> None:
    assert page_date("", line, language) == _DAY


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("", "<p>Open since 10 May 2024</p>"),
        ("", "<table><tr><td>Updated: 10 May 2024</td></tr></table>"),
        ("", "<p>Updated: 05/10/2024</p><p>Updated: 11 May 2024</p>"),
        ('<meta property="article:published_time" content="2024-05-10">', "<p>Last updated: 11 May 2024</p>"),
        ('<meta name="date" content="yesterday">', ""),
    ],
)
def test_other_dates_and_several_days_prove_nothing(head: str, body: str) -> None:
    assert page_date(head, body) != _DAY

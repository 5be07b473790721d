"""Tests of the number of rows that a page says a list has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.snapshots import snapshot_of_html
from webrun_nb.extraction.continuation.stated_count import Stated, read_stated, stated_count
from webrun_nb.extraction.engine import sources_of

ROWS = "".join(f"<li><h3>Thing {n}</h3><p>{n} kg</p></li>" for n in range(1, 6))


@pytest.mark.parametrize(
    ("text", "language", "total"),
    [
        ("1–25 of 120 results", "en", 120),
        ("Showing 1 to 25 of 1,234 entries", "en", 1234),
        ("Showing 25 of 120", "en", 120),
        ("120 results found", "en", 120),
        ("Results: 120", "en", 120),
        ("120 Treffer", "de", 120),
        ("1 bis 25 von 1.234 Einträgen", "de", 1234),
        ("25 von 120 Produkten", "de", 120),
        ("1 234 résultats", "fr", 1234),
        ("1-25 sur 120 produits", "fr", 120),
        ("Mostrando 1 a 25 de 120 productos", "es", 120),
        ("عرض 1-25 من 120", "ar", 120),
        ("عرض ١-٢٥ من ١٢٠ نتيجة", "ar", 120),
        ("120件中 1-25件を表示", "ja", 120),
        ("共 120 条", "zh", 120),
        ("총 120건", "ko", 120),
        ("Найдено 120 товаров", "ru", 120),
        ("Показано 1–25 из 120", "ru", 120),
        ("Wyniki 1–25 z 120", "pl", 120),
        ("25 av 120 träffar", "sv", 120),
        ("1 – 25 / 120", "", 120),
    ],
)
def test_a_count_is_read_in_many_languages(text, language, total):
    stated = read_stated(text, 25, language)
    assert stated is not None and stated.total == total  # noqa: PT018


@pytest.mark.parametrize(
    "text",
    [
        "Page 1 of 5",
        "Seite 1 von 5",
        "more than 1,000 results",
        "About 1,230 results (0.42 seconds)",
        "1000+ results",
        "3 items in your basket cost $ 120 with delivery, and you have 14 days to return them, see our terms",
        "Copyright 2024",
        "Updated 12 March 2024",
        "4.5 out of 5",
        "25 %",
        "Call 555 1234",
        "Prices from 12 to 120",
        "",
    ],
)
def test_other_numbers_are_no_count(text):
    assert read_stated(text, 25, "en") is None


def test_the_lists_own_heading_names_its_rows():
    page = snapshot_of_html(f"<main><h2>Lighthouses</h2><p>45 lighthouses match your search</p><ul>{ROWS}</ul></main>")
    (source,) = [each for each in sources_of(page) if each.kind == "list"]
    stated = stated_count(source, "en")
    assert stated is not None and stated.total == 45  # noqa: PT018


def test_numbers_in_rows_and_controls_say_nothing():
    page = snapshot_of_html(
        f"<main><h2>Things</h2><button>120 results</button><ul>{ROWS.replace('kg', 'results')}</ul></main>"
    )
    (source,) = [each for each in sources_of(page) if each.kind == "list"]
    assert stated_count(source, "en") is None


def test_counts_that_differ_prove_nothing():
    page = snapshot_of_html(f"<main><p>45 results</p><ul>{ROWS}</ul><p>54 results</p></main>")
    (source,) = [each for each in sources_of(page) if each.kind == "list"]
    assert stated_count(source, "en") is None


def test_the_size_of_the_set_is_stated_by_its_rows():
    rows = ROWS.replace("<li>", "<li aria-setsize='80'>")
    (source,) = [each for each in sources_of(snapshot_of_html(f"<main><ul>{rows}</ul></main>")) if each.kind == "list"]
    assert stated_count(source, "en") == Stated(80)


@given(st.text(max_size=200), st.integers(0, 1000))
def test_any_text_is_read_or_not(text, rows):
    stated = read_stated(text, rows)
    assert stated is None or stated.total >= 0


@pytest.mark.parametrize("heading", ["<th>Results in 1 000</th>", '<td role="columnheader">120 results</td>'])
def test_a_heading_of_a_column_states_no_rows(heading: str) -> None:
    rows = "".join(f"<tr><td>City {n}</td><td>{n}</td></tr>" for n in range(1, 6))
    page = snapshot_of_html(f"<table><thead><tr><th>City</th>{heading}</tr></thead><tbody>{rows}</tbody></table>")
    (table,) = [each for each in sources_of(page) if each.kind == "table"]
    assert stated_count(table, "en") is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1) Preliminary results", False),
        ("Table 2: Results", False),
        ("Tabelle 2 Ergebnisse", False),
        ("Figure 3. Results", False),
        ("2. Results", False),
        ("Results (120)", True),
        ("Results: 120", True),
    ],
)
def test_the_number_of_a_footnote_or_table_states_no_rows(text: str, found: bool) -> None:
    assert (read_stated(text, 5) is not None) is found

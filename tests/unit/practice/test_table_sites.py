"""Tests of the sites whose subject is tables and lists, over their applications."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from helpers.practice_client import Visitor
from webrun_nb.practice import conference, feed, inventory, library, pricelists, statistics


def cells(page: str) -> list[list[str]]:
    """Return the texts of the cells of a page's table rows, with footnote marks."""
    rows = re.findall("<tr.*?</tr>", page, re.DOTALL)
    return [
        [re.sub("<[^>]+>", "", cell).strip() for cell in re.findall("<t[hd].*?</t[hd]>", row, re.DOTALL)]
        for row in rows
    ]


# --- statistics -------------------------------------------------------------------------------------------------------


def test_a_statistics_office_writes_as_germans_do_and_marks_its_values() -> None:
    rows = {row[0]: row[1:] for row in cells(Visitor("statistics").get("/bevoelkerung").text) if row}
    assert rows["Brenkau"] == ["112.408", "112.0001)", "−0,4", "58,900", "58,200", "7,3"]
    assert rows["Elmsruh2)"] == ["47.003r", "46.790", "−0,5", "22,800", "·", "4,8"]
    assert rows["Inselmark3)"] == ["1.250", "1.198", "−4,2", "0,750", "0,714", "–"]


def test_the_second_page_has_the_other_districts_and_the_total() -> None:
    visitor = Visitor("statistics")
    first, second = (visitor.get(path).text for path in ("/bevoelkerung", "/bevoelkerung?seite=2"))
    for row in statistics.districts()["districts"]:
        assert (row.name in first) != (row.name in second)
    assert "Halmstein insgesamt" not in first
    assert "824.467" in second
    assert 'href="/bevoelkerung?seite=2" rel="next"' in first
    assert "rel=" not in second.split('class="pager"')[1].replace('rel="prev"', "")


@pytest.mark.parametrize("query", ["seite=0", "seite=3", "seite=zwei", "seite=2.0", "stand=2026-03"])
def test_there_are_two_pages_of_two_editions(query: str) -> None:
    assert Visitor("statistics").get(f"/bevoelkerung?{query}").status == 404


@pytest.mark.parametrize("column", ["population", "employed"])
def test_the_totals_are_right(column: str) -> None:
    """The total of the employed includes those that are confidential."""
    groups, total = statistics.districts(), getattr(statistics.total(), column)
    rows = [getattr(row, column) for group in groups.values() for row in group]
    assert sum(row[0] for row in rows) == pytest.approx(total[0])
    hidden = 0 if column == "population" else 22.6
    assert sum(row[1] or 0 for row in rows) + hidden == pytest.approx(total[1])
    cities = [getattr(row, column) for row in groups["cities"]]
    assert [sum(row[year] for row in cities) for year in (0, 1)] == pytest.approx(
        getattr(statistics.cities_total(), column)
    )


def test_the_first_edition_differs_where_values_were_revised() -> None:
    visitor = Visitor("statistics")
    first, latest = (
        [row for page in ("1", "2") for row in cells(visitor.get(f"/bevoelkerung?{stand}seite={page}").text)]
        for stand in ("stand=2026-02&", "")
    )
    changed = {new[0]: (old, new) for old, new in zip(first, latest, strict=True) if old != new}
    assert [*changed] == ["Cellheim", "Zusammen", "Elmsruh2)", "Halmstein insgesamt"]
    assert [pair[4] for pair in changed["Cellheim"]] == ["44,250", "44,000r"]
    assert [pair[1] for pair in changed["Elmsruh2)"]] == ["47.113", "47.003r"]
    assert 'href="/bevoelkerung?stand=2026-02&amp;seite=2"' in visitor.get("/bevoelkerung?stand=2026-02").text


def test_revisions_are_signed() -> None:
    rows = cells(Visitor("statistics").get("/revisionen").text)
    assert ["3. Quartal 2025", "04.11.2025", "12.655,2", "03.02.2026", "12.702,4", "+47,2"] in rows
    assert ["2. Quartal 2026", "25.08.2026", "12.250,0", "–", "–", "–"] in rows


# --- price lists ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/de", ["WK-7090", "Säulenbohrmaschine", "1", "12.000,00 €", "12.000,00 €", "2", "05.04.2026"]),
        ("/de", ["WK-7100", "Abkantpresse", "1", "auf Anfrage", "auf Anfrage", "0", "01.06.2026"]),
        ("/in", ["SL-100", "Solar inverter, 100 kVA", "1", "₹12,34,567.50", "₹12,34,567.50", "3", "01/02/2026"]),
        ("/in", ["FT-020", "Hose clip, 20 mm", "500", "₹7.25", "₹3,625.00", "1,25,000", "25/01/2026"]),
        ("/ar", ["AS-21", "عسل سدر", "١", "١٬٢٩٩٫٠٠ ر.س.", "١٬٢٩٩٫٠٠ ر.س.", "٤٢", "١ مايو ٢٠٢٦"]),
    ],
)
def test_price_lists_are_written_as_in_their_country(path: str, expected: list[str]) -> None:
    shown = cells(Visitor("pricelists").get(path).text.replace("\N{RIGHT-TO-LEFT MARK}", "").replace("\xa0", " "))
    assert expected in shown


@pytest.mark.parametrize("slug", pricelists.price_lists())
def test_a_price_list_names_its_language_and_direction(slug: str) -> None:
    shown = pricelists.price_lists()[slug]
    page = Visitor("pricelists").get(f"/{slug}").text
    assert f'<html lang="{shown.language}" dir="{shown.direction}">' in page
    assert len(cells(page)) == len(shown.items) + 1


def test_there_are_three_price_lists() -> None:
    assert Visitor("pricelists").get("/fr").status == 404


# --- conference -------------------------------------------------------------------------------------------------------


def test_forty_talks_stand_in_the_programme_and_have_a_page_each() -> None:
    visitor = Visitor("conference")
    programme = visitor.get("/").text
    assert len(conference.talks()) == len({talk.slug for talk in conference.talks()}) == 40
    for talk in conference.talks():
        assert f'href="/talks/{talk.slug}"' in programme
        page = visitor.get(f"/talks/{talk.slug}").text
        assert talk.room in page
        assert talk.time in page


def test_nobody_is_in_two_rooms_at_once() -> None:
    held = [(talk.starts, place) for talk in conference.talks() for place in (talk.room, talk.speaker)]
    assert len(held) == len({*held})


def test_talks_are_in_the_rooms_of_the_conference() -> None:
    assert {talk.room for talk in conference.talks()} == {room.name for room in conference.ROOMS}


def test_an_unknown_talk_is_not_found() -> None:
    assert Visitor("conference").get("/talks/lunch").status == 404


# --- inventory --------------------------------------------------------------------------------------------------------


def test_the_grid_has_no_rows_before_its_script() -> None:
    page = Visitor("inventory").get("/").text
    assert 'aria-rowcount="1001"' in page
    assert "P-10001" not in page


def test_all_parts_come_in_chunks() -> None:
    visitor = Visitor("inventory")
    numbers = [
        number
        for first in range(0, inventory.PARTS, inventory.CHUNK)
        for number in re.findall(r"P-\d+", visitor.get(f"/parts.json?from={first}").text)
    ]
    assert numbers == [part.number for part in inventory.parts()]
    assert len({*numbers}) == 1000


@pytest.mark.parametrize("first", ["1000", "-1", "", "²", "x", "99999999999"])
def test_there_are_no_other_parts(first: str) -> None:
    assert Visitor("inventory").get(f"/parts.json?from={first}").status == 404


def test_a_part_is_written_as_in_the_united_states() -> None:
    part = inventory.Part("P-1", "Oak knob", "A01-1", 2147, Decimal("1385.16"), date(2024, 9, 7))
    assert part.texts == ("P-1", "Oak knob", "A01-1", "2,147", "$1,385.16", "Sep 7, 2024")


# --- library ----------------------------------------------------------------------------------------------------------


def test_more_results_are_stated_than_can_be_had() -> None:
    visitor = Visitor("library")
    page = visitor.get("/search?q=harbour").text
    assert "120 results" in page
    assert page.count("<li class") == 24
    shown = [visitor.get(f"/more?from={first}").text for first in (24, 48, 72)]
    assert [part.count("<li class") for part in shown] == [24, 24, 24]
    assert visitor.get("/more?from=96").status == 404


def test_books_differ() -> None:
    books = library.books()
    assert len({book.title for book in books}) == len({book.signature for book in books}) == library.SHOWN


@pytest.mark.parametrize("path", ["/books/96", "/books/x", "/more?from=", "/more?from=²"])
def test_there_are_no_other_books(path: str) -> None:
    assert Visitor("library").get(path).status == 404


# --- feed -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [1, 2, 10**14])
def test_a_feed_always_has_a_next_page(page: int) -> None:
    text = Visitor("feed").get(f"/?page={page}").text
    assert f'href="/?page={page + 1}" rel="next"' in text
    numbers = [int(number) for number in re.findall(r"<dt>Sighting</dt><dd>(\d+)</dd>", text)]
    first = (page - 1) * feed.PER_PAGE + 1
    assert numbers == [*range(first, first + feed.PER_PAGE)]


def test_the_script_gets_what_the_page_has() -> None:
    visitor = Visitor("feed")
    part, page = visitor.get("/sightings?page=2").text, visitor.get("/?page=2").text
    assert part.count("<li") == feed.PER_PAGE
    assert part in page
    assert visitor.count("pages") == 2


@pytest.mark.parametrize("page", ["0", "-1", "x", "²", "1" * 16])
def test_a_feed_has_no_pages_without_a_number(page: str) -> None:
    assert Visitor("feed").get(f"/?page={page}").status == 404

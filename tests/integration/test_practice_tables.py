"""Tests of the extraction engine over the practice sites of tables and lists, displayed by real Chromium."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import pytest

from helpers.list_runner import collect
from helpers.practice_server import PracticeServer, serving
from webrun_nb.browsers.actions import Navigate, ScrollBox
from webrun_nb.browsers.protocol import BrowserInstance
from webrun_nb.common.column_types import column_schema, parse_columns
from webrun_nb.extraction.engine import extract
from webrun_nb.extraction.reasons import Reason
from webrun_nb.extraction.results import Extraction
from webrun_nb.extraction.snapshot import Snapshot
from webrun_nb.practice import conference, inventory, library, pricelists, statistics

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def server() -> Iterator[PracticeServer]:
    with serving() as server:
        yield server


@pytest.fixture
def visited(instance: BrowserInstance, server: PracticeServer):
    """A function that returns the snapshots of pages of a site."""

    async def visit(site: str, *paths: str) -> list[Snapshot]:
        snapshots = []
        for path in paths:
            await instance.perform(Navigate(server.url(site, path)))
            snapshots.append(await instance.snapshot())
        return snapshots

    return visit


def list_of(columns: str) -> dict[str, Any]:
    """Return the JSON Schema of a list of records with these columns."""
    properties = {column.name: column_schema(column) for column in parse_columns(columns)}
    return {"type": "array", "items": {"type": "object", "properties": properties}}


def read(pages: Sequence[Snapshot], columns: str, text: str, *, many: bool = True, screens: bool = False) -> Extraction:
    schema = list_of(columns)
    found = extract(pages, schema if many else schema["items"], text, screens=screens)
    assert found.questions == []
    return found


def rows(found: Extraction) -> list[tuple[Any, ...]]:
    return [tuple(record.values()) for record in found.records]


def reasons(found: Extraction) -> set[tuple[str, Reason | None]]:
    """Return the columns that have nulls, with their reasons."""
    return {(each.column, each.reason) for each in found.values if each.value is None}


# --- statistics -------------------------------------------------------------------------------------------------------


async def test_a_table_of_a_statistics_office_is_exact_over_both_of_its_pages(visited) -> None:
    pages = await visited("statistics", "/bevoelkerung", "/bevoelkerung?seite=2")
    columns = (
        "kreis:str, bevoelkerung_2024:int, bevoelkerung_2025:int, veraenderung:percent, erwerbstaetige_2024:float,"
        " erwerbstaetige_2025:float?, erwerbslosenquote:percent?"
    )
    found = read(pages, columns, "List the districts")
    assert rows(found) == [
        (row.name, *row.population, row.change, *row.employed, row.unemployment)
        for group in ("cities", "districts")
        for row in statistics.districts()[group]
    ]
    assert reasons(found) == {("erwerbstaetige_2025", Reason.BLANK), ("erwerbslosenquote", Reason.BLANK)}
    assert [each.totals for each in found.lists] == [1, 1]


async def test_revisions_have_their_dates_and_signs(visited) -> None:
    pages = await visited("statistics", "/revisionen")
    columns = (
        "berichtszeitraum:str, veroeffentlicht:date, erstes_ergebnis:float, revidiert:date?,"
        " revidiertes_ergebnis:float?, abweichung:float?"
    )
    found = read(pages, columns, "List the quarters")
    assert rows(found) == [
        (
            each.quarter,
            each.published.isoformat(),
            each.first,
            each.revised.isoformat() if each.revised else None,
            each.now,
            each.change,
        )
        for each in statistics.revisions()
    ]


async def test_the_second_page_of_the_statistics_office_is_found(
    instance: BrowserInstance, server: PracticeServer
) -> None:
    found = await collect(instance, server.url("statistics", "/bevoelkerung"), list_of("kreis:str"))
    assert found.values("kreis") == [row.name for group in statistics.districts().values() for row in group]
    assert (found.pages.whole, found.pages.stated) == (True, None)


# --- price lists ------------------------------------------------------------------------------------------------------


def read_money(text: str | None) -> tuple[Decimal, str] | None:
    if text is None:
        return None
    amount, _, currency = text.partition(" ")
    return Decimal(amount), currency


@pytest.mark.parametrize("slug", pricelists.price_lists())
async def test_a_price_list_is_exact_in_every_number_format(visited, slug: str) -> None:
    expected = pricelists.price_lists()[slug]
    columns = "code:str, name:str, pack:int, price_each:money?, price_per_pack:money?, stock:int, valid_from:date"
    found = read(await visited("pricelists", f"/{slug}"), columns, "List the items")
    assert [
        (code, name, pack, read_money(each), read_money(whole), stock, since)
        for code, name, pack, each, whole, stock, since in rows(found)
    ] == [
        (
            item.code,
            item.name,
            item.pack,
            item.price_each and (item.price_each, expected.currency),
            item.price_pack and (item.price_pack, expected.currency),
            item.stock,
            item.valid_from.isoformat(),
        )
        for item in expected.items
    ]
    assert {column for column, _ in reasons(found)} == {"price_each", "price_per_pack"}


# --- conference -------------------------------------------------------------------------------------------------------


async def test_the_day_that_is_displayed_is_read_and_no_other(visited) -> None:
    pages = await visited("conference", "/")
    found = read(pages, "time:str, talk:str, speaker:str?, room:str?, talk_url:url?", "List the talks")
    first = conference.talks()[0].day
    held = [row for row in rows(found) if row[3] is not None]
    assert [row[:4] for row in held] == [
        (talk.time, talk.title, talk.speaker, talk.room) for talk in conference.talks() if talk.day == first
    ]
    assert [row[4].partition("/talks/")[2] for row in held] == [
        talk.slug for talk in conference.talks() if talk.day == first
    ]


async def test_a_talk_has_a_page(visited) -> None:
    (talk,) = [each for each in conference.talks() if each.title == "Rounding in public"]
    pages = await visited("conference", f"/talks/{talk.slug}")
    columns = "title:str, speaker:str, date:date, time:str, length:int, room:str"
    found = read(pages, columns, "Get the talk", many=False)
    assert rows(found) == [(talk.title, talk.speaker, talk.day.isoformat(), talk.time, talk.minutes, talk.room)]


# --- inventory --------------------------------------------------------------------------------------------------------


async def test_screens_of_a_virtualised_grid_are_read_in_the_order_of_its_rows(
    visited, instance: BrowserInstance
) -> None:
    (screen,) = await visited("inventory", "/")
    (grid,) = [node for node in screen.root.walk() if node.attributes.get("role") == "grid"]
    screens = [screen]
    for _ in range(3):
        await instance.perform(ScrollBox(grid.path))
        screens.append(await instance.snapshot())
    columns = "part_number:str, name:str, bin:str, in_stock:int, unit_price:money, last_counted:date"
    found = read(screens, columns, "List the parts", screens=True)
    assert len(found.records) > 40
    assert [(*row[:4], read_money(row[4]), row[5]) for row in rows(found)] == [
        (part.number, part.name, part.bin, part.stock, (part.price_usd, "USD"), part.counted.isoformat())
        for part in inventory.parts()[: len(found.records)]
    ]


# --- library ----------------------------------------------------------------------------------------------------------


async def test_the_results_that_are_shown_are_exact(visited) -> None:
    pages = await visited("library", "/search?q=harbour")
    found = read(pages, "title:str, author:str, published:int, pages:int, signature:str", "List the books")
    assert rows(found) == [
        (book.title, book.author, book.year, book.pages, book.signature) for book in library.books()[: library.AT_ONCE]
    ]

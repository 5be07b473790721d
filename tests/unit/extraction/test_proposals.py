"""Tests of what is proposed for a page: columns, texts, and that the engine takes the same list by them."""

from __future__ import annotations

import pytest

from helpers.snapshots import snapshot_of_html
from webrun_nb.common.column_types import column_schema, parse_columns
from webrun_nb.extraction.engine import extract
from webrun_nb.extraction.proposals import MOST_SOURCES, Proposal, overview
from webrun_nb.extraction.reasons import Problem


def table(head: str, *rows: str, caption: str = "") -> str:
    heads = "".join(f"<th>{name}</th>" for name in head.split("|"))
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row.split("|")) + "</tr>" for row in rows)
    return f"<table><caption>{caption}</caption><tr>{heads}</tr>{body}</table>"


def proposals(body: str, language: str = "en") -> tuple[Proposal, ...]:
    return overview(snapshot_of_html(f'<html lang="{language}"><body>{body}</body></html>')).proposals


def columns(*rows: str, head: str, language: str = "en") -> str:
    return proposals(table(head, *rows), language)[0].columns


LAMPS = table("Lamp|Price|Weight", "Ada|€12.50|1.2 kg|", "Bea|€7.00|0.9 kg", "Cleo|€30.25|2 kg", caption="Lamps")
TEAMS = table("Team|Won", "Reds|12", "Blues|9", "Greens|3", caption="Teams")


def test_columns_have_the_names_and_types_of_the_page() -> None:
    assert proposals(LAMPS)[0].columns == "lamp:str, price:money, weight:quantity"


def test_a_column_with_a_gap_may_be_missing() -> None:
    assert columns("Ada|4", "Bea|", "Cleo|6", head="Name|Rooms") == "name:str, rooms:int?"


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (("1.250", "12.000", "75"), "int"),
        (("1,5", "20,25", "3,75"), "float"),
        (("5,5 %", "0,75 %", "3 %"), "percent"),
        (("13.01.2021", "05.01.2021", "31.12.2020"), "date"),
        (("ja", "nein", "ja"), "bool"),
        (("01067", "80331", "20095"), "str"),
        (("+49 30 1234", "+49 89 4321", "+49 40 999"), "str"),
        (("https://a.example/x", "https://a.example/y", "https://a.example/z"), "url"),
    ],
)
def test_the_type_of_a_german_column(values: tuple[str, ...], kind: str) -> None:
    rows = [f"Haus {number}|{value}" for number, value in enumerate(values)]
    assert columns(*rows, head="Name|Wert", language="de") == f"name:str, wert:{kind}"


def test_dates_of_which_the_order_is_not_proved_are_text() -> None:
    assert columns("Ada|2/5/2019", "Bea|3/5/2019", "Cleo|6/7/2019", head="Name|Born") == "name:str, born:str"


def test_a_number_is_no_price_for_the_currency_of_another_column() -> None:
    found = columns("Ada|6|€12.00", "Bea|4|€3.50", "Cleo|9|€8.20", head="Lamp|Bulbs|Price")
    assert found == "lamp:str, bulbs:int, price:money"


def test_a_count_has_no_unit() -> None:
    found = columns("Ada|128 reviews", "Bea|4 reviews", "Cleo|9 reviews", head="Lamp|Reviews")
    assert found == "lamp:str, reviews:int"


def test_names_in_other_scripts() -> None:
    assert columns("अदा|6", "बीना|4", "सीता|9", head="नाम|दाम", language="hi") == "नाम:str, दाम:int"


def test_the_text_says_which_of_two_tables() -> None:
    assert [each.text for each in proposals(LAMPS + TEAMS)] == [
        'From the table "Lamps" list all rows.',
        'From the table "Teams" list all rows.',
    ]


def test_a_title_that_would_end_the_sentence_is_not_quoted() -> None:
    lamps = LAMPS.replace("<caption>Lamps", "<caption>Lamps, cheapest first")
    assert next(each.text for each in proposals(lamps + TEAMS)) == "List all rows of table 1."


def test_tables_without_a_name_are_numbered() -> None:
    first = table("Team|Won", "Reds|12", "Blues|9")
    assert [each.text for each in proposals(first + table("Team|Won", "Greys|1", "Pinks|4"))] == [
        "List all rows of table 1.",
        "List all rows of table 2.",
    ]


@pytest.mark.parametrize("number", [0, 1])
def test_schema_and_text_give_the_rows_that_were_shown(number: int) -> None:
    page = snapshot_of_html(f'<html lang="en"><body>{LAMPS}{TEAMS}</body></html>')
    proposal = overview(page).proposals[number]
    record = {
        "type": "object",
        "properties": {each.name: column_schema(each) for each in parse_columns(proposal.columns)},
    }
    found = extract([page], {"type": "array", "items": record}, proposal.text)
    assert (len(found.records), found.records[:3]) == (proposal.rows, proposal.records)


def test_three_records_are_shown() -> None:
    rows = [f"Team {number}|{number}" for number in range(10)]
    (proposal,) = proposals(table("Team|Won", *rows))
    assert (proposal.rows, [each["won"] for each in proposal.records]) == (10, [0, 1, 2])


def test_a_page_of_one_thing() -> None:
    page = (
        "<h1>Ada lamp</h1><dl><dt>Weight</dt><dd>1.2 kg</dd><dt>Height</dt><dd>40 cm</dd>"
        "<dt>Colour</dt><dd>red</dd><dt>Bulbs</dt><dd>2</dd></dl>"
    )
    found = [each for each in proposals(page) if "weight:quantity" in each.columns]
    assert {each.text for each in found} == {"Get the details of this page."}


def test_a_page_without_content_says_what_it_is() -> None:
    assert overview(snapshot_of_html("<html><body></body></html>")).problem is Problem.EMPTY_PAGE


def test_many_tables_are_counted() -> None:
    pages = "".join(table("Team|Won", f"T{number}|1", f"U{number}|2") for number in range(MOST_SOURCES + 5))
    found = overview(snapshot_of_html(f"<html><body>{pages}</body></html>"))
    assert len(found.proposals) + found.more == MOST_SOURCES + 5


def test_a_word_in_place_of_a_price_is_a_gap() -> None:
    found = columns("Ada|€12.50", "Bea|on request", "Cleo|€3.50", "Dora|€8.20", head="Lamp|Price")
    assert found == "lamp:str, price:money?"


def test_another_number_among_prices_makes_a_text() -> None:
    found = columns("Ada|€12.50", "Bea|€3.50 to €9.00", "Cleo|€3.50", "Dora|€8.20", head="Lamp|Price")
    assert found == "lamp:str, price:str"

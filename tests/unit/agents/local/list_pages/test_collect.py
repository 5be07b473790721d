"""Tests of the local agent's extractions on pages made for them: conditions, questions, pages without records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from helpers.agent_runner import work_on
from helpers.snapshots import snapshot_of_html
from helpers.stored_pages import StoredPage, stored
from webrun_nb.agents.base import AgentError, Ask, Finish, Log, Step, TaskSpec

ANY_ROWS: dict[str, Any] = {"type": "array", "items": {"type": "object"}}


def page(body: str, *, lang: str = "en") -> StoredPage:
    """Return a page with this body."""
    html = f"<html lang='{lang}'><head><title>Page</title></head><body>{body}</body></html>"
    empty = stored("empty")
    return replace(
        empty,
        snapshot=snapshot_of_html(html, url="https://page.example/"),
        observation=replace(empty.observation, url="https://page.example/"),
    )


def table(head: str, *rows: str, caption: str = "") -> str:
    lines = [f"<tr>{''.join(f'<th>{cell}</th>' for cell in head.split('|'))}</tr>"]
    lines += [f"<tr>{''.join(f'<td>{cell}</td>' for cell in row.split('|'))}</tr>" for row in rows]
    return f"<table>{f'<caption>{caption}</caption>' if caption else ''}{''.join(lines)}</table>"


def rows_of(**columns: Any) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "object", "properties": columns, "required": list(columns)}}


async def steps_on(
    body: str, sentence: str, schema: Any = None, replies: Sequence[str] = (), **kind: str
) -> list[Step]:
    brief = TaskSpec(sentence, "text" if schema is None else "structured_json", schema)
    return await work_on(page(body, **kind), brief, replies)


async def finished(
    body: str, sentence: str, schema: Any = ANY_ROWS, replies: Sequence[str] = (), **kind: str
) -> Finish:
    *_, last = await steps_on(body, sentence, schema, replies, **kind)
    assert isinstance(last, Finish), last
    return last


# --- conditions on typed values ---------------------------------------------------------------------------------------

LAMPS = table("Lamp|Price", "Ada|12.000,00 €", "Bo|99,50 €", "Cy|1.250,00 €")
MIXED = table("Lamp|Price", "Ada|€150", "Bo|$90", "Cy|€250", "Di|€80", "Ed|£70")


@pytest.mark.parametrize(
    ("sentence", "lamps"),
    [
        ("list the lamps under 2000 euros", ["Bo", "Cy"]),
        ("list the lamps over 1,000 euros, cheapest first", ["Cy", "Ada"]),
        ("list the 2 cheapest lamps", ["Bo", "Cy"]),
    ],
)
async def test_amounts_are_compared_as_the_page_means_them(sentence: str, lamps: list[str]) -> None:
    assert [row["Lamp"] for row in (await finished(LAMPS, sentence, lang="de")).data] == lamps


async def test_a_condition_in_a_currency_takes_its_rows_and_says_how_many_were_left_out() -> None:
    answer = await finished(MIXED, "list the lamps under 200 euros")
    assert [row["Lamp"] for row in answer.data] == ["Ada", "Di"]
    assert "2 rows are left out: their amounts are in another currency." in answer.text


async def test_amounts_of_several_currencies_have_no_order() -> None:
    with pytest.raises(AgentError, match="EUR and GBP and USD, and nothing is converted"):
        await steps_on(MIXED, "list the lamps, cheapest first")


FEES = table("Lamp|Fee", "Ada|$1,200.50", "Bo|€99", "Cy|£15", "Di|free", "Ed|¥1,500")
WEIGHTS = table("Lamp|Weight", "Ada|1.5 kg", "Bo|750 g", "Cy|3 kg", "Di|1 lb")
KILOS = table("Lamp|Weight", "Ada|1.5 kg", "Bo|0.5 kg", "Cy|3 kg")
HEADED = table("Lamp|Weight (kg)", "Ada|1.5", "Bo|0.5", "Cy|3")


@pytest.mark.parametrize("sentence", ["list the lamps sorted by fee", "list the lamps with a fee under 200"])
async def test_currencies_are_told_by_the_amounts_and_not_by_the_name_of_a_column(sentence: str) -> None:
    with pytest.raises(AgentError, match="EUR and GBP and JPY and USD, and nothing is converted"):
        await steps_on(FEES, sentence)


@pytest.mark.parametrize("schema", [None, ANY_ROWS])
@pytest.mark.parametrize(
    "sentence",
    ["list the lamps, lightest first", "which lamp is the heaviest", "list the lamps heavier than 1 kg"],
)
async def test_quantities_in_several_units_are_not_compared(sentence: str, schema: Any) -> None:
    with pytest.raises(AgentError, match="amounts are in g and kg and lb, and nothing is converted"):
        await steps_on(WEIGHTS, sentence, schema)


@pytest.mark.parametrize("body", [KILOS, HEADED])
@pytest.mark.parametrize("said", ["1000 g", "2 pounds"])
async def test_a_quantity_in_another_unit_than_the_page_is_not_compared(body: str, said: str) -> None:
    with pytest.raises(AgentError, match="amounts are in kg, and nothing is converted"):
        await steps_on(body, f"list the lamps with a weight over {said}")


@pytest.mark.parametrize(
    ("sentence", "lamps"),
    [
        ("list the lamps, lightest first", ["Bo", "Ada", "Cy"]),
        ("list the lamps with a weight over 1 kg", ["Ada", "Cy"]),
        ("list the lamps with a weight over 1", ["Ada", "Cy"]),
    ],
)
@pytest.mark.parametrize("body", [KILOS, HEADED])
async def test_quantities_in_one_unit_are_compared(body: str, sentence: str, lamps: list[str]) -> None:
    assert [row["Lamp"] for row in (await finished(body, sentence)).data] == lamps


@pytest.mark.parametrize(
    ("body", "sentence", "left_out"),
    [
        (
            table("Lamp|Price", "Ada|€100", "Bo|€250", "Cy|$120"),
            "list the lamps under 200 euros",
            [("1 row", "its amount is in another currency")],
        ),
        (
            table("Lamp|Launched", "Ada|2019-01-05", "Bo|2021-03-04", "Cy|May 2021", "Di|2/5/2019", "Ed|2022-08-09"),
            "list the lamps with launched after 2020",
            [("2 rows", "the page gives no value to compare")],
        ),
    ],
)
async def test_rows_that_could_not_be_compared_are_told_with_the_answer(
    body: str, sentence: str, left_out: list[tuple[str, str]]
) -> None:
    answer = await finished(body, sentence)
    assert [(part.text, part.why) for part in answer.unused] == left_out


async def test_dates_are_compared_as_the_column_proves_them() -> None:
    body = table("Trip|Date", "Alps|03/04/2024", "Fens|25/04/2024", "Isle|05/06/2024")
    answer = await finished(body, "list the trips after 10 April 2024")
    assert [row["Trip"] for row in answer.data] == ["Fens", "Isle"]


async def test_rows_whose_value_is_not_proved_are_not_compared_and_said() -> None:
    body = table("Lamp|Mass", "Ada|12.000", "Bo|3.500")
    steps = await steps_on(body, "list the lamps with mass over 5", ANY_ROWS, lang="")
    assert isinstance(steps[-1], Finish)
    assert steps[-1].data == []
    assert any("2 rows left out: the page gives no value" in step.text for step in steps if isinstance(step, Log))


# --- columns ----------------------------------------------------------------------------------------------------------


async def test_the_evidence_of_the_rows_that_are_given_goes_with_them() -> None:
    answer = await finished(LAMPS, "list the lamps, cheapest first", rows_of(price={"type": "string"}), lang="de")
    assert [(each.row, each.text) for each in answer.provenance] == [
        (0, "99,50 €"),
        (1, "1.250,00 €"),
        (2, "12.000,00 €"),
    ]
    assert [(column.name, column.label) for column in answer.columns] == [("price", "Price")]
    (read,) = answer.lists
    assert (read.shown, read.collected) == (3, 3)


async def test_a_column_that_must_have_a_value_says_why_it_has_none() -> None:
    body = table("Lamp|Mass", "Ada|12.000", "Bo|3.500")
    with pytest.raises(AgentError) as caught:
        await steps_on(body, "list the lamps", rows_of(lamp={"type": "string"}, mass={"type": "number"}), lang="")
    assert caught.value.code == "OUTPUT_SCHEMA_MISMATCH"
    assert "nothing proves whether the mark is a decimal or a thousands' mark" in caught.value.message


async def test_a_refusal_names_what_comes_nearest_with_an_example() -> None:
    schema = rows_of(colour={"type": ["string", "null"]})
    with pytest.raises(AgentError, match=r"I found no values for colour on this page\. The page shows: Lamp, Price"):
        await steps_on(LAMPS, "list the rows", schema, lang="de")


async def test_of_two_lists_that_have_all_columns_one_is_asked_for() -> None:
    body = table("Name|Age", "Ada|1", "Bo|2", caption="Cats") + table(
        "Name|Age|Town", "Cy|3|Ulm", "Di|4|Kiel", caption="Dogs"
    )
    schema = rows_of(name={"type": "string"}, age={"type": "integer"})
    *_, asked = await steps_on(body, "list all with name and age", schema)
    assert isinstance(asked, Ask)
    assert asked.candidates == ('1. "Cats"', '2. "Dogs"')
    answer = await finished(body, "list all with name and age", schema, ["dogs"])
    assert answer.data == [{"name": "Cy", "age": 3}, {"name": "Di", "age": 4}]


# --- pages without records --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "the page displays nothing"),
        ("<img src='https://page.example/t.png' data-box='0 0 600 400'>", "the page shows its content as a picture"),
        ("<form><input type='text'><input type='password'></form><p>Log in</p>", "the page asks for a login"),
    ],
)
async def test_a_page_that_has_no_records_says_what_it_is(body: str, said: str) -> None:
    with pytest.raises(AgentError, match=said):
        await steps_on(body, "list the rows", rows_of(name={"type": ["string", "null"]}))


async def test_both_tables_are_one_answer() -> None:
    body = table("Name|Age", "Ada|1", "Bo|2", caption="Cats") + table("Name|Age", "Cy|3", caption="Dogs")
    answer = await finished(body, "list the names of both tables", rows_of(name={"type": "string"}))
    assert [row["name"] for row in answer.data] == ["Ada", "Bo", "Cy"]


# --- what is counted by the page itself ------------------------------------------------------------------------------

PERSONS = table("Region|Count|Share", "North|1,200|40%", "South|1,800|60%", caption="Table 1: Persons by region")
HOUSEHOLDS = table("Region|Count|Share", "North|500|45%", "South|611|55%", caption="Table 2: Households by region")


@pytest.mark.parametrize("body", [PERSONS, PERSONS + HOUSEHOLDS])
@pytest.mark.parametrize("sentence", ["How many persons are there in the North region?", "How many persons are there?"])
async def test_rows_are_not_counted_for_persons_by_region(body: str, sentence: str) -> None:
    with pytest.raises(AgentError, match="the rows are not persons but numbers of them"):
        await work_on(page(body), TaskSpec(sentence))


async def test_regions_are_counted_where_a_table_tells_persons_by_region() -> None:
    *_, last = await work_on(page(PERSONS), TaskSpec("How many regions are there?"))
    assert isinstance(last, Finish)
    assert last.text == "2 regions"


async def test_a_column_that_is_a_number_of_persons_tells_how_many() -> None:
    body = table("Region|Number of persons", "North|1200", "South|1800")
    *_, last = await work_on(page(body), TaskSpec("How many persons are there in the North region?"))
    assert isinstance(last, Finish)
    assert last.text == "1200 Number of persons"


async def test_rows_are_counted_under_a_title_that_names_their_author() -> None:
    body = table("Title|Year", "Emma|1815", "Persuasion|1817", caption="Books by Jane Austen")
    *_, last = await work_on(page(body), TaskSpec("How many books are there?"))
    assert isinstance(last, Finish)
    assert last.text == "2 books"


@pytest.mark.parametrize("sentence", ["What is the total of the Number of persons?", "List the persons"])
async def test_rows_with_a_number_of_persons_are_not_called_persons(sentence: str) -> None:
    body = table("Region|Number of persons", "North|1200", "South|1800")
    *_, last = await work_on(page(body), TaskSpec(sentence))
    assert isinstance(last, Finish)
    assert "2 rows" in last.text
    assert "2 persons" not in last.text

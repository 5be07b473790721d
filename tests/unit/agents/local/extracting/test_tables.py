"""Tests of pages with several tables of the same columns: all of them are used, or the answer names those that are."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from helpers.agent_runner import work_on
from helpers.stored_pages import StoredPage, stored
from webrun_nb.agents.base import AgentError, Ask, Finish, TaskSpec, Unused
from webrun_nb.agents.local.extracting import reading

ROWS = {"type": "array", "items": {"type": "object"}}


async def finished(page: str, sentence: str, replies: Sequence[str] = (), schema: Any = ROWS) -> Finish:
    *_, last = await work_on(stored(page), TaskSpec(sentence, "structured_json", schema), replies)
    assert isinstance(last, Finish), last
    return last


async def answer_to(page: str, sentence: str) -> str:
    *_, last = await work_on(stored(page), TaskSpec(sentence))
    assert isinstance(last, Finish), last
    return last.text


async def asked(page: str, sentence: str) -> Ask:
    *_, last = await work_on(stored(page), TaskSpec(sentence))
    assert isinstance(last, Ask), last
    return last


async def names(page: str, sentence: str, replies: Sequence[str] = ()) -> list[str]:
    return [next(iter(row.values())) for row in (await finished(page, sentence, replies)).data]


# --- all tables of the same columns -----------------------------------------------------------------------------------

ALL = ["A1", "A2", "A3", "B1", "B2"]


@pytest.mark.parametrize(
    ("sentence", "samples"),
    [
        ("list all samples", ALL),
        ("extract the table", ALL),
        ("list the first 4 samples", ALL[:4]),
        ("list the samples, highest pH first", ["A3", "A1", "B2", "A2", "B1"]),
        ("which sample has the lowest pH?", ["B1"]),
        ("which sample has the lowest pH on day 1?", ["A2"]),
        ("list the samples with pH under 7", ["A2", "B1"]),
        ("list the samples on day 2", ["B1", "B2"]),
        ("list the samples on day 2 with pH", ["B1", "B2"]),
        ("list the samples with pH on day 2", ["B1", "B2"]),
        ("list the samples in the second table", ["B1", "B2"]),
        ("list the Day 2 samples", ["B1", "B2"]),
        ("list the samples of Day 1 and Day 2", ALL),
    ],
)
async def test_rows_are_those_of_all_tables_whatever_the_order_of_their_columns(
    sentence: str, samples: list[str]
) -> None:
    rows = (await finished("samples", sentence)).data
    assert [row.get("Sample", row.get("name")) for row in rows] == samples


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("how many samples are there?", "5 samples from the tables under “Day 1”, “Day 2”"),
        ("how many samples on day 2?", "2 samples"),
        ("what is the average pH?", "average pH: 6.9 (5 rows from the tables under “Day 1”, “Day 2”)"),
        ("what is the average pH on day 1?", "average pH: 7.1 (3 rows)"),
        ("what is the pH of B1?", "6.2"),
    ],
)
async def test_a_number_is_of_all_tables_and_says_which_they_are(sentence: str, said: str) -> None:
    assert await answer_to("samples", sentence) == said


async def test_a_text_names_the_tables_and_where_the_one_row_is() -> None:
    said = await answer_to("samples", "which sample has the lowest pH?")
    assert said.startswith("1 of 5 rows from the tables under “Day 1”, “Day 2”. It is under “Day 2”.")


async def test_the_heading_is_a_column_where_it_is_asked_for() -> None:
    assert (await finished("samples", "list the samples with day and pH")).data[-1] == {
        "name": "B2", "day": "Day 2", "pH": "7.0",
    }  # fmt: skip
    assert "day" not in (await finished("samples", "list all samples")).data[0]


async def test_a_thing_of_two_tables_is_not_the_first_one() -> None:
    with pytest.raises(AgentError, match='2 things on the page are called "Bolt"'):
        await answer_to("depots", "what is the price of the Bolt?")
    assert await answer_to("depots", "what is the price of the Bolt in Paris?") == "$2"


# --- one of several, and said so --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "sentence", "read", "other"),
    [
        ("teams", "list the rows", "the list under “Red”", "the list under “Blue”"),
        ("teams", "how many rows are there?", "the list under “Red”", "the list under “Blue”"),
        ("regions", "how many rows are there?", "the table under “Sales”", "the table under “Households”"),
        ("regions", "list the rows in TX", "the table under “Sales”", "the table under “Households”"),
    ],
)
async def test_an_answer_of_one_of_several_lists_says_so(page: str, sentence: str, read: str, other: str) -> None:
    assert f"Read from {read}; the page also has {other}." in await answer_to(page, sentence)
    (part,) = (await finished(page, sentence)).unused
    assert part == Unused(other, None, None, f"the answer is read from {read}")


async def test_a_list_that_has_nothing_of_what_is_asked_is_not_named() -> None:
    assert (await finished("regions", "list the rows in CA")).unused == ()


@pytest.mark.parametrize("sentence", ["list the rows in Blue", "list the rows of the Blue list"])
async def test_a_list_that_is_asked_for_is_no_choice(sentence: str) -> None:
    answer = await finished("teams", sentence)
    assert ([row["name"] for row in answer.data], answer.unused) == (["Dan", "Eve"], ())


# --- headings of the page ---------------------------------------------------------------------------------------------

LYON = ["Bolt", "Gear", "Cog"]


@pytest.mark.parametrize(
    ("sentence", "items"),
    [
        ("list the items in Paris", ["Bolt", "Nut"]),
        ("list the items in Lyon", LYON),
        ("list the items from Nice", ["Washer"]),
        ("list the items under Paris", ["Bolt", "Nut"]),
        ("list the items for Lyon", LYON),
        ("list the items of Lyon", LYON),
        ("list the items in Lyon under $6", ["Bolt", "Cog"]),
        ("which items are in Lyon?", LYON),
        ("what is the cheapest item in Lyon?", ["Bolt"]),
        ("get the prices for Lyon", LYON),
    ],
)
async def test_rows_are_those_under_the_heading(sentence: str, items: list[str]) -> None:
    assert await names("depots", sentence) == items


async def test_rows_under_a_heading_are_counted() -> None:
    assert await answer_to("depots", "how many items are in Lyon?") == "3 items"


async def test_items_of_several_tables_are_distinguished_from_rows() -> None:
    assert await answer_to("depots", "how many items are there?") == (
        "6 items from the tables under “Paris”, “Lyon”, “Nice”; 5 different values of Item"
    )


async def test_a_heading_that_is_not_there_selects_no_other_rows() -> None:
    answer = await finished("samples", "list the samples on day 7")
    assert [row["Sample"] for row in answer.data] == ALL
    (part,) = answer.unused
    assert part.text == "on day 7"
    assert "its headings are “Day 1”, “Day 2”" in part.why


async def test_a_value_of_a_heading_that_the_rows_have_no_column_for_is_not_made_up() -> None:
    with pytest.raises(AgentError, match='there is no "Lyon" here') as caught:
        await answer_to("depots", "what is the mayor of Lyon?")
    assert "schema" not in caught.value.message


@pytest.mark.parametrize(
    ("page", "sentence", "heading", "answer"),
    [
        ("depots", "list the items in Lille", '1. the rows under "Paris"', ["Bolt", "Nut"]),
        ("samples", "get the first 2 samples, highest pH first, on day 7", '1. the rows under "Day 1"', ["A3", "A1"]),
        ("samples", "list the day 7 samples", '1. the rows under "Day 1"', ["A1", "A2", "A3"]),
    ],
)
async def test_the_headings_are_choices_where_none_is_called_so(
    page: str, sentence: str, heading: str, answer: list[str]
) -> None:
    assert (await asked(page, sentence)).candidates[0] == heading
    assert await names(page, sentence, ["1"]) == answer


def _depots_with(text: str) -> StoredPage:
    """Return the page with another text in the first cell of the last table."""
    page = stored.__wrapped__("depots")
    page.snapshot.root.find("table")[-1].find("td")[0].children[0].content = text
    return page


async def test_a_name_of_a_heading_and_of_a_value_elsewhere_is_asked_about() -> None:
    *_, last = await work_on(_depots_with("Paris"), TaskSpec("list the items in Paris"))
    assert isinstance(last, Ask)
    assert '"in Paris"' in last.question


# --- comparisons, numbers of a column, values found by a number -------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "members"),
    [
        ("list the persons older than 30", ["Ada", "Cy"]),
        ("list the members younger than 33", ["Bo", "Di"]),
        ("which members are older than 40?", ["Ada"]),
    ],
)
async def test_an_age_is_compared(sentence: str, members: list[str]) -> None:
    assert await names("members", sentence) == members


@pytest.mark.parametrize(
    ("page", "sentence", "said"),
    [
        ("members", "what is the average age?", "average Age: 33.25 (4 rows)"),
        ("members", "what is the average age of the members?", "average Age: 33.25 (4 members)"),
        ("members", "what is the median age of the members older than 29?", "median Age: 33 (3 members)"),
        ("survey", "what is the total income?", "total Income: 121,500 USD (3 rows)"),
        ("survey", "what is the average of the persons?", "average Persons: about 2.33 (3 rows)"),
        ("survey", "income of household 2", "$58,500"),
        ("survey", "what is the income of household 2?", "$58,500"),
        ("samples", "what is the pH of sample B1?", "6.2"),
        ("survey", "how many persons are in household 2?", "4 Persons"),
        ("survey", "how many households have more than 1 persons?", "2 households"),
    ],
)
async def test_a_value_that_can_be_proved_is_returned(page: str, sentence: str, said: str) -> None:
    assert await answer_to(page, sentence) == said


async def test_rows_are_not_counted_for_what_a_column_counts() -> None:
    with pytest.raises(AgentError, match="“Persons” is a column of numbers, of 3 rows") as caught:
        await answer_to("survey", "how many persons are there?")
    (sentence,) = re.findall("`(.+)`", caught.value.message)
    assert await answer_to("survey", sentence) == "total Persons: 7 (3 rows)"


@pytest.mark.parametrize(
    ("page", "sentence", "why"),
    [
        ("members", "what is the average town?", "the column “Town” is not numbers of one kind throughout (“Ulm”)"),
        ("programme", "what is the average time?", "the column “Time” is not numbers of one kind throughout"),
    ],
)
async def test_nothing_is_computed_of_what_is_no_number(page: str, sentence: str, why: str) -> None:
    with pytest.raises(AgentError, match="nothing was computed") as caught:
        await answer_to(page, sentence)
    assert why in caught.value.message


async def test_a_row_that_sums_the_others_up_is_no_value_and_said_to_be_left_out() -> None:
    *_, last = await work_on(_depots_with("Total"), TaskSpec("what is the average price?"))
    assert isinstance(last, Finish)
    assert last.text.startswith("average Price: 3.8 USD (5 rows from the tables under “Paris”, “Lyon”")
    assert last.text.endswith("1 row of totals left out.")


@pytest.mark.parametrize("sentence", ["what is the Income?", "income of household 9", "get the income of the person"])
async def test_an_ambiguous_row_is_reported_with_a_sentence_that_works(sentence: str) -> None:
    with pytest.raises(AgentError) as caught:
        await answer_to("survey", sentence)
    assert "schema" not in f"{caught.value.code} {caught.value.message}".lower()
    assert caught.value.message.endswith("A sentence that works here: `list the rows with Household and Persons`.")


@pytest.mark.parametrize(
    "sentence", ["list the persons taller than 180", "list the members stranger than 7", "who is the oldest?"]
)
async def test_a_comparison_that_no_column_answers_to_is_asked_about_with_sentences_that_work(sentence: str) -> None:
    assert "Sentences that work here: `list the rows with Name and Age`" in (await asked("members", sentence)).question


# --- examples ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "examples"),
    [
        ("samples", ["list the rows with Sample and pH", "list the rows under Day 1"]),
        ("depots", ["list the rows with Item and Price", "list the rows under Paris"]),
        ("survey", ["list the rows with Household and Persons"]),
        ("regions", ["list the rows with State and Unit price"]),
    ],
)
async def test_examples_are_the_pages_columns_and_headings_and_work(page: str, examples: list[str]) -> None:
    question = (await asked(page, "Frobnicate the widgets")).question
    assert all(f"`{example}`" in question for example in examples)
    for example in examples:
        answer = await finished(page, example)
        assert (bool(answer.data), answer.unused) == (True, ())


async def test_values_are_not_called_columns() -> None:
    question = (await asked("quotes", "list the quotes with size under 5 on this page")).question
    assert "what the page's rows show: “" in question
    assert "columns" not in question


async def test_an_error_page_has_no_examples_as_nothing_is_done_on_it() -> None:
    page = stored("samples")
    gone = replace(page, observation=replace(page.observation, status=404), snapshot=replace(page.snapshot, status=404))
    *_, last = await work_on(gone, TaskSpec("Why the widgets"))
    assert isinstance(last, Ask)
    assert "Sentences that work here" not in last.question


async def test_a_question_about_an_error_page_that_the_task_expects_has_its_status() -> None:
    page = stored("programme")
    gone = replace(page, observation=replace(page.observation, status=404), snapshot=replace(page.snapshot, status=404))
    *_, last = await work_on(gone, TaskSpec("how many talks on day 3?", expect_status=frozenset({404})))
    assert isinstance(last, Ask)
    assert last.question.startswith('I found no "on day 3" on this page (HTTP 404): "how many talks on day 3?".')


async def test_pages_are_read_beside_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[threading.Thread] = []
    extract = reading.extract

    def noted(*arguments: Any, **options: Any) -> Any:
        seen.append(threading.current_thread())
        return extract(*arguments, **options)

    monkeypatch.setattr(reading, "extract", noted)
    await names("samples", "list all samples")
    assert seen
    assert threading.main_thread() not in seen


# --- a noun that the page does not say --------------------------------------------------------------------------------

SALES = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"region": {"type": "string"}, "state": {"type": "string"}, "households": {"type": "integer"}},
    },
}


async def test_a_list_that_has_the_columns_is_read_whatever_its_rows_are_called() -> None:
    answer = await finished("regions", "list the territories with region, state and households", schema=SALES)
    assert [row["households"] for row in answer.data] == [120, 340, 75]
    assert [part.text for part in answer.unused] == ["territories"]


async def test_what_may_select_rows_is_asked_about_whatever_columns_the_list_has() -> None:
    spec = TaskSpec("list the growing territories with region, state and households", "structured_json", SALES)
    *_, last = await work_on(stored("regions"), spec)
    assert isinstance(last, Ask)

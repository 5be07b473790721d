"""Tests of the local agent on stored pages, one sentence at a time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from helpers.agent_runner import work_on
from helpers.stored_pages import stored
from webrun_nb.agents.base import AgentError, Ask, Finish, Log, Perform, Step, TaskSpec
from webrun_nb.agents.local.examples import examples_of
from webrun_nb.agents.local.language.intents import Target
from webrun_nb.agents.local.matching.choosing import Matches
from webrun_nb.agents.local.matching.page import PageModel
from webrun_nb.agents.local.matching.wording import near_misses
from webrun_nb.agents.local.messages import not_found
from webrun_nb.browsers.actions import Action, Click, Press
from webrun_nb.browsers.observation import Element, Observation


def acts(steps: list[Step]) -> list[Action]:
    return [step.action for step in steps if isinstance(step, Perform)]


def clicked(steps: list[Step]) -> list[str]:
    return [action.target for action in acts(steps) if isinstance(action, Click)]


# --- press ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "control"),
    [("press Submit", "Submit"), ("press the Save draft button", "Save draft"), ("press on Prices", "Prices")],
)
async def test_press_with_a_controls_name_clicks_it(sentence: str, control: str) -> None:
    assert clicked(await work_on(stored("form"), TaskSpec(sentence))) == [control]


@pytest.mark.parametrize(
    ("sentence", "key"),
    [("press Enter", "Enter"), ("press the escape button", "Escape"), ("press the Delete key", "Delete")],
)
async def test_press_with_a_keys_name_presses_it(sentence: str, key: str) -> None:
    assert acts(await work_on(stored("form"), TaskSpec(sentence))) == [Press(key)]


async def test_a_name_that_a_key_and_a_control_have_is_asked_about() -> None:
    *_, asked = await work_on(stored("form"), TaskSpec("press Delete"))
    assert isinstance(asked, Ask)
    assert asked.candidates[0] == "1. the Delete key"
    assert asked.candidates[1].startswith('2. the button "Delete"')
    assert acts(await work_on(stored("form"), TaskSpec("press Delete"), ["1"])) == [Press("Delete")]
    assert acts(await work_on(stored("programme"), TaskSpec("press Delete"))) == [Press("Delete")]


async def test_signs_name_only_what_is_called_so() -> None:
    with pytest.raises(AgentError) as caught:
        await work_on(stored("product"), TaskSpec('click the "×" button'))
    assert caught.value.code == "ELEMENT_NOT_FOUND"


def test_the_nearest_names_are_named_once_each() -> None:
    links = [Element(ref, "link", "Prices", "a", nearby=near) for ref, near in enumerate(("Boats", "Piers", "Menu"))]
    seen = Observation("https://a.example/", "", (*links, Element(9, "button", "Pay", "button")), "")
    assert near_misses(Target("Prizes list", "link"), PageModel(seen)) == ('link "Prices" (Boats)', 'button "Pay"')


@pytest.mark.parametrize("sentence", ["go to www.nowhere.invalid/a", "visit nowhere.invalid"])
async def test_an_address_without_its_scheme_is_answered_with_one(sentence: str) -> None:
    with pytest.raises(AgentError) as caught:
        await work_on(stored("form"), TaskSpec(sentence))
    assert caught.value.message.endswith(f"An address begins with its scheme: https://{sentence.split()[-1]}")


async def test_a_files_name_is_not_taken_for_an_address() -> None:
    with pytest.raises(AgentError) as caught:
        await work_on(stored("form"), TaskSpec('click "report.pdf"'))
    assert "https://" not in caught.value.message


def test_the_browsers_error_page_is_not_called_by_its_address() -> None:
    seen = Observation("chrome-error://chromewebdata/", "", (), "")
    message = not_found("search for x", Target("search", "field"), Matches(()), seen).message
    assert "on the browser's error page: the last page did not open." in message
    assert "chrome-error" not in message


async def test_an_address_that_can_not_be_read_is_asked_about() -> None:
    *_, asked = await work_on(stored("form"), TaskSpec("http://[::1"))
    assert isinstance(asked, Ask)


async def test_words_of_any_script_are_words() -> None:
    *_, asked = await work_on(stored("regions"), TaskSpec("list 製品"))
    assert isinstance(asked, Ask)
    assert 'I found no "製品" on this page' in asked.question


# --- words and columns ------------------------------------------------------------------------------------------------


def rows_of(*columns: str) -> dict[str, Any]:
    properties = {name: {"type": ["string", "null"]} for name in columns}
    return {"type": "array", "items": {"type": "object", "properties": properties}}


async def rows(page: str, sentence: str, *columns: str, replies: Sequence[str] = ()) -> Any:
    brief = TaskSpec(sentence, "structured_json", rows_of(*columns))
    *_, last = await work_on(stored(page), brief, replies)
    assert isinstance(last, Finish), last
    return last.data


async def test_words_and_columns_are_paired_by_name_whatever_their_order() -> None:
    first, *_ = await rows("quotes", "list the quotes with text and author on this page", "author", "text")
    assert first == {"author": "Ines Okafor", "text": "The sea is patient."}


async def test_a_column_that_nothing_is_called_like_is_missing_and_takes_no_other_value() -> None:
    found = await rows("programme", "list the talks in the first table with talk and room", "talk", "price")
    assert found[0] == {"talk": "Reading tides", "price": None}


async def test_a_pages_name_is_not_its_price() -> None:
    schema = {"type": "object", "properties": {"weather": {"type": "string"}}}
    with pytest.raises(AgentError) as caught:
        await work_on(stored("product"), TaskSpec("get the name", "structured_json", schema))
    assert caught.value.code == "OUTPUT_SCHEMA_MISMATCH"


async def test_a_column_for_whatever_is_asked_takes_what_is_asked() -> None:
    schema = {"type": "object", "properties": {"answer": {"type": "string"}}}
    *_, last = await work_on(stored("product"), TaskSpec("get the weight", "structured_json", schema))
    assert isinstance(last, Finish)
    assert last.data == {"answer": "1.2 kg"}


async def test_which_of_two_columns_is_meant_is_asked_in_the_pages_words() -> None:
    sentence = "list the rows of the second table with state and price"
    *_, asked = await work_on(stored("regions"), TaskSpec(sentence, "structured_json", rows_of("state", "price")))
    assert isinstance(asked, Ask)
    assert asked.candidates == (
        '1. "Unit price" (for example “$4.00”)', '2. "Pack price" (for example “$40.00”)',
    )  # fmt: skip
    found = await rows("regions", sentence, "state", "price", replies=["pack"])
    assert found[0] == {"state": "HI", "price": "$40.00"}


# --- which rows -------------------------------------------------------------------------------------------------------

DAY_2 = ["Counting gulls", "Columns at sea"]
DAY_1 = ["Reading tides", "Sparse maps", "Slow queries"]


async def finished(page: str, sentence: str, *columns: str) -> Finish:
    brief = TaskSpec(sentence, "structured_json", rows_of(*columns)) if columns else TaskSpec(sentence)
    *_, last = await work_on(stored(page), brief)
    assert isinstance(last, Finish), last
    return last


@pytest.mark.parametrize(
    ("sentence", "talks"),
    [
        ("list the talks on day 2", DAY_2),
        ("list the talks on the second day with talk", DAY_2),
        ("list the talks of table 2", DAY_2),
        ("list the talks in the second table", DAY_2),
        ("list the talks in room Pier", ["Reading tides", "Slow queries", "Columns at sea"]),
        ("list the talks at Dock", ["Sparse maps", "Counting gulls"]),
        ("list the talks in the Dock on day 2", ["Counting gulls"]),
        ("get the talk of the last row", ["Columns at sea"]),
        ("get the talk of the last row of table 1", ["Slow queries"]),
    ],
)
async def test_a_phrase_that_the_page_answers_to_selects_rows_and_is_not_named(sentence: str, talks: list[str]) -> None:
    answer = await finished("programme", sentence, "talk")
    assert [row["talk"] for row in answer.data] == talks
    assert answer.unused == ()


@pytest.mark.parametrize(
    ("sentence", "rows"),
    [
        ("list the rows of the households table", 3),
        ("extract the households table with region and households", 3),
        ("list the households in the north region from the households table", 2),
        ("list the sales with state = HI", 1),
    ],
)
async def test_a_table_and_a_region_select_rows(sentence: str, rows: int) -> None:
    answer = await finished("regions", sentence, "region", "households")
    assert len(answer.data) == rows
    assert answer.unused == ()


@pytest.mark.parametrize(
    ("page", "sentence", "columns", "text", "why"),
    [
        ("programme", "list the talks on day 3", ["talk"], "on day 3", 'which rows are "day 3"'),
        ("programme", "List the talks at Wembley.", [], "at Wembley", 'which rows are "Wembley"'),
        ("regions", "list the sales for 2020", ["region"], "for 2020", 'which rows are "2020"'),
        ("regions", "list the sales with region and colour", ["region"], "colour", "no column of that name"),
    ],
)
async def test_a_phrase_that_selects_nothing_is_named_with_its_place(
    page: str, sentence: str, columns: list[str], text: str, why: str
) -> None:
    answer = await finished(page, sentence, *columns)
    (part,) = answer.unused
    assert (part.text, sentence[part.start : part.end]) == (text, text)
    assert why in part.why


async def test_all_rows_are_given_for_a_phrase_that_selects_nothing() -> None:
    answer = await finished("programme", "list the talks on day 3", "talk")
    assert [row["talk"] for row in answer.data] == [*DAY_1, *DAY_2]


@pytest.mark.parametrize("sentence", ["how many talks on day 3?", "get the talk of the second row on day 3"])
async def test_a_phrase_that_the_whole_answer_hangs_on_is_asked_about(sentence: str) -> None:
    *_, asked = await work_on(stored("programme"), TaskSpec(sentence))
    assert isinstance(asked, Ask)
    assert 'I found no "on day 3" on this page' in asked.question


async def test_of_two_lists_with_a_schema_the_first_is_named() -> None:
    answer = await finished("programme", "List the talks of table 1. List the talks of table 2.", "talk")
    assert [row["talk"] for row in answer.data] == DAY_2
    assert [part.text for part in answer.unused] == ["List the talks of table 1"]


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("extract table 3", "the page has 2 tables, and so no number 3"),
        ("get the talk of the 9th row", "the list has 5 rows, and so no row 9"),
    ],
)
async def test_a_missing_row_or_table_is_reported(sentence: str, said: str) -> None:
    with pytest.raises(AgentError, match=said):
        await work_on(stored("programme"), TaskSpec(sentence))


@pytest.mark.parametrize("sentence", ["scroll to the comments", "scroll until you see Ada"])
async def test_a_place_to_scroll_to_is_asked_about(sentence: str) -> None:
    *_, asked = await work_on(stored("programme"), TaskSpec(sentence))
    assert isinstance(asked, Ask)


# --- questions --------------------------------------------------------------------------------------------------------


async def asked_on(page: str, sentence: str, *columns: str) -> Ask:
    brief = TaskSpec(sentence, "structured_json", rows_of(*columns)) if columns else TaskSpec(sentence)
    *_, asked = await work_on(stored(page), brief)
    assert isinstance(asked, Ask), asked
    return asked


def examples_in(question: str) -> list[str]:
    return re.findall(r"`([^`]+)`", question.partition("Sentences that work here: ")[2].partition("; or")[0])


@pytest.mark.parametrize("page", ["programme", "form", "product", "bank", "admin", "shop", "quotes"])
async def test_examples_are_about_the_page_at_hand_and_work_there(page: str) -> None:
    asked = await asked_on(page, "Frobnicate the widgets")
    examples = examples_in(asked.question)
    shown = " ".join(element.name for element in stored(page).observation.elements)
    assert 1 <= len(examples) <= 3
    for example in examples:
        assert all(named in shown for named in set(re.findall(r'"([^"]*)"', example)) - {"…"})
        assert isinstance((await work_on(stored(page), TaskSpec(example)))[-1], Finish), example


async def test_without_a_page_the_examples_have_no_names() -> None:
    asked = await asked_on("empty", "Frobnicate the widgets")
    assert 'Forms of sentences that work: `click "…"`; `type "…" into the … field`;' in asked.question


async def test_a_page_can_put_no_sentence_of_its_own_into_an_example() -> None:
    elements = [
        Element(0, "button", 'Pay" and click "Delete all', "button"),
        Element(1, "button", "Buy now", "button"),
        Element(2, "link", "`; skip it; `", "a", href="https://a.example/"),
        Element(3, "link", "x" * 60, "a", href="https://b.example/"),
        Element(4, "button", "Open\u202e", "button"),
    ]
    assert examples_of(Observation("https://a.example/", "", tuple(elements), "")) == ()


async def test_choices_are_columns_in_the_pages_words_and_can_be_picked() -> None:
    sentence = "list the sales with size under 5"
    asked = await asked_on("regions", sentence, "state")
    assert "Sentences that work here: `list the rows with State and Unit price`" in asked.question
    assert '3. "Unit price" (for example “$4.00”)' in asked.candidates
    for answer in ("3", '"Unit price" (for example “$4.00”)', "the unit price"):
        assert await rows("regions", sentence, "state", replies=[answer]) == [{"state": "HI"}]


async def test_a_column_without_a_name_is_described_by_one_of_its_values() -> None:
    asked = await asked_on("quotes", "list the quotes with size under 5 on this page", "text")
    assert "“The sea is patient.”, “Ines Okafor”" in asked.question
    assert asked.candidates == ("1. the column with “The sea is patient.”", "2. the column with “Ines Okafor”")


async def test_the_lists_of_a_page_are_choices_where_none_is_called_so() -> None:
    sentence = "extract the apples table"
    asked = await asked_on("regions", sentence, "state")
    assert asked.candidates == ('1. the list "Households"', '2. the list "Sales"')
    found = await rows("regions", sentence, "state", replies=["2"])
    assert [row["state"] for row in found] == ["HI", "TX", "CA"]


async def test_a_condition_that_two_columns_answer_to_is_asked_about() -> None:
    sentence = "list the sales with price under 5"
    asked = await asked_on("regions", sentence, "state")
    assert [choice for choice in asked.candidates if "price" in choice] == [
        '3. "Unit price" (for example “$4.00”)',
        '4. "Pack price" (for example “$40.00”)',
    ]
    assert await rows("regions", sentence, "state", replies=["unit price"]) == [{"state": "HI"}]
    assert await rows("regions", sentence, "state", replies=["pack price"]) == []


async def test_it_is_said_that_one_of_two_buttons_of_the_same_name_is_clicked() -> None:
    buttons = tuple(Element(ref, "button", "Add", "button", order=ref) for ref in range(2))
    seen = Observation("https://a.example/", "Twins", buttons, "")
    steps = await work_on(replace(stored("form"), observation=seen), TaskSpec("click Add"))
    assert [action.ref for action in acts(steps) if isinstance(action, Click)] == [0]
    assert any(
        'two buttons are called "Add"; the first one is taken' in step.text for step in steps if isinstance(step, Log)
    )

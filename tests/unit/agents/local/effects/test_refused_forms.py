"""Tests of sentences to which the local agent must not answer with rows: it asks or fails before it reads a page."""

from __future__ import annotations

import pytest

from helpers.agent_runner import work_on
from helpers.stored_pages import stored
from webrun_nb.agents.base import AgentError, Ask, Log, Step, TakeSnapshot, TaskSpec, TokenUse
from webrun_nb.agents.local.agent import LocalAgent
from webrun_nb.agents.local.language import plan
from webrun_nb.agents.local.language.intents import Extract

SCHEMA = {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}}
SHOP = "https://shop.example/"


async def first_step(brief: TaskSpec) -> Step:
    run = LocalAgent().run(brief, TokenUse())
    try:
        return await run.asend(None)
    finally:
        await run.aclose()


@pytest.mark.parametrize("schema", [SCHEMA, {"type": "array", "items": {"type": "object"}}])
async def test_a_greeting_is_asked_about_and_gives_no_rows(schema: dict[str, object]) -> None:
    *_, step = await work_on(stored("programme"), TaskSpec("hello", "structured_json", schema, SHOP))
    assert isinstance(step, Ask)
    assert 'I did not understand any of this: "hello"' in step.question


async def test_a_schema_alone_asks_for_the_pages_records() -> None:
    assert isinstance(await first_step(TaskSpec("", "structured_json", SCHEMA, SHOP)), TakeSnapshot | Log)


@pytest.mark.parametrize(
    ("question", "instead"),
    [
        ("What is the price range of laptops?", "list the laptops with their values"),
        ("What is the combined price of all laptops?", "list the laptops with their price"),
        ("get the overall rating of the phones", "list the phones with their rating"),
    ],
)
async def test_what_would_have_to_be_computed_is_refused_with_the_sentence_that_works(
    question: str, instead: str
) -> None:
    with pytest.raises(AgentError) as caught:
        await first_step(TaskSpec(question, starting_url=SHOP))
    assert caught.value.message == (
        f'"{question}": the local agent does not compute this. Use `{instead}`, and compute with pandas.'
    )
    assert [type(intent) for intent in plan(instead)] == [Extract]


@pytest.mark.parametrize(
    "sentence", ["How many laptops are there?", "list the laptops with their average rating", "What is the total?"]
)
async def test_what_a_page_may_say_itself_is_read(sentence: str) -> None:
    assert isinstance(await first_step(TaskSpec(sentence, starting_url=SHOP)), TakeSnapshot)

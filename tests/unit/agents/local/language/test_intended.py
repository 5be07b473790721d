"""Tests of the plan that a dry run shows: the steps, and the same refusal as in a run."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from webrun_nb.agents.local.extracting.asked_for import shape_of_names
from webrun_nb.agents.local.language.intended import intended, preview
from webrun_nb.agents.local.language.intents import Extract
from webrun_nb.extraction.schema import Shape

COLUMNS = shape_of_names(["name"])


def test_the_steps_are_listed_as_they_are_understood() -> None:
    plan = preview(
        'open the Laptops page, type "a" into Name, list the laptops under $900, cheapest first', None, has_page=True
    )
    assert plan.problems == ()
    assert plan.steps == (
        'click "Laptops" link',
        'type "a" into "Name" field',
        'read "laptops", only under $900, by price, lowest first, over all its pages',
    )


def test_a_part_that_is_not_understood_is_named() -> None:
    plan = preview("click Save. Why the widgets?", None, has_page=True)
    assert plan.steps == ('click "Save"', 'not understood: "Why the widgets?"')
    [problem] = plan.problems
    assert problem.startswith('I did not understand any of this: "Why the widgets?". Forms of')


@pytest.mark.parametrize(
    "text",
    [
        "list the laptops with best vibes",
        "list the laptops with price and worst noise",
        "list the members stranger than 7",
        "what is the average price of each brand",
    ],
)
def test_words_that_are_no_columns_are_not_listed_as_columns(text: str) -> None:
    plan = preview(text, None, has_page=True)
    assert plan.steps == (f'not understood: "{text}"',)
    assert len(plan.problems) == 1


def test_what_is_refused_is_refused_here_too() -> None:
    plan = preview("What is the combined price of all laptops?", None, has_page=True)
    assert plan.problems == (
        '"What is the combined price of all laptops?": the local agent does not compute this. '
        "Use `list the laptops with their price`, and compute with pandas.",
    )


@pytest.mark.parametrize(
    ("text", "shape", "reads"),
    [
        ("click More", COLUMNS, True),
        ("wait 3 seconds", COLUMNS, True),
        ("go to https://a.example", Shape(), True),
        ("search for lamps", Shape(), True),
        ("click More", Shape(), False),
        ("wait 3 seconds", Shape(), False),
        ("click More", None, False),
    ],
)
def test_a_schema_reads_what_no_sentence_asks_for(text: str, shape: Shape | None, reads: bool) -> None:
    meant = intended(text, shape, has_page=True)
    assert meant.values_by_schema is reads
    assert isinstance(meant.steps[-1], Extract) is reads


def test_the_program_answers_a_task_as_it_goes_over_the_wire() -> None:
    fields = {"prompt": "list the lamps", "outputType": "structured_json", "outputSchema": {"not": {}}}
    ran = subprocess.run(
        [sys.executable, "-m", "webrun_nb.agents"], input=json.dumps(fields), capture_output=True, text=True, check=True
    )
    assert "must be an object" in json.loads(ran.stdout)["problems"][0]


@pytest.mark.parametrize(
    ("text", "shape", "parts"),
    [
        ("list the lamps with name and weight", COLUMNS, [("weight", "the answer has no column of that name")]),
        ("go back to the results", None, [("to the results", "going back opens the page before, whatever that is")]),
        ("log in as Bob", None, [("as Bob", "the login uses the session's secret for the host")]),
        ("log in with my account", None, []),
        ("go back one page", None, []),
        ("list the lamps with name", COLUMNS, []),
    ],
)
def test_parts_that_no_step_follows_are_named(text: str, shape: Shape | None, parts: list[tuple[str, str]]) -> None:
    plan = preview(text, shape, has_page=True)
    assert [(part.text, part.why) for part in plan.unused] == parts
    assert [text[part.start : part.end] for part in plan.unused] == [part.text for part in plan.unused]


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        ("Get the name and the number of employees.", ("name", "number of employees")),
        ("List the firms with name and number of employees.", ("name", "number of employees")),
        ("Get the title and number of pages of each book.", ("title", "number of pages")),
        (
            "Get the city, the number of employees and the year of birth.",
            ("city", "number of employees", "year of birth"),
        ),
    ],
)
def test_a_number_of_something_is_one_value_beside_others(text: str, wishes: tuple[str, ...]) -> None:
    (step,) = intended(text, None, has_page=True).steps
    assert isinstance(step, Extract)
    assert step.wishes == wishes


def test_of_two_lists_the_first_is_not_part_of_one_answer() -> None:
    plan = preview("List the lamps. List the chairs.", COLUMNS, has_page=True)
    assert [part.text for part in plan.unused] == ["List the lamps"]
    assert preview("List the lamps. List the chairs.", None, has_page=True).unused == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("list the talks on day 2", '"talks", only "on day 2", where the page says which these are'),
        ("list the items in Paris", '"items", only in Paris'),
        ("list the laptops, on page 2", '"laptops", only "on page 2", where the page says which these are'),
        ("show the laptops, page 2", '"laptops", only "on page 2", where the page says which these are'),
        ("get the laptops and prices on page 2", 'laptops, prices (where the page has them), only "on page 2"'),
        ("get the book on day 2", 'columns book (where the page has them), only "on day 2"'),
        ("list the laptops with the best vibes", "by vibes, highest first (where the page has a column vibes)"),
        ("list the persons older than 30", '"persons", only older than 30'),
        ("what is the average pH of the samples on day 1", 'compute the average of pH over "samples", only "on day 1"'),
        ("extract table 2", 'own list, in the table or list number 2 called "table 2"'),
        ("get the price of the second product", '"product", columns price (where the page has them), row 2 alone'),
    ],
)
def test_the_meant_rows_are_named(text: str, words: str) -> None:
    (step,) = preview(text, None, has_page=True).steps
    assert words in step

"""Tests of truncated answers in the object API and in cells."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from helpers.fake_service import FakeService, completed
from webrun_nb.client.client import Client
from webrun_nb.client.tasks.result import TaskResult
from webrun_nb.notebook.display.results import show_result

CUT = {"returned": 2, "of": 3000}
LINE = "truncated: 2 of 3,000 {} (max_output_tokens); allow more with max_output_tokens=, or ask for less at once"


@pytest.fixture
def answered(service: FakeService, client: Client) -> Callable[..., TaskResult]:
    """Return a function that runs a task and has it answered with a text, truncated or not."""

    def ask(text: str, schema: str | None, truncated: dict[str, int] | None) -> TaskResult:
        body = completed(text)
        service.task = {**body, "data": {**body["data"], **({"truncated": truncated} if truncated else {})}}
        return client.start("shop").task("List them.", schema=schema)

    return ask


def test_a_result_says_what_is_left_of_it(answered: Callable[..., TaskResult]) -> None:
    result = answered('[{"a": "x"}, {"a": "y"}]', "a:str", CUT)
    assert result.truncated is not None
    assert (result.truncated.returned, result.truncated.of) == (2, 3000)
    assert " · truncated: 2 of 3,000; " in repr(result)
    assert result.completeness["truncated"] == CUT
    assert result.df.attrs["webrun"]["truncated"] == CUT


def test_a_whole_result_says_nothing_of_it(answered: Callable[..., TaskResult]) -> None:
    result = answered('[{"a": "x"}]', "a:str", None)
    assert (result.truncated, result.completeness["truncated"]) == (None, None)


@pytest.mark.parametrize(
    ("text", "schema", "what"),
    [('[{"a": "x"}, {"a": "y"}]', "a:str", "rows"), ("ab", None, "characters")],
    ids=["table", "text"],
)
def test_a_line_under_the_cell_says_it(
    answered: Callable[..., TaskResult], capsys: pytest.CaptureFixture[str], text: str, schema: str | None, what: str
) -> None:
    show_result(answered(text, schema, CUT), name=None, rows=5, quiet=True)
    assert LINE.format(what) in capsys.readouterr().out.splitlines()

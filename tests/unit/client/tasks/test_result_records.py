"""Tests of the table of a text answer: the server's records if there are any, otherwise one row with the text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from helpers.fake_service import FakeService, completed
from webrun_nb.client.client import Client
from webrun_nb.client.tasks.result import TaskResult

TEXT = "2 of 9 rows.\n\n| name | price |\n| --- | --- |\n| Feather | 3 |"


@pytest.fixture
def answered(service: FakeService, client: Client) -> Callable[..., TaskResult]:
    """Return a function that runs a task and has it answered with a text."""

    def ask(**data: Any) -> TaskResult:
        body = completed(TEXT)
        service.task = {**body, "data": {**body["data"], **data}}
        return client.start("shop").task("List them.")

    return ask


def test_the_table_is_made_of_the_records_as_text(answered: Callable[..., TaskResult]) -> None:
    result = answered(records=[{"name": "Feather", "price": 3}, {"name": "Swift", "price": None}])
    assert result.df.fillna("none").to_dict("list") == {"name": ["Feather", "Swift"], "price": ["3", "none"]}
    assert list(result.df.dtypes.astype(str)) == ["string", "string"]
    assert (result.text, result.json) == (TEXT, None)


def test_no_records_are_a_table_without_rows(answered: Callable[..., TaskResult]) -> None:
    assert answered(records=[]).df.shape == (0, 0)


def test_where_the_server_gives_none_it_is_one_row_and_nothing_is_parsed(answered: Callable[..., TaskResult]) -> None:
    assert answered().df.to_dict("list") == {"answer": [TEXT]}

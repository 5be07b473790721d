"""Tests of the unused parts of a task's text in the object API and in cells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from helpers.fake_service import USAGE, FakeService, completed
from webrun_nb.client.client import Client
from webrun_nb.client.tasks.result import TaskResult, UnusedPart
from webrun_nb.notebook.display.results import show_result

DAY_2 = {"text": "on day 2", "start": 15, "end": 23, "why": "the page has no days"}
LINE = 'not used: "on day 2" (the page has no days)'


@pytest.fixture
def answered(service: FakeService, client: Client) -> Callable[..., TaskResult]:
    """Return a function that runs a task and has it answered with a text."""

    def ask(text: str, schema: str | None = None, **usage: Any) -> TaskResult:
        service.task = {**completed(text), "usage": {**USAGE, **usage}}
        return client.start("shop").task("List the talks on day 2.", schema=schema)

    return ask


def test_a_result_names_them_and_asks_once(service: FakeService, answered: Callable[..., TaskResult]) -> None:
    service.unused = [DAY_2]
    result = answered("[]")
    assert service.reports == []
    assert result.unused == result.unused == (UnusedPart("on day 2", 15, 23, "the page has no days"),)
    assert service.reports == [f"/_emulator/tasks/{result.task_id}/report"]


def test_the_hosted_service_is_not_asked(service: FakeService, answered: Callable[..., TaskResult]) -> None:
    assert answered("[]", emulated=False).unused == ()
    assert service.reports == []


@pytest.mark.parametrize(("text", "schema"), [('[{"a": "x"}]', "a:str"), ("ab", None)], ids=["table", "text"])
def test_each_has_a_line_under_the_cell(
    service: FakeService,
    answered: Callable[..., TaskResult],
    capsys: pytest.CaptureFixture[str],
    text: str,
    schema: str | None,
) -> None:
    service.unused = [DAY_2]
    show_result(answered(text, schema), name=None, rows=5, quiet=True)
    assert LINE in capsys.readouterr().out.splitlines()


def test_where_all_was_used_there_is_no_line(
    answered: Callable[..., TaskResult], capsys: pytest.CaptureFixture[str]
) -> None:
    show_result(answered("ab"), name=None, rows=5, quiet=True)
    assert "not used" not in capsys.readouterr().out

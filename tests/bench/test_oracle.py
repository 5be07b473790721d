"""Tests of the model that is scripted by hand, and of its scripts."""

from __future__ import annotations

import pytest

from webrun_nb.agents.llm.tools import TOOLS
from webrun_nb.bench.harness.applications.oracle_scripts import SCRIPTS
from webrun_nb.bench.harness.oracle import Call, Oracle, Shown, element
from webrun_nb.bench.measurements.real_applications import APPLICATIONS

SAVE = Call("click", {"element": element("button", "Save")})


def test_numbers_and_values_are_taken_from_what_was_told() -> None:
    answer = {"answer": Shown(r"(\d+) books", template="There are {} books."), "cites": [Shown(r"\[(\d+)\] \d+ books")]}
    said = Oracle([Call("finish", answer)]).answer("[3] 24 books", 0)
    assert (said.tool, said.arguments) == ("finish", {"answer": "There are 24 books.", "cites": ["3"]})


def test_an_element_that_was_not_told_is_looked_for_once() -> None:
    oracle = Oracle([SAVE])
    assert (oracle.answer("[1] link 'Home'", 0).tool, oracle.answer("[9] button 'SAVE'", 1).arguments) == (
        "find",
        {"element": "9"},
    )


def test_an_element_that_is_not_there_ends_the_task_with_what_was_looked_for() -> None:
    oracle = Oracle([SAVE])
    oracle.answer("nothing", 0)
    given_up = oracle.answer("Nothing on the page has the words 'Save'.", 1)
    assert given_up.tool == "give_up"
    assert "Save" in given_up.arguments["reason"]  # type: ignore[index]  # arguments by name


def test_ten_tasks_have_scripts_of_known_tools_that_end() -> None:
    tasks = {kind.name: len(kind.tasks) for kind in APPLICATIONS}
    assert len(SCRIPTS) == 10
    for (name, number), script in SCRIPTS.items():
        assert 1 <= number <= tasks[name]
        assert {call.tool for call in script} <= set(TOOLS)
        assert script[-1].tool == "finish"


@pytest.mark.parametrize("kind", APPLICATIONS)
def test_each_application_has_scripts(kind: type) -> None:
    assert any(name == kind.name for name, _ in SCRIPTS)  # type: ignore[attr-defined]  # a class attribute

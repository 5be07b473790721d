"""Calls of a model as tools with arguments."""

from __future__ import annotations

import json

import pytest

from webrun_nb.agents.llm.conversation import written_call
from webrun_nb.agents.llm.tools import (
    TOOLS,
    Click,
    ToolCallError,
    Wait,
    description_of,
    parsed,
    schema_of,
    written_out,
)


@pytest.mark.parametrize("element", [12, "12", "[12]", "element 12"])
def test_a_number_is_taken_as_small_models_write_it(element: object) -> None:
    assert parsed("click", {"element": element}) == Click(element=12)


@pytest.mark.parametrize("arguments", [None, "", "{}", {}])
def test_a_call_may_have_no_arguments(arguments: str | None) -> None:
    assert parsed("wait", arguments) == Wait()


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("clicks", {}, r"There is no tool 'clicks'. Did you mean click\?"),
        ("click", {}, r"click: element: Field required. Right is: click\(element, manner=…\)."),
        ("click", "{element: 1", r"The arguments of click are not JSON."),
        ("click", {"element": 0}, r"greater than or equal to 1"),
        ("click", {"element": 1, "force": True}, r"click: force: Extra inputs are not permitted"),
        ("finish", {"where": [{"column": "a", "is": "~", "value": 1}]}, r"finish: where.0.is: Input should be"),
    ],
)
def test_a_wrong_call_is_told_with_what_is_right(name: str, arguments: object, message: str) -> None:
    with pytest.raises(ToolCallError, match=message) as caught:
        parsed(name, arguments)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", TOOLS)
def test_each_tool_has_a_description_and_a_schema_without_repeated_titles(name: str) -> None:
    assert description_of(name)
    assert '"title"' not in json.dumps(schema_of(name))
    assert name in written_out([name])


@pytest.mark.parametrize(
    ("words", "name", "arguments"),
    [
        ('{"tool": "click", "arguments": {"element": 3}}', "click", {"element": 3}),
        ('```json\n{"name": "click", "parameters": {"element": 3}}\n```', "click", {"element": 3}),
        ('Well {x} then {"tool": "click", "element": 3} ok', "click", {"element": 3}),
    ],
)
def test_a_call_that_is_written_is_found(words: str, name: str, arguments: object) -> None:
    call = written_call(words)
    assert call is not None
    assert (call.name, call.arguments) == (name, arguments)


@pytest.mark.parametrize("words", ["", "click 3", '{"a": 1}', "{{{{", '["click"]'])
def test_other_words_are_no_call(words: str) -> None:
    assert written_call(words) is None

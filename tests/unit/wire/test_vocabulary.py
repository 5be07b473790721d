"""Tests of both generations of names in requests, and of the names that errors use."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from webrun_nb.wire.errors import contract_error
from webrun_nb.wire.requests import AnswerGuardrail, RunTask, SendMessage, StartSession
from webrun_nb.wire.vocabulary import OLDER_NAMES, as_written, path_parts, path_text, renamed

PROMPTS = st.sampled_from([None, "prompt", "taskDetails"])
URLS = st.sampled_from([None, "startingUrl", "startingPoint"])


def fields(prompt: str | None, url: str | None, where: str) -> dict[str, Any]:
    given = {prompt: f"do it {where}", url: f"http://{where}.example/"}
    return {name: value for name, value in given.items() if name is not None}


@given(flat=st.tuples(PROMPTS, URLS), task=st.tuples(PROMPTS, URLS), initial=st.tuples(PROMPTS, URLS))
def test_a_task_is_read_wherever_its_fields_are(flat: Any, task: Any, initial: Any) -> None:
    body = {
        **fields(*flat, "flat"), "task": fields(*task, "task"), "initialTask": fields(*initial, "initial"),
    }  # fmt: skip
    given = {"flat": flat, "task": task, "initial": initial}

    def first(order: list[str], part: int) -> str | None:
        return next((where for where in order if given[where][part] is not None), None)

    nested_first, flat_first = ["task", "initial", "flat"], ["flat", "task", "initial"]
    started = StartSession.model_validate(body).task
    where = first(nested_first, 0)
    assert started.prompt == ("" if where is None else f"do it {where}")
    where = first(nested_first, 1)
    assert started.starting_url == (None if where is None else f"http://{where}.example/")
    if first(flat_first, 0) is not None:
        assert RunTask.model_validate(body).task.prompt == f"do it {first(flat_first, 0)}"


@pytest.mark.parametrize("older", OLDER_NAMES)
def test_the_newer_name_wins(older: str) -> None:
    name = OLDER_NAMES[older]
    assert renamed({older: "older"}) == {name: "older"}
    assert renamed({older: "older", name: "newer"}) == renamed({name: "newer", older: "older"}) == {name: "newer"}
    assert renamed({older: "older", name: None}) == {name: "older"}


def test_other_values_mean_the_same() -> None:
    body = {
        "prompt": "list it", "outputType": "structured", "outputSchema": {"type": "array"},
        "webhook": {"url": "http://x.example/", "submittedData": "structured_output"},
    }  # fmt: skip
    task = RunTask.model_validate(body).task
    assert task.output_type == "structured_json"
    assert task.webhook is not None
    assert task.webhook.submitted_data == "ai_response"
    assert AnswerGuardrail.model_validate({"actionType": "guardrail", "taskDetails": "yes"}).prompt == "yes"


@pytest.mark.parametrize(
    ("path", "body", "value", "written"),
    [
        (["task", "maxDuration"], {"maxDuration": 5}, 5, "maxDuration"),
        (["task", "maxDuration"], {"task": {"maxDuration": 5}}, 5, "task.maxDuration"),
        (["task", "maxDuration"], {"initialTask": {"maxDuration": 5}}, 5, "initialTask.maxDuration"),
        (["task", "maxDuration"], {"maxDuration": 1000, "task": {"maxDuration": 5}}, 5, "task.maxDuration"),
        (["task", "prompt"], {"taskDetails": 7}, 7, "taskDetails"),
        (["task", "webhook", "url"], {"task": {"webhook": {"url": "x"}}}, "x", "task.webhook.url"),
        (["task", "secrets", 1, "match"], {"secrets": [{}, {"match": 7}]}, 7, "secrets[1].match"),
        (["message", "task", "startingUrl"], {"message": {"startingPoint": "x"}}, "x", "message.startingPoint"),
        (["message", "prompt"], {"message": {"taskDetails": ["x"]}}, ["x"], "message.taskDetails"),
        (["environmentId"], {"profileId": 7}, 7, "profileId"),
        (["task"], {"initialTask": "go"}, "go", "initialTask"),
        (["task", "outputSchema"], {}, None, "outputSchema"),
        (["task", "prompt"], "no object", None, "task.prompt"),
        (["actionRules", 2, "match"], {"actionRules": []}, None, "actionRules[2].match"),
    ],
)
def test_a_path_is_named_as_it_was_written(path: Any, body: Any, value: Any, written: str) -> None:
    assert path_text(as_written(path, body, value)) == written
    assert path_parts(path_text(path)) == path


def test_an_error_of_an_answer_to_a_question_does_not_repeat_it() -> None:
    body = {"sessionId": "s", "message": {"actionType": "guardrail", "prompt": {"x": "hunter2"}}}
    with pytest.raises(ValidationError) as refused:
        SendMessage.model_validate(body)
    code, message, details = contract_error(refused.value.errors(), body)
    assert (code, details) == ("INVALID_PARAMETER", {"parameter": "message.prompt"})
    assert "hunter2" not in f"{message}{refused.value}"

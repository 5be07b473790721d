"""Contract tests of the task fields that choose an agent and a language model, and of its key (section 12)."""

from __future__ import annotations

import json

import pytest

KEY = "sk-contract-5e1b9c7704"
TASK = {"taskDetails": "List all rows: where, agent."}
LLM = {"agent": "llm", "model": "openai:gpt-4.1-mini"}


def run_with(emulator, page_url, **emulator_fields):
    return emulator.post(
        "/start/run-task", {**TASK, "startingPoint": f"{page_url}/browser", "emulator": emulator_fields}
    )


@pytest.mark.parametrize(
    ("given", "parameter"),
    [
        ({"agent": "gpt"}, "agent"),
        ({"agent": "llm", "model": "gpt-4.1"}, "model"),
        ({"agent": "auto", "model": "nobody:x"}, "model"),
        ({"agent": "llm", "model": "openai:" + "x" * 200}, "model"),
        ({"agent": "llm", "model": "anthropic:x", "modelUrl": "http://localhost:1/v1"}, "model"),
        ({**LLM, "modelUrl": "localhost:11434"}, "modelUrl"),
        ({**LLM, "modelUrl": f"http://ada:{KEY}@localhost:11434/v1"}, "model"),
        ({**LLM, "maxSteps": 0}, "maxSteps"),
        ({**LLM, "maxSteps": 201}, "maxSteps"),
        ({**LLM, "maxModelCost": 0}, "maxModelCost"),
        ({**LLM, "vision": "yes"}, "vision"),
        ({"agent": "local", "model": "openai:gpt-4.1"}, "model"),
        ({"maxSteps": 3}, "maxSteps"),
        ({"vision": True}, "vision"),
        ({"modelKey": KEY}, "modelKey"),
    ],
)
def test_what_cannot_be_used_is_refused_before_a_session_is_opened(emulator, page_url, given, parameter):
    status, body = run_with(emulator, page_url, **given)
    assert (status, body["code"]) == (400, "INVALID_PARAMETER")
    assert body["details"]["parameter"] == f"emulator.{parameter}"
    assert KEY not in json.dumps(body)


@pytest.mark.parametrize("agent", ["llm", "auto"])
def test_an_agent_that_asks_a_model_needs_one(emulator, page_url, agent):
    status, body = run_with(emulator, page_url, agent=agent)
    assert (status, body["code"]) == (400, "MISSING_REQUIRED_FIELD")
    assert body["details"] == {"field": "emulator.model"}


def test_a_key_that_is_too_short_is_refused_and_not_repeated(emulator, page_url):
    status, body = run_with(emulator, page_url, **LLM, modelKey="pzq-7")
    assert (status, body["details"]["parameter"]) == (400, "emulator.modelKey")
    assert "pzq-7" not in json.dumps(body)


def test_the_local_agent_says_that_it_did_a_task_of_auto_and_no_model_is_asked(emulator, page_url):
    status, body = run_with(emulator, page_url, agent="auto", model="openai:gpt-4.1-mini")
    assert (status, body["status"]) == (200, "complete"), body
    assert "model" not in body["usage"]
    assert body["usage"]["tokens_estimated"] is True
    steps = emulator.get(f"/_emulator/tasks/{body['taskId']}/steps")[1]["steps"]
    notes = [step["target"] for step in steps if step["kind"] == "note"]
    assert "The local agent did this task; the model was not asked." in notes


def test_a_model_that_needs_a_key_and_was_given_none_fails_the_task(emulator, page_url):
    body = run_with(emulator, page_url, **LLM)[1]
    assert (body["status"], body["code"]) == ("failed", "MODEL_KEY_INVALID"), body


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"model": "openai:gpt-4.1"}, "MISSING_REQUIRED_FIELD"),
        ({"key": KEY}, "MISSING_REQUIRED_FIELD"),
        ({"model": "gpt-4.1", "key": KEY}, "INVALID_PARAMETER"),
        ({"model": "openai:gpt-4.1", "key": ["x", KEY]}, "INVALID_PARAMETER"),
    ],
)
def test_a_key_is_put_with_the_model_that_it_is_for(emulator, idle_session, body, code):
    answer = emulator.http.put(f"/_emulator/sessions/{idle_session}/model-key", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert KEY not in answer.text


def test_the_key_is_never_read_back(emulator, idle_session):
    path = f"/_emulator/sessions/{idle_session}/model-key"
    answer = emulator.http.put(path, json={"model": "openai:gpt-4.1", "key": KEY})
    assert (answer.status_code, answer.json()) == (200, {"success": True, "sessionId": idle_session})
    assert emulator.http.get(path).status_code == 405
    effects = emulator.get(f"/_emulator/sessions/{idle_session}/effects")[1]
    assert effects["secrets"] is False  # no page is ever given it
    for shown in (f"/start/session-status/{idle_session}", "/_emulator/state"):
        assert KEY not in json.dumps(emulator.get(shown)[1])


def test_another_session_has_no_such_path(emulator):
    answer = emulator.http.put("/_emulator/sessions/nobody/model-key", json={"model": "openai:x", "key": KEY})
    assert (answer.status_code, answer.json()["code"]) == (404, "SESSION_NOT_FOUND")

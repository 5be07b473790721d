"""Sends the requests of the documentation as text, as curl does, in the vocabulary of each generation."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from helpers.waiting import wait_until

Send = Callable[[str, str], tuple[int, Any]]
SENT = "Message sent successfully"


@pytest.fixture
def send(emulator: Any, page_url: str) -> Send:
    """Return the function that posts a text as JSON; `SITE` in it stands for the address of a page."""

    def post(path: str, text: str) -> tuple[int, Any]:
        headers = {"Content-Type": "application/json"}
        answer = emulator.http.post(path, content=text.replace("SITE", page_url), headers=headers)
        return answer.status_code, answer.json()

    return post


@pytest.fixture(scope="module")
def session_id(emulator: Any, page_url: str) -> str:
    """Return a session for the tests that leave it open."""
    return str(emulator.start())


@pytest.fixture
def message(send: Send, session_id: str) -> Callable[[str], tuple[int, Any]]:
    """Return the function that sends a message, given as text, to the shared session."""
    return lambda text: send("/start/send-message", f'{{"sessionId": "{session_id}", "message": {text}}}')


@pytest.mark.parametrize(
    "body",
    [
        '{"task": {"prompt": "get the heading", "startingUrl": "SITE"}}',
        '{"initialTask": {"taskDetails": "get the heading", "startingPoint": "SITE"}}',
        '{"prompt": "get the heading", "startingUrl": "SITE", "reachOutMode": "off", "mode": "default"}',
        '{"taskDetails": "get the heading", "startingPoint": "SITE", "profileId": null}',
    ],
    ids=["task", "initialTask", "flat prompt", "flat taskDetails"],
)
def test_a_session_starts_with_a_task(emulator, send, body):
    status, started = send("/start/start-session", body)
    assert (status, started["success"], len(started["taskId"])) == (200, True, 12), started
    path = f"/task/{started['sessionId']}/{started['taskId']}"
    polled = wait_until(lambda: emulator.get(path)[1], lambda answer: not answer["pending"])
    assert (polled["type"], polled["data"]["message"]) == ("task_completed", "A page")
    emulator.message(started["sessionId"], actionType="state", newState="terminate")


@pytest.mark.parametrize(
    "body",
    [
        '{"prompt": "get the heading", "startingUrl": "SITE"}',
        '{"taskDetails": "get the heading", "startingPoint": "SITE"}',
        '{"task": {"prompt": "get the heading", "startingUrl": "SITE"}}',
        '{"initialTask": {"taskDetails": "get the heading", "startingPoint": "SITE"}}',
        '{"prompt": "get the heading", "taskDetails": "list the cities", "startingUrl": "SITE", "unknown": 1}',
    ],
    ids=["prompt", "taskDetails", "task", "initialTask", "prompt wins"],
)
def test_run_task_runs_a_task(send, body):
    status, answer = send("/start/run-task", body)
    assert (status, answer["type"], answer["data"]["message"]) == (200, "task_completed", "A page")
    assert answer["pollUrl"].endswith(f"/task/{answer['sessionId']}/{answer['taskId']}")


@pytest.mark.parametrize(
    ("output_type", "schema"),
    [
        ("structured_json", '{"type": "object", "properties": {"heading": {"type": "string"}}}'),
        ("structured", '{"type": "object", "properties": {"heading": {"type": "string"}}}'),
    ],
)
def test_output_is_structured(message, output_type, schema):
    _, answer = message(
        f'{{"actionType": "newTask", "newState": "start", "prompt": "get the heading", "startingUrl": "SITE", '
        f'"outputType": "{output_type}", "outputSchema": {schema}}}'
    )
    assert json.loads(answer["data"]["message"]) == {"heading": "A page"}


@pytest.mark.parametrize(
    ("task", "answer"),
    [
        ('"prompt": "Click the Open button", "startingUrl": "SITE"', '"prompt": "the left one", "newState": "resume"'),
        ('"taskDetails": "Click the Open button", "startingPoint": "SITE"', '"taskDetails": "the right one"'),
        ('"prompt": "Click the Open button", "startingUrl": "SITE"', '"prompt": "the left one", "taskDetails": ""'),
    ],
    ids=["prompt", "taskDetails", "prompt wins"],
)
def test_a_guardrail_is_answered(emulator, message, task, answer):
    _, asked = message(f'{{"actionType": "newTask", "newState": "start", {task}}}')
    assert (asked["type"], asked["pending"]) == ("guardrail_trigger", True)
    status, sent = message(f'{{"actionType": "guardrail", {answer}}}')
    assert (status, sent["message"]) == (200, SENT)
    path = f"/task/{asked['sessionId']}/{asked['taskId']}"
    assert wait_until(lambda: emulator.get(path)[1], lambda body: not body["pending"])["type"] == "task_completed"


@pytest.mark.parametrize("empty", ['"prompt": ""', '"taskDetails": " "', '"prompt": null', '"answer": "the left one"'])
def test_an_empty_answer_is_refused_and_the_question_stays(emulator, message, session_id, empty):
    _, asked = message('{"actionType": "newTask", "prompt": "Click the Open button", "startingUrl": "SITE"}')
    status, refused = message(f'{{"actionType": "guardrail", "newState": "resume", {empty}}}')
    assert (status, refused["code"], refused["details"]) == (400, "MISSING_REQUIRED_FIELD", {"field": "prompt"})
    assert emulator.get(f"/task/{session_id}/{asked['taskId']}")[1]["type"] == "guardrail_trigger"
    message('{"actionType": "guardrail", "newState": "stop"}')
    assert emulator.get(f"/task/{session_id}/{asked['taskId']}")[1]["code"] == "TASK_STOPPED"


def test_a_person_takes_over_clicks_and_hands_back(emulator, message, session_id):
    message('{"actionType": "newTask", "prompt": "get the Clicked", "startingUrl": "SITE/aim"}')
    for action in (
        '{"type": "takeOverControl"}',
        '{"type": "CLICK", "x": 300, "y": 355}',
        '{"type": "TYPE", "text": "Grüße", "humanLike": false}',
        '{"type": "KEY_PRESS", "key": "Backspace"}',
        '{"type": "DOUBLE_CLICK", "x": 20, "y": 455}',
        '{"type": "SCROLL", "x": 512, "y": 455, "deltaX": 0, "deltaY": -10}',
        '{"type": "releaseControl"}',
    ):
        assert message(f'{{"actionType": "interaction", "action": {action}}}')[1]["message"] == SENT
    assert wait_until(lambda: emulator.status(session_id), lambda status: status["phase"] != "manual")


@pytest.mark.parametrize("field", ["environmentId", "profileId"])
def test_a_session_uses_an_environment(emulator, send, field):
    _, made = send("/environments", '{"name": "work", "description": ""}')
    environment_id = made["environment"]["_id"]
    _, started = send("/start/start-session", f'{{"{field}": "{environment_id}"}}')
    assert emulator.status(started["sessionId"])["environmentId"] == environment_id
    send("/start/send-message", json.dumps({
        "sessionId": started["sessionId"], "message": {"actionType": "state", "newState": "terminate"},
    }))  # fmt: skip
    emulator.http.delete(f"/environments/{environment_id}")


@pytest.mark.parametrize("submitted", ["ai_response", "structured_output", "full_response", "just_ping"])
def test_a_webhook_is_accepted(message, submitted):
    hook = f'{{"name": "n", "url": "http://127.0.0.1:1/", "auth": "Bearer x", "submittedData": "{submitted}"}}'
    status, answer = message(f'{{"actionType": "newTask", "prompt": "get the heading", "webhook": {hook}}}')
    assert (status, answer["type"]) == (200, "task_completed"), answer


def test_commands_may_be_repeated(emulator, send, page_url):
    session_id = emulator.start(task={"prompt": "wait for 60 seconds", "startingUrl": page_url})
    wait_until(lambda: emulator.status(session_id), lambda status: status["phase"] == "running")
    for state in ("pause", "pause", "resume", "resume", "stop", "stop", "terminate", "terminate"):
        body = f'{{"sessionId": "{session_id}", "message": {{"actionType": "state", "newState": "{state}"}}}}'
        assert send("/start/send-message", body) == (200, {"success": True, "message": SENT})


def test_a_session_accepts_every_documented_field(emulator, send):
    _, environment = send("/environments", '{"name": "work"}')
    _, policy = send("/policies", '{"name": "rules", "status": "active"}')
    uploaded = emulator.http.post("/files/upload", files={"files": ("notes.txt", b"take the first")}).json()
    status, started = send(
        "/start/start-session",
        f"""{{
          "environmentId": "{environment["environment"]["_id"]}", "policyId": "{policy["policy"]["_id"]}",
          "proxy": {{"source": "custom", "type": "socks", "host": "127.0.0.1", "port": "9", "level": "chrome",
                     "username": "ada", "password": "not-in-the-answer"}},
          "mode": "default", "reachOutMode": "full",
          "task": {{
            "prompt": "get the heading", "startingUrl": "SITE", "maxDuration": 60000, "maxInputTokens": 50000,
            "maxOutputTokens": 50000, "avoidDomains": ["ads.example"], "terminateOnCompletion": false,
            "outputType": "structured_csv", "outputSchema": ["heading"], "files": ["{uploaded["files"][0]["fileId"]}"],
            "secrets": [{{"match": "*.example.com", "fields": {{"email": "a@example.com", "password": "not-here"}}}}],
            "webhook": {{"name": "mine", "url": "http://127.0.0.1:1/", "auth": "x", "submittedData": "just_ping"}}
          }}
        }}""",
    )
    assert (status, started["success"], started["initialPrompt"]) == (200, True, "get the heading"), started
    session = emulator.status(started["sessionId"])
    emulator.message(started["sessionId"], actionType="state", newState="terminate")
    emulator.http.delete(f"/environments/{environment['environment']['_id']}")
    assert session["environmentId"] == environment["environment"]["_id"]
    assert session["policyId"] == policy["policy"]["_id"]
    assert session["reachOutMode"] == "full"
    assert session["proxy"] == {
        "source": "custom", "type": "socks", "host": "127.0.0.1", "port": 9, "level": "chrome", "username": "ada",
    }  # fmt: skip


@pytest.mark.parametrize("field", ["policyId", "environmentId", "profileId", "proxy"])
@pytest.mark.parametrize("holder", ["task", "initialTask"])
def test_a_session_field_inside_a_task_is_refused(send, holder, field):
    status, refused = send("/start/start-session", f'{{"{holder}": {{"prompt": "wait", "{field}": "x"}}}}')
    assert (status, refused["code"]) == (400, "INVALID_PARAMETER")
    assert refused["details"]["parameter"] == f"{holder}.{field}"


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ('{"prompt": "wait", "maxDuration": 5}', "maxDuration"),
        ('{"task": {"prompt": "wait", "maxDuration": 60}}', "task.maxDuration"),
        ('{"initialTask": {"taskDetails": "wait", "maxDuration": 300001}}', "initialTask.maxDuration"),
        ('{"taskDetails": "wait", "startingPoint": "no address"}', "startingPoint"),
        ('{"task": {"prompt": "wait", "startingUrl": "ftp://x"}}', "task.startingUrl"),
    ],
)
def test_an_error_names_the_field_as_it_was_written(send, body, parameter):
    for path in ("/start/start-session", "/start/run-task"):
        status, refused = send(path, body)
        assert (status, refused["code"], refused["details"]["parameter"]) == (400, "INVALID_PARAMETER", parameter)
        assert refused["message"] == refused["error"]
        assert ("milliseconds" in refused["message"]) == ("maxDuration" in parameter)

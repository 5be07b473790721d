"""Contract tests of invalid requests (sections 1 and 2), in raw JSON: each is refused and changes nothing."""

from __future__ import annotations

import pytest

START = "/start/start-session"
RUN = "/start/run-task"


@pytest.mark.parametrize(
    ("path", "body", "code", "named"),
    [
        (START, [], "INVALID_PARAMETER", "body"),
        (START, "text", "INVALID_PARAMETER", "body"),
        (START, {"initialTask": "go"}, "INVALID_PARAMETER", "initialTask"),
        (START, {"initialTask": {"taskDetails": 7}}, "INVALID_PARAMETER", "initialTask.taskDetails"),
        (START, {"task": {"prompt": 7}}, "INVALID_PARAMETER", "task.prompt"),
        (
            START,
            {"task": {"prompt": "go"}, "initialTask": {"maxDuration": 5}},
            "INVALID_PARAMETER",
            "initialTask.maxDuration",
        ),
        (START, {"task": {"maxDuration": 5}, "maxDuration": 5000}, "INVALID_PARAMETER", "task.maxDuration"),
        (RUN, {"task": {"maxDuration": 5000}, "prompt": "go", "maxDuration": 5}, "INVALID_PARAMETER", "maxDuration"),
        (RUN, {"prompt": "go", "sessionId": "abcdefghijkl"}, "INVALID_PARAMETER", "sessionId"),
        (RUN, {"task": {"prompt": "go", "sessionId": "abcdefghijkl"}}, "INVALID_PARAMETER", "task.sessionId"),
        (RUN, {"prompt": "go", "startingUrl": "shop"}, "INVALID_PARAMETER", "startingUrl"),
        (RUN, {"prompt": "go", "startingPoint": "shop"}, "INVALID_PARAMETER", "startingPoint"),
        (RUN, {"prompt": "go", "webhook": {"url": "x"}}, "INVALID_PARAMETER", "webhook.url"),
        (RUN, {"prompt": "go", "reachOutMode": "always"}, "INVALID_PARAMETER", "reachOutMode"),
        (
            RUN,
            {"prompt": "go", "proxy": {"source": "WebRun", "country": "DE", "level": "tab"}},
            "INVALID_PARAMETER",
            "proxy.level",
        ),
        (START, {"taskDetails": ["x"]}, "INVALID_PARAMETER", "taskDetails"),
        (START, {"mode": "turbo"}, "INVALID_PARAMETER", "mode"),
        (START, {"reachOutMode": "always"}, "INVALID_PARAMETER", "reachOutMode"),
        (START, {"startingPoint": "ftp://x.example/"}, "INVALID_PARAMETER", "startingPoint"),
        (START, {"startingPoint": "javascript:alert(1)"}, "INVALID_PARAMETER", "startingPoint"),
        (START, {"startingPoint": "shop"}, "INVALID_PARAMETER", "startingPoint"),
        (START, {"startingPoint": "http://"}, "INVALID_PARAMETER", "startingPoint"),
        (START, {"startingPoint": "http://x:99999/"}, "INVALID_PARAMETER", "startingPoint"),
        (START, {"startingPoint": "http://x y/"}, "INVALID_PARAMETER", "startingPoint"),
        (START, {"startingPoint": "http://xn--ü.de/"}, "INVALID_PARAMETER", "startingPoint"),
        (START, {"startingPoint": "http://a..b/"}, "INVALID_PARAMETER", "startingPoint"),
        (START, {"avoidDomains": ["good.example", "a b"]}, "INVALID_PARAMETER", "avoidDomains[1]"),
        (START, {"avoidDomains": ["xn--ü.de"]}, "INVALID_PARAMETER", "avoidDomains[0]"),
        (START, {"secrets": [{"match": "xn--ü.de", "fields": {"pin": "1"}}]}, "INVALID_PARAMETER", "secrets[0].match"),
        (START, {"maxDuration": 999}, "INVALID_PARAMETER", "maxDuration"),
        (START, {"maxDuration": 300001}, "INVALID_PARAMETER", "maxDuration"),
        (START, {"maxDuration": "60000"}, "INVALID_PARAMETER", "maxDuration"),
        (START, {"maxDuration": True}, "INVALID_PARAMETER", "maxDuration"),
        (START, {"maxInputTokens": -1}, "INVALID_PARAMETER", "maxInputTokens"),
        (START, {"terminateOnCompletion": "yes"}, "INVALID_PARAMETER", "terminateOnCompletion"),
        (START, {"avoidDomains": "x.example"}, "INVALID_PARAMETER", "avoidDomains"),
        (START, {"outputType": "xml"}, "INVALID_PARAMETER", "outputType"),
        (START, {"outputType": "structured_json", "outputSchema": ["a"]}, "INVALID_PARAMETER", "outputSchema"),
        (
            START,
            {"outputType": "structured_json", "outputSchema": {"type": "lst"}},
            "INVALID_PARAMETER",
            "outputSchema",
        ),
        (START, {"outputType": "structured_csv", "outputSchema": []}, "INVALID_PARAMETER", "outputSchema"),
        (START, {"outputType": "structured_csv", "outputSchema": {"a": 1}}, "INVALID_PARAMETER", "outputSchema"),
        (START, {"outputType": "structured_csv", "outputSchema": ["a", "a"]}, "INVALID_PARAMETER", "outputSchema"),
        (START, {"initialTask": {"policyId": "pol_x"}}, "INVALID_PARAMETER", "initialTask.policyId"),
        (START, {"task": {"environmentId": "x"}}, "INVALID_PARAMETER", "task.environmentId"),
        (START, {"initialTask": {"profileId": "x"}}, "INVALID_PARAMETER", "initialTask.profileId"),
        (RUN, {"task": {"prompt": "go", "proxy": {}}}, "INVALID_PARAMETER", "task.proxy"),
    ],
)
def test_invalid_parameters_are_named(emulator, path, body, code, named):
    status, answer = emulator.post(path, body)
    assert (status, answer["code"]) == (400, code), answer
    assert answer["details"]["parameter"] == named
    assert answer["message"] == answer["error"]


def test_a_fault_of_a_message_is_named_as_it_was_written(emulator):
    session_id = emulator.start()
    for fields, named in [
        ({"prompt": "go", "maxDuration": 5}, "message.maxDuration"),
        ({"task": {"prompt": "go", "maxDuration": 5}}, "message.task.maxDuration"),
        ({"initialTask": {"taskDetails": "go", "startingPoint": "shop"}}, "message.initialTask.startingPoint"),
        ({"prompt": "go", "policyId": "pol_x"}, "message.policyId"),
        ({"task": {"prompt": "go", "policyId": "pol_x"}}, "message.task.policyId"),
        ({"prompt": "go", "task": "now"}, "message.task"),
        ({"prompt": "go", "startingPoint": emulator.shop.replace("shop", "shopp")}, "message.startingPoint"),
    ]:
        status, answer = emulator.message(session_id, actionType="newTask", **fields)
        assert (status, answer["details"]["parameter"]) == (400, named), answer


def test_the_modes_of_reaching_out_are_in_the_error(emulator):
    _, answer = emulator.post(START, {"reachOutMode": "always"})
    assert answer["message"] == "reachOutMode must be one of: off, guardrail_only, full"


def test_limits_are_in_the_error(emulator):
    _, answer = emulator.post(START, {"maxDuration": 5})
    assert answer["details"] == {"parameter": "maxDuration", "value": 5, "min": 1000}
    _, answer = emulator.post(START, {"maxDuration": 1e6})
    assert answer["details"]["max"] == 300000


def test_a_misplaced_policy_says_where_it_belongs(emulator):
    _, answer = emulator.post(START, {"initialTask": {"policyId": "pol_x"}})
    assert "top level" in answer["message"]


@pytest.mark.parametrize(
    "body", [{}, {"taskDetails": ""}, {"taskDetails": " \n"}, {"startingPoint": "http://x.example"}]
)
def test_an_empty_instruction_for_run_task(emulator, body):
    status, answer = emulator.post(RUN, body)
    assert (status, answer["code"]) == (400, "INVALID_TASK_DETAILS")


def test_an_empty_instruction_for_new_task(emulator):
    status, answer = emulator.message(emulator.start(), actionType="newTask", taskDetails="  ")
    assert (status, answer["code"]) == (400, "INVALID_TASK_DETAILS")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"outputType": "structured_json", "taskDetails": "x"}, "outputSchema"),
        ({"outputType": "structured_csv", "taskDetails": "x"}, "outputSchema"),
    ],
)
def test_a_schema_is_required_for_structured_output(emulator, body, field):
    status, answer = emulator.post(START, body)
    assert (status, answer["code"]) == (400, "MISSING_REQUIRED_FIELD")
    assert answer["details"] == {"field": field}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "sessionId"),
        ({"sessionId": "aaaaaaaaaaaa"}, "message"),
        ({"sessionId": "aaaaaaaaaaaa", "message": {}}, "message.actionType"),
    ],
)
def test_required_fields_are_named(emulator, body, field):
    status, answer = emulator.post("/start/send-message", body)
    assert (status, answer["code"]) == (400, "MISSING_REQUIRED_FIELD"), answer
    assert answer["details"] == {"field": field}
    if "." not in field:
        assert answer["message"] == "sessionId and message are required"


def test_a_body_that_is_not_sent_as_json_says_so(emulator):
    answer = emulator.http.post(START, content=b'{"prompt": "go"}').json()
    assert (answer["code"], "Content-Type: application/json" in answer["message"]) == ("INVALID_PARAMETER", True)
    deep = emulator.http.post(START, content=b"[" * 100_000, headers={"Content-Type": "application/json"}).json()
    assert (deep["message"], deep["details"]) == ("the body is not valid JSON", {"parameter": "body"})
    _, named = emulator.post("/start/send-message", {"sessionId": "a" * 12, "message": "pause"})
    assert named["message"] == "message: expected a JSON object"


@pytest.mark.parametrize("content", [b"{not json", b"", b"\xff\xfe", b'{"maxDuration": NaN}'])
def test_malformed_json(emulator, content):
    answer = emulator.http.post(START, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["code"] in ("INVALID_PARAMETER", "MISSING_REQUIRED_FIELD")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"environmentId": "a" * 24}, "ENVIRONMENT_NOT_FOUND"),
        ({"profileId": "a" * 24}, "ENVIRONMENT_NOT_FOUND"),
        ({"policyId": "pol_none"}, "POLICY_NOT_FOUND"),
        ({"taskDetails": "x", "files": ["f1"]}, "FILE_NOT_FOUND"),
    ],
)
def test_what_does_not_exist(emulator, body, code):
    status, answer = emulator.post(START, body)
    assert (status, answer["code"]) == (404, code)


def test_unknown_sessions(emulator):
    assert emulator.get("/start/session-status/aaaaaaaaaaaa")[1]["code"] == "SESSION_NOT_FOUND"
    assert emulator.get("/start/session-status/aaaaaaaaaaaa")[0] == 404
    status, answer = emulator.message("aaaaaaaaaaaa", actionType="state", newState="stop")
    assert (status, answer["code"]) == (401, "SESSION_NOT_FOUND")  # the one code with two statuses
    assert emulator.get("/task/aaaaaaaaaaaa/bbbbbbbbbbbb")[0] == 404


def test_unknown_fields_are_ignored(emulator):
    status, _ = emulator.post(START, {"somethingNew": 1, "initialTask": {"other": 2}})
    assert status == 200


def test_no_invalid_request_opened_a_session(emulator):
    before = len(emulator.get("/start/sessions")[1]["sessions"])
    emulator.post(START, {"maxDuration": 5})
    emulator.post(RUN, {})
    assert len(emulator.get("/start/sessions")[1]["sessions"]) == before

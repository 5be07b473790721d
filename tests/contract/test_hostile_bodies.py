"""Contract tests of hostile request bodies (section 2): each is refused as the contract says and changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

START = "/start/start-session"
JSON = {"Content-Type": "application/json"}


def _nested(opening: bytes, closing: bytes, depth: int) -> bytes:
    return opening * depth + b"1" + closing * depth


BODIES = {
    "arrays in arrays": _nested(b"[", b"]", 100_000),
    "objects in objects": _nested(b'{"a":', b"}", 50_000),
    "a schema in a schema": b'{"taskDetails":"x","outputType":"structured_json","outputSchema":'
    + _nested(b'{"not":', b"}", 900)
    + b"}",
    "a schema from elsewhere": b'{"taskDetails":"x","outputType":"structured_json",'
    b'"outputSchema":{"$ref":"http://127.0.0.1:9/x"}}',
    "a lone surrogate as value": b'{"mode": "\\ud800"}',
    "a lone surrogate as name": b'{"\\ud800": 1}',
    "a lone surrogate as instruction": b'{"taskDetails": "\\udfff"}',
    "a lone surrogate deep inside": b'{"taskDetails":"x","outputType":"structured_csv","outputSchema":["\\ud800"]}',
    "a number past all floats": b'{"maxDuration": 1e400}',
    "a number of 5000 digits": b'{"maxDuration": ' + b"9" * 5000 + b"}",
    "infinity": b'{"maxDuration": -Infinity}',
    "a zero byte in a URL": b'{"startingPoint": "http://a\\u0000b/"}',
    "half an IPv6 address": b'{"startingPoint": "http://[::1/"}',
    "a long instruction": b'{"taskDetails": "' + b"a" * 10_001 + b'"}',
    "a long URL": b'{"startingPoint": "http://a/' + b"a" * 8_192 + b'"}',
    "a webhook that is no URL": b'{"webhook": {"url": "x"}}',
    "a webhook with a header of its own": b'{"webhook": {"url": "http://a/", "auth": "a\\r\\nHost: b"}}',
    "UTF-16": '{"maxDuration": "ä"}'.encode("utf-16"),
    "not even Unicode": b"\xff\xff",
}


@pytest.mark.parametrize("name", BODIES)
def test_hostile_bodies_are_refused(emulator, name):
    before = len(emulator.get("/start/sessions")[1]["sessions"])
    answer = emulator.http.post(START, content=BODIES[name], headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_PARAMETER"), answer.text
    assert len(emulator.get("/start/sessions")[1]["sessions"]) == before


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_only_json_is_read(emulator, content_type):
    headers = {"Content-Type": content_type} if content_type else {}
    answer = emulator.http.post(START, content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_PARAMETER")


def test_a_body_of_20_mb_is_refused_before_it_is_read(emulator):
    answer = emulator.http.post(START, content=b"x" * 20_000_000, headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["details"] == {"parameter": "body", "max": 2_000_000}


def test_a_body_without_a_length_is_refused_once_it_is_too_large(emulator):
    def endless() -> Iterator[bytes]:
        yield b'{"taskDetails": "'
        for _ in range(50):
            yield b"x" * 100_000

    answer = emulator.http.post(START, content=endless(), headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["details"]["max"] == 2_000_000


def test_a_body_that_comes_in_pieces_is_read(emulator):
    answer = emulator.http.post(START, content=iter([b'{"maxDura', b'tion": 5}']), headers=JSON)
    assert answer.json()["details"]["parameter"] == "maxDuration"


@pytest.mark.parametrize(
    "message",
    [
        {"actionType": []},
        {"actionType": "\ud800"},
        {"actionType": "state", "newState": "stop", "taskId": "\ud800"},
        {"actionType": "interaction", "action": {"type": "TYPE", "text": "\ud800"}},
        {"actionType": "guardrail", "taskDetails": "x" * 10_001},
    ],
)
def test_hostile_messages_are_refused(emulator, idle_session, message):
    content = json.dumps({"sessionId": idle_session, "message": message})
    answer = emulator.http.post("/start/send-message", content=content, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_PARAMETER")
    assert emulator.status(idle_session)["phase"] == "idle"


@pytest.mark.parametrize(
    ("path", "body", "parameter"),
    [
        ("clock", {"advance": 1e300}, "advance"),
        ("clock", {"advance": -1}, "advance"),
        ("account", {"balance": 1e300}, "balance"),
        ("account", {"sessionLimit": 10**30}, "sessionLimit"),
        ("faults", {"endpoint": "x", "code": "c" * 101}, "code"),
    ],
)
def test_what_would_break_the_emulator_is_refused(emulator, path, body, parameter):
    answer = emulator.http.request("PUT" if path == "account" else "POST", f"/_emulator/{path}", json=body)
    assert (answer.status_code, answer.json()["details"]["parameter"]) == (400, parameter)


@pytest.mark.parametrize("session_id", ["%00", "%ff", "%ed%a0%80", "%2e%2e", "x" * 5_000])
def test_hostile_ids_are_unknown(emulator, session_id):
    answer = emulator.http.get(f"/start/session-status/{session_id}")
    assert (answer.status_code, answer.json()["code"]) == (404, "SESSION_NOT_FOUND")
    assert len(answer.content) < 500


def test_a_trailing_slash_is_an_unknown_path_and_no_redirect(emulator):
    assert emulator.get("/start/health/")[0] == 404

"""Contract tests of authentication (section 2), in raw JSON."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest


def _is_contract_error(body: dict[str, Any], code: str) -> None:
    assert body["success"] is False
    assert body["code"] == code
    assert body["message"] == body["error"]
    assert body["message"]


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({}, "UNAUTHORIZED"),
        ({"Authorization": "wr_key-of-the-tests"}, "UNAUTHORIZED"),
        ({"Authorization": "Bearer"}, "UNAUTHORIZED"),
        ({"Authorization": "Bearer wr_wrong"}, "INVALID_API_KEY"),
        ({"Authorization": "Bearer ключ"}, "INVALID_API_KEY"),
    ],
)
@pytest.mark.parametrize("path", ["/start/sessions", "/account/usage", "/start/session-status/abc", "/_emulator/state"])
def test_without_the_right_key_nothing_answers(emulator, header, code, path):
    encoded = {name: value.encode() for name, value in header.items()}
    answer = httpx.get(emulator.url + path, headers=encoded, trust_env=False)
    assert answer.status_code == 401
    _is_contract_error(answer.json(), code)


def test_the_key_is_asked_before_the_body_is_read(emulator):
    answer = httpx.post(emulator.url + "/start/start-session", content=b"{not json", trust_env=False)
    assert answer.status_code == 401


def test_health_needs_no_key(emulator):
    answer = httpx.get(emulator.url + "/start/health", trust_env=False)
    assert answer.status_code == 200
    body = answer.json()
    assert body["success"] is True
    assert set(body) == {"success", "status", "instancesAvailable", "instanceCount", "timestamp"}
    assert (body["status"], body["instancesAvailable"]) == ("healthy", True)
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", body["timestamp"])


def test_the_models_check_a_key(emulator):
    status, body = emulator.get("/v1/models")
    model = {"id": "webrun-browser-1", "object": "model", "created": 1704067200, "owned_by": "webrun"}
    assert (status, body) == (200, {"object": "list", "data": [model]})
    for header, code in [({}, "UNAUTHORIZED"), ({"Authorization": "Bearer wr_wrong"}, "INVALID_API_KEY")]:
        answer = httpx.get(emulator.url + "/v1/models", headers=header, trust_env=False)
        error = answer.json()["error"]
        assert (answer.status_code, error["type"], error["code"]) == (401, "authentication_error", code)
    assert emulator.get("/v1/none")[1]["error"].keys() == {"message", "type", "code"}


def test_the_texts_of_missing_and_wrong_keys(emulator):
    for header, text in [
        ({}, "API key required"),
        ({"Authorization": "Bearer wr_wrong"}, "Invalid or revoked API key"),
    ]:
        answer = httpx.get(emulator.url + "/start/sessions", headers=header, trust_env=False)
        assert answer.json()["message"] == text


def test_a_task_needs_no_key_but_both_ids(emulator):
    session_id = emulator.start()
    answer = httpx.get(f"{emulator.url}/task/{session_id}/aaaaaaaaaaaa", trust_env=False)
    assert answer.status_code == 404
    _is_contract_error(answer.json(), "TASK_NOT_FOUND")


def test_another_host_name_is_refused(emulator):
    """A web page whose DNS name was rebound to 127.0.0.1 sends its own name as Host."""
    answer = httpx.get(emulator.url + "/start/health", headers={"Host": "evil.example"}, trust_env=False)
    assert answer.status_code == 421


def test_no_cors_header_is_ever_sent(emulator):
    origin = {"Origin": "http://evil.example", "Authorization": f"Bearer {emulator.key}"}
    for method, path in (("GET", "/start/health"), ("OPTIONS", "/start/start-session"), ("GET", "/start/sessions")):
        answer = httpx.request(method, emulator.url + path, headers=origin, trust_env=False)
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_unknown_paths_and_methods(emulator):
    status, body = emulator.get("/cron-jobs")
    assert status == 404
    assert body["success"] is False
    answer = emulator.http.get("/start/start-session")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]

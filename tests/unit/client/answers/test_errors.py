"""Tests of reading the body of an error, in every documented shape."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webrun_nb.client.answers.errors import code_of, read_error

SEND, STATUS, TASK = "/start/send-message", "/start/session-status/s1", "/task/s1/t1"


@pytest.mark.parametrize(
    ("body", "message", "code"),
    [
        ({"success": False, "message": "no"}, "no", None),
        (
            {"success": False, "error": "no", "code": "INVALID_STATE", "details": {"phase": "idle"}},
            "no",
            "INVALID_STATE",
        ),
        ({"success": False, "message": "no", "code": "SESSION_NOT_FOUND"}, "no", "SESSION_NOT_FOUND"),
        ({"error": {"message": "no", "type": "auth", "code": "invalid_api_key"}}, "no", "INVALID_API_KEY"),
        ({"error": {"message": "no", "code": 401}}, "no", None),
        ({"message": {"text": "no"}}, '{"text": "no"}', None),
        ({"success": False, "message": "", "error": "no"}, "no", None),
        ({"success": False}, "400 Bad Request", None),
        ({"message": "no", "code": "INVALID_PARAMS"}, "no", "INVALID_PARAMETER"),
        ({"message": "no", "code": "NO_INSTANCES_AVAILABLE"}, "no", "INSTANCE_UNAVAILABLE"),
        ({"message": "no", "code": "TASK_ALREADY_RUNNING"}, "no", "INVALID_STATE"),
        ({"message": "no", "code": "PAYMENT_FAILED"}, "no", "INSUFFICIENT_BALANCE"),
        ({"message": "no", "code": "from_the_future"}, "no", "from_the_future"),
    ],
)
def test_each_form_has_its_text_and_its_code(body: dict[str, Any], message: str, code: str | None) -> None:
    error = read_error(400, json.dumps(body).encode())
    assert (error.message, error.code, error.is_service) == (message, code, True)


@pytest.mark.parametrize(
    ("content", "is_html", "message"),
    [
        (b"upstream timed out\nrequest 17", False, "upstream timed out"),
        (b"<html><h1>502 Bad Gateway</h1></html>", False, "502 Bad Gateway"),
        (b"Sign in to the hotel's network", True, "502 Bad Gateway"),
        (b"", False, "502 Bad Gateway"),
        (b"[1]", False, "[1]"),
        (b"\xff\xfe", False, "\ufffd\ufffd"),
    ],
)
def test_a_gateway_answers_with_text_or_html(content: bytes, is_html: bool, message: str) -> None:
    error = read_error(502, content, is_html=is_html)
    assert (error.message, error.code, error.is_service) == (message, None, False)


@pytest.mark.parametrize(
    ("status", "path", "text", "code"),
    [
        (400, "/start/start-session", "no", "INVALID_PARAMETER"),
        (401, "/start/start-session", "no", "INVALID_API_KEY"),
        (402, "/start/start-session", "no", "INSUFFICIENT_BALANCE"),
        (403, "/start/start-session", "no", "ACCOUNT_DEACTIVATED"),
        (409, SEND, "no", "INVALID_STATE"),
        (418, SEND, "no", "INVALID_PARAMETER"),
        (429, SEND, "no", "RATE_LIMIT_EXCEEDED"),
        (500, SEND, "no", "INTERNAL_ERROR"),
        (503, SEND, "no", "INSTANCE_UNAVAILABLE"),
        (404, SEND, "Not found", "SESSION_NOT_FOUND"),
        (404, TASK, "Task not found", "TASK_NOT_FOUND"),
        (404, TASK, "Session not found", "SESSION_NOT_FOUND"),
        (404, "/profiles/x", "Not found", "ENVIRONMENT_NOT_FOUND"),
        (404, "/files/x", "Not found", "FILE_NOT_FOUND"),
        (404, STATUS, "Session not found", "SESSION_NOT_FOUND"),
        (404, STATUS, "Not found", "NOT_FOUND"),
        (404, "/_emulator/state", "Not found", "NOT_FOUND"),
    ],
)
def test_without_a_code_the_status_says_what_it_is(status: int, path: str, text: str, code: str) -> None:
    assert code_of(status, path, read_error(status, json.dumps({"success": False, "message": text}).encode())) == code


@pytest.mark.parametrize("path", [SEND, STATUS, TASK])
def test_a_page_that_is_not_the_services_does_not_say_that_a_session_is_gone(path: str) -> None:
    assert code_of(404, path, read_error(404, b"Cannot GET /start/session-status/s1")) == "NOT_FOUND"


@given(st.binary(max_size=200), st.integers(400, 599))
def test_no_body_is_an_error_of_its_own(content: bytes, status: int) -> None:
    error = read_error(status, content)
    assert error.message
    assert code_of(status, SEND, error)


@given(st.dictionaries(st.sampled_from(["message", "error", "code", "details"]), st.from_type(type(None)) | st.text()))
def test_no_field_of_a_body_is_an_error_of_its_own(body: dict[str, Any]) -> None:
    assert read_error(400, json.dumps(body).encode()).message

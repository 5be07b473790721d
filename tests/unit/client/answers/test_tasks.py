"""Tests of reading what a server says of a task, in every documented shape."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webrun_nb.client.answers.fields import Fields, UnreadableAnswerError
from webrun_nb.client.answers.tasks import (
    AskingTask,
    CompletedTask,
    FailedTask,
    PendingTask,
    TaskAnswer,
    Truncated,
    own_path,
    read_task,
)

SERVER = "https://connect.webrun.ai"
USAGE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15, "completion_time": 1.5, "cost": 0.0041}
IDS = {"sessionId": "s1", "taskId": "t1"}
FILE = {
    "source": "https://x/a",
    "downloadUrl": "https://x/a.csv",
    "filename": "a.csv",
    "timestamp": 1_770_638_400_000.5,
}
COMPLETED = {
    "success": True,
    **IDS,
    "type": "task_completed",
    "status": "complete",
    "pending": False,
    "data": {
        "message": "42",
        "files": [FILE],
        "network": [{"id": "n1", "taskId": "t1", "urls": [{"url": "https://x/", "timestamp": 1_770_638_400_000.25}]}],
    },
    "usage": USAGE,
    "completedAt": "2026-02-09T12:00:00.000Z",
}
PENDING = {"success": True, **IDS, "status": "pending", "pending": True, "pollUrl": "/task/s1/t1", "message": "wait"}
ASKING = {
    "success": True,
    **IDS,
    "type": "guardrail_trigger",
    "status": "guardrail_trigger",
    "pending": True,
    "data": {"type": "human_input_needed", "value": "Which?"},
    "usage": USAGE,
    "pollUrl": f"{SERVER}/task/s1/t1",
}
FAILED = {
    "success": False,
    **IDS,
    "type": "failed",
    "status": "failed",
    "pending": False,
    "error": "it broke",
    "code": "AGENT_ERROR",
    "usage": USAGE,
}


def read(body: Any, task_id: str | None = "t1") -> TaskAnswer:
    """Read a body as a poll of task t1 in session s1 does, or without `task_id` as the answer to newTask."""
    return read_task(Fields(json.loads(json.dumps(body))), "s1", task_id, base_url=SERVER)


def subsets_of(body: dict[str, Any], optional: set[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Return the body without any of the fields that may be missing."""
    return st.sets(st.sampled_from(sorted(optional))).map(lambda gone: {n: v for n, v in body.items() if n not in gone})


ALWAYS_OPTIONAL = {"sessionId", "taskId", "usage", "completedAt", "message", "pollUrl"}


@given(subsets_of(COMPLETED, ALWAYS_OPTIONAL | {"pending", "status", "success"}), st.booleans(), st.booleans())
def test_a_completed_task_is_read_whatever_is_missing(body: dict[str, Any], bare: bool, number: bool) -> None:
    if bare:
        body["data"] = {"message": "42"}
    if number and "completedAt" in body:
        body["completedAt"] = 1_770_638_400_000
    answer = read(body)
    assert isinstance(answer, CompletedTask)
    assert (answer.session_id, answer.task_id, answer.data.message) == ("s1", "t1", "42")
    assert answer.cost_usd == (Decimal("0.0041") if "usage" in body else None)
    assert answer.completed_at == (datetime(2026, 2, 9, 12, tzinfo=UTC) if "completedAt" in body else None)
    assert [file.filename for file in answer.data.files] == ([] if bare else ["a.csv"])


@given(subsets_of(ASKING, ALWAYS_OPTIONAL | {"pending", "success"}), st.sampled_from(["type", "status", None]))
def test_a_question_is_read_whatever_is_missing(body: dict[str, Any], gone: str | None) -> None:
    body.pop(gone or "", None)
    answer = read(body)
    assert isinstance(answer, AskingTask)
    assert (answer.question, answer.task_id) == ("Which?", "t1")


@given(subsets_of(FAILED, ALWAYS_OPTIONAL | {"pending", "code"}), st.sampled_from(["text", "object", "message", None]))
def test_a_failure_is_read_whatever_is_missing(body: dict[str, Any], form: str | None) -> None:
    del body["error"]
    body |= {
        "text": {"error": "it broke"},
        "object": {"error": {"message": "it broke", "code": "AGENT_ERROR"}},
        "message": {"message": "it broke"},
        None: {},
    }[form]
    answer = read(body)
    assert isinstance(answer, FailedTask)
    told = form is not None or "message" in body
    assert answer.message == ("it broke" if told else "the task ended (failed), and the server does not say why")
    assert answer.code == ("AGENT_ERROR" if "code" in body or form == "object" else "TASK_FAILED")


@given(
    subsets_of(PENDING, ALWAYS_OPTIONAL | {"success"}),
    st.sampled_from(["pending", "queued", "running", "paused", "active", "thinking hard"]),
    st.booleans(),
)
def test_a_pending_task_is_read_whatever_is_missing(body: dict[str, Any], status: str, said: bool) -> None:
    body["status"] = status
    if not said:
        del body["pending"]
    answer = read(body)
    assert isinstance(answer, PendingTask)
    assert (answer.status, answer.usage, answer.cost_usd) == (status, None, None)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"status": "archived"}, PendingTask),
        ({"status": "archived", "success": True}, PendingTask),
        ({"status": "archived", "pending": True}, PendingTask),
        ({"status": "archived", "pending": False, "success": True, "data": {"message": "42"}}, CompletedTask),
        ({"status": "archived", "pending": False}, FailedTask),
        ({"status": "archived", "success": False, "error": "no"}, FailedTask),
        ({"status": "complete", "success": False, "error": "no"}, FailedTask),
        ({"status": "running", "success": False, "pending": True}, PendingTask),
        ({"type": "from the future", "data": {"message": "42"}}, PendingTask),
        ({"success": True, "data": {"message": "42"}}, CompletedTask),
        ({"success": True, "result": {"type": "task_completed", "data": {"message": "42"}}}, CompletedTask),
        ({"success": True, "data": "42"}, CompletedTask),
        ({"success": True, "message": "Message sent successfully"}, PendingTask),
        ({"success": False, "message": "no"}, FailedTask),
    ],
)
def test_an_unknown_state_is_an_end_only_where_the_body_says_so(body: dict[str, Any], kind: type) -> None:
    assert type(read(body)) is kind


@pytest.mark.parametrize("body", [{}, {"success": True}, {"ok": 1}])
def test_a_body_that_says_nothing_is_unreadable(body: dict[str, Any]) -> None:
    with pytest.raises(UnreadableAnswerError, match="neither a status nor data"):
        read(body)


def test_a_part_of_a_usage_counts_as_what_it_has() -> None:
    usage = read({**COMPLETED, "usage": {"total_tokens": 15}}).usage
    assert usage is not None
    assert (usage.total_tokens, usage.prompt_tokens, usage.cost_usd, usage.emulated) == (15, None, None, False)


@pytest.mark.parametrize(
    ("answer", "text"), [("42", "42"), ({"rows": [1]}, '{"rows": [1]}'), ([{"a": 1}], '[{"a": 1}]'), (None, "null")]
)
def test_an_answer_that_is_not_a_text_is_its_json(answer: Any, text: str) -> None:
    task = read({**COMPLETED, "data": {"message": answer}})
    assert isinstance(task, CompletedTask)
    assert task.data.message == text


def test_what_the_emulator_adds_is_read() -> None:
    data = {"message": "[]", "truncated": {"returned": 3, "of": 9}, "records": [{"a": 1}]}
    task = read({**COMPLETED, "data": data})
    assert isinstance(task, CompletedTask)
    assert (task.data.truncated, task.data.records) == (Truncated(3, 9), ({"a": 1},))


def test_a_file_without_a_name_has_that_of_its_address() -> None:
    task = read({**COMPLETED, "data": {"message": "", "files": [{"downloadUrl": "https://x/y/my%20file.csv?sig=1"}]}})
    assert isinstance(task, CompletedTask)
    (file,) = task.data.files
    assert (file.filename, file.timestamp_ms) == ("my file.csv", None)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("/task/s1/t1", "/task/s1/t1"),
        ("task/s1/t1", "/task/s1/t1"),
        (f"{SERVER}/task/s1/t1", "/task/s1/t1"),
        (f"{SERVER}/task/s1/t1?v=2", "/task/s1/t1?v=2"),
        ("https://elsewhere.example/task/s1/t1", None),
        ("http://connect.webrun.ai/task/s1/t1", None),
        ("https://connect.webrun.ai:8443/task/s1/t1", None),
        ("https://connect.webrun.ai:x/task/s1/t1", None),
        ("//elsewhere.example/task/s1/t1", None),
        ("/account/usage", None),
        ("/task/../account", None),
        ("/task/s1/%2e%2e", None),
        ("", None),
        (None, None),
    ],
)
def test_a_poll_url_is_followed_on_the_server_itself_only(url: str | None, path: str | None) -> None:
    assert own_path(url, SERVER) == path


@pytest.mark.parametrize(
    ("body", "task_id"),
    [(PENDING, "t1"), ({**PENDING, "taskId": None}, "t1"), ({"success": True, "message": "sent"}, None)],
)
def test_a_new_task_has_the_id_of_the_answer_or_of_its_poll_url(body: dict[str, Any], task_id: str | None) -> None:
    assert read(body, None).task_id == task_id

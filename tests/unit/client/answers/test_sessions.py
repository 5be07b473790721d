"""Tests of reading what a server says of a session, in every documented shape."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webrun_nb.client.answers.fields import Fields, UnreadableAnswerError
from webrun_nb.client.answers.sessions import read_session, read_started
from webrun_nb.common.codes import SessionPhase, SessionStatus

STARTED = {
    "success": True,
    "sessionId": "s1",
    "socketURL": "https://connect.webrun.ai",
    "streaming": {"webRTCURL": "https://x/rtc", "webViewURL": "https://x/view", "dimensions": {"width": 1024}},
    "initialPrompt": "",
    "expiresIn": 300_000,
    "balance": 100,
    "message": "Connect to instance using sessionId in auth",
    "taskId": "t1",
}
STATUS = {
    "success": True,
    "sessionId": "s1",
    "status": "active",
    "phase": "running",
    "currentTaskId": "t1",
    "queuedTaskIds": ["t2"],
    "createdAt": "2026-02-09T12:00:00.000Z",
    "lastActivityAt": 1_770_638_400_000.5,
    "expiresAt": None,
    "inactivityTimeout": 300_000,
    "usage": {"cost": 1},
}


def without(body: dict[str, Any], *needed: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return the body without any of the fields that may be missing."""
    optional = st.sets(st.sampled_from(sorted(body.keys() - set(needed))))
    return optional.map(lambda gone: {name: value for name, value in body.items() if name not in gone})


@given(without(STARTED, "sessionId"))
def test_a_started_session_needs_its_id_alone(body: dict[str, Any]) -> None:
    started = read_started(Fields(body))
    assert (started.session_id, started.task_id) == ("s1", body.get("taskId"))
    assert started.socket_url == body.get("socketURL")
    assert started.web_view_url == ("https://x/view" if "streaming" in body else None)


def test_a_session_without_an_id_is_unreadable() -> None:
    with pytest.raises(UnreadableAnswerError, match="sessionId"):
        read_started(Fields({"success": True}))


@given(without(STATUS, "status"))
def test_a_status_needs_its_status_alone(body: dict[str, Any]) -> None:
    state = read_session(Fields(body), "s1")
    assert (state.session_id, state.status, state.own_word) == ("s1", SessionStatus.ACTIVE, "")
    assert state.phase == (SessionPhase.RUNNING if "phase" in body else None)
    assert state.current_task_id == body.get("currentTaskId")
    assert state.created_at_ms == (1_770_638_400_000 if "createdAt" in body else None)
    assert state.said == body.keys()


@pytest.mark.parametrize(
    ("body", "status", "phase", "own_word"),
    [
        ({"status": "terminated", "error": "Session expired"}, SessionStatus.TERMINATED, None, ""),
        ({"status": "warming up"}, None, None, "warming up"),
        ({"status": "active", "phase": "daydreaming"}, SessionStatus.ACTIVE, None, "daydreaming"),
        ({"status": "active", "phase": None}, SessionStatus.ACTIVE, None, ""),
    ],
)
def test_a_word_that_the_contract_does_not_have_is_kept(
    body: dict[str, Any], status: SessionStatus | None, phase: SessionPhase | None, own_word: str
) -> None:
    state = read_session(Fields(body), "s1")
    assert (state.status, state.phase, state.own_word) == (status, phase, own_word)


@pytest.mark.parametrize("body", [{}, {"success": True}, {"status": 7.5}])
def test_a_state_without_a_status_is_unreadable(body: dict[str, Any]) -> None:
    with pytest.raises(UnreadableAnswerError, match="no status"):
        read_session(Fields(body), "s1")

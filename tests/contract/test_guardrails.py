"""Contract tests of guardrails (section 4), in raw JSON."""

from __future__ import annotations

import pytest

from helpers.waiting import wait_until

AMBIGUOUS = "Click the Open button"


@pytest.fixture
def asking(emulator, idle_session, page_url):
    """A session whose task waits for an answer to the question which of two doors is meant."""
    status, body = emulator.message(idle_session, actionType="newTask", taskDetails=AMBIGUOUS, startingPoint=page_url)
    assert (status, body["status"]) == (200, "guardrail_trigger"), body
    return idle_session, body


def test_a_guardrail_has_the_contracts_fields(asking):
    _, body = asking
    assert set(body) == {
        "success", "sessionId", "taskId", "type", "status", "pending", "data", "usage", "message", "pollUrl",
    }  # fmt: skip
    assert body["message"] == body["data"]["value"]
    assert (body["success"], body["type"], body["pending"]) == (True, "guardrail_trigger", True)
    assert body["data"]["type"] == "human_input_needed"
    assert AMBIGUOUS in body["data"]["value"]


def test_it_names_the_candidates(asking):
    _, body = asking
    text = " ".join(body["data"]["candidates"])
    assert "left" in text
    assert "right" in text


def test_an_answer_goes_on_from_that_very_point(emulator, asking):
    session_id, body = asking
    status, answer = emulator.message(session_id, actionType="guardrail", taskDetails="the left one", newState="resume")
    assert (status, answer["message"]) == (200, "Message sent successfully")
    path = f"/task/{session_id}/{body['taskId']}"
    done = wait_until(lambda: emulator.get(path)[1], lambda polled: not polled["pending"])
    assert done["status"] == "complete"


def test_the_first_answer_wins(emulator, asking):
    session_id, _ = asking
    emulator.message(session_id, actionType="guardrail", taskDetails="the left one")
    status, body = emulator.message(session_id, actionType="guardrail", taskDetails="the right one")
    assert (status, body["code"]) == (409, "INVALID_STATE")


def test_stop_as_an_answer_stops_the_task(emulator, asking):
    session_id, body = asking
    emulator.message(session_id, actionType="guardrail", newState="stop")
    assert emulator.get(f"/task/{session_id}/{body['taskId']}")[1]["code"] == "TASK_STOPPED"
    assert emulator.status(session_id)["status"] == "active"


def test_a_waiting_guardrail_counts_as_inactivity(emulator, asking):
    session_id, body = asking
    emulator.advance(6 * 60_000)
    assert emulator.get(f"/task/{session_id}/{body['taskId']}")[1]["code"] == "GUARDRAIL_TIMEOUT"
    status = emulator.status(session_id)
    assert (status["status"], status["reason"]) == ("terminated", "expired")


def test_waiting_is_not_running_time(emulator, asking):
    session_id, body = asking
    emulator.advance(4 * 60_000)
    polled = emulator.get(f"/task/{session_id}/{body['taskId']}")[1]
    assert polled["usage"]["completion_time"] < 60


def test_a_sentence_that_cannot_be_followed_is_asked_about(run, page_url):
    body = run("Fluctuate the quantum harmonics", startingPoint=page_url)
    assert body["status"] == "guardrail_trigger"
    assert "Fluctuate the quantum harmonics" in body["data"]["value"]

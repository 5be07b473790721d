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


@pytest.mark.parametrize("name", ["prompt", "taskDetails"])
def test_it_is_answered_under_either_name(emulator, asking, name):
    session_id, body = asking
    assert emulator.message(session_id, actionType="guardrail", newState="resume", **{name: "the left one"})[0] == 200
    path = f"/task/{session_id}/{body['taskId']}"
    done = wait_until(lambda: emulator.get(path)[1], lambda polled: not polled["pending"])
    assert done["status"] == "complete"


@pytest.mark.parametrize("answer", [{}, {"prompt": ""}, {"prompt": "  "}, {"taskDetails": ""}])
def test_an_empty_answer_is_refused_and_the_question_stays(emulator, asking, answer):
    session_id, _ = asking
    status, body = emulator.message(session_id, actionType="guardrail", newState="resume", **answer)
    assert (status, body["code"], body["details"]) == (400, "MISSING_REQUIRED_FIELD", {"field": "prompt"})
    assert emulator.status(session_id)["phase"] == "guardrail"


@pytest.mark.parametrize("name", ["prompt", "taskDetails"])
def test_the_text_of_an_answer_is_in_no_error(emulator, asking, name):
    session_id, _ = asking
    answer = emulator.message(session_id, actionType="guardrail", **{name: ["hunter2-secret"]})
    assert answer[0] == 400
    assert "hunter2-secret" not in str(answer)
    long = emulator.message(session_id, actionType="guardrail", **{name: "hunter2-secret" * 2_000})
    assert (long[0], long[1]["details"]["parameter"]) == (400, f"message.{name}")
    assert "hunter2-secret" not in str(long)


@pytest.mark.parametrize(
    "release",
    [
        {"actionType": "interaction", "action": {"type": "releaseControl"}},
        {"actionType": "state", "newState": "resume"},
    ],
)
def test_releasing_control_at_a_question_settles_it(emulator, asking, release):
    session_id, body = asking
    assert emulator.message(session_id, actionType="state", newState="manual")[0] == 200
    assert emulator.status(session_id)["phase"] == "manual"
    assert emulator.message(session_id, **release)[0] == 200
    late = emulator.message(session_id, actionType="guardrail", prompt="the left one", newState="resume")
    assert late[0] == 200, "an answer that still comes is no error"
    path = f"/task/{session_id}/{body['taskId']}"
    done = wait_until(lambda: emulator.get(path)[1], lambda polled: not polled["pending"])
    assert done["status"] == "complete"
    assert "left to the person who took over" in done["data"]["message"]


def test_what_a_person_did_at_a_question_is_seen_by_the_rest_of_the_task(emulator, idle_session, page_url, visits):
    """The person presses the bell in place of the agent; the task continues from the page as it is."""
    text = f"{AMBIGUOUS}. Then list the cities."
    _, body = emulator.message(idle_session, actionType="newTask", prompt=text, startingUrl=page_url)
    assert body["status"] == "guardrail_trigger"
    emulator.message(idle_session, actionType="interaction", action={"type": "takeOverControl"})
    emulator.message(idle_session, actionType="interaction", action={"type": "releaseControl"})
    path = f"/task/{idle_session}/{body['taskId']}"
    done = wait_until(lambda: emulator.get(path)[1], lambda polled: not polled["pending"])
    assert (done["status"], "Ulm" in str(done["data"])) == ("complete", True)
    _, report = emulator.get(f"/_emulator/tasks/{body['taskId']}/report")
    assert [part["why"] for part in report["unused"]] == ["a person took over instead of answering"]


def test_a_login_by_hand_is_no_answer_to_keep(emulator, idle_session):
    """Nothing that was typed by hand becomes a secret: the agent looks at the page as it is."""
    bank = emulator.shop.replace("shop", "bank")
    _, body = emulator.message(idle_session, actionType="newTask", prompt="Log in.", startingUrl=bank)
    assert (body["status"], body["data"]["kind"]) == ("guardrail_trigger", "credentials"), body
    emulator.message(idle_session, actionType="state", newState="manual")
    emulator.message(idle_session, actionType="state", newState="resume")
    path = f"/task/{idle_session}/{body['taskId']}"
    again = wait_until(lambda: emulator.get(path)[1], lambda polled: polled["status"] == "guardrail_trigger")
    assert again["data"]["kind"] == "credentials", "no one has logged in, so it asks again"
    assert "could not read" not in again["data"]["value"], "no one has answered"


def test_what_a_person_did_without_taking_over_settles_a_question_once_it_is_released(emulator, asking):
    session_id, body = asking
    release = {"actionType": "interaction", "action": {"type": "releaseControl"}}
    assert emulator.message(session_id, **release)[0] == 200
    assert emulator.status(session_id)["phase"] == "guardrail", "no one has done anything yet"
    click = {"type": "CLICK", "x": 900, "y": 700}
    assert emulator.message(session_id, actionType="interaction", action=click)[0] == 200
    assert emulator.message(session_id, **release)[0] == 200
    path = f"/task/{session_id}/{body['taskId']}"
    done = wait_until(lambda: emulator.get(path)[1], lambda polled: not polled["pending"])
    assert "left to the person who took over" in done["data"]["message"]

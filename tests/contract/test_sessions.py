"""Contract tests of sessions (sections 3 and 5), in raw JSON."""

from __future__ import annotations

import re
import time

import pytest

from helpers.prices import IDLE_USD_PER_MINUTE
from helpers.waiting import wait_until

MINUTE_MS = 60_000
LIST = "List the laptops."


def test_start_session_answers_with_the_contracts_fields(emulator):
    status, body = emulator.post("/start/start-session", {})
    assert status == 200
    assert set(body) == {
        "success", "sessionId", "socketURL", "streaming", "initialPrompt", "expiresIn", "balance", "message",
    }  # fmt: skip
    assert re.fullmatch(r"[a-z0-9]{12}", body["sessionId"])
    streaming = body["streaming"]
    assert set(streaming) == {"webRTCURL", "webViewURL", "dimensions"}
    assert (streaming["webRTCURL"], streaming["dimensions"]) == (None, {"width": 1024, "height": 600})
    view_url = streaming["webViewURL"]
    assert re.fullmatch(f"{emulator.url}/view/live#token=[0-9a-f]{{88}}", view_url)
    assert emulator.status(body["sessionId"])["streaming"]["webViewURL"] == view_url
    assert body["expiresIn"] == 300_000
    assert body["balance"] == 100.0  # a number, though this one never runs out
    assert body["message"] == "Connect to instance using sessionId in auth"


def test_start_session_with_a_task_names_it_and_does_not_wait_for_it(emulator):
    text = "Wait for 60 seconds, then list the laptops."
    status, body = emulator.post("/start/start-session", {"taskDetails": text, "startingPoint": emulator.shop})
    assert status == 200
    assert re.fullmatch(r"[a-z0-9]{12}", body["taskId"])
    assert body["initialPrompt"] == text
    assert emulator.get(f"/task/{body['sessionId']}/{body['taskId']}")[1]["pending"] is True


def test_both_vocabularies_mean_the_same(emulator):
    forms = [
        {"initialTask": {"taskDetails": LIST, "startingPoint": emulator.shop}},
        {"task": {"prompt": LIST, "startingUrl": emulator.shop}},
        {"taskDetails": LIST, "startingPoint": emulator.shop},
        {"prompt": LIST, "startingUrl": emulator.shop},
        {"prompt": LIST, "taskDetails": "click nothing", "startingPoint": emulator.shop},
        {"task": {"prompt": LIST}, "initialTask": {"taskDetails": "no", "startingUrl": emulator.shop}},
        {"task": {"taskDetails": LIST}, "prompt": "no"},
    ]
    prompts = [emulator.post("/start/start-session", form)[1]["initialPrompt"] for form in forms]
    assert prompts == [LIST] * len(forms)


def test_session_status_has_the_contracts_fields(emulator):
    status = emulator.status(emulator.start())
    assert set(status) == {
        "success", "sessionId", "status", "phase", "currentTaskId", "queuedTaskIds", "createdAt", "lastActivityAt",
        "expiresAt", "inactivityTimeout", "reason", "environmentId", "policyId", "proxy", "reachOutMode", "usage",
        "streaming", "now", "clockRunning",
    }  # fmt: skip
    assert set(status["usage"]) == {
        "prompt_tokens", "completion_tokens", "total_tokens", "completion_time", "cost", "emulated", "breakdown",
        "tokens_estimated",
    }  # fmt: skip
    assert set(status["usage"]["breakdown"]) == {"compute", "idle", "tokens", "proxy"}


def test_a_session_becomes_active_and_idle(emulator):
    session_id = emulator.start()
    status = wait_until(lambda: emulator.status(session_id), lambda s: s["status"] != "pending")
    assert (status["status"], status["phase"]) == ("active", "idle")
    assert status["expiresAt"] == status["lastActivityAt"] + 300_000


def test_inactivity_ends_it_at_minute_five_with_minute_fives_bill(emulator, idle_session):
    idle = emulator.status(idle_session)
    emulator.advance(6 * MINUTE_MS)
    status = emulator.status(idle_session)
    assert (status["status"], status["reason"], status["phase"]) == ("terminated", "expired", None)
    assert status["lastActivityAt"] == idle["expiresAt"]  # five minutes after it became idle, not six
    billed_ms = status["lastActivityAt"] - idle["createdAt"]
    assert abs(status["usage"]["cost"] - billed_ms / MINUTE_MS * float(IDLE_USD_PER_MINUTE)) < 1e-5


def test_a_message_starts_the_countdown_over(emulator, idle_session):
    emulator.advance(4 * MINUTE_MS)
    emulator.message(idle_session, actionType="newTask", taskDetails=f"go to {emulator.shop}")
    emulator.advance(4 * MINUTE_MS)
    assert emulator.status(idle_session)["status"] == "active"


def test_terminate_ends_it_once(emulator, idle_session):
    status, body = emulator.message(idle_session, actionType="state", newState="terminate")
    assert (status, body) == (200, {"success": True, "message": "Message sent successfully"})
    assert emulator.status(idle_session)["status"] == "terminated"
    assert emulator.message(idle_session, actionType="state", newState="terminate")[0] == 200  # a harmless repeat
    assert emulator.status(idle_session)["reason"] == "terminated"


def test_a_task_for_an_ended_session_is_refused(emulator, idle_session):
    emulator.message(idle_session, actionType="state", newState="terminate")
    status, body = emulator.message(idle_session, actionType="newTask", taskDetails=LIST)
    assert (status, body["code"]) == (401, "SESSION_NOT_FOUND")
    assert body["details"] == {"status": "terminated", "reason": "terminated"}


def test_a_command_to_a_session_that_expired_says_so(emulator, idle_session):
    emulator.advance(6 * MINUTE_MS)
    status, body = emulator.message(idle_session, actionType="state", newState="pause")
    assert (status, body["code"]) == (401, "SESSION_EXPIRED")
    assert body["message"].endswith("after 300 seconds of inactivity")
    assert body["details"] == {"status": "terminated", "reason": "expired"}
    assert emulator.message(idle_session, actionType="state", newState="terminate")[0] == 200


def test_a_bill_stops_growing_when_the_session_ends(emulator, idle_session):
    emulator.message(idle_session, actionType="state", newState="terminate")
    cost = emulator.status(idle_session)["usage"]["cost"]
    emulator.advance(MINUTE_MS)
    assert emulator.status(idle_session)["usage"]["cost"] == cost


def test_idle_time_is_billed_apart(emulator, idle_session, standing_clock):
    before = emulator.status(idle_session)["usage"]["breakdown"]
    emulator.advance(MINUTE_MS)
    after = emulator.status(idle_session)["usage"]["breakdown"]
    assert after["compute"] == before["compute"] == 0
    assert after["idle"] - before["idle"] == pytest.approx(float(IDLE_USD_PER_MINUTE), abs=2e-6)


def test_commands_that_make_no_sense_now(emulator, idle_session):
    for state in ("stop", "pause"):
        status, body = emulator.message(idle_session, actionType="state", newState=state)
        assert (status, body["code"], body["details"]["phase"]) == (409, "INVALID_STATE", "idle"), state
    assert emulator.message(idle_session, actionType="state", newState="resume")[0] == 200  # nothing is held
    status, body = emulator.message(idle_session, actionType="guardrail", taskDetails="yes")
    assert (status, body["code"]) == (409, "INVALID_STATE")


def test_a_starting_point_without_a_task_is_opened(emulator, page_url):
    session_id = emulator.start(startingPoint=page_url)
    wait_until(lambda: emulator.status(session_id), lambda s: s["status"] == "active")
    _, body = emulator.message(session_id, actionType="newTask", taskDetails="click the Ring button")
    assert body["status"] == "complete", body


def test_a_starting_point_that_fails_leaves_the_session_idle(emulator):
    session_id = emulator.start(startingPoint="http://127.0.0.1:9/")
    status = wait_until(lambda: emulator.status(session_id), lambda s: s["status"] != "pending")
    assert (status["status"], status["phase"]) == ("active", "idle")


def test_the_callers_sessions_are_listed_newest_first(emulator):
    ids = [emulator.start(), emulator.start()]
    listed = [session["sessionId"] for session in emulator.get("/start/sessions")[1]["sessions"]]
    assert listed[:2] == ids[::-1]


def test_reach_out_mode_is_accepted_and_reported(emulator, run):
    assert emulator.status(emulator.start())["reachOutMode"] == "guardrail_only"
    assert emulator.status(emulator.start(reachOutMode="full"))["reachOutMode"] == "full"
    body = run("wait for 0.01 seconds", reachOutMode="off")
    assert emulator.status(body["sessionId"])["reachOutMode"] == "off"


def test_a_frozen_clock_bills_nothing(emulator, idle_session):
    emulator.post("/_emulator/clock", {"freeze": True})
    first = emulator.status(idle_session)
    deadline = time.monotonic() + 0.05
    while time.monotonic() < deadline:
        last = emulator.status(idle_session)
    emulator.post("/_emulator/clock", {"freeze": False})
    assert first["clockRunning"] is False
    assert (first["now"], first["usage"]) == (last["now"], last["usage"])


def test_the_clock_does_not_run_backwards(emulator):
    status, body = emulator.post("/_emulator/clock", {"advance": -1})
    assert (status, body["code"]) == (400, "INVALID_PARAMETER")

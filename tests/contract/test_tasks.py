"""Contract tests of tasks, their results and failures (sections 3 and 4), in raw JSON."""

from __future__ import annotations

import csv
import io
import json
import socket
from uuid import uuid4

import httpx
import pytest

from helpers.prices import RUNNING_USD_PER_MINUTE
from helpers.waiting import wait_until

SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "people": {"type": "integer"}},
        "required": ["city", "people"],
        "additionalProperties": False,
    },
}
CITIES = [{"city": "Ulm", "people": 129000}, {"city": "Graz", "people": 303000}]
FURTHER_CITIES = [{"city": "Bern", "people": 137000}, {"city": "Linz", "people": 212000}]


def test_run_task_answers_with_its_result(emulator, run, page_url):
    body = run("List the cities.", startingPoint=page_url, outputType="structured_json", outputSchema=SCHEMA)
    assert set(body) == {
        "success", "sessionId", "taskId", "type", "status", "pending", "data", "usage", "completedAt", "result",
        "pollUrl",
    }  # fmt: skip
    assert (body["success"], body["type"], body["status"], body["pending"]) == (
        True,
        "task_completed",
        "complete",
        False,
    )
    assert json.loads(body["data"]["message"]) == CITIES
    assert body["data"]["files"] == []
    assert body["result"] == {"type": "task_completed", "data": body["data"], "usage": body["usage"]}


def test_its_session_completes_with_it(emulator, run, page_url):
    body = run("List the cities.", startingPoint=page_url)
    status = emulator.status(body["sessionId"])
    assert (status["status"], status["reason"]) == ("completed", "terminateOnCompletion")


def test_results_outlive_their_session(emulator, run, page_url):
    body = run("List the cities.", startingPoint=page_url)
    status, polled = emulator.get(f"/task/{body['sessionId']}/{body['taskId']}")
    assert (status, polled) == (200, {name: value for name, value in body.items() if name != "pollUrl"})


def test_the_network_log_names_the_page(run, page_url):
    body = run("List the cities.", startingPoint=page_url + "/cities")
    (log,) = body["data"]["network"]
    assert log["taskId"] == body["taskId"]
    assert page_url + "/cities" in [request["url"] for request in log["urls"]]
    assert all(request["timestamp"] > 1.7e12 for request in log["urls"])


def test_usage_counts_tokens_time_and_money(run, page_url):
    usage = run("List the cities.", startingPoint=page_url)["usage"]
    assert usage["prompt_tokens"] > 0
    assert usage["completion_tokens"] > 0
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert usage["completion_time"] > 0
    tokens = usage["prompt_tokens"] * 0.60e-6 + usage["completion_tokens"] * 2.70e-6
    assert usage["cost"] == pytest.approx(
        tokens + usage["completion_time"] / 60 * float(RUNNING_USD_PER_MINUTE), abs=2e-6
    )
    assert usage["emulated"] is True


def test_csv_has_the_asked_columns_as_its_header(run, page_url):
    body = run("List the cities.", startingPoint=page_url, outputType="structured_csv", outputSchema=["people", "city"])
    assert body["data"]["message"].splitlines()[0] == "people,city"
    assert body["data"]["message"].endswith("\r\n")  # RFC 4180
    assert [row["city"] for row in csv.DictReader(io.StringIO(body["data"]["message"]))] == ["Ulm", "Graz"]


def test_run_task_takes_nested_fields_too(run, page_url, emulator):
    status, body = emulator.post("/start/run-task", {"task": {"prompt": "List the cities.", "startingUrl": page_url}})
    assert (status, body["status"]) == (200, "complete")


def test_new_task_answers_like_run_task_and_keeps_the_session(emulator, idle_session, page_url):
    status, body = emulator.message(
        idle_session, actionType="newTask", newState="start", taskDetails="List the cities.", startingPoint=page_url
    )
    assert (status, body["status"]) == (200, "complete")
    assert emulator.status(idle_session)["phase"] == "idle"


def test_terminate_on_completion_ends_the_session(emulator, idle_session, page_url):
    emulator.message(
        idle_session,
        actionType="newTask",
        taskDetails="List the cities.",
        startingPoint=page_url,
        terminateOnCompletion=True,
    )
    assert emulator.status(idle_session)["status"] == "completed"


def test_an_ending_task_that_fails_fails_the_session(emulator, run):
    body = run("List the cities.", startingPoint="http://127.0.0.1:9/")
    assert emulator.status(body["sessionId"])["status"] == "failed"


def test_a_failed_task_has_the_contracts_fields(run):
    body = run("List the cities.", startingPoint="http://127.0.0.1:9/")
    assert set(body) - {"details"} == {
        "success", "sessionId", "taskId", "type", "status", "pending", "error", "message", "code", "usage", "pollUrl",
    }  # fmt: skip
    assert (body["success"], body["type"], body["code"]) == (False, "failed", "NAVIGATION_FAILED")


@pytest.mark.parametrize("path", ["/never", "/endless"])
def test_max_duration_ends_a_task_on_a_page_that_does_not_answer(run, page_url, path):
    body = run("List the cities.", startingPoint=page_url + path, maxDuration=1000)
    assert body["code"] == "TASK_TIMEOUT"
    assert 1 <= body["usage"]["completion_time"] < 20


@pytest.mark.parametrize(
    ("fields", "partial"),
    [
        ({"outputType": "structured_json", "outputSchema": SCHEMA}, json.dumps([*CITIES, *FURTHER_CITIES])),
        ({}, "4 cities from 2 pages; the list goes on."),
    ],
    ids=["json", "text"],
)
def test_a_stopped_task_returns_its_partial_answer(emulator, idle_session, page_url, visits, fields, partial):
    before = visits.count("/never/3")
    with emulator.queue_in_background(
        idle_session, taskDetails="List the cities.", startingPoint=f"{page_url}/list/1", **fields
    ) as answer:
        wait_until(lambda: visits, lambda seen: seen.count("/never/3") > before)
        assert emulator.message(idle_session, actionType="state", newState="stop")[0] == 200
        body = answer()[1]
    assert body["code"] == "TASK_STOPPED"
    assert body["details"]["partial"].startswith(partial)


def test_a_stopped_task_that_has_read_nothing_has_no_partial_answer(run, page_url):
    body = run("List the cities.", startingPoint=f"{page_url}/never", maxDuration=1000)
    assert "partial" not in body.get("details", {})


def test_the_input_token_limit_fails_the_task(run, page_url):
    assert run("List the cities.", startingPoint=page_url, maxInputTokens=3)["code"] == "INPUT_TOKEN_LIMIT"


def test_past_its_token_limit_a_task_acts_no_more(run, page_url, visits):
    rings = ", then ".join(["click the Ring button"] * 5)
    body = run(rings, startingPoint=page_url, maxInputTokens=100)
    assert body["code"] == "INPUT_TOKEN_LIMIT"
    assert visits.count("/rung") <= 1  # the second look was too much


def test_half_a_character_on_a_page_spoils_nothing(run, page_url):
    schema = {"type": "array", "items": {"type": "object", "properties": {"word": {"type": "string"}}}}
    body = run("List the words.", startingPoint=page_url + "/half", outputType="structured_json", outputSchema=schema)
    assert json.loads(body["data"]["message"]) == [{"word": "half ?"}, {"word": "whole"}]


def test_the_output_token_limit_shortens_by_whole_records(run, page_url):
    body = run(
        "List the cities.",
        startingPoint=page_url,
        outputType="structured_json",
        outputSchema=SCHEMA,
        maxOutputTokens=12,
    )
    assert json.loads(body["data"]["message"]) == CITIES[:1]


def test_a_value_that_is_not_there_is_never_invented(run, page_url):
    schema = json.loads(json.dumps(SCHEMA).replace("people", "mayor").replace("integer", "string"))
    body = run("List the cities.", startingPoint=page_url, outputType="structured_json", outputSchema=schema)
    assert body["code"] == "OUTPUT_SCHEMA_MISMATCH"


def test_avoided_domains_are_not_opened(run, page_url):
    body = run("List the cities.", startingPoint=page_url, avoidDomains=["127.0.0.1"])
    assert body["code"] == "BLOCKED_BY_POLICY"


def test_an_element_that_is_not_there(run, page_url):
    assert run("Click the Frobnicate button", startingPoint=page_url)["code"] == "ELEMENT_NOT_FOUND"


def test_tasks_queue_and_start_in_order(emulator, page_url):
    session_id = emulator.start(taskDetails="wait for 60 seconds", startingPoint=page_url)
    first = wait_until(lambda: emulator.status(session_id), lambda s: s["phase"] == "running")["currentTaskId"]
    with emulator.queue_in_background(session_id, taskDetails="List the cities.") as second:
        queued = wait_until(lambda: emulator.status(session_id), lambda s: s["queuedTaskIds"])["queuedTaskIds"]
        assert emulator.get(f"/task/{session_id}/{queued[0]}")[1]["status"] == "queued"
        emulator.message(session_id, actionType="state", newState="stop")
        assert emulator.get(f"/task/{session_id}/{first}")[1]["code"] == "TASK_STOPPED"
        status, body = second()
    assert (status, body["status"], body["taskId"]) == (200, "complete", queued[0])


def test_stop_ends_the_task_and_keeps_the_session(emulator, page_url):
    session_id = emulator.start(taskDetails="wait for 60 seconds", startingPoint=page_url)
    wait_until(lambda: emulator.status(session_id), lambda s: s["phase"] == "running")
    assert emulator.message(session_id, actionType="state", newState="stop")[0] == 200
    status = emulator.status(session_id)
    assert (status["status"], status["phase"], status["currentTaskId"]) == ("active", "stopped", None)


def test_stop_may_name_a_queued_task(emulator, page_url):
    session_id = emulator.start(taskDetails="wait for 60 seconds", startingPoint=page_url)
    wait_until(lambda: emulator.status(session_id), lambda s: s["phase"] == "running")
    with emulator.queue_in_background(session_id, taskDetails="List the cities.") as second:
        (queued,) = wait_until(lambda: emulator.status(session_id), lambda s: s["queuedTaskIds"])["queuedTaskIds"]
        emulator.message(session_id, actionType="state", newState="stop", taskId=queued)
        assert second()[1]["code"] == "TASK_STOPPED"
    assert emulator.status(session_id)["phase"] == "running"


def test_terminate_fails_what_runs_and_what_is_queued(emulator, page_url):
    session_id = emulator.start(taskDetails="wait for 60 seconds", startingPoint=page_url)
    running = wait_until(lambda: emulator.status(session_id), lambda s: s["phase"] == "running")["currentTaskId"]
    with emulator.queue_in_background(session_id, taskDetails="List the cities.") as second:
        wait_until(lambda: emulator.status(session_id), lambda s: s["queuedTaskIds"])
        emulator.message(session_id, actionType="state", newState="terminate")
        assert second()[1]["code"] == "SESSION_TERMINATED"
    assert emulator.get(f"/task/{session_id}/{running}")[1]["code"] == "SESSION_TERMINATED"


def test_a_stopped_ending_task_terminates_the_session(emulator, page_url):
    session_id = emulator.start(taskDetails="wait for 60 seconds", startingPoint=page_url, terminateOnCompletion=True)
    wait_until(lambda: emulator.status(session_id), lambda s: s["phase"] == "running")
    emulator.message(session_id, actionType="state", newState="stop")
    assert emulator.status(session_id)["status"] == "terminated"


def test_an_active_task_keeps_the_session_alive(emulator, page_url, standing_clock):
    session_id = emulator.start(taskDetails="wait for 60 seconds", startingPoint=page_url)
    status = wait_until(lambda: emulator.status(session_id), lambda s: s["phase"] == "running")
    assert status["expiresAt"] is None
    emulator.advance(299_000)
    assert emulator.status(session_id)["phase"] == "running"


def test_max_duration_follows_the_clock(emulator, page_url):
    session_id = emulator.start(taskDetails="wait for 60 seconds", startingPoint=page_url)
    task_id = wait_until(lambda: emulator.status(session_id), lambda s: s["phase"] == "running")["currentTaskId"]
    emulator.advance(300_000)
    body = emulator.get(f"/task/{session_id}/{task_id}")[1]
    assert (body["code"], body["usage"]["completion_time"]) == ("TASK_TIMEOUT", 300)


def test_pauses_do_not_count_towards_max_duration(emulator, page_url):
    session_id = emulator.start(taskDetails="wait for 60 seconds", startingPoint=page_url, maxDuration=60_000)
    wait_until(lambda: emulator.status(session_id), lambda s: s["phase"] == "running")
    emulator.message(session_id, actionType="state", newState="pause")
    emulator.advance(200_000)
    emulator.message(session_id, actionType="state", newState="resume")
    assert emulator.status(session_id)["phase"] == "running"


@pytest.mark.parametrize("end", ["stop", "fail"])
def test_the_queue_goes_on_behind_a_task_that_ended_badly(emulator, page_url, gate, end):
    session_id = emulator.start(taskDetails="click the Frobnicate button", startingPoint=f"{page_url}/gate")
    wait_until(lambda: emulator.status(session_id), lambda s: s["phase"] == "running")
    with emulator.queue_in_background(session_id, taskDetails="List the cities.") as second:
        wait_until(lambda: emulator.status(session_id), lambda s: s["queuedTaskIds"])
        if end == "stop":
            emulator.message(session_id, actionType="state", newState="stop")
        gate.set()
        assert second()[1]["status"] == "complete"


def test_the_queue_waits_behind_a_paused_task(emulator, page_url):
    session_id = emulator.start(taskDetails="wait for 60 seconds", startingPoint=page_url)
    wait_until(lambda: emulator.status(session_id), lambda s: s["phase"] == "running")
    emulator.message(session_id, actionType="state", newState="pause")
    with emulator.queue_in_background(session_id, taskDetails="List the cities."):
        (queued,) = wait_until(lambda: emulator.status(session_id), lambda s: s["queuedTaskIds"])["queuedTaskIds"]
        status = emulator.get(f"/task/{session_id}/{queued}")[1]["status"]
        emulator.message(session_id, actionType="state", newState="terminate")
    assert status == "queued"


def test_a_client_that_hangs_up_loses_nothing(emulator, page_url, gate, visits):
    at = f"/gate/{uuid4()}"
    body = json.dumps({"taskDetails": "list the cities", "startingPoint": page_url + at}).encode()
    url = httpx.URL(emulator.url)
    head = f"POST /start/run-task HTTP/1.1\r\nHost: {url.host}:{url.port}\r\nAuthorization: Bearer {emulator.key}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection((url.host, url.port)) as caller:
        caller.sendall(head.encode() + body)
        wait_until(lambda: visits, lambda asked: at in asked)
    newest = emulator.get("/start/sessions")[1]["sessions"][0]
    gate.set()
    status = wait_until(lambda: emulator.status(newest["sessionId"]), lambda s: s["status"] == "completed")
    assert status["reason"] == "terminateOnCompletion"


def test_pause_holds_the_task_and_resume_lets_it_finish(emulator, page_url, gate):
    session_id = emulator.start(taskDetails="list the cities", startingPoint=f"{page_url}/gate")
    task_id = wait_until(lambda: emulator.status(session_id), lambda s: s["phase"] == "running")["currentTaskId"]
    emulator.message(session_id, actionType="state", newState="pause")
    assert emulator.get(f"/task/{session_id}/{task_id}")[1]["status"] == "paused"
    gate.set()
    assert emulator.status(session_id)["expiresAt"] is not None
    emulator.message(session_id, actionType="state", newState="resume")
    wait_until(lambda: emulator.get(f"/task/{session_id}/{task_id}")[1], lambda body: body["status"] == "complete")


def test_a_page_with_a_nonce_is_really_read(run, nonce_page):
    """The page contains a random word, which no prepared answer can know."""
    url, nonce = nonce_page
    schema = {"type": "array", "items": {"type": "object", "properties": {"word": {"type": "string"}}}}
    body = run("List the words.", startingPoint=url, outputType="structured_json", outputSchema=schema)
    assert {"word": nonce} in json.loads(body["data"]["message"])

"""Contract tests of `GET /_emulator/sessions/:id/effects` (section 12): what a session may have changed."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.waiting import wait_until

SECRETS = [{"match": "127.0.0.1", "fields": {"password": "never-typed-9c1e"}}]


def effects(emulator: Any, session_id: str) -> tuple[bool, bool, bool]:
    status, body = emulator.get(f"/_emulator/sessions/{session_id}/effects")
    assert (status, body["success"], body["sessionId"]) == (200, True, session_id)
    return body["acted"], body["secrets"], body["busy"]


def do(emulator: Any, session_id: str, text: str, **fields: Any) -> None:
    status, body = emulator.message(session_id, actionType="newTask", taskDetails=text, **fields)
    assert (status, body["status"]) == (200, "complete")


def test_a_session_that_only_looks_at_pages_has_not_acted(emulator, idle_session, page_url):
    assert effects(emulator, idle_session) == (False, False, False)
    do(emulator, idle_session, "List the cities.", startingPoint=page_url)
    assert effects(emulator, idle_session) == (False, False, False)


def test_a_session_that_follows_a_link_has_not_acted(emulator, idle_session, page_url):
    do(emulator, idle_session, "Click Next", startingPoint=f"{page_url}/list/1")
    assert effects(emulator, idle_session) == (False, False, False)


def test_a_click_on_a_button_is_an_act(emulator, idle_session, page_url):
    do(emulator, idle_session, "Click Ring", startingPoint=page_url)
    assert effects(emulator, idle_session) == (True, False, False)


def test_so_is_what_a_person_does(emulator, idle_session):
    emulator.message(idle_session, actionType="state", newState="manual")
    action = {"type": "CLICK", "x": 10, "y": 200}
    assert emulator.message(idle_session, actionType="interaction", action=action)[0] == 200
    assert wait_until(lambda: effects(emulator, idle_session), lambda told: told[0]) == (True, False, False)


def test_secrets_are_told_though_none_was_used(emulator, idle_session, page_url):
    do(emulator, idle_session, "List the cities.", startingPoint=page_url, secrets=SECRETS)
    assert effects(emulator, idle_session) == (False, True, False)


def test_a_session_with_a_task_is_busy(emulator, idle_session, page_url, gate):
    fields = {"taskDetails": "List the cities.", "startingPoint": f"{page_url}/gate"}
    with emulator.queue_in_background(idle_session, **fields) as answer:
        assert wait_until(lambda: effects(emulator, idle_session), lambda told: told[2]) == (False, False, True)
        gate.set()
        answer()
    assert effects(emulator, idle_session) == (False, False, False)


def test_a_session_that_has_ended_has_none(emulator, idle_session):
    emulator.message(idle_session, actionType="state", newState="terminate")
    status, body = emulator.get(f"/_emulator/sessions/{idle_session}/effects")
    assert (status, body["code"]) == (404, "SESSION_NOT_FOUND")


@pytest.mark.parametrize(("path", "button", "looks"), [("/list/1", "Next", True), ("/", "Ring", False)])
def test_each_step_says_if_it_only_looks_at_pages(emulator, run, page_url, path, button, looks):
    body = run(f"Click {button}", startingPoint=page_url + path)
    _, told = emulator.get(f"/_emulator/tasks/{body['taskId']}/steps")
    actions = [(step["name"], step["looks"]) for step in told["steps"] if step["kind"] == "action"]
    assert (actions, told["stepsLeftOut"]) == ([("navigateUrl", True), ("click", looks)], 0)

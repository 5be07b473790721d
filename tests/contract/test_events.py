"""Contract tests of live events over Socket.IO (section 10), with python-socketio's own client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import httpx
import pytest
import socketio

from helpers.waiting import wait_until_async

LIST = "List the cities."


class Listener:
    """A client that collects the events it receives, in order."""

    def __init__(self) -> None:
        self.client = socketio.AsyncClient(reconnection=False)
        self.events: list[tuple[str, dict[str, Any]]] = []
        for name in ("message", "end_session", "instance:disconnected", "instance:reconnected"):
            self.client.on(name, lambda body, name=name: self._take(name, body))

    def _take(self, name: str, body: dict[str, Any]) -> None:
        self.events.append((name, body))

    async def wait_for(self, wanted: str) -> dict[str, Any]:
        """Wait for an event by its type (or name), and return its body."""
        await wait_until_async(lambda: self.kinds, lambda kinds: wanted in kinds)
        return self.events[self.kinds.index(wanted)][1]

    @property
    def kinds(self) -> list[str]:
        return [body.get("type", name) for name, body in self.events]


@asynccontextmanager
async def listening(emulator: Any, session_id: str) -> AsyncIterator[Listener]:
    listener = Listener()
    await listener.client.connect(emulator.url, auth={"sessionId": session_id}, transports=["websocket"])
    try:
        yield listener
    finally:
        await listener.client.disconnect()


async def send(emulator: Any, session_id: str, **message: Any) -> Any:
    headers = {"Authorization": f"Bearer {emulator.key}"}
    async with httpx.AsyncClient(base_url=emulator.url, headers=headers, timeout=60, trust_env=False) as http:
        return (await http.post("/start/send-message", json={"sessionId": session_id, "message": message})).json()


async def test_a_task_has_events_from_start_to_end(emulator, idle_session, page_url):
    async with listening(emulator, idle_session) as listener:
        body = await send(emulator, idle_session, actionType="newTask", taskDetails=LIST, startingPoint=page_url)
        completed = await listener.wait_for("task_completed")
    assert {"action", "agent", "response_update", "task_completed"} <= set(listener.kinds)
    assert listener.kinds[0] == "response_update"
    assert listener.events[0][1]["data"] == {"message": "Starting, browsing now"}
    assert listener.kinds[-1] == "task_completed"
    assert (completed["sessionId"], completed["taskId"]) == (idle_session, body["taskId"])
    assert completed["data"] == body["data"]
    assert completed["usage"] == body["usage"]


async def test_an_action_names_what_is_done_and_where(emulator, idle_session, page_url):
    async with listening(emulator, idle_session) as listener:
        await send(
            emulator, idle_session, actionType="newTask", taskDetails="click the Ring button", startingPoint=page_url
        )
        await listener.wait_for("task_completed")
    actions = [body["data"] for _, body in listener.events if body.get("type") == "action"]
    assert actions[0] == {"name": "navigateUrl", "target": page_url}
    assert actions[1]["name"] == "click"
    assert "Ring" in actions[1]["target"]


async def test_an_action_has_the_number_of_its_recorded_step(emulator, idle_session, page_url):
    async with listening(emulator, idle_session) as listener:
        await send(
            emulator, idle_session, actionType="newTask", taskDetails="click the Ring button", startingPoint=page_url
        )
        await listener.wait_for("task_completed")
    actions = [body for _, body in listener.events if body.get("type") == "action"]
    recorded = emulator.get(f"/_emulator/tasks/{actions[0]['taskId']}/steps")[1]["steps"]
    named = [(step["seq"], step["name"]) for step in recorded if step["kind"] == "action"]
    assert [(body["step"], body["data"]["name"]) for body in actions] == named


async def test_every_event_is_numbered_and_dated(emulator, idle_session, page_url):
    async with listening(emulator, idle_session) as listener:
        await send(emulator, idle_session, actionType="newTask", taskDetails=LIST, startingPoint=page_url)
        await listener.wait_for("task_completed")
    numbers = [body["seq"] for _, body in listener.events]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert all(body["at"] > 1.7e12 for _, body in listener.events)


async def test_costs_are_sent_while_a_task_runs(emulator, idle_session, page_url):
    async with listening(emulator, idle_session) as listener:
        await send(emulator, idle_session, actionType="newTask", taskDetails=LIST, startingPoint=page_url)
        await send(emulator, idle_session, actionType="state", newState="terminate")
        ended = await listener.wait_for("end_session")
    costs = [body["usage"]["cost"] for _, body in listener.events if body.get("type") in ("action", "agent")]
    assert len(costs) > 1
    assert costs == sorted(costs)
    assert ended["usage"]["cost"] > costs[-1]


async def test_a_late_listener_gets_later_events(emulator, idle_session, page_url):
    async with listening(emulator, idle_session) as early:
        await send(emulator, idle_session, actionType="newTask", taskDetails=LIST, startingPoint=page_url)
        await early.wait_for("task_completed")
        async with listening(emulator, idle_session) as late:
            await send(emulator, idle_session, actionType="state", newState="terminate")
            await late.wait_for("end_session")
    assert late.kinds == ["end_session"]


async def test_a_lost_browser_and_its_return_are_sent(emulator, idle_session):
    async with listening(emulator, idle_session) as listener:
        path = f"/_emulator/sessions/{idle_session}/instance"
        await asyncio.to_thread(emulator.post, path, {"action": "kill"})
        lost = await listener.wait_for("instance:disconnected")
        assert lost["gracePeriod"] == 300_000
        assert (await listener.wait_for("instance:reconnected"))["message"]


async def test_a_failure_is_an_error_event(emulator, idle_session):
    async with listening(emulator, idle_session) as listener:
        await send(emulator, idle_session, actionType="newTask", taskDetails=LIST, startingPoint="http://127.0.0.1:9/")
        error = await listener.wait_for("error")
    assert error["code"] == "NAVIGATION_FAILED"
    assert error["error"]
    assert error["taskId"]


async def test_a_guardrail_is_sent_and_answered_over_the_socket(emulator, idle_session, page_url):
    async with listening(emulator, idle_session) as listener:
        await send(
            emulator, idle_session, actionType="newTask", taskDetails="Click the Open button", startingPoint=page_url
        )
        asked = await listener.wait_for("guardrail_trigger")
        assert asked["data"]["type"] == "human_input_needed"
        await listener.client.emit("message", {"actionType": "guardrail", "taskDetails": "the left one"})
        await listener.wait_for("task_completed")


async def test_a_task_can_be_sent_over_the_socket(emulator, idle_session, page_url):
    async with listening(emulator, idle_session) as listener:
        await listener.client.emit("message", {"actionType": "newTask", "taskDetails": LIST, "startingPoint": page_url})
        await listener.wait_for("task_completed")


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("nonsense", "INVALID_PARAMETER"),
        ({"actionType": "dance"}, "INVALID_PARAMETER"),
        ({"actionType": "newTask", "taskDetails": ""}, "INVALID_TASK_DETAILS"),
        ({"actionType": "state", "newState": "stop"}, "INVALID_STATE"),
    ],
)
async def test_a_bad_message_is_answered_with_an_error(emulator, idle_session, message, code):
    async with listening(emulator, idle_session) as listener:
        await listener.client.emit("message", message)
        assert (await listener.wait_for("error"))["code"] == code


async def test_the_end_is_sent_with_its_reason_before_the_socket_closes(emulator, idle_session):
    async with listening(emulator, idle_session) as listener:
        await send(emulator, idle_session, actionType="state", newState="terminate")
        ended = await listener.wait_for("end_session")
        assert ended["reason"] == "terminated"
        async with asyncio.timeout(60):
            await listener.client.wait()  # the server closes the socket of a session that has ended


async def test_the_end_of_a_task_is_sent_before_that_of_its_session(emulator, idle_session, page_url):
    async with listening(emulator, idle_session) as listener:
        await send(
            emulator,
            idle_session,
            actionType="newTask",
            taskDetails=LIST,
            startingPoint=page_url,
            terminateOnCompletion=True,
        )
        ended = await listener.wait_for("end_session")
    assert ended["reason"] == "terminateOnCompletion"
    assert listener.kinds[-2:] == ["task_completed", "end_session"]


async def test_expiry_is_sent(emulator, idle_session):
    async with listening(emulator, idle_session) as listener:
        await asyncio.to_thread(emulator.advance, 6 * 60_000)
        assert (await listener.wait_for("end_session"))["reason"] == "expired"


async def test_two_listeners_get_the_same(emulator, idle_session, page_url):
    async with listening(emulator, idle_session) as one, listening(emulator, idle_session) as two:
        await send(emulator, idle_session, actionType="newTask", taskDetails=LIST, startingPoint=page_url)
        await one.wait_for("task_completed")
        await two.wait_for("task_completed")
    assert one.events == two.events


async def is_refused(emulator: Any, auth: Any, **headers: str) -> None:
    async with aiohttp.ClientSession() as http:  # of our own, so that it is closed however the attempt ends
        client = socketio.AsyncClient(reconnection=False, http_session=http)
        with pytest.raises(socketio.exceptions.ConnectionError):
            await client.connect(emulator.url, headers=headers, auth=auth, transports=["websocket"])


async def test_active_sockets_are_the_callers_sessions_with_listeners(emulator, idle_session):
    async def sockets() -> dict[str, int]:
        headers = {"Authorization": f"Bearer {emulator.key}"}
        async with httpx.AsyncClient(base_url=emulator.url, headers=headers, trust_env=False) as http:
            body = (await http.get("/start/active-sockets")).json()
        assert body["success"] is True
        assert body["activeSockets"] == sum(each["sockets"] for each in body["sessions"])
        return {each["sessionId"]: each["sockets"] for each in body["sessions"]}

    assert idle_session not in await sockets()
    async with listening(emulator, idle_session):
        assert (await sockets())[idle_session] == 1


@pytest.mark.parametrize("auth", [None, {}, {"sessionId": "aaaaaaaaaaaa"}, {"sessionId": 7}, "text"])
async def test_an_unknown_session_is_refused(emulator, auth):
    await is_refused(emulator, auth)


async def test_a_page_of_another_origin_is_refused(emulator, idle_session):
    await is_refused(emulator, {"sessionId": idle_session}, Origin="http://evil.example")


async def test_a_refused_command_is_told_to_its_sender(emulator, idle_session):
    async with listening(emulator, idle_session) as listener, listening(emulator, idle_session) as other:
        await listener.client.emit("message", {"actionType": "state", "newState": "pause"})
        error = await listener.wait_for("error")
    assert (error["code"], error["command"]) == ("INVALID_STATE", True)
    assert "taskId" not in error
    assert (error["details"], error["seq"] >= 0, error["at"] > 1.7e12) == ({"phase": "idle"}, True, True)
    assert "error" not in other.kinds


async def test_a_task_sent_over_the_socket_is_named_and_answered_by_its_events(emulator, idle_session, page_url):
    async with listening(emulator, idle_session) as listener:
        task = {"actionType": "newTask", "newState": "start", "prompt": LIST, "startingUrl": page_url}
        await listener.client.emit("message", task)
        completed = await listener.wait_for("task_completed")
    first = listener.events[0][1]
    _, poll = await asyncio.to_thread(emulator.get, f"/task/{idle_session}/{first['taskId']}")
    assert (first["type"], first["data"]) == ("response_update", {"message": "Starting, browsing now"})
    assert {body["taskId"] for _, body in listener.events} == {first["taskId"]}
    assert {name: value for name, value in completed.items() if name not in ("seq", "at")} == poll


async def test_the_failure_of_a_task_has_the_fields_of_its_poll(emulator, idle_session):
    async with listening(emulator, idle_session) as listener:
        task = {"actionType": "newTask", "newState": "start", "prompt": LIST, "startingUrl": "http://127.0.0.1:9/"}
        await listener.client.emit("message", task)
        error = await listener.wait_for("error")
    _, poll = await asyncio.to_thread(emulator.get, f"/task/{idle_session}/{error['taskId']}")
    same = {**poll, "type": "error", "details": {}}
    assert {name: value for name, value in error.items() if name not in ("seq", "at")} == same


async def test_a_task_that_is_refused_is_told_to_its_sender(emulator, idle_session):
    task = {"actionType": "newTask", "newState": "start", "prompt": " "}
    refused = await send(emulator, idle_session, **task)
    async with listening(emulator, idle_session) as listener:
        await listener.client.emit("message", task)
        error = await listener.wait_for("error")
    assert error["command"] is True
    assert (error["code"], error["error"]) == (refused["code"], refused["message"])
    assert emulator.status(idle_session)["currentTaskId"] is None


async def test_a_message_without_content_is_refused(emulator, idle_session):
    async with listening(emulator, idle_session) as listener:
        await listener.client.emit("message")
        assert (await listener.wait_for("error"))["command"] is True


async def test_a_socket_that_joins_late_gets_what_no_one_has_received(emulator, run, page_url):
    """The task and its session are over before any socket has joined."""
    body = await asyncio.to_thread(run, LIST, startingUrl=page_url)
    async with listening(emulator, body["sessionId"]) as late:
        async with asyncio.timeout(60):
            await late.client.wait()  # the server closes the socket: the session has ended
    assert late.kinds == ["task_completed", "end_session"]
    assert all(event["replayed"] for _, event in late.events)
    assert late.events[0][1]["data"] == body["data"]
    await is_refused(emulator, {"sessionId": body["sessionId"]})  # once


async def test_a_question_is_replayed_and_answered_over_the_late_socket(emulator, idle_session, page_url):
    asked = await send(
        emulator, idle_session, actionType="newTask", prompt="Click the Open button", startingUrl=page_url
    )
    async with listening(emulator, idle_session) as late, listening(emulator, idle_session) as later:
        question = await late.wait_for("guardrail_trigger")
        await late.client.emit("message", {"actionType": "guardrail", "newState": "resume", "prompt": "the left one"})
        await late.wait_for("task_completed")
        await later.wait_for("task_completed")
    assert (question["taskId"], question["replayed"], question["data"]) == (asked["taskId"], True, asked["data"])
    assert "guardrail_trigger" not in later.kinds
    assert not any("replayed" in event for _, event in later.events)


async def test_a_question_that_was_answered_over_rest_is_not_replayed(emulator, idle_session, page_url):
    task = {"actionType": "newTask", "prompt": "Click the Open button", "startingUrl": page_url}
    await send(emulator, idle_session, **task, terminateOnCompletion=True)
    await send(emulator, idle_session, actionType="guardrail", prompt="the left one")
    async with listening(emulator, idle_session) as late:
        await late.wait_for("end_session")
    assert "guardrail_trigger" not in late.kinds
    assert "task_completed" in late.kinds


async def test_after_a_minute_nothing_is_replayed(emulator, run, page_url):
    body = await asyncio.to_thread(run, LIST, startingUrl=page_url)
    await asyncio.to_thread(emulator.advance, 61_000)
    await is_refused(emulator, {"sessionId": body["sessionId"]})


async def test_a_failed_task_is_replayed(emulator, run):
    body = await asyncio.to_thread(run, LIST, startingUrl="http://127.0.0.1:9/")
    async with listening(emulator, body["sessionId"]) as late:
        error = await late.wait_for("error")
        ended = await late.wait_for("end_session")
    assert (error["taskId"], error["code"]) == (body["taskId"], "NAVIGATION_FAILED")
    assert (ended["type"], ended["reason"]) == ("end_session", "failed")

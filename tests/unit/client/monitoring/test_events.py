"""Tests of the typed events made from Socket.IO messages."""

from __future__ import annotations

import asyncio
import contextlib
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest

from webrun_nb.client.answers.tasks import CompletedTask, FailedTask
from webrun_nb.client.monitoring import events
from webrun_nb.client.monitoring.events import (
    ActionDone,
    AgentSaid,
    CommandRefused,
    EventStream,
    LiveEvent,
    QuestionAsked,
    StatusSaid,
    TaskEnded,
    read_message,
)


@pytest.mark.parametrize(
    ("message", "event"),
    [
        ({"type": "agent", "content": "looking", "taskId": "t1"}, AgentSaid("looking", "t1")),
        (
            {"type": "action", "data": {"name": "click", "target": '"Laptops"'}, "taskId": "t1"},
            ActionDone("click", '"Laptops"', "t1"),
        ),
        ({"type": "action", "data": {"name": "goBack"}}, ActionDone("goBack")),
        ({"type": "action", "data": {"name": "click", "target": {"text": "Buy"}}}, ActionDone("click", "Buy")),
        ({"type": "response_update", "data": {"message": "Starting"}, "taskId": "t1"}, StatusSaid("Starting", "t1")),
        ({"type": "response_update", "data": {"message": "Starting"}}, StatusSaid("Starting")),
        (
            {"type": "error", "command": True, "error": "nothing is paused", "code": "INVALID_STATE"},
            CommandRefused("INVALID_STATE", "nothing is paused"),
        ),
        ({"type": "error", "error": {"message": "no", "code": "AGENT_ERROR"}}, TaskEnded(None, "AGENT_ERROR", "no")),
        ({"type": "error", "message": "no"}, TaskEnded(None, "", "no")),
        (
            {"type": "guardrail_trigger", "taskId": "t1", "data": {"value": "?"}, "replayed": True},
            QuestionAsked("?", task_id="t1", replayed=True),
        ),
        ({"type": "task_completed", "taskId": "t1", "data": {}, "usage": {}}, TaskEnded("t1")),
        ({"type": "error", "taskId": "t1", "error": "no", "code": "AGENT_ERROR"}, TaskEnded("t1", "AGENT_ERROR", "no")),
        ({"type": "guardrail_trigger", "taskId": "t1", "data": {"value": "?"}}, QuestionAsked("?", task_id="t1")),
        (
            {
                "type": "guardrail_trigger",
                "taskId": "t1",
                "data": {"value": "?", "kind": "ambiguous", "candidates": ["a"]},
            },
            QuestionAsked("?", "ambiguous", ("a",), "t1"),
        ),
        ({"type": "from the future"}, None),
        ({}, None),
        ("noise", None),
        ({"type": "action", "data": "noise", "taskId": []}, ActionDone("")),
    ],
)
def test_messages_become_events(message: Any, event: LiveEvent | None) -> None:
    assert read_message(message) == event


ENDS = {"sessionId": "s1", "taskId": "t1", "usage": {"cost": 0.0041}, "seq": 7, "at": 5}


def test_the_event_of_an_end_that_says_as_much_as_a_poll_has_the_answer() -> None:
    done = {"type": "task_completed", "status": "complete", "data": {"message": "[]"}, "completedAt": "2026-01-01"}
    event = read_message({**ENDS, **done, "replayed": True})
    assert isinstance(event, TaskEnded)
    assert event.replayed
    assert isinstance(event.answer, CompletedTask)
    assert (event.answer.data.message, event.answer.cost_usd) == ("[]", Decimal("0.0041"))
    assert not {"seq", "at", "replayed"} & set(event.answer.raw)


def test_the_event_of_a_failure_that_says_as_much_as_a_poll_has_the_answer() -> None:
    event = read_message({**ENDS, "type": "error", "status": "failed", "error": "no", "code": "TASK_TIMEOUT"})
    assert isinstance(event, TaskEnded)
    assert isinstance(event.answer, FailedTask)
    assert (event.answer.message, event.answer.code) == ("no", "TASK_TIMEOUT")


@pytest.mark.parametrize("left_out", ["status", "usage", "sessionId", "taskId"])
def test_the_event_of_an_end_that_says_less_than_a_poll_has_no_answer(left_out: str) -> None:
    whole = {**ENDS, "type": "task_completed", "status": "complete", "data": {"message": "[]"}}
    event = read_message({name: value for name, value in whole.items() if name != left_out})
    assert isinstance(event, TaskEnded)
    assert event.answer is None


def test_an_action_reads_as_people_say_it() -> None:
    assert ActionDone("click", '"Laptops"').text == 'click "Laptops"'
    assert ActionDone("goBack").text == "go back"


class SwallowingSocket:
    """A socket whose opening ends as it is cancelled, and loses the cancellation, as `asyncio.wait_for` may."""

    def __init__(self, **_options: Any) -> None:
        self.connected = False

    def on(self, event: str, handler: Any) -> None:
        """Take a handler; there are no events."""

    async def connect(self, url: str, **_options: Any) -> None:
        opening.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        self.connected = True

    async def disconnect(self) -> None:
        self.connected = False
        closed.set()


opening, closed = asyncio.Event(), asyncio.Event()


async def test_a_socket_is_closed_even_if_its_opening_loses_the_cancellation(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = SimpleNamespace(AsyncClient=SwallowingSocket, exceptions=SimpleNamespace(SocketIOError=OSError))
    modules = {"socketio": fake, "aiohttp": aiohttp}
    monkeypatch.setattr(events, "importlib", SimpleNamespace(import_module=modules.__getitem__))
    told: list[LiveEvent] = []
    stream = EventStream("http://127.0.0.1:9", "s1", told.append)
    stream.open()
    await opening.wait()
    await stream.close()
    assert (closed.is_set(), told, stream.connected) == (True, [], False)

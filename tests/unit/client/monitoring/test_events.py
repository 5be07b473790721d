"""Tests of the typed events made from Socket.IO messages."""

from __future__ import annotations

from typing import Any

import pytest

from webrun_nb.client.monitoring.events import (
    ActionDone,
    AgentSaid,
    LiveEvent,
    QuestionAsked,
    ResponseUpdate,
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
        ({"type": "response_update", "data": {"message": "so far"}, "taskId": "t1"}, ResponseUpdate("so far", "t1")),
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
        ({"type": "action", "data": "noise", "taskId": 7}, ActionDone("")),
    ],
)
def test_messages_become_events(message: Any, event: LiveEvent | None) -> None:
    assert read_message(message) == event


def test_an_action_reads_as_people_say_it() -> None:
    assert ActionDone("click", '"Laptops"').text == 'click "Laptops"'
    assert ActionDone("goBack").text == "go back"

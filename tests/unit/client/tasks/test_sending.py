"""Tests of tasks that are sent over the socket of their session, with a socket whose events the test decides."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from helpers.fake_service import FakeService, asking, completed, failed, running
from webrun_nb.client._sync import runtime
from webrun_nb.client.errors import ConnectionLostError, RequestError, SessionGoneError, TaskFailedError, WebRunError
from webrun_nb.client.monitoring.events import ConnectionChanged, SessionEnded, read_message
from webrun_nb.client.sessions.session import Session
from webrun_nb.client.tasks import sending
from webrun_nb.client.tasks.options import TaskOptions
from webrun_nb.client.tasks.result import TaskResult

STARTED = {"type": "response_update", "taskId": "t1", "data": {"message": "Starting"}}
LATE = {**completed("[9]"), "taskId": "t0", "replayed": True}
"""The end of an earlier task, which the socket gets when it joins."""


class FakeSocket:
    """An open socket that answers each message with `events`."""

    def __init__(self, session: Session, *events: Mapping[str, Any]) -> None:
        self._monitor = session.monitor
        self.events = list(events)
        self.connected = True
        self.sent: list[dict[str, Any]] = []
        self.on_send: Callable[[], None] = lambda: None

    async def send(self, message: Mapping[str, Any]) -> None:
        self.sent.append(dict(message))
        self.on_send()
        for event in self.events:
            read = read_message(event)
            assert read is not None
            asyncio.get_running_loop().call_soon(self._monitor._on, read)

    async def close(self) -> None:
        self.connected = False


@pytest.fixture
def session(client: Any) -> Session:
    return client.start("shop", url="http://a.example/")


def open_socket(session: Session, *events: Mapping[str, Any]) -> FakeSocket:
    socket = FakeSocket(session, *events)
    session.monitor._live = socket  # type: ignore[assignment]
    return socket


def run(session: Session, text: str = "List", **options: Any) -> tuple[TaskResult, list[tuple[str, str]]]:
    """Run a task; return its result and the ids that were told meanwhile."""
    ids: list[tuple[str, str]] = []

    async def on_loop() -> TaskResult:
        request = await session.runner.prepare(text, TaskOptions(**options))
        return await session.runner.run(request, on_id=lambda *both: ids.append(both))

    return runtime.run(on_loop()), ids


def test_a_task_is_sent_over_an_open_socket_and_answered_by_its_events(session: Session, service: FakeService) -> None:
    socket = open_socket(session, STARTED, completed("[1]"))
    result, ids = run(session)
    assert [(message["actionType"], message["prompt"]) for message in socket.sent] == [("newTask", "List")]
    assert (result.text, result.task_id, ids) == ("[1]", "t1", [("s1", "t1")])
    assert len(service.sent) == 1  # the start of the session
    assert not service.began.is_set()  # it was not polled


def test_a_task_that_ends_before_it_is_named_is_answered_by_its_end(session: Session) -> None:
    open_socket(session, completed("[1]"))
    assert run(session)[0].text == "[1]"


def test_the_end_of_an_earlier_task_does_not_name_the_one_that_was_sent(session: Session) -> None:
    open_socket(session, LATE, STARTED, completed("[1]"))
    assert run(session)[1] == [("s1", "t1")]


def test_without_a_socket_a_task_is_sent_by_a_request(session: Session, service: FakeService) -> None:
    assert run(session)[1] == [("s1", "t1")]
    assert service.sent[-1]["actionType"] == "newTask"


def test_a_task_whose_socket_has_just_closed_is_sent_by_a_request(session: Session, service: FakeService) -> None:
    def close() -> None:
        raise ConnectionLostError("no socket is open")

    socket = open_socket(session)
    socket.on_send = close
    result, _ = run(session)
    assert (result.text, len(service.sent)) == ("[]", 2)


def test_a_message_that_is_too_large_for_a_socket_is_sent_by_a_request(
    session: Session, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    socket = open_socket(session, STARTED, completed())
    monkeypatch.setattr(sending, "LONGEST_MESSAGE_BYTES", 10)
    run(session)
    assert (socket.sent, service.sent[-1]["actionType"]) == ([], "newTask")


def test_an_end_without_the_whole_answer_is_polled(session: Session, service: FakeService) -> None:
    service.task = completed("[2]")
    open_socket(session, STARTED, {"type": "task_completed", "taskId": "t1", "data": {"message": "[1]"}})
    assert run(session)[0].text == "[2]"


def test_a_queued_task_is_named_by_the_status(session: Session, service: FakeService) -> None:
    service.current, service.queued, service.task = None, ["t1"], completed("[2]")
    open_socket(session)
    result, ids = run(session)
    assert (result.text, ids) == ("[2]", [("s1", "t1")])


def test_a_failure_that_comes_by_its_event_is_raised(session: Session) -> None:
    open_socket(session, STARTED, {**failed("NAVIGATION_FAILED"), "type": "error"})
    with pytest.raises(TaskFailedError, match="it broke") as error:
        run(session)
    assert (error.value.code, error.value.task_id) == ("NAVIGATION_FAILED", "t1")


@pytest.mark.parametrize(("code", "kind"), [("INVALID_PARAMETER", RequestError), ("SESSION_EXPIRED", SessionGoneError)])
def test_a_refusal_is_the_error_of_a_refused_request(session: Session, code: str, kind: type[WebRunError]) -> None:
    details = {"parameter": "prompt"}
    open_socket(session, {"type": "error", "command": True, "error": "no", "code": code, "details": details})
    with pytest.raises(kind, match="no") as error:
        run(session)
    assert (error.value.code, dict(error.value.details)) == (code, details)


def test_a_question_is_read_when_it_is_asked(session: Session, service: FakeService) -> None:
    service.task = asking()
    open_socket(session, STARTED, {"type": "guardrail_trigger", "taskId": "t1", "data": {"value": "Which?"}})
    session.client.on_guardrail(lambda question: question.candidates[0])  # type: ignore[attr-defined]
    assert run(session)[0].text == "Blue"


def test_a_session_that_ended_meanwhile_gives_the_error_of_a_request(session: Session, service: FakeService) -> None:
    socket = open_socket(session)

    def end() -> None:
        service.status, service.phase, service.refuse = "terminated", None, (401, "SESSION_EXPIRED")
        session.monitor._on(SessionEnded("expired"))

    socket.on_send = end
    with pytest.raises(SessionGoneError) as error:
        run(session)
    assert error.value.code == "SESSION_EXPIRED"


def test_a_task_that_no_one_confirms_is_not_sent_again(
    session: Session, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    socket = open_socket(session)

    def lose() -> None:
        socket.connected = False
        session.monitor._on(ConnectionChanged(False))

    socket.on_send = lose
    monkeypatch.setattr(sending, "LOST_WITHIN_S", 0.0)
    monkeypatch.setattr(sending, "LOOK_EVERY_S", 0.001)
    with pytest.raises(ConnectionLostError, match="did not confirm the task"):
        run(session)
    assert (len(socket.sent), len(service.sent)) == (1, 1)


def test_a_task_whose_id_can_not_be_kept_is_stopped(session: Session, service: FakeService) -> None:
    service.task = running()
    open_socket(session, STARTED)

    def fail(*_ids: str) -> None:
        raise OSError("the disk is full")

    async def on_loop() -> None:
        request = await session.runner.prepare("List", TaskOptions())
        await session.runner.run(request, on_id=fail)

    with pytest.raises(OSError, match="the disk is full"):
        runtime.run(on_loop())
    assert service.sent[-1] == {"actionType": "state", "newState": "stop", "taskId": "t1"}

"""Tests of the request bodies of a session's commands and of the emulator's controls."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from helpers.fake_service import FakeService, asking, completed, failed, still_pending
from webrun_nb.client._sync import runtime
from webrun_nb.client.client import Client
from webrun_nb.client.errors import (
    AuthenticationError,
    GuardrailError,
    RequestError,
    SessionGoneError,
    TaskFailedError,
    WebRunError,
)
from webrun_nb.client.monitoring.events import ActionDone, ConnectionChanged, InstanceChanged, read_instance_change
from webrun_nb.client.sessions.session import Session
from webrun_nb.client.snapshot import SessionSnapshot


@pytest.fixture
def session(client: Client) -> Session:
    return client.start("shop", url="http://a.example/")


# --- manual control ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "action"),
    [
        (lambda s: s.take_over(), {"type": "takeOverControl"}),
        (lambda s: s.release(), {"type": "releaseControl"}),
        (lambda s: s.click(10, 0), {"type": "CLICK", "x": 10, "y": 155}),
        (lambda s: s.double_click(1024, 600), {"type": "DOUBLE_CLICK", "x": 1024, "y": 755}),
        (lambda s: s.type("Ada"), {"type": "TYPE", "text": "Ada", "humanLike": False}),
        (lambda s: s.type("Ada", human_like=True), {"type": "TYPE", "text": "Ada", "humanLike": True}),
        (lambda s: s.press("Enter"), {"type": "KEY_PRESS", "key": "Enter"}),
        (lambda s: s.scroll(5, 5, dy=300), {"type": "SCROLL", "x": 5, "y": 160, "deltaX": 0, "deltaY": 300}),
    ],
)
def test_what_a_person_does_goes_in_the_contracts_coordinates(
    session: Session, service: FakeService, act: Any, action: dict[str, Any]
) -> None:
    act(session)
    assert service.sent[-1] == {"actionType": "interaction", "action": action}


@pytest.mark.parametrize("point", [(-1, 0), (0, 601), (1025, 0), (float("nan"), 0)])
def test_a_click_beside_the_page_is_not_sent(
    session: Session, service: FakeService, point: tuple[float, float]
) -> None:
    with pytest.raises(RequestError, match="has to be 0…"):
        session.click(*point)
    assert len(service.sent) == 1


# --- submitted tasks --------------------------------------------------------------------------------------------------


def test_a_submitted_task_is_known_before_it_is_done(session: Session, service: FakeService) -> None:
    service.hold = asyncio.Event()
    handle = session.submit("How many?")
    assert (handle.task_id, handle.state, handle.done) == ("t1", "running", False)
    service.task = completed("ten")
    runtime.loop.call_soon_threadsafe(service.hold.set)
    assert handle.result(60).text == "ten"
    assert handle.state == "complete"


async def test_a_handle_can_be_awaited(session: Session, service: FakeService) -> None:
    service.task = completed("ten")
    handle = await session.asubmit("How many?")
    assert (await handle).text == "ten"
    assert (await handle).text == "ten"


def test_a_failed_task_raises_where_it_is_waited_for(session: Session, service: FakeService) -> None:
    service.task = failed("NAVIGATION_FAILED")
    handle = session.submit("List")
    with pytest.raises(TaskFailedError):
        handle.result(60)
    assert handle.state == "failed"


def test_a_refused_task_raises_at_once(session: Session, service: FakeService) -> None:
    service.refuse = (404, "SESSION_EXPIRED")
    with pytest.raises(SessionGoneError):
        session.submit("List")


def test_a_handles_stop_names_its_task(session: Session, service: FakeService) -> None:
    service.hold = asyncio.Event()
    session.submit("List").stop()
    assert service.sent[-1] == {"actionType": "state", "newState": "stop", "taskId": "t1"}


def test_a_stopped_handle_says_so_as_soon_as_its_server_does(session: Session, service: FakeService) -> None:
    service.hold = asyncio.Event()
    handle = session.submit("List")
    handle.stop()
    assert (handle.stopped, handle.done, handle.state) == (True, True, "failed")


def test_an_unanswered_question_of_a_submitted_task_waits(session: Session, service: FakeService) -> None:
    service.task = asking()
    handle = session.submit("Buy it")
    service.phase, service.current = "guardrail", "t1"
    session.answer("Blue", "t1")
    assert handle.result(60).text == "Blue"


def test_a_declined_question_stops_a_submitted_task_too(client: Client, session: Session, service: FakeService) -> None:
    service.task = asking()
    client.on_guardrail(lambda question: None)
    with pytest.raises(GuardrailError):
        session.submit("Buy it").result(60)


def test_a_handler_answers_a_submitted_task(client: Client, session: Session, service: FakeService) -> None:
    service.task = asking()
    client.on_guardrail(lambda question: "Green")
    assert session.submit("Buy it").result(60).text == "Green"


# --- questions --------------------------------------------------------------------------------------------------------


def test_a_question_that_a_form_shows_is_waited_for(client: Client, session: Session, service: FakeService) -> None:
    def shown(session_id: str, task_id: str) -> bool:
        service.task = completed("from the form")
        return (session_id, task_id) == ("s1", "t1")

    service.task = asking()
    client.form_shown = shown
    assert session.task("Buy it").text == "from the form"


def test_a_question_that_no_form_shows_stops_the_task(client: Client, session: Session, service: FakeService) -> None:
    service.task = asking()
    client.form_shown = lambda session_id, task_id: False
    with pytest.raises(GuardrailError):
        session.task("Buy it")


def test_an_answer_to_a_question_that_is_gone_is_not_sent(session: Session, service: FakeService) -> None:
    with pytest.raises(RequestError, match="no longer open"):
        session.answer("Blue", "t1")
    assert len(service.sent) == 1


def test_a_question_answered_elsewhere_is_cleared(session: Session, service: FakeService) -> None:
    service.phase, service.current, service.task = "guardrail", "t1", asking()
    assert session.status().question is not None
    service.phase = "running"
    assert session.status().question is None


def test_a_second_question_of_the_same_task_is_seen_without_a_socket(session: Session, service: FakeService) -> None:
    service.phase, service.current, service.task = "guardrail", "t1", asking()
    session.status()
    service.task = asking()
    service.task["data"] = {**service.task["data"], "value": "Really?"}
    question = session.status().question
    assert question is not None
    assert question.text == "Really?"


def test_a_session_that_the_server_forgot_has_ended(session: Session, service: FakeService) -> None:
    service.forgotten = True
    assert session.status().state_label == "terminated · session not found"


def test_how_a_session_ended_is_not_forgotten_with_it(session: Session, service: FakeService) -> None:
    session.terminate()
    service.forgotten = True
    assert session.status().state_label == "terminated"


# --- again ------------------------------------------------------------------------------------------------------------


def test_again_starts_with_the_same_options_and_name(session: Session, service: FakeService) -> None:
    session.terminate()
    service.status = "active"
    again = session.restart()
    assert (again.session_id, again.name, again.options) == ("s2", "shop", session.options)
    assert service.sent[-1] == service.sent[0]


def test_again_beside_a_live_session_gets_a_number(session: Session) -> None:
    assert session.restart().name == "shop-2"


# --- what events change -----------------------------------------------------------------------------------------------


def receive_events(session: Session, *events: Any) -> SessionSnapshot:
    """Deliver events on the loop thread, and return the snapshot right after."""

    async def come_in() -> SessionSnapshot:
        for event in events:
            session.monitor._on(event)
        return session.snapshot

    return runtime.run(come_in())


def test_a_lost_browser_shows_until_when_it_may_come_back(session: Session) -> None:
    lost = read_instance_change(False, {"gracePeriod": 300_000, "message": "", "at": 7, "seq": 1})
    snapshot = receive_events(session, lost)
    assert (snapshot.status, snapshot.grace_ends_at_ms, snapshot.expires_at_ms) == ("orphaned", 300_007, None)


def test_a_status_that_says_orphaned_keeps_what_the_event_said(session: Session, service: FakeService) -> None:
    service.status, service.phase = "orphaned", None
    receive_events(session, InstanceChanged(False, grace_ms=300_000, at_ms=7))
    assert session.status().grace_ends_at_ms == 300_007


def test_a_browser_that_comes_back_ends_the_grace_period(session: Session) -> None:
    lost, back = InstanceChanged(False, grace_ms=300_000, at_ms=7), InstanceChanged(True)
    snapshot = receive_events(session, lost, back)
    assert (snapshot.status, snapshot.grace_ends_at_ms) == ("active", None)


def test_after_the_socket_was_lost_the_status_is_read(session: Session, service: FakeService) -> None:
    async def reconnect() -> SessionSnapshot:
        read = asyncio.Event()
        session.monitor.subscribe(lambda snapshot: read.set())
        with session.monitor.changes() as news:
            session.monitor._on(ConnectionChanged(True))
            assert news.changed  # a task may have ended meanwhile
        await read.wait()
        return session.snapshot

    service.phase = "paused"
    assert runtime.run(reconnect(), timeout_s=60).phase == "paused"


def test_a_result_says_where_the_session_was(session: Session) -> None:
    assert session.task("List").url == "http://a.example/"


def test_a_result_says_where_the_browser_last_went(session: Session) -> None:
    receive_events(session, ActionDone("navigateUrl", "http://b.example/"))
    assert session.task("List").url == "http://b.example/"


def test_without_a_socket_a_task_keeps_the_url_of_the_previous_one(session: Session) -> None:
    session.task("List", url="http://c.example/")
    assert session.task("List").url == "http://c.example/"


# --- keys -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "code"),
    [("", "UNAUTHORIZED"), ("  ", "UNAUTHORIZED"), ("wr_é", "INVALID_API_KEY"), ("wr_\n1", "INVALID_API_KEY")],
)
def test_a_key_that_can_not_be_sent_is_refused_before(service: FakeService, key: str, code: str) -> None:
    client = Client("http://127.0.0.1:9", key=key, transport=httpx.MockTransport(service), ledger=None)
    with pytest.raises(AuthenticationError) as raised:
        client.start()
    client.close()
    assert raised.value.code == code
    assert service.sent == []


# --- the emulator's controls ------------------------------------------------------------------------------------------


class FakeControls:
    """A server that records the calls of `/_emulator/…`."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, Any]] = []
        self.answer: tuple[int, Any] = (200, {"success": True, "now": 5, "clockRunning": True})

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.calls.append((request.method, request.url.path, json.loads(request.content or b"null")))
        status, body = self.answer
        return httpx.Response(status, json=body)


@pytest.fixture
def controls() -> FakeControls:
    return FakeControls()


@pytest.fixture
def steered(controls: FakeControls) -> Iterator[Client]:
    client = Client("http://127.0.0.1:9", key="k", transport=httpx.MockTransport(controls), ledger=None)
    yield client
    client.close()


@pytest.mark.parametrize(
    ("do", "call"),
    [
        (lambda c: c.state(), ("GET", "state", None)),
        (lambda c: c.reset(), ("POST", "reset", {})),
        (lambda c: c.advance(360_000), ("POST", "clock", {"advance": 360_000})),
        (lambda c: c.freeze(), ("POST", "clock", {"freeze": True})),
        (lambda c: c.freeze(False), ("POST", "clock", {"freeze": False})),
        (lambda c: c.instance("s1", "kill"), ("POST", "sessions/s1/instance", {"action": "kill"})),
        (lambda c: c.clear_faults(), ("POST", "faults", {"clear": True})),
        (
            lambda c: c.faults("start-session", times=2, status=503, code="INSTANCE_UNAVAILABLE"),
            (
                "POST",
                "faults",
                {"endpoint": "start-session", "times": 2, "status": 503, "code": "INSTANCE_UNAVAILABLE"},
            ),
        ),
        (lambda c: c.faults("task", delay_ms=500), ("POST", "faults", {"endpoint": "task", "times": 1, "delay": 500})),
        (lambda c: c.faults("task", drop=True), ("POST", "faults", {"endpoint": "task", "times": 1, "drop": True})),
        (lambda c: c.faults("instance-start"), ("POST", "faults", {"instanceStart": "refuse", "times": 1})),
    ],
)
def test_controls_send_the_contracts_bodies(steered: Client, controls: FakeControls, do: Any, call: Any) -> None:
    do(steered.control)
    method, path, body = call
    assert controls.calls == [(method, f"/_emulator/{path}", body)]


def test_the_account_is_changed_by_what_is_named(steered: Client, controls: FakeControls) -> None:
    account = {"success": True, "balance": 0.05, "currentPeriodSpend": 0, "spendingLimit": None, "remaining": None}
    controls.answer = (200, account)
    steered.control.account(balance=0.05, spending_limit=None)
    assert controls.calls == [("PUT", "/_emulator/account", {"balance": 0.05, "spendingLimit": None})]


def test_an_account_has_no_other_fields(steered: Client) -> None:
    with pytest.raises(TypeError, match="balence"):
        steered.control.account(balence=1)


def test_a_fault_that_says_nothing_is_not_sent(steered: Client, controls: FakeControls) -> None:
    with pytest.raises(RequestError, match="status, a delay, or drop"):
        steered.control.faults("task")
    assert controls.calls == []


ERROR = {"success": False, "message": "m", "error": "m", "code": "NOT_FOUND"}


@pytest.mark.parametrize("answer", [(404, ERROR), (404, "not the contract's body")])
def test_a_server_without_controls_is_one_line(steered: Client, controls: FakeControls, answer: Any) -> None:
    controls.answer = answer
    with pytest.raises(RequestError, match="only the emulator has it") as raised:
        steered.control.advance(1)
    assert raised.value.code == "EMULATOR_ONLY"


WRONG_IDS = ("a/b", "..", "", "x y")


@pytest.mark.parametrize("wrong", WRONG_IDS)
@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda client, wrong: client.control.instance(wrong, "kill"), "SESSION_NOT_FOUND"),
        (lambda client, wrong: client.control.pictures(wrong), "SESSION_NOT_FOUND"),
        (lambda client, wrong: client.control.steps(wrong), "TASK_NOT_FOUND"),
        (lambda client, wrong: client.control.step_picture(wrong, 1), "TASK_NOT_FOUND"),
        (lambda client, wrong: runtime.run(client.http.session_status(wrong)), "SESSION_NOT_FOUND"),
        (lambda client, wrong: runtime.run(client.http.task("s1", wrong)), "TASK_NOT_FOUND"),
    ],
)
def test_what_can_be_no_id_is_no_missing_endpoint(
    steered: Client, controls: FakeControls, call: Callable[[Client, str], object], code: str, wrong: str
) -> None:
    controls.answer = (404, ERROR)  # the server's answer for an unknown path
    with pytest.raises(WebRunError) as raised:
        call(steered, wrong)
    assert raised.value.code == code
    assert repr(wrong) in raised.value.message
    assert controls.calls == []


@pytest.mark.parametrize("code", ["SESSION_NOT_FOUND", "TASK_NOT_FOUND"])
def test_an_unknown_id_is_no_missing_endpoint(steered: Client, controls: FakeControls, code: str) -> None:
    controls.answer = (404, {**ERROR, "code": code})
    with pytest.raises(WebRunError) as raised:
        steered.control.steps("nope")
    assert raised.value.code == code


def test_the_hosted_service_is_not_even_asked(controls: FakeControls) -> None:
    client = Client(key="k", transport=httpx.MockTransport(controls), ledger=None)
    with pytest.raises(RequestError, match="only the emulator has it"):
        client.control.advance(1)
    client.close()
    assert controls.calls == []


def test_past_the_window_a_submitted_task_is_polled(session: Session, service: FakeService) -> None:
    service.task = still_pending()
    handle = session.submit("How many?")
    service.task = completed("ten")
    assert handle.result(60).text == "ten"

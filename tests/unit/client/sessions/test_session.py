"""Tests of the client's sessions over a fake service."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from helpers.fake_service import USAGE, FakeService, asking, completed, failed, refused, still_pending
from helpers.prices import IDLE_USD_PER_MINUTE
from webrun_nb.client._sync import runtime
from webrun_nb.client.client import Client, SessionStarter
from webrun_nb.client.errors import (
    GuardrailError,
    ProtocolError,
    RequestError,
    TaskFailedError,
    TaskInterruptedError,
    WebRunError,
)
from webrun_nb.client.monitoring.events import QuestionAsked
from webrun_nb.client.sessions.session import Session
from webrun_nb.client.snapshot import Question, SessionSnapshot

SCHEMA = {"type": "array", "items": {"type": "object"}}


@pytest.fixture
def session(client: Client) -> Session:
    return client.start("shop")


def test_an_unknown_argument_names_the_near_one(client: Client, session: Session) -> None:
    with pytest.raises(TypeError, match=r"start\(\) has no argument 'max_cost' · did you mean max_cost_usd\?"):
        client.start(max_cost=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"task\(\) has no argument 'timeout' · did you mean timeout_ms\?"):
        session.task("look", timeout=1)  # type: ignore[call-arg]


BAD_CALLS: dict[str, tuple[Callable[[Any, Any], object], str]] = {
    "no text": (
        lambda client, session: session.task(),
        "task(): missing a required argument: 'text' · it has: text, url,",
    ),
    "a number as text": (lambda client, session: session.task(5), "task() takes text as text, not int"),
    "a number as name": (lambda client, session: client.start(5), "start() takes text as name, not int"),
    "a number as URL": (lambda client, session: client.run_task("x", url=5), "run_task() takes text as url, not int"),
    "a name as secrets": (
        lambda client, session: session.task("x", secrets="SHOP"),
        "secrets is a dict of hosts and names, not str",
    ),
    "a status as expect": (lambda client, session: session.task("x", expect=404), 'did you mean "status = 404"?'),
    "one file that is not there": (lambda client, session: session.task("x", files="none.csv"), "no file none.csv"),
    "a base URL without its scheme": (
        lambda client, session: Client("127.0.0.1:9", key="k"),
        "write it with its scheme",
    ),
    "a base URL in clear": (
        lambda client, session: Client("http://connect.example.org", key="k"),
        "the key would be sent to connect.example.org unencrypted · use https",
    ),
    "a base URL with a password": (
        lambda client, session: Client("https://ada:s3cret@example.org", key="k"),
        "the base URL holds a user name or password · leave it out",
    ),
    "a number as handler": (lambda client, session: client.on_guardrail(5), "takes a function or None, not int"),
    "an environment's number": (lambda client, session: client.environments.find(5), "takes text as environment"),
}


@pytest.mark.parametrize("call", BAD_CALLS)
def test_a_call_that_can_not_be_made_is_one_line_and_sends_nothing(
    client: Client, session: Session, service: FakeService, call: str
) -> None:
    make, said = BAD_CALLS[call]
    before = list(service.sent)
    with pytest.raises(WebRunError) as raised:
        make(client, session)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)
    assert service.sent == before
    assert list(client.sessions) == ["shop"]


# --- sessions ---------------------------------------------------------------------------------------------------------


def test_a_started_session_knows_its_state(session: Session) -> None:
    snapshot = session.snapshot
    assert (snapshot.name, snapshot.session_id, snapshot.state_label) == ("shop", "s1", "active · idle")
    assert (snapshot.server_now_ms, snapshot.emulated) == (5, True)


def test_idle_time_is_a_part_of_a_snapshots_compute(session: Session) -> None:
    snapshot = session.snapshot
    assert (snapshot.compute_usd, snapshot.idle_usd) == (Decimal("0.004"), Decimal("0.001"))
    assert (snapshot.tokens_usd, snapshot.cost_usd) == (Decimal("0.0001"), Decimal("0.0041"))


def test_starting_again_gives_the_live_session(client: Client, service: FakeService) -> None:
    assert client.start("shop") is client.start("shop")
    assert service.number == 1


def test_starting_again_with_other_options_explains(client: Client) -> None:
    client.start("shop", url="http://a.example")
    with pytest.raises(WebRunError, match=r"session shop is open with other options \(url, max cost\)"):
        client.start("shop", url="http://b.example", max_cost_usd=1)


def test_new_starts_another(client: Client) -> None:
    first, second = client.start("shop"), client.start("shop", new=True)
    assert (first.session_id, second.session_id, second.name) == ("s1", "s2", "shop-2")


def test_an_ended_sessions_name_is_free_again(client: Client, service: FakeService) -> None:
    client.start("shop").terminate()
    service.status = "active"
    assert client.start("shop").session_id == "s2"


def test_the_options_go_under_the_contracts_names(client: Client, service: FakeService) -> None:
    client.start(url="practice:shop", environment_id="e", policy_id="pol_1", proxy={"source": "WebRun"})
    assert service.sent[0] == {
        "environmentId": "e",
        "policyId": "pol_1",
        "proxy": {"source": "WebRun"},
        "task": {"startingUrl": "http://shop.localhost:9/"},
    }


def test_terminating_twice_is_one_termination(session: Session, service: FakeService) -> None:
    session.terminate()
    session.terminate()
    assert [message["newState"] for message in service.sent[1:]] == ["terminate"]
    assert session.snapshot.state_label == "terminated"


def test_a_with_block_ends_its_session(client: Client) -> None:
    with client.start() as session:
        pass
    assert session.ended


def test_subscribers_are_notified_until_they_unsubscribe(session: Session, service: FakeService) -> None:
    seen: list[SessionSnapshot] = []
    leave = session.subscribe(seen.append)
    service.phase = "paused"
    session.status()
    leave()
    service.phase = "idle"
    session.status()
    assert [snapshot.phase for snapshot in seen] == ["paused"]


def test_a_failing_subscriber_does_not_end_the_others(session: Session, service: FakeService) -> None:
    seen: list[SessionSnapshot] = []
    session.subscribe(lambda snapshot: 1 / 0)  # type: ignore[arg-type, return-value]
    session.subscribe(seen.append)
    service.phase = "paused"
    session.status()
    assert seen


def test_it_polls_by_itself_where_no_socket_is_open(session: Session, service: FakeService) -> None:
    is_orphaned = threading.Event()
    session.subscribe(lambda snapshot: is_orphaned.set() if snapshot.status == "orphaned" else None)
    service.status = "orphaned"
    assert is_orphaned.wait(60)


# --- tasks ------------------------------------------------------------------------------------------------------------


def test_a_task_comes_back_as_a_result(session: Session, service: FakeService) -> None:
    service.task = completed('[{"name": "X1"}]')
    result = session.task("List", url="http://a.example", schema=SCHEMA)
    assert result.json == [{"name": "X1"}]
    assert (result.cost_usd, result.emulated, result.url) == (Decimal("0.0041"), True, "http://a.example")
    assert result.captured_at.isoformat() == "2023-11-14T22:13:20+00:00"
    assert result.body["data"]["message"] == result.text


def test_a_task_sends_what_was_given_and_no_more(session: Session, service: FakeService) -> None:
    session.task("List", schema=SCHEMA, timeout_ms=5000, end=True)
    assert service.sent[-1] == {
        "actionType": "newTask",
        "newState": "start",
        "prompt": "List",
        "maxDuration": 5000,
        "terminateOnCompletion": True,
        "outputType": "structured_json",
        "outputSchema": SCHEMA,
    }


def test_a_text_answer_has_no_json(session: Session, service: FakeService) -> None:
    service.task = completed("**ten**")
    assert session.task("How many?").json is None


def test_the_latest_result_is_kept(client: Client, session: Session) -> None:
    assert client.last is session.task("List") is client.last or client.last is not None


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"text": "  "}, "INVALID_TASK_DETAILS"),
        ({"text": "List", "url": "example.com"}, "INVALID_PARAMETER"),
        ({"text": "List", "timeout_ms": 10}, "INVALID_PARAMETER"),
    ],
)
def test_a_task_that_can_not_be_sent_costs_nothing(
    session: Session, service: FakeService, arguments: dict[str, Any], code: str
) -> None:
    with pytest.raises(RequestError) as raised:
        session.task(**arguments)
    assert raised.value.code == code
    assert len(service.sent) == 1


def test_a_failed_task_raises_with_its_code(session: Session, service: FakeService) -> None:
    service.task = failed("NAVIGATION_FAILED")
    with pytest.raises(TaskFailedError, match="it broke") as raised:
        session.task("List")
    assert (raised.value.code, raised.value.task_id, raised.value.session_id) == ("NAVIGATION_FAILED", "t1", "s1")


def test_past_the_window_a_task_is_polled(session: Session, service: FakeService) -> None:
    answers = iter([still_pending(), still_pending(), completed("done")])

    async def turn(request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/task/"):
            service.task = next(answers)
        return await service(request)

    service.task = still_pending()
    other = Client("http://127.0.0.1:9", key="k", transport=httpx.MockTransport(turn), listen=False, ledger=None)
    try:
        assert other.start().task("List").text == "done"
    finally:
        other.close()


async def test_the_awaitable_face_gives_the_same(client: Client, service: FakeService) -> None:
    service.task = completed("ten")
    async with await client.astart() as session:
        assert (await session.atask("How many?")).text == "ten"
    assert session.ended


def test_while_it_runs_the_snapshot_says_what(session: Session, service: FakeService) -> None:
    seen: list[str] = []
    service.hold = asyncio.Event()

    def look(snapshot: SessionSnapshot) -> None:
        if snapshot.current_task:
            seen.append(snapshot.current_task)
            assert service.hold is not None
            service.hold.set()

    session.subscribe(look)
    session.task("List the laptops")
    assert seen[0] == "List the laptops"


# --- interrupts -------------------------------------------------------------------------------------------------------


def interrupt_once(began: threading.Event) -> threading.Thread:
    def interrupt() -> None:
        if began.wait(60):
            os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    return thread


def test_an_interrupt_stops_that_very_task_and_keeps_the_session(session: Session, service: FakeService) -> None:
    service.hold = asyncio.Event()
    thread = interrupt_once(service.began)
    with pytest.raises(TaskInterruptedError, match="session shop is kept") as raised:
        session.task("List")
    thread.join()
    assert service.sent[-1] == {"actionType": "state", "newState": "stop", "taskId": "t1"}
    idle = f"${IDLE_USD_PER_MINUTE} a minute, ${5 * IDLE_USD_PER_MINUTE:.2f} until it times out"
    assert f"you pay $0.00; hosted, it would cost {idle};" in str(raised.value)
    assert session.snapshot.state_label == "active · stopped"


def test_an_interrupted_single_task_is_stopped_too(client: Client, service: FakeService) -> None:
    service.task = still_pending()
    thread = interrupt_once(service.began)
    with pytest.raises(TaskInterruptedError, match="the task was stopped"):
        client.run_task("List")
    thread.join()
    assert service.sent[-1] == {"actionType": "state", "newState": "stop", "taskId": "t1"}


# --- guardrails -------------------------------------------------------------------------------------------------------


def test_without_a_handler_the_task_is_stopped_and_the_question_raised(session: Session, service: FakeService) -> None:
    service.task = asking()
    with pytest.raises(GuardrailError, match=r"Which\? \(Blue \| Green\)") as raised:
        session.task("Buy it")
    assert raised.value.question == Question("t1", "Which?", "ambiguous", ("Blue", "Green"))
    assert service.sent[-1] == {"actionType": "state", "newState": "stop", "taskId": "t1"}


def test_a_handlers_answer_goes_on(client: Client, session: Session, service: FakeService) -> None:
    service.task = asking()
    client.on_guardrail(lambda question: question.candidates[1])
    assert session.task("Buy it").text == "Green"


def test_a_handler_runs_in_the_cells_own_thread(client: Client, session: Session, service: FakeService) -> None:
    service.task = asking()
    threads: list[threading.Thread] = []

    def handler(question: Question) -> str:
        threads.append(threading.current_thread())
        assert session.status().session_id == "s1"  # the blocking face works in it
        return "Blue"

    client.on_guardrail(handler)
    session.task("Buy it")
    assert threads == [threading.current_thread()]


def test_a_handler_may_be_a_coroutine_function(client: Client, session: Session, service: FakeService) -> None:
    async def handler(question: Question) -> str:
        return "Blue"

    service.task = asking()
    client.on_guardrail(handler)
    assert session.task("Buy it").text == "Blue"


def test_a_handler_that_declines_stops_the_task(client: Client, session: Session, service: FakeService) -> None:
    service.task = asking()
    client.on_guardrail(lambda question: None)
    with pytest.raises(GuardrailError):
        session.task("Buy it")


def test_a_task_whose_handler_breaks_is_stopped(client: Client, session: Session, service: FakeService) -> None:
    def handler(question: Question) -> str:
        raise LookupError("no idea")

    service.task = asking()
    client.on_guardrail(handler)
    with pytest.raises(LookupError, match="no idea"):
        session.task("Buy it")
    assert service.sent[-1] == {"actionType": "state", "newState": "stop", "taskId": "t1"}


def test_a_question_shows_in_the_snapshot_without_a_socket(session: Session, service: FakeService) -> None:
    service.phase, service.current, service.task = "guardrail", "t1", asking()
    assert session.status().question == Question("t1", "Which?", "ambiguous", ("Blue", "Green"))


def test_a_question_is_not_taken_back_by_a_status_from_before_it(service: FakeService) -> None:
    """Otherwise a half-typed answer in its form would be lost."""
    held, go_on = threading.Event(), asyncio.Event()
    service.phase, service.current = "running", "t1"

    async def slow(request: httpx.Request) -> httpx.Response:
        answer = await service(request)
        if service.phase == "running" and other.sessions:
            held.set()
            await go_on.wait()
        return answer

    other = Client("http://127.0.0.1:9", key="k", transport=httpx.MockTransport(slow), listen=False, ledger=None)
    try:
        watch = other.start("shop").monitor
        asked: list[bool] = []
        watch.subscribe(lambda snapshot: asked.append(snapshot.question is not None))
        reading = runtime.submit(watch.refresh())
        assert held.wait(30)
        service.phase, service.task = "guardrail", asking()
        event = QuestionAsked("Which?", "ambiguous", ("Blue", "Green"), "t1")
        runtime.loop.call_soon_threadsafe(watch._on, event)
        runtime.loop.call_soon_threadsafe(go_on.set)
        reading.result.result(30)
    finally:
        other.close()
    assert asked
    assert all(asked)


# --- single tasks -----------------------------------------------------------------------------------------------------


def test_a_single_task_is_a_session_that_ends_with_it(client: Client, service: FakeService) -> None:
    service.task = completed("ten")
    opened: list[Session] = []
    assert client.run_task("How many?", opened=opened.append).text == "ten"
    assert service.sent == [{"task": {"prompt": "How many?", "terminateOnCompletion": True}}]
    assert [session.session_id for session in opened] == ["s1"]


def test_an_interrupt_while_it_is_shown_stops_a_single_task(client: Client, service: FakeService) -> None:
    def show(session: Session) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        threading.Event().wait(5)

    with pytest.raises(TaskInterruptedError, match="the task was stopped"):
        client.run_task("How many?", opened=show)
    assert service.sent[-1] == {"actionType": "state", "newState": "stop", "taskId": "t1"}


def test_a_session_without_its_task_is_a_protocol_error(client: Client, service: FakeService) -> None:
    async def forgetful(request: httpx.Request) -> httpx.Response:
        answer = await service(request)
        body = answer.json()
        body.pop("taskId", None)
        return httpx.Response(200, json=body)

    other = Client("http://127.0.0.1:9", key="k", transport=httpx.MockTransport(forgetful), listen=False, ledger=None)
    try:
        with pytest.raises(ProtocolError):
            other.run_task("How many?")
    finally:
        other.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork.*:DeprecationWarning")
def test_a_forked_child_is_refused_use_of_the_session(session: Session) -> None:
    child = os.fork()
    if child == 0:
        try:
            session.stop()
        except WebRunError as error:
            os._exit(0 if error.code == "OTHER_PROCESS" else 1)
        finally:
            os._exit(2)
    assert os.waitpid(child, 0)[1] == 0


def test_an_interrupted_start_ends_the_session_again(service: FakeService, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted, roll_back = asyncio.Event(), SessionStarter._roll_back

    async def noticed(starter: SessionStarter, *opening: Any) -> TaskInterruptedError:
        interrupted.set()
        return await roll_back(starter, *opening)

    monkeypatch.setattr(SessionStarter, "_roll_back", noticed)

    async def slow(request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/start/session-status/") and not service.began.is_set():
            service.began.set()
            await interrupted.wait()
        return await service(request)

    other = Client("http://127.0.0.1:9", key="k", transport=httpx.MockTransport(slow), listen=False, ledger=None)
    thread = interrupt_once(service.began)
    try:
        with pytest.raises(TaskInterruptedError, match="while starting: the session was ended again"):
            other.start()
    finally:
        thread.join()
        other.close()
    assert service.sent[-1] == {"actionType": "state", "newState": "terminate"}


def test_a_slow_start_that_was_interrupted_ends_its_session_when_it_comes_up(
    service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webrun_nb.client.sessions.starter.STOP_WITHIN_S", 0.05)
    come_up, ended = asyncio.Event(), threading.Event()

    async def slow(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/start/start-session":
            service.began.set()
            await come_up.wait()
        answer = await service(request)
        if service.status == "terminated":
            ended.set()
        return answer

    other = Client("http://127.0.0.1:9", key="k", transport=httpx.MockTransport(slow), listen=False, ledger=None)
    thread = interrupt_once(service.began)
    try:
        with pytest.raises(TaskInterruptedError, match="will be ended as soon as it comes up"):
            other.start()
        runtime.loop.call_soon_threadsafe(come_up.set)
        assert ended.wait(60)
    finally:
        thread.join()
        other.close()
    assert other.sessions == {}


def test_a_start_whose_first_status_fails_leaves_nothing_open(service: FakeService) -> None:
    async def failing(request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/start/session-status/"):
            return refused(500, "INTERNAL_ERROR")
        return await service(request)

    other = Client("http://127.0.0.1:9", key="k", transport=httpx.MockTransport(failing), listen=False, ledger=None)
    with pytest.raises(RequestError):
        other.start()
    other.close()
    assert (service.status, other.sessions) == ("terminated", {})


def test_when_a_session_ended_is_the_servers_word_and_not_computed_from_its_cost(
    client: Client, service: FakeService
) -> None:
    session = client.start("shop")
    assert session.snapshot.ended_at_ms is None
    session.terminate()
    assert session.snapshot.ended_at_ms == 2  # lastActivityAt, which on the emulator is the end


def test_when_a_hosted_session_ended_is_not_documented(client: Client, service: FakeService, monkeypatch) -> None:
    monkeypatch.setitem(USAGE, "emulated", False)
    session = client.start("shop")
    session.terminate()
    assert session.snapshot.ended_at_ms is None

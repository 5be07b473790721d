"""Tests of the object API on a server that answers as the documentation shows, in each variant of its shapes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from helpers.documented_server import (
    ASKS,
    BARE,
    FAILS,
    GOES_ON,
    HELD,
    KEY,
    LAPTOPS,
    DocumentedServer,
)
from helpers.waiting import wait_until
from webrun_nb.batch.map import abegin_map
from webrun_nb.batch.options import MapKeywords, MapOptions
from webrun_nb.client._sync import runtime
from webrun_nb.client.client import Client
from webrun_nb.client.errors import (
    AuthenticationError,
    ExpectationError,
    GuardrailError,
    LimitError,
    NoReportWarning,
    PaymentError,
    ProtocolError,
    RequestError,
    SessionGoneError,
    TaskFailedError,
    UnsureOptionWarning,
    WebRunError,
)
from webrun_nb.client.monitoring.ledger import Ledger
from webrun_nb.client.sessions.session import Session
from webrun_nb.client.tasks import result as results
from webrun_nb.common.codes import SessionPhase, SessionStatus

LIST = "List the laptops under $900, cheapest first."
SCHEMA = "name:str, price:float, in_stock:bool"
COST = Decimal("0.0041")


@pytest.fixture
def session(client: Client) -> Session:
    return client.start("main")


@pytest.fixture
def full_session(full: DocumentedServer, ledger: Ledger) -> Iterator[Session]:
    """Return a session on the server that answers newTask with the result."""
    client = Client(full.url, key=KEY, ledger=ledger)
    yield client.start("main")
    client.close()


def told(session: Session) -> Any:
    """Return the phase, the current task and its status line, as the card shows them."""
    snapshot = session.snapshot
    return snapshot.phase, snapshot.current_task, snapshot.status_line


# --- results ----------------------------------------------------------------------------------------------------------


def test_a_task_becomes_a_data_frame(session: Session, server: DocumentedServer) -> None:
    result = session.task(LIST, url="https://shop.example.com", schema=SCHEMA)
    assert result.df.to_dict("records") == LAPTOPS
    assert dict(result.df.dtypes.astype(str)) == {"name": "string", "price": "Float64", "in_stock": "boolean"}
    assert result.cost_usd == (COST if server.variant.usage else None)
    assert result.df.attrs["webrun"]["cost"]["amount_usd"] == (0.0041 if server.variant.usage else None)
    assert [len(file.df) for file in result.files] == ([] if server.variant is BARE else [1])
    assert (result.captured_at.year == 2026, result.emulated, result.unused) == (True, False, ())
    assert ("cost unknown" in repr(result)) is not server.variant.usage


def test_tasks_of_one_session_are_told_apart(session: Session, server: DocumentedServer) -> None:
    first, second = session.task("Say something"), session.task("Say more")
    assert first.text == second.text == "**42**"
    assert first.task_id != second.task_id
    assert session.snapshot.phase is SessionPhase.IDLE


def test_a_task_in_a_session_of_its_own_ends_with_it(client: Client, server: DocumentedServer) -> None:
    opened: list[Session] = []
    result = client.run_task("Say something", opened=opened.append)
    (session,) = opened
    assert result.text == "**42**"
    assert (result.task_id == session.session_id) is not server.variant.start_names_task
    wait_until(lambda: session.status().status, lambda status: status is SessionStatus.COMPLETED)


def test_a_task_in_the_background_is_known_until_it_is_done(session: Session) -> None:
    handle = session.submit(f"{ASKS} something")
    question = wait_until(lambda: session.snapshot.question)
    assert (handle.state, question.text) == ("guardrail", "Which one: blue or green?")
    session.answer("blue", question.task_id)
    assert handle.result().text == "You said blue"
    assert (handle.state, bool(handle.task_id)) == ("complete", True)


def test_the_answer_of_the_task_before_is_not_taken_for_a_later_ones(
    bare: DocumentedServer, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are polled with the session's id, where the server names no other."""
    client = Client(bare.url, key=KEY, ledger=ledger)
    session = client.start("main")
    first = session.task('Search for "Kestrin Scout 11", then get the price')
    bare.late_polls = 2
    second = session.task("Say something")
    assert (first.text, second.text) == ("$329.00", "**42**")
    with pytest.raises(RequestError, match="can't be told from those of its session"):
        client.result(first.task_id)
    monkeypatch.setattr("webrun_nb.client.tasks.polling.TOLD_APART_WITHIN_S", 0.0)
    bare.late_polls = 2
    with pytest.raises(ProtocolError, match="names no id"):
        session.task("Say more")
    bare.late_polls = 0
    session.terminate()
    client.close()


def test_a_later_task_of_a_session_asks_for_itself(session: Session) -> None:
    session.task("Say something")
    handle = session.submit(f"{ASKS} something")
    question = wait_until(lambda: session.snapshot.question)
    assert question.task_id == handle.task_id
    session.answer("green", question.task_id)
    assert handle.result().text == "You said green"
    assert session.snapshot.question is None


def test_a_handler_answers_questions(client: Client, session: Session) -> None:
    client.on_guardrail(lambda question: question.text.split()[-1].rstrip("?"))
    assert session.task(f"{ASKS} something").text == "You said green"


def test_a_question_without_an_answer_stops_the_task(session: Session, server: DocumentedServer) -> None:
    with pytest.raises(GuardrailError, match="blue or green"):
        session.task(f"{ASKS} something")
    assert session.task("Say something").text == "**42**"


def test_a_failure_is_a_typed_error(session: Session, server: DocumentedServer) -> None:
    with pytest.raises(TaskFailedError, match="The page did not load") as raised:
        session.task(f"{FAILS} to open it")
    code = "TASK_FAILED" if server.variant.errors == "message" else "NAVIGATION_TIMEOUT"
    assert raised.value.code == code


def test_an_earlier_result_is_read_again(client: Client, server: DocumentedServer) -> None:
    result = client.run_task("Say something")
    again = client.result(result.task_id)
    assert (again.text, again.cost_usd) == (result.text, result.cost_usd)
    if server.variant.times == "none":
        assert abs(again.captured_at - result.captured_at).total_seconds() < 60
    else:
        assert again.captured_at == result.captured_at


# --- the session ------------------------------------------------------------------------------------------------------


def test_what_the_server_does_not_say_is_estimated(session: Session) -> None:
    snapshot = session.status()
    assert (snapshot.status, snapshot.phase) == (SessionStatus.ACTIVE, SessionPhase.IDLE)
    assert (snapshot.estimated, snapshot.cost_estimated, snapshot.emulated) == (True, True, False)
    assert snapshot.expires_at_ms is not None
    assert snapshot.inactivity_timeout_ms == 300_000
    assert snapshot.cost_usd is not None


def test_a_running_task_is_on_the_card(session: Session) -> None:
    handle = session.submit(f"{GOES_ON} about it")
    wait_until(lambda: told(session), lambda now: now[:2] == (SessionPhase.RUNNING, f"{GOES_ON} about it"))
    session.pause()
    assert session.snapshot.phase is SessionPhase.PAUSED
    session.resume()
    assert session.snapshot.phase is SessionPhase.RUNNING
    handle.stop()
    with pytest.raises(TaskFailedError, match="stopped"):
        handle.result()
    assert session.snapshot.phase in (SessionPhase.STOPPED, SessionPhase.IDLE)
    assert session.snapshot.expires_at_ms is not None


def test_a_request_that_is_held_open_can_be_stopped(full_session: Session) -> None:
    """Which task runs is said by the answer alone, and that comes at its end."""
    handle = full_session.submit(HELD)
    assert (handle.task_id, handle.state, full_session.snapshot.current_task) == ("", "running", HELD)
    handle.stop()
    with pytest.raises(TaskFailedError, match="stopped"):
        handle.result()
    assert (len(handle.task_id), full_session.snapshot.phase) == (12, SessionPhase.STOPPED)


def test_an_interrupt_stops_a_request_that_is_held_open(full_session: Session, full: DocumentedServer) -> None:
    call = runtime.submit(full_session.atask(HELD))
    (task,) = wait_until(lambda: full.sessions[full_session.session_id].tasks)
    call.cancel()
    wait_until(call.result.done)
    assert (task.state, task.error) == ("failed", "Task stopped by user")
    interruption = full_session.runner.take_interruption()
    assert "the task was stopped, session main is kept" in str(interruption)


def test_a_status_line_is_shown_and_is_no_answer(session: Session) -> None:
    wait_until(lambda: session.monitor.listening)
    handle = session.submit(f"{GOES_ON} about it")
    wait_until(lambda: (session.snapshot.status_line, session.snapshot.last_action), all)
    assert (session.snapshot.status_line, session.snapshot.last_action) == ("Starting, browsing now", "click Laptops")
    handle.stop()
    with pytest.raises(TaskFailedError) as raised:
        handle.result()
    assert raised.value.partial == ""
    assert session.snapshot.status_line == ""


def test_the_end_of_a_session_is_known(session: Session, server: DocumentedServer) -> None:
    session.terminate()
    session.terminate()
    assert (session.ended, session.snapshot.status) == (True, SessionStatus.TERMINATED)
    with pytest.raises(SessionGoneError):
        session.task("Say something")
    with pytest.raises(SessionGoneError):
        session.pause()


def test_a_session_that_the_server_has_ended_is_gone(session: Session, server: DocumentedServer) -> None:
    del server.sessions[session.session_id]
    with pytest.raises(SessionGoneError):
        session.task("Say something")
    wait_until(lambda: session.ended)


# --- money ------------------------------------------------------------------------------------------------------------


def test_the_ledger_knows_no_cost_that_the_server_did_not_say(
    session: Session, ledger: Ledger, server: DocumentedServer
) -> None:
    session.task("Say something")
    (task,) = ledger.tasks()
    assert task.cost_usd == (COST if server.variant.usage else None)
    session.terminate()
    (record,) = ledger.sessions()
    assert (record.cost_usd, record.ended_at_ms is not None) == (None, True)


def test_a_session_that_was_left_open_is_ended(
    session: Session, client: Client, ledger: Ledger, server: DocumentedServer
) -> None:
    (record,) = ledger.sessions()
    ledger.write(replace(record, host="elsewhere", lasts_until_ms=None))
    (ended,) = client.terminate_left_open()
    assert (ended.record.name, ended.reason, ended.cost_usd) == ("main", "terminated", None)
    assert server.sessions[session.session_id].status == "terminated"


def test_a_budget_of_a_session_is_kept_by_the_estimate(client: Client) -> None:
    session = client.start("limited", max_cost_usd="0.0000001")
    wait_until(lambda: session.ended)
    assert session.snapshot.reason == "budget"
    error = session.runner.budget_error
    assert error is not None
    assert "estimated" in str(error)


def test_a_budget_of_a_task_that_cannot_be_kept_is_warned_of(session: Session) -> None:
    session.client.on_guardrail(lambda question: "blue")
    with pytest.warns(UnsureOptionWarning, match=r"max_cost_usd=0.05 can't be kept: http.* says no cost"):
        result = session.task(f"{ASKS} something", max_cost_usd="0.05")
    assert result.max_cost_usd == Decimal("0.05")
    assert result.over_budget_usd == (Decimal(0) if result.cost_usd is not None else None)


# --- the rest ---------------------------------------------------------------------------------------------------------


def test_a_key_is_checked_and_the_balance_is_known_where_it_is_said(client: Client, server: DocumentedServer) -> None:
    client.check_key()
    if server.variant.account:
        assert client.account().balance == 12
    else:
        with pytest.raises(RequestError, match="404"):
            client.account()


def test_a_wrong_key_is_an_authentication_error(server: DocumentedServer) -> None:
    stranger = Client(server.url, key="wr_wrong", ledger=None)
    with pytest.raises(AuthenticationError, match="Invalid or revoked API key"):
        stranger.check_key()
    with pytest.raises(AuthenticationError):
        stranger.start()
    stranger.close()


def test_a_wrong_key_is_told_from_a_session_that_is_gone(
    session: Session, server: DocumentedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are a 401 of send-message, without a code in one variant."""
    monkeypatch.setattr("helpers.documented_server.KEY", "wr_another")
    with pytest.raises(AuthenticationError):
        session.pause()


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (400, b'{"success": false, "message": "prompt is required"}', RequestError, "INVALID_PARAMETER"),
        (400, b'{"success": false, "error": "no", "code": "INVALID_PARAMS"}', RequestError, "INVALID_PARAMETER"),
        (402, b'{"success": false, "message": "Insufficient balance"}', PaymentError, "INSUFFICIENT_BALANCE"),
        (402, b'{"success": false, "message": "no", "code": "PAYMENT_FAILED"}', PaymentError, "INSUFFICIENT_BALANCE"),
        (403, b'{"success": false, "message": "Account deactivated"}', AuthenticationError, "ACCOUNT_DEACTIVATED"),
        (409, b'{"error": {"message": "no", "code": "TASK_ALREADY_RUNNING"}}', RequestError, "INVALID_STATE"),
        (429, b'{"success": false, "message": "Too many requests"}', LimitError, "RATE_LIMIT_EXCEEDED"),
        (
            429,
            b'{"success": false, "error": "no", "code": "SESSION_LIMIT_REACHED"}',
            LimitError,
            "SESSION_LIMIT_REACHED",
        ),
        (503, b"no healthy upstream", RequestError, "INSTANCE_UNAVAILABLE"),
        (502, b"<html><h1>Bad Gateway</h1></html>", RequestError, "INTERNAL_ERROR"),
        (200, b'{"success": false, "message": "not today"}', RequestError, "REFUSED"),
        (200, b"[]", ProtocolError, "PROTOCOL"),
        (200, b"<html>Sign in to the network</html>", ProtocolError, "PROTOCOL"),
    ],
)
def test_each_refusal_is_a_typed_error(
    full: DocumentedServer, status: int, body: bytes, kind: type[WebRunError], code: str
) -> None:
    client = Client(full.url, key=KEY, ledger=None)
    full.next_answer = (status, "application/json" if body[:1] in b"{[" else "text/html", body)
    with pytest.raises(WebRunError) as raised:
        client.start("refused")
    assert (type(raised.value), raised.value.code) == (kind, code)
    assert "<" not in str(raised.value)
    client.close()


def test_environments_and_files_are_read(client: Client, tmp_path) -> None:
    (environment,) = client.environments.list()
    assert (environment.name, environment.size_bytes, environment.saved_at.year) == ("work", 2048, 2026)
    assert client.environments.create("new").status == ""
    (file,) = client.environments.files("work")
    assert (file.name, file.created_at.year) == ("cv.pdf", 2026)
    cv = tmp_path / "cv.pdf"
    cv.write_bytes(b"a curriculum vitae")
    (uploaded,) = client.environments.upload_files([cv])
    assert (uploaded.file_id, uploaded.created_at) == ("f2", None)
    client.environments.delete("work")


def test_what_only_the_emulator_has_is_refused_or_warned_of(session: Session, server: DocumentedServer) -> None:
    with pytest.raises(RequestError) as raised:
        session.task("Say something", expect="status = 404")
    assert raised.value.code == "EMULATOR_ONLY"
    with pytest.raises(RequestError, match="would ignore user_agent=") as raised:
        session.task("Say something", user_agent="webrun-nb/0.2")
    assert raised.value.code == "EMULATOR_ONLY"
    opened = len(server.sessions)
    with pytest.raises(RequestError) as raised:
        session.client.start("with pictures", pictures=True)
    assert (raised.value.code, len(server.sessions)) == ("EMULATOR_ONLY", opened)
    with pytest.warns(UnsureOptionWarning, match="may ignore avoid_domains"):
        session.task("Say something", avoid_domains=["ads.example.com"])


@pytest.mark.parametrize("given", [{"expect": "status = 404"}, {"user_agent": "webrun-nb/0.2"}])
def test_a_map_is_not_begun_with_what_the_server_would_ignore(
    client: Client, server: DocumentedServer, given: MapKeywords
) -> None:
    opened = len(server.sessions)
    with pytest.raises(RequestError, match="would ignore") as raised:
        runtime.run(abegin_map(client, ["https://example.org/"], "Say something", MapOptions.of(given)))
    assert (raised.value.code, len(server.sessions)) == ("EMULATOR_ONLY", opened)


def test_what_an_answer_rests_on_is_not_known_which_is_said_once(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "_without_reports", set())
    found = session.task(LIST, schema=SCHEMA)
    with pytest.warns(NoReportWarning, match="does not say what an answer rests on"):
        assert found.provenance is None
    assert (found.raw, found.unused) == (None, ())
    assert (found.completeness["rows"], found.completeness["pages"]) == (len(found.df), None)
    with pytest.raises(RequestError) as raised:
        found.show(0, "name")
    assert raised.value.code == "EMULATOR_ONLY"


def test_what_is_expected_of_rows_is_checked_on_any_server(session: Session) -> None:
    with pytest.raises(ExpectationError, match="expected rows > 1000: there are") as raised:
        session.task(LIST, schema=SCHEMA, expect="rows > 1000")
    assert len(raised.value.result.df) > 0


def test_the_client_asks_for_nothing_that_is_not_documented_but_to_find_out_what_the_server_is(
    session: Session, server: DocumentedServer
) -> None:
    server.unexpected.clear()
    session.task(LIST, schema=SCHEMA)
    session.terminate()
    assert set(server.unexpected) <= {f"GET /start/session-status/{session.session_id}"}


def test_an_answer_is_not_kept_where_no_steps_are_recorded(client: Client, server: DocumentedServer) -> None:
    results = [client.run_task("List the laptops", url="https://shop.example/", cache=True) for _ in range(2)]
    why = f"{server.url} records no steps, so that it isn't known what a task changed"
    assert [(result.cached_age_s, result.not_kept) for result in results] == 2 * [(None, why)]

"""Tests of the client's errors: types, codes and texts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from IPython.core.interactiveshell import InteractiveShell

from webrun_nb.client import errors
from webrun_nb.client.answers.tasks import FailedTask, ModelUsage, Usage
from webrun_nb.client.errors import (
    AuthenticationError,
    ConnectionLostError,
    GuardrailError,
    LimitError,
    PaymentError,
    RequestError,
    SessionGoneError,
    ShortTracebackMixin,
    TaskFailedError,
    TaskInterruptedError,
    WebRunError,
    default_hint,
    refusal,
)
from webrun_nb.client.snapshot import Question
from webrun_nb.common.codes import ErrorCode, ModelFault, TaskFailureCode, ToolkitErrorCode

QUESTION = Question("t1", "Which of the two?", "ambiguous", ("Blue", "Green"))


def test_every_code_has_a_hint() -> None:
    without = {code for code in (*ErrorCode, *TaskFailureCode, *ToolkitErrorCode) if not default_hint(code)}
    assert without == {"ARGUMENT", "COMMAND", "INTERRUPTED"}  # these are raised with hints of their own


def test_a_model_failure_has_the_hint_of_its_fault() -> None:
    too_long = WebRunError("x", code="MODEL_LIMIT_REACHED", details={"fault": "context"})
    assert too_long.hint == "choose a model that reads more, or start from a smaller page"
    assert {default_hint("MODEL_UNAVAILABLE", {"fault": fault}) for fault in ModelFault}.isdisjoint(
        {default_hint("MODEL_UNAVAILABLE"), ""}
    )
    assert default_hint("MODEL_UNAVAILABLE", {"fault": "new"}) == default_hint("MODEL_UNAVAILABLE")
    assert default_hint("PAGE_CRASH", {"fault": "context"}) == default_hint("PAGE_CRASH")


def test_a_code_without_a_hint_of_its_own_has_that_of_its_status() -> None:
    assert default_hint("POLICY_NOT_FOUND") == default_hint("ENVIRONMENT_NOT_FOUND") == "check its id"
    assert default_hint("FILE_NOT_FOUND") != "check its id"
    assert default_hint("SOMETHING_NEW") == ""


def test_the_tree_at_the_top_names_every_error() -> None:
    tree = errors.__doc__ or ""
    names = [
        name
        for name, thing in vars(errors).items()
        if isinstance(thing, type) and issubclass(thing, ShortTracebackMixin)
    ]
    assert [name for name in names if name != "ShortTracebackMixin" and f" {name} " not in tree] == []


@pytest.mark.parametrize(
    ("code", "usage", "cost"),
    [
        ("TASK_TIMEOUT", Usage(model=ModelUsage(2, Decimal("0.0042"))), "model $0.0042 (your key)"),
        ("MODEL_LIMIT_REACHED", Usage(model=ModelUsage(2, None)), "model cost unknown"),
        ("MODEL_KEY_INVALID", Usage(), "the model costs nothing: it has answered nothing"),
        ("MODEL_KEY_INVALID", None, ""),
        ("TASK_TIMEOUT", Usage(), ""),
    ],
)
def test_the_failure_of_a_task_says_what_its_model_has_cost(code: str, usage: Usage | None, cost: str) -> None:
    ended = FailedTask(session_id="s1", task_id="t1", message="It failed.", code=code, usage=usage)
    error = TaskFailedError.of(ended, hint="do this", task_id="t1")
    assert str(error) == " · ".join(part for part in ("It failed.", cost, "do this", "task t1") if part)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "INVALID_PARAMETER", RequestError),
        (401, "INVALID_API_KEY", AuthenticationError),
        (403, "ACCOUNT_DEACTIVATED", AuthenticationError),
        (402, "INSUFFICIENT_BALANCE", PaymentError),
        (429, "RATE_LIMIT_EXCEEDED", LimitError),
        (401, "SESSION_NOT_FOUND", SessionGoneError),  # which is what send-message answers
        (404, "SESSION_EXPIRED", SessionGoneError),
        (409, "INVALID_STATE", RequestError),
        (404, "TASK_NOT_FOUND", RequestError),
        (503, "INSTANCE_UNAVAILABLE", RequestError),
        (402, "SOMETHING_NEW", PaymentError),
        (418, "SOMETHING_NEW", RequestError),
    ],
)
def test_codes_become_kinds_of_errors(status: int, code: str, kind: type[WebRunError]) -> None:
    assert type(refusal(status, code, "no")) is kind


def test_an_error_reads_as_message_hint_and_id_in_one_line() -> None:
    error = refusal(404, "SESSION_EXPIRED", "there is no\nsession abc", session_id="abc")
    assert str(error) == f"there is no session abc · {default_hint('SESSION_EXPIRED')} · session abc"


def test_a_pages_words_can_not_command_the_terminal() -> None:
    error = WebRunError("the page\x1b]0;owned\x07 says \u202etxt", code="X", hint="do \x9b2J it")
    assert str(error) == "the page ]0;owned says txt · do 2J it"


def test_a_browser_that_is_missing_comes_with_the_command_that_finds_out_why() -> None:
    assert "webrun-nb doctor" in str(refusal(503, "INSTANCE_UNAVAILABLE", "no browser"))


def test_a_guardrail_error_holds_the_question_and_its_candidates() -> None:
    error = GuardrailError(QUESTION, session_id="s1")
    assert (error.question, error.candidates, error.kind, error.task_id) == (
        QUESTION,
        ("Blue", "Green"),
        "ambiguous",
        "t1",
    )
    assert "Which of the two? (Blue | Green)" in str(error)


def test_a_loop_that_skips_failed_tasks_does_not_skip_an_interrupt() -> None:
    error = TaskInterruptedError("interrupted")
    assert isinstance(error, KeyboardInterrupt)
    assert not isinstance(error, Exception)


@pytest.mark.parametrize("error", [ConnectionLostError("gone"), TaskInterruptedError("interrupted", hint="look")])
def test_ipython_shows_one_line_without_a_traceback(error: BaseException, capsys: pytest.CaptureFixture[str]) -> None:
    shell = InteractiveShell()
    shell.user_ns["error"] = error
    try:
        result = shell.run_cell("raise error")
    finally:
        shell.history_manager.end_session()
    shown = capsys.readouterr().out.strip()
    assert result.error_in_exec is error
    assert shown.count("\n") == 0
    assert str(error) in shown


def test_tracebacks_can_be_had_back() -> None:
    before = errors.show_as(lambda: False)
    try:
        with pytest.raises(WebRunError) as raised:
            raise ConnectionLostError("gone")
        assert raised.value._render_traceback_()[0].startswith("Traceback")
    finally:
        errors.show_as(before)

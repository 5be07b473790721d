"""Tests of the hints for error codes."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

import webrun_nb.client
from webrun_nb.client import errors
from webrun_nb.client.answers.tasks import FailedTask
from webrun_nb.client.errors import (
    BudgetError,
    GuardrailError,
    ShortTracebackMixin,
    TaskFailedError,
    WebRunError,
    refusal,
)
from webrun_nb.client.snapshot import Question
from webrun_nb.notebook.hints import OPTIONS, rewrite_for_magics
from webrun_nb.tables.templates import TemplateError, fill


def rewritten(error: ShortTracebackMixin) -> str:
    rewrite_for_magics(error)
    first = str(error)
    rewrite_for_magics(error)
    assert str(error) == first, "a second time changes nothing"
    return first


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("SESSION_NOT_FOUND", "start one with `%webrun start`"),
        ("SESSION_LIMIT_REACHED", "end one with `%webrun terminate`"),
        ("INVALID_STATE", "`%webrun status` shows what it is doing"),
        ("TASK_NOT_FOUND", "`%webrun history` lists tasks with their ids"),
        ("TASK_TIMEOUT", "give it more time with --timeout (at most 5m), or ask for less"),
        ("NAME_IN_USE", "end it first, choose another name, or start another session with --new"),
    ],
)
def test_a_codes_hint_says_what_to_type(code: str, hint: str) -> None:
    assert rewritten(WebRunError("it failed", code=code)) == f"it failed · {hint}"


def test_a_hint_of_its_own_keeps_what_it_says() -> None:
    assert rewritten(WebRunError("no", code="TASK_NOT_FOUND", hint="it was removed")) == "no · it was removed"


def test_what_the_service_says_names_options() -> None:
    error = refusal(400, "INVALID_PARAMETER", "maxDuration: input should be at most 300000", session_id="s1")
    assert error.message == "timeout_ms: input should be at most 300000"
    assert rewritten(error).startswith("--timeout: input should be at most 300000")


@pytest.mark.parametrize(
    ("code", "healing", "hint"),
    [
        ("ELEMENT_NOT_FOUND", "possible", "--heal lets an agent go on there; without --replay the task"),
        ("OUTPUT_SCHEMA_MISMATCH", "local", "--model lets a language model go on there; without --replay the task"),
        ("AGENT_ERROR", "impossible", "without --replay the task is done and recorded anew"),
        ("AGENT_ERROR", "model", "say it in other words"),
        ("BLOCKED_BY_POLICY", "possible", "the session's rules forbid it"),
    ],
)
def test_a_replay_that_failed_says_how_to_go_on(code: str, healing: str, hint: str) -> None:
    failed = FailedTask(session_id="s1", task_id="t1", message="Step 2 of 4", code=code, details={"healing": healing})
    assert rewritten(TaskFailedError.of(failed)).startswith(f"Step 2 of 4 · {hint}")


def test_the_hint_of_a_template_names_the_option_that_leaves_it_as_it_is() -> None:
    with pytest.raises(TemplateError) as caught:
        fill("{{ 1 + }}", {})
    assert rewritten(caught.value).endswith("--raw leaves {{ }} as it is")


def test_a_spent_budget_says_how_to_begin_a_larger_one() -> None:
    amounts = {"limit_usd": Decimal("0.0015"), "cost_usd": Decimal("0.002")}
    refused = BudgetError("session", **amounts, emulated=True, name="cc", refused=True)
    assert "`%webrun start cc --max-cost 0.003` begins a larger budget" in rewritten(refused)
    stopped = BudgetError("notebook", **amounts, emulated=False)
    assert "allow more with `%config WebrunMagics.max_cost = …`" in rewritten(stopped)


def test_a_question_for_a_login_says_how_to_name_one() -> None:
    error = GuardrailError(Question("t1", "The password?", "credentials"), session_id="s1")
    assert "name a login with --secret HOST=NAME, or answer with" in rewritten(error)


def test_every_field_that_is_an_argument_has_a_name_in_the_magics() -> None:
    assert OPTIONS.keys() == errors.ARGUMENTS.keys()


def test_the_client_names_no_magic() -> None:
    sources = Path(webrun_nb.client.__file__).parent.glob("*.py")
    named = re.compile(
        r"%+webrun|%config|(?<![\w-])--(?:max-cost|timeout|url|schema|secret|expect|new|from|policy|env)\b"
    )
    assert [source.name for source in sources if named.search(source.read_text())] == []

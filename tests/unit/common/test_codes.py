"""Tests of the table of error codes: every code used in the package is a member of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest

import webrun_nb
from webrun_nb.common.codes import (
    EndReason,
    ErrorCode,
    SessionPhase,
    SessionStatus,
    TaskFailureCode,
    TaskStatus,
    ToolkitErrorCode,
)

CODES_AT = {
    "CommandRefusedError": 0,
    "AgentError": 0,
    "BrowserError": 0,
    "Failure": 0,
    "Failed": 0,
    "error": 0,  # views.error
    "error_event": 0,
    "refusal": 1,
}
"""The position of the code among the arguments of these calls; all others take it as `code=`."""
PACKAGE = Path(webrun_nb.__file__).parent
KNOWN = {*ErrorCode, *TaskFailureCode, *ToolkitErrorCode}


def codes_given_in(tree: ast.AST) -> Iterator[ast.expr]:
    """Yield the arguments that calls in a module pass as an error code."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        position = CODES_AT.get(name)
        yield from [] if position is None else call.args[position : position + 1]
        yield from (keyword.value for keyword in call.keywords if keyword.arg == "code")


def test_every_code_that_is_given_is_a_member_of_the_table() -> None:
    texts, members = set(), set()
    for path in PACKAGE.rglob("*.py"):
        for given in codes_given_in(ast.parse(path.read_text())):
            if isinstance(given, ast.Constant) and isinstance(given.value, str) and given.value.isupper():
                texts.add((given.value, str(path.relative_to(PACKAGE))))
            if isinstance(given, ast.Attribute):
                members.add(given.attr)
    assert members >= {"SESSION_NOT_FOUND", "AGENT_ERROR", "POLICY_AMBIGUOUS"}  # they are looked at
    assert texts == set()


@pytest.mark.parametrize("code", ErrorCode)
def test_every_error_code_has_the_http_status_of_an_error(code: ErrorCode) -> None:
    assert HTTPStatus(code.http_status) >= HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize("code", sorted(KNOWN))
def test_a_code_is_written_as_it_is_named(code: ErrorCode | TaskFailureCode | ToolkitErrorCode) -> None:
    assert code.value == code.name == str(code)


def test_a_code_is_found_by_the_text_on_the_wire() -> None:
    assert ErrorCode("SESSION_NOT_FOUND") is ErrorCode.SESSION_NOT_FOUND
    assert ErrorCode.SESSION_NOT_FOUND.http_status == 404


def test_the_vocabularies_are_the_contracts() -> None:  # sections 3, 4 and 10, word for word
    """The states of sessions are in emulator/domain/test_states.py, with their moves."""
    assert {*SessionPhase} == {"idle", "running", "paused", "guardrail", "manual", "stopped"}
    assert {*TaskStatus} == {"queued", "running", "paused", "guardrail", "complete", "failed"}
    assert {status for status in TaskStatus if status.is_final} == {"complete", "failed"}
    assert {*EndReason} == {
        "completed",
        "terminated",
        "expired",
        "terminateOnCompletion",
        "failed",
        "balance",
        "instance_lost",
    }


@pytest.mark.parametrize("member", [ErrorCode.NOT_FOUND, SessionStatus.ACTIVE, SessionPhase.IDLE, TaskStatus.COMPLETE])
def test_a_member_is_displayed_as_the_string_that_it_is(member: str) -> None:
    assert repr(member) == repr(str(member))

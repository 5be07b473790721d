"""One table of error codes: what is written elsewhere in the package is in it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import webrun_nb
from helpers.codes import codes_in
from webrun_nb.common.codes import HTTP_STATUS, ErrorCode, RefusalCode

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
"""Where these calls take their code; every other one takes it as `code=`."""
PACKAGE = Path(webrun_nb.__file__).parent


def codes_written_in(tree: ast.AST) -> Iterator[str]:
    """Yield the codes that calls in a module are given."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        position = CODES_AT.get(name)
        given = [] if position is None else call.args[position : position + 1]
        given += [keyword.value for keyword in call.keywords if keyword.arg == "code"]
        yield from (value.value for value in given if isinstance(value, ast.Constant) and isinstance(value.value, str))


def test_every_code_that_is_written_down_is_in_the_table() -> None:
    found = {
        (code, str(path.relative_to(PACKAGE)))
        for path in PACKAGE.rglob("*.py")
        for code in codes_written_in(ast.parse(path.read_text()))
        if code.isupper()
    }
    known = codes_in(ErrorCode)
    assert {code for code, _ in found} >= {"SESSION_NOT_FOUND", "AGENT_ERROR", "POLICY_AMBIGUOUS"}  # they are looked at
    assert {(code, path) for code, path in found if code not in known} == set()


def test_every_refusal_has_its_http_status() -> None:
    assert set(HTTP_STATUS) == codes_in(RefusalCode)

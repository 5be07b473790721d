"""Tests of the test helpers that decide whether a test passes."""

from __future__ import annotations

import pytest

from helpers.skips import fail_unless_accepted
from helpers.waiting import wait_until


def skipped(reason: str) -> pytest.TestReport:
    return pytest.TestReport(
        "test", ("test.py", 1, "test"), {}, "skipped", ("test.py", 1, f"Skipped: {reason}"), "call"
    )


@pytest.mark.parametrize(
    ("ci", "reason", "outcome"),
    [
        ("true", "no browser is installed; run: webrun-nb install-browser", "failed"),
        ("true", "WEBRUN_API_KEY is not set: the contract's tests run against the emulator alone", "skipped"),
        ("", "no browser is installed; run: webrun-nb install-browser", "skipped"),
    ],
)
def test_in_ci_a_skip_for_want_of_a_tool_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, ci: str, reason: str, outcome: str
) -> None:
    monkeypatch.setenv("CI", ci)
    report = skipped(reason)
    fail_unless_accepted(report)
    assert report.outcome == outcome


def test_waiting_returns_the_answer_that_was_wanted() -> None:
    answers = iter([0, 1, 2, 3])
    assert wait_until(lambda: next(answers), lambda answer: answer == 2, pause=lambda: None) == 2


def test_waiting_in_vain_fails_with_the_last_answer() -> None:
    with pytest.raises(AssertionError, match="never"):
        wait_until(lambda: "never", lambda answer: answer == "now", within_s=0, pause=lambda: None)

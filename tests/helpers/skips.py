"""The reasons for which a test may be skipped in CI; any other skip there fails the test.

A missing tool (a browser, node, a package) is none of them: without it, CI would prove less than it reports.
"""

from __future__ import annotations

import os
import re

import pytest

ACCEPTED = {
    r"WEBRUN_API_KEY is not set": "the hosted service takes an account and money",
    r"not on the hosted service|only the emulator has|is the emulator's alone": "the hosted service has no such thing",
    r"^no browser of kind chromium is installed": "install-browser brings the headless shell; the tests are the same",
    r"the folder of real pages": "the pages are not part of the repository",
    r"root may write everywhere|as somebody else the sandbox": "depends on who runs the tests; each has its own check",
    r"no address but loopback": "a machine without a network",
    r"ipykernel 6 has no subshells|these kernels answer on the subshell": "depends on the version of ipykernel",
    r"/proc|only Linux|os\.fork": "depends on the operating system",
}
"""Patterns of reasons, and what makes each of them acceptable."""


def fail_unless_accepted(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Make a skip a failure in CI (`CI=true`), unless its reason is one of `ACCEPTED`."""
    if not report.skipped or hasattr(report, "wasxfail") or os.environ.get("CI") != "true":
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    reason = reason.removeprefix("Skipped: ")
    if not any(re.search(pattern, reason) for pattern in ACCEPTED):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where every tool has to be there: {reason}"

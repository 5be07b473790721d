"""Contract tests of the task field `emulator.userAgent` (section 12)."""

from __future__ import annotations

import json

import pytest

TOOL = "webrun-nb/0.2 (+https://example.org/about; a person)"
RECORD = {"type": "object", "properties": {"where": {"type": "string"}, "agent": {"type": "string"}}}
TABLE = {"outputType": "structured_json", "outputSchema": {"type": "array", "items": RECORD}}
TASK = {"taskDetails": "List all rows: where, agent.", **TABLE}


def agents(body):
    """Return the User-Agents that the page was requested with, and that its scripts see."""
    assert body["status"] == "complete", body
    return {row["where"]: row["agent"] for row in json.loads(body["data"]["message"])}


def test_a_browser_sends_and_reports_it(emulator, page_url):
    task = {**TASK, "startingPoint": f"{page_url}/browser", "emulator": {"userAgent": TOOL}}
    assert agents(emulator.post("/start/run-task", task)[1]) == {"sent": TOOL, "page": TOOL, "worker": TOOL}


def test_it_is_for_one_task_of_a_session(emulator, idle_session, page_url):
    def asked(**fields):
        task = {"newState": "start", **TASK, "startingPoint": f"{page_url}/browser", **fields}
        return agents(emulator.message(idle_session, actionType="newTask", **task)[1])

    before = asked()
    assert len({*before.values()}) == 1
    assert before["sent"].startswith("Mozilla/5.0 ")
    assert asked(emulator={"userAgent": TOOL}) == dict.fromkeys(before, TOOL)
    assert asked() == before


@pytest.mark.parametrize("given", ["", " ", "two\nlines", "Gr\u00fc\u00dfe", " padded", "x" * 301, 7])
def test_what_is_no_header_of_one_line_is_refused(emulator, page_url, given):
    task = {**TASK, "startingPoint": page_url, "emulator": {"userAgent": given}}
    status, body = emulator.post("/start/run-task", task)
    assert (status, body["code"]) == (400, "INVALID_PARAMETER")
    assert body["details"]["parameter"] == "emulator.userAgent"


def test_the_longest_one_is_taken(emulator, page_url):
    longest = "x" * 300
    task = {**TASK, "startingPoint": f"{page_url}/browser", "emulator": {"userAgent": longest}}
    assert agents(emulator.post("/start/run-task", task)[1])["sent"] == longest

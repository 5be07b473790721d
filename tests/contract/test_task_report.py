"""Contract tests of `GET /_emulator/tasks/:id/report` (section 12): the pages read, and unused parts of the text."""

from __future__ import annotations

import sqlite3
import zlib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from webrun_nb.emulator.storage.database import FILE_NAME

SCHEMA = {"type": "array", "items": {"type": "object", "properties": {"city": {"type": "string"}}}}
JSON = {"outputType": "structured_json", "outputSchema": SCHEMA}
TEXT = "List the cities on day 2."
WHY = 'nothing on the page says which rows are "day 2"'


def report(emulator: Any, task_id: str) -> Any:
    return emulator.get(f"/_emulator/tasks/{task_id}/report")


def test_a_part_of_the_text_that_was_not_used_is_named_with_its_place(emulator, run, page_url):
    body = run(TEXT, startingPoint=page_url, **JSON)
    status, found = report(emulator, body["taskId"])
    assert status == 200
    assert found["unused"] == [{"text": "on day 2", "start": 16, "end": 24, "why": WHY}]
    assert TEXT[16:24] == "on day 2"
    assert (found["success"], found["sessionId"], found["taskId"]) == (
        True,
        body["sessionId"],
        body["taskId"],
    )


def test_what_was_used_is_not_named(emulator, run, page_url):
    body = run("List the cities with city = Ulm.", startingPoint=page_url, **JSON)
    assert report(emulator, body["taskId"])[1]["unused"] == []


def test_the_pages_that_were_read_are_listed_with_status_and_time(emulator, run, page_url):
    body = run(TEXT, startingPoint=f"{page_url}/some", **JSON)
    (page,) = report(emulator, body["taskId"])[1]["pages"]
    assert (page["url"], page["status"]) == (f"{page_url}/some", 200)
    assert 0 <= datetime.fromisoformat(body["completedAt"]).timestamp() * 1000 - page["at"] < 600_000


def test_a_task_that_failed_has_a_report(emulator, run, page_url):
    body = run("Click the Frobnicate button", startingPoint=page_url)
    assert body["code"] == "ELEMENT_NOT_FOUND"
    status, found = report(emulator, body["taskId"])
    assert (status, found["unused"], len(found["pages"])) == (200, [], 1)


def test_there_is_none_of_a_task_that_is_not_known(emulator, run, page_url):
    status, body = report(emulator, "task_nope")
    assert (status, body["code"]) == (404, "TASK_NOT_FOUND")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("reports")


def test_it_survives_a_restart_compressed_and_goes_with_its_sessions_record(start_emulator, folder, page_url):
    before = start_emulator("--control", "--data-dir", str(folder))
    fields = {"taskDetails": TEXT, "startingPoint": page_url, **JSON}
    task_id = before.post("/start/run-task", fields)[1]["taskId"]
    found = report(before, task_id)
    before.end()
    after = start_emulator("--control", "--data-dir", str(folder))
    assert report(after, task_id) == found
    after.end()
    with sqlite3.connect(folder / FILE_NAME) as database:
        database.execute("PRAGMA foreign_keys = ON")
        (packed,) = database.execute("SELECT report FROM task_reports").fetchone()
        assert b"on day 2" in zlib.decompress(packed)
        database.execute("DELETE FROM sessions")
        assert database.execute("SELECT count(*) FROM task_reports").fetchone() == (0,)

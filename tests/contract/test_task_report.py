"""Contract tests of `GET /_emulator/tasks/:id/report` (section 12): what an answer was read from, and what not used."""

from __future__ import annotations

import json
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


# --- what the answer was read from ------------------------------------------------------------------------------------

NULLABLE = {"type": ["number", "null"]}
PRICE = {"type": "string", "format": "money"}
FRUIT = {"type": "object", "properties": {"name": {"type": "string"}, "preis": PRICE, "menge": NULLABLE}}
PRICED = {"outputType": "structured_json", "outputSchema": {"type": "array", "items": FRUIT}}


@pytest.fixture(scope="module")
def priced(emulator: Any, page_url: str) -> tuple[Any, Any]:
    """The answer of a task on a price list in a session with pictures, and its report."""
    session_id = emulator.start()
    emulator.http.put(f"/_emulator/sessions/{session_id}/pictures", json={"wanted": True})
    message = {"actionType": "newTask", "newState": "start", "taskDetails": "List the rows."}
    task = {**message, "startingPoint": f"{page_url}/prices", **PRICED}
    _, body = emulator.post("/start/send-message", {"sessionId": session_id, "message": task})
    assert body["status"] == "complete", body
    return json.loads(body["data"]["message"]), report(emulator, body["taskId"])[1]


def source_of(found: Any, row: int, column: str) -> Any:
    (value,) = [each for each in found["values"] if (each["row"], each["column"]) == (row, column)]
    return value


def test_each_value_has_its_source(priced):
    answer, found = priced
    places = {(each["row"], each["column"]) for each in found["values"]}
    assert places == {(row, column) for row in range(len(answer)) for column in ("name", "preis", "menge")}


def test_a_value_that_is_on_the_page_several_times_has_the_element_that_it_was_read_from(priced, page_url):
    value = source_of(priced[1], 1, "preis")
    assert value["element"].endswith("tr:nth-of-type(3) > td:nth-of-type(2)")
    assert (value["text"], value["url"]) == ("12,50 €", f"{page_url}/prices")
    assert "decimal mark ," in value["reading"]


def test_a_null_has_its_reason_and_its_text(priced):
    answer, found = priced
    blank, span = source_of(found, 1, "menge"), source_of(found, 2, "menge")
    assert [answer[row]["menge"] for row in (1, 2)] == [None, None]
    assert [(each["reason"], each["text"]) for each in (blank, span)] == [("blank", "–"), ("range", "2–3")]


def test_columns_say_how_they_were_read_and_why_values_are_null(priced):
    columns = {each["name"]: each for each in priced[1]["columns"]}
    assert (columns["preis"]["label"], columns["menge"]["nulls"]) == ("Preis", {"blank": 1, "range": 1})
    assert ["decimal", ","] in columns["preis"]["shows"]["127.0.0.1"]


def test_lists_say_how_many_rows_were_read(priced, page_url):
    (one,) = priced[1]["lists"]
    assert (one["url"], one["shown"], one["collected"], one["whole"]) == (f"{page_url}/prices", 3, 3, True)


def test_the_page_is_pictured_with_the_place_of_each_element(emulator, priced):
    found = priced[1]
    value = source_of(found, 2, "preis")
    picture = next(each for each in found["pictures"] if each["at"] == value["at"])
    x, y, width, height = value["box"]
    assert 0 < x < x + width <= picture["width"]
    assert 0 < y < y + height <= picture["height"]
    answer = emulator.http.get(f"/_emulator/tasks/{found['taskId']}/pictures/{picture['at']}")
    assert (answer.status_code, answer.content[:2]) == (200, b"\xff\xd8")


def test_values_without_a_reason_can_be_left_out(emulator, priced):
    path = f"/_emulator/tasks/{priced[1]['taskId']}/report?values=odd"
    assert {each["reason"] for each in emulator.get(path)[1]["values"]} == {"blank", "range"}


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

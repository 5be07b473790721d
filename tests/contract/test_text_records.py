"""Contract tests of the records that accompany a text answer (section 4)."""

from __future__ import annotations

import json

OPEN = {"outputType": "structured_json", "outputSchema": {"type": "array", "items": {"type": "object"}}}
LIST = "List the rows."


def test_a_text_answer_has_the_records_of_its_table(run, page_url):
    data = run(LIST, startingPoint=f"{page_url}/rows/20")["data"]
    assert len(data["records"]) == 20
    assert "| --- |" in data["message"]
    assert data["records"] == json.loads(run(LIST, startingPoint=f"{page_url}/rows/20", **OPEN)["data"]["message"])


def test_the_copy_under_result_has_them_too(run, page_url):
    body = run(LIST, startingPoint=f"{page_url}/rows/20")
    assert body["result"]["data"]["records"] == body["data"]["records"]


def test_a_structured_answer_has_them_in_its_message_alone(run, page_url):
    assert "records" not in run(LIST, startingPoint=f"{page_url}/rows/20", **OPEN)["data"]


def test_an_answer_that_is_no_record_has_none(run, page_url):
    assert "records" not in run("wait 1 second", startingPoint=page_url)["data"]


def test_a_limit_leaves_whole_records(run, page_url):
    limit = 200
    data = run(LIST, startingPoint=f"{page_url}/rows/20", maxOutputTokens=limit)["data"]
    structured = run(LIST, startingPoint=f"{page_url}/rows/20", maxOutputTokens=limit, **OPEN)["data"]
    assert data["records"] == json.loads(structured["message"])
    assert 0 < len(data["records"]) < 20

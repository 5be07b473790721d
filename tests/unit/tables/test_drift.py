"""Tests of the drift between two cassettes."""

from __future__ import annotations

import json

from webrun_nb.tables.drift import drift_frame


def cassette(*tasks):
    return {"tasks": [{"text": text, "outputType": kind, "message": message} for text, kind, message in tasks]}


def rows(*records):
    return ("List", "structured_json", json.dumps(records))


def test_rows_that_came_and_went_are_told_with_their_task():
    before = cassette(rows({"name": "A", "price": 1}, {"name": "B", "price": None}))
    now = cassette(rows({"name": "A", "price": 2}, {"name": "B", "price": None}))
    found = drift_frame(before, now)
    assert found.to_dict("records") == [
        {"task": "List", "change": "added", "name": "A", "price": 2},
        {"task": "List", "change": "removed", "name": "A", "price": 1},
    ]


def test_the_same_answers_have_no_drift():
    same = cassette(rows({"name": "A"}), ("Get the title", "text", "Shop"))
    assert (len(drift_frame(same, same)), [*drift_frame(same, same)[["task", "change"]]]) == (0, ["task", "change"])
    assert len(drift_frame(cassette(), cassette())) == 0


def test_texts_and_wrapped_records_are_compared_too():
    before = cassette(("Get the title", "text", "Shop"), ("L", "structured_json", '{"items": [{"a": 1}]}'))
    now = cassette(("Get the title", "text", "Store"), ("L", "structured_json", '{"items": [{"a": 1}, {"a": 2}]}'))
    found = drift_frame(before, now)
    assert found[["task", "change"]].values.tolist() == [
        ["Get the title", "added"], ["Get the title", "removed"], ["L", "added"],
    ]  # fmt: skip


def test_a_task_that_only_one_cassette_has_counts_whole():
    found = drift_frame(cassette(), cassette(rows({"name": "A"}), rows({"name": "A"})))
    assert found.change.tolist() == ["added", "added"]

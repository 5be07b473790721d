"""Tests of the recordings that tasks are given, and of their files."""

from __future__ import annotations

import pytest

from webrun_nb.client.errors import RequestError
from webrun_nb.client.tasks.options import TaskOptions
from webrun_nb.client.tasks.replays import read_replay, write_json_file

RECORDING = {"webrunRecording": 1, "task": {"text": "Go"}, "steps": []}


def test_a_task_is_named_by_its_id_and_a_recording_by_its_file(tmp_path):
    path = write_json_file(tmp_path / "go.json", RECORDING)
    assert read_replay("7et43uaqnzfj") == "7et43uaqnzfj"
    assert read_replay(path) == read_replay(str(path)) == RECORDING
    assert [each.name for each in tmp_path.iterdir()] == ["go.json"]


@pytest.mark.parametrize(
    ("content", "why"),
    [("[]", "webrunRecording is missing"), ("{}", "webrunRecording is missing"), ("{", "is not JSON")],
)
def test_a_file_that_is_no_recording_says_why(tmp_path, content, why):
    path = tmp_path / "x.json"
    path.write_text(content)
    with pytest.raises(RequestError, match=why):
        read_replay(path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(RequestError, match="there is no file"):
        read_replay(tmp_path / "x.json")
    with pytest.raises(RequestError, match="can't be written"):
        write_json_file(tmp_path / "no" / "x.json", RECORDING)


def test_a_replay_is_sent_with_the_task(tmp_path):
    path = write_json_file(tmp_path / "go.json", RECORDING)
    assert TaskOptions(replay="abc").to_wire() == {"emulator": {"replay": "abc"}}
    assert TaskOptions(replay=path, heal=True).to_wire() == {"emulator": {"replay": RECORDING, "heal": True}}

"""Tests of the data folder, which several emulators share: restarts, kills, two at once, and unusable files."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from helpers.waiting import wait_until
from webrun_nb.client.errors import EmulatorStartError
from webrun_nb.client.local_emulator import LocalEmulator
from webrun_nb.emulator.storage.database import FILE_NAME

COMMAND = [sys.executable, "-m", "webrun_nb", "emulator"]
MONTH_MS = 31 * 24 * 3_600_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def start(start_emulator, folder) -> Callable[[], Any]:
    """Start an emulator on the module's data folder."""
    return lambda: start_emulator("--control", "--data-dir", str(folder))


@pytest.fixture(scope="module")
def past(start) -> dict[str, Any]:
    """The answers of an emulator about an ended session and its tasks, recorded before the emulator ended."""
    before = start()
    ran = before.post("/start/run-task", {"taskDetails": "list the laptops", "startingPoint": before.shop})[1]
    failed = before.post("/start/run-task", {"taskDetails": "list them", "startingPoint": "http://127.0.0.1:9/"})[1]
    task = {"taskDetails": "list the laptops", "startingPoint": before.shop, "maxOutputTokens": 30}
    truncated = before.post("/start/run-task", task)[1]
    session_id, task_id = ran["sessionId"], ran["taskId"]
    open_one = before.start(reachOutMode="full")
    answers = {
        "session": before.status(session_id),
        "task": before.get(f"/task/{session_id}/{task_id}")[1],
        "failed": before.get(f"/task/{failed['sessionId']}/{failed['taskId']}")[1],
        "truncated": before.get(f"/task/{truncated['sessionId']}/{truncated['taskId']}")[1],
        "open": open_one,
    }
    before.end()
    assert before.process.returncode == 0
    return answers


@pytest.fixture(scope="module")
def after(past, start) -> Any:
    """The next emulator."""
    return start()


def still(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer without the values that depend on the time of the request."""
    return {name: value for name, value in answer.items() if name not in ("now", "clockRunning")}


def test_a_session_is_what_it_was(past, after):
    assert still(after.status(past["session"]["sessionId"])) == still(past["session"])


@pytest.mark.parametrize("which", ["task", "failed", "truncated"])
def test_a_result_is_what_it_was(past, after, which):
    task = past[which]
    assert ("truncated" in task.get("data", {})) == (which == "truncated")
    assert after.get(f"/task/{task['sessionId']}/{task['taskId']}") == (200, task)


def test_the_text_of_a_task_is_kept_with_its_answer(past, after):
    task = past["truncated"]
    kept = after.get(f"/_emulator/tasks/{task['taskId']}")[1]
    assert (kept["prompt"], kept["outputType"], kept["outputSchema"]) == ("list the laptops", "text", None)
    assert kept["startingUrl"].startswith("http://shop.localhost:")
    assert kept["task"] == task


def test_a_task_that_is_not_there_has_no_text(after):
    status, body = after.get("/_emulator/tasks/aaaaaaaaaaaa")
    assert (status, body["code"], body["message"]) == (404, "TASK_NOT_FOUND", "there is no task aaaaaaaaaaaa")


def test_a_session_that_was_open_at_the_end_was_terminated(past, after):
    status = after.status(past["open"])
    assert (status["status"], status["reason"], status["reachOutMode"]) == ("terminated", "terminated", "full")


def test_a_command_to_an_ended_session_says_so(past, after):
    status, body = after.message(past["open"], actionType="newTask", taskDetails="list the laptops")
    assert (status, body["code"]) == (401, "SESSION_NOT_FOUND")


def test_a_task_that_it_never_had(past, after):
    status, body = after.get(f"/task/{past['open']}/aaaaaaaaaaaa")
    assert (status, body["code"]) == (404, "TASK_NOT_FOUND")


def test_ended_and_open_sessions_are_listed_newest_first(past, after):
    opened = after.start()
    listed = [session["sessionId"] for session in after.get("/start/sessions")[1]["sessions"]]
    assert listed[:2] == [opened, past["open"]]
    assert past["session"]["sessionId"] in listed


def test_tasks_are_listed_with_their_texts_newest_first(past, after):
    session_id = after.start(taskDetails="wait for 60 seconds", startingPoint=after.shop)
    listed = after.get("/_emulator/tasks")[1]["tasks"]
    assert [(task["sessionId"], task["prompt"]) for task in listed[:2]] == [
        (session_id, "wait for 60 seconds"),
        (past["truncated"]["sessionId"], "list the laptops"),
    ]
    assert set(listed[0]) == {"sessionId", "taskId", "prompt", "startingUrl", "createdAt"}


def test_an_account_starts_without_spending(start):
    """The account's spending counts from the start of the emulator: emulated work costs nothing."""
    assert start().get("/account/usage")[1]["currentPeriodSpend"] == 0


def test_a_killed_emulators_session_reads_as_lost(start, folder, page_url):
    killed = start()
    session_id = killed.start()
    wait_until(lambda: killed.status(session_id), lambda status: status["phase"] == "idle")
    with killed.queue_in_background(session_id, taskDetails=f"go to {page_url}/never"):
        task_id = wait_until(lambda: killed.status(session_id), lambda status: status["currentTaskId"])["currentTaskId"]
        wait_until(lambda: tasks_in(folder), lambda ids: task_id in ids)
        os.kill(killed.process.pid, signal.SIGKILL)
        killed.process.wait()
    survivor = start()
    status = survivor.status(session_id)
    assert (status["status"], status["reason"], status["currentTaskId"]) == ("failed", "instance_lost", None)
    task = survivor.get(f"/task/{session_id}/{task_id}")[1]
    assert (task["status"], task["code"], task["pending"]) == ("failed", "INSTANCE_LOST", False)


def tasks_in(folder: Path) -> list[str]:
    file = sqlite3.connect(folder / FILE_NAME)
    ids = [row[0] for row in file.execute("SELECT id FROM tasks")]
    file.close()
    return ids


def test_two_at_once(start):
    """Two emulators on one folder: an open session belongs to one, an ended one is found by both."""
    one, other = start(), start()
    session_id = one.start()
    assert other.get(f"/start/session-status/{session_id}")[0] == 404
    assert one.status(session_id)["status"] in ("pending", "active")
    one.message(session_id, actionType="state", newState="terminate")
    one.end()
    assert other.status(session_id)["status"] == "terminated"


def test_nothing_in_it_is_readable_by_others(past, folder):
    files = {}
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):  # what the database keeps beside itself comes and goes
            files[path] = path.stat().st_mode & 0o077
    assert files
    assert {str(path): mode for path, mode in files.items() if mode} == {}


def test_resetting_one_leaves_what_others_made(past, start):
    one = start()
    mine = one.start()
    assert one.post("/_emulator/reset", {})[0] == 200
    assert one.get(f"/start/session-status/{mine}")[0] == 404
    assert one.status(past["session"]["sessionId"])["status"] == "completed"


def test_a_record_that_has_been_removed_is_expired(start_emulator):
    running = start_emulator("--control")
    body = running.post("/start/run-task", {"taskDetails": "list the laptops", "startingPoint": running.shop})[1]
    session_id, task_id = body["sessionId"], body["taskId"]
    running.advance(MONTH_MS)
    for path in (f"/start/session-status/{session_id}", f"/task/{session_id}/{task_id}"):
        status, answer = wait_until(
            lambda path=path: running.get(path), lambda said: said[0] == 404
        )  # its browser closes
        assert answer["code"] == "SESSION_EXPIRED"
    assert running.get("/start/sessions")[1]["sessions"] == []
    status, answer = running.get("/start/session-status/aaaaaaaaaaaa")
    assert (status, answer["code"]) == (404, "SESSION_NOT_FOUND")


def one_line(*options: str) -> str:
    """Return the error message of an emulator that does not start; it has to be one line."""
    run = subprocess.run([*COMMAND, *options], capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stdout) == (1, "")
    (line,) = run.stderr.splitlines()
    return line


@pytest.fixture
def newer(tmp_path) -> Path:
    """A data folder written by a newer version."""
    file = sqlite3.connect(tmp_path / FILE_NAME)
    with file:
        file.execute("CREATE TABLE schema_version (version INTEGER PRIMARY KEY)")
        file.execute("INSERT INTO schema_version VALUES (1000)")
    file.close()
    return tmp_path


def test_a_newer_file_is_refused_in_one_line(newer):
    line = one_line("--data-dir", str(newer))
    assert "was written by a newer version" in line
    assert "update webrun-nb" in line


def test_a_corrupt_file_is_refused_in_one_line(tmp_path):
    (tmp_path / FILE_NAME).write_bytes(b"scrambled" * 1000)
    assert "file is not a database; move it away" in one_line("--data-dir", str(tmp_path))


def test_a_folder_that_is_none_is_refused_in_one_line(tmp_path):
    (tmp_path / "data").write_text("")
    assert "choose another with --data-dir" in one_line("--data-dir", str(tmp_path / "data"))


@pytest.mark.parametrize("name", ["logs", "running", FILE_NAME])
def test_a_folder_with_something_else_in_it_is_refused_in_one_line(tmp_path, name):
    path = tmp_path / name
    path.mkdir() if name == FILE_NAME else path.write_text("")
    assert "can't be used" in one_line("--data-dir", str(tmp_path))


def test_a_full_disk_is_refused_in_one_line(tmp_path):
    run = subprocess.run(
        [*COMMAND, "--data-dir", str(tmp_path / "data")],
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8_192, 8_192)),
    )
    assert run.returncode == 1
    (line,) = run.stderr.splitlines()
    assert "can't be used" in line


async def test_the_embedded_emulator_shows_that_line(newer, monkeypatch):
    monkeypatch.setenv("WEBRUN_DATA_DIR", str(newer))
    with pytest.raises(EmulatorStartError, match="was written by a newer version"):
        await LocalEmulator.start()

"""Contract tests of a session's task queue (section 3): one task at a time; a command for one task affects no other."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.waiting import wait_until


@pytest.fixture
def two(emulator: Any, idle_session: str, page_url: str, gate: Any) -> Any:
    """Start a task that runs until the gate opens and one that is queued behind it; yield the session and both ids."""
    with emulator.queue_in_background(idle_session, taskDetails="list the cities", startingPoint=f"{page_url}/gate"):
        wait_until(lambda: emulator.status(idle_session), lambda s: s["phase"] == "running")
        with emulator.queue_in_background(idle_session, taskDetails="wait for 60 seconds"):
            status = wait_until(lambda: emulator.status(idle_session), lambda s: s["queuedTaskIds"])
            yield idle_session, status["currentTaskId"], status["queuedTaskIds"][0]
            emulator.message(idle_session, actionType="state", newState="terminate")


def stop(emulator: Any, session_id: str, task_id: str) -> None:
    status, _ = emulator.message(session_id, actionType="state", newState="stop", taskId=task_id)
    assert status == 200


def test_stopping_a_queued_task_lets_the_running_one_finish(emulator, two, gate):
    session_id, running, queued = two
    stop(emulator, session_id, queued)
    assert emulator.get(f"/task/{session_id}/{queued}")[1]["code"] == "TASK_STOPPED"
    gate.set()
    task = wait_until(lambda: emulator.get(f"/task/{session_id}/{running}")[1], lambda body: not body["pending"])
    assert task["status"] == "complete"


def test_stopping_a_queued_task_leaves_a_paused_one_paused(emulator, two, gate):
    session_id, running, queued = two
    emulator.message(session_id, actionType="state", newState="pause")
    stop(emulator, session_id, queued)
    assert emulator.status(session_id)["phase"] == "paused"
    gate.set()
    emulator.message(session_id, actionType="state", newState="resume")
    task = wait_until(lambda: emulator.get(f"/task/{session_id}/{running}")[1], lambda body: not body["pending"])
    assert task["status"] == "complete"

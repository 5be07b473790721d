"""Section 3: one task at a time, and what is said about one of them leaves the others alone."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def two(emulator: Any, idle_session: str, page_url: str, until: Any) -> Any:
    """Have a task that runs and one that is queued behind it; yields the session and both ids."""
    with emulator.queue_in_background(
        idle_session, taskDetails=f"go to {page_url}, wait for 2 seconds, list the cities"
    ):
        until(lambda: emulator.status(idle_session), lambda s: s["phase"] == "running")
        with emulator.queue_in_background(idle_session, taskDetails="wait for 30 seconds"):
            status = until(lambda: emulator.status(idle_session), lambda s: s["queuedTaskIds"])
            yield idle_session, status["currentTaskId"], status["queuedTaskIds"][0]
            emulator.message(idle_session, actionType="state", newState="terminate")


def stop(emulator: Any, session_id: str, task_id: str) -> None:
    status, _ = emulator.message(session_id, actionType="state", newState="stop", taskId=task_id)
    assert status == 200


def test_stopping_a_queued_task_lets_the_running_one_finish(emulator, two, until):
    session_id, running, queued = two
    stop(emulator, session_id, queued)
    assert emulator.get(f"/task/{session_id}/{queued}")[1]["code"] == "TASK_STOPPED"
    task = until(lambda: emulator.get(f"/task/{session_id}/{running}")[1], lambda body: not body["pending"])
    assert task["status"] == "complete"


def test_stopping_a_queued_task_leaves_a_paused_one_paused(emulator, two, until):
    session_id, running, queued = two
    emulator.message(session_id, actionType="state", newState="pause")
    stop(emulator, session_id, queued)
    assert emulator.status(session_id)["phase"] == "paused"
    emulator.message(session_id, actionType="state", newState="resume")
    task = until(lambda: emulator.get(f"/task/{session_id}/{running}")[1], lambda body: not body["pending"])
    assert task["status"] == "complete"

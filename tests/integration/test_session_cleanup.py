"""A test that an ended session has no browser, egress proxy or socket left, however it ended."""

from __future__ import annotations

import psutil
import pytest

from helpers.waiting import wait_until

IDLE_LISTENERS = 2
"""The emulator's own port, and the way out of the spare browser, which waits for the next session."""


def listeners(pid: int) -> int:
    """Count the ports that a process listens on."""
    return sum(each.status == psutil.CONN_LISTEN for each in psutil.Process(pid).net_connections("inet"))


@pytest.fixture(scope="module")
def emulator(start_emulator):
    running = start_emulator("--control")
    yield running
    running.end()


@pytest.mark.parametrize("ending", ["terminate", "expire", "complete", "kill"])
def test_an_ended_session_leaves_no_browser_and_no_listener(emulator, ending):
    sessions = [emulator.start() for _ in range(3)]
    for session_id in sessions:
        emulator.message(session_id, actionType="newTask", taskDetails=f"go to {emulator.shop}")
    assert listeners(emulator.process.pid) > IDLE_LISTENERS, "each open session has a way out of its own"
    match ending:
        case "terminate":
            for session_id in sessions:
                emulator.message(session_id, actionType="state", newState="terminate")
        case "expire":
            emulator.advance(6 * 60_000)
        case "complete":
            for session_id in sessions:
                last = {"taskDetails": f"go to {emulator.shop}", "terminateOnCompletion": True}
                emulator.message(session_id, actionType="newTask", **last)
        case "kill":
            emulator.post("/_emulator/faults", {"instanceStart": "refuse", "times": 1000})
            for session_id in sessions:
                emulator.post(f"/_emulator/sessions/{session_id}/instance", {"action": "kill"})
                emulator.message(session_id, actionType="state", newState="terminate")
            emulator.post("/_emulator/faults", {"clear": True})
    wait_until(
        lambda: (emulator.get("/_emulator/state")[1]["instances"], listeners(emulator.process.pid)),
        lambda left: not left[0] and left[1] <= IDLE_LISTENERS,
    )

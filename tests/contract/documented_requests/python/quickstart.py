"""Start a session with a task, then poll the task until `type` says how it ended."""

from __future__ import annotations

import os
import time
from typing import Any

from service import get, post


def start_and_poll(starting_url: str) -> str:
    session = post(
        "/start/start-session",
        {"task": {"prompt": "List the cities.", "startingUrl": starting_url, "terminateOnCompletion": True}},
    )
    while True:
        result = get(f"/task/{session['sessionId']}/{session['taskId']}")
        if result.get("type") == "task_completed":
            return str(result["data"]["message"])
        if result.get("type") == "failed":
            return f"{result['code']}: {result['error']}"
        time.sleep(0.1)


def main() -> dict[str, Any]:
    nowhere = "http://127.0.0.1:9/"  # nothing listens there
    return {"answer": start_and_poll(os.environ["SITE_URL"]), "failure": start_and_poll(nowhere)}

"""HTTP calls to the service, for all examples."""

from __future__ import annotations

import os
import time
from typing import Any

import httpx

BASE_URL = os.environ["WEBRUN_BASE_URL"]
http = httpx.Client(
    base_url=BASE_URL,
    headers={"Authorization": f"Bearer {os.environ['WEBRUN_API_KEY']}"},
    timeout=60,
    trust_env=False,
)


def get(path: str) -> Any:
    return http.get(path).json()


def post(path: str, body: object) -> Any:
    return http.post(path, json=body).json()


def send_message(session_id: str, **message: object) -> Any:
    return post("/start/send-message", {"sessionId": session_id, "message": message})


def poll_task(session_id: str, task_id: str) -> Any:
    """Poll a task until it has ended or asks a question."""
    while True:
        task = get(f"/task/{session_id}/{task_id}")
        if not task["pending"] or task.get("type") == "guardrail_trigger":
            return task
        time.sleep(0.1)

"""A fake of the service behind an httpx transport; the test decides its answers."""

from __future__ import annotations

import asyncio
import json
import threading
from dataclasses import dataclass, field
from typing import Any

import httpx

USAGE = {
    "prompt_tokens": 10,
    "completion_tokens": 5,
    "total_tokens": 15,
    "completion_time": 1.5,
    "cost": 0.0041,
    "emulated": True,
    "breakdown": {"compute": 0.003, "idle": 0.001, "tokens": 0.0001, "proxy": 0},
}
STREAMING = {"webRTCURL": None, "webViewURL": None, "dimensions": {"width": 1024, "height": 600}}


@dataclass
class FakeService:
    """A service with one session; the test sets its answers."""

    status: str = "active"
    phase: str | None = "idle"
    reason: str | None = None
    current: str | None = None
    queued: list[str] = field(default_factory=list)
    task: dict[str, Any] = field(default_factory=dict)
    hold: asyncio.Event | None = None
    """A newTask is answered when it is set, as within the 50 s window."""
    sent: list[dict[str, Any]] = field(default_factory=list)
    began: threading.Event = field(default_factory=threading.Event)
    number: int = 0
    refuse: tuple[int, str] | None = None
    """Status and code that messages are answered with."""
    ends: bool = False
    """Its task is to end the session."""
    forgotten: bool = False
    """It knows no session any more."""
    usage_before: dict[str, Any] | None = None
    """The session's usage until a task is sent, where that is less than `USAGE`."""
    unused: list[dict[str, Any]] = field(default_factory=list)
    """The parts of its text that the report of a task names as unused."""
    report: dict[str, Any] = field(default_factory=dict)
    """The other fields of a task's report."""
    reports: list[str] = field(default_factory=list)
    """The paths of the reports that were asked for."""
    steps: list[dict[str, Any]] = field(default_factory=list)
    """The recorded steps of a task."""
    steps_left_out: int = 0
    effects: dict[str, bool] = field(default_factory=lambda: {"acted": False, "secrets": False, "busy": False})
    """The effects that its session may have had."""
    prices: dict[str, float] | None = None
    """The prices that its control API tells; None where that is off."""
    states_read: int = 0
    """Number of requests for the state of the control API."""

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content or b"{}")
        path = request.url.path
        if path == "/start/start-session":
            self.sent.append(body)
            return self._start(body)
        if path.startswith("/start/session-status/"):
            if self.hold is not None and self.current is not None:
                self.began.set()
            if self.forgotten:
                return refused(404, "SESSION_NOT_FOUND")
            return httpx.Response(200, json=self._state(path.rpartition("/")[2]))
        if path.startswith("/task/"):
            self.began.set()
            if self.hold is not None and not self.hold.is_set() and self.current is not None:
                return httpx.Response(200, json=running())
            return httpx.Response(200, json=self.task)
        if path == "/_emulator/state":
            self.states_read += 1
            return refused(404, "NOT_FOUND") if self.prices is None else httpx.Response(200, json=self._control_state())
        if path == "/start/sessions":
            return httpx.Response(200, json={"success": True, "sessions": []})
        if path.endswith("/effects"):
            return httpx.Response(200, json={"success": True, "sessionId": path.split("/")[3], **self.effects})
        if path.endswith("/steps"):
            known = {"success": True, "sessionId": "s1", "taskId": path.split("/")[3]}
            return httpx.Response(200, json={**known, "steps": self.steps, "stepsLeftOut": self.steps_left_out})
        if path.startswith("/_emulator/tasks/"):
            self.reports.append(path)
            task_id = path.split("/")[3]
            known = {"success": True, "sessionId": "s1", "taskId": task_id, "unused": self.unused, "pages": []}
            return httpx.Response(200, json={**known, **self.report})
        self.sent.append(body["message"])
        return await self._message(body["message"])

    def _control_state(self) -> dict[str, Any]:
        return {"success": True, "sessions": [], "prices": self.prices}

    def _start(self, body: dict[str, Any]) -> httpx.Response:
        self.number += 1
        answer: dict[str, Any] = {"success": True, "sessionId": f"s{self.number}", "socketURL": "http://x"}
        answer |= {"streaming": STREAMING, "initialPrompt": "", "expiresIn": 1, "balance": 100.0, "message": ""}
        if body.get("task", {}).get("prompt"):
            answer["taskId"] = self.current = "t1"
            self.phase = "running"
            self.ends = body["task"].get("terminateOnCompletion", False)
        return httpx.Response(200, json=answer)

    def _state(self, session_id: str) -> dict[str, Any]:
        return {
            "success": True,
            "sessionId": session_id,
            "status": self.status,
            "phase": self.phase,
            "currentTaskId": self.current,
            "queuedTaskIds": self.queued,
            "createdAt": 1,
            "lastActivityAt": 2,
            "expiresAt": 300_000,
            "inactivityTimeout": 300_000,
            "reason": self.reason,
            "usage": USAGE if self.usage_before is None else self.usage_before,
            "now": 5,
            "clockRunning": True,
        }

    async def _message(self, message: dict[str, Any]) -> httpx.Response:
        if self.refuse is not None:
            return refused(*self.refuse)
        match message["actionType"], message.get("newState"):
            case "newTask", _:
                if not self.task:
                    self.task = completed()
                self.phase, self.current, self.usage_before = "running", "t1", None
                if self.hold is not None:
                    await self.hold.wait()
                return httpx.Response(200, json=self.task)
            case "state", "terminate":
                self.status, self.phase, self.reason = "terminated", None, "terminated"
            case "state", "stop":
                self.phase, self.current = "stopped", None
                self.task = failed("TASK_STOPPED")
                if self.ends:
                    self.status, self.phase, self.reason = "terminated", None, "terminated"
                if self.hold is not None:
                    self.hold.set()
            case "guardrail", _:
                self.task = completed(message["prompt"])
        return httpx.Response(200, json={"success": True, "message": "Message sent successfully"})


def refused(status: int, code: str) -> httpx.Response:
    return httpx.Response(status, json={"success": False, "message": "no", "error": "no", "code": code})


def completed(text: str = "[]") -> dict[str, Any]:
    return {
        "success": True,
        "sessionId": "s1",
        "taskId": "t1",
        "type": "task_completed",
        "status": "complete",
        "pending": False,
        "data": {"message": text, "files": [], "network": []},
        "usage": USAGE,
        "completedAt": "2023-11-14T22:13:20.000Z",
    }


def failed(code: str) -> dict[str, Any]:
    body = {"success": False, "sessionId": "s1", "taskId": "t1", "status": "failed", "pending": False}
    return body | {"error": "it broke", "message": "it broke", "code": code, "usage": USAGE}


def asking() -> dict[str, Any]:
    body = {"success": True, "sessionId": "s1", "taskId": "t1", "status": "guardrail_trigger", "pending": True}
    data = {"type": "human_input_needed", "value": "Which?", "kind": "ambiguous", "candidates": ["Blue", "Green"]}
    return body | {"type": "guardrail_trigger", "data": data, "usage": USAGE}


def running() -> dict[str, Any]:
    body = {"success": True, "sessionId": "s1", "taskId": "t1", "status": "running", "pending": True}
    return body | {"usage": USAGE}


def still_pending() -> dict[str, Any]:
    body = {"success": True, "sessionId": "s1", "taskId": "t1", "status": "pending", "pending": True}
    return body | {"pollUrl": "http://x/task/s1/t1", "message": "wait"}

"""The hosted service in place of the emulator, for the contract tests that apply to both."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from typing import Any, NoReturn

import httpx
import pytest

KEY = os.environ.get("WEBRUN_API_KEY", "")
URL = os.environ.get("WEBRUN_BASE_URL", "https://connect.webrun.ai")
LONGEST_WAIT_S = 65
NEEDS = {
    "start_emulator": "it starts an emulator with options of its own",
    "page_url": "the service can't reach a page on this machine",
    "site": "the service can't reach a page on this machine",
}
"""Fixtures that a test may need and that only the emulator has, and why."""


class HostedService:
    """A client in raw JSON with the interface of `RunningEmulator`; a test that calls anything else is skipped."""

    def __init__(self) -> None:
        self.url, self.key = URL, KEY
        self.http = httpx.Client(base_url=URL, headers={"Authorization": f"Bearer {KEY}"}, timeout=70)
        self._started: list[str] = []

    def __getattr__(self, name: str) -> NoReturn:
        pytest.skip(f"only the emulator has `{name}`")

    def post(self, path: str, body: object) -> tuple[int, Any]:
        return self._call("POST", path, json=body)

    def get(self, path: str) -> tuple[int, Any]:
        return self._call("GET", path)

    def _call(self, method: str, path: str, **given: Any) -> tuple[int, Any]:
        if path.startswith(("/_emulator", "/start/sessions", "/policies")):
            pytest.skip(f"{path} is the emulator's alone")
        while True:
            answer = self.http.request(method, path, **given)
            wait_s = float(answer.headers.get("Retry-After", LONGEST_WAIT_S + 1))
            if answer.status_code != 429 or wait_s > LONGEST_WAIT_S:
                break
            time.sleep(wait_s)  # the service's rate limit, which is not what is tested here
        body = answer.json()
        if isinstance(body, dict) and isinstance(body.get("sessionId"), str):
            self._started.append(body["sessionId"])
        return answer.status_code, body

    def start(self, **body: Any) -> str:
        status, answer = self.post("/start/start-session", body)
        assert status == 200, answer
        return str(answer["sessionId"])

    def message(self, session_id: str, **message: Any) -> tuple[int, Any]:
        return self.post("/start/send-message", {"sessionId": session_id, "message": message})

    def status(self, session_id: str) -> dict[str, Any]:
        status, answer = self.get(f"/start/session-status/{session_id}")
        assert status == 200, answer
        return dict(answer)

    def close(self) -> None:
        """End what was started, because it costs money."""
        for session_id in dict.fromkeys(self._started):
            with contextlib.suppress(httpx.HTTPError):
                self.message(session_id, actionType="state", newState="terminate")
        self.http.close()


@contextlib.contextmanager
def hosted_service() -> Iterator[HostedService]:
    """Yield the service, and end afterwards what was started on it."""
    service = HostedService()
    try:
        yield service
    finally:
        service.close()

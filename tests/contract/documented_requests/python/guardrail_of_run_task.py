"""Let run-task ask: its response is then the question, and the task's result is polled after the answer."""

from __future__ import annotations

import os
import time
from typing import Any

from service import http, post, send_message


def main() -> dict[str, Any]:
    asked = post("/start/run-task", {"prompt": "Click the Open button", "startingUrl": os.environ["SITE_URL"]})
    sent = send_message(asked["sessionId"], actionType="guardrail", prompt="the left one")
    while (result := http.get(asked["pollUrl"]).json())["pending"]:
        time.sleep(0.1)
    return {
        "asked": asked["type"],
        "has_message": bool(asked["message"]),
        "sent": sent["message"],
        "type": result["type"],
    }

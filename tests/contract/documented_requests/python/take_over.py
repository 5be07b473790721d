"""Take over the browser as soon as it has started, click and type by hand, and hand it back.

Points are those of the whole browser window: the page begins 155 px below the window's upper edge.
"""

from __future__ import annotations

import os
import time
from typing import Any

from service import get, post, send_message

BROWSER_BAR = 155


def act(session_id: str, **action: object) -> Any:
    return send_message(session_id, actionType="interaction", action=action)


def main() -> dict[str, Any]:
    session_id = post("/start/start-session", {"task": {"startingUrl": os.environ["AIM_URL"]}})["sessionId"]
    pending = act(session_id, type="takeOverControl")  # may come while the browser still starts
    while (status := get(f"/start/session-status/{session_id}"))["phase"] != "manual":
        assert status["status"] in ("pending", "active"), status
        time.sleep(0.1)
    outside = act(session_id, type="CLICK", x=300, y=100)  # on the browser bar
    for action in (
        {"type": "SCROLL", "x": 300, "y": 300, "deltaX": 0, "deltaY": -50},
        {"type": "CLICK", "x": 300, "y": 200 + BROWSER_BAR},
        {"type": "TYPE", "text": "by hand", "humanLike": False},
        {"type": "KEY_PRESS", "key": "Backspace"},
        {"type": "releaseControl"},
    ):
        act(session_id, **action)
    read = send_message(session_id, actionType="newTask", newState="start", prompt="get the Clicked")
    send_message(session_id, actionType="state", newState="terminate")
    return {"taken": pending["message"], "outside": outside["code"], "answer": read["data"]["message"]}

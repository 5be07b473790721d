"""Run a task through a proxy of one's own; `level` says how much of the machine uses it."""

from __future__ import annotations

import os
from typing import Any

from service import get, post


def main() -> dict[str, Any]:
    own = {"source": "custom", "type": "http", "host": "127.0.0.1", "port": os.environ["PROXY_PORT"]}
    task = {"prompt": "List the cities.", "startingUrl": os.environ["SITE_URL"]}
    through = post("/start/run-task", {**task, "proxy": {**own, "level": "chrome"}})
    level = get(f"/start/session-status/{through['sessionId']}")["proxy"]["level"]
    wrong_level = post("/start/start-session", {"proxy": {**own, "level": "kernel"}})
    managed = post("/start/start-session", {"proxy": {"source": "WebRun", "country": "DE", "level": "system"}})
    inside_the_task = post("/start/start-session", {"task": {**task, "proxy": own}})
    return {
        "status": through["status"],
        "level": level,
        "wrong_level": [wrong_level["code"], wrong_level["details"]["parameter"]],
        "managed": [managed["code"], managed["details"]["parameter"]],
        "inside_the_task": [inside_the_task["code"], inside_the_task["details"]["parameter"]],
    }

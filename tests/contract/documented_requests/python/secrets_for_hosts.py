"""Give a task the credentials for a host: the agent fills them in, and no response has them."""

from __future__ import annotations

import json
import os
from typing import Any

from service import get, post


def main() -> dict[str, Any]:
    secrets = [
        {"match": "shop.localhost", "fields": {"email": "ada@example.org", "password": "notes-on-the-engine"}},
        {"match": "all", "fields": {"email": "nobody@example.org", "password": "the-password-for-all-others"}},
    ]
    task = {"prompt": "Log in, then open my orders and list them", "startingUrl": os.environ["SHOP_URL"] + "login"}
    body = post("/start/run-task", {**task, "secrets": secrets})
    everything = json.dumps([body, get(f"/start/session-status/{body['sessionId']}")])
    shown = [value for each in secrets for value in each["fields"].values() if value in everything]
    return {"status": body["status"], "answer": body.get("data", body)["message"], "shown": shown}

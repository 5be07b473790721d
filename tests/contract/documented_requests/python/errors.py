"""Make each kind of mistake, and read what the service answers."""

from __future__ import annotations

from typing import Any

import httpx
from service import BASE_URL, http, post, send_message

SESSION = "/start/start-session"


def answer(response: httpx.Response) -> list[Any]:
    body = response.json()
    return [response.status_code, body["code"], body["message"]]


def main() -> dict[str, Any]:
    ended = post(SESSION, {})["sessionId"]
    send_message(ended, actionType="state", newState="terminate")
    message = {"actionType": "state", "newState": "pause"}
    with httpx.Client(base_url=BASE_URL, trust_env=False) as stranger:
        no_key = stranger.post(SESSION, json={})
        wrong_key = stranger.post(SESSION, json={}, headers={"Authorization": "Bearer wr_not-a-key"})
    requests = {
        "too short": http.post(SESSION, json={"task": {"prompt": "wait", "maxDuration": 5}}),
        "too short, flat": http.post("/start/run-task", json={"prompt": "wait", "maxDuration": 5}),
        "no instruction": http.post("/start/run-task", json={"prompt": " "}),
        "no message": http.post("/start/send-message", json={"sessionId": ended}),
        "reachOutMode": http.post(SESSION, json={"reachOutMode": "sometimes"}),
        "sessionId in run-task": http.post("/start/run-task", json={"sessionId": ended, "prompt": "wait"}),
        "ended session": http.post("/start/send-message", json={"sessionId": ended, "message": message}),
        "unknown session": http.get("/start/session-status/aaaaaaaaaaaa"),
        "unknown task": http.get(f"/task/{ended}/bbbbbbbbbbbb"),
        "unknown environment": http.post(SESSION, json={"environmentId": "0" * 24}),
        "no schema": http.post("/start/run-task", json={"prompt": "List", "outputType": "structured_json"}),
    }
    return {"no key": answer(no_key), "wrong key": answer(wrong_key)} | {
        name: answer(response) for name, response in requests.items()
    }

"""Receive a task's end at a small web server, in each of the three forms."""

from __future__ import annotations

import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from threading import Thread
from typing import Any

from service import post

received: Queue[tuple[str, str | None, Any]] = Queue()


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        received.put((self.path, self.headers["Authorization"], body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


def main() -> dict[str, Any]:
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    session_id = post("/start/start-session", {})["sessionId"]
    for submitted in ("ai_response", "full_response", "just_ping"):
        url = f"http://127.0.0.1:{server.server_port}/{submitted}"
        task = {
            "actionType": "newTask",
            "newState": "start",
            "prompt": "List the cities.",
            "startingUrl": os.environ["SITE_URL"],
            "outputType": "structured_json",
            "outputSchema": {
                "type": "array",
                "items": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
            },
            "webhook": {"name": "mine", "url": url, "auth": "Bearer of-the-receiver", "submittedData": submitted},
        }
        post("/start/send-message", {"sessionId": session_id, "message": task})
    calls = {path: (auth, body) for path, auth, body in (received.get(timeout=60) for _ in range(3))}
    post("/start/send-message", {"sessionId": session_id, "message": {"actionType": "state", "newState": "terminate"}})
    server.shutdown()
    server.server_close()
    return {
        "authorizations": sorted({auth for auth, _ in calls.values()}),
        "ai_response": calls["/ai_response"][1],
        "full_response": sorted(calls["/full_response"][1]),
        "full_response_type": calls["/full_response"][1]["type"],
        "completed_at": calls["/full_response"][1]["completedAt"],
        "just_ping": sorted(calls["/just_ping"][1]),
    }

"""Contract tests of webhooks (section 9), received by a real server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Thread
from typing import Any

import pytest

from helpers.waiting import wait_until

LIST = "List the cities."


@pytest.fixture(scope="module")
def inbox() -> Iterator[tuple[str, Queue[tuple[dict[str, str], bytes]]]]:
    """A server that keeps the requests posted to it; `/refuse` answers 500."""
    received: Queue[tuple[dict[str, str], bytes]] = Queue()

    class Inbox(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.put((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(500 if self.path == "/refuse" else 200)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Inbox)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", received
    server.shutdown()
    server.server_close()


def hook(url: str, submitted: str, **more: str) -> dict[str, str]:
    return {"name": "test", "url": url, "submittedData": submitted, **more}


def test_only_the_answer(run, page_url, inbox):
    url, received = inbox
    schema = {"type": "array", "items": {"type": "object", "properties": {"city": {"type": "string"}}}}
    body = run(
        LIST,
        startingPoint=page_url,
        outputType="structured_json",
        outputSchema=schema,
        webhook=hook(url, "ai_response"),
    )
    headers, posted = received.get(timeout=60)
    assert json.loads(posted) == json.loads(body["data"]["message"])
    assert headers["Content-Type"].startswith("application/json")


def test_the_full_response(run, page_url, inbox):
    url, received = inbox
    body = run(LIST, startingPoint=page_url, webhook=hook(url, "full_response"))
    posted = json.loads(received.get(timeout=60)[1])
    assert posted == {
        "type": "task_completed",
        **{name: body[name] for name in ("sessionId", "taskId", "data", "usage", "completedAt")},
    }


def test_just_a_ping_with_authorization(run, page_url, inbox):
    url, received = inbox
    body = run(LIST, startingPoint=page_url, webhook=hook(url, "just_ping", auth="Bearer abc"))
    headers, posted = received.get(timeout=60)
    assert headers["Authorization"] == "Bearer abc"
    assert set(json.loads(posted)) == {"event", "sessionId", "taskId", "completedAt"}
    assert json.loads(posted)["taskId"] == body["taskId"]


def test_a_refusal_is_recorded_and_not_tried_again(emulator, run, page_url, inbox):
    url, received = inbox
    body = run(LIST, startingPoint=page_url, webhook=hook(url + "/refuse", "just_ping"))
    received.get(timeout=60)

    def deliveries() -> list[dict[str, Any]]:
        return [d for d in emulator.get("/_emulator/state")[1]["webhooks"] if d["taskId"] == body["taskId"]]

    (delivery,) = wait_until(deliveries, bool)
    assert delivery["status"] == 500
    assert received.empty()


def test_a_server_that_is_not_there_is_recorded_and_fails_nothing(emulator, run, page_url):
    body = run(LIST, startingPoint=page_url, webhook=hook("http://127.0.0.1:1/", "just_ping"))
    assert body["status"] == "complete"

    def deliveries() -> list[dict[str, Any]]:
        return [d for d in emulator.get("/_emulator/state")[1]["webhooks"] if d["taskId"] == body["taskId"]]

    (delivery,) = wait_until(deliveries, bool)
    assert delivery["status"] is None
    assert delivery["error"]


def test_a_failed_task_is_announced_too(run, inbox):
    url, received = inbox
    run(LIST, startingPoint="http://127.0.0.1:9/", webhook=hook(url, "full_response"))
    assert json.loads(received.get(timeout=60)[1])["type"] == "failed"

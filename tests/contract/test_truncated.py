"""Contract tests of token limits (section 3): only a requested limit applies, and a truncated answer is marked."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Thread
from typing import Any

import pytest
import socketio

from helpers.waiting import WITHIN_S, wait_until

COLUMNS = ["id", *(f"note_{column}" for column in range(1, 8))]
RECORD = {"type": "object", "properties": {name: {"type": "string"} for name in COLUMNS}, "required": COLUMNS}
MANY = {"type": "array", "items": RECORD}
JSON = {"outputType": "structured_json", "outputSchema": MANY}
WRAPPED = {
    "outputType": "structured_json",
    "outputSchema": {"type": "object", "properties": {"rows": MANY}, "required": ["rows"]},
}
CSV = {"outputType": "structured_csv", "outputSchema": COLUMNS}
LIST = "List the rows."
FEW_TOKENS = 200
"""Enough for some of 20 rows."""


def test_a_table_of_5000_rows_comes_whole_where_no_limit_is_set(emulator, run, page_url):
    asked = run(LIST, startingPoint=f"{page_url}/rows/5000", **JSON)  # on a busy machine it answers before it is done
    polled = f"/task/{asked['sessionId']}/{asked['taskId']}"
    body = wait_until(lambda: emulator.get(polled)[1], lambda task: not task["pending"], 200)
    assert body["status"] == "complete", body
    rows = json.loads(body["data"]["message"])
    assert (len(rows), rows[0]["id"], rows[-1]["id"], len(rows[0])) == (5000, "1", "5000", 8)
    assert body["usage"]["prompt_tokens"] > 100_000  # metered all the same
    assert "truncated" not in body["data"]


def test_a_limit_of_the_request_holds_for_the_estimate(run, page_url):
    body = run(LIST, startingPoint=f"{page_url}/rows/500", maxInputTokens=10_000, **JSON)
    assert body["code"] == "INPUT_TOKEN_LIMIT"


def rows_of(message: str, kind: dict[str, Any]) -> list[Any]:
    if kind is CSV:
        return list(csv.DictReader(io.StringIO(message)))
    data = json.loads(message)
    return data if kind is JSON else data["rows"]


@pytest.mark.parametrize("kind", [JSON, WRAPPED, CSV], ids=["json", "wrapped", "csv"])
def test_a_truncated_table_says_how_many_rows_are_left_of_how_many(run, page_url, kind):
    body = run(LIST, startingPoint=f"{page_url}/rows/20", maxOutputTokens=FEW_TOKENS, **kind)
    rows = rows_of(body["data"]["message"], kind)
    assert 0 < len(rows) < 20
    assert rows[-1]["id"] == str(len(rows))
    assert body["data"]["truncated"] == {"returned": len(rows), "of": 20}
    assert body["result"]["data"]["truncated"] == body["data"]["truncated"]


def test_a_truncated_text_says_how_many_characters_are_left(run, page_url):
    whole = run(LIST, startingPoint=f"{page_url}/rows/20")["data"]["message"]
    data = run(LIST, startingPoint=f"{page_url}/rows/20", maxOutputTokens=FEW_TOKENS)["data"]
    assert data["message"] == whole[: len(data["message"])]
    assert data["truncated"] == {"returned": len(data["message"]), "of": len(whole)}


def test_an_answer_within_its_limit_says_nothing(run, page_url):
    assert "truncated" not in run(LIST, startingPoint=page_url, maxOutputTokens=10_000)["data"]


def test_provenance_is_of_the_rows_that_are_left(emulator, run, page_url):
    body = run(LIST, startingPoint=f"{page_url}/rows/20", maxOutputTokens=FEW_TOKENS, **JSON)
    left = body["data"]["truncated"]["returned"]
    values = emulator.get(f"/_emulator/tasks/{body['taskId']}/provenance")[1]["provenance"]
    assert {value["row"] for value in values} == set(range(left))


async def test_the_event_of_a_completed_task_says_it(emulator, idle_session, page_url):
    completed: asyncio.Queue[Any] = asyncio.Queue()
    client = socketio.AsyncClient(reconnection=False)
    client.on("message", lambda body: completed.put_nowait(body) if body.get("type") == "task_completed" else None)
    await client.connect(emulator.url, auth={"sessionId": idle_session}, transports=["websocket"])
    try:
        task = {"taskDetails": LIST, "startingPoint": f"{page_url}/rows/20", "maxOutputTokens": FEW_TOKENS, **JSON}
        await client.emit("message", {"actionType": "newTask", **task})
        async with asyncio.timeout(WITHIN_S):
            event = await completed.get()
    finally:
        await client.disconnect()
    assert event["data"]["truncated"]["of"] == 20


@contextmanager
def inbox() -> Iterator[tuple[str, Callable[[], Any]]]:
    """Serve a URL that takes one POST; yield it and a function that waits for the JSON body."""
    received: Queue[bytes] = Queue()

    class Inbox(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.put(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Inbox)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", lambda: json.loads(received.get(timeout=60))
    server.shutdown()
    server.server_close()


def test_a_webhooks_full_response_says_it(run, page_url):
    with inbox() as (url, posted):
        webhook = {"name": "test", "url": url, "submittedData": "full_response"}
        body = run(LIST, startingPoint=f"{page_url}/rows/20", maxOutputTokens=FEW_TOKENS, webhook=webhook, **JSON)
        assert posted()["data"]["truncated"] == body["data"]["truncated"]

"""Follow a session with python-socketio: connect after the task was started, and wait for the end of the session."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import socketio
from service import post


async def follow(session: dict[str, Any]) -> dict[str, Any]:
    client, ended, kinds = socketio.AsyncClient(), asyncio.Event(), []
    seen: dict[str, Any] = {}

    @client.on("message")
    async def on_message(message: dict[str, Any]) -> None:
        kinds.append(message["type"])
        if message["type"] == "task_completed":
            seen["answer"] = message["data"]["message"]

    @client.on("end_session")
    async def on_end(event: dict[str, Any]) -> None:
        seen["end"] = event["reason"]
        ended.set()

    await client.connect(session["socketURL"], auth={"sessionId": session["sessionId"]}, transports=["websocket"])
    await ended.wait()
    await client.disconnect()
    return {**seen, "completions": kinds.count("task_completed")}


def main() -> dict[str, Any]:
    task = {"prompt": "List the cities.", "startingUrl": os.environ["SITE_URL"], "terminateOnCompletion": True}
    return asyncio.run(follow(post("/start/start-session", {"task": task})))

"""Answer the agent's questions over REST until the task has ended: the answer's text is `prompt`."""

from __future__ import annotations

import os
from typing import Any

from service import poll_task, post, send_message


def main() -> dict[str, Any]:
    session = post(
        "/start/start-session",
        {
            "reachOutMode": "guardrail_only",
            "task": {"prompt": "Click the Open button", "startingUrl": os.environ["SITE_URL"]},
        },
    )
    session_id, questions, empty = session["sessionId"], [], None
    while (task := poll_task(session_id, session["taskId"]))["pending"]:
        questions.append(task["data"]["type"])
        if empty is None:
            empty = send_message(session_id, actionType="guardrail", prompt="", newState="resume")
        send_message(session_id, actionType="guardrail", prompt="the right one", newState="resume")
    send_message(session_id, actionType="state", newState="terminate")
    return {
        "questions": questions,
        "empty": [empty["code"], empty["details"]],
        "status": task["status"],
        "answer": task["data"]["message"],
    }

"""Webhooks, which announce the end of tasks (contract, section 9): once each, without delaying anything."""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
from dataclasses import dataclass
from typing import Any

from webrun_nb.common.hosts import browser_url
from webrun_nb.common.local_time import utc
from webrun_nb.emulator.domain.clock import Clock
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.domain.task import Task
from webrun_nb.emulator.serializers import sessions as serialize
from webrun_nb.wire.base import iso_time
from webrun_nb.wire.requests import TaskFields, WebhookFields

log = logging.getLogger(__name__)

TIMEOUT_S = 30.0
"""Real time (section 3)."""
_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class Delivery:
    """The result of one webhook: the status of the answer, or an error."""

    owner: str
    task_id: str
    name: str
    url: str
    status: int | None
    error: str | None
    at_ms: float


class Webhooks:
    """Sends webhooks in the background.

    Parameters
    ----------
    clock : Clock
        For the deliveries' times; the timeout runs in real time.
    """

    def __init__(self, clock: Clock) -> None:
        self._deliveries: list[Delivery] = []
        self._clock = clock
        self._under_way: set[asyncio.Task[None]] = set()

    def announce(self, session: Session, task: Task) -> None:
        """Send the task's webhook, where it has one; returns at once."""
        fields: TaskFields = task.order.fields
        if fields is None or fields.webhook is None:
            return
        content, content_type = _submission(fields.webhook, fields, session, task)
        sending = asyncio.get_running_loop().create_task(
            self._send(session.owner, task.id, fields.webhook, content, content_type), name=f"webhook {task.id}"
        )
        self._under_way.add(sending)
        sending.add_done_callback(self._under_way.discard)

    def deliveries_of(self, user: str) -> list[Delivery]:
        """Return the results of the user's webhooks, oldest first."""
        return [delivery for delivery in self._deliveries if delivery.owner == user]

    def clear(self) -> None:
        """Forget all results."""
        self._deliveries.clear()

    async def close(self) -> None:
        """Cancel what is still being sent."""
        for sending in self._under_way:
            sending.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _send(self, owner: str, task_id: str, webhook: WebhookFields, content: str, content_type: str) -> None:
        headers = {"Content-Type": content_type}
        if webhook.auth:
            headers["Authorization"] = webhook.auth
        status: int | None = None
        error: str | None = None
        await asyncio.to_thread(importlib.import_module, "httpx")  # it takes 0.2 s, and few tasks have webhooks
        import httpx

        try:
            # trust_env: the task does not ask for the proxy of the user's shell
            async with httpx.AsyncClient(timeout=None, trust_env=False) as client, asyncio.timeout(TIMEOUT_S):
                url = browser_url(webhook.url) or webhook.url  # httpx refuses names that browsers open
                status = (await client.post(url, content=content.encode(), headers=headers)).status_code
        except TimeoutError:
            error = f"no answer within {TIMEOUT_S:g} s"
        except (httpx.HTTPError, httpx.InvalidURL) as failure:
            error = f"{type(failure).__name__}: {failure}"
        if error is not None or (status is not None and status >= 400):
            log.warning("webhook of task %s: %s", task_id, error or f"answered with {status}")
        self._deliveries.append(Delivery(owner, task_id, webhook.name, webhook.url, status, error, self._clock.now()))
        del self._deliveries[:-_KEPT]


def _submission(webhook: WebhookFields, fields: TaskFields, session: Session, task: Task) -> tuple[str, str]:
    """Return the body to post, and its content type."""
    body = serialize.task_body(session, task).to_wire()
    if webhook.submitted_data == "ai_response" and task.answer is not None:
        types = {"structured_json": "application/json", "structured_csv": "text/csv"}
        return task.answer.message, f"{types.get(fields.output_type, 'text/plain')}; charset=utf-8"
    ended = {"sessionId": session.id, "taskId": task.id, "completedAt": iso_time(utc(task.ended_ms or 0))}
    kind = "task_completed" if task.failure is None else "failed"
    if webhook.submitted_data == "just_ping":
        return _json({"event": kind, **ended}), "application/json"
    data = body.get("data") or {name: body.get(name) for name in ("error", "code", "details")}
    return _json({"type": kind, **ended, "data": data, "usage": body["usage"]}), "application/json"


def _json(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False)

"""Sends a task to an open session: over the session's socket where one is open, else by a request."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Collection, Mapping
from typing import Any

from webrun_nb.client.answers.tasks import PendingTask, TaskAnswer
from webrun_nb.client.errors import ConnectionLostError, refusal
from webrun_nb.client.monitoring.monitor import SessionMonitor
from webrun_nb.client.transport import ApiTransport, new_task_message

LONGEST_MESSAGE_BYTES = 500_000
"""A longer message is sent by a request: Socket.IO servers hang up on a message of more than 1 MB."""
CONFIRMED_WITHIN_S = 30.0
"""The time in which an event or the session's status has to name a task that was sent over an open socket."""
LOST_WITHIN_S = 2.0
"""The same where the socket was lost meanwhile: a message that arrived is carried out at once."""
LOOK_EVERY_S = 0.5


def fits_socket(fields: Mapping[str, Any], monitor: SessionMonitor) -> bool:
    """Return whether a task can be sent over its session's socket now."""
    return monitor.takes_tasks and len(json.dumps(new_task_message(fields))) <= LONGEST_MESSAGE_BYTES


async def send_over_socket(
    fields: Mapping[str, Any],
    *,
    http: ApiTransport,
    monitor: SessionMonitor,
    session_id: str,
    seen_ids: Collection[str],
    known_id: Callable[[], str | None],
) -> TaskAnswer:
    """Send a task over its session's socket; return once an event names it, at the latest with its end.

    It is never sent again: it may have arrived, and would run twice.

    Parameters
    ----------
    fields : mapping
        The task's fields under their wire names.
    http : ApiTransport
        The server's calls.
    monitor : SessionMonitor
        The monitor of its session, which has the socket.
    session_id : str
        The session's id.
    seen_ids : collection of str
        The ids of the session's other tasks. The first other id in an event is this task's: one is sent at a time.
    known_id : callable
        Returns the task's id where the session's status has named it first, as that of a queued task.

    Raises
    ------
    ConnectionLostError
        It is not known to have arrived.
    WebRunError
        It was refused, as by a request.
    """
    with monitor.changes(of_ids=True) as news:
        try:
            await monitor.send(new_task_message(fields))
        except ConnectionLostError:  # it has closed since, and nothing was sent: a session that has ended closes it
            return await http.new_task(session_id, fields)
        sent_s, lost_s = time.monotonic(), None
        while True:
            news.clear()
            if news.refusals:
                refused = news.refusals[0]
                raise refusal(400, refused.code, refused.error, details=refused.details, session_id=session_id)
            task_id = known_id() or next((each for each in news.task_ids if each not in seen_ids), None)
            if task_id is not None:
                return news.answers.get(task_id) or PendingTask(session_id=session_id, task_id=task_id)
            if monitor.snapshot.ended:  # events come in order: it was not accepted, and this call's error says why
                return await http.new_task(session_id, fields)
            now_s = time.monotonic()
            lost_s = None if monitor.listening else lost_s or now_s
            if now_s - sent_s > CONFIRMED_WITHIN_S or (lost_s is not None and now_s - lost_s > LOST_WITHIN_S):
                await http.session_status(session_id)  # where the server is out of reach, its error says more
                raise ConnectionLostError(
                    f"{http.base_url} did not confirm the task",
                    hint="it may run all the same: look with `session.status()`",
                    session_id=session_id,
                )
            await news.wait(LOOK_EVERY_S)


def retrieve_error(sent: asyncio.Future[Any]) -> None:
    """Mark an error as retrieved: asyncio would log one that is never read."""
    if not sent.cancelled():
        sent.exception()

"""Live events of one session over Socket.IO (contract, section 10), as small values.

Events are not replayed and a socket can always fail, so nothing depends on them alone: they make the client quick,
the status call keeps it right.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from webrun_nb.common.labels import action_label

_log = logging.getLogger(__name__)

CONNECT_TIMEOUT_S = 5.0
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 15.0


@dataclass(frozen=True, slots=True)
class AgentSaid:
    """The agent wrote a note."""

    content: str
    task_id: str | None = None


@dataclass(frozen=True, slots=True)
class ActionDone:
    """An action was performed in the browser."""

    name: str
    target: str = ""
    task_id: str | None = None
    step: int | None = None
    """Its number among the task's recorded steps, if the server sends it."""

    @property
    def text(self) -> str:
        """The action with its target, for display: `click "Laptops"`."""
        return f"{action_label(self.name)} {self.target}".strip()


@dataclass(frozen=True, slots=True)
class ResponseUpdate:
    """The answer so far."""

    message: str
    task_id: str | None = None


@dataclass(frozen=True, slots=True)
class TaskEnded:
    """A task completed, or failed with `code`."""

    task_id: str | None = None
    code: str | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class QuestionAsked:
    """A guardrail asked a question, and waits for a person."""

    text: str
    kind: str = ""
    candidates: tuple[str, ...] = ()
    task_id: str | None = None


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """The session is over."""

    reason: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class InstanceChanged:
    """Its browser was lost (`connected` is False), or came back."""

    connected: bool
    message: str = ""
    grace_ms: int | None = None
    """The time in which it may come back."""
    at_ms: int | None = None
    """The time of the change, unix ms of the server's clock."""


@dataclass(frozen=True, slots=True)
class ConnectionChanged:
    """The socket itself was opened or lost."""

    connected: bool


LiveEvent = (
    AgentSaid
    | ActionDone
    | ResponseUpdate
    | TaskEnded
    | QuestionAsked
    | SessionEnded
    | InstanceChanged
    | ConnectionChanged
)


def read_message(message: object) -> LiveEvent | None:
    """Return the event of a `message` from the server, or None for a type that is newer than we are."""
    if not isinstance(message, Mapping):
        return None
    data = message.get("data")
    data = data if isinstance(data, Mapping) else {}
    task_id = message.get("taskId")
    task_id = task_id if isinstance(task_id, str) else None
    match message.get("type"):
        case "agent":
            return AgentSaid(str(message.get("content", "")), task_id)
        case "action":
            step = message.get("step")
            number = step if isinstance(step, int) else None
            return ActionDone(str(data.get("name", "")), _target(data.get("target")), task_id, number)
        case "response_update":
            return ResponseUpdate(str(data.get("message", "")), task_id)
        case "task_completed":
            return TaskEnded(task_id)
        case "guardrail_trigger":
            candidates = data.get("candidates")
            return QuestionAsked(
                str(data.get("value", "")),
                str(data.get("kind") or ""),
                tuple(map(str, candidates)) if isinstance(candidates, list) else (),
                task_id,
            )
        case "error":
            return TaskEnded(task_id, str(message.get("code", "")), str(message.get("error", "")))
    return None


def read_instance_change(connected: bool, body: object) -> InstanceChanged:
    """Return the event of an `instance:disconnected` or `instance:reconnected` from the server."""
    fields = body if isinstance(body, Mapping) else {}
    return InstanceChanged(
        connected, str(fields.get("message", "")), _ms(fields.get("gracePeriod")), _ms(fields.get("at"))
    )


def _ms(value: object) -> int | None:
    return round(value) if isinstance(value, int | float) else None


def _target(target: object) -> str:
    """Return an action's target for people; an object's most telling field."""
    if isinstance(target, Mapping):
        target = next((target[name] for name in ("name", "text", "label", "url", "selector") if target.get(name)), "")
    return "" if target is None else str(target)


class EventStream:
    """Receives the live events of one session: keeps the socket open, and passes each event on.

    Parameters
    ----------
    socket_url : str
        The server's `socketURL`.
    session_id : str
        The session's id, which is also the permission to listen.
    tell : callable
        Takes each event, on the loop thread.
    """

    def __init__(self, socket_url: str, session_id: str, tell: Callable[[LiveEvent], None]) -> None:
        self._url = socket_url
        self._session_id = session_id
        self._tell = tell
        self._task: asyncio.Task[None] | None = None
        self.connected = False

    def open(self) -> None:
        """Start listening; returns at once. Call it on the loop thread."""
        self._task = asyncio.create_task(self._stay_connected())

    async def close(self) -> None:
        """Stop listening."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _stay_connected(self) -> None:
        # 130 ms of import, so: when first needed, and beside the loop
        socketio = await asyncio.to_thread(importlib.import_module, "socketio")
        aiohttp = await asyncio.to_thread(importlib.import_module, "aiohttp")
        pause_s, attempt = FIRST_PAUSE_S, 0
        while True:
            # a middlebox may not let WebSockets through: every other attempt begins with long polling
            transports = ["websocket"] if attempt % 2 == 0 else ["polling", "websocket"]
            attempt += 1
            async with aiohttp.ClientSession() as http:
                socket = socketio.AsyncClient(reconnection=False, handle_sigint=False, http_session=http)
                closed = self._listen(socket)
                try:
                    await socket.connect(
                        self._url,
                        auth={"sessionId": self._session_id},
                        transports=transports,
                        wait_timeout=CONNECT_TIMEOUT_S,
                    )
                    self._set_connected(True)
                    pause_s = FIRST_PAUSE_S
                    await closed.wait()
                except (socketio.exceptions.SocketIOError, aiohttp.ClientError, OSError, TimeoutError) as error:
                    _log.debug("no live events for session %s: %s", self._session_id, error)
                finally:
                    self._set_connected(False)
                    if socket.connected:
                        await socket.disconnect()
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    def _listen(self, socket: Any) -> asyncio.Event:
        """Attach to a socket; the event it returns is set when the socket closes."""
        closed = asyncio.Event()

        def message(body: object) -> None:
            event = read_message(body)
            if event is not None:
                self._tell(event)

        def end_session(body: object) -> None:
            fields = body if isinstance(body, Mapping) else {}
            self._tell(SessionEnded(str(fields.get("reason", "")), str(fields.get("message", ""))))

        def instance(connected: bool) -> Callable[[object], None]:
            def tell(body: object) -> None:
                self._tell(read_instance_change(connected, body))

            return tell

        socket.on("message", message)
        socket.on("end_session", end_session)
        socket.on("instance:disconnected", instance(False))
        socket.on("instance:reconnected", instance(True))
        socket.on("disconnect", lambda *_: closed.set())
        return closed

    def _set_connected(self, connected: bool) -> None:
        if connected != self.connected:
            self.connected = connected
            self._tell(ConnectionChanged(connected))

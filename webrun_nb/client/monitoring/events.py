"""Live events of one session over Socket.IO (contract, section 10), as small values.

Events are not replayed and a socket can always fail, so nothing depends on them alone: they make the client quick,
the status call keeps it right.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from webrun_nb.client.answers.errors import error_code, error_text
from webrun_nb.client.answers.fields import Fields
from webrun_nb.client.answers.tasks import CompletedTask, FailedTask, read_task
from webrun_nb.client.errors import ConnectionLostError
from webrun_nb.common.labels import action_label

_log = logging.getLogger(__name__)

CONNECT_TIMEOUT_S = 5.0
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 15.0
_OF_THE_EVENT = frozenset({"seq", "at", "replayed"})
"""The fields of an event that are about itself."""


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
class StatusSaid:
    """A line of status while a task runs: `Starting, browsing now`."""

    text: str
    task_id: str | None = None


@dataclass(frozen=True, slots=True)
class TaskEnded:
    """A task completed, or failed with `code`."""

    task_id: str | None = None
    code: str | None = None
    error: str = ""
    answer: CompletedTask | FailedTask | None = field(default=None, compare=False)
    """All that a poll of the task would say, where the event says as much; the documented event does not."""
    replayed: bool = False
    """True if it ended before this socket was open."""


@dataclass(frozen=True, slots=True)
class CommandRefused:
    """A command that this socket sent was refused; no task has ended."""

    code: str = ""
    error: str = ""
    details: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class QuestionAsked:
    """A guardrail asked a question, and waits for a person."""

    text: str
    kind: str = ""
    candidates: tuple[str, ...] = ()
    task_id: str | None = None
    replayed: bool = False
    """True if it was asked before this socket was open: it may have been answered since."""


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
    | StatusSaid
    | TaskEnded
    | CommandRefused
    | QuestionAsked
    | SessionEnded
    | InstanceChanged
    | ConnectionChanged
)


def read_message(message: object) -> LiveEvent | None:
    """Return the event of a `message` from the server, or None for a type that is newer than we are."""
    if not isinstance(message, Mapping):
        return None
    fields = Fields(message)
    data, task_id = fields.fields("data"), fields.text("taskId")
    match message.get("type"):
        case "agent":
            return AgentSaid(fields.text("content") or "", task_id)
        case "action":
            return ActionDone(
                data.text("name") or "", _target(data.values.get("target")), task_id, fields.count("step")
            )
        case "response_update":
            return StatusSaid(data.text("message") or "", task_id)
        case "task_completed":
            return TaskEnded(task_id, answer=_answer(fields), replayed=fields.flag("replayed") or False)
        case "guardrail_trigger":
            return QuestionAsked(
                data.text("value", "message") or "",
                data.text("kind") or "",
                tuple(data.texts("candidates")),
                task_id,
                replayed=fields.flag("replayed") or False,
            )
        case "error" if fields.flag("command"):
            return CommandRefused(error_code(fields) or "", error_text(fields), fields.mapping("details") or {})
        case "error":
            return TaskEnded(
                task_id,
                error_code(fields) or "",
                error_text(fields),
                answer=_answer(fields),
                replayed=fields.flag("replayed") or False,
            )
    return None


def _answer(fields: Fields) -> CompletedTask | FailedTask | None:
    """Return a task's answer, where the event of its end has the fields of a poll's answer."""
    if not all(name in fields for name in ("sessionId", "taskId", "status", "usage")):
        return None
    body = Fields({name: value for name, value in fields.values.items() if name not in _OF_THE_EVENT})
    answer = read_task(body, body.text("sessionId") or "", body.text("taskId"))
    return answer if isinstance(answer, CompletedTask | FailedTask) else None


def read_instance_change(connected: bool, body: object) -> InstanceChanged:
    """Return the event of an `instance:disconnected` or `instance:reconnected` from the server."""
    fields = Fields.of(body)
    grace_ms = fields.number("gracePeriod")
    return InstanceChanged(
        connected, fields.text("message") or "", None if grace_ms is None else round(grace_ms), fields.time_ms("at")
    )


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
        self._closing = asyncio.Event()
        self._socket: Any = None
        self.connected = False

    def open(self) -> None:
        """Start listening; returns at once. Call it on the loop thread."""
        self._task = asyncio.create_task(self._stay_connected())

    async def send(self, message: Mapping[str, Any]) -> None:
        """Send a message (contract, section 10). It is not known to have arrived until an event says so.

        Raises
        ------
        ConnectionLostError
            The socket is not open: it was not sent.
        """
        if not self.connected:
            raise ConnectionLostError(f"no socket to {self._url} is open", session_id=self._session_id)
        await self._socket.emit("message", message)

    async def close(self) -> None:
        """Stop listening."""
        self._closing.set()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _stay_connected(self) -> None:
        # 130 ms of import, so: when first needed, and beside the loop
        socketio = await asyncio.to_thread(importlib.import_module, "socketio")
        aiohttp = await asyncio.to_thread(importlib.import_module, "aiohttp")
        pause_s, attempt = FIRST_PAUSE_S, 0
        while not self._closing.is_set():
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
                    if self._closing.is_set():  # Python 3.11's wait_for loses a cancellation that comes as it is done
                        break
                    self._socket = socket
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
            fields = Fields.of(body)
            self._tell(SessionEnded(fields.text("reason") or "", fields.text("message") or ""))

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

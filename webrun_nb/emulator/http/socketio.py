"""Live events over Socket.IO (contract, section 10)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from webrun_nb.common.codes import ErrorCode
from webrun_nb.common.imports import as_if_missing
from webrun_nb.emulator.domain.clock import Clock
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.serializers import sessions as serialize
from webrun_nb.emulator.services.event_hub import ConnectedSockets, Event, EventHub, UndeliveredEvents
from webrun_nb.emulator.services.history import History
from webrun_nb.emulator.services.session_registry import SessionRegistry
from webrun_nb.emulator.services.sessions import Sessions
from webrun_nb.wire.errors import contract_error
from webrun_nb.wire.requests import AnswerGuardrail, ChangeState, Interact, Message, NewTask, is_termination

with as_if_missing("requests", "tornado", "websocket"):  # for its blocking client and servers of Tornado
    import socketio

log = logging.getLogger(__name__)

_MESSAGE: TypeAdapter[NewTask | ChangeState | AnswerGuardrail | Interact] = TypeAdapter(Message)


@dataclass(frozen=True, slots=True)
class _Listener:
    """A socket that has joined a session's events."""

    socket_id: str
    session_id: str


class LiveEvents:
    """The Socket.IO server, with a room per session; events are sent in the order in which they happened.

    Parameters
    ----------
    hub : EventHub
        Events that go out.
    registry, history, sessions : SessionRegistry, History, Sessions
        Find the sessions that sockets ask for, and carry out the messages that come in.
    sockets : ConnectedSockets
        Filled with the sockets that listen.
    clock : Clock
        For the time that undelivered events are kept.
    """

    def __init__(
        self,
        *,
        hub: EventHub,
        registry: SessionRegistry,
        history: History,
        sessions: Sessions,
        sockets: ConnectedSockets,
        clock: Clock,
    ) -> None:
        self._registry = registry
        self._history = history
        self._sessions = sessions
        self._sockets = sockets
        self._hub = hub
        self._undelivered = UndeliveredEvents(clock)
        # None keeps the check of the Origin header: no page of another origin gets in
        self._server = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins=None, logger=False)
        self._server.on("connect", self._connect)
        self._server.on("message", self._message)
        self._outbox: asyncio.Queue[Event | _Listener] = asyncio.Queue()
        self._server.on("disconnect", self._disconnect)
        self.app = socketio.ASGIApp(self._server)
        hub.listen(self._outbox.put_nowait)

    async def run(self) -> None:
        """Send events out until cancelled; one at a time, so that their order holds."""
        while True:
            match await self._outbox.get():
                case Event() as event:
                    await self._send(event)
                case _Listener() as listener:
                    await self._replay(listener)
            self._outbox.task_done()

    async def _send(self, event: Event) -> None:
        if not self._sockets.count(event.session_id):
            self._undelivered.keep(event)
        await self._server.emit(event.name, dict(event.body), room=event.session_id)
        if event.name == serialize.END_SESSION:
            for socket_id in self._sockets.take_all(event.session_id):
                await self._server.disconnect(socket_id)

    async def _replay(self, listener: _Listener) -> None:
        """Send a new listener the events that no one has received, without a question that needs no answer any more."""
        events = [event for event in self._undelivered.take(listener.session_id) if not self._is_settled(event)]
        for event in events:
            await self._server.emit(event.name, {**event.body, "replayed": True}, to=listener.socket_id)
        if any(event.name == serialize.END_SESSION for event in events):
            self._sockets.remove(listener.socket_id)
            await self._server.disconnect(listener.socket_id)

    def _is_settled(self, event: Event) -> bool:
        """Return whether an event is a question that was answered meanwhile, over REST, or whose task has ended."""
        if event.body.get("type") != serialize.GUARDRAIL_TRIGGER:
            return False
        session = self._registry.session(event.session_id)
        task = None if session is None else session.tasks.get(str(event.body["taskId"]))
        return task is None or task.question is None

    async def _connect(self, socket_id: str, environ: Mapping[str, Any], auth: object = None) -> None:
        session_id = auth.get("sessionId") if isinstance(auth, Mapping) else None
        if not isinstance(session_id, str):
            raise socketio.exceptions.ConnectionRefusedError(ErrorCode.SESSION_NOT_FOUND)
        session = self._registry.session(session_id)
        if session is None or session.ended:
            await self._outbox.join()  # its last events are kept once they have been sent to no one
            if not self._undelivered.has(session_id):
                raise socketio.exceptions.ConnectionRefusedError(await self._history.rejection_reason(session_id))
        await self._server.save_session(socket_id, {"session": session_id, "owner": session.owner if session else ""})
        await self._server.enter_room(socket_id, session_id)
        self._sockets.add(session_id, socket_id)
        # sent by `run`: the socket has to be told first that it is connected
        self._outbox.put_nowait(_Listener(socket_id, session_id))

    async def _disconnect(self, socket_id: str, reason: str = "") -> None:
        self._sockets.remove(socket_id)

    async def _message(self, socket_id: str, body: object = None) -> None:
        about = await self._server.get_session(socket_id)
        try:
            message = _MESSAGE.validate_python(body)
            if await self._history.admit_command(about["owner"], about["session"], ends_it=is_termination(message)):
                await self._act(about["owner"], about["session"], message)
        except ValidationError as error:
            code, text, details = contract_error(error.errors(), body)
        except CommandRefusedError as error:
            code, text, details = error.code, str(error), dict(error.details)
        else:
            return
        # an error is sent to its sender alone
        event = {**serialize.refused_command_event(code, text, details), **self._hub.stamp(about["session"])}
        await self._server.emit(serialize.MESSAGE, event, to=socket_id)

    async def _act(
        self, owner: str, session_id: str, message: NewTask | ChangeState | AnswerGuardrail | Interact
    ) -> None:
        match message:
            case NewTask():
                await self._sessions.new_task(owner, session_id, message)
            case ChangeState():
                self._sessions.change_state(owner, session_id, message)
            case AnswerGuardrail():
                self._sessions.answer_guardrail(owner, session_id, message)
            case Interact():
                self._sessions.interact(owner, session_id, message)

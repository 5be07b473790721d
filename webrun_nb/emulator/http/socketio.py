"""Live events over Socket.IO (contract, section 10)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import socketio
from pydantic import TypeAdapter, ValidationError

from webrun_nb.common.codes import ErrorCode
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.serializers import sessions as serialize
from webrun_nb.emulator.services.event_hub import ConnectedSockets, Event, EventHub
from webrun_nb.emulator.services.history import History
from webrun_nb.emulator.services.session_registry import SessionRegistry
from webrun_nb.emulator.services.sessions import Sessions
from webrun_nb.wire.errors import contract_error
from webrun_nb.wire.requests import AnswerGuardrail, ChangeState, Interact, Message, NewTask

log = logging.getLogger(__name__)

_MESSAGE: TypeAdapter[NewTask | ChangeState | AnswerGuardrail | Interact] = TypeAdapter(Message)


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
    """

    def __init__(
        self,
        *,
        hub: EventHub,
        registry: SessionRegistry,
        history: History,
        sessions: Sessions,
        sockets: ConnectedSockets,
    ) -> None:
        self._registry = registry
        self._history = history
        self._sessions = sessions
        self._sockets = sockets
        # None keeps the check of the Origin header: no page of another origin gets in
        self._server = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins=None, logger=False)
        self._server.on("connect", self._connect)
        self._server.on("message", self._message)
        self._outbox: asyncio.Queue[Event] = asyncio.Queue()
        self._server.on("disconnect", self._disconnect)
        self.app = socketio.ASGIApp(self._server)
        hub.listen(self._outbox.put_nowait)

    async def run(self) -> None:
        """Send events out until cancelled; one at a time, so that their order holds."""
        while True:
            event = await self._outbox.get()
            await self._server.emit(event.name, dict(event.body), room=event.session_id)
            if event.name == "end_session":
                await self._hang_up(event.session_id)

    async def _hang_up(self, session_id: str) -> None:
        for socket_id in self._sockets.take_all(session_id):
            await self._server.disconnect(socket_id)

    async def _connect(self, socket_id: str, environ: Mapping[str, Any], auth: object = None) -> None:
        session_id = auth.get("sessionId") if isinstance(auth, Mapping) else None
        if not isinstance(session_id, str):
            raise socketio.exceptions.ConnectionRefusedError(ErrorCode.SESSION_NOT_FOUND)
        session = self._registry.session(session_id)
        if session is None:
            raise socketio.exceptions.ConnectionRefusedError(await self._history.rejection_reason(session_id))
        if session.ended:
            raise socketio.exceptions.ConnectionRefusedError(ErrorCode.SESSION_NOT_ACTIVE)
        await self._server.save_session(socket_id, {"session": session})
        await self._server.enter_room(socket_id, session.id)
        self._sockets.add(session.id, socket_id)

    async def _disconnect(self, socket_id: str, reason: str = "") -> None:
        self._sockets.remove(socket_id)

    async def _message(self, socket_id: str, body: object) -> None:
        session: Session = (await self._server.get_session(socket_id))["session"]
        try:
            await self._history.admit_command(session.owner, session.id)
            await self._act(session, _MESSAGE.validate_python(body))
        except ValidationError as error:
            code, message, _ = contract_error(error.errors())
        except CommandRefusedError as error:
            code, message = error.code, str(error)
        else:
            return
        # an error is sent to its sender alone
        await self._server.emit(serialize.MESSAGE, serialize.error_event(code, message), to=socket_id)

    async def _act(self, session: Session, message: NewTask | ChangeState | AnswerGuardrail | Interact) -> None:
        match message:
            case NewTask():
                await self._sessions.new_task(session.owner, session.id, message)
            case ChangeState():
                self._sessions.change_state(session.owner, session.id, message)
            case AnswerGuardrail():
                self._sessions.answer_guardrail(session.owner, session.id, message)
            case Interact():
                self._sessions.interact(session.owner, session.id, message)

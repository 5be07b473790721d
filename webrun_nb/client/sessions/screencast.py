"""Receives the live view of a session (contract, section 12), and sends the input of a person who takes over."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from webrun_nb.client.transport import ApiTransport

if TYPE_CHECKING:
    import aiohttp

_log = logging.getLogger(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.3, 5.0
_OVER = {
    1000: "The session has ended",
    4401: "The key was not accepted",
    4404: "The server does not know this session",
    4409: "The session has ended",
}
"""The messages for the codes with which a server closes a socket for good."""


class ViewListener(Protocol):
    """Takes the pictures and messages of a live view. Called on the loop thread; must return at once."""

    def picture(self, jpeg: bytes) -> None:
        """Take a new picture. The next one is sent once it is acknowledged."""

    def note(self, message: Mapping[str, Any]) -> None:
        """Take a message beside the pictures: `state`, `action` or `error`."""

    def link(self, trouble: str) -> None:
        """Take the reason why no pictures come; empty once they do."""


class LiveView:
    """The socket of one viewer. Runs on the loop thread; reconnects until the session has ended or it is closed.

    Parameters
    ----------
    http : Http
        The server's calls.
    session_id : str
    listener : ViewListener
    fps : float
        Pictures a second at most.
    """

    def __init__(self, http: ApiTransport, session_id: str, listener: ViewListener, fps: float) -> None:
        self._http = http
        self._session_id = session_id
        self._listener = listener
        self._fps = fps
        self._visible = True
        self._outbox: asyncio.Queue[Mapping[str, Any]] | None = None
        self._task: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Start receiving; returns at once."""
        self._task = asyncio.get_running_loop().create_task(self._stay_connected(), name=f"view {self._session_id}")

    def close(self) -> None:
        """Stop receiving. Safe twice."""
        if self._task is not None:
            self._task.cancel()

    @property
    def over(self) -> bool:
        """True once nothing more will come."""
        return self._task is None or self._task.done()

    def acknowledge(self) -> None:
        """Acknowledge the last picture."""
        self._say({"type": "ack"})

    def set_visible(self, visible: bool) -> None:
        """Tell the server if the view is visible; it sends nothing while it is not."""
        if visible != self._visible:
            self._visible = visible
            self._say({"type": "visible", "visible": visible})

    def act(self, action: Mapping[str, Any]) -> None:
        """Send an action of the contract's `interaction`; it is lost while disconnected.

        Its coordinates count the browser bar.

        It may be a letter of a password: it goes to the server and nowhere else.
        """
        self._say({"type": "input", "action": dict(action)})

    def _say(self, message: Mapping[str, Any]) -> None:
        if self._outbox is not None:
            self._outbox.put_nowait(message)

    async def _stay_connected(self) -> None:
        aiohttp = await asyncio.to_thread(importlib.import_module, "aiohttp")
        url, headers = self._http.socket_address(f"/_emulator/sessions/{self._session_id}/view")
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                async with (
                    aiohttp.ClientSession() as http,
                    http.ws_connect(url, headers=headers, max_msg_size=0) as socket,
                ):
                    pause_s = FIRST_PAUSE_S
                    await self._serve(socket)
                over = _OVER.get(socket.close_code)
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                _log.debug("no live view of session %s: %s", self._session_id, type(error).__name__)
                over = None
            if over is not None:
                self._listener.link(over)
                return
            self._listener.link("The server can't be reached; trying again…")
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    async def _serve(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._outbox = asyncio.Queue()
        self._say({"type": "pace", "fps": self._fps})
        if not self._visible:
            self._say({"type": "visible", "visible": False})
        talking = asyncio.create_task(self._talk(socket, self._outbox))
        try:
            async for message in socket:
                if isinstance(message.data, bytes):
                    self._listener.picture(message.data)
                elif isinstance(message.data, str):
                    self._take(json.loads(message.data))
        finally:
            self._outbox = None
            talking.cancel()

    def _take(self, note: Any) -> None:
        if isinstance(note, dict):
            if note.get("type") == "state":
                self._listener.link("")
            self._listener.note(note)

    async def _talk(self, socket: aiohttp.ClientWebSocketResponse, outbox: asyncio.Queue[Mapping[str, Any]]) -> None:
        with contextlib.suppress(ConnectionError):  # the reading side notices that, too
            while True:
                await socket.send_str(json.dumps(await outbox.get()))

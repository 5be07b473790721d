"""The live views of sessions: frames and notes for each viewer.

A viewer has one frame in flight at most, and gets the newest once it has acknowledged that. A hidden viewer gets
nothing, and no viewer gets a frame twice. The browser's screencast runs while there are viewers, at the pace of the
fastest.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from webrun_nb.browsers.protocol import BrowserInstance
from webrun_nb.common.codes import ErrorCode
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.serializers import sessions as serialize
from webrun_nb.emulator.services.event_hub import Event, EventHub

MAX_VIEWERS = 16
"""The maximum per session; more would be a mistake, or an attack on the memory."""
FPS, MAX_FPS = 8.0, 30.0
"""Frames per second: the default, and the maximum."""
_NOTES_KEPT = 64
"""The maximum number of notes that wait for a slow viewer; the oldest are dropped."""


class Viewer:
    """A viewer of a session. `next` returns what to send to it; the other methods take what it sends.

    Parameters
    ----------
    view : SessionView
        The view of its session.
    """

    def __init__(self, view: SessionView) -> None:
        self._view = view
        self._fps = FPS
        self._visible = True
        self._waiting: bytes | None = None
        self._sent: bytes | None = None
        self._in_flight = False
        self._due_at_s = 0.0
        self._notes: deque[Mapping[str, Any]] = deque(maxlen=_NOTES_KEPT)
        self._ended = False
        self._news = asyncio.Event()

    # --- for its socket -----------------------------------------------------------------------------------------------

    async def next(self) -> Mapping[str, Any] | bytes | None:
        """Wait for the next message to send: a note, a frame, or None at the end."""
        while True:
            self._news.clear()
            if self._notes:
                return self._notes.popleft()
            if self._ended:
                return None
            now_s = asyncio.get_running_loop().time()
            wait_s = None
            if self._waiting is not None and not self._in_flight:
                wait_s = self._due_at_s - now_s
                if wait_s <= 0:
                    self._sent, self._waiting, self._in_flight = self._waiting, None, True
                    self._due_at_s = now_s + 1 / self._fps
                    return self._sent
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._news.wait()

    def acknowledge(self) -> None:
        """Record that the last frame has arrived."""
        self._in_flight = False
        self._wake()

    def set_visible(self, visible: bool) -> None:
        """Send nothing while it is hidden; on its return, the changes meanwhile."""
        if visible != self._visible:
            self._visible = visible
            self._waiting = None
            self._notes.clear()
            self._view.reschedule(new_viewer=self if visible else None)

    def set_pace(self, fps: float) -> None:
        """Set the maximum number of frames per second."""
        self._fps = min(max(fps, 0.1), MAX_FPS)
        self._wake()

    def leave(self) -> None:
        """Remove it from its view. Safe twice."""
        self._view.leave(self)

    # --- for its view -------------------------------------------------------------------------------------------------

    @property
    def visible(self) -> bool:
        """True while it wants notes and frames."""
        return self._visible

    def next_frame_in_s(self, now_s: float) -> float | None:
        """Return the time until it wants the next frame; None: not before it acknowledges, or is shown."""
        wants = self._visible and not self._in_flight and self._waiting is None
        return max(0.0, self._due_at_s - now_s) if wants else None

    def send(self, note: Mapping[str, Any]) -> None:
        """Queue a note, unless it is hidden."""
        if self._visible:
            self._notes.append(note)
            self._news.set()

    def show(self, frame: bytes) -> None:
        """Queue a frame, unless it is hidden or has that one."""
        if self._visible and frame is not self._sent:
            self._waiting = frame
            self._news.set()

    def end(self) -> None:
        """Send only the messages that are waiting already."""
        self._ended = True
        self._news.set()

    def _wake(self) -> None:
        self._news.set()
        self._view.moved.set()


class SessionView:
    """The view of one session, shared by its viewers.

    Parameters
    ----------
    session : Session
    instance_of : callable
        Returns the session's present browser, or None.
    on_empty : callable
        Called when the last viewer has left.
    """

    def __init__(
        self, session: Session, instance_of: Callable[[str], BrowserInstance | None], on_empty: Callable[[], None]
    ) -> None:
        self.moved = asyncio.Event()
        self._session = session
        self._instance_of = instance_of
        self._on_empty = on_empty
        self._viewers: set[Viewer] = set()
        self._running: BrowserInstance | None = None
        self._frame: bytes | None = None
        self._state: Mapping[str, Any] = {}

    def join(self) -> Viewer:
        """Return a new viewer.

        Raises
        ------
        CommandRefusedError
            `INVALID_STATE`: there are `MAX_VIEWERS` already.
        """
        if len(self._viewers) >= MAX_VIEWERS:
            raise CommandRefusedError(ErrorCode.INVALID_STATE, f"{MAX_VIEWERS} views of this session are open already")
        viewer = Viewer(self)
        self._viewers.add(viewer)
        self.reschedule(new_viewer=viewer)
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """Remove a viewer."""
        if viewer in self._viewers:
            self._viewers.remove(viewer)
            self.reschedule()
            if not self._viewers:
                self._on_empty()

    def send(self, note: Mapping[str, Any]) -> None:
        """Send a note to all viewers, after the present state of the session."""
        self.reschedule()
        for viewer in self._viewers:
            viewer.send(note)

    def reschedule(self, new_viewer: Viewer | None = None) -> None:
        """Start or stop the screencast as its viewers need, and send them changes of the session's state.

        Parameters
        ----------
        new_viewer : Viewer, optional
            A viewer that has just joined, or returned, and so gets the state and the last frame.
        """
        self._start_or_stop_screencast()
        state = serialize.view_state(self._session)
        for viewer in self._viewers:
            if viewer is new_viewer or state != self._state:
                viewer.send(state)
        self._state = state
        if new_viewer is not None and self._frame is not None:
            new_viewer.show(self._frame)
        if self._session.ended:
            for viewer in self._viewers:
                viewer.end()
        self.moved.set()

    def _start_or_stop_screencast(self) -> None:
        watched = any(viewer.visible for viewer in self._viewers) and not self._session.ended
        wanted = self._instance_of(self._session.id) if watched else None
        if wanted is self._running:
            return
        if self._running is not None:
            self._running.screen.stop()
        self._running = wanted
        if wanted is not None:
            wanted.screen.start(self._on_frame, self._wait_for_demand)

    def _on_frame(self, frame: bytes) -> None:
        if frame == self._frame:
            return
        self._frame = frame
        for viewer in self._viewers:
            viewer.show(frame)

    async def _wait_for_demand(self) -> None:
        """Wait until a viewer wants another frame."""
        loop = asyncio.get_running_loop()
        while True:
            self.moved.clear()
            dues = [due for viewer in self._viewers if (due := viewer.next_frame_in_s(loop.time())) is not None]
            if dues and min(dues) <= 0:
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(dues) if dues else None):
                    await self.moved.wait()


class LiveViews:
    """Keeps the views of all sessions that have viewers.

    Parameters
    ----------
    events : EventHub
        Actions in a browser are shown in its views.
    instance_of : callable
        Returns a session's present browser, or None.
    """

    def __init__(self, events: EventHub, instance_of: Callable[[str], BrowserInstance | None]) -> None:
        self._instance_of = instance_of
        self._views: dict[str, SessionView] = {}
        events.listen(self._on_event)

    def join(self, session: Session) -> Viewer:
        """Return a new viewer of a session.

        Raises
        ------
        CommandRefusedError
            As `SessionView.join`.
        """
        view = self._views.get(session.id)
        if view is None:
            view = SessionView(session, self._instance_of, lambda: self._forget(session.id))
            self._views[session.id] = view
        return view.join()

    def follow(self, session: Session) -> None:
        """Update the view of a session after an event."""
        view = self._views.get(session.id)
        if view is not None:
            view.reschedule()

    def _forget(self, session_id: str) -> None:
        self._views.pop(session_id, None)

    def _on_event(self, event: Event) -> None:
        view = self._views.get(event.session_id)
        if view is not None and event.body.get("type") == "action":
            view.send({"type": "action", **event.body["data"]})

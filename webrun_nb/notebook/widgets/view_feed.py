"""Feeds the pages of a widget with the pictures and notes of a session's live view.

Everything is sent in custom messages: what is in no trait is in no saved notebook and in no widget state. At most one
picture is in flight, from the browser to the page's canvas; nothing is sent while no page shows the view.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from webrun_nb.client._sync import runtime
from webrun_nb.client.sessions.screencast import LiveView, ViewListener
from webrun_nb.common.labels import action_label

SEEN_WITHIN_S = 5.0
"""Pages that acknowledge no picture for so long are taken for gone: a page that is reloaded does not sign off."""
_PAGES = 50
_log = logging.getLogger(__name__)

Send = Callable[[dict[str, Any], Sequence[bytes] | None], None]
"""Sends a custom message to the widget's pages: content, buffers."""


class OpenView(Protocol):
    """Opens a session's live view, on the loop thread."""

    def __call__(self, listener: ViewListener, fps: float, /) -> LiveView:
        """Return a view that has been opened."""
        ...


class ViewFeed:
    """The feed of one widget. `take` and `switch_session` are for any thread; everything else runs on the loop thread.

    Parameters
    ----------
    send : callable
        Sends to all pages that have the widget.
    open_view : OpenView
        Opens the session's live view when a page shows it.
    fps : float
        Most pictures per second.
    """

    def __init__(
        self, send: Send, open_view: OpenView, *, fps: float = 8.0, monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._send = send
        self._open_view = open_view
        self._fps = fps
        self._monotonic_s = monotonic_s
        self._view: LiveView | None = None
        self._looking: set[str] = set()
        self._given_up: set[str] = set()
        """Pages that looked and were taken for gone."""
        self._state: Mapping[str, Any] | None = None
        self._trouble: str | None = None
        self._picture: bytes | None = None
        self._sent_s: float | None = None
        """The time at which the picture in flight was sent; None while there is none."""

    def take(self, content: Mapping[str, Any]) -> None:
        """Take a page's message, from any thread; returns at once."""
        runtime.loop.call_soon_threadsafe(self._take, content)

    def switch_session(self, open_view: OpenView) -> None:
        """Show another session from now on, from any thread."""
        runtime.loop.call_soon_threadsafe(self._switch, open_view)

    # --- messages of the pages ----------------------------------------------------------------------------------------

    def _take(self, content: Mapping[str, Any]) -> None:
        page, message = str(content.get("page")), content.get("message")
        if not isinstance(message, Mapping):
            return
        if page in self._given_up and message.get("type") != "visible":  # it was slow, and has missed what was sent
            self._look(page, True, again=False)
            self._send_state()
        match message.get("type"):
            case "visible":
                self._look(page, message.get("visible") is True)
            case "ack":
                if self._sent_s is not None:
                    self._sent_s = None
                    if self._view is not None:
                        self._view.acknowledge()
            case "input":
                action = message.get("action")
                if self._view is not None and isinstance(action, Mapping):
                    self._view.act(action)
            case kind:
                _log.warning("a page sent an unknown message on a live view: %s", str(kind)[:40])

    def _look(self, page: str, looks: bool, *, again: bool = True) -> None:
        self._given_up.discard(page)
        if not looks:
            self._looking.discard(page)
        elif len(self._looking) < _PAGES:
            self._looking.add(page)
        if self._looking and (self._view is None or self._view.over) and not (self._state or {}).get("ended"):
            self._view = self._open_view(self, self._fps)
        if self._view is not None:
            self._view.set_visible(bool(self._looking))
        if looks and again:  # a new page has no state yet
            self._send_state()
            if self._picture is not None:
                self._send({"type": "view", "picture": True}, [self._picture])

    def _switch(self, open_view: OpenView) -> None:
        if self._view is not None:
            self._view.close()
        self._view = self._state = self._picture = self._trouble = self._sent_s = None
        self._open_view = open_view
        if self._looking:
            self._look(next(iter(self._looking)), True)

    # --- messages of the live view ------------------------------------------------------------------------------------

    def picture(self, jpeg: bytes) -> None:
        """Send a picture on, unless the pages that looked have gone."""
        self._picture = jpeg
        self._sent_s = self._monotonic_s()
        self._send({"type": "view", "picture": True}, [jpeg])
        runtime.loop.call_later(SEEN_WITHIN_S, self._give_up, self._sent_s)

    def note(self, message: Mapping[str, Any]) -> None:
        """Send the session's state, or an action in it, to the pages."""
        if message.get("type") == "state":
            self._state = message
        if self._looking:
            named = {"name": action_label(message["name"])} if isinstance(message.get("name"), str) else {}
            self._send({"type": "view", "note": {**message, **named}}, None)

    def link(self, trouble: str) -> None:
        """Send the reason why no picture comes to the pages; empty when pictures come."""
        if trouble != self._trouble:
            self._trouble = trouble
            self._sent_s = None
            if self._looking:
                self._send_state()

    def _send_state(self) -> None:
        trouble = "Connecting…" if self._trouble is None else self._trouble
        self._send({"type": "view", "link": trouble, "note": dict(self._state) if self._state else None}, None)

    def _give_up(self, sent_s: float) -> None:
        if self._sent_s == sent_s:  # still unacknowledged: no page is there
            self._given_up |= self._looking
            self._looking.clear()
            if self._view is not None:
                self._view.set_visible(False)
                self._view.acknowledge()

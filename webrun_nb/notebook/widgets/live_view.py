"""The live view as a widget of its own (`%webrun view`); the session card has the same in a fold-out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anywidget
import traitlets

from webrun_nb import screen
from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.notebook import session_words as words
from webrun_nb.notebook.fallback import card_html, card_text
from webrun_nb.notebook.view_feed import OpenView, ViewFeed
from webrun_nb.notebook.widgets.sources import script, style

VIEW_SCRIPT = screen.SCRIPT + script("live_view.js")
"""`kernelView` and `viewFold`; wants `dom.js` before it."""
VIEW_STYLE = screen.STYLE + style("live_view.css")


class LiveViewWidget(anywidget.AnyWidget):
    """A session's browser, live; its pictures go past the traits, so that they are saved nowhere.

    Parameters
    ----------
    snapshot : callable
        Returns what is known of the session, for the static forms.
    open_view : OpenView
        Opens the live view once somebody looks.
    fps : float
        Pictures a second at most.
    """

    _esm = script("dom.js") + VIEW_SCRIPT + script("live_view_widget.js")
    _css = style("session_card.css") + VIEW_STYLE
    name = traitlets.Unicode().tag(sync=True)

    def __init__(self, snapshot: Callable[[], SessionSnapshot], open_view: OpenView, fps: float) -> None:
        self._snapshot = snapshot
        super().__init__(name=words.clean(snapshot().name, words.CANDIDATE_CHARACTERS))
        # As on the session card: what a page says stays on the subshell that JupyterLab chose, on ipykernel 7.4 too.
        if getattr(self.comm, "_reply_subshell_for", None) is not None:
            self.comm._reply_subshell_for = None
        self._feed = ViewFeed(self.send, open_view, fps=fps)
        self.on_msg(self._on_message)

    def _on_message(self, _widget: Any, content: Any, _buffers: Any) -> None:
        if isinstance(content, dict) and content.get("type") == "view":
            self._feed.take(content)

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        snapshot = self._snapshot()
        return {**data, "text/plain": card_text(snapshot), "text/html": card_html(snapshot)}, metadata

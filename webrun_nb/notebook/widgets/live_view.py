"""The live view as a widget of its own (`%webrun view`); the session card has the same in a fold-out."""

from __future__ import annotations

from typing import Any

import traitlets

from webrun_nb.common import screencast_assets
from webrun_nb.notebook.text import labels as words
from webrun_nb.notebook.text.markdown import html_text
from webrun_nb.notebook.widgets.assets import script, style
from webrun_nb.notebook.widgets.base import NotebookWidget
from webrun_nb.notebook.widgets.view_feed import OpenView, ViewFeed

VIEW_STYLE = screencast_assets.STYLE + style("live_view.css")
"""The style sheet of the live view, for each widget that has one."""


class LiveViewWidget(NotebookWidget):
    """A live view of a session's browser. Its pictures are sent in messages, not in traits, and so are saved nowhere.

    Parameters
    ----------
    name : str
        The name of the session.
    open_view : OpenView
        Opens the live view when a page shows it.
    fps : float
        Most pictures per second.
    """

    _esm = script("live_view_widget.js")
    _css = style("session_card.css") + VIEW_STYLE
    name = traitlets.Unicode().tag(sync=True)

    def __init__(self, name: str, open_view: OpenView, fps: float) -> None:
        super().__init__(name=words.clean(name, words.CANDIDATE_CHARACTERS))
        self._feed = ViewFeed(self.send, open_view, fps=fps)
        self.on_msg(self._on_message)

    def _on_message(self, _widget: Any, content: Any, _buffers: Any) -> None:
        if isinstance(content, dict) and content.get("type") == "view":
            self._feed.take(content)

    def static_mimebundle(self) -> dict[str, str]:
        """Return a sentence that stays true; the state of the session is on its card."""
        text = f"live view of session {self.name}: its pictures are not saved in the notebook"
        return {"text/plain": text, "text/html": f"<em><bdi>{html_text(text)}</bdi></em>"}

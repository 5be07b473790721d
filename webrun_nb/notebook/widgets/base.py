"""What all widgets of the toolkit have in common: who sees them, and what stands for them where nobody does."""

from __future__ import annotations

import threading
from abc import ABCMeta, abstractmethod
from typing import Any

import anywidget
from traitlets import MetaHasTraits

from webrun_nb.notebook.widgets.front_end import can_display_widgets


class _AbstractMeta(ABCMeta, MetaHasTraits):
    """Has a widget that lacks an abstract method refused when it is made, as `abc` does for other classes."""


class NotebookWidget(anywidget.AnyWidget, metaclass=_AbstractMeta):
    """A widget with text and HTML beside it; where no page may show it, it is those alone and sends no messages.

    Pages learn of it when it is first shown, so that one that is never shown costs no message.
    """

    def __init__(self, **traits: Any) -> None:
        self.on_page = False
        """Whether it was shown where a page may show it; else what stands for it is kept true by showing it again."""
        self._was_shown = False
        self._opening = threading.RLock()
        """Held while pages learn of it: the writer's thread may show or change it meanwhile."""
        super().__init__(**traits)

    def open(self) -> None:
        """Tell the pages of it, once it is shown where there may be any."""
        if not self.on_page:
            return
        super().open()
        # ipykernel 7.4 sends what a page says back to the busy main thread; without this route it stays on the
        # subshell that JupyterLab chose, and buttons work while a cell runs.
        if getattr(self.comm, "_reply_subshell_for", None) is not None:
            self.comm._reply_subshell_for = None

    def _show(self) -> None:
        """Take note that it is being shown, on the thread of the cell that shows it."""
        with self._opening:
            if not self._was_shown:
                self._was_shown, self.on_page = True, can_display_widgets()
                self.open()

    def notify_change(self, change: Any) -> None:
        """Send a change of a trait to the pages: one that comes while they learn of the widget is sent afterwards."""
        with self._opening:
            super().notify_change(change)

    @abstractmethod
    def static_mimebundle(self) -> dict[str, str]:
        """Return what stands for it where no widget can be shown, by MIME type."""

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        self._show()
        if not self.on_page:
            return self.static_mimebundle(), {}
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        return {**data, **self.static_mimebundle()}, metadata

"""The base class of all widgets: it shows a widget where a page can, and text and HTML elsewhere."""

from __future__ import annotations

import threading
from abc import ABCMeta, abstractmethod
from typing import Any

import anywidget
from traitlets import MetaHasTraits

from webrun_nb.notebook.widgets.front_end import can_display_widgets


class _AbstractMeta(ABCMeta, MetaHasTraits):
    """The metaclass of widgets with abstract methods: traitlets and `abc` each bring one of their own."""


class NotebookWidget(anywidget.AnyWidget, metaclass=_AbstractMeta):
    """A widget with a static form: text and HTML, which alone are shown where no page can display widgets.

    Its comm is opened when it is first shown: a widget that is never shown sends no message.
    """

    def __init__(self, **traits: Any) -> None:
        self.on_page = False
        """True once it was shown where a page can display it; else its static form is updated by showing it again."""
        self._was_shown = False
        self._opening = threading.RLock()
        """Held while the comm is opened: the writer's thread may show or change the widget meanwhile."""
        super().__init__(**traits)

    def open(self) -> None:
        """Open the comm to the pages, once the widget is shown where there may be any."""
        if not self.on_page:
            return
        super().open()
        # ipykernel 7.4 routes messages of pages back to the busy main thread; without this route they stay on the
        # subshell that JupyterLab chose, and buttons work while a cell runs.
        if getattr(self.comm, "_reply_subshell_for", None) is not None:
            self.comm._reply_subshell_for = None

    def _show(self) -> None:
        """Open the comm at the first display; on the thread of the cell that shows the widget."""
        with self._opening:
            if not self._was_shown:
                self._was_shown, self.on_page = True, can_display_widgets()
                self.open()

    def notify_change(self, change: Any) -> None:
        """Send a change of a trait to the pages; one made while the comm is being opened is sent afterwards."""
        with self._opening:
            super().notify_change(change)

    @abstractmethod
    def static_mimebundle(self) -> dict[str, str]:
        """Return the static form by MIME type, for front ends that display no widgets."""

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        self._show()
        if not self.on_page:
            return self.static_mimebundle(), {}
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        return {**data, **self.static_mimebundle()}, metadata
